"""`JoinedTable`: two tables side by side, where a column of one equals a column of the other.

The record is ``{"_type": "joined-table", "table", "other", "join_key": [column, column]}``, with the records of both.
Nothing is joined before somebody reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trailmark.errors import MediaError
from trailmark.media.kinds import restore
from trailmark.media.media import Media
from trailmark.media.tables.buffers import from_numpy
from trailmark.media.tables.cell import described
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored
    from trailmark.media.tables.table import RowIndex

_PAIR = 2


class JoinedTable(Media):
    """The rows of two tables that agree in a column, in the order of the first table.

    None agrees with nothing, not even None. A row that agrees with several is there several times; one that agrees with
    none is not there.

    Args:
        table: a Table.
        other: another Table.
        join_key: the column that both have, or a pair: that of `table` and that of `other`.

    Raises:
        MediaError: a table has no such column, or what it holds cannot be compared.
    """

    kind: ClassVar[str] = "joined-table"

    def __init__(self, table: Table, other: Table, join_key: str | tuple[str, str] | list[str]) -> None:
        for one in (table, other):
            if not isinstance(one, Table):
                raise MediaError(f"JoinedTable takes two Tables, got {described(one)}")
        keys = [join_key, join_key] if isinstance(join_key, str) else list(join_key)
        if len(keys) != _PAIR:
            raise MediaError(f"join_key is a column of both tables or a pair of columns, got {join_key!r}")
        for one, key in zip((table, other), keys, strict=True):
            if key not in one.columns:
                raise MediaError(
                    f"there is no column {key!r} to join by; there are {', '.join(map(repr, one.columns))}"
                )
        kinds = (table.types[keys[0]], other.types[keys[1]])
        if None not in kinds and kinds[0] != kinds[1]:
            raise MediaError(
                f"columns of one type are joined, got {keys[0]!r} ({kinds[0]}) and {keys[1]!r} ({kinds[1]})"
            )
        self.table, self.other = table, other
        self.join_key = (keys[0], keys[1])
        self._joined: tuple[tuple[int, int], Table] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns of the first table, and those of the other but its key; ``_2`` follows names that both have."""
        return [*self.table.columns, *self._others().values()]

    def _others(self) -> dict[str, str]:
        """Return the columns of the other table that are kept, and their names here."""
        taken = set(self.table.columns)
        names: dict[str, str] = {}
        for column in self.other.columns:
            if column == self.join_key[1]:
                continue
            name = column
            while name in taken:
                name += "_2"
            taken.add(name)
            names[column] = name
        return names

    def joined(self) -> Table:
        """Return the rows as a table.

        Raises:
            MediaError: the columns hold what cannot be compared.
        """
        versions = (self.table.sheet.version, self.other.sheet.version)
        if self._joined is None or self._joined[0] != versions:
            mine, theirs = self._pairs()
            columns = [column.take(mine) for column in self.table.sheet.all()]
            names = self._others()
            for column in self.other.sheet.all(names):
                taken = column.take(theirs)
                taken.name = names[column.name]
                columns.append(taken)
            self._joined = (versions, Table.of(columns))
        return self._joined[1]

    def _pairs(self) -> tuple[Any, Any]:
        """Return the numbers of the rows that agree, of both tables, in order."""
        import numpy as np
        import pyarrow as pa

        arrays = []
        for table, name in ((self.table, self.join_key[0]), (self.other, self.join_key[1])):
            encoded = table.sheet.column(name).encoded()
            if encoded.encoding != "native":
                raise MediaError(f"column {name!r} holds {table.types[name]}, by which tables cannot be joined")
            arrays.append(encoded.array)
        try:
            mine, theirs = (
                pa.table({"key": array, row: from_numpy(np.arange(len(array)))})
                for array, row in zip(_alike(arrays), ("mine", "theirs"), strict=True)
            )
            found = mine.join(theirs, "key", join_type="inner").select(["mine", "theirs"])
        except pa.ArrowException as error:
            raise MediaError(f"tables cannot be joined by {self.join_key}: {error}") from error
        rows = found.sort_by([("mine", "ascending"), ("theirs", "ascending")])
        return rows["mine"].to_numpy(), rows["theirs"].to_numpy()

    def iterrows(self) -> Iterator[tuple[RowIndex, list[Any]]]:
        """Yield each row's number and cells."""
        return self.joined().iterrows()

    def get_dataframe(self) -> Any:
        """Return a pandas.DataFrame.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        return self.joined().get_dataframe()

    def to_arrow(self) -> Any:
        """Return a pyarrow.Table, as `Table.to_arrow`."""
        return self.joined().to_arrow()

    def __len__(self) -> int:
        return len(self.joined())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JoinedTable):
            return NotImplemented
        return (self.join_key, self.table, self.other) == (other.join_key, other.table, other.other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"JoinedTable({self.table!r}, {self.other!r}, {self.join_key})"

    def _repr_html_(self) -> str:
        return self.joined()._repr_html_()

    # -- storing ---------------------------------------------------------------------------------------------------

    def record_in(self, folder: Folder, home: object) -> dict[str, Any]:
        """Return the record, with those of both tables as they are now."""
        return {
            "_type": self.kind,
            "table": self.table.record_in(folder, home),
            "other": self.other.record_in(folder, home),
            "join_key": list(self.join_key),
        }

    @property
    def changes(self) -> bool:
        """Whether a table changed since it was stored."""
        return self.table.changes or self.other.changes

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put both tables into `folder` and return the fields of the record."""
        record = self.record_in(folder, folder)
        return {name: value for name, value in record.items() if name != "_type"}

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the tables that `record` was made of; nothing of them is read yet.

        Raises:
            MediaError: the record is none of joined tables.
        """
        try:
            first, second = record["join_key"]
            tables = [restore(record[name], stored) for name in ("table", "other")]
        except (KeyError, TypeError, ValueError) as error:
            raise MediaError(f"not the record of joined tables: {str(record)[:80]}") from error
        return cls(tables[0], tables[1], (first, second))


def _alike(arrays: list[Any]) -> list[Any]:
    """Return both arrays with one type, as far as their values allow."""
    import pyarrow as pa

    types = [array.type for array in arrays]
    if types[0] == types[1]:
        return arrays
    if any(map(pa.types.is_null, types)):
        other = next((kind for kind in types if not pa.types.is_null(kind)), types[0])
        return [array.cast(other) for array in arrays]
    if all(map(pa.types.is_integer, types)):
        return [array.cast(pa.int64()) for array in arrays]
    if any(map(pa.types.is_floating, types)):
        return [array.cast(pa.float64()) for array in arrays]
    return [arrays[0], arrays[1].cast(types[0])]
