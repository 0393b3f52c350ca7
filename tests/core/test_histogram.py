"""`trailmark.Histogram`: how a set of numbers is distributed."""

from __future__ import annotations

import decimal
import math
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY
from trailmark import Histogram, UsageError
from trailmark.errors import MediaError
from trailmark.journal.records import Row, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run

LARGEST = sys.float_info.max
SMALLEST = 5e-324


def back(histogram: Histogram) -> Histogram:
    """Return a histogram that went through the journal."""
    record = decode(encode(Row(step=0, time=0.0, data={"h": histogram.to_record()})))
    assert isinstance(record, Row)
    return Histogram.from_record(record.data["h"])


def test_numbers_are_counted() -> None:
    """Counts and edges are those of numpy."""
    numbers = [1, 2, 2, 3, 3, 3]
    histogram = Histogram(numbers, num_bins=4)
    counts, edges = np.histogram(numbers, bins=4)
    assert histogram.histogram == counts.tolist()
    assert histogram.bins == edges.tolist()
    assert (histogram.nan, histogram.inf, histogram.neg_inf) == (0, 0, 0)


def test_sixty_four_bins_are_the_default() -> None:
    """As in W&B."""
    histogram = Histogram(np.arange(1000))
    assert len(histogram.histogram) == 64
    assert len(histogram.bins) == 65
    assert sum(histogram.histogram) == 1000


def test_what_is_not_finite_is_counted_apart() -> None:
    """NaN and infinities are no errors, and in no bin."""
    histogram = Histogram([1.0, math.nan, 2.0, math.inf, -math.inf, -math.inf], num_bins=2)
    assert histogram.histogram == [1, 1]
    assert (histogram.nan, histogram.inf, histogram.neg_inf) == (1, 1, 2)
    assert back(histogram) == histogram


@pytest.mark.parametrize("values", [[], [math.nan], np.zeros((0, 3)), np.ma.array([1.0], mask=[True])])
def test_nothing_to_count(values: Any) -> None:
    """No number at all gives empty bins of 0 to 1."""
    histogram = Histogram(values, num_bins=3)
    assert histogram.histogram == [0, 0, 0]
    assert (histogram.bins[0], histogram.bins[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    "value", [0.0, 5, -3.5, 1e-30, SMALLEST, 1e15, 2**53 + 1, 1e300, LARGEST, -LARGEST], ids=lambda value: f"{value:g}"
)
def test_one_value_is_in_the_middle(value: float) -> None:
    """Equal values are all counted, whatever their size, and the bins hold them."""
    histogram = Histogram([value] * 3)
    assert sum(histogram.histogram) == 3
    assert histogram.bins[0] <= value <= histogram.bins[-1]


def test_values_that_differ_by_the_last_bit() -> None:
    """A range that cannot be divided is put in bins around it."""
    histogram = Histogram([1.0, math.nextafter(1.0, 2.0)])
    assert sum(histogram.histogram) == 2


@pytest.mark.parametrize("values", [[-LARGEST, LARGEST], [-LARGEST, 0.0, LARGEST], [-1e308, 1e308], [LARGEST, 1e308]])
def test_a_range_beyond_float64(values: list[float]) -> None:
    """The difference of the largest numbers is no float64; all are counted, and the edges are finite."""
    histogram = Histogram(values)
    assert sum(histogram.histogram) == len(values)
    assert all(map(math.isfinite, histogram.bins))
    assert back(histogram) == histogram


@PROPERTY
@given(
    st.lists(st.floats() | st.sampled_from([0.0, SMALLEST, -LARGEST, LARGEST, 1.0, 1.0 + 2**-52])),
    st.integers(1, 512),
)
def test_any_numbers_are_all_counted(values: list[float], num_bins: int) -> None:
    """Each number is counted once, edges ascend, and the journal gives the same back."""
    histogram = Histogram(values, num_bins=num_bins)
    assert len(histogram.histogram) == num_bins
    assert sum(histogram.histogram) + histogram.nan + histogram.inf + histogram.neg_inf == len(values)
    assert all(low < high for low, high in zip(histogram.bins, histogram.bins[1:], strict=False))
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        assert histogram.bins[0] <= min(finite)
        assert histogram.bins[-1] >= max(finite)
    assert back(histogram) == histogram


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        np.array([1, 0], dtype=np.float16),
        np.array([1, 0], dtype=np.uint64),
        np.array([1, 0], dtype=np.longdouble),
        np.array([[1], [0]]),
        (1, 0),
        range(2),
        [decimal.Decimal(1), 0],
        [2**70 // 2**70, 2**70 - 2**70],
    ],
    ids=repr,
)
def test_numbers_of_any_kind(values: Any) -> None:
    """Whatever numpy makes numbers of is counted."""
    assert Histogram(values, num_bins=1).histogram == [2]


def test_none_counts_as_nan_and_what_is_masked_not_at_all() -> None:
    """A missing value is in no bin."""
    assert Histogram([1, None, 2]).nan == 1
    masked = Histogram(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))
    assert sum(masked.histogram) == 2
    assert masked.nan == 0


def test_a_long_double_beyond_float64_is_infinite() -> None:
    """It is counted, and nothing warns."""
    assert Histogram(np.array([1, "1e4000"], dtype=np.longdouble)).inf == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("abc", "dtype <U3"),
        (["a"], "dtype <U1"),
        ([1j], "dtype complex128"),
        ([[1], [2, 3]], "got a list"),
        ([object()], "object"),
        ([10**400], "too large"),
        (np.array(["2024"], dtype="M8[Y]"), "datetime64"),
        ((number for number in [1]), "generator"),
        ({"a": 1}, "dict"),
    ],
)
def test_what_holds_no_numbers_is_refused(values: Any, reason: str) -> None:
    """The error says what was given."""
    with pytest.raises(UsageError, match=reason):
        Histogram(values)


def test_one_of_two_inputs() -> None:
    """Neither and both are refused."""
    both: dict[str, Any] = {"sequence": [1], "np_histogram": ([1], [0, 1])}
    for arguments in ({}, both):
        with pytest.raises(UsageError, match="either"):
            Histogram(**arguments)


@pytest.mark.parametrize("num_bins", [0, -1, 513, 1.5, "auto", None])
def test_the_number_of_bins(num_bins: Any) -> None:
    """It is a number from 1 to 512; numpy's integers will do."""
    most: Any = np.int64(512)
    assert len(Histogram([1], num_bins=most).histogram) == 512
    with pytest.raises(UsageError, match=re.escape(f"1 to 512 bins, got num_bins={num_bins!r}")):
        Histogram([1], num_bins=num_bins)


def test_a_histogram_of_numpy() -> None:
    """Counts and edges are taken as they are, also uneven ones and densities."""
    counts, edges = np.histogram([1, 2, 3], bins=[0, 1.5, 10])
    histogram = Histogram(np_histogram=(counts, edges))
    assert histogram.histogram == [1, 2]
    assert histogram.bins == [0, 1.5, 10]
    assert histogram.to_record()["edges"] == [0, 1.5, 10]
    assert back(histogram) == histogram
    density = Histogram(np_histogram=np.histogram([1, 2, 3], density=True))
    assert back(density) == density
    assert [type(count) for count in histogram.histogram] == [int, int]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (3, "pair"),
        (([1],), "pair"),
        (([], [0]), "1 to 512 counts"),
        (([1] * 513, range(514)), "1 to 512 counts"),
        (([[1]], [0, 1]), r"shape \(1, 1\)"),
        (([1, 2], [0, 1]), "got 2 for 2 counts"),
        (([1, 2], [0, 1, 1]), "ascending"),
        (([1, 2], [0, 2, 1]), "ascending"),
        (([1], [0, math.inf]), "finite"),
        (([1], [math.nan, 0]), "finite"),
        ((["a"], [0, 1]), "takes numbers"),
        (([1], ["a", "b"]), "takes numbers"),
        (([[1], [2, 3]], [0, 1]), "takes numbers"),
    ],
)
def test_a_histogram_that_does_not_fit_together_is_refused(given: Any, reason: str) -> None:
    """The error says what is expected."""
    with pytest.raises(UsageError, match=reason):
        Histogram(np_histogram=given)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"_type": "histogram"},
        {"_type": "histogram", "counts": 3},
        {"_type": "histogram", "counts": []},
        {"_type": "histogram", "counts": [1]},
        {"_type": "histogram", "counts": [1], "range": [0]},
        {"_type": "histogram", "counts": [1], "range": [0, "a"]},
        {"_type": "histogram", "counts": [1], "edges": [0]},
        {"_type": "image", "counts": [1], "range": [0, 1]},
    ],
)
def test_what_is_no_record_is_refused(record: dict[str, Any]) -> None:
    """A record that does not hold together raises a typed error, whatever is wrong with it."""
    with pytest.raises(UsageError):
        Histogram.from_record(record)


def test_even_bins_take_no_room_in_the_journal() -> None:
    """Of bins of one width the range says it all."""
    assert Histogram([1, 2, 3], num_bins=2).to_record() == {"_type": "histogram", "counts": [1, 2], "range": [1.0, 3.0]}


def test_equality_and_text() -> None:
    """Histograms are equal if all they hold is; the text says how much of what."""
    assert Histogram([1, 2]) == Histogram([1, 2])
    assert Histogram([1, 2]) != Histogram([1, 2, math.nan])
    assert Histogram([1, 2]) != [1, 2]
    assert repr(Histogram([1, 2], num_bins=2)) == "Histogram(2 values in 2 bins of 1 … 2)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Histogram([1]))


def test_a_histogram_is_logged(begin: Callable[..., Run]) -> None:
    """`log` takes it, and the summary has its record."""
    run = begin()
    run.log({"h": Histogram([1, 2, math.nan], num_bins=2)})
    assert run.summary["h"] == {"_type": "histogram", "counts": [1, 1], "range": [1.0, 2.0], "nan": 1}


def test_from_counts_has_even_bins() -> None:
    """What was counted elsewhere becomes a histogram whose bins are numpy's, and comes back equal."""
    made = Histogram.from_counts([1, 0, 3], -0.1, 0.7, nan=2, zeros=1, norm=0.5)
    assert made.bins == np.linspace(-0.1, 0.7, 4).tolist()
    assert (made.nan, made.inf, made.neg_inf, made.zeros, made.norm) == (2, 0, 0, 1, 0.5)
    record = made.to_record()
    assert record["range"] == [-0.1, 0.7]
    assert Histogram.from_record(record) == made
    assert made == Histogram.from_record(
        Histogram.from_counts([1, 0, 3], -0.1, 0.7, nan=2, zeros=1, norm=0.5).to_record()
    )
    assert made != Histogram.from_counts([1, 0, 3], -0.1, 0.7, nan=2, zeros=1)


def test_from_counts_keeps_a_changed_edge() -> None:
    """Edges that are changed afterwards are kept as they are then."""
    made = Histogram.from_counts([1, 2], 0.0, 1.0)
    made.bins[1] = 0.25
    assert made.to_record()["edges"] == [0.0, 0.25, 1.0]
    made.bins = [0.0, 2.0, 4.0]
    assert made.to_record()["range"] == [0.0, 4.0]


@pytest.mark.parametrize(
    ("counts", "low", "high"), [([], 0, 1), ([1] * 513, 0, 1), ([1], 1, 1), ([1], 0, math.inf), ([1], math.nan, 1)]
)
def test_from_counts_refuses_what_has_no_bins(counts: list[int], low: float, high: float) -> None:
    """Counts without bins, and bins without a width, raise."""
    with pytest.raises(MediaError, match="from_counts"):
        Histogram.from_counts(counts, low, high)


def test_zeros_and_norm_are_unknown_of_other_histograms() -> None:
    """A histogram of numbers or of numpy has neither zeros nor a norm, and its record has none."""
    made = Histogram([0.0, 1.0])
    assert (made.zeros, made.norm) == (None, None)
    assert not {"zeros", "norm"} & set(made.to_record())
