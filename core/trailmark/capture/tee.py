"""The process that copies redirected output to where it was going, and to the run that records it.

It is run by path, as a program, and imports only what starts in a few milliseconds. It is a process of its own, since
a thread of the training process could not copy while native code holds the interpreter's lock (the pipe would fill up
and both would wait forever), and would die with the process, together with the last words of a crash.

Usage: ``tee.py FIRST COUNT``. From the file descriptor number FIRST on there are COUNT times three: a source, a target
and a feed. What comes from the source goes to the target, which may block, as the program's own output would have, and
to the feed, which may not: what a run cannot take in time is left out beyond `MAX_WAITING` bytes.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys

MAX_WAITING = 1 << 26  # 64 MiB
_CHUNK = 1 << 16


class Copy:
    """One stream: where it comes from and where it goes."""

    def __init__(self, source: int, target: int, feed: int) -> None:
        self.source = source
        self.target = target
        self.feed = feed
        self.waiting = bytearray()
        self.lost = 0
        os.set_blocking(feed, False)

    def read(self) -> None:
        """Copy what has arrived, or note that nothing more can."""
        try:
            data = os.read(self.source, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # a terminal whose other side is closed
            data = b""
        if not data:
            os.close(self.source)
            self.source = -1
            self.push()
            return
        self._to_target(data)
        if self.feed >= 0:
            if len(self.waiting) + len(data) > MAX_WAITING:
                self.lost += len(data)
            else:
                self._note_loss()
                self.waiting += data
            self.push()

    def _to_target(self, data: bytes) -> None:
        view = memoryview(data)
        while view and self.target >= 0:
            try:
                view = view[os.write(self.target, view) :]
            except BlockingIOError:  # noqa: PERF203 (each write may fail in its own way)
                ready = select.poll()
                ready.register(self.target, select.POLLOUT)
                ready.poll()
            except OSError:  # the terminal is gone; the run still wants to know
                self.target = -1

    def _note_loss(self) -> None:
        if self.lost:
            self.waiting += f"\n[{self.lost} bytes of output were not recorded]\n".encode()
            self.lost = 0

    def push(self) -> None:
        """Give the run what it can take now."""
        with contextlib.suppress(BlockingIOError):
            try:
                while self.waiting:
                    del self.waiting[: os.write(self.feed, self.waiting[:_CHUNK])]
            except BrokenPipeError:  # the run has ended
                self.feed = -1
                self.waiting.clear()
        if self.source < 0 and not self.waiting and self.feed >= 0:
            os.close(self.feed)
            self.feed = -1


def main(first: int, count: int) -> None:
    """Copy until nobody can write any more."""
    if os.fork():  # a program that waits for its children shall not wait for this process
        os._exit(0)
    os.setsid()  # what ends the program's session and group does not end this process
    os.chdir("/")
    _close_others(first, first + 3 * count)
    copies = [Copy(*range(first + 3 * index, first + 3 * index + 3)) for index in range(count)]
    while True:
        ready = select.poll()  # not select(), which takes no descriptor above 1023
        sources = {copy.source: copy for copy in copies if copy.source >= 0}
        feeds = {copy.feed: copy for copy in copies if copy.waiting and copy.feed >= 0}
        if not sources and not feeds:
            return
        for number in sources:
            ready.register(number, select.POLLIN)
        for number in feeds:
            ready.register(number, select.POLLOUT)
        for number, _ in ready.poll():
            if number in feeds:
                feeds[number].push()
            else:
                sources[number].read()


def _close_others(first: int, end: int) -> None:
    """Close what native code of the program has left open to its children."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 (pathlib takes long to import)
    except OSError:
        numbers = list(range(3, first + 1000))
    for number in numbers:
        if number > 2 and not first <= number < end:  # noqa: PLR2004 (stderr)
            with contextlib.suppress(OSError):  # the one that listed them
                os.close(number)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
