"""`Sheet`: the columns of a table and their cells, in memory or in the files that they are read from."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.array import as_numpy
from trailmark.media.tables.cell import as_kind
from trailmark.media.tables.column import CONTAINERS, PART_ROWS, Column, check_name, check_names, is_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trailmark.media.tables.parquet import Source

_SHOWN = 5  # cells of a row that a message shows


class Sheet:
    """Columns of one length.

    Attributes:
        columns: by name, in order; without cells while these are in `source`.
        rows: how many there are.
        source: the files that have the cells, of a table that was read back and not changed.
        version: a number that grows with each change.
        lock: held while the sheet changes, or while what belongs together is read.
    """

    def __init__(self, columns: Iterable[Column] = ()) -> None:
        self.columns = {column.name: column for column in columns}
        self.rows = max(map(len, self.columns.values()), default=0)
        self.source: Source | None = None
        self.version = 0
        self.lock = threading.RLock()

    def define(self, names: Iterable[Any], dtype: Any, optional: Any) -> None:
        """Begin with columns; `dtype` and `optional` are one for all, or a list.

        Raises:
            MediaError: a name or a type is none, a name is there twice, or a list has another length.
        """
        if isinstance(names, str):
            raise MediaError(f"columns takes a list of names, got the text {names!r}: write [{names!r}]")
        checked = check_names(names)
        each: list[list[Any]] = []
        for argument, value in (("dtype", dtype), ("optional", optional)):
            values = list(value) if isinstance(value, (list, tuple)) else [value] * len(checked)
            if len(values) != len(checked):
                raise MediaError(f"{argument} has {len(values)} entries for {len(checked)} columns")
            each.append(values)
        for name, kind, may_be_none in zip(checked, *each, strict=True):
            self.columns[name] = Column(name, as_kind(kind), optional=bool(may_be_none))

    # -- adding ----------------------------------------------------------------------------------------------------

    def take(self, values: Any) -> None:
        """Fill columns that have no cells yet with rows, or with a two-dimensional array.

        Raises:
            MediaError: it is neither, a row has another length, or a cell is none of its column.
        """
        array = None if isinstance(values, (list, tuple)) else as_numpy(values)
        if array is not None and array.dtype.names is None and not array.dtype.hasobject:
            from trailmark.media.tables.frame import columns_of_array

            columns = columns_of_array(array)
            if len(columns) != len(self.columns):
                raise MediaError(self._lengths(f"data of shape {array.shape}", len(columns)))
            self.fill(columns, len(array))
            return
        if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
            raise MediaError(f"data takes a list of rows, an array or a DataFrame, got {values!r:.80}")
        rows = [self._row(row, number) for number, row in enumerate(values)]
        for number, column in enumerate(self.columns.values()):
            column.extend([row[number] for row in rows])
        self.rows = len(rows)

    def fill(self, columns: Iterable[Any], rows: int) -> None:
        """Fill columns that have no cells yet with arrays or series, one for each."""
        from trailmark.media.tables.frame import fill

        for column, values in zip(self.columns.values(), columns, strict=True):
            fill(column, values)
        self.rows = rows

    def append(self, row: Sequence[Any]) -> None:
        """Add a row.

        Raises:
            MediaError: it has another length, or a cell is none of its column; nothing is added then.
        """
        with self.lock:
            self.own()
            number, columns = self.rows, self.columns.values()
            if len(row) != len(columns):
                self._row(row, number)
            cells = [column.accept(value, number) for column, value in zip(columns, row, strict=True)]
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
            self.rows = number + 1
            self.version += 1

    def add(self, name: Any, data: Any, *, optional: bool) -> None:
        """Add a column with a value for each row.

        Raises:
            MediaError: there is such a column, or the values are too many, too few or of several types.
        """
        from trailmark.media.tables.frame import fill, is_columnar

        with self.lock:
            column = Column(self.new_name(name), optional=optional)
            self.own()
            if is_columnar(data):
                fill(column, data)
            elif isinstance(data, (str, bytes, dict)) or not hasattr(data, "__iter__"):
                raise MediaError(f"column {column.name!r} takes a list or an array of values, got {data!r:.80}")
            else:
                column.extend(list(data))
            if (self.columns or self.rows) and len(column) != self.rows:
                raise MediaError(
                    f"column {column.name!r} has {len(column)} values, expected {self.rows}, one for each row"
                )
            self.columns[column.name] = column
            self.rows = len(column)
            self.version += 1

    def add_filled(self, column: Column) -> None:
        """Add a column that has its cells, of the length of the others, and a name of its own."""
        with self.lock:
            self.own()
            self.columns[column.name] = column
            self.version += 1

    def recast(self, name: Any, dtype: Any, *, optional: bool) -> None:
        """Fix the type of a column, to which its cells must belong.

        Raises:
            MediaError: there is no such column or type, or a cell is of another one.
        """
        with self.lock:
            kind = as_kind(dtype)
            name = self.known(name).name
            self.own()
            column = Column(name, kind, optional=optional)
            column.extend(self.columns[name].cells())
            self.columns[name] = column
            self.version += 1

    def own(self) -> None:
        """Read the files whole, as the sheet is about to change."""
        if self.source is not None:
            self.columns, self.source = {column.name: column for column in self.all()}, None

    def _row(self, row: Any, number: int) -> Sequence[Any]:
        if not isinstance(row, (list, tuple)):
            array = None if isinstance(row, (str, bytes, dict)) else as_numpy(row)
            if array is None or array.ndim != 1:
                raise MediaError(f"row {number} is a {type(row).__name__}, expected a list of cells: {row!r:.80}")
            row = list(array)
        if len(row) != len(self.columns):
            raise MediaError(self._lengths(f"row {number} ({shown(row)})", len(row)))
        return row  # type: ignore[no-any-return]

    def _lengths(self, what: str, got: int) -> str:
        return f"{what} has {got} cells, expected {len(self.columns)}, one for each column: {shown(self.columns)}"

    # -- reading ---------------------------------------------------------------------------------------------------

    def known(self, name: Any) -> Column:
        """Return the column of a name, perhaps without its cells.

        Raises:
            MediaError: there is none.
        """
        column = self.columns.get(name if isinstance(name, str) else check_name(name))
        if column is None:
            raise MediaError(f"there is no column {name!r}; there are {shown(self.columns, 20)}")
        return column

    def new_name(self, name: Any) -> str:
        """Return the name of a column that is not there yet.

        Raises:
            MediaError: it is there, or no name.
        """
        checked = check_name(name)
        if checked in self.columns:
            raise MediaError(f"there is a column {checked!r} already")
        return checked

    def column(self, name: Any) -> Column:
        """Return a column with its cells as they are now."""
        return self.all([self.known(name).name])[0]

    def all(self, names: Iterable[str] | None = None) -> list[Column]:
        """Return columns, all or those of these names, with their cells as they are now."""
        with self.lock:
            columns = [self.columns[name] for name in (self.columns if names is None else names)]
            source = self.source
            if source is None:
                return [column.snapshot() for column in columns]
        read = source.columns({column.name: column.kind for column in columns})
        filled = [column.like() for column in columns]
        for column in filled:
            column.add_part(read[column.name])
        return filled

    def batches(self) -> Iterator[list[list[Any]]]:
        """Return the cells of all columns as they are now, some rows at a time."""
        with self.lock:
            names, source, rows = list(self.columns), self.source, self.rows
            columns = [] if source is not None else self.all()
        if source is not None:
            return ([batch[name].cells() for name in names] for batch in source.batches(names))
        starts = range(0, rows, PART_ROWS)
        return ([column.cells(start, start + PART_ROWS) for column in columns] for start in starts)

    def row(self, number: int) -> list[Any]:
        """Return the cells of a row."""
        return [column.cells(number, number + 1)[0] for column in self.all()]

    def may_hold_media(self) -> bool:
        """Whether a column's type has place for media."""
        kinds = [column.kind for column in self.columns.values() if column.kind is not None]
        return any(is_media(kind) or kind in CONTAINERS for kind in kinds)

    def __getstate__(self) -> dict[str, Any]:
        with self.lock:
            columns = {name: column.snapshot() for name, column in self.columns.items()}
            return {"columns": columns, "rows": self.rows, "source": self.source, "version": self.version}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.lock = threading.RLock()


class FixedList(list[Any]):
    """A list of what a table holds: it refuses changes, which the table would never see."""

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        """Have it copied, and pickled, as a plain list."""
        return list, (list(self),)


def _refuse(_rows: FixedList, *_: object, **_named: object) -> None:
    raise MediaError(
        "table.data is a copy, and changing it would not change the table: add rows with add_data, columns with "
        "add_column, or make a Table of `list(map(list, table.data))`"
    )


for _name in (
    *["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"],
    "__delitem__",
    "__iadd__",
    "__setitem__",
):
    setattr(FixedList, _name, _refuse)


def shown(values: Iterable[Any], count: int = _SHOWN, show: Callable[[Any], str] = repr) -> str:
    """Return the first of some values, as messages show them."""
    texts = [show(value)[:60] for value in values]
    return ", ".join(texts[:count]) + (f", … {len(texts) - count} more" if len(texts) > count else "")
