"""`SeriesWriter`: what puts the points of one run into the index.

Points are appended in memory and written by `flush`: into a tail while they are few, into chunks of `CHUNK` points
(of objects `OBJECTS`) once there are enough. All chunks of a series are full but for its last, which a later flush
fills up. A run that is over and has few points altogether keeps them in one tail, which is read as fast as a chunk of
each key, and written far faster. A series whose points do not go on where it ended is refused and must be given whole,
to `replace`; its epoch then grows, by which those who hold points of it know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from trailmark.server.store import points, schema
from trailmark.server.store.cutting import SIZES, Cutting, Span, of_series
from trailmark.server.store.database import insert, update, upsert
from trailmark.server.store.points import NUMBER, OBJECT, Batch, Column, Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[Any]

_FEW_CHUNKS = 2  # a run whose points would fill no more is a small one
_FEW_SERIES = 8  # so many rows are written faster one by one
_MOST_AT_ONCE = 500  # keys in one statement; SQLite takes some thousand parameters
_FANOUT = 8  # so many tails of one size are made one


@dataclass(slots=True)
class _Series:
    """What is known of one series."""

    epoch: int = 0
    points: int = 0
    chunked: int = 0
    first_step: int | None = None
    last_step: int | None = None
    last_time: float | None = None
    ordered: bool = True
    types: str = ""  # of objects, as in the table
    is_stored: bool = False  # whether the index has a row of it

    @property
    def told(self) -> tuple[Any, ...]:
        """What the index is told of it."""
        range_ = (self.first_step, self.last_step, self.last_time)
        return (self.epoch, self.points, self.chunked, *range_, self.ordered, self.types)

    def extend(self, rows: _Rows) -> None:
        """Note that `rows` come at the end."""
        last = self.last_step if rows.is_system else self.last_time
        if self.first_step is None:
            self.first_step = rows.first_step
            self.ordered = rows.is_ordered
        elif not rows.is_ordered or rows.other_first < last:  # type: ignore[operator]
            self.ordered = False
        self.last_step, self.last_time = rows.last_step, rows.last_time
        self.points += rows.points

    def add_types(self, records: Iterable[Any]) -> None:
        """Note what kinds of things these objects are."""
        self.types = " ".join(sorted({*self.types.split()}.union(*map(types_of, records))))

    def restart(self) -> None:
        """Begin a new epoch without points."""
        self.epoch += 1
        self.points = self.chunked = 0
        self.first_step = self.last_step = self.last_time = None
        self.ordered = True
        self.types = ""


class _Rows(NamedTuple):
    """What rows that are appended have in common."""

    points: int
    is_system: bool  # of the stream "system", which is in order of time; history is in order of steps
    first: float  # on the axis that the stream is in order of
    other_first: float  # on the other one
    is_ordered: bool  # whether the other one never goes back
    first_step: int
    last_step: int
    last_time: float


class SeriesWriter:
    """Puts the points of one run into the index. One thread at a time may use it.

    After a `flush` that raised, or whose transaction did not commit, it is of no use: load another.
    """

    def __init__(self, run: int) -> None:
        self.run = run
        self._series: dict[Name, _Series] = {}
        self._pending: list[Batch] = []
        self._changed: set[Name] = set()
        self._rewritten: set[Name] = set()  # their chunks in the database are of an earlier epoch
        self._tails: list[tuple[int, int]] = []  # numbers and sizes: 0, or 1 for one made of `_FANOUT` of size 0, …

    @classmethod
    def load(cls, connection: sa.Connection, run: int) -> SeriesWriter:
        """Return a writer that goes on with what the index has of `run`."""
        writer = cls(run)
        table = schema.series
        for row in connection.execute(sa.select(table).where(table.c.run == run)).mappings():
            writer._series[Name(row["stream"], row["rank"], row["key"], row["kind"])] = _Series(
                row["epoch"],
                row["count"],
                row["chunked"],
                row["first_step"],
                row["last_step"],
                row["last_time"],
                row["ordered"],
                row["types"],
                is_stored=True,
            )
        numbers = connection.scalars(
            sa.select(schema.tails.c.number).where(schema.tails.c.run == run).order_by(schema.tails.c.number)
        )
        writer._tails = [(number, 0) for number in numbers]
        return writer

    # -- taking points -----------------------------------------------------------------------------------------------

    def append(self, stream: str, rank: int, step: Values, time: Values, columns: Mapping[str, Values]) -> set[str]:
        """Add rows that have a value of each of `columns`; return the keys that were refused.

        Args:
            stream: "history" or "system".
            rank: the rank that logged them.
            step: (n,), int64; of history, strictly ascending and beyond each key's last step.
            time: (n,), float64, seconds since 1970-01-01 UTC; of system, strictly ascending as steps of history are.
            columns: by key: (n,), float64, int64 or bool.

        A key is refused if its points do not come after those that it has; none of its values is taken.
        """
        arrays = {key: _number_array(values) for key, values in columns.items()}
        return self._append(NUMBER, stream, rank, step, time, arrays)

    def append_objects(
        self, stream: str, rank: int, key: str, steps: Values, times: Values, records: Sequence[Any]
    ) -> bool:
        """Add points of one key that are plain values and no numbers; False if it is refused, as by `append`."""
        return not self._append(OBJECT, stream, rank, steps, times, {key: list(records)})

    def replace(
        self,
        stream: str,
        rank: int,
        key: str,
        kind: str,
        step: Values,
        time: Values,
        values: Any,
    ) -> None:
        """Put these points in place of all that the series has; its epoch grows.

        `kind` is "number" or "object". Points are in order of their steps, those of system in order of their times;
        equal ones may follow one another. No points leave a series without points.
        """
        name = Name(stream, rank, key, kind)
        self._pending = [left for batch in self._pending if (left := _without(batch, name)) is not None]
        if name in self._series:
            self._series[name].restart()
            self._rewritten.add(name)
        state = self._series.setdefault(name, _Series())
        self._changed.add(name)
        if len(step):
            step, time = np.asarray(step, np.int64), np.asarray(time, np.float64)
            given = list(values) if kind == OBJECT else _number_array(values)
            state.extend(_rows(stream, step, time))
            if kind == OBJECT:
                state.add_types(given)
            self._pending.append(Batch(stream, rank, kind, step, time, {key: Column(0, state.epoch, given)}))

    def _append(
        self, kind: str, stream: str, rank: int, step: Values, time: Values, columns: Mapping[str, Any]
    ) -> set[str]:
        step, time = np.asarray(step, np.int64), np.asarray(time, np.float64)
        if not len(step):
            return set()
        place = time if stream == "system" else step
        if not (place[1:] > place[:-1]).all():
            return set(columns)
        rows = _rows(stream, step, time)
        taken: dict[str, Column] = {}
        for key, values in columns.items():
            name = Name(stream, rank, key, kind)
            state = self._series.get(name)
            if state is None:
                state = self._series[name] = _Series()
            last = state.last_time if rows.is_system else state.last_step
            if last is None or rows.first > last:
                taken[key] = Column(state.points, state.epoch, values)
                state.extend(rows)
                if kind == OBJECT:
                    state.add_types(values)
                self._changed.add(name)
        if taken:
            self._pending.append(Batch(stream, rank, kind, step, time, taken))
        return columns.keys() - taken.keys()

    @property
    def has_changed(self) -> bool:
        """Whether there is something to `flush`."""
        return bool(self._changed)

    def counts(self) -> dict[tuple[str, int, str], int]:
        """Return how many points the series have that changed since the last flush, by stream, rank and key.

        Of a key that has both numbers and objects, those that are numbers.
        """
        found = sorted(self._changed, key=lambda name: name.kind, reverse=True)
        return {(name.stream, name.rank, name.key): self._series[name].points for name in found}

    # -- writing -----------------------------------------------------------------------------------------------------

    def flush(self, connection: sa.Connection, *, settle: bool = False) -> dict[tuple[str, int, str], int]:
        """Write what came since the last flush, and return what `counts` did.

        With `settle` all points go into chunks, or into one tail, as is best for a run that is over.
        """
        counts = self.counts()
        if self._rewritten:
            self._forget(connection)
        whole = settle and not self._is_small()
        full = {
            name: Span(state.epoch, state.chunked, state.points)
            for name, state in self._series.items()
            if (left := state.points - state.chunked) >= SIZES[name.kind] or (whole and left)
        }
        if full:
            batches = [*self._stored_batches(connection), *self._pending]
            is_first = not any(state.chunked for state in self._series.values())
            done = Cutting(connection, self.run, is_first=is_first).cut(full, batches, whole=whole)
            for name, cut in done.items():
                self._series[name].chunked = cut.chunked
            self._write_overviews(connection, {name: cut.overview for name, cut in done.items()})
            self._write_tails(connection, self._left(batches))
        elif settle and len(self._tails) + bool(self._pending) > 1:
            self._write_tails(connection, self._left([*self._stored_batches(connection), *self._pending]))
        elif self._pending:
            self._add_tail(connection, self._pending)
        self._write_series(connection, self._changed | full.keys())
        self._pending = []
        self._changed.clear()
        self._rewritten.clear()
        return counts

    def _forget(self, connection: sa.Connection) -> None:
        """Remove the chunks and overviews of series that were rewritten, and the heads that nobody needs any more."""
        for name in self._rewritten:
            for table in (schema.chunks, schema.overviews):
                connection.execute(sa.delete(table).where(*of_series(table, self.run, name)))
        used = sa.select(schema.chunks.c.head).where(schema.chunks.c.run == self.run)
        heads = schema.heads
        connection.execute(sa.delete(heads).where(heads.c.run == self.run, heads.c.number.not_in(used)))

    def _is_small(self) -> bool:
        """Whether the points of the run, none of which is in a chunk, are few."""
        chunks = 0.0
        for name, state in self._series.items():
            chunks += state.points / SIZES[name.kind]
            if state.chunked or chunks > _FEW_CHUNKS:
                return False
        return True

    def _stored_batches(self, connection: sa.Connection, numbers: Iterable[int] | None = None) -> list[Batch]:
        if not self._tails:
            return []
        table = schema.tails
        chosen = sa.select(table.c.data).where(table.c.run == self.run).order_by(table.c.number)
        if numbers is not None:
            chosen = chosen.where(table.c.number.in_(list(numbers)))
        return [batch for data in connection.scalars(chosen).all() for batch in points.unpack(data)]

    def _left(self, batches: list[Batch]) -> list[Batch]:
        """Return what of `batches` is not in chunks."""
        found = []
        for batch in batches:
            columns, skips = {}, []
            for key, column in batch.columns.items():
                state = self._series[Name(batch.stream, batch.rank, key, batch.kind)]
                skip = max(0, state.chunked - column.first)
                if column.epoch == state.epoch and skip < len(batch.step):
                    columns[key] = column
                    skips.append(skip)
            if columns:
                found.append(batch._replace(columns=columns).part(min(skips)))
        return points.merged(found)

    def _write_tails(self, connection: sa.Connection, batches: list[Batch]) -> None:
        """Put one tail in place of all."""
        if self._tails:
            connection.execute(sa.delete(schema.tails).where(schema.tails.c.run == self.run))
        number = self._tails[-1][0] + 1 if self._tails else 0
        self._tails = []
        if batches:
            insert(connection, schema.tails, [{"run": self.run, "number": number, "data": points.pack(batches)}])
            self._tails = [(number, 1)]

    def _add_tail(self, connection: sa.Connection, batches: list[Batch]) -> None:
        """Add a tail; where that makes many of one size, put one in their place."""
        number, size = (self._tails[-1][0] + 1 if self._tails else 0), 0
        batches = points.merged(batches)
        while len(self._tails) >= _FANOUT - 1 and all(tail[1] == size for tail in self._tails[1 - _FANOUT :]):
            old = [tail[0] for tail in self._tails[1 - _FANOUT :]]
            batches = points.merged([*self._stored_batches(connection, old), *batches])
            gone = schema.tails.c.number.in_(old)
            connection.execute(sa.delete(schema.tails).where(schema.tails.c.run == self.run, gone))
            self._tails = self._tails[: 1 - _FANOUT]
            size += 1
        insert(connection, schema.tails, [{"run": self.run, "number": number, "data": points.pack(batches)}])
        self._tails.append((number, size))

    def _write_overviews(self, connection: sa.Connection, overviews: Mapping[Name, bytes | None]) -> None:
        found = [(name, data) for name, data in sorted(overviews.items()) if data is not None]
        rows = [{"run": self.run, **name._asdict(), "data": data} for name, data in found]
        upsert(connection, schema.overviews, rows)

    def _write_series(self, connection: sa.Connection, changed: Iterable[Name]) -> None:
        rows: list[dict[str, Any]] = []
        alike: dict[tuple[Any, ...], list[Name]] = {}  # series that grew together: the same is to be told of them
        for name in sorted(changed):
            state = self._series[name]
            if state.is_stored:
                alike.setdefault((name.stream, name.rank, name.kind, *state.told), []).append(name)
            else:
                rows.append(self._row(name, state))
            state.is_stored = True
        for names in alike.values():
            if len(names) < _FEW_SERIES:
                rows += [self._row(name, self._series[name]) for name in names]
            else:
                self._update_series(connection, names)
        upsert(connection, schema.series, rows)

    def _row(self, name: Name, state: _Series) -> dict[str, Any]:
        return {
            "run": self.run,
            **name._asdict(),
            "epoch": state.epoch,
            "count": state.points,
            "chunked": state.chunked,
            "first_step": state.first_step,
            "last_step": state.last_step,
            "last_time": state.last_time,
            "ordered": state.ordered,
            "types": state.types,
        }

    def _update_series(self, connection: sa.Connection, names: Sequence[Name]) -> None:
        """Tell what is the same for several series that the index has, of one stream, rank and kind."""
        row = self._row(names[0], self._series[names[0]])
        which = {column: row.pop(column) for column in ("key", "run", "stream", "rank", "kind")}
        for begin in range(0, len(names), _MOST_AT_ONCE):
            keys = [name.key for name in names[begin : begin + _MOST_AT_ONCE]]
            keys += keys[-1:] * (-len(keys) % _FEW_SERIES)  # so that there are not too many statements to be made
            update(connection, schema.series, {**which, "key": keys}, row)


def _number_array(values: Any) -> Values:
    array = np.asarray(values)
    if array.dtype == np.float64 or array.dtype.kind == "b":
        return array
    return array.astype(np.int64 if array.dtype.kind in "iu" else np.float64, copy=False)


def _rows(stream: str, step: Values, time: Values) -> _Rows:
    is_system = stream == "system"
    place, other = (time, step) if is_system else (step, time)
    is_ordered = bool((other[1:] >= other[:-1]).all())
    ends = int(step[0]), int(step[-1]), float(time[-1])
    return _Rows(len(step), is_system, place[0].item(), other[0].item(), is_ordered, *ends)


def _without(batch: Batch, name: Name) -> Batch | None:
    """Return a batch without one series; None if that leaves nothing."""
    if name.key not in batch.columns or (batch.stream, batch.rank, batch.kind) != (name.stream, name.rank, name.kind):
        return batch
    columns = {key: column for key, column in batch.columns.items() if key != name.key}
    return batch._replace(columns=columns) if columns else None


def types_of(record: Any) -> set[str]:
    """Return the kinds of things that a logged value is: the `_type`s of its records, "text" or "json"."""
    if isinstance(record, str):
        return {"text"}
    items = record if isinstance(record, list) else [record]
    found = {item["_type"] for item in items if isinstance(item, dict) and isinstance(item.get("_type"), str)}
    return {name for name in found if name and not set(name) & set(" \t\n")} or {"json"}
