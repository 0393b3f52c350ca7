"""Aggregates: what the series of a group of runs come to, along an axis.

A group has places: each x at which any of its runs has a point, if these are no more than the resolution; else
stretches of x of one width, of which those without points are left out. At a place a run has one value, the mean of its
values there that are not NaN; mean, median, standard deviation and standard error are those of the runs' values. The
smallest and the largest value are those of all points. A run with too many points to look at each is taken in blocks,
all points of which count where the first one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.server.store.series import Envelope, SeriesRequest, Wanted, query

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa
    from numpy.typing import NDArray

    Values = NDArray[Any]

_FINENESS = 8  # a run may have so many times as many points or blocks as there are places,
_LOOKED_AT = 4096  # and so many in any case


class RunGroup(NamedTuple):
    """Runs that are drawn as one line."""

    name: str
    runs: Sequence[str]  # ids


@dataclass(frozen=True)
class AggregateRequest:
    """What is asked for: as in `SeriesRequest`, but for groups of runs, each with each key."""

    project: str
    groups: Sequence[RunGroup]
    keys: Sequence[str]
    stream: str = "history"
    rank: int = 0
    x: str = "step"
    range: tuple[float, float] | None = None
    resolution: int = 500


@dataclass
class Band:
    """A group of runs along x, n places: the line and the area that is drawn of it.

    Attributes:
        runs: how many runs of the group have any value in the range.
        x: (n,), ascending: int64 if the places are steps, else float64; of stretches, their middles.
        mean, median, std, stderr: (n,), float64; the deviations are those of a sample (n - 1), 0 for one run.
        min, max: (n,), float64.
        count: (n,), int64: how many runs have a value there.
    """

    name: str
    key: str
    runs: int
    x: Values
    mean: Values
    median: Values
    min: Values
    max: Values
    std: Values
    stderr: Values
    count: Values


class _Pieces(NamedTuple):
    """Points or blocks of the runs of a group, those of NaN alone left out."""

    run: Values  # int64: which run of the group
    x: Values
    known: Values  # int64: how many values are not NaN
    low: Values
    high: Values
    mean: Values


def aggregate(connection: sa.Connection, request: AggregateRequest) -> list[Band]:
    """Return a band for each group and key: all keys of the first group, then those of the next.

    Raises:
        UsageError: as `trailmark.server.store.series.query`.
    """
    pairs = [(group, key) for group in request.groups for key in request.keys]
    wanted = [Wanted(run, key) for group, key in pairs for run in group.runs]
    asked = SeriesRequest(
        request.project,
        wanted,
        request.stream,
        request.rank,
        request.x,
        request.range,
        max(request.resolution * _FINENESS, _LOOKED_AT),
    )
    found = iter(query(connection, asked))
    return [_band(group.name, key, [next(found) for _ in group.runs], request.resolution) for group, key in pairs]


def _band(name: str, key: str, envelopes: Sequence[Envelope], resolution: int) -> Band:
    pieces = _pieces(envelopes)
    x, place = _places(pieces.x, resolution)
    order = np.lexsort((pieces.run, place))
    pieces, place = _Pieces(*(field[order] for field in pieces)), place[order]
    is_place = np.diff(place, prepend=-1) != 0
    place_starts = np.flatnonzero(is_place)
    run_starts = np.flatnonzero(is_place | (np.diff(pieces.run, prepend=-1) != 0))
    runs = len(np.unique(pieces.run))
    if not runs:
        none = np.empty(0)
        return Band(name, key, 0, none, none, none, none, none, none, none, np.empty(0, np.int64))
    with np.errstate(all="ignore"):  # infinities
        known = np.add.reduceat(pieces.known, run_starts)
        share = pieces.known / np.repeat(known, np.diff(run_starts, append=len(place)))
        values = np.add.reduceat(pieces.mean * share, run_starts)
        starts = np.searchsorted(run_starts, place_starts)
        mean, median, std, count = _spread(values, starts)
        low, high = np.fmin.reduceat(pieces.low, place_starts), np.fmax.reduceat(pieces.high, place_starts)
        return Band(name, key, runs, x, mean, median, low, high, std, std / np.sqrt(count), count)


def _pieces(envelopes: Sequence[Envelope]) -> _Pieces:
    parts = []
    for number, envelope in enumerate(envelopes):
        if not len(envelope.x):
            continue
        mean = envelope.y.astype(np.float64, copy=False)
        low, high, known = mean, mean, (~np.isnan(mean)).astype(np.int64)
        if not envelope.exact:
            assert envelope.low is not None and envelope.high is not None  # noqa: S101, PT018 (buckets have all)
            assert envelope.points is not None and envelope.nan is not None  # noqa: S101, PT018 (as above)
            low, high, known = envelope.low, envelope.high, envelope.points - envelope.nan
        there = known > 0
        run = np.full(int(there.sum()), number)
        parts.append(_Pieces(run, *(field[there] for field in (envelope.x, known, low, high, mean))))
    if not parts:
        return _Pieces(np.empty(0, np.int64), *[np.empty(0)] * 5)
    return _Pieces(*map(np.concatenate, zip(*parts, strict=True)))


def _places(x: Values, resolution: int) -> tuple[Values, Values]:
    """Return where the places are, ascending, and the number of the place of each x."""
    places, place = np.unique(x, return_inverse=True)
    if len(places) <= resolution:
        return places, place
    low = float(places[0])
    width = (float(places[-1]) - low) / resolution
    stretch = np.minimum(((x - low) / width).astype(np.int64), resolution - 1)
    stretches, place = np.unique(stretch, return_inverse=True)
    return low + (stretches + 0.5) * width, place


def _spread(values: Values, starts: Values) -> tuple[Values, Values, Values, Values]:
    """Return mean, median, deviation and number of the values from each of `starts` to the next."""
    count = np.diff(starts, append=len(values))
    mean = np.add.reduceat(values, starts) / count
    squares = np.add.reduceat((values - np.repeat(mean, count)) ** 2, starts)
    std = np.sqrt(squares / np.maximum(count - 1, 1))
    ascending = values[np.lexsort((values, np.repeat(np.arange(len(starts)), count)))]
    low, high = ascending[starts + (count - 1) // 2], ascending[starts + count // 2]
    return mean, np.where(low == high, low, low + (high - low) / 2), std, count
