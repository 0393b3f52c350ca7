"""`JournalTail`: one journal that is being read, its folded state, and what was appended since the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark.api.contents import LooseRow
from trailmark.errors import JournalError
from trailmark.journal.fold import Fold, JournalState, kept
from trailmark.journal.reader import Entry, Reader, read_exit
from trailmark.journal.records import Console, Exit, MediaFile, Row, decode_struct
from trailmark.server.index.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark.journal.reader import Rows

_PART_BYTES = 1 << 25  # of packed rows in one part: enough for numpy, little beside what the tables take
_PART_RECORDS = 20_000  # rows and console records in one part


class Appended:
    """What was appended to a journal, in the order in which it was written.

    Attributes:
        packed: rows of numbers; those of different key sets may interleave, which their offsets tell.
        loose: the other rows.
        console: what the process printed.
        has_media: whether files of media objects came to be.
    """

    def __init__(self) -> None:
        self.packed: list[Rows] = []
        self.loose: list[LooseRow] = []
        self.console: list[Console] = []
        self.has_media = False
        self._bytes = 0

    def take_rows(self, together: list[Rows]) -> None:
        """Take packed rows."""
        self.packed += together
        self._bytes += sum(rows.array.nbytes for rows in together)

    @property
    def is_full(self) -> bool:
        """Whether this is enough to be written to the index."""
        return self._bytes >= _PART_BYTES or len(self.loose) + len(self.console) >= _PART_RECORDS


class JournalTail:
    """Reads one journal as it grows.

    Args:
        path: the journal.
        until_step: the last step that counts, if a rewind or a fork took later ones back.
        indexed: how far its rows and lines are in the index already; those before are only folded.
        size: the file's size in bytes. If all is indexed and the journal ends with its folded state, it is not read.
        checkpoint: where to go on reading; it holds for this journal.

    Attributes:
        fault: why the journal, or a part of it, cannot be read.
    """

    def __init__(
        self,
        path: Path,
        until_step: int | None = None,
        indexed: int = 0,
        *,
        size: int = 0,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.path = path
        self.until_step = until_step
        self.indexed = indexed
        self.fault: str | None = None
        self._reader = Reader(path)
        self._fold = Fold(until_step=until_step)
        self._final: JournalState | None = None
        self._ended = False
        self._exit_at = 0
        self._unreadable = False
        self._skipped = size if 0 < size == indexed else 0
        if self._skipped:
            self._final = self._final_state()
            self._ended = self._final is not None
            self._skipped = self._skipped if self._ended else 0
        if checkpoint is not None and checkpoint.until_step == until_step and checkpoint.offset <= indexed:
            self._reader = checkpoint.reader(path)
            self._fold = Fold(checkpoint.state, until_step)

    @property
    def offset(self) -> int:
        """How far the journal was read, in bytes."""
        return self._reader.offset or self._skipped

    @property
    def is_finished(self) -> bool:
        """Whether the journal ends with an exit record."""
        return self._ended

    @property
    def is_unreadable(self) -> bool:
        """Whether the journal as a whole cannot be read."""
        return self._unreadable

    def state(self) -> JournalState:
        """Return the folded state of what was read so far."""
        if self._unreadable:
            return JournalState()
        return self._final or self._fold.settle()

    def checkpoint(self) -> Checkpoint | None:
        """Return where to go on reading another time; None if that is of no use."""
        if self._unreadable or self._ended or not self._reader.offset:
            return None
        return Checkpoint.of(self._reader, self._fold.settle(), self.until_step)

    def read(self) -> Iterator[Appended]:
        """Yield what was appended since the last call, in parts; it is to be taken to the end.

        A journal that cannot be read yields nothing, and `fault` tells why.
        """
        part = Appended()
        if self._is_as_skipped():
            return
        try:
            for item in self._reader.read():
                if isinstance(item, Entry):
                    self._take(item, part)
                else:
                    self._take_rows(item, part)
                if part.is_full:
                    yield part
                    part = Appended()
        except JournalError as error:
            self.fault, self._unreadable = str(error), True
            return
        self._unreadable = False
        self._conclude()
        yield part

    def _is_as_skipped(self) -> bool:
        try:
            return self._skipped > 0 and self.path.stat().st_size == self._skipped
        except OSError:  # reading it tells
            return False

    def _take_rows(self, together: list[Rows], part: Appended) -> None:
        if max(int(rows.offsets[-1]) for rows in together) > self._exit_at:
            self._ended = False
        self._fold.batch(together)
        if self.until_step is not None:
            together = kept(together, self.until_step)
        part.take_rows([rows for rows in map(self._new, together) if len(rows.array)])

    def _new(self, rows: Rows) -> Rows:
        """Return those of `rows` that are not in the index yet."""
        if self.indexed <= int(rows.offsets[0]):
            return rows
        new = rows.offsets >= self.indexed
        return rows._replace(array=rows.array[new], offsets=rows.offsets[new])

    def _take(self, entry: Entry, part: Appended) -> None:
        record = entry.record
        if isinstance(record, Exit):
            self._ended, self._exit_at = True, entry.offset
        elif entry.offset > self._exit_at:
            self._ended = False
        self._fold.record(record)
        if entry.offset < self.indexed:
            return
        if isinstance(record, Row):
            beyond = self.until_step is not None and record.stream == "history" and record.step > self.until_step
            if not beyond:
                part.loose.append(LooseRow(entry.offset, record))
        elif isinstance(record, Console):
            part.console.append(record)
        elif isinstance(record, MediaFile):
            part.has_media = True

    def _conclude(self) -> None:
        """Note what the end of the file tells."""
        reader = self._reader
        self.indexed = max(self.indexed, reader.offset)
        self._final = self._final_state() if self._ended else None
        faults = [f"{fault.reason} at byte {fault.offset:,} ({fault.size:,} bytes)" for fault in reader.faults[:3]]
        if len(reader.faults) > len(faults):
            faults.append(f"and {len(reader.faults) - len(faults):,} more")
        self.fault = "; ".join(faults) or None

    @property
    def torn_bytes(self) -> int:
        """How many bytes at the end are no complete record (yet)."""
        return self._reader.size - self._reader.offset

    def _final_state(self) -> JournalState | None:
        """Return the state that the exit record carries, which also knows of rows that got damaged since."""
        state = exit_state(self.path)
        if state is None or state.header is None:
            return None
        if self.until_step is not None and (state.last_step or 0) > self.until_step:
            return None
        return state


def exit_state(path: Path) -> JournalState | None:
    """Return the state that a finished journal ends with; None if it has to be folded."""
    try:
        record = read_exit(path)
        return decode_struct(record.state, JournalState) if record is not None and record.state else None
    except JournalError:  # another version's, or whoever reads it is told why it cannot be read
        return None
