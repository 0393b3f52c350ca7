"""`JoinedTable`: two tables side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import store
from trailmark.errors import MediaError
from trailmark.media.tables.joined_table import JoinedTable
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = Table(["id", "name"], [[3, "Cy"], [1, "Ann"], [2, "Bo"], [None, "?"]])
VISITS = Table(["id", "when", "name"], [[1, 10, ["x"]], [3, 20, None], [1, 30, []], [9, 40, []], [None, 50, []]])


def test_rows_that_agree_are_side_by_side(tmp_path: Path) -> None:
    """The order is that of the first table; None agrees with nothing; what both have gets another name."""
    joined = JoinedTable(PEOPLE, VISITS, "id")
    expected = [[3, "Cy", 20, None], [1, "Ann", 10, ["x"]], [1, "Ann", 30, []]]
    record, back = store(joined, tmp_path)
    assert set(record) == {"_type", "table", "other", "join_key"}
    assert back == joined
    for one in (joined, back):
        assert one.columns == ["id", "name", "when", "name_2"]
        assert [row for _, row in one.iterrows()] == expected
        assert (len(one), one.to_arrow().num_rows) == (3, 3)


def test_columns_of_two_names_are_joined() -> None:
    """A pair names the column of each table; floats and integers agree where they are equal."""
    one = Table(["a"], [[1], [2]])
    other = Table(["b", "array"], [[2.0, np.zeros(2)], [math.nan, np.ones(2)]])
    [[number, array]] = JoinedTable(one, other, ("a", "b")).joined().data
    assert (number, array.tolist()) == (2, [0, 0])


def test_a_change_of_a_table_is_seen() -> None:
    """Rows that are added later are joined, too."""
    one, other = Table(["a"], [[1]]), Table(["a", "b"], [[1, "x"]])
    joined = JoinedTable(one, other, "a")
    assert len(joined) == 1
    other.add_data(1, "y")
    assert [row for _, row in joined.iterrows()] == [[1, "x"], [1, "y"]]


def test_tables_without_rows_are_joined() -> None:
    """Nothing agrees with nothing."""
    assert len(JoinedTable(Table(["a"]), VISITS, ("a", "id"))) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((PEOPLE, "other", "id"), "takes two Tables"),
        ((PEOPLE, VISITS, "when"), "there is no column 'when' to join by; there are 'id', 'name'"),
        ((PEOPLE, VISITS, ("name", "when")), r"columns of one type are joined, got 'name' \(string\)"),
        ((PEOPLE, VISITS, ["id"]), "join_key is a column of both tables or a pair"),
    ],
)
def test_bad_arguments_are_refused(arguments: tuple[Any, ...], message: str) -> None:
    """Each error says what was expected."""
    with pytest.raises(MediaError, match=message):
        JoinedTable(*arguments)


def test_what_cannot_be_compared_is_refused() -> None:
    """Arrays are no keys."""
    table = Table(["a"], [[np.zeros(2)]])
    with pytest.raises(MediaError, match="column 'a' holds array, by which tables cannot be joined"):
        JoinedTable(table, table, "a").joined()


@pytest.mark.extra
def test_it_becomes_a_data_frame() -> None:
    """Pandas gets the joined rows."""
    assert JoinedTable(PEOPLE, VISITS, "id").get_dataframe()["when"].tolist() == [20, 10, 30]
