"""What one journal holds for readers: its rows, console lines and metric definitions, and the shelf that keeps them.

A `Contents` reads a journal once and afterwards only what was appended. A `Shelf` keeps the contents that were asked
for last, up to a number of bytes, so that a chart of fifty keys does not read a journal fifty times.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from trailmark.api.stored import StoredMedia
from trailmark.journal.fold import Fold
from trailmark.journal.reader import Entry, Reader, Rows
from trailmark.journal.records import Console, MediaFile, Metric, Row

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.reader import Fault

SHELF_BYTES = 1 << 28  # 256 MiB, as files; a million rows of ten keys are 100 MiB
_VALUE_BYTES = 100  # a value of a row that is not packed, as Python objects: about this
_MAX_BLOCKS = 64  # more arrays than this, and looking at each costs more than joining them


class LooseRow(NamedTuple):
    """A row that holds more than numbers."""

    offset: int
    row: Row


class Contents:
    """The rows, console records and metric definitions of one journal, in the order in which they were written.

    Attributes:
        packed: rows of numbers; those of different key sets may interleave, which their offsets tell.
        loose: the other rows.
        console: what the process printed.
        definitions: a fold of nothing but the journal's metric definitions.
        stored: where the media of the rows find their files.
    """

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path)
        self._lock = threading.Lock()
        self.packed: list[Rows] = []
        self.loose: list[LooseRow] = []
        self.console: list[Console] = []
        self.definitions = Fold()
        self.stored = StoredMedia(path.parent)
        self.cost_bytes = 0

    def refresh(self) -> None:
        """Take in what was appended since the last call.

        Raises:
            JournalError: the journal cannot be read, or a later version of Trailmark wrote it.
        """
        with self._lock:
            begin = self._reader.offset
            for item in self._reader.read():
                if isinstance(item, Entry):
                    self._take(item)
                else:
                    self.packed += item
            self.cost_bytes += self._reader.offset - begin
            if len(self.packed) > _MAX_BLOCKS + len(self._reader.layouts):
                self.packed = _joined(self.packed)

    def _take(self, entry: Entry) -> None:
        record = entry.record
        if isinstance(record, Row):
            self.loose.append(LooseRow(entry.offset, record))
            self.cost_bytes += _VALUE_BYTES * (len(record.data) + 2)
        elif isinstance(record, Console):
            self.console.append(record)
            self.cost_bytes += _VALUE_BYTES * len(record.lines)
        elif isinstance(record, MediaFile):
            self.stored.take(record)
            self.cost_bytes += _VALUE_BYTES
        elif isinstance(record, Metric):
            self.definitions.record(record)

    @property
    def faults(self) -> list[Fault]:
        """The damaged places of the journal."""
        return self._reader.faults

    @property
    def torn_bytes(self) -> int:
        """How many bytes at the end are no complete record (yet)."""
        return self._reader.size - self._reader.offset


def _joined(blocks: list[Rows]) -> list[Rows]:
    """Return one block a key set, in the order of their first rows."""
    import numpy as np

    together: dict[int, list[Rows]] = {}
    for rows in blocks:
        together.setdefault(rows.layout.word, []).append(rows)
    return [
        Rows(
            group[0].layout,
            np.concatenate([rows.array for rows in group]),
            np.concatenate([rows.offsets for rows in group]),
        )
        for group in together.values()
    ]


class Shelf:
    """The contents of journals that were asked for last. Any thread may use it."""

    def __init__(self, limit_bytes: int = SHELF_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._kept: dict[Path, Contents] = {}  # the one asked for last comes last

    def contents(self, path: Path) -> Contents:
        """Return what the journal at `path` holds by now.

        Raises:
            JournalError: the journal cannot be read.
        """
        with self._lock:
            found = self._kept.pop(path, None) or Contents(path)
            self._kept[path] = found
        found.refresh()
        self._trim()
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _trim(self) -> None:
        with self._lock:
            total = sum(contents.cost_bytes for contents in self._kept.values())
            for path, contents in list(self._kept.items()):
                if total <= self.limit_bytes:
                    return
                total -= contents.cost_bytes
                del self._kept[path]
