"""The reader of one journal.

`Reader.read` yields what was appended since the last call, so that it serves a finished file and a growing one alike.
Packed rows come as numpy arrays, many at a time; everything else comes record by record. A torn tail is left for the next call; a damaged frame is reported
in `faults` and reading goes on with the next good one. Nothing here writes, and nothing raises but `JournalError`.
"""

from __future__ import annotations

import os
import struct
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import msgspec

from trailmark.errors import JournalError, UnsupportedVersionError
from trailmark.journal import frames
from trailmark.journal.layout import END_MARK, ROW_MARK, Layout
from trailmark.journal.records import AnyRecord, Exit, Header, Keys, Metric, Row, SummaryChange, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np

CHUNK_BYTES = 1 << 26  # 64 MiB: large enough for numpy, small beside the rows that come of it
_STRETCH = 16  # consecutive rows of one key set from which numpy is faster than a loop
_END_FRAME = frames.HEAD.size + END_MARK.size
_frame_start = struct.Struct("<III").unpack_from  # length, checksum, first word of the payload


class Fault(NamedTuple):
    """A place of a journal that cannot be read."""

    offset: int  # bytes from the start of the file
    size: int  # bytes that were passed over
    reason: str


class Entry(NamedTuple):
    """A record, and the offset of its frame in the file."""

    offset: int
    record: AnyRecord


class Rows(NamedTuple):
    """Packed rows of one key set, in the order in which they were written."""

    layout: Layout
    array: np.ndarray[tuple[int], np.dtype[np.void]]  # fields length, crc, word, step, time, v0, v1, …
    offsets: np.ndarray[tuple[int], np.dtype[np.int64]]  # where each row's frame lies in the file


class Reader:
    """Reads one journal from where the last call stopped.

    Attributes:
        path: the file.
        offset: where the next call goes on, in bytes; what lies after it is incomplete so far.
        size: the file's size in bytes at the last call.
        faults: the damaged places found so far, in order.
        layouts: the key sets found so far, by word.
    """

    def __init__(self, path: str | os.PathLike[str], offset: int = 0, key_sets: Iterable[Keys] = ()) -> None:
        self.path = Path(path)
        self.offset = offset
        self.size = 0
        self.faults: list[Fault] = []
        self.layouts: dict[int, Layout] = {}
        for keys in key_sets:
            self._define(keys)

    @property
    def key_sets(self) -> list[Keys]:
        """The key sets found so far; with `offset`, all that another reader needs to go on from here."""
        return [
            Keys(number=layout.number, names=list(layout.names), kinds=layout.kinds, stream=layout.stream)
            for layout in self.layouts.values()
        ]

    def read(self) -> Iterator[Entry | list[Rows]]:
        """Yield what was appended since the last call.

        Key sets whose rows take turns come together, as one list of one `Rows` each; their offsets tell the order.
        All else is in the order of the file, but that records which say nothing of rows (console, config, …) may
        overtake rows.

        Raises:
            UnsupportedVersionError: a later version of Trailmark wrote the file.
            JournalError: the file cannot be opened.
        """
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise JournalError(f"{self.path} cannot be opened: {error.strerror}") from error
        with file:
            self.size = os.fstat(file.fileno()).st_size
            if self.offset == 0 and not self._read_magic(file.read(len(frames.MAGIC))):
                return
            data = b""
            want = CHUNK_BYTES
            while True:
                file.seek(self.offset + len(data))
                data += file.read(min(want, max(self.size - self.offset - len(data), 0)))
                final = self.offset + len(data) >= self.size
                chunk = _Chunk(self, data, self.offset)
                yield from chunk.items()
                data = data[chunk.position :]
                self.offset = chunk.base + chunk.position
                if final:
                    return
                want = max(CHUNK_BYTES, 2 * len(data))

    def _read_magic(self, start: bytes) -> bool:
        if len(start) < len(frames.MAGIC):
            return False
        if start != frames.MAGIC:
            if start[:-1] == frames.MAGIC[:-1] and start[-1:].isdigit() and start[-1] > frames.MAGIC[-1]:
                raise UnsupportedVersionError(
                    f"{self.path} has journal version {start[-1:].decode()}, this Trailmark reads version "
                    f"{frames.MAGIC[-1:].decode()}: upgrade it"
                )
            self.faults.append(Fault(0, len(start), "the file does not begin with the magic of a journal"))
        self.offset = len(frames.MAGIC)
        return True

    def _define(self, keys: Keys) -> None:
        layout = Layout(keys.number, keys.names, keys.kinds, keys.stream)
        self.layouts.setdefault(layout.word, layout)


class _Chunk:
    """Some bytes of a journal that begin with a frame; `position` tells how far they were read."""

    def __init__(self, reader: Reader, data: bytes, base: int) -> None:
        self.reader = reader
        self.data = data
        self.view = memoryview(data)
        self.base = base
        self.position = 0
        self._found: dict[int, list[int]] = {}  # word -> positions of good rows, not yet yielded

    def items(self) -> Iterator[Entry | list[Rows]]:
        """Yield records and rows up to the last complete frame."""
        data, base, end = self.data, self.base, len(self.data)
        while self.position + frames.HEAD.size < end:
            position = self.position
            stop = frames.payload_end(data, position, base)
            if not stop:
                if not self._skip():
                    break
                continue
            if data[position + frames.HEAD.size] != ROW_MARK:
                yield from self._record(position, stop)
                self.position = stop
            else:
                yield from self._rows(position, stop)
        yield from self._flush()

    def _skip(self) -> bool:
        """Pass over a damaged frame; False if what follows is only incomplete."""
        found = frames.find(self.data, self.position + 1, self.base)
        if found < 0:
            return False
        self._fault(self.position, found - self.position, "damaged bytes")
        self.position = found
        return True

    def _fault(self, position: int, size: int, reason: str) -> None:
        self.reader.faults.append(Fault(self.base + position, size, reason))

    def _record(self, position: int, stop: int) -> Iterator[Entry | list[Rows]]:
        try:
            record = decode(self.view[position + frames.HEAD.size : stop])
            if isinstance(record, Keys):
                self.reader._define(record)  # noqa: SLF001 (the reader's other half)
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, struct.error) as error:
            self._fault(position, stop - position, f"a record that cannot be decoded: {error}")
            return
        if isinstance(record, (Metric, Row, SummaryChange)):
            yield from self._flush()  # what these mean depends on the rows before them
        if record is not None and not isinstance(record, Keys):
            yield Entry(self.base + position, record)

    def _rows(self, position: int, stop: int) -> Iterator[list[Rows]]:
        """Take the row at `position` and, if the next ones have its key set, as many of them as there are."""
        word = _frame_start(self.data, position)[2]
        layout = self.reader.layouts.get(word)
        stride = stop - position
        if layout is None or stride != frames.HEAD.size + layout.size:
            if word >> 8:
                self._fault(position, stride, f"a row of key set {word >> 8}, which is not defined before it")
            self.position = stop
            return
        count = self._stretch(layout, position, stride)
        if count < _STRETCH:
            self._found.setdefault(word, []).append(position)
            self.position = stop
            return
        yield from self._flush()
        block = self._block(layout, position, count, stride)
        if len(block.array):
            yield [block]
        self.position = position + count * stride

    def _stretch(self, layout: Layout, position: int, stride: int) -> int:
        """Return how many rows of `layout` follow one another from `position`, checksums not looked at."""
        import numpy as np

        most = (len(self.data) - position) // stride
        # Look ahead first: where key sets take turns, asking numpy for each row would cost more than reading it.
        ahead = position + (_STRETCH - 1) * stride
        if most < _STRETCH or _frame_start(self.data, ahead)[::2] != (layout.size, layout.word):
            return 1
        rows = np.frombuffer(self.data, layout.dtype, most, position)
        start, size = 0, 64
        while start < most:
            part = rows[start : start + size]
            same = (part["length"] == layout.size) & (part["word"] == layout.word)
            if not same.all():
                return start + int(same.argmin())
            start, size = start + size, size * 4
        return most

    def _block(self, layout: Layout, position: int, count: int, stride: int) -> Rows:
        """Return the good rows among `count` ones at `position`; the others become faults."""
        import numpy as np

        array = np.frombuffer(self.data, layout.dtype, count, position)
        base, stop = self.base, position + count * stride
        # All in C, as most of the time of reading a journal is spent here.
        payloads = struct.iter_unpack(f"{frames.HEAD.size}x{layout.size}s", self.view[position:stop])
        places = range(base + position, base + stop, stride)
        checksums = np.fromiter(map(crc32, map(itemgetter(0), payloads), places), np.uint32, count)
        good = array["crc"] == checksums
        offsets = np.arange(places.start, places.stop, stride, dtype=np.int64)
        if not good.all():
            for offset in offsets[~good].tolist():
                self.reader.faults.append(Fault(offset, stride, "damaged bytes"))
            array, offsets = array[good], offsets[good]
        return Rows(layout, array, offsets)

    def _flush(self) -> Iterator[list[Rows]]:
        """Yield the rows of key sets that take turns, each key set's as one array."""
        if not self._found:
            return
        import numpy as np

        together = []
        for word, positions in self._found.items():
            layout = self.reader.layouts[word]
            stride = frames.HEAD.size + layout.size
            joined = b"".join([self.data[position : position + stride] for position in positions])
            array = np.frombuffer(joined, layout.dtype)
            together.append(Rows(layout, array, np.array(positions, dtype=np.int64) + self.base))
        self._found = {}
        yield together


def read_header(path: str | os.PathLike[str]) -> Header | None:
    """Return the header of a journal, without reading more; None if it is damaged or not there yet.

    Raises:
        JournalError: the file cannot be opened.
    """
    start = len(frames.MAGIC)
    data = _read(path, start, 1 << 14)
    stop = frames.payload_end(data, 0, start)
    if not stop:
        return None
    try:
        record = decode(data[frames.HEAD.size : stop])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return record if isinstance(record, Header) else None


def read_exit(path: str | os.PathLike[str]) -> Exit | None:
    """Return the exit record of a finished journal from its end, without reading more; None if it has none there.

    Raises:
        JournalError: the file cannot be opened.
    """
    data = _read(path, -_END_FRAME, _END_FRAME)
    if len(data) < _END_FRAME:
        return None
    word, offset = END_MARK.unpack_from(data, frames.HEAD.size)
    if word != ROW_MARK:
        return None
    data = _read(path, offset, frames.MAX_PAYLOAD)
    stop = frames.payload_end(data, 0, offset)
    if not stop or not frames.payload_end(data, stop, offset) or stop + _END_FRAME != len(data):
        return None
    try:
        record = decode(data[frames.HEAD.size : stop])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return record if isinstance(record, Exit) else None


def _read(path: str | os.PathLike[str], offset: int, count: int) -> bytes:
    """Return up to `count` bytes at `offset`, which counts from the end if it is negative."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise JournalError(f"{path} cannot be opened: {error.strerror}") from error
    try:
        at = os.fstat(fd).st_size + offset if offset < 0 else offset
        if at < 0:
            return b""
        os.lseek(fd, at, os.SEEK_SET)
        return os.read(fd, count)
    finally:
        os.close(fd)
