"""The reader of one journal.

`Reader.read` yields what was appended since the last call, so that it serves a finished file and a growing one
alike. Packed rows come as numpy arrays, many at a time; everything else comes record by record. A torn tail is left
for the next call; a damaged frame is reported in `faults`, and reading goes on with the next good one. Nothing here
writes, and nothing raises but `JournalError`.
"""

from __future__ import annotations

import os
import struct
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

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
_HEADER_BYTES = 1 << 14
_MOST_EXIT_BYTES = frames.HEAD.size + frames.MAX_PAYLOAD + _END_FRAME
_TAIL_BYTES = 1 << 14  # holds most exit records; reading a few more bytes costs less than a second read
_frame_start = struct.Struct("<III").unpack_from  # length, checksum, first word of the payload
_ROW_START = 12  # bytes that it takes


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
        """Yield what was appended since the last call; what it yields is to be taken to the end.

        Key sets whose rows take turns come together, as one list of one `Rows` each; their offsets tell the order.
        All else is in the order of the file, but that records which say nothing of rows (console, config, …) may
        overtake rows.

        Raises:
            UnsupportedVersionError: a later version of Trailmark wrote the file.
            JournalError: the file cannot be read.
        """
        fd = _open(self.path)
        try:
            self.size = os.fstat(fd).st_size
            if self.offset == 0 and not self._read_magic(_read_at(fd, 0, len(frames.MAGIC))):
                return
            data = b""
            final = False
            while not final:
                want = min(max(CHUNK_BYTES, 2 * len(data)), max(self.size - self.offset - len(data), 0))
                more = _read_at(fd, self.offset + len(data), want)
                data += more
                # Fewer bytes than the file had: its writer has just cut off a record that did not fit on the disk.
                final = len(more) < want or self.offset + len(data) >= self.size
                chunk = _Chunk(self, data, self.offset, final=final)
                yield from chunk.items()
                data = data[chunk.position :]
                self.offset = chunk.base + chunk.position
        except OSError as error:
            raise JournalError(f"{self.path} cannot be read: {error.strerror}") from error
        finally:
            os.close(fd)

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
        """Make a key set known; raise ValueError if it cannot be one."""
        layout = Layout(keys.number, keys.names, keys.kinds, keys.stream)
        self.layouts.setdefault(layout.word, layout)


class _Chunk:
    """Some bytes of a journal that begin with a frame; `position` tells how far they were read."""

    def __init__(self, reader: Reader, data: bytes, base: int, *, final: bool) -> None:
        self.reader = reader
        self.data = data
        self.view = memoryview(data)
        self.base = base
        self.final = final  # there is no more of the file to read now
        self.position = 0
        self._found: dict[int, list[int]] = {}  # by word: positions of good rows that are not yet yielded

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
        if not self.final and frames.claimed_end(self.data, self.position) > len(self.data):
            return False
        found = frames.find(self.data, self.position + 1, self.base)
        if found < 0:
            # Only the last frame's length of bytes can hold the start of a good frame that is not complete yet.
            oldest = len(self.data) - frames.HEAD.size - frames.MAX_PAYLOAD
            if self.final or oldest <= self.position:
                return False
            found = oldest
        self._fault(self.position, found - self.position, "damaged bytes")
        self.position = found
        return True

    def _fault(self, position: int, size: int, reason: str) -> None:
        faults, offset = self.reader.faults, self.base + position
        if faults and faults[-1].reason == reason and faults[-1].offset + faults[-1].size == offset:
            faults[-1] = Fault(faults[-1].offset, faults[-1].size + size, reason)
        else:
            faults.append(Fault(offset, size, reason))

    def _record(self, position: int, stop: int) -> Iterator[Entry | list[Rows]]:
        try:
            record = decode(self.view[position + frames.HEAD.size : stop])
            if isinstance(record, Keys):
                self.reader._define(record)  # noqa: SLF001 (the reader's other half)
        except (JournalError, ValueError) as error:
            self._fault(position, stop - position, f"a record that cannot be decoded: {error}")
            return
        if isinstance(record, (Metric, Row, SummaryChange)):
            yield from self._flush()  # what these mean depends on the rows before them
        if record is not None and not isinstance(record, Keys):
            yield Entry(self.base + position, record)

    def _rows(self, position: int, stop: int) -> Iterator[list[Rows]]:
        """Take the row at `position`, and as many of those that follow it as can be taken in the same way."""
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
            self._turns(layout, position)
            return
        yield from self._flush()
        yield [self._block(layout, position, count, stride)]

    def _stretch(self, layout: Layout, position: int, stride: int) -> int:
        """Return how many rows of `layout` follow one another from `position`, checksums not looked at."""
        import numpy as np

        most = (len(self.data) - position) // stride
        # Look ahead first: where key sets take turns, asking numpy for each row would cost more than to read it.
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

    def _turns(self, layout: Layout | None, position: int) -> None:
        """Take the good row of `layout` at `position` and the good rows after it, while key sets take turns."""
        data, view, base, end = self.data, self.view, self.base, len(self.data)
        layouts, found, head = self.reader.layouts, self._found, frames.HEAD.size
        previous = 0
        same = 0
        while layout is not None and same < _STRETCH:
            found.setdefault(layout.word, []).append(position)
            position += head + layout.size
            if position + _ROW_START > end:
                break
            length, checksum, word = _frame_start(data, position)
            layout = layouts.get(word)
            stop = position + head + length
            if layout is None or length != layout.size or stop > end:
                break
            if crc32(view[position + head : stop], base + position) != checksum:
                break
            same = same + 1 if word == previous else 0
            previous = word
        self.position = position

    def _block(self, layout: Layout, position: int, count: int, stride: int) -> Rows:
        """Return the good rows among `count` ones at `position`, and go on after them; the others become faults."""
        import numpy as np

        stop = position + count * stride
        # All in C, as most of the time of reading a journal is spent here.
        payloads = struct.iter_unpack(f"{frames.HEAD.size}x{layout.size}s", self.view[position:stop])
        places = range(self.base + position, self.base + stop, stride)
        checksums = np.fromiter(map(crc32, map(itemgetter(0), payloads), places), np.uint32, count)
        array = np.frombuffer(self.data, layout.dtype, count, position)
        offsets = np.arange(places.start, places.stop, stride, dtype=np.int64)
        good = array["crc"] == checksums
        if not good.all():
            count = self._sound(np.flatnonzero(~good).tolist(), position, count, stride)
            array, offsets = array[:count][good[:count]], offsets[:count][good[:count]]
        self.position = position + count * stride
        return Rows(layout, array, offsets)

    def _sound(self, damaged: list[int], position: int, count: int, stride: int) -> int:
        """Report the `damaged` ones of `count` rows, and return how many of all can be passed over.

        A damaged row that ends the stretch, or that hides the start of a good frame, is left for `_skip`.
        """
        for index in damaged:
            at = position + index * stride
            if index == count - 1 or frames.find(self.data, at + 1, self.base, at + stride) >= 0:
                return index
            self._fault(at, stride, "damaged bytes")
        return count

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
        JournalError: the file cannot be read.
    """
    start = len(frames.MAGIC)
    fd = _open(path)
    try:
        data = _read_at(fd, start, _HEADER_BYTES)
        claimed = frames.claimed_end(data, 0)
        if claimed > len(data) == _HEADER_BYTES:
            data = _read_at(fd, start, claimed)
    except OSError as error:
        raise JournalError(f"{path} cannot be read: {error.strerror}") from error
    finally:
        os.close(fd)
    record = _decode_frame(data, start)
    return record if isinstance(record, Header) else None


def read_exit(path: str | os.PathLike[str]) -> Exit | None:
    """Return the exit record of a finished journal from its end, without reading more; None if it has none there.

    Raises:
        JournalError: the file cannot be read.
    """
    fd = _open(path)
    try:
        size = os.fstat(fd).st_size
        start = max(size - _TAIL_BYTES, 0)
        data = _read_at(fd, start, size - start)
        if len(data) < _END_FRAME:
            return None
        word, offset = END_MARK.unpack_from(data, len(data) - END_MARK.size)
        if word != ROW_MARK or not size - _MOST_EXIT_BYTES <= offset < size:
            return None
        data = data[offset - start :] if offset >= start else _read_at(fd, offset, size - offset)
        magic = _read_at(fd, 0, len(frames.MAGIC))
    except OSError as error:
        raise JournalError(f"{path} cannot be read: {error.strerror}") from error
    finally:
        os.close(fd)
    end_mark = len(data) - _END_FRAME
    if magic != frames.MAGIC or frames.payload_end(data, end_mark, offset) != len(data):
        return None
    record = _decode_frame(data, offset) if frames.claimed_end(data, 0) == end_mark else None
    return record if isinstance(record, Exit) else None


def _decode_frame(data: bytes, offset: int) -> AnyRecord | None:
    """Return the record of the frame that `data` begins with; None if there is no such frame or record."""
    stop = frames.payload_end(data, 0, offset)
    if not stop:
        return None
    try:
        return decode(data[frames.HEAD.size : stop])
    except JournalError:  # whoever reads the whole journal gets it as a fault
        return None


def _open(path: str | os.PathLike[str]) -> int:
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise JournalError(f"{path} cannot be opened: {error.strerror}") from error


def _read_at(fd: int, offset: int, count: int) -> bytes:
    os.lseek(fd, offset, os.SEEK_SET)
    data = os.read(fd, count)
    while len(data) < count and (more := os.read(fd, count - len(data))):  # Linux gives at most 2 GiB a call
        data += more
    return data
