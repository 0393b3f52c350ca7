"""`PartitionedTable`: the tables below one path, read as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from media_support import PlainFolder, store
from trailmark.errors import MediaError
from trailmark.media.kinds import restore
from trailmark.media.tables.partitioned_table import PartitionedTable
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path


class Shelf(PlainFolder):
    """A folder that knows values by names, as an artifact does."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.records: dict[str, Any] = {}

    def add(self, value: Any, name: str) -> None:
        """Store a value."""
        self.records[name] = value.record_in(self, self)

    def names(self, prefix: str) -> list[str]:
        """Return the names below a path."""
        return [name for name in self.records if name.startswith(prefix + "/")]

    def get(self, name: str) -> Any:
        """Return a value."""
        return restore(self.records[name], self)


def test_the_parts_are_read_as_one(tmp_path: Path) -> None:
    """Rows come in the order of the names; an index finds its row in its part."""
    shelf = Shelf(tmp_path)
    for name, rows in (("parts/1", [[3, "c"]]), ("parts/0", [[1, "a"], [2, "b"]]), ("other/0", [[9, "z"]])):
        shelf.add(Table(["n", "s"], rows), name)
    shelf.add(PartitionedTable("/parts/".strip("/")), "whole")
    whole = shelf.get("whole")
    assert whole == PartitionedTable("parts/")
    assert [(int(index), row) for index, row in whole.iterrows()] == [(0, [1, "a"]), (1, [2, "b"]), (2, [3, "c"])]
    assert [index.get_row()["n"] for index, _ in whole.iterrows()] == [1, 2, 3]
    assert (len(whole), whole.columns, list(whole.parts)) == (3, ["n", "s"], ["parts/0", "parts/1"])
    assert whole.get_column("n") == [1, 2, 3]
    assert whole.to_arrow()["s"].to_pylist() == ["a", "b", "c"]


def test_parts_of_other_columns_are_refused(tmp_path: Path) -> None:
    """All parts have the same columns, and these one type."""
    shelf = Shelf(tmp_path)
    shelf.add(Table(["a"], [[1]]), "parts/0")
    shelf.add(Table(["a"], [["x"]]), "parts/1")
    shelf.add(PartitionedTable("parts"), "whole")
    with pytest.raises(MediaError, match="column 'a' holds string in parts/1, and number before"):
        shelf.get("whole").joined()
    shelf.add(Table(["b"], [[1]]), "parts/2")
    with pytest.raises(MediaError, match=r"parts/2 has the columns \['b'\], parts/0 has \['a'\]"):
        len(shelf.get("whole"))


def test_it_has_no_rows_outside_an_artifact(tmp_path: Path) -> None:
    """Before it is read back from where values have names, nobody knows the parts."""
    table = PartitionedTable("parts")
    record, back = store(table, tmp_path)
    assert record == {"_type": "partitioned-table", "parts_path": "parts"}
    for one in (table, back):
        with pytest.raises(MediaError, match="known once it is read back from an artifact"):
            len(one)


@pytest.mark.parametrize("path", ["", "/parts", "../parts", "a//b", 3])
def test_a_path_that_leads_out_is_refused(path: Any) -> None:
    """The path lies in the artifact."""
    with pytest.raises(MediaError, match="parts_path is a path in the artifact"):
        PartitionedTable(path)
