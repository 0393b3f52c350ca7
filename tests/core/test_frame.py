"""Columns from and to other libraries."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from media_support import store
from trailmark.errors import MediaError
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [[1, 0.5, "a", True, datetime.datetime(2020, 1, 1)], [2, math.nan, "b", False, None]]  # noqa: DTZ001
NAMES = ["i", "x", "s", "b", "t"]


@pytest.mark.parametrize(
    "kind", ["?", "i1", "u8", "f2", "f4", ">f8", ">i4", "M8[ns]", "M8[D]", "M8[h]", "m8[s]", "m8[h]"]
)
def test_arrays_become_columns(tmp_path: Path, kind: str) -> None:
    """A column of an array has the array's values, and comes back."""
    array = np.array([[1, 0], [0, 1]]).astype(kind)
    table = Table(["a", "b"], array)
    assert np.array_equal(table.get_column("a", convert_to="numpy").astype(kind), array[:, 0])
    assert store(table, tmp_path)[1] == table


def test_other_arrays_become_cells() -> None:
    """Complex numbers and masked arrays are taken value by value."""
    assert Table(["a"], np.array([[1j]])).data == [["1j"]]
    assert Table(["a"], np.ma.masked_array([[1], [2]], [[False], [True]])).data == [[1], [None]]


def test_an_arrow_table_is_taken() -> None:
    """A pyarrow.Table is a data frame, too; what cells are not is converted."""
    arrow = pa.table({"i": [1, None], "d": pa.array([1, 2], pa.decimal128(5, 2)), "n": pa.nulls(2)})
    table = Table(dataframe=arrow)
    assert table.data == [[1, 1.0, None], [None, 2.0, None]]
    assert table.types == {"i": "number", "d": "number", "n": None}
    with pytest.raises(MediaError, match="column 'i', row 0: got None, and the column is not optional"):
        Table(dataframe=arrow, optional=False)
    with pytest.raises(MediaError, match=r"got 1 \(number\), expected string"):
        Table(dataframe=arrow, dtype=[str, None, None])
    assert Table(dataframe=arrow, allow_mixed_types=True).data == table.data


def test_numbers_of_kinds_apart_are_refused_in_arrays() -> None:
    """A column that is added as an array has one type as well."""
    table = Table(["a"], [[1]])
    table.add_column("b", np.array([True]))
    assert table.types["b"] == "boolean"


@pytest.mark.extra
def test_pandas_goes_in_and_out(tmp_path: Path) -> None:
    """A data frame becomes a table without its index, and comes back with its types."""
    import pandas as pd

    frame = pd.DataFrame(ROWS, columns=NAMES, index=[7, 8])
    table = Table(dataframe=frame)
    assert table.types == {"i": "number", "x": "number", "s": "string", "b": "boolean", "t": "timestamp"}
    frame.loc[7, "i"] = 99
    assert (table.columns, table.data[0]) == (NAMES, ROWS[0])
    assert math.isnan(table.data[1][1])
    assert table.data[1][4] is None
    for one in (table, store(table, tmp_path)[1]):
        back = one.get_dataframe()
        frame.loc[7, "i"] = 1
        pd.testing.assert_frame_equal(back, frame.reset_index(drop=True), check_dtype=False)
        assert (back["i"].dtype, back["x"].dtype) == (np.int64, np.float64)


@pytest.mark.extra
def test_what_pandas_misses_is_none() -> None:
    """NA, NaT and NaN among texts are None; NaN among floats stays NaN; integers with None stay integers."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", np.nan, None], dtype=object),
            "word": pd.Series(["a", None, "b"], dtype="category"),
            "string": pd.Series(["a", pd.NA, "b"], dtype="string"),
            "big": pd.array([2**60 + 1, None, 3], dtype="Int64"),
            "float": [1.0, np.nan, 2.0],
            "time": pd.DatetimeIndex([0, None, 1]).tz_localize("UTC"),
            0: pd.Series([1, "x", None], dtype=object),
        }
    )
    with pytest.raises(MediaError, match="column '0', row 1: got 'x'"):
        Table(dataframe=frame)
    table = Table(dataframe=frame.drop(columns=0))
    missing = table.data[1]
    assert missing[:4] == [None] * 4
    assert math.isnan(missing[4])
    assert missing[5] is None
    assert table.data[2][5].nanosecond == 1
    again = table.get_dataframe()
    assert (str(again["big"].dtype), again["big"][0]) == ("Int64", 2**60 + 1)


@pytest.mark.extra
def test_polars_goes_in_and_out() -> None:
    """A frame of polars becomes a table, and back."""
    import polars as pl

    frame = pl.DataFrame(ROWS, schema=NAMES, orient="row").with_columns(pl.col("s").cast(pl.Categorical).alias("c"))
    table = Table(dataframe=frame)
    assert table.get_column("c") == ["a", "b"]
    back = table.to_polars()
    assert back.select(NAMES).equals(frame.select(NAMES))
    assert Table(dataframe=frame.lazy()) == table
    table.add_column("series", frame["i"])
    assert table.get_column("series") == [1, 2]


@pytest.mark.extra
def test_tensors_are_arrays() -> None:
    """Tensors of torch are columns, cells, and numbers."""
    import torch

    table = Table(["a", "b"], torch.arange(4).reshape(2, 2))
    assert table.data == [[0, 1], [2, 3]]
    table.add_data(torch.tensor(5), torch.tensor(7))
    table.add_column("c", torch.ones(3, dtype=torch.bfloat16))
    assert table.data[2] == [5, 7, 1.0]
    assert Table(["a"], [[torch.zeros(2, 3)]]).types == {"a": "array"}


def test_columns_of_many_levels_are_refused() -> None:
    """The names of columns are texts or integers."""
    frame: Any = type("DataFrame", (), {"columns": [("a", "b")], "iloc": None})()
    with pytest.raises(MediaError, match=r"got \('a', 'b'\) of type tuple"):
        Table(dataframe=frame)
