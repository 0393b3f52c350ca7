"""Redirection: listening to file descriptors 1 and 2, and so to native code and to other processes too.

Each descriptor is replaced by a pipe, or by a pseudo-terminal where it was a terminal, so that programs that ask still
find one. A process (`trailmark.capture.tee`) copies what comes to where it was going; a thread here gets it for the
listeners. There is one redirection in a process, however many listen. When the last one leaves, the descriptors are
put back, unless somebody else has replaced them in the meantime. Processes that outlive the run keep their output.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.capture import tee
from trailmark.capture.pseudoterminal import copy_size, open_like

if TYPE_CHECKING:
    from collections.abc import Callable

    Listener = Callable[[str, str], None]  # takes the stream's name and text

_NAMES = {1: "stdout", 2: "stderr"}
_QUIET_S = 0.2  # at the end: what a child process writes after so long a silence is no longer recorded
_CHUNK = 1 << 16
_PIPE_BYTES = 1 << 20
_lock = threading.Lock()
_current: Redirection | None = None
_inherited: list[Redirection] = []  # in a child: the parent's, whose process is not the child's to wait for


class Lane:
    """One redirected descriptor.

    Attributes:
        number: 1 or 2.
        real: where output was going, as another descriptor.
        source: what the copying process reads from; kept in case that process dies.
        feed: where this process reads what was written; -1 when there is no more.
        terminal: whether a pseudo-terminal stands in.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.terminal = os.isatty(number)
        self.real = os.dup(number)
        self.source, self.sink = open_like(self.real) if self.terminal else os.pipe()
        self.feed, self.copy = os.pipe()
        self.decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        _enlarge(self.feed)
        found = os.fstat(self.sink)
        self.identity = (found.st_dev, found.st_ino, found.st_rdev)

    def divert(self) -> None:
        """Let output go this way."""
        os.dup2(self.sink, self.number)

    def close_foreign(self) -> None:
        """Close the ends that belong to writers and to the copying process, which have their own now."""
        for number in (self.sink, self.copy):
            os.close(number)
        self.sink = self.copy = -1

    def restore(self) -> None:
        """Let output go where it went, unless somebody else has replaced the descriptor."""
        with contextlib.suppress(OSError):  # the program closed it
            found = os.fstat(self.number)
            if (found.st_dev, found.st_ino, found.st_rdev) == self.identity:
                os.dup2(self.real, self.number)

    def close(self) -> None:
        """Close the ends that belong to this process."""
        for number in (self.real, self.source, self.feed):
            if number >= 0:
                os.close(number)
        self.real = self.source = self.feed = -1


class Redirection:
    """Both descriptors, the copying process, and the thread that serves the listeners."""

    def __init__(self) -> None:
        self.listeners: tuple[Listener, ...] = ()
        self.drained = threading.Event()
        self._heard_at = 0.0
        self._closing = False
        self._wake, self._alarm = os.pipe()
        self.lanes = [Lane(number) for number in _NAMES if _is_open(number)]
        self._thread = threading.Thread(target=self._serve, name="trailmark-console", daemon=True)
        try:
            self._pid = self._start_process()
            self._thread.start()
        except (OSError, ValueError, RuntimeError) as error:
            for lane in self.lanes:
                lane.close_foreign()
            self.forget()
            raise OSError(str(error)) from error
        _flush()
        for lane in self.lanes:
            lane.divert()
            lane.close_foreign()

    def _start_process(self) -> int:
        """Start the copying process; return the number of the one that starts it, and then ends."""
        if "python" not in Path(sys.executable or "").name.lower():
            raise OSError(f"{sys.executable!r} is not Python, but a program that embeds it")
        given = [number for lane in self.lanes for number in (lane.source, lane.real, lane.copy)]
        first = max(given, default=2) + 1  # above all of them, so that none is overwritten before it is passed on
        passed = [(os.POSIX_SPAWN_DUP2, number, first + index) for index, number in enumerate(given)]
        nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
        # Not subprocess, whose import alone takes ten times as long. Signals of the terminal are for the program,
        # whose last words are still to be copied.
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", str(Path(tee.__file__)), str(first), str(len(self.lanes))],
            os.environ,
            file_actions=[*passed, *nothing],
            setsigmask=[signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTSTP],
        )

    def close(self, timeout_s: float) -> None:
        """Put the descriptors back, and wait until what was written has reached the listeners."""
        _flush()
        with _lock:
            if self.drained.is_set():
                return
            self._closing = True  # before the descriptors, with which the feeds may end
            for lane in self.lanes:
                lane.restore()
            os.write(self._alarm, b".")
        self.drained.wait(timeout_s)

    def settle(self, timeout_s: float) -> None:
        """Wait until what was written so far has most likely reached the listeners."""
        _flush()
        began = time.monotonic()
        while (now := time.monotonic()) < began + timeout_s and now - max(self._heard_at, began) < _QUIET_S:
            time.sleep(_QUIET_S / 10)

    def resize(self) -> None:
        """Let programs know when the terminal's window has another size."""
        for lane in self.lanes:
            if lane.terminal and lane.real >= 0:
                copy_size(lane.real, lane.source)

    def forget(self) -> None:
        """Close everything that is only of use here."""
        for lane in self.lanes:
            lane.close()
        os.close(self._wake)
        os.close(self._alarm)

    def _serve(self) -> None:
        with contextlib.suppress(ChildProcessError):  # the program waits for all children by itself
            os.waitpid(self._pid, 0)
        self._listen()
        if not self._closing:
            self._rescue()
            termwarn("the process that copies the console was killed: output is no longer recorded")
        with _lock:
            self.drained.set()
            self.forget()

    def _listen(self) -> None:
        lanes = {lane.feed: lane for lane in self.lanes}
        ready = select.poll()
        for number in (*lanes, self._wake):
            ready.register(number, select.POLLIN)
        while lanes:
            found = ready.poll(_QUIET_S * 1000 if self._closing else None)
            if not found and self._closing:
                break
            for number, _ in found:
                if number not in lanes:
                    ready.unregister(number)
                    continue
                data = os.read(number, _CHUNK)
                self._hear(lanes[number], data)
                if not data:
                    ready.unregister(number)
                    del lanes[number]

    def _hear(self, lane: Lane, data: bytes) -> None:
        self._heard_at = time.monotonic()
        text = lane.decoder.decode(data, final=not data)
        if text:
            for listener in self.listeners:
                listener(_NAMES[lane.number], text)

    def _rescue(self) -> None:
        """Go on without the copying process."""
        for lane in self.lanes:
            lane.restore()
            os.set_blocking(lane.source, False)
            with contextlib.suppress(OSError):  # nothing more in it, or nowhere to write to
                while data := os.read(lane.source, _CHUNK):
                    self._hear(lane, data)
                    while data:
                        data = data[os.write(lane.real, data) :]


def listen(listener: Listener) -> Callable[[float], None]:
    """Call `listener` with what is written to descriptors 1 and 2; return what ends that within so many seconds.

    Raises:
        OSError: the system allows no more processes, threads or descriptors.
    """
    global _current  # noqa: PLW0603 (a process has one descriptor 1)
    with _lock:
        if _current is None or _current.drained.is_set():
            _current = Redirection()
        redirection = _current
        redirection.listeners = (*redirection.listeners, listener)
    return lambda timeout_s: _leave(redirection, listener, timeout_s)


def _leave(redirection: Redirection, listener: Listener, timeout_s: float) -> None:
    global _current  # noqa: PLW0603
    with _lock:
        others = tuple(other for other in redirection.listeners if other != listener)
        last = redirection is _current and not others
        if last:
            _current = None
    if last:
        redirection.close(timeout_s)
    elif redirection is _current:
        redirection.settle(timeout_s)
    with _lock:
        redirection.listeners = tuple(other for other in redirection.listeners if other != listener)


def resize() -> None:
    """Let the pseudo-terminals follow the size of the terminal's window."""
    with _lock:
        if _current is not None:
            _current.resize()


def carries(stream: object) -> bool:
    """Whether what is written to a Python stream reaches descriptor 1 or 2."""
    try:
        return stream.fileno() in _NAMES  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # not a file; io.UnsupportedOperation; closed
        return False


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _enlarge(number: int) -> None:
    try:
        import fcntl

        fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):  # only Linux can, and an administrator may forbid it
        return


def _flush() -> None:
    """Let what was printed before go the way that holds now."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # None, a closed terminal, a closed stream
            stream.flush()


def _after_fork() -> None:
    """Leave the redirection to the parent, who goes on hearing what this child writes."""
    global _lock, _current  # noqa: PLW0603
    _lock = threading.Lock()
    if _current is not None:
        _current.listeners = ()
        _current.forget()
        _inherited.append(_current)
        _current = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
