"""The console of a run: what it prints to stdout and stderr.

In mode "wrap" the stream objects are tapped, which sees what Python code prints. In mode "redirect" the descriptors
are, which sees native code and other processes too, at the price of one small process. Either way the output reaches
where it was going, unchanged, and first.

A line is recorded when it is complete. The unfinished line and lines that are redrawn (progress bars) are recorded at
most once a tick, and at the end. After a fork the child's lines go to the child's own journal, numbered from 0.

Nothing here makes a `print` wait for another one: who finds the capture busy leaves the text to whoever is at work.
That also holds for a thread that prints while it is at work itself (a signal's handler, a warning of the writer).
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.capture import tap
from trailmark.capture.terminal import Block, Terminal
from trailmark.errors import SettingsError
from trailmark.journal.records import Console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark.journal.writer import Writer

MODES = ("wrap", "redirect")
_STREAMS = ("stdout", "stderr")
_MAX_WAITING = 10_000  # texts that wait for a journal that cannot be written now
_BATCH = 64  # texts without an end of line that wait for one, or for the tick
_MAX_TEXT = 1 << 20  # characters of one record: at most 4 MiB as UTF-8, where a journal takes 16
_MAX_LINES = 1 << 16
_DRAFT_S = 2.0  # after a fork nobody ticks: then a print does what a tick would have
_WAIT_S = 1.0  # how long a tick waits for a print that is being recorded


class ConsoleCapture:
    """Records what is printed while it is started. Several may be at work at once, and stop in any order."""

    def __init__(self, writer: Writer, mode: str = "wrap") -> None:
        if mode not in MODES:
            raise SettingsError(f"console is one of {', '.join(MODES)}, got {mode!r}")
        self._writer = writer
        self._mode = mode
        self._active = False
        self._taps: list[tap.Listening] = []
        self._leave: Callable[[float], None] | None = None
        self._reset()
        _captures.add(self)

    def _reset(self) -> None:
        self._busy = threading.Lock()
        self._waiting: deque[tuple[str, str]] = deque()
        self._dropped = 0
        self._terminals = {stream: Terminal() for stream in _STREAMS}
        self._drafted_at = time.monotonic()
        self._fault: Exception | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._active = True
        # A notebook's kernel redirects the descriptors itself, to the stream objects: all would come twice.
        redirected = self._mode == "redirect" and "ipykernel" not in sys.modules
        covered = self._redirect() if redirected else lambda _: False
        seen: list[object] = []
        for name in _STREAMS:
            stream = getattr(sys, name)
            if covered(stream) or any(stream is other for other in seen):
                continue
            seen.append(stream)
            listening = tap.listen(name, partial(self._take, name))
            if listening is not None:
                self._taps.append(listening)
        self._hook_cells()

    def _redirect(self) -> Callable[[object], bool]:
        """Redirect the descriptors; return what tells which stream objects need no tap then."""
        from trailmark.capture import redirect

        try:
            self._leave = redirect.listen(self._take)
        except OSError as error:
            termwarn(f"the console is captured as in mode 'wrap', since it cannot be redirected: {error}")
            return lambda _: False
        return redirect.carries

    def _hook_cells(self) -> None:
        """Let IPython call us in each cell: it replaces the `write` of its streams for a cell, and then resets it."""
        get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
        shell = get_shell() if get_shell is not None else None
        if shell is None or not self._taps:
            return

        def begin_cell() -> None:
            for listening in self._taps:
                listening.renew()
            if not self._active:
                shell.events.unregister("pre_execute", begin_cell)

        shell.events.register("pre_execute", begin_cell)

    def tick(self) -> None:
        """Record the unfinished line, and lines that were redrawn."""
        if self._leave is not None:
            from trailmark.capture import redirect

            redirect.resize()
        self._draft(final=False)
        if self._fault is not None:
            fault, self._fault = self._fault, None
            termwarn(f"some console output was not recorded: {type(fault).__name__}: {fault}", repeat=False)

    def stop(self, timeout_s: float = 2.0) -> None:
        """Record what is left, and leave the streams as they were found. A second call does nothing."""
        if not self._active:
            return
        if self._leave is not None:
            self._leave(timeout_s)
        for listening in self._taps:
            listening.end()
        self._taps.clear()
        self._active = False
        self._leave = None
        self._draft(final=True)

    def _take(self, stream: str, text: object) -> None:
        """Take text that was written to a stream. Called from within `print`, and so never raises."""
        try:
            if not self._active or not isinstance(text, str) or not text:
                return
            if len(self._waiting) >= _MAX_WAITING:
                self._dropped += 1
                return
            self._waiting.append((stream, text))
            if "\n" in text or len(self._waiting) >= _BATCH:  # `print` writes each argument by itself
                self._drain()
        except Exception as error:  # noqa: BLE001 (a print must not fail for us; `tick` says it)
            self._fault = error

    def _drain(self) -> None:
        """Record what is waiting, unless somebody is doing so, who then takes ours too."""
        # `with` cannot lose a lock to Ctrl-C as `acquire` can, so locks are looked at before they are taken.
        while self._waiting and not self._busy.locked() and not self._writing():
            with self._busy:
                self._work()

    def _writing(self) -> bool:
        """Whether this thread is at work in the writer, further up its stack; then the next print or tick records."""
        return bool(self._writer.lock._is_owned())  # type: ignore[attr-defined]  # noqa: SLF001 (as threading.Condition does)

    def _work(self) -> None:
        """Record what is waiting. The caller holds `_busy`."""
        waiting = self._waiting
        while waiting:
            stream, text = waiting.popleft()
            while waiting and waiting[0][0] == stream:
                text += waiting.popleft()[1]
            self._record(stream, self._terminals[stream].feed(_encodable(text)))
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self._record("stderr", self._terminals["stderr"].feed(f"\n[{dropped} writes were not recorded]\n"))
        if time.monotonic() - self._drafted_at > _DRAFT_S:
            self._record_drafts(final=False)

    def _draft(self, *, final: bool) -> None:
        if self._writing():
            return
        deadline = time.monotonic() + _WAIT_S
        while self._busy.locked() and time.monotonic() < deadline:
            time.sleep(0.001)
        if not self._busy.locked():
            with self._busy:
                self._work()
                self._record_drafts(final=final)

    def _record_drafts(self, *, final: bool) -> None:
        self._drafted_at = time.monotonic()
        for stream, terminal in self._terminals.items():
            self._record(stream, terminal.changed(final=final))

    def _record(self, stream: str, blocks: list[Block]) -> None:
        for first, lines in (part for block in blocks for part in _parts(block)):
            self._writer.append(Console(time=time.time(), stream=stream, first=first, lines=lines))


def _parts(block: Block) -> Iterator[Block]:
    """Cut a block so that each part fits one record."""
    first, lines = block
    if len(lines) < _MAX_LINES and sum(map(len, lines)) <= _MAX_TEXT:
        yield block
        return
    part: list[str] = []
    size = 0
    for number, line in enumerate(lines, first):
        if part and (size + len(line) > _MAX_TEXT or len(part) == _MAX_LINES):
            yield number - len(part), part
            part, size = [], 0
        part.append(line)
        size += len(line)
    yield first + len(lines) - len(part), part


def _encodable(text: str) -> str:
    """Return `text` with lone surrogates (bytes of file names that are not UTF-8) spelled out."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
    return text


_captures: weakref.WeakSet[ConsoleCapture] = weakref.WeakSet()


def _after_fork() -> None:
    for capture in list(_captures):
        capture._reset()  # noqa: SLF001 (this module's own class)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
