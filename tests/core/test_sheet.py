"""`Sheet`: columns of one length."""

from __future__ import annotations

import pickle

import pytest

from trailmark.errors import MediaError
from trailmark.media.tables.column import Column
from trailmark.media.tables.sheet import Sheet, shown


def _sheet() -> Sheet:
    sheet = Sheet()
    sheet.define(["a", "b"], [int, None], optional=True)
    sheet.take([[1, "x"], [2, None]])
    return sheet


def test_each_change_is_counted() -> None:
    """The version grows with rows, columns and types, and not with what is refused."""
    sheet = _sheet()
    before = sheet.version
    with pytest.raises(MediaError, match="row 2"):
        sheet.append(["x", "y"])
    assert sheet.version == before
    sheet.append([3, "y"])
    sheet.add("c", [1, 2, 3], optional=False)
    sheet.recast("c", float, optional=True)
    sheet.add_filled(Column("d"))
    assert sheet.version == before + 4
    assert (sheet.rows, list(sheet.columns)) == (3, ["a", "b", "c", "d"])


def test_columns_and_rows_are_read() -> None:
    """All at once, one by one, and in batches."""
    sheet = _sheet()
    assert [column.cells() for column in sheet.all()] == [[1, 2], ["x", None]]
    assert sheet.column("b").cells() == ["x", None]
    assert sheet.row(1) == [2, None]
    assert list(sheet.batches()) == [[[1, 2], ["x", None]]]
    assert not sheet.may_hold_media()


def test_it_is_pickled() -> None:
    """A copy has a lock of its own."""
    twin = pickle.loads(pickle.dumps(_sheet()))
    twin.append([3, "y"])
    assert twin.row(2) == [3, "y"]


def test_long_lists_are_cut_in_messages() -> None:
    """A message shows a few, and how many more there are."""
    assert shown(range(8)) == "0, 1, 2, 3, 4, … 3 more"
