"""`Checkpoint`: how far an unfinished journal was read, and what it amounts to up to there.

Whoever opens the index again goes on from there, and need not read the journal of a long run once more. Journals only
grow, so if what stands before that place is what stood there, all before it is as it was.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from trailmark.errors import JournalError
from trailmark.journal.fold import JournalState  # noqa: TC001 (msgspec evaluates the annotations of structs)
from trailmark.journal.reader import Fault, Reader
from trailmark.journal.records import Keys, decode_struct, encode

if TYPE_CHECKING:
    from pathlib import Path

_MARK_BYTES = 4096
_MOST_FAULTS = 100  # a journal with more of them is read again


class Checkpoint(msgspec.Struct):
    """A place in a journal. It is kept in MessagePack, as the state in an exit record is."""

    offset: int  # bytes that are read
    until_step: int | None  # the last step that counts
    mark: bytes  # of the bytes before `offset`
    keys: list[Keys]
    faults: list[Fault]
    state: JournalState

    @classmethod
    def of(cls, reader: Reader, state: JournalState, until_step: int | None) -> Checkpoint | None:
        """Return where a reader is; None if nobody could go on from there."""
        mark = _mark(reader.path, reader.offset)
        if mark is None or len(reader.faults) > _MOST_FAULTS:
            return None
        return cls(reader.offset, until_step, mark, reader.key_sets, reader.faults, state)

    @classmethod
    def unpack(cls, data: bytes) -> Checkpoint | None:
        """Return what `pack` made `data` of; None if that was another version's."""
        try:
            return decode_struct(data, cls)
        except JournalError:
            return None

    def pack(self) -> bytes:
        """Return it in bytes."""
        return encode(self)

    def holds(self, path: Path) -> bool:
        """Whether the journal at `path` is the one that was read."""
        return _mark(path, self.offset) == self.mark

    def reader(self, path: Path) -> Reader:
        """Return a reader that goes on from here."""
        made = Reader(path, self.offset, self.keys)
        made.faults = self.faults
        return made


def _mark(path: Path, offset: int) -> bytes | None:
    """Return what tells the bytes before `offset` from others; None if they are not there."""
    begin = max(offset - _MARK_BYTES, 0)
    try:
        with path.open("rb") as file:
            file.seek(begin)
            data = file.read(offset - begin)
    except OSError:
        return None
    return hashlib.blake2b(data, digest_size=16).digest() if data and len(data) == offset - begin else None
