"""`trailmark.api.columns`: values of a key for numpy, pandas and polars, without loss."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from api_support import Recorder
from trailmark.errors import MissingPackageError
from trailmark.media.histogram import Histogram

if TYPE_CHECKING:
    from pathlib import Path

NAN, INF = float("nan"), float("inf")
BIG = 2**53 + 1  # the first integer that float64 does not have


@pytest.fixture
def logged(tmp_path: Path) -> Recorder:
    """Give a run that logged many kinds of values, some of them not in each row."""
    journal = (recorder := Recorder(tmp_path)).journal()
    journal.log(0, {"float": 0.5, "int": 1, "bool": True, "text": "a", "mixed": 1, "big": BIG})
    journal.log(1, {"float": NAN, "int": 2, "bool": False, "text": "b", "mixed": 0.5, "big": 2})
    journal.log(2, {"float": INF, "holes": 3, "bool": True, "flag": True, "huge": 2**70, "bigholes": BIG, "text": "c"})
    journal.log(2, {"any": [1, 2.5], "bytes": b"\x00", "none": None, "mixed": 2, "big": 0.5, "int": 3})
    return recorder


def dtype(array: Any) -> str:
    """Return the kind of an array's values."""
    return str(array.dtype)


def test_numpy_has_natural_types(logged: Recorder) -> None:
    """Numbers come as int64, float64 and bool; holes make integers floats if those are exact, else objects."""
    found = logged.read().history(format="numpy")
    kinds = {key: dtype(array) for key, array in found.items()}
    assert kinds == {
        "_step": "int64",
        "_runtime": "float64",
        "_timestamp": "float64",
        "float": "float64",
        "int": "int64",
        "bool": "bool",
        "text": "object",
        "mixed": "float64",
        "big": "object",
        "holes": "float64",
        "flag": "object",
        "huge": "object",
        "bigholes": "object",
        "any": "object",
        "bytes": "object",
        "none": "object",
    }
    np.testing.assert_array_equal(found["float"], [0.5, NAN, INF])
    np.testing.assert_array_equal(found["holes"], [NAN, NAN, 3])
    assert found["flag"].tolist() == [None, None, True]
    assert found["huge"].tolist() == [None, None, 2**70]
    assert found["bigholes"].tolist() == [None, None, BIG]
    assert found["mixed"].tolist() == [1.0, 0.5, 2.0]
    assert found["big"].tolist() == [BIG, 2, 0.5]
    assert found["any"].tolist() == [None, None, [1, 2.5]]
    assert found["bytes"].tolist() == [None, None, b"\x00"]


@pytest.mark.extra
def test_pandas_keeps_integers_and_bools_with_holes(logged: Recorder) -> None:
    """Integers and bools with holes get pandas' nullable types, strings stay objects."""
    import pandas as pd

    frame = logged.read().history()
    kinds = {key: dtype(frame[key]) for key in frame.columns}
    assert kinds == {
        "_step": "int64",
        "_runtime": "float64",
        "_timestamp": "float64",
        "float": "float64",
        "int": "int64",
        "bool": "bool",
        "text": "object",
        "mixed": "float64",
        "big": "object",
        "holes": "Int64",
        "flag": "boolean",
        "huge": "object",
        "bigholes": "Int64",
        "any": "object",
        "bytes": "object",
        "none": "object",
    }
    assert frame["bigholes"].tolist() == [pd.NA, pd.NA, BIG]
    assert frame["flag"].tolist() == [pd.NA, pd.NA, True]
    assert frame["huge"].tolist() == [None, None, 2**70]


@pytest.mark.extra
def test_polars_has_nulls(logged: Recorder) -> None:
    """In polars a hole is null, also among floats, where NaN is NaN."""
    import polars as pl

    frame = logged.read().history(format="polars")
    kinds = dict(frame.schema)
    assert {key: kinds[key] for key in ("float", "int", "bool", "text", "holes", "flag", "bytes")} == {
        "float": pl.Float64,
        "int": pl.Int64,
        "bool": pl.Boolean,
        "text": pl.Utf8,
        "holes": pl.Int64,
        "flag": pl.Boolean,
        "bytes": pl.Binary,
    }
    assert frame["bigholes"].to_list() == [None, None, BIG]
    assert frame["huge"].to_list() == [None, None, 2**70]
    assert frame["float"].is_nan().to_list() == [False, True, False]


def test_rows_are_as_logged(logged: Recorder) -> None:
    """Rows keep the type of each number, and have only what was logged unless keys are asked for."""
    rows = logged.read().history(pandas=False)
    assert [rows[0]["mixed"], rows[1]["mixed"]] == [1, 0.5]
    assert type(rows[0]["mixed"]) is int
    assert "holes" not in rows[0]
    assert rows[2]["none"] is None
    assert logged.read().history(["holes", "none"], format="rows")[0]["none"] is None


def test_series_has_natural_type(logged: Recorder) -> None:
    """A series holds the steps at which its key was logged, and no holes."""
    run = logged.read()
    assert run.series("holes").value.tolist() == [3]
    assert dtype(run.series("holes").value) == "int64"
    assert dtype(run.series("flag").value) == "bool"
    assert dtype(run.series("float").value) == "float64"
    assert run.series("huge").value.tolist() == [2**70]
    step, time, value = run.series("never")
    assert (len(step), len(time), len(value)) == (0, 0, 0)
    assert (dtype(step), dtype(time)) == ("int64", "float64")


def test_histograms_come_back_as_objects(tmp_path: Path) -> None:
    """A logged histogram is a `Histogram` again, in tables, rows and series."""
    histogram = Histogram([1.0, 2.0, NAN], num_bins=4)
    recorder = Recorder(tmp_path)
    recorder.journal().log(0, {"h": histogram.to_record()})
    run = recorder.read()
    assert run.history(format="numpy")["h"][0] == histogram
    assert run.history(format="rows")[0]["h"] == histogram
    assert next(run.scan_history())["h"] == histogram
    assert run.series("h").value[0] == histogram


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_missing_package_is_named(logged: Recorder, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Without pandas or polars the error says what to install, and numpy still works."""
    load = builtins.__import__

    def fail(name: str, *arguments: Any, **options: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return load(name, *arguments, **options)

    run = logged.read()
    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(MissingPackageError, match=f"pip install {package}"):
        run.history(format=package)
    assert run.history(format="numpy")["int"].tolist() == [1, 2, 3]
