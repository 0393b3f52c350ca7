"""The writer of one journal.

One call is one `write(2)`: when it returns, the operating system has the record, and no death of this process
loses it. `sync`, which the run calls every few seconds from a thread of its own, is what a power loss waits for.

A writer never raises for faults of the disk: it warns once, counts the rows that were lost, and tries again with
the next record. Ctrl-C at any moment, and a signal's handler that logs, cost at most the record that they cut into.
After a fork the child's writer goes on in a file of its own, as a worker of its parent's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
import time
import weakref
from os import write
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec

from trailmark._term import termwarn
from trailmark.errors import TooLargeError
from trailmark.journal import frames
from trailmark.journal.fold import Fold
from trailmark.journal.layout import END_MARK, MAX_KEY_SETS, ROW_MARK, Layout
from trailmark.journal.records import Exit, Header, Keys, encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trailmark.journal.records import AnyRecord

SUFFIX = ".journal"
_RETRY_S = 1.0  # a directory that cannot be written is tried again after this time, not with each row
_NAME_TIME = "%Y%m%dT%H%M%S"
_NAME = re.compile(r"(?P<began>\d{8}T\d{6})-r(?P<rank>\d{1,9})-[0-9a-f]+")
_pack_head = frames.HEAD.pack


class Writer:
    """Appends records to one journal, and folds what it wrote.

    The caller of `append_row`, `put` and `layout` holds `lock`; every other method takes it itself.

    Attributes:
        lock: for one thread at a time; a signal's handler may enter again what it cut into.
        fold: what was written, folded; `fold.settle()` brings its state up to date.
        layouts: for the caller's use: key sets by whatever it finds them by. Emptied by `close` and in a fork.
        lost_rows: how many rows could not be written.
        closed: whether the exit record is written.
    """

    def __init__(self, directory: Path, header: Header) -> None:
        self.directory = directory
        self.header = header
        self.closed = False
        self.lost_rows = 0
        self.layouts: dict[tuple[Any, ...], Layout] = {}
        self._start()
        _writers.add(self)

    def _start(self) -> None:
        self.lock = threading.RLock()
        self.fold = Fold()
        self.layouts.clear()
        self._warned = False
        self._defined: dict[tuple[str, tuple[str, ...], str], Layout] = {}
        self._numbers = 0  # the last number that was given to a key set
        self._fd = -1
        self._offset = 0
        self._tried_at = -_RETRY_S
        self._busy = False  # a record is being written; at the start of the next one: something cut into it
        self._inexact = False  # the fold may differ from what a reader will fold

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.directory / (self.header.writer + SUFFIX)

    @property
    def size_bytes(self) -> int:
        """How much has been written."""
        return self._offset

    def open(self) -> bool:
        """Create the file, with the magic and the header; True if it is there to write to."""
        with self.lock:
            return self._open()

    def append(self, record: AnyRecord) -> bool:
        """Write and fold one record; False if the disk refused it.

        Raises:
            TooLargeError: the record is larger than a journal takes.
        """
        with self.lock:
            return self.put(record)

    def put(self, record: AnyRecord) -> bool:
        """Do what `append` does, for a caller who holds `lock`."""
        payload = _encoded(record)
        self._begin()
        self.fold.record(record)
        written = self._open() and self._write(payload)
        self._inexact |= not written
        self._busy = False
        return written

    def append_row(self, layout: Layout, step: int, now: float, values: tuple[Any, ...]) -> None:
        """Write and fold one packed row; `values` fit the layout's kinds. The caller holds `lock`.

        Raises:
            struct.error: an integer has more than 64 bits. Nothing is written then.
        """
        payload = layout.pack(layout.word, step, now, *values)
        if self._busy:
            self._begin()
        while True:
            self._busy = True
            offset = self._offset
            frame = _pack_head(layout.size, crc32(payload, offset)) + payload
            end = offset + len(frame)
            if self._busy:  # else a signal's handler has written to that place; none can cut in between calls
                break
        lost = False
        try:
            size = write(self._fd, frame)
            if size == end - offset and self._busy:
                self._offset = end
            else:
                lost = not self._amend(offset, size, frame, payload)
        except OSError as error:
            self._fail(error)
            lost = True
        self.fold.note(layout, offset, step, now, values)
        if lost:
            self._lose(layout)
        self._busy = False

    def layout(self, names: Sequence[str], kinds: str, stream: str = "history") -> Layout | None:
        """Return the layout of a key set, which is written first if it is new; None if the disk refused it.

        The caller holds `lock`.

        Raises:
            TooLargeError: the key set is larger than a journal takes.
        """
        key = (stream, tuple(names), kinds)
        known = self._defined.get(key)
        if known is not None:
            return known
        self._begin()
        layout = None
        if self._open() and self._numbers < MAX_KEY_SETS:
            # Counted before it is written: two key sets of one number would give rows the names of others.
            number = self._numbers = self._numbers + 1
            layout = Layout(number, names, kinds, stream)
            _check_size(layout.size)
            payload = _encoded(Keys(number=number, names=list(names), kinds=kinds, stream=stream))
            # Twice, since one damaged byte in the only copy would make every row of the key set unreadable.
            if self._write(payload, payload):
                self._defined[key] = layout
                self.fold.add_layout(layout)
            else:
                layout = None
        self._busy = False
        return layout

    def lose_row(self) -> None:
        """Count a row for which `layout` or `put` found no place."""
        self._inexact = True
        self.lost_rows += 1

    def is_held_here(self) -> bool:
        """Whether this thread holds `lock`; in a signal's handler: whether it cut in while a record was written."""
        return bool(self.lock._is_owned())  # type: ignore[attr-defined] # noqa: SLF001 (what Condition asks, too)

    def sync(self) -> None:
        """Make the disk keep what was written, and notice if the file is gone."""
        try:
            with self.lock:
                if self._fd < 0:
                    return
                fd = os.dup(self._fd)  # the lock is not held while the disk is at work
            try:
                os.fsync(fd)
                if os.fstat(fd).st_nlink == 0:
                    self._warn(f"{self.path} was deleted while the run was writing to it")
            finally:
                os.close(fd)
        except OSError as error:
            self._warn(f"{self.path} cannot be synced to the disk: {error}")

    def close(self, record: Exit) -> int:
        """Write `record` with the folded state, and the end mark; return how many rows were lost in all."""
        with self.lock:
            if self.closed:
                return self.lost_rows
            self._begin()
            self.lost_rows = record.lost_rows = self._count_lost()
            self.fold.record(record)
            state = self.fold.settle()
            if self._fd >= 0 or state.rows or self.lost_rows:
                self._tried_at = -_RETRY_S  # it is the last chance
                self._close(record, b"" if self._inexact else encode(state))
            self.closed = True
            self.layouts.clear()
            self._busy = False
        return self.lost_rows

    def _close(self, record: Exit, state: bytes) -> None:
        if self._open():
            record.state = state
            payload = encode(record)
            if len(payload) > frames.MAX_PAYLOAD or not self._finish(payload) or (state and self._inexact):
                # Readers fold the journal: the state was too large, or a signal's handler has just added to it.
                record.state = b""
                self._finish(encode(record))
        self.closed = True
        if self._fd >= 0:
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._warn(f"{self.path} cannot be synced to the disk: {error}")
            os.close(self._fd)
            self._fd = -1

    def _finish(self, payload: bytes) -> bool:
        offset = self._offset
        return self._write(payload) and self._write(END_MARK.pack(ROW_MARK, offset))

    def _count_lost(self) -> int:
        try:
            deleted = self._fd >= 0 and os.fstat(self._fd).st_nlink == 0
        except OSError as error:
            self._warn(f"{self.path} cannot be looked at: {error}")
            return self.lost_rows
        if deleted:
            self._warn(f"{self.path} was deleted while the run was writing to it")
            return self.fold.settle().rows
        return self.lost_rows

    def _open(self) -> bool:
        if self._fd >= 0:
            return True
        now = time.monotonic()
        if self.closed or now - self._tried_at < _RETRY_S:
            return False
        self._tried_at = now
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._fd, self._offset = self._create(_encoded(self.header))
        except OSError as error:
            self._warn(f"the run cannot be written to {self.directory}: {error}")
            if isinstance(error, FileExistsError):  # left by Ctrl-C
                self.header = msgspec.structs.replace(self.header, writer=writer_name(self.header.rank))
            return False
        self.fold.record(self.header)
        return True

    def _create(self, header: bytes) -> tuple[int, int]:
        """Create the file; return its descriptor and size."""
        start = frames.MAGIC + frames.encode(header, len(frames.MAGIC))
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            if write(fd, start) != len(start):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 (it is one of write's failures)
        except BaseException:  # also Ctrl-C: a journal without a header may not stay
            os.close(fd)
            self.path.unlink(missing_ok=True)
            raise
        return fd, len(start)

    def _begin(self) -> None:
        """Begin a record; if the last one was cut into, find out where the file ends."""
        if self._busy:
            self._inexact = True
            self._measure()
        self._busy = True

    def _write(self, *payloads: bytes) -> bool:
        """Write payloads as frames, in one piece; False if the disk refused them."""
        while True:
            self._busy = True
            offset = self._offset
            data = b""
            for payload in payloads:
                data += frames.encode(payload, offset + len(data))
            end = offset + len(data)
            if self._busy:
                break
        try:
            size = write(self._fd, data)
            if size == end - offset and self._busy:
                self._offset = end
                return True
            return self._amend(offset, size, data, *payloads)
        except OSError as error:
            self._fail(error)
            return False

    def _amend(self, offset: int, size: int, data: bytes, *payloads: bytes) -> bool:
        """Put right a write of which `size` bytes were taken, or that a signal's handler cut into.

        `data` are the frames of `payloads` for `offset`.
        """
        if self._busy:
            self._fail("the disk took only a part of a record")
            return False
        self._measure()
        try:
            good = self._fd >= 0 and os.pread(self._fd, len(data), offset) == data
        except OSError as error:
            self._warn(f"{self.path} cannot be read: {error}")
            good = False
        # Where a system call was interrupted, the handler's records may have taken the place of these frames.
        return good or (size == len(data) and self._write(*payloads))

    def _lose(self, layout: Layout) -> None:
        self._inexact = True
        self.lost_rows += layout.stream == "history"
        self.fold.settle()  # the next row will have the same offset, which no longer tells their order

    def _fail(self, reason: OSError | str) -> None:
        """Undo a partial write, so that the next record starts where a reader expects it."""
        if self._fd < 0:  # a signal's handler finished the run
            return
        try:
            os.ftruncate(self._fd, self._offset)
        except OSError:
            self._measure()
        self._warn(f"{self.path} cannot be written: {reason}")

    def _measure(self) -> None:
        """Find out where the file ends."""
        try:
            while self._fd >= 0:
                self._busy = True
                size = os.fstat(self._fd).st_size
                if self._busy:  # else a signal's handler wrote after that look
                    self._offset = size
                    return
        except OSError as error:
            self._warn(f"{self.path} cannot be looked at: {error}")

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            termwarn(f"{text}; training goes on, and lost rows are counted")

    def _fork(self) -> None:
        """Go on in a forked child, with a file of its own that is made when there is something to write."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):  # whoever made this process may have closed all it inherited
                os.close(self._fd)
        self.header = worker_of(self.header)
        self.lost_rows = 0
        self._start()


def _encoded(record: AnyRecord) -> bytes:
    payload = encode(record)
    _check_size(len(payload))
    return payload


def _check_size(size: int) -> None:
    if size > frames.MAX_PAYLOAD:
        raise TooLargeError(
            f"a record of {size:,} bytes is larger than the {frames.MAX_PAYLOAD:,} that a journal takes: "
            "save large values as files"
        )


def worker_of(header: Header) -> Header:
    """Return the header of another process that writes to the run of `header`: a fork or a spawned worker."""
    return msgspec.structs.replace(
        header,
        writer=writer_name(header.rank),
        role="worker",
        parent=header.parent or header.writer,
        rewind=None,  # its parent has said it
        pid=os.getpid(),
        pid_started=0.0,
        time=time.time(),
    )


def writer_name(rank: int) -> str:
    """Return a new name for a writer: when it began (UTC), its rank, and what makes it unique."""
    return f"{time.strftime(_NAME_TIME, time.gmtime(time.time()))}-r{rank}-{os.urandom(4).hex()}"


def rank_and_time(name: str) -> tuple[int, float]:
    """Return what the name of a writer says: its rank, and when it began in seconds since 1970; 0 for what it does not.

    For journals whose header is damaged.
    """
    found = _NAME.fullmatch(name)
    if not found:
        return 0, 0.0
    try:
        import calendar

        began = calendar.timegm(time.strptime(found["began"], _NAME_TIME))
    except ValueError:
        began = 0
    return int(found["rank"]), float(began)


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _after_fork() -> None:
    for writer in list(_writers):
        writer._fork()  # noqa: SLF001 (this module's own class)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
