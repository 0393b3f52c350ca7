"""What was found in a tensor, and the histogram that is made of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch

import trailmark
from trailmark.torch.edges import BINS, edges_of

if TYPE_CHECKING:
    from trailmark.torch.values import Values

_HUGE = 8e307  # float64 has no width for a wider range
_SMALL = 1e-290  # widths below it are lost among float64's smallest numbers


class Tally(NamedTuple):
    """The histogram of a tensor, and the sum of the squares of its numbers."""

    histogram: trailmark.Histogram
    squares: float


class Span(NamedTuple):
    """The range of a tensor's finite numbers, inf to -inf if it has none, and how many of the others there are."""

    low: float
    high: float
    nan: int = 0
    inf: int = 0
    neg_inf: int = 0

    def joined(self, other: Span) -> Span:
        """Return the span of both."""
        counts = (self.nan + other.nan, self.inf + other.inf, self.neg_inf + other.neg_inf)
        return Span(min(self.low, other.low), max(self.high, other.high), *counts)

    def with_zero(self) -> Span:
        """Return the span of these numbers and zero."""
        return self._replace(low=min(self.low, 0.0), high=max(self.high, 0.0))


NOTHING = Span(math.inf, -math.inf)


class Found(NamedTuple):
    """How many of a tensor's finite numbers are in each bin, the sum of their squares, and how many are zero."""

    bins: list[int]
    squares: float
    zeros: int

    def joined(self, other: Found | None) -> Found:
        """Return what was found in both parts of a tensor."""
        if other is None:
            return self
        bins = [one + two for one, two in zip(self.bins, other.bins, strict=True)]
        return Found(bins, self.squares + other.squares, self.zeros + other.zeros)


def is_extreme(span: Span) -> bool:
    """Whether float64 has no even edges for a range; only numbers of float64 have such."""
    width = span.high - span.low
    return width > _HUGE or width / BINS < max(math.ulp(max(abs(span.low), abs(span.high))), _SMALL)


def tally_of(values: Values, span: Span, found: Found | None) -> Tally:
    """Return the tally of a tensor; `found` is None where the range alone says all, or numbers are extreme."""
    others = {"nan": span.nan, "inf": span.inf, "neg_inf": span.neg_inf}
    finite = values.size - sum(others.values())
    low, high = span.low, span.high
    if finite and low < high and (found is None or is_extreme(span)):
        return _extreme_tally(values, others)
    if found is not None and low < high:
        bins, squares, zeros = list(found.bins), found.squares, found.zeros + values.implied_zeros
        if values.implied_zeros:
            bins[_bin_of(0.0, low, high)] += values.implied_zeros
    else:  # one number, many times, or none at all
        value = low if finite else 0.0
        zeros, squares = finite * (value == 0), finite * value**2
        reach = max(abs(value) * 1e-6, 0.5)  # the bins that `trailmark.Histogram` puts around one number
        low, high = value - reach, value + reach
        bins = [0] * BINS
        bins[_bin_of(value, low, high)] = finite
    if span.inf or span.neg_inf:
        squares = math.inf
    squares = math.nan if span.nan else squares
    histogram = trailmark.Histogram.from_counts(bins, low, high, **others, zeros=zeros, norm=math.sqrt(squares))
    return Tally(histogram, squares)


def _bin_of(value: float, low: float, high: float) -> int:
    """Return the bin of a number that is in the range."""
    return max(at for at, edge in enumerate(edges_of(low, high)[:-1]) if edge <= value)


def _extreme_tally(values: Values, others: dict[str, int]) -> Tally:
    """Count numbers of float64 at the ends of its range, slowly."""
    numbers = torch.cat([values.numbers.double(), values.numbers.new_zeros(values.implied_zeros).double()])
    histogram = trailmark.Histogram(numbers)
    largest = float(numbers[torch.isfinite(numbers)].abs().max())
    histogram.norm = float(torch.linalg.vector_norm(numbers / largest)) * largest
    histogram.zeros = int(torch.count_nonzero(numbers == 0))
    return Tally(histogram, math.nan if others["nan"] else histogram.norm * histogram.norm)
