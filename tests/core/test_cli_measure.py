"""What a metric's values amount to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trailmark.api.history import Series
from trailmark.cli.measure import draw, measure, numbers, remark
from trailmark.media.histogram import Histogram


def series(*values: object) -> Series:
    """Return values at steps 0, 1, … as the Api gives them."""
    kinds = {type(value) for value in values}
    dtype = object if len(kinds) > 1 or not kinds <= {int, float, bool} else None
    array = np.empty(len(values), dtype=object)
    array[:] = values
    found = array if dtype is object else np.array(values)
    return Series(np.arange(len(values)), np.arange(len(values), dtype=np.float64), found)


def test_numbers_are_measured() -> None:
    """Last, smallest, largest and mean value are those that were logged."""
    measured = measure("loss", series(0.5, 0.25, 1.0))
    assert measured[:5] == ("loss", 3, 1.0, 0.25, 1.0)
    assert measured[5] == pytest.approx(0.5833333)


def test_nan_and_infinities_are_counted_apart() -> None:
    """Extremes are of finite values, the last value is what it is."""
    measured = measure("loss", series(0.5, math.nan, math.inf))
    assert (measured.points, measured.low, measured.high, measured.nan, measured.infinite) == (3, 0.5, 0.5, 1, 1)
    assert measured.last == math.inf
    assert remark(measured) == "1 NaN, 1 infinite"


def test_nan_alone_has_no_extremes() -> None:
    """A metric that diverged at once is shown as such."""
    measured = measure("loss", series(math.nan, math.nan))
    assert measured.low is None
    assert remark(measured) == "2 NaN"


@pytest.mark.parametrize("values", [(3, 2**63 - 1), (3, 2**80), (3, -(10**400))])
def test_integers_are_exact(values: tuple[int, ...]) -> None:
    """Extremes of integers are integers, of any size."""
    measured = measure("n", series(*values))
    assert type(measured.last) is int
    assert measured.last == values[-1]
    if abs(values[-1]) < 10**300:
        assert measured.high == values[-1]


def test_the_mean_of_the_largest_numbers_is_finite() -> None:
    """Numbers whose sum is beyond float64 have a mean all the same."""
    assert measure("x", series(1.7e308, 1.7e308)).mean == pytest.approx(1.7e308)


def test_text_is_no_number() -> None:
    """A metric of text has its last value as a remark, and no curve."""
    found = series("a", "b\n")
    assert numbers(found) is None
    assert remark(measure("note", found)) == "b\\n"
    assert draw(found, 10, unicode=True) == ""


def test_a_histogram_is_drawn() -> None:
    """The last histogram stands for the metric."""
    found = series(Histogram([1.0]), Histogram(np_histogram=([1, 8], [0, 1, 2])))
    assert draw(found, 10, unicode=True) == "▁▇"
    assert remark(measure("weights", found)) == "9 in 0 … 2"


def test_a_curve_is_drawn_in_ascii_where_it_must_be() -> None:
    """Terminals without block characters get a curve, too."""
    curve = draw(series(*range(9)), 9, unicode=False)
    assert curve.isascii()
    assert len(set(curve)) == 9


def test_nothing_is_drawn_of_nothing() -> None:
    """A metric without values is no error."""
    assert draw(series(), 10, unicode=True) == ""
    assert measure("x", series()).points == 0
