"""Series queries: the points of many series, or the exact envelope of them, along an axis.

An envelope is at most as many buckets as were asked for, of consecutive points each; every point is in one, so the
smallest and the largest value of each bucket are those of its points. Far out they come of blocks, close up of points,
and at both ends of a range of points always.

Axes are the step, the time (seconds since 1970-01-01 UTC), the time since the run began, and any metric of numbers, the
last value of which holds for the points that have none. Points before its first value, and those for which it is NaN,
have no place on it and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from trailmark.errors import UsageError
from trailmark.server.store import overview, schema
from trailmark.server.store.stored import AXES, find_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trailmark.server.store.overview import Blocks
    from trailmark.server.store.stored import StoredSeries

    Values = NDArray[Any]

_METRIC = "key:"
_NATURAL = {"history": "step", "system": "time"}  # what the points of a stream are sorted by
_ENOUGH = 0.5  # of the buckets asked for: so many blocks will do
_BY_NUMBER = 500  # names in one statement


@dataclass(frozen=True)
class Wanted:
    """One series that is asked for.

    Attributes:
        run: the run's id.
        key: what was logged.
        start: leave out the points before this number.
        epoch: the epoch that `start` is of; in another one the points are all new.
    """

    run: str
    key: str
    start: int | None = None
    epoch: int | None = None


@dataclass(frozen=True)
class SeriesRequest:
    """What is asked for.

    Attributes:
        x: "step", "time", "relative" or "key:<metric>".
        range: the smallest and the largest x; None for all.
        resolution: how many points or buckets a series may have.
    """

    project: str
    series: Sequence[Wanted]
    stream: str = "history"
    rank: int = 0
    x: str = "step"
    range: tuple[float, float] | None = None
    resolution: int = 1000


@dataclass
class Envelope:
    """One series as it is to be drawn, along x.

    Attributes:
        exact: whether `x` and `y` are points; else they are the first x and the mean of buckets.
        count: how many points the series has, those out of range too.
        reset: the points asked for were of an earlier epoch, so these are all.
        x: (n,), int64 for steps, else float64; ascending.
        y: (n,), float64, int64 or bool; means are float64, and do not count NaN.
        x_end: of buckets: the last x.
        low, high: of buckets: the smallest and the largest value that is not NaN; NaN if there is none.
        nan: of buckets: how many values are NaN, int64.
        points: of buckets: how many points they have, int64.
    """

    run: str
    key: str
    exact: bool
    count: int
    epoch: int
    reset: bool
    x: Values
    y: Values
    x_end: Values | None = None
    low: Values | None = None
    high: Values | None = None
    nan: Values | None = None
    points: Values | None = None


def query(connection: sa.Connection, request: SeriesRequest) -> list[Envelope]:
    """Return what is asked for, in the order of `request.series`; a series nobody logged has no points.

    Raises:
        UsageError: `x` is no axis, `resolution` is not positive, or `range` is no pair of numbers.
    """
    _check(request)
    metric = request.x[len(_METRIC) :] if request.x.startswith(_METRIC) else None
    numbers = run_numbers(connection, request.project, [wanted.run for wanted in request.series])
    pairs = [(numbers[wanted.run], wanted.key) for wanted in request.series if wanted.run in numbers]
    axes = [] if metric is None else [(run, metric) for run, _ in pairs]
    found = find_series(
        connection, [*pairs, *axes], stream=request.stream, rank=request.rank, with_overviews=metric is None
    )
    answers = []
    for wanted in request.series:
        stored = found.get((numbers[wanted.run], wanted.key)) if wanted.run in numbers else None
        answers.append(_absent(wanted) if stored is None else _answer(request, wanted, stored, found))
    return answers


def run_numbers(connection: sa.Connection, project: str, ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the runs of a project that there are, by id."""
    names, table = list(dict.fromkeys(ids)), schema.runs
    found: dict[str, int] = {}
    for begin in range(0, len(names), _BY_NUMBER):
        some = table.c.id.in_(names[begin : begin + _BY_NUMBER])
        rows = connection.execute(sa.select(table.c.id, table.c.number).where(table.c.project == project, some))
        found.update((run, number) for run, number in rows)
    return found


def _check(request: SeriesRequest) -> None:
    if request.x not in AXES and not request.x.startswith(_METRIC):
        raise UsageError(f"x is step, time, relative or key:<metric>, got {request.x!r}")
    if request.stream not in _NATURAL:
        raise UsageError(f"stream is history or system, got {request.stream!r}")
    if request.resolution < 1:
        raise UsageError(f"resolution is at least 1, got {request.resolution!r}")
    if request.range is not None and not request.range[0] <= request.range[1]:
        raise UsageError(f"range is the smallest and the largest x, got {list(request.range)!r}")


def _absent(wanted: Wanted) -> Envelope:
    return Envelope(wanted.run, wanted.key, True, 0, 0, bool(wanted.start), np.empty(0), np.empty(0))


def _answer(
    request: SeriesRequest, wanted: Wanted, stored: StoredSeries, found: Mapping[tuple[int, str], StoredSeries]
) -> Envelope:
    reset = wanted.start is not None and (
        wanted.start > stored.count or (wanted.epoch is not None and wanted.epoch != stored.epoch)
    )
    start = 0 if reset or wanted.start is None else max(0, wanted.start)
    envelope = Envelope(wanted.run, wanted.key, True, stored.count, stored.epoch, reset, np.empty(0), np.empty(0))
    if request.x.startswith(_METRIC):
        _fill_sorted(envelope, request, *_along_metric(request, stored, found, start))
    elif stored.is_along(request.x):
        _fill_in_order(envelope, request, stored, start)
    else:
        _fill_sorted(envelope, request, *stored.line(request.x, start))
    return envelope


def _along_metric(
    request: SeriesRequest, stored: StoredSeries, found: Mapping[tuple[int, str], StoredSeries], start: int
) -> tuple[Values, Values]:
    """Return the values of a metric that hold at the points of a series, and the values of those points."""
    axis = found.get((stored.run, request.x[len(_METRIC) :]))
    if axis is None:
        return np.empty(0), np.empty(0)
    natural = _NATURAL[request.stream]
    places, values = stored.line(natural, start)
    axis_places, axis_values = axis.line(natural)
    last = np.searchsorted(axis_places, places, "right") - 1
    held = last >= 0
    x = axis_values[last[held]].astype(np.float64)
    known = ~np.isnan(x)
    return x[known], values[held][known]


def _fill_sorted(envelope: Envelope, request: SeriesRequest, x: Values, values: Values) -> None:
    """Fill in points that come in any order."""
    if request.range is not None:
        inside = (x >= request.range[0]) & (x <= request.range[1])
        x, values = x[inside], values[inside]
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        x, values = x[order], values[order]
    if len(x) <= request.resolution:
        envelope.x, envelope.y = x, values
    else:
        _fill_buckets(envelope, overview.of_points((x,), values, _even_starts(len(x), request.resolution)))


def _fill_in_order(envelope: Envelope, request: SeriesRequest, stored: StoredSeries, start: int) -> None:
    """Fill in points that are in order of the axis."""
    begin, end = start, stored.count
    if request.range is not None:
        low, high = request.range
        end = stored.place(request.x, high, after=True)
        begin = min(end, max(start, stored.place(request.x, low, after=False)))
    if end - begin <= request.resolution:
        envelope.x, envelope.y = stored.line(request.x, begin, end)
    else:
        _fill_buckets(envelope, _buckets(stored, request, begin, end))


def _fill_buckets(envelope: Envelope, buckets: Blocks) -> None:
    envelope.exact = False
    [envelope.x], [envelope.x_end], envelope.y = buckets.first, buckets.last, buckets.mean
    envelope.low, envelope.high = buckets.low, buckets.high
    envelope.nan, envelope.points = buckets.nan, buckets.points


def _buckets(stored: StoredSeries, request: SeriesRequest, begin: int, end: int) -> Blocks:
    """Return at most as many blocks as asked for, of the points from `begin` up to, but without, `end`."""
    enough = request.resolution * _ENOUGH
    parts = _from_overview(stored, request.x, begin, end, enough)
    if not parts:
        if (end - begin) / overview.BLOCK < enough:
            x, values = stored.line(request.x, begin, end)
            return overview.of_points((x,), values, _even_starts(end - begin, request.resolution))
        parts = stored.blocks(request.x, begin, end)
    return overview.bucketed(overview.join(parts), request.resolution)


def _from_overview(stored: StoredSeries, axis: str, begin: int, end: int, enough: float) -> list[Blocks]:
    """Return the overview's blocks of these points, and finer ones at both ends; none if it has too few."""
    blocks = stored.overview(axis)
    if blocks is None:
        return []
    begins = np.append(blocks.begins, stored.chunked)
    first = int(np.searchsorted(begins, begin))  # the first block that begins in the range
    last = int(np.searchsorted(begins, end, "right")) - 1  # the first that does not end in it
    if last - first < enough:
        return []
    parts = [stored.fine(axis, begin, int(begins[first]))] if begin < begins[first] else []
    parts.append(blocks.part(first, last))
    return [*parts, stored.fine(axis, int(begins[last]), end)] if begins[last] < end else parts


def _even_starts(count: int, most: int) -> Values:
    """Return where `most` stretches of about one size begin among `count` points, which are more."""
    return np.arange(most, dtype=np.int64) * count // most
