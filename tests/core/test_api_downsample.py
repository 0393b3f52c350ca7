"""`trailmark.api.downsample`: fewer rows that show the same curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from api_support import Recorder
from trailmark.api.columns import Column, as_array
from trailmark.api.downsample import sample

if TYPE_CHECKING:
    from pathlib import Path

NAN = float("nan")


def column(values: list[Any]) -> Column:
    """Return the column that holds these values; `...` is a hole."""
    held = [value for value in values if value is not ...]
    array = as_array([held[0] if value is ... else value for value in values])
    return Column(array, np.array([value is not ... for value in values]))


def test_spike_of_one_row_stays() -> None:
    """The largest and the smallest value are kept however few rows are asked for."""
    values = [0.5] * 10_000
    values[1234], values[7777] = 100.0, -100.0
    rows = sample([column(values)], 10_000, 10)
    assert {0, 1234, 7777, 9999} <= set(rows.tolist())
    assert len(rows) <= 10


def test_infinities_stay_and_nan_does_no_harm() -> None:
    """Infinities are extremes like others; NaN is left out where there are numbers."""
    values = [float(n) for n in range(1000)]
    values[300], values[600], values[100], values[101] = math.inf, -math.inf, NAN, NAN
    rows = sample([column(values)], 1000, 12).tolist()
    assert 300 in rows
    assert 600 in rows


def test_bucket_of_nan_keeps_one() -> None:
    """Where a key is nothing but NaN, that is seen."""
    values = [1.0] * 500 + [NAN] * 500
    rows = sample([column(values)], 1000, 22)
    assert np.isnan(np.array(values)[rows]).sum() >= 5


def test_all_rows_stay_if_there_are_few() -> None:
    """Nothing is left out where nothing needs to be."""
    assert sample([column([1, 2, 3])], 3, 3).tolist() == [0, 1, 2]


def test_one_sample_is_the_last_row() -> None:
    """The one row that matters most is the newest."""
    assert sample([column([1, 2, 3])], 3, 1).tolist() == [2]


def test_rare_key_keeps_its_values() -> None:
    """A key with few values keeps them all, and what it leaves over goes to the others."""
    often = column([float(n % 7) for n in range(1000)])
    rare = column([float(n) if n % 200 == 5 else ... for n in range(1000)])
    rows = sample([often, rare], 1000, 50).tolist()
    assert {5, 205, 405, 605, 805} <= set(rows)
    assert 40 <= len(rows) <= 50


def test_values_without_an_order_are_thinned_evenly() -> None:
    """Text has no extremes, so rows of all parts of the run stay."""
    rows = sample([column([str(n) for n in range(1000)])], 1000, 12)
    assert len(rows) <= 12
    assert np.diff(rows).max() <= 200


def test_integers_stay_exact() -> None:
    """Integers are compared as integers, and huge ones about."""
    values = [2**53] * 100
    values[40] = 2**53 + 1
    assert 40 in sample([column(values)], 100, 4)
    huge = [0] * 100
    huge[40] = 2**1000
    assert 40 in sample([column(huge)], 100, 4)
    huge[41] = 2**2000  # beyond float64: no order here, but no error either
    assert len(sample([column(huge)], 100, 10)) <= 10


NUMBERS = st.one_of(st.floats(), st.integers(-5, 5).map(float), st.just(...))


@settings(max_examples=150, deadline=None)
@given(
    data=st.lists(st.lists(NUMBERS, min_size=60, max_size=60), min_size=1, max_size=3),
    samples=st.integers(1, 70),
)
def test_sample_keeps_its_promises(data: list[list[Any]], samples: int) -> None:
    """The sample is ascending, repeatable, in bounds, and holds each key's extremes and both ends."""
    columns = [
        column([1.0 if all(v is ... for v in values) and n == 0 else v for n, v in enumerate(values)])
        for values in data
    ]
    rows = sample(columns, 60, samples).tolist()
    assert rows == sorted(set(rows)) == sample(columns, 60, samples).tolist()
    assert len(rows) <= max(samples, 2 + 2 * len(columns))
    if samples > 1:
        assert {0, 59} <= set(rows)
        for part in columns:
            held = part.array[part.holds() & ~np.isnan(part.array)]
            shown = part.array[rows][part.holds()[rows]]
            if len(held):
                assert np.nanmin(shown) == held.min()
                assert np.nanmax(shown) == held.max()


def test_history_samples_each_key(tmp_path: Path) -> None:
    """History keeps the spikes of all keys, twice the same ones."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal()
    for step in range(500):
        journal.log(step, {"a": 9.0 if step == 123 else 0.0, "b": -9 if step == 321 else 0, "epoch": step // 50})
    run = recorder.read()
    found = run.history(["a", "b"], samples=20, format="rows")
    assert {0, 123, 321, 499} <= {row["_step"] for row in found}
    assert len(found) <= 20
    assert found == run.history(["a", "b"], samples=20, format="rows")
    assert len(run.history(["a", "b"], samples=20, x_axis="epoch", format="rows")) <= 20
