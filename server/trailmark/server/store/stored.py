"""`StoredSeries`: the points and blocks of one series, as the index has them; `find_series` finds them.

What series of one request have in common (tails of a run, heads of chunks) is read once. A series is read within the
transaction that found it. Points are numbered from 0; axes are "step", "time" (seconds since 1970-01-01 UTC) and
"relative" (seconds since the run began).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from trailmark.server.store import codec, overview, points
from trailmark.server.store.cutting import SIZES
from trailmark.server.store.points import NUMBER, OBJECT, Batch, Name, Points
from trailmark.server.store.schema import chunks, heads, overviews, runs, series, tails

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from trailmark.server.store.overview import Blocks

    Values = NDArray[Any]

AXES = ("step", "time", "relative")
_STEP, _TIME = 0, 1  # places in a head
_PLACES = {"step": _STEP, "time": _TIME, "relative": _TIME}
_ASKED = 500  # values that a statement names at most; SQLite takes some thousands
_ROUNDING_S = 1e-5  # more than a time is rounded by when the run's beginning is taken from it
_STEPS = (-(1 << 63), (1 << 63) - 1)


@dataclass
class _Tails:
    """The tails of one run, as far as they were read: the newest first."""

    batches: list[Batch] = field(default_factory=list)
    oldest: int = (1 << 63) - 1  # the number of the last that was read
    is_complete: bool = False


@dataclass
class _Shared:
    """What series of one request have in common."""

    connection: sa.Connection
    keys: frozenset[str]
    tails: dict[int, _Tails] = field(default_factory=dict)
    heads: dict[tuple[int, int], bytes] = field(default_factory=dict)
    decoded: dict[tuple[int, int, int], Values] = field(default_factory=dict)


@dataclass
class StoredSeries:
    """One series of one run.

    Attributes:
        run: the run's number in the index.
        began_at: when the run began, in seconds since 1970-01-01 UTC.
        epoch: grows when the series was rewritten.
        count: how many points there are.
        chunked: how many of them are in chunks.
        ordered: times never go back; of the system, whose points are in order of time, steps do not.
    """

    run: int
    name: Name
    began_at: float
    epoch: int
    count: int
    chunked: int
    ordered: bool
    _shared: _Shared
    _overview: bytes | None = None
    _is_read: bool = False  # whether the overview is

    def is_along(self, axis: str) -> bool:
        """Tell whether the points are in order of `axis`."""
        return self.ordered or (axis == "step") == (self.name.stream != "system")

    def overview(self, axis: str) -> Blocks | None:
        """Return blocks of all points that are in chunks, with one axis; None if there are too few points."""
        if not self._is_read:
            self._overview = self._shared.connection.scalar(_OVERVIEW, self._identity)
            self._is_read = True
        if self._overview is None:
            return None
        return self._on(axis, overview.unpack(self._overview, [_PLACES[axis]]))

    def points(self, begin: int = 0, end: int | None = None) -> Points:
        """Return the points from number `begin` up to, but without, `end`."""
        parts = [
            Points(self._head(row.head, _STEP), self._head(row.head, _TIME), self._decoded(row.data)).part(*part)
            for row, part in self._rows(_CHUNKS, begin, end)
        ]
        waiting = self._waiting(begin, end)
        return points.join([*parts, waiting] if len(waiting.step) else parts, self.name.kind)

    def line(self, axis: str, begin: int = 0, end: int | None = None) -> tuple[Values, Values]:
        """Return where the points from `begin` up to, but without, `end` are on an axis, and their values."""
        place = _PLACES[axis]
        x, values = [], []
        for row, (first, last) in self._rows(_CHUNKS, begin, end):
            x.append(self._head(row.head, place)[first:last])
            values.append(self._decoded(row.data)[first:last])
        waiting = self._waiting(begin, end)
        if len(waiting.step) or not x:
            x.append(waiting[place])
            values.append(waiting.values)
        return self._along(axis, np.concatenate(x)), np.concatenate(values)

    def places(self, axis: str) -> Values:
        """Return where all points are on an axis, without reading what they are."""
        place = _PLACES[axis]
        x = [self._head(row.head, place)[first:last] for row, (first, last) in self._rows(_PLACED, 0, None)]
        return self._along(axis, np.concatenate([*x, self._waiting(0, None)[place]]))

    def blocks(self, axis: str, begin: int, end: int) -> list[Blocks]:
        """Return blocks of about `overview.BLOCK` points, of the points from `begin` up to, but without, `end`."""
        size = SIZES[NUMBER]
        first_whole = max(overview.FIRST_POINT, begin + -begin % size)
        last_whole = min(end, self.chunked) // size * size
        if first_whole >= last_whole:
            return [self.fine(axis, begin, end)]
        parts = [self.fine(axis, begin, first_whole)] if begin < first_whole else []
        for row, _ in self._rows(_BLOCKS, first_whole, last_whole):
            parts.append(self._on(axis, overview.unpack_both(row.blocks, row.edges, _PLACES[axis])))
        return [*parts, self.fine(axis, last_whole, end)] if last_whole < end else parts

    def fine(self, axis: str, begin: int, end: int) -> Blocks:
        """Return blocks of the points from `begin` up to, but without, `end`, made of them."""
        x, values = self.line(axis, begin, end)
        return overview.of_stretches((x,), values)

    def place(self, axis: str, value: float, *, after: bool) -> int:
        """Return the number of the first point that is at `value` or later, with `after` later, on an axis.

        The points must be in order of the axis.
        """
        side: Any = "right" if after else "left"
        statement = _FROM_STEP if axis == "step" else _FROM_TIME
        bound = value + self.began_at - _ROUNDING_S if axis == "relative" else value
        if axis == "step":  # integers, as float64 does not have all of them
            if not _STEPS[0] <= value <= _STEPS[1]:
                return self.count if value > 0 else 0
            bound = value = min(_STEPS[1], math.floor(value) if after else math.ceil(value))
        rows = self._shared.connection.execute(statement, {**self._identity, "bound": bound})
        for row in rows:
            first, count, head = tuple(row)
            number = int(np.searchsorted(self._along(axis, self._head(head, _PLACES[axis])), value, side))
            if number < count:
                rows.close()
                return int(first) + number
        waiting = self._along(axis, self._waiting(self.chunked, None)[_PLACES[axis]])
        return self.chunked + int(np.searchsorted(waiting, value, side))

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def _identity(self) -> dict[str, Any]:
        return {"run": self.run, **self.name._asdict()}

    def _along(self, axis: str, x: Values) -> Values:
        return x - self.began_at if axis == "relative" else x

    def _on(self, axis: str, blocks: Blocks) -> Blocks:
        if axis != "relative":
            return blocks
        return blocks._replace(first=(blocks.first[0] - self.began_at,), last=(blocks.last[0] - self.began_at,))

    def _rows(self, statement: Any, begin: int, end: int | None) -> Iterator[tuple[Any, tuple[int, int]]]:
        """Yield the rows of the chunks that hold points from `begin` to `end`, and which of their points these are."""
        end = self.chunked if end is None else min(end, self.chunked)
        if begin >= end:
            return
        after = begin - SIZES[self.name.kind]
        for row in self._shared.connection.execute(statement, {**self._identity, "after": after, "end": end}).all():
            first, last = max(0, begin - row.first), min(row.count_, end - row.first)
            if first < last:
                yield row, (first, last)

    def _head(self, number: int, place: int) -> Values:
        """Return the steps or the times of a head."""
        shared, head = self._shared, (self.run, number)
        found = shared.decoded.get((self.run, number, place))
        if found is None:
            if head not in shared.heads:
                which = {"run": self.run, "number": number}
                shared.heads[head] = shared.connection.execute(_HEAD, which).scalar_one()
            [found] = codec.unpack(shared.heads[head], [place])
            shared.decoded[self.run, number, place] = found
        return found

    def _decoded(self, data: bytes) -> Any:
        return codec.decode_objects(data) if self.name.kind == OBJECT else codec.decode(data)

    def _waiting(self, begin: int, end: int | None) -> Points:
        """Return those of the points that are not in chunks."""
        end = self.count if end is None else min(end, self.count)
        if end <= self.chunked:
            return points.no_points(self.name.kind)
        begin = max(begin, self.chunked)
        part = points.waiting(self._batches(begin), self.name, begin, self.epoch)
        return part.part(0, max(0, end - begin))

    def _batches(self, begin: int) -> list[Batch]:
        """Return batches of the run, among them those with the points from `begin` on that are not in chunks."""
        found = self._shared.tails.setdefault(self.run, _Tails())
        while not found.is_complete and not any(
            (column := batch.column(self.name, self.epoch)) and column.first <= begin for batch in found.batches
        ):
            which = {"run": self.run, "before": found.oldest}
            rows = self._shared.connection.execute(_TAILS, which).all()
            for row in rows:
                found.batches += points.unpack(row.data, self._shared.keys)
                found.oldest = row.number
            found.is_complete = len(rows) < _SOME_TAILS
        return found.batches


def _is_one(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(name) for name in ("run", "stream", "rank", "key", "kind")]


def _of_one_series(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(chunks.c.first, *columns).where(*_is_one(chunks)).order_by(chunks.c.first)


# Statements are made once: to make one costs as much as SQLite needs to answer it.
_COUNT = chunks.c.count.label("count_")  # rows have a method of that name
_HOLDING = (chunks.c.first > sa.bindparam("after"), chunks.c.first < sa.bindparam("end"))
_CHUNKS = _of_one_series(_COUNT, chunks.c.head, chunks.c.data).where(*_HOLDING)
_PLACED = _of_one_series(_COUNT, chunks.c.head).where(*_HOLDING)
_BLOCKS = (
    _of_one_series(_COUNT, chunks.c.blocks, heads.c.edges)
    .where(*_HOLDING)
    .join_from(chunks, heads, sa.and_(heads.c.run == chunks.c.run, heads.c.number == chunks.c.head))
)
_FROM_STEP = _of_one_series(chunks.c.count, chunks.c.head).where(chunks.c.last_step >= sa.bindparam("bound"))
_FROM_TIME = _of_one_series(chunks.c.count, chunks.c.head).where(chunks.c.last_time >= sa.bindparam("bound"))
_OVERVIEW = sa.select(overviews.c.data).where(*_is_one(overviews))
_HAS_OVERVIEW = sa.and_(*(overviews.c[name] == series.c[name] for name in ("run", "stream", "rank", "key", "kind")))
_HEAD = sa.select(heads.c.data).where(heads.c.run == sa.bindparam("run"), heads.c.number == sa.bindparam("number"))
_SOME_TAILS = 4
_TAILS = (
    sa.select(tails.c.number, tails.c.data)
    .where(tails.c.run == sa.bindparam("run"), tails.c.number < sa.bindparam("before"))
    .order_by(tails.c.number.desc())
    .limit(_SOME_TAILS)
)


def find_series(
    connection: sa.Connection,
    wanted: Iterable[tuple[int, str]],
    *,
    stream: str = "history",
    rank: int = 0,
    kind: str = NUMBER,
    with_overviews: bool = False,
) -> dict[tuple[int, str], StoredSeries]:
    """Return the series of `wanted` runs (by number) and keys that exist, by run and key.

    With `with_overviews` their overviews are read at once, else each when it is asked for.
    """
    pairs = set(wanted)
    numbers, keys = sorted({run for run, _ in pairs}), sorted({key for _, key in pairs})
    shared = _Shared(connection, frozenset(keys))
    columns: list[Any] = [series.c.run, series.c.key, runs.c.start_time]
    columns += [series.c.epoch, series.c.count, series.c.chunked, series.c.ordered]
    columns.append(overviews.c.data if with_overviews else sa.null())
    tables = series.join(runs, runs.c.number == series.c.run)
    if with_overviews:
        tables = tables.outerjoin(overviews, _HAS_OVERVIEW)
    found = {}
    for some_runs in _portions(numbers):
        for some_keys in _portions(keys):
            rows = connection.execute(
                sa.select(*columns)
                .select_from(tables)
                .where(series.c.run.in_(some_runs), series.c.key.in_(some_keys))
                .where(series.c.stream == stream, series.c.rank == rank, series.c.kind == kind)
            )
            for row in rows:
                run, key, began_at, epoch, count, chunked, ordered, packed = tuple(row)
                if (run, key) in pairs:
                    name = Name(stream, rank, key, kind)
                    about = (began_at, epoch, count, chunked, ordered)
                    found[run, key] = StoredSeries(run, name, *about, shared, packed, with_overviews)
    return found


def _portions(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[begin : begin + _ASKED] for begin in range(0, len(items), _ASKED))
