"""A column of a table: its name, the kind of its cells, and the cells, in parts that are lists or Arrow arrays.

Rows are appended to a list. A list that is full is never written to again, so that a snapshot shares it, and costs what
the last, unfinished list costs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.normalize import as_name
from trailmark.media.tables.arrow import Encoded, combine, encode
from trailmark.media.tables.buffers import from_numpy
from trailmark.media.tables.cell import ANY, ATOMS, as_cell, described, holds_media, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from typing_extensions import Self

PART_ROWS = 65_536  # of a full list, and of a row group of the file
_SAMPLE = 64  # cells whose size is measured
_QUICK = {bool: "boolean", int: "number", float: "number", str: "string", bytes: "bytes"}
_SIMPLE = frozenset((None, *_QUICK.values()))  # kinds that hold no media
CONTAINERS = frozenset(("list", "dict", ANY))  # kinds that may have media in them


class Column:
    """A column of a table.

    Attributes:
        name: unique in its table.
        kind: the kind of all cells (see `trailmark.media.tables.cell`), "any" for any, None while all are None.
        optional: whether a cell may be None.
        has_media: whether a cell may be, or hold, a media object.
    """

    __slots__ = ("_full", "_rows", "_tail", "has_media", "kind", "name", "optional")

    def __init__(self, name: str, kind: str | None = None, *, optional: bool = True) -> None:
        self.name, self.kind, self.optional = name, kind, optional
        self.has_media = False
        self._full: list[list[Any] | Encoded] = []
        self._rows = 0  # of the full parts
        self._tail: list[Any] = []

    def __len__(self) -> int:
        return self._rows + len(self._tail)

    def accept(self, value: Any, row: int) -> Any:
        """Return the cell that is kept of `value`; nothing is changed.

        Raises:
            MediaError: it is none of this column.
        """
        kind = type(value)
        if kind in ATOMS or (kind is str and value.isascii()):
            if self.kind is None or _QUICK.get(kind) != self.kind:
                self._fit(value, row)
            return value
        cell = as_cell(value, self.name)
        self._fit(cell, row)
        return cell

    def _fit(self, cell: Any, row: int) -> str | None:
        kind = kind_of(cell)
        if kind is None:
            if not self.optional:
                raise MediaError(
                    f"column {self.name!r}, row {row}: got None, and the column is not optional: "
                    f"give a value, or make it with optional=True"
                )
        elif self.kind not in (kind, ANY):
            if self.kind is None:
                return kind
            raise MediaError(
                f"column {self.name!r}, row {row}: got {described(cell)}, expected {self.kind}, the type of the "
                f"column: convert it, or make the table with allow_mixed_types=True"
            )
        return self.kind

    def append(self, cell: Any) -> None:
        """Add what `accept` returned."""
        if self.kind is None:
            self.kind = kind_of(cell)
        if self.kind not in _SIMPLE:
            self._look_for_media([cell])
        tail = self._tail
        tail.append(cell)
        if len(tail) >= PART_ROWS:
            self._full.append(tail)
            self._rows += len(tail)
            self._tail = []

    def extend(self, values: Sequence[Any]) -> None:
        """Add many cells, all or none.

        Raises:
            MediaError: one of them is none of this column.
        """
        cells, kind = self._cells_of(values)
        self.kind = kind
        self._look_for_media(cells)
        self.add_part(cells)

    def _cells_of(self, values: Sequence[Any]) -> tuple[list[Any], str | None]:
        types = set(map(type, values))
        first = len(self)
        if types <= ATOMS or (str in types and types <= ATOMS | {str} and _are_ascii(values)):
            cells = list(values)
            firsts: dict[type, tuple[int, Any]] = {}
            for row, cell in enumerate(cells):  # one of each type tells of all
                if type(cell) not in firsts:
                    firsts[type(cell)] = (row, cell)
                    if len(firsts) == len(types):
                        break
            kind = self.kind
            for row, cell in firsts.values():
                kind = self._kind_with(kind, cell, first + row)
            return cells, kind
        cells, kind = [], self.kind
        for row, value in enumerate(values):
            cell = as_cell(value, self.name)
            kind = self._kind_with(kind, cell, first + row)
            cells.append(cell)
        return cells, kind

    def _kind_with(self, kind: str | None, cell: Any, row: int) -> str | None:
        before, self.kind = self.kind, kind
        try:
            return self._fit(cell, row)
        finally:
            self.kind = before

    def _look_for_media(self, cells: Iterable[Any]) -> None:
        if self.has_media or self.kind is None:
            return
        self.has_media = any(map(holds_media, cells)) if self.kind in CONTAINERS else is_media(self.kind)

    def add_part(self, part: list[Any] | Encoded) -> None:
        """Add cells of the column's kind, of which nobody else will change any."""
        if self._tail:
            self._full.append(self._tail)
            self._rows += len(self._tail)
            self._tail = []
        if len(part):
            self._full.append(part)
            self._rows += len(part)

    def parts(self, start: int = 0, stop: int | None = None) -> Iterator[list[Any] | Encoded]:
        """Yield the cells of these rows as they are kept; what is yielded does not change."""
        stop = len(self) if stop is None else min(stop, len(self))
        begin = 0
        for part in [*self._full, self._tail]:
            low, high = max(start - begin, 0), min(stop - begin, len(part))
            begin += len(part)
            if low >= high:
                continue
            if isinstance(part, Encoded):
                yield part if low == 0 and high == len(part) else part.slice(low, high)
            else:
                yield part if low == 0 and high == len(part) and part is not self._tail else part[low:high]

    def cells(self, start: int = 0, stop: int | None = None) -> list[Any]:
        """Return the cells of these rows."""
        found: list[Any] = []
        for part in self.parts(start, stop):
            found += part.cells() if isinstance(part, Encoded) else part
        return found

    def snapshot(self, start: int = 0, stop: int | None = None) -> Self:
        """Return a column of these rows, which does not change with this one."""
        copy = self.like()
        for part in self.parts(start, stop):
            copy.add_part(part)
        return copy

    def like(self) -> Self:
        """Return a column as this one, without cells."""
        copy = type(self)(self.name, self.kind, optional=self.optional)
        copy.has_media = self.has_media
        return copy

    def mapped(self, convert: Callable[[Any], Any]) -> Self:
        """Return a column of what `convert` makes of each cell."""
        copy = self.like()
        copy.add_part([convert(cell) for cell in self.cells()])
        return copy

    def take(self, rows: Any) -> Self:
        """Return a column of these rows.

        Args:
            rows: their numbers, a numpy array of int64.
        """
        copy = self.like()
        parts = list(self.parts())
        if parts and all(isinstance(part, Encoded) for part in parts):
            joined = combine(self.kind, [part for part in parts if isinstance(part, Encoded)])
            copy.add_part(joined.with_array(joined.array.take(from_numpy(rows))))
        else:
            cells = self.cells()
            copy.add_part([cells[row] for row in rows.tolist()])
        return copy

    def encoded(self) -> Encoded:
        """Return all cells as one Arrow array."""
        pieces = [
            part if isinstance(part, Encoded) else encode(self.kind, part[begin : begin + PART_ROWS])
            for part in self.parts()
            for begin in range(0, 1 if isinstance(part, Encoded) else len(part), PART_ROWS)
        ]
        return combine(self.kind, pieces) if pieces else encode(self.kind, [])

    def size_bytes(self) -> int:
        """Return about how much memory the cells take."""
        total = 0
        for part in self.parts():
            if isinstance(part, Encoded):
                total += part.array.nbytes
            else:
                sample = part[:: len(part) // _SAMPLE + 1]
                total += len(part) * (8 + sum(map(_size, sample)) // len(sample))
        return total


def is_media(kind: str) -> bool:
    """Whether a kind is one of media."""
    from trailmark.media.kinds import CLASSES

    return kind in CLASSES


def check_name(name: Any) -> str:
    """Return the name of a column; an integer's text, as data frames have integers for names.

    Raises:
        MediaError: it is neither str nor int.
    """
    if isinstance(name, str):
        return as_name(name)
    integer = getattr(name, "item", lambda: name)()
    if type(integer) is int:
        return str(integer)
    raise MediaError(
        f"columns are named by str (an int becomes its text), got {name!r} of type {type(name).__name__}: "
        f"write {str(name)!r}"
    )


def check_names(names: Iterable[Any]) -> list[str]:
    """Return the names of columns.

    Raises:
        MediaError: one is neither str nor int, or there twice.
    """
    checked = [check_name(name) for name in names]
    if len(set(checked)) != len(checked):
        twice = next(name for name in checked if checked.count(name) > 1)
        raise MediaError(f"two columns are named {twice!r}: give each a name of its own")
    return checked


def _are_ascii(values: Iterable[Any]) -> bool:
    return all(value.isascii() for value in values if type(value) is str)


def _size(cell: Any) -> int:
    nbytes = getattr(cell, "nbytes", None)
    if isinstance(cell, list):
        return sys.getsizeof(cell) + sum(map(_size, cell[:_SAMPLE])) * len(cell) // max(1, min(len(cell), _SAMPLE))
    return nbytes if isinstance(nbytes, int) else sys.getsizeof(cell)
