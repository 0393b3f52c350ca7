"""`Table`: rows and columns of any values, with media among them.

It is kept by columns: rows that are added go to lists, data frames and arrays stay what Arrow makes of them. It is
stored as Parquet (`trailmark.media.tables.parquet`), written by the folder in its own time; a table that was read back
knows its columns, their types and the number of its rows, and reads cells when they are asked for, by column or a
group of rows at a time.

The record: ``{"_type": "table", "path", "rows", "columns", "types"}``. A table of the mode INCREMENTAL has, in place of
``path``, ``parts``, a list of ``[path, rows]`` of the latest files, and under ``before`` the path of a JSON file that
lists 32 earlier ones and, under ``before``, the file with those before them.
"""

from __future__ import annotations

import functools
import json
import sys
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.media import Media
from trailmark.media.source import optional, read_json, stored_file
from trailmark.media.tables.cell import ANY, described, equal, replace_media
from trailmark.media.tables.cell_text import Record
from trailmark.media.tables.column import CONTAINERS, Column, check_names, is_media
from trailmark.media.tables.parquet import Source, to_arrow, write
from trailmark.media.tables.sheet import FixedList, Sheet, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored, StoredFile

LOG_MODES = ("IMMUTABLE", "MUTABLE", "INCREMENTAL")
_DEFAULT_COLUMNS = ("Input", "Output", "Expected")
_LISTED_PARTS = 32  # of an incremental table, in the record itself


class RowIndex(int):
    """The number of a row, which knows its table."""

    table: Table
    own: int | None = None  # the number in `table`, where that is one of several

    def get_row(self) -> dict[str, Any]:
        """Return the row, by the names of the columns."""
        number = int(self) if self.own is None else self.own
        return dict(zip(self.table.columns, self.table.sheet.row(number), strict=True))


class _Logged(NamedTuple):
    """What of an incremental table is stored in one home."""

    home: object
    rows: int
    record: dict[str, Any]
    version: int


class Table(Media):
    """Rows and columns of values: numbers, texts, times, lists, arrays, histograms, media, tables.

    All cells of a column are of one type, that of the first which is not None, unless mixed types are allowed; NaN is a
    number and not None. Values are copied, but for media. Any number of rows is kept.

    A table is logged again as it is then: unchanged, it refers to the same file; changed, it gets another one. With
    `log_mode="INCREMENTAL"` each `log` writes only the rows that were added since, and what is read back of it has all
    rows so far. Rows may be added while a table is being written.

    Args:
        columns: names, each once; an int becomes its text. Without any: "Input", "Output", "Expected".
        data: rows, each with a value for each column; or a two-dimensional array, or what `dataframe` takes.
        rows: the same as `data`.
        dataframe: a DataFrame of pandas or polars, or a pyarrow.Table, from which the columns come too; without the
            index of the rows.
        dtype: the type of all columns, or a list with the type of each: int, float, str, bool, bytes, list, dict,
            datetime.datetime, numpy.ndarray, Image, …, `typing.Any`, or None, which goes by the first value.
        optional: whether cells may be None; one for all columns, or a list.
        allow_mixed_types: take values of any type in each column.
        log_mode: "IMMUTABLE" and "MUTABLE" (W&B's names; both write a file whenever rows changed) or "INCREMENTAL".

    Raises:
        MediaError: a row has another length, a value another type than its column, a column no name of its own.
    """

    kind: ClassVar[str] = "table"

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        data: Any = None,
        rows: Any = None,
        dataframe: Any = None,
        dtype: Any = None,
        optional: bool | Sequence[bool] = True,  # noqa: FBT001, FBT002 (W&B's signature)
        allow_mixed_types: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        log_mode: str = "IMMUTABLE",
    ) -> None:
        self._begin(log_mode)
        given = [value for value in (data, rows, dataframe) if value is not None]
        if len(given) > 1:
            raise MediaError("Table takes its rows from one of data, rows and dataframe, not from several")
        values = given[0] if given else []
        dtype = ANY if allow_mixed_types else dtype
        if dataframe is not None or _is_frame(values):
            from trailmark.media.tables.frame import columns_of_frame

            found, count = columns_of_frame(values)
            self.sheet.define(found, dtype, optional)
            self.sheet.fill(found.values(), count)
        else:
            self.sheet.define(_DEFAULT_COLUMNS if columns is None else columns, dtype, optional)
            self.sheet.take(values)

    def _begin(self, log_mode: str, columns: Iterable[Column] = ()) -> None:
        if log_mode not in LOG_MODES:
            raise MediaError(f"log_mode is one of {', '.join(LOG_MODES)}, got {log_mode!r}")
        self.log_mode = log_mode
        self.sheet = Sheet(columns)
        self._listed: tuple[int, list[list[Any]]] | None = None  # what `data` returned last, and of which version
        self._stored_version = -1  # of the record that is kept
        self._logged: list[_Logged] = []
        self._primary_key: str | None = None
        self._foreign_keys: dict[str, tuple[Table, str]] = {}

    @classmethod
    def of(cls, columns: Iterable[Column]) -> Self:
        """Return a table of columns that nobody else changes."""
        table = cls.__new__(cls)
        Table._begin(table, "IMMUTABLE", columns)
        return table

    # -- adding ----------------------------------------------------------------------------------------------------

    def add_data(self, *data: Any) -> None:
        """Add a row: a value for each column.

        Raises:
            MediaError: it has another length, or a value is of another type than its column; nothing is added then.
        """
        self.sheet.append(data)

    def add_row(self, *row: Any) -> None:
        """Add a row, as `add_data`."""
        self.add_data(*row)

    def add_column(self, name: str, data: Any, optional: bool = False) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
        """Add a column with a value for each row: a list, array or series.

        Raises:
            MediaError: there is such a column, or the values are too many, too few or of several types.
        """
        self._only_rows("add_column")
        self.sheet.add(name, data, optional=optional)

    def add_computed_columns(self, fn: Callable[[RowIndex, dict[str, Any]], dict[str, Any]]) -> None:
        """Add the columns that a function returns for each row.

        Args:
            fn: gets the number of a row and the row as a dict by column; it returns a dict of new columns, the same
                ones for each row.

        Raises:
            MediaError: it returns something else.
        """
        names = self.columns
        computed: dict[str, list[Any]] = {}
        for index, row in self.iterrows():
            found = fn(index, dict(zip(names, row, strict=True)))
            if not isinstance(found, dict) or (index and found.keys() != computed.keys()):
                expected = f"the columns {shown(computed)}" if index else "a dict of columns"
                raise MediaError(f"row {index}: the function returned {found!r:.80}, expected {expected}")
            for name, value in found.items():
                computed.setdefault(name, []).append(value)
        with self.sheet.lock:
            self._only_rows("add_computed_columns")
            added = Table.of([])
            for name, values in computed.items():
                self.sheet.new_name(name)
                added.sheet.add(name, values, optional=True)
            for column in added.sheet.all():
                self.sheet.add_filled(column)

    def cast(self, col_name: str, dtype: Any, optional: bool | None = False) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
        """Fix the type of a column; its cells are checked, not converted.

        Raises:
            MediaError: a cell is of another type, or None in a column that is not optional.
        """
        self._only_rows("cast")
        self.sheet.recast(col_name, dtype, optional=bool(optional))

    def set_pk(self, col_name: str) -> None:
        """Say that the cells of a column name the rows.

        Raises:
            MediaError: there is no such column.
        """
        self._primary_key = self.sheet.known(col_name).name
        self.sheet.version += 1

    def set_fk(self, col_name: str, table: Table, table_col: str) -> None:
        """Say that the cells of a column name the rows of another table, which is stored with this one.

        Raises:
            MediaError: there is no such column, here or there.
        """
        if not isinstance(table, Table):
            raise MediaError(f"set_fk takes the other Table, got {described(table)}")
        self._foreign_keys[self.sheet.known(col_name).name] = (table, table.sheet.known(table_col).name)
        self.sheet.version += 1

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.sheet.columns)

    @property
    def types(self) -> dict[str, str | None]:
        """The type of each column, as `tables.cell` names it: "number", "image", …; None while it has none."""
        return {name: column.kind for name, column in self.sheet.columns.items()}

    @property
    def primary_key(self) -> str | None:
        """The column that names the rows, if `set_pk` said so."""
        return self._primary_key

    @property
    def foreign_keys(self) -> dict[str, tuple[Table, str]]:
        """The columns that name rows of another table: that table and its column."""
        return dict(self._foreign_keys)

    @property
    def data(self) -> list[list[Any]]:
        """All rows, each a list of cells: a copy, whose lists refuse to be changed, as the table would not be.

        Raises:
            MediaError: of what is done to the lists.
        """
        with self.sheet.lock:
            if self._listed is None or self._listed[0] != self.sheet.version:
                rows = FixedList(FixedList(row) for _, row in self.iterrows())
                self._listed = (self.sheet.version, rows)
            return self._listed[1]

    def iterrows(self) -> Iterator[tuple[RowIndex, list[Any]]]:
        """Yield each row's number and cells, as they are when this is called; a stored table is read piece by piece."""
        with self.sheet.lock:
            count, batches = len(self), self.sheet.batches()
        return self._iterate(count, batches)

    def _iterate(self, count: int, batches: Iterator[list[list[Any]]]) -> Iterator[tuple[RowIndex, list[Any]]]:
        if not self.sheet.columns:
            yield from ((self.index_ref(number), []) for number in range(count))
            return
        number = 0
        for columns in batches:
            for cells in zip(*columns, strict=True):
                index = RowIndex(number)
                index.table = self
                yield index, list(cells)
                number += 1

    def get_column(self, name: str, convert_to: str | None = None) -> Any:
        """Return the cells of a column; of a stored table nothing else is read.

        Args:
            name: the column.
            convert_to: None for a list, or "numpy" for an array: of numbers, booleans, times or texts if there is no
                None among them; arrays of one shape as one array; else of objects.

        Raises:
            MediaError: there is no such column, or no such form.
        """
        if convert_to not in (None, "numpy"):
            raise MediaError(f"convert_to is None or 'numpy', got {convert_to!r}")
        column = self.sheet.column(name)
        if convert_to is None:
            return column.cells()
        from trailmark.media.tables.frame import to_numpy

        return to_numpy(column.encoded(), column.cells)

    def get_index(self) -> list[RowIndex]:
        """Return the numbers of all rows."""
        return [self.index_ref(number) for number in range(len(self))]

    def index_ref(self, index: int) -> RowIndex:
        """Return a row's number, from 0, that knows this table.

        Raises:
            MediaError: there is no such row.
        """
        if not 0 <= index < len(self):
            raise MediaError(f"there is no row {index}: the table has {len(self)} rows")
        reference = RowIndex(index)
        reference.table = self
        return reference

    def get_dataframe(self) -> Any:
        """Return a pandas.DataFrame; integers of which some are None are of pandas' type Int64.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        from trailmark.media.tables.frame import to_pandas

        return to_pandas(self.sheet.all())

    def to_arrow(self) -> Any:
        """Return a pyarrow.Table, as the file has it (`trailmark.media.tables.arrow` tells how cells are held)."""
        columns = self.sheet.all()
        return to_arrow(columns, [column.encoded() for column in columns])

    def to_polars(self) -> Any:
        """Return a polars.DataFrame of what `to_arrow` returns.

        Raises:
            MissingPackageError: polars is not installed.
        """
        try:
            import polars as pl
        except ImportError:
            raise MissingPackageError("polars", "Table.to_polars()") from None
        return pl.from_arrow(self.to_arrow())

    def select(
        self,
        columns: Sequence[str] | None = None,
        where: Any = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | Sequence[str] | None = None,
    ) -> Table:
        """Return a table of some rows and columns; of a stored table no more is read than is needed.

        Args:
            columns: names, in the order wanted; None: all.
            where: ``("loss", "<", 0.5)``, a list of such, all of which hold, or a pyarrow.dataset.Expression.
                Operators: ==, !=, <, <=, >, >=, in, not in, contains (of texts), is null, not null. None is not equal
                to any value, and neither less nor greater.
            limit: how many rows at most.
            offset: how many rows to leave out first.
            order: a column, ``"-"`` and a column for the largest first, or a list of such; NaN and None come last.

        Raises:
            MediaError: there is no such column, or its cells cannot be compared.
        """
        from trailmark.media.tables.select import select

        if isinstance(columns, str):
            columns = [columns]
        names = self.columns if columns is None else [self.sheet.known(name).name for name in columns]
        for argument, value in (("limit", limit), ("offset", offset)):
            if value is not None and value < 0:
                raise MediaError(f"{argument} is 0 or more, got {value}")
        with self.sheet.lock:
            source = self.sheet.source
            held = {name: column.snapshot() for name, column in self.sheet.columns.items()}
        return Table.of(select(source, held, check_names(names), where, limit, offset, order))

    def __len__(self) -> int:
        return self.sheet.rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        if self is other:
            return True
        if self.columns != other.columns or len(self) != len(other):
            return False
        return all(map(_same, self.sheet.all(), other.sheet.all()))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kinds = [f"{name}: {kind or 'None'}" for name, kind in self.types.items()]
        return f"Table({len(self):,} rows x {len(kinds)} columns{' of ' if kinds else ''}{shown(kinds, 8, str)})"

    def _repr_html_(self) -> str:
        from trailmark.media.tables.table_html import to_html

        return to_html(self)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_logged": [], "_listed": None}

    # -- storing ---------------------------------------------------------------------------------------------------

    def record_in(self, folder: Folder, home: object) -> dict[str, Any]:
        """Return the record of the table as it is now, stored unless it was, as it is, stored in the same `home`."""
        with self.sheet.lock:
            if self.log_mode == "INCREMENTAL":
                return self._increment(folder, home)
            if self._kept is None or self._kept[0] is not home or self._stored_version != self.sheet.version:
                version = self.sheet.version
                self._kept = (home, {"_type": self.kind, **self._put_whole(folder, home)})
                self._stored_version = version
            return self._kept[1]

    @property
    def changes(self) -> bool:
        """Whether the table changed since it was stored."""
        return self._stored_version != self.sheet.version

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the table into `folder` whole, in one file, and return the fields of its record."""
        with self.sheet.lock:
            return self._put_whole(folder, folder)

    def _put_whole(self, folder: Folder, home: object) -> dict[str, Any]:
        source = self.sheet.source
        files = source.files() if source is not None and not self.sheet.may_hold_media() else []
        path = folder.copy("table", files[0].check()) if len(files) == 1 else self._put(folder, home, 0)
        return {"path": path, **self._about(folder, home)}

    def _put(self, folder: Folder, home: object, start: int) -> str:
        """Have the rows from `start` on written, and return the path."""
        columns = [column.snapshot(start) for column in self.sheet.all()]
        held_bytes = sum(column.size_bytes() for column in columns)

        def stored(media: Media) -> Record:
            return Record(media.record_in(folder, home))

        columns = [
            column.mapped(lambda cell: replace_media(cell, stored)) if column.has_media else column
            for column in columns
        ]
        return folder.encode("table", "parquet", functools.partial(write, columns), held_bytes=held_bytes)

    def _about(self, folder: Folder, home: object) -> dict[str, Any]:
        about: dict[str, Any] = {"rows": len(self), "columns": self.columns, "types": list(self.types.values())}
        required = [name for name, column in self.sheet.columns.items() if not column.optional]
        if required:
            about["required"] = required
        if self.log_mode != "IMMUTABLE":
            about["log_mode"] = self.log_mode
        if self._primary_key is not None:
            about["primary_key"] = self._primary_key
        if self._foreign_keys:
            about["foreign_keys"] = {
                name: {"table": table.record_in(folder, home), "column": column}
                for name, (table, column) in self._foreign_keys.items()
            }
        return about

    def _increment(self, folder: Folder, home: object) -> dict[str, Any]:
        """Store the rows that `home` has not got yet."""
        last = next((logged for logged in self._logged if logged.home is home), None)
        if last is not None and last.version == self.sheet.version:
            return last.record
        start = 0 if last is None else last.rows
        parts: list[list[Any]] = [] if last is None else [*last.record["parts"]]
        before = None if last is None else last.record["before"]
        if len(self) > start:
            parts.append([self._put(folder, home, start), len(self) - start])
        if len(parts) > _LISTED_PARTS:
            listed = {"before": before, "parts": parts[:_LISTED_PARTS]}
            before = folder.share("table", "json", json.dumps(listed).encode())
            parts = parts[_LISTED_PARTS:]
        record = {"_type": self.kind, "parts": parts, "before": before, **self._about(folder, home)}
        self._logged = [logged for logged in self._logged if logged.home is not home]
        self._logged.append(_Logged(home, len(self), record, self.sheet.version))
        return record

    def _only_rows(self, what: str) -> None:
        if self._logged:
            raise MediaError(f"{what}: an incremental table that was logged takes rows only: add columns before")

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the table that `record` was made of; cells are read when they are asked for.

        Raises:
            MediaError: the record is no table's.
        """
        try:
            required = set(record.get("required", ()))
            table = cls.__new__(cls)
            table._begin(record.get("log_mode", "IMMUTABLE"), _columns_of(record, required))  # noqa: SLF001 (its own)
            table._point_at(record, stored)  # noqa: SLF001
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MediaError(f"not the record of a table, {error!r}: {record!s:.200}") from error
        return table

    def _point_at(self, record: dict[str, Any], stored: Stored) -> None:
        rows = self.sheet.rows = _count(record["rows"])
        self._primary_key = optional(record, "primary_key", str)
        for name, key in record.get("foreign_keys", {}).items():
            self._foreign_keys[name] = (Table.from_record(key["table"], stored), key["column"])
        if "parts" in record:
            self.sheet.source = Source(functools.partial(_parts, record, stored), stored)
            return
        file = self._file = stored_file(record, stored)
        self.sheet.source = Source(lambda: [(file, rows)], stored)


def _columns_of(record: dict[str, Any], required: set[str]) -> Iterator[Column]:
    for name, kind in zip(check_names(record["columns"]), record["types"], strict=True):
        if not isinstance(kind, (str, type(None))):
            raise TypeError(f"the type of the column {name!r} is {kind!r}")
        column = Column(name, kind, optional=name not in required)
        column.has_media = kind is not None and (is_media(kind) or kind in CONTAINERS)
        yield column


def _parts(record: dict[str, Any], stored: Stored) -> list[tuple[StoredFile, int]]:
    """Return the files of an incremental table, in order.

    Raises:
        MediaError: a list of files is not there, or damaged.
    """
    found: list[tuple[StoredFile, int]] = []
    seen: set[str] = set()
    try:
        while True:
            found[:0] = [(stored.file(name), _count(rows)) for name, rows in record["parts"]]
            before = record["before"]
            if before is None:
                return found
            record = {} if before in seen else read_json(stored.file(before).check(), "a list of files")
            seen.add(before)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, MediaError):
            raise
        raise MediaError(f"the list of a table's files is damaged, {error!r}: {record!s:.200}") from error


def _count(rows: Any) -> int:
    """Return a number of rows that a record says."""
    if type(rows) is not int or not 0 <= rows <= sys.maxsize:
        raise ValueError(f"the number of rows is {rows!r}")
    return rows


def _is_frame(values: Any) -> bool:
    return type(values).__name__ in ("DataFrame", "LazyFrame") or (
        type(values).__name__ == "Table" and type(values).__module__.startswith("pyarrow.")
    )


def _same(one: Column, other: Column) -> bool:
    """Whether the cells of two columns of one length are equal."""
    kind = {one.kind, other.kind} - {None}
    if len(kind) > 1 and ANY not in kind:
        return False
    return all(mine is theirs or equal(mine, theirs) for mine, theirs in zip(one.cells(), other.cells(), strict=True))
