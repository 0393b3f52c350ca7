"""`PartitionedTable`: the tables below one path of an artifact, read as one.

Many processes may each add a table to an artifact under one path, ``artifact.add(table, "parts/rank0")``, and one adds
``PartitionedTable("parts")``.

The record: ``{"_type": "partitioned-table", "parts_path"}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from trailmark.errors import MediaError
from trailmark.media.media import Media
from trailmark.media.tables.table import RowIndex, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored
    from trailmark.media.tables.column import Column


@runtime_checkable
class Listed(Protocol):
    """Where values are found by their names: an artifact."""

    def names(self, prefix: str) -> list[str]:
        """Return the names of the values that were added below `prefix`, a path with forward slashes."""
        ...

    def get(self, name: str) -> Any:
        """Return the value of a name."""


class PartitionedTable(Media):
    """The rows of all tables below a path of an artifact, table after table in the order of their names.

    It has no rows before it is read back from the artifact.

    Args:
        parts_path: the path, below which are tables with the same columns.

    Raises:
        MediaError: the path is empty, absolute or leads out.
    """

    kind: ClassVar[str] = "partitioned-table"

    def __init__(self, parts_path: str) -> None:
        parts = parts_path.strip("/").split("/") if isinstance(parts_path, str) else [""]
        if not all(parts) or ".." in parts or str(parts_path).startswith("/"):
            raise MediaError(f"parts_path is a path in the artifact, such as 'parts', got {parts_path!r}")
        self.parts_path = "/".join(parts)
        self._stored: Stored | None = None
        self._parts: dict[str, Table] | None = None

    @property
    def parts(self) -> dict[str, Table]:
        """The tables by their names in the artifact.

        Raises:
            MediaError: this was not read back from an artifact, or what lies there are no tables of the same columns.
        """
        if self._parts is None:
            self._parts = self._found()
        return dict(self._parts)

    def _found(self) -> dict[str, Table]:
        stored: Any = self._stored
        if not isinstance(stored, Listed):
            raise MediaError(
                f"the parts of PartitionedTable({self.parts_path!r}) are known once it is read back from an artifact: "
                f"add it and its parts to one, log that, and get it from there"
            )
        found = {name: stored.get(name) for name in sorted(stored.names(self.parts_path))}
        tables = {name: value for name, value in found.items() if isinstance(value, Table)}
        first = next(iter(tables.items()), None)
        for name, table in tables.items():
            if first is not None and table.columns != first[1].columns:
                raise MediaError(
                    f"{name} has the columns {table.columns}, {first[0]} has {first[1].columns}: "
                    f"the parts of a table have the same columns"
                )
        return tables

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return next((table.columns for table in self.parts.values()), [])

    def iterrows(self) -> Iterator[tuple[RowIndex, list[Any]]]:
        """Yield the number of each row, counted through all parts, and its cells."""
        begin = 0
        for table in self.parts.values():
            for own, row in table.iterrows():
                index = RowIndex(begin + own)
                index.table, index.own = table, int(own)
                yield index, row
            begin += len(table)

    def get_column(self, name: str) -> list[Any]:
        """Return the cells of a column.

        Raises:
            MediaError: there is no such column.
        """
        return [cell for table in self.parts.values() for cell in table.get_column(name)]

    def joined(self) -> Table:
        """Return all rows as a table, which takes memory for all.

        Raises:
            MediaError: a column has another type in another part.
        """
        columns: dict[str, Column] = {}
        for part, table in self.parts.items():
            for name in table.columns:
                more = table.sheet.column(name)
                column = columns.setdefault(name, more.like())
                if None not in (column.kind, more.kind) and column.kind != more.kind:
                    raise MediaError(f"column {name!r} holds {more.kind} in {part}, and {column.kind} before")
                column.kind = column.kind or more.kind
                column.has_media |= more.has_media
                for piece in more.parts():
                    column.add_part(piece)
        return Table.of(columns.values())

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
        return sum(map(len, self.parts.values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartitionedTable) and self.parts_path == other.parts_path

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"PartitionedTable({self.parts_path!r})"

    # -- storing ---------------------------------------------------------------------------------------------------

    def store(self, folder: Folder) -> dict[str, Any]:  # noqa: ARG002 (it has no files of its own)
        """Return the fields of the record; the parts are added to the artifact by themselves."""
        return {"parts_path": self.parts_path}

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the table of `record`; what parts there are is looked up when it is first needed.

        Raises:
            MediaError: the record is none of this kind.
        """
        table = cls(record.get("parts_path", ""))
        vars(table)["_stored"] = stored
        return table
