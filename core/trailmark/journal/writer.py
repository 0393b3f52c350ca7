"""The writer of one journal.

One call is one `write(2)`: when it returns, the operating system has the record, and no death of this process loses
it. `sync`, which the run calls every few seconds from a thread of its own, is what a power loss waits for.

A writer never raises for faults of the disk: it warns once, counts the rows that were lost, and tries again with the
next record. After a fork the child's writer goes on in a file of its own, as a worker of its parent's.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from os import write
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec

from trailmark._term import termwarn
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
_pack_head = frames.HEAD.pack


class Writer:
    """Appends records to one journal, and folds what it wrote.

    The caller of `append_row` holds `lock`; every other method takes it itself.
    """

    def __init__(self, directory: Path, header: Header) -> None:
        self.directory = directory
        self.header = header
        self.closed = False
        self.lost_rows = 0
        self._warned = False
        self._start()
        _writers.add(self)

    def _start(self) -> None:
        self.lock = threading.Lock()
        self.fold = Fold()
        self.layouts: dict[tuple[Any, ...], Layout] = {}  # by names and types as a caller sees them
        self._defined: dict[tuple[str, tuple[str, ...], str], Layout] = {}
        self._fd = -1
        self._offset = 0
        self._tried_at = -_RETRY_S

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
        """Write and fold one record; False if the disk refused it."""
        payload = encode(record)
        if len(payload) > frames.MAX_PAYLOAD:
            raise ValueError(
                f"a record of {len(payload):,} bytes is larger than the {frames.MAX_PAYLOAD:,} that a journal takes: "
                "save large values as files"
            )
        with self.lock:
            self.fold.record(record)
            return self._open() and self._append(payload)

    def append_row(self, layout: Layout, step: int, now: float, values: tuple[Any, ...]) -> None:
        """Write and fold one packed row; `values` fit the layout's kinds. The caller holds `lock`.

        Raises:
            struct.error: an integer has more than 64 bits. Nothing is written then.
        """
        payload = layout.pack(layout.word, step, now, *values)
        offset = self._offset
        try:
            frame = _pack_head(layout.size, crc32(payload, offset)) + payload
            if write(self._fd, frame) == len(frame):
                self._offset = offset + len(frame)
            else:
                self._fail("it took only a part of a record")
        except OSError as error:
            self._fail(error)
        except BaseException:  # Ctrl-C between the write and the count
            self._measure()
            raise
        layout.last = (offset, now, step, values)
        layout.count += 1
        if layout.aggregates or self.fold.has_best:
            self.fold.row(layout, step, values)

    def layout(self, names: Sequence[str], kinds: str, stream: str = "history") -> Layout | None:
        """Return the layout of a key set, which is written first if it is new; None if the disk refused it.

        The caller holds `lock`.
        """
        key = (stream, tuple(names), kinds)
        known = self._defined.get(key)
        if known is not None:
            return known
        number = len(self._defined) + 1
        if number > MAX_KEY_SETS or not self._open():
            return None
        payload = encode(Keys(number=number, names=list(names), kinds=kinds, stream=stream))
        if len(payload) > frames.MAX_PAYLOAD:
            return None
        # Twice, since one damaged byte in the only copy would make every row of the key set unreadable.
        if not self._append(payload, payload):
            return None
        layout = Layout(number, names, kinds, stream)
        self._defined[key] = layout
        self.fold.add_layout(layout)
        return layout

    def lose_row(self) -> None:
        """Count a row that could not be written at all."""
        self.lost_rows += 1

    def sync(self) -> None:
        """Make the disk keep what was written, and notice if the file is gone."""
        fd = self._fd
        if fd < 0 or self.closed:
            return
        try:
            os.fsync(fd)
            if os.fstat(fd).st_nlink == 0:
                self._warn(f"{self.path} was deleted while the run was writing to it")
        except OSError as error:
            self._warn(f"{self.path} cannot be synced to the disk: {error}")

    def close(self, record: Exit) -> int:
        """Write `record` with the folded state, and the end mark; return how many rows were lost in all."""
        with self.lock:
            if self.closed:
                return self.lost_rows
            record.lost_rows = self._count_lost()
            self.fold.record(record)
            if self._fd >= 0 or self.fold.settle().rows:
                self._close(record)
            self.closed = True
            self.layouts.clear()
        return record.lost_rows

    def _close(self, record: Exit) -> None:
        record.state = msgspec.Raw(encode(self.fold.settle()))
        payload = encode(record)
        if len(payload) > frames.MAX_PAYLOAD:  # the state can be folded again
            record.state = msgspec.Raw()
            payload = encode(record)
        if self._open():
            offset = self._offset
            if self._append(payload):
                self._append(END_MARK.pack(ROW_MARK, offset))
        if self._fd >= 0:
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._warn(f"{self.path} cannot be synced to the disk: {error}")
            os.close(self._fd)
            self._fd = -1

    def _count_lost(self) -> int:
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0:
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
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._fd = os.open(self.path, flags, 0o644)
        except OSError as error:
            self._warn(f"the run cannot be written to {self.directory}: {error}")
            return False
        self._offset = 0
        start = frames.MAGIC + frames.encode(encode(self.header), len(frames.MAGIC))
        if self._write(start):
            self.fold.record(self.header)
            return True
        os.close(self._fd)
        self._fd = -1
        self.path.unlink(missing_ok=True)
        return False

    def _append(self, *payloads: bytes) -> bool:
        data = b""
        for payload in payloads:
            data += frames.encode(payload, self._offset + len(data))
        return self._write(data)

    def _write(self, data: bytes) -> bool:
        try:
            if write(self._fd, data) == len(data):
                self._offset += len(data)
                return True
            self._fail("it took only a part of a record", rows=0)
        except OSError as error:
            self._fail(error, rows=0)
        except BaseException:
            self._measure()
            raise
        return False

    def _fail(self, reason: OSError | str, rows: int = 1) -> None:
        """Undo a partial write, so that the next record starts where a reader expects it."""
        self.lost_rows += rows
        self._warn(f"{self.path} cannot be written: {reason}")
        if self._fd >= 0:
            try:
                os.ftruncate(self._fd, self._offset)
            except OSError:
                self._measure()

    def _measure(self) -> None:
        if self._fd >= 0:
            self._offset = os.fstat(self._fd).st_size

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            termwarn(f"{text}; training goes on, and lost rows are counted")

    def _fork(self) -> None:
        """Go on in a forked child, with a file of its own that is made when there is something to write."""
        if self._fd >= 0:
            os.close(self._fd)
        self.header = worker_of(self.header)
        self.lost_rows = 0
        self._warned = False
        self._start()


def worker_of(header: Header) -> Header:
    """Return the header of another process that writes to the run of `header`: a fork or a spawned worker."""
    return msgspec.structs.replace(
        header,
        writer=writer_name(header.rank),
        role="worker",
        parent=header.parent or header.writer,
        pid=os.getpid(),
        pid_started=0.0,
        time=time.time(),
    )


def writer_name(rank: int) -> str:
    """Return a new name for a writer: when it began (UTC), its rank, and what makes it unique."""
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-r{rank}-{secrets.token_hex(4)}"


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _after_fork() -> None:
    for writer in list(_writers):
        writer._fork()  # noqa: SLF001 (this module's own class)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
