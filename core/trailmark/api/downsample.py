"""Downsampling: the rows that show the same curve as all of them.

The rows of a key are cut into buckets of equal numbers; of each bucket the rows with the smallest and the largest
value stay, so a spike of one row is never lost. The first and the last row stay too. The same rows give the same
sample, always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.api.columns import as_numbers
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trailmark.api.columns import Column

    Values = NDArray[Any]


def sample(columns: Sequence[Column], size: int, samples: int) -> Values:
    """Return at most `samples` row numbers of `size`, ascending.

    Each key has its share of them; what keys with few values leave over goes to the others. Where even the smallest
    and the largest value of each key and the first and the last row are more than `samples`, it returns those.

    Raises:
        UsageError: `samples` is no positive integer.
    """
    if not isinstance(samples, int) or isinstance(samples, bool) or samples < 1:
        raise UsageError(f"samples is a number of rows, at least 1, got {samples!r}")
    if size <= samples:
        return np.arange(size)
    if samples == 1:
        return np.array([size - 1])
    chosen = [np.array([0, size - 1])]
    budget = samples - 2
    held = [(np.flatnonzero(column.holds()), column) for column in columns]
    held.sort(key=lambda pair: len(pair[0]))
    for position, (rows, column) in enumerate(held):
        share = max(budget // (len(held) - position), 2)
        picked = rows if len(rows) <= share else rows[_extremes(column.array[rows], share // 2)]
        chosen.append(picked)
        budget -= len(picked)
    return np.unique(np.concatenate(chosen))


def _extremes(values: Values, buckets: int) -> Values:
    """Return where the smallest and the largest value of each bucket are, the first of equal ones.

    NaN is neither, but a bucket that holds nothing else keeps its first. Of values without an order the first and the
    last of each bucket are taken.
    """
    edges = np.linspace(0, len(values), buckets + 1).astype(np.int64)
    begins = edges[:-1]
    numbers = as_numbers(values)
    if numbers is None:
        return np.concatenate([begins, edges[1:] - 1])
    low, high = numbers, numbers
    if numbers.dtype.kind == "f" and (unknown := np.isnan(numbers)).any():
        low, high = np.where(unknown, np.inf, numbers), np.where(unknown, -np.inf, numbers)
    sizes = np.diff(edges)
    found = []
    for side, best in ((low, np.minimum.reduceat(low, begins)), (high, np.maximum.reduceat(high, begins))):
        hits = np.flatnonzero(side == np.repeat(best, sizes))
        found.append(hits[np.searchsorted(hits, begins)])
    return np.concatenate(found)
