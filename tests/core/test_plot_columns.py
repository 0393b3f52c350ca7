"""The columns of a table that a chart is asked to show."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.tables.table import Table
from trailmark.plot.columns import as_table, check_column, column_values, distinct, nearest, scale_type, table_of


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2.5, None], "quantitative"),
        ([decimal.Decimal(1)], "quantitative"),
        ([True, False], "nominal"),
        (["a"], "nominal"),
        ([1, "a"], "nominal"),
        ([datetime.date(2024, 5, 6), None], "temporal"),
        ([np.datetime64("2024-05-06")], "temporal"),
        ([None], "quantitative"),
        (np.array([1.5]), "quantitative"),
        (np.array([True]), "nominal"),
        (np.array(["2024-05-06"], "datetime64[s]"), "temporal"),
        (np.array([1, None], object), "quantitative"),
    ],
)
def test_types(values: Any, found: str) -> None:
    """Numbers, times and words are told apart, whatever holds them."""
    assert scale_type(values) == found


def test_tables() -> None:
    """A table is taken as it is, anything else refused."""
    table = Table(columns=["a"], data=[[1]])
    assert as_table(table) is table
    with pytest.raises(MediaError, match="got a dict"):
        as_table({"a": [1]})


def test_a_column_that_is_not_there() -> None:
    """The error has the columns that are, and the near ones."""
    with pytest.raises(
        MediaError, match="y='lss' is no column of the table, which has 'loss', 'acc'; did you mean 'loss'"
    ):
        check_column(Table(columns=["loss", "acc"]), "lss", "y")


def test_values() -> None:
    """A column is an array."""
    assert column_values(Table(columns=["a"], data=[[1], [2]]), "a").tolist() == [1, 2]


def test_distinct_values() -> None:
    """Values are told once, in the order in which they come."""
    assert distinct(np.array(["b", "a", "b"])) == ["b", "a"]
    assert distinct(np.array([[1, 2], None], object)) == ["[1, 2]", None]


def test_near_names() -> None:
    """Names that look alike are asked for; if there are none, nothing is."""
    assert nearest("los", ["loss", "accuracy"]) == "; did you mean 'loss'?"
    assert not nearest("zebra", ["loss"])


def test_table_of_columns() -> None:
    """A table can be made of columns of any names."""
    table = table_of(**{"class": ["a", "b"]}, x=np.array([1, 2]))
    assert table.data == [["a", 1], ["b", 2]]
