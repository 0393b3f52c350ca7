"""Histograms over time: what a key's histograms were, step by step, as arrays that a heat map can be drawn of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.errors import UsageError
from trailmark.media.histogram import Histogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trailmark.api.history import Series


class Histograms(NamedTuple):
    """The n histograms of one key, in the order of their steps."""

    step: NDArray[np.int64]
    time: NDArray[np.float64]  # seconds since 1970-01-01 UTC
    counts: NDArray[np.float64]  # (n, bins)
    edges: NDArray[np.float64]  # (n, bins + 1); (bins + 1,) if they are common to all
    nan: NDArray[np.int64]  # (n,): how many NaN there were


def histograms(series: Series, key: str, num_bins: int | None = None) -> Histograms:
    """Return the histograms among the values of a key, as they were logged or put into common bins.

    Raises:
        UsageError: there are none, their numbers of bins differ, or `num_bins` is no number of bins.
    """
    found = [(at, value) for at, value in enumerate(series.value.tolist()) if isinstance(value, Histogram)]
    if not found:
        raise UsageError(f"{key!r} holds no histograms in this run; Run.keys() lists what was logged")
    places = [at for at, _ in found]
    values = [value for _, value in found]
    if num_bins is None:
        counts, edges = _as_logged(values, key)
    else:
        counts, edges = _in_common(values, num_bins)
    nan = np.array([value.nan for value in values], dtype=np.int64)
    return Histograms(series.step[places], series.time[places], counts, edges, nan)


def _as_logged(values: list[Histogram], key: str) -> tuple[Any, Any]:
    sizes = sorted({len(value.histogram) for value in values})
    if len(sizes) > 1:
        raise UsageError(f"the histograms of {key!r} have {sizes[0]} to {sizes[-1]} bins: give num_bins")
    counts = np.array([value.histogram for value in values], dtype=np.float64)
    return counts, np.array([value.bins for value in values], dtype=np.float64)


def _in_common(values: list[Histogram], num_bins: int) -> tuple[Any, Any]:
    """Return counts in common bins: a bin's count is shared out evenly over its width."""
    if type(num_bins) is not int or num_bins < 1:
        raise UsageError(f"num_bins is at least 1, got {num_bins!r}")
    low, high = min(value.bins[0] for value in values), max(value.bins[-1] for value in values)
    edges = np.linspace(low, high, num_bins + 1)
    counts = np.empty((len(values), num_bins))
    for row, value in enumerate(values):
        below = np.concatenate([[0.0], np.cumsum(np.asarray(value.histogram, dtype=np.float64))])
        counts[row] = np.diff(np.interp(edges, value.bins, below))
    return counts, edges
