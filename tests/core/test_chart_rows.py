"""The rows of a table as Vega-Lite takes them."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

import numpy as np
import pytest

from trailmark.media.chart_rows import field_name, plain, rows, sources
from trailmark.media.images.image import Image
from trailmark.media.tables.table import Table


@pytest.mark.parametrize(
    ("column", "field"), [("loss", "loss"), ("val.loss", r"val\.loss"), ("a[0]", r"a\[0\]"), ("it's", r"it\'s")]
)
def test_field_names(column: str, field: str) -> None:
    """Dots, brackets and quotes of a name do not lead into the value."""
    assert field_name(column) == field


def test_sources() -> None:
    """Data with a name and nothing else come from outside; what has its values does not."""
    spec = {
        "data": {"name": "table"},
        "datasets": {"own": []},
        "layer": [
            {"data": {"name": "own"}},
            {"data": {"values": [{"data": {"name": "no"}}], "name": "inline"}},
            {"transform": [{"lookup": "a", "from": {"data": {"name": "second"}}}]},
        ],
        "usermeta": {"data": {"name": "no"}},
    }
    assert sources(spec) == ["table", "second"]


def test_only_mentioned_columns() -> None:
    """Columns that the specification has no word of are left out, whatever way the others are written."""
    table = Table(columns=["a.b", "it's", "c", "unused"], data=[[1, 2, 3, 4]])
    spec = {"x": {"field": "a\\.b"}, "transform": [{"calculate": "datum['it\\'s'] + datum.c"}]}
    assert rows(table, spec) == [{"a.b": 1, "it's": 2, "c": 3}]


def test_tooltips_of_whole_rows() -> None:
    """A tooltip that shows the data of a point has all columns."""
    table = Table(columns=["a", "b"], data=[[1, 2]])
    assert rows(table, {"mark": {"type": "point", "tooltip": {"content": "data"}}}) == [{"a": 1, "b": 2}]


def test_rows_without_columns() -> None:
    """A specification that names no column still has a row for each, to count them."""
    assert rows(Table(columns=["a"], data=[[1], [2]]), {"y": {"aggregate": "count"}}) == [{}, {}]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (float("inf"), None),
        (None, None),
        (True, True),
        (2**70, 2**70),
        (1e-300, 1e-300),
        (decimal.Decimal("0.5"), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.datetime64("2024-05-06T07:08:09.123456789"), "2024-05-06T07:08:09.123456"),
        (datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc), "2024-05-06T00:00:00+00:00"),
        (datetime.date(2024, 5, 6), "2024-05-06T00:00:00"),
        ([1, float("nan")], [1, None]),
        ({"a": (np.int8(1),)}, {"a": [1]}),
        (np.arange(3), [0, 1, 2]),
        (3 + 4j, "(3+4j)"),
    ],
)
def test_values(value: Any, written: Any) -> None:
    """Each value becomes one that JSON has."""
    cells: list[Any] = [value]
    assert plain(cells) == [written]
    json.dumps(plain(cells), allow_nan=False)


@pytest.mark.parametrize(
    ("array", "written"),
    [
        (np.array([1.5, np.nan, -np.inf]), [1.5, None, None]),
        (np.array([1, 2], np.uint8), [1, 2]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([True]), [True]),
        (np.array(["2024-05-06"], "datetime64[D]"), ["2024-05-06T00:00:00"]),
        (np.array(["NaT"], "datetime64[ns]"), [None]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    ],
)
def test_arrays(array: Any, written: list[Any]) -> None:
    """Arrays are written as lists of their values."""
    assert plain(array) == written


def test_media_are_left_out() -> None:
    """A chart does not draw the pictures of a table."""
    assert plain([Image(np.zeros((2, 2, 3), np.uint8))]) == [None]
