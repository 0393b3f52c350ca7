"""`Table.select`: some rows and columns, of a table in memory and of a stored one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pytest

from media_support import PlainFolder, store
from trailmark.errors import MediaError
from trailmark.media.kinds import restore
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

TABLE = Table(
    ["n", "x", "s", "v"],
    [
        [0, 0.5, "apple", np.zeros(1)],
        [1, math.nan, "pear", None],
        [2, None, None, np.zeros(1)],
        [3, -1.0, "grape", None],
    ],
)


@pytest.fixture(params=["memory", "file", "both"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Table:
    """Return the table, as it is, as it was read back, or with rows of both kinds."""
    if request.param == "memory":
        return TABLE
    if request.param == "file":
        back: Table = store(TABLE, tmp_path)[1]
        return back
    most: Table = store(TABLE.select(limit=3), tmp_path)[1]
    most.add_data(3, -1.0, "grape", None)
    return most


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (("n", "==", 1), [1]),
        (("n", "==", np.int64(1)), [1]),
        (("n", "!=", 1), [0, 2, 3]),
        (("n", "<", 2), [0, 1]),
        (("n", "<=", 1.5), [0, 1]),
        (("n", ">", 2), [3]),
        (("n", ">=", 2), [2, 3]),
        (("n", "in", [1, 3, 7]), [1, 3]),
        (("n", "not in", [1, 3]), [0, 2]),
        (("s", "contains", "ap"), [0, 3]),
        (("s", "==", None), [2]),
        (("s", "!=", None), [0, 1, 3]),
        (("s", "!=", "pear"), [0, 2, 3]),
        (("s", "in", ["pear", None]), [1, 2]),
        (("s", "not in", ["pear", None]), [0, 3]),
        (("s", "not in", ["pear"]), [0, 2, 3]),
        (("x", "is null"), [2]),
        (("x", "not null"), [0, 1, 3]),
        (("x", "==", math.nan), [1]),
        (("x", "!=", math.nan), [0, 2, 3]),
        (("x", "<", 1), [0, 3]),
        (("v", "is null"), [1, 3]),
        ([("n", ">", 0), ("s", "contains", "r")], [1, 3]),
        ([], [0, 1, 2, 3]),
        ((pc.field("n") > 1) | (pc.field("s") == "pear"), [1, 2, 3]),
    ],
)
def test_rows_are_chosen(table: Table, where: Any, expected: list[int]) -> None:
    """Conditions mean what they mean in Python: None is not equal to a value, and neither less nor greater."""
    assert table.select(where=where).get_column("n") == expected


def test_columns_are_chosen(table: Table) -> None:
    """Columns come in the order that is asked for."""
    chosen = table.select(["s", "n"], limit=2)
    assert (chosen.columns, chosen.data) == (["s", "n"], [["apple", 0], ["pear", 1]])
    assert table.select("n").columns == ["n"]
    assert table.select() == TABLE


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"order": "x"}, [3, 0, 1, 2]),
        ({"order": "-x"}, [0, 3, 1, 2]),
        ({"order": ["-n"]}, [3, 2, 1, 0]),
        ({"order": "-n", "limit": 2, "offset": 1}, [2, 1]),
        ({"order": "s", "where": ("n", ">", 0)}, [3, 1, 2]),
        ({"limit": 0}, []),
        ({"offset": 3}, [3]),
        ({"offset": 9}, []),
        ({"limit": 1, "offset": 1, "where": ("n", "!=", 1)}, [2]),
    ],
)
def test_rows_are_ordered_and_counted(table: Table, arguments: dict[str, Any], expected: list[int]) -> None:
    """NaN and None come last; limit and offset count what is left."""
    assert table.select(["n"], **arguments).get_column("n") == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ["y"]}, "there is no column 'y'"),
        ({"columns": ["n", "n"]}, "two columns are named 'n'"),
        ({"where": ("y", "==", 1)}, "where: there is no column 'y'; there are 'n', 'x', 's', 'v'"),
        ({"where": ("n", "=", 1)}, r"the operator one of ==, !="),
        ({"where": ("n", "==")}, "has no value to compare with"),
        ({"where": "n > 1"}, "where takes"),
        ({"where": ("v", "==", 1)}, "column 'v' holds what files cannot be searched for"),
        ({"where": ("n", "contains", "1")}, "where|filter"),
        ({"order": "y"}, "order: there is no column 'y'"),
        ({"order": "v"}, "order: column 'v' holds what has no order"),
        ({"limit": -1}, "limit is 0 or more"),
        ({"offset": -1}, "offset is 0 or more"),
    ],
)
def test_bad_questions_are_refused(table: Table, arguments: dict[str, Any], message: str) -> None:
    """Each error says what is wrong."""
    with pytest.raises(MediaError, match=message):
        table.select(**arguments)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (("b", "==", "x"), [2]),
        (("b", "!=", "x"), [0, 1]),
        (("b", ">", "a"), [2]),
        (("b", "in", ["x", None]), [0, 1, 2]),
        (("b", "not in", ["x"]), [0, 1]),
        (("b", "contains", "x"), [2]),
        (("b", "is null"), [0, 1]),
        (("b", "not null"), [2]),
        (("b", "!=", None), [2]),
    ],
)
def test_files_without_a_value_are_searched(tmp_path: Path, where: Any, expected: list[int]) -> None:
    """A part of an incremental table in which a column is None throughout has no type, and is searched all the same."""
    folder = PlainFolder(tmp_path)
    table = Table(["a", "b"], log_mode="INCREMENTAL")
    record: dict[str, Any] = {}
    for number in range(3):
        table.add_data(number, "x" if number == 2 else None)
        record = table.record_in(folder, folder)
    assert restore(record, folder).select(["a"], where=where).get_column("a") == expected
    assert table.select(limit=2).select(["a"], where=where).get_column("a") == [n for n in expected if n < 2]
