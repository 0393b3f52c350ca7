"""Heat maps: the histograms of one series over its steps, put into common bins.

A count is shared out evenly over the width of its bin, so the sum of a histogram stays. Histograms of neighbouring
steps are added up where there are more than columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.errors import UsageError
from trailmark.server.store.points import OBJECT
from trailmark.server.store.stored import find_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa
    from numpy.typing import NDArray

    from trailmark.server.store.points import Points
    from trailmark.server.store.stored import StoredSeries

    Values = NDArray[Any]

_PORTION = 1024  # histograms in memory at a time


@dataclass(frozen=True)
class HeatMap:
    """Histograms over steps."""

    count: int  # how many histograms there are
    step: Values  # (m,), int64: the first step of each column
    time: Values  # (m,), float64: its time, in seconds since 1970-01-01 UTC
    edges: Values  # (bins + 1,), float64, ascending; empty if there are no histograms
    counts: Values  # (m, bins), float64
    nan: Values  # (m,), int64: how many NaN there were


class _Histogram(NamedTuple):
    number: int
    step: int
    time: float
    edges: Values
    counts: Values
    nan: int


def heat_map(
    connection: sa.Connection, run: int, key: str, *, bins: int = 64, columns: int = 400, rank: int = 0
) -> HeatMap:
    """Return the histograms that a run logged under `key`, in at most `columns` columns; other objects are left out.

    `run` is the run's number in the index. Bins reach from the lowest edge of any histogram to the highest.

    Raises:
        UsageError: `bins` or `columns` is not positive.
    """
    if bins < 1 or columns < 1:
        raise UsageError(f"bins and columns are at least 1, got {bins!r} and {columns!r}")
    stored = find_series(connection, [(run, key)], rank=rank, kind=OBJECT).get((run, key))
    low, high, count = np.inf, -np.inf, 0
    for found in _histograms(stored):
        low, high = min(low, found.edges[0]), max(high, found.edges[-1])
        count += 1
    columns = min(columns, count)
    step, time = np.zeros(columns, np.int64), np.zeros(columns)
    counts, nan = np.zeros((columns, bins)), np.zeros(columns, np.int64)
    edges = _edges(low, high, bins) if count else np.empty(0)
    newest = -1
    for found in _histograms(stored):
        column = found.number * columns // count
        if column != newest:
            step[column], time[column] = found.step, found.time
            newest = column
        below = np.concatenate([[0.0], np.cumsum(found.counts)])
        counts[column] += np.diff(np.interp(edges, found.edges, below))
        nan[column] += found.nan
    return HeatMap(count, step, time, edges, counts, nan)


def _histograms(stored: StoredSeries | None) -> Iterator[_Histogram]:
    """Yield the histograms of a series, numbered from 0, some of them in memory at a time."""
    number = 0
    for begin in range(0, stored.count if stored else 0, _PORTION):
        assert stored is not None  # noqa: S101 (or the range is empty)
        part: Points = stored.points(begin, begin + _PORTION)
        for step, time, record in zip(part.step.tolist(), part.time.tolist(), part.values, strict=True):
            if (found := _parsed(record)) is not None:
                yield _Histogram(number, step, time, *found)
                number += 1


def _parsed(record: Any) -> tuple[Values, Values, int] | None:
    """Return edges, counts and the number of NaN of the record of a histogram; None for anything else."""
    if not isinstance(record, dict) or record.get("_type") != "histogram":
        return None
    try:
        counts = np.asarray(record["counts"], np.float64)
        if "edges" in record:
            edges = np.asarray(record["edges"], np.float64)
        else:
            low, high = record["range"]
            edges = _edges(float(low), float(high), len(counts))
        nan = int(record.get("nan", 0))
    except (KeyError, TypeError, ValueError):
        return None
    is_sound = counts.ndim == 1 and edges.shape == (len(counts) + 1,) and np.isfinite(edges).all()
    return (edges, counts, nan) if is_sound and (edges[1:] > edges[:-1]).all() else None


def _edges(low: float, high: float, count: int) -> Values:
    """Return the edges of `count` bins of one width, as histograms with a range have them."""
    with np.errstate(over="ignore", invalid="ignore"):  # a range beyond float64 has no such bins
        return np.linspace(low, high, count + 1)
