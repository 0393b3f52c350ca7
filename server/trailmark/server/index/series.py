"""`SeriesTail`: the series of one run as they grow.

Rows that simply follow one another are appended. Keys whose rows do not (steps that repeat or go back, a newer attempt
over an older one, workers in turns) are *tangled*: they are put together anew by the rules of the local Api. What that
costs decides how often it is done, so that a run of that kind takes a bounded share of the time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import sqlalchemy as sa

from trailmark.server.index.columns import gather
from trailmark.server.index.rebuild import View, last_steps, rebuild
from trailmark.server.store import schema
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from trailmark.api.contents import Shelf
    from trailmark.api.lineage import Source
    from trailmark.server.index.columns import Columns, Objects
    from trailmark.server.index.journal import Appended
    from trailmark.server.index.lineup import Lineup

Place: TypeAlias = "tuple[str, int, str]"  # stream, rank, key

_REST = 9  # untangling is followed by so many times as long without
_STREAMS = ("history", "system")
_NO_STEPS, _NO_TIMES = np.empty(0, np.int64), np.empty(0, np.float64)
_NEVER = -(1 << 63) - 1  # below every step


class SeriesTail:
    """The series of one run, from rows to the tables.

    Attributes:
        tangled: what waits for being put together.
        has_objects: whether values that are no numbers came since the last `flush`.
    """

    def __init__(self, lineup: Lineup, shelf: Shelf) -> None:
        self._lineup = lineup
        self._shelf = shelf
        self._writer: SeriesWriter | None = None
        self.tangled: set[Place] = set()
        self.has_objects = False
        self._kinds: dict[Place, str] = {}  # number, object or both
        self._is_last: dict[Place, bool] = {}  # logged by the newest attempt: whether the last point is of it
        self._newest: dict[int, int] = {}  # by rank the attempt that this holds for
        self._top: dict[tuple[str, int], int] = {}  # the largest step so far, by stream and rank
        self._sample: dict[str, int] = {}  # the last step of the stream "system", by journal
        self._rest_until = 0.0

    @property
    def has_changed(self) -> bool:
        """Whether there is something to `flush`."""
        return self.writer.has_changed

    def begin(self, run: int) -> None:
        """Begin with a run of which nothing is in the tables."""
        self._writer = SeriesWriter(run)

    def load(self, connection: Connection, run: int) -> None:
        """Go on with what is in the tables."""
        self._writer = SeriesWriter.load(connection, run)
        table = schema.series.c
        columns = (table.stream, table.rank, table.key, table.kind, table.last_step)
        for stream, rank, key, kind, last_step in connection.execute(sa.select(*columns).where(table.run == run)):
            place = (stream, rank, key)
            self._kinds[place] = kind if self._kinds.get(place, kind) == kind else "both"
            if last_step is not None:
                self._top[stream, rank] = max(last_step, self._top.get((stream, rank), _NEVER))

    def clear(self) -> None:
        """Begin all series anew, without points."""
        for (stream, rank, key), known in self._kinds.items():
            for kind in ("number", "object") if known == "both" else (known,):
                self.writer.replace(stream, rank, key, kind, _NO_STEPS, _NO_TIMES, [])
        for kept in (self._kinds, self._is_last, self._top, self._sample):
            kept.clear()
        self.tangled.clear()

    @property
    def writer(self) -> SeriesWriter:
        """What writes the tables; there once `load` was called."""
        if self._writer is None:
            raise AssertionError("load comes first")
        return self._writer

    def take(self, source: Source, part: Appended) -> None:
        """Take what was appended to a journal."""
        if self._newest.get(source.rank) != self._lineup.newest.get(source.rank):
            self._newest[source.rank] = self._lineup.newest[source.rank]
            self._is_last = {place: last for place, last in self._is_last.items() if place[1] != source.rank}
        found = gather(part.packed, part.loose)
        tops = dict(self._top)
        for columns in found.columns:
            if columns.stream in _STREAMS and not (columns.stream == "system" and source.inherited):
                self._take_columns(source, columns)
        for objects in found.objects:
            if objects.stream in _STREAMS and not (objects.stream == "system" and source.inherited):
                self._take_objects(source, objects)
        for (stream, key), steps in found.nothing.items():
            place = (stream, source.rank, key)
            again = steps.hides or steps.first <= tops.get(place[:2], _NEVER) or self._newest[source.rank] > 0
            if place in self._kinds and again:
                self.tangled.add(place)

    def _take_columns(self, source: Source, columns: Columns) -> None:
        stream, rank = columns.stream, source.rank
        places = {key: (stream, rank, key) for key in columns.values}
        follows = self._follows(source, columns)
        self._reach(source, stream, int(columns.step.max()))
        values = columns.values
        if (
            not follows
            or self.tangled
            or self._newest[rank]
            or any(self._kinds.get(place) != "number" for place in places.values())
        ):
            values = {key: values[key] for key, place in places.items() if follows and self._is_clean(place, "number")}
            self.tangled.update(place for key, place in places.items() if key not in values)
        if values:
            refused = self.writer.append(stream, rank, columns.step, columns.time, values)
            self._note(stream, rank, values.keys(), refused)

    def _take_objects(self, source: Source, objects: Objects) -> None:
        stream, rank, key = objects.stream, source.rank, objects.key
        place = (stream, rank, key)
        follows = self._follows(source, objects)
        self._reach(source, stream, int(objects.step.max()))
        self.has_objects = True
        if not (self._is_clean(place, "object") and follows):
            self.tangled.add(place)
            return
        taken = self.writer.append_objects(stream, rank, key, objects.step, objects.time, objects.records)
        self._note(stream, rank, [key], set() if taken else {key})

    def _follows(self, source: Source, rows: Columns | Objects) -> bool:
        """Whether rows go on where those of their journal, and of older attempts, ended."""
        if rows.stream == "system":
            return rows.is_increasing and int(rows.step[0]) > self._sample.get(source.path.name, _NEVER)
        return rows.is_increasing and source.generation == self._newest[source.rank]

    def _reach(self, source: Source, stream: str, step: int) -> None:
        place = (stream, source.rank)
        self._top[place] = max(step, self._top.get(place, _NEVER))
        if stream == "system":
            name = source.path.name
            self._sample[name] = max(step, self._sample.get(name, _NEVER))

    def _is_clean(self, place: Place, kind: str) -> bool:
        """Whether points of `kind` may be appended to a series."""
        known = self._kinds.setdefault(place, kind)
        if known != kind:
            self._kinds[place] = "both"
            return False
        return place not in self.tangled and self._is_last.get(place, True)

    def _note(self, stream: str, rank: int, keys: Iterable[str], refused: set[str]) -> None:
        self.tangled.update((stream, rank, key) for key in refused)
        if stream == "history" and self._newest[rank]:
            self._is_last.update(((stream, rank, key), True) for key in keys if key not in refused)

    def untangle(self, ends: Mapping[str, int], *, now: bool = False) -> bool:
        """Put tangled series together from the journals up to `ends`; False if it is not time for it, unless `now`.

        Raises:
            JournalError: a journal cannot be read (any more).
        """
        begin = time.monotonic()
        if not self.tangled or (begin < self._rest_until and not now):
            return False
        for stream in _STREAMS:
            for rank in sorted({place[1] for place in self.tangled if place[0] == stream}):
                self._untangle(stream, rank, ends)
        self.tangled.clear()
        end = time.monotonic()
        self._rest_until = end + _REST * (end - begin)
        return True

    def rest(self, seconds: float) -> None:
        """Count what writing rebuilt series took."""
        self._rest_until += _REST * seconds

    def _untangle(self, stream: str, rank: int, ends: Mapping[str, int]) -> None:
        keys = [place[2] for place in sorted(self.tangled) if place[:2] == (stream, rank)]
        read = [
            (source, View(self._shelf.contents(source.path), ends.get(source.path.name, 0)))
            for source in self._lineup.sources.values()
            if source.rank == rank and not (stream == "system" and source.inherited)
        ]
        newest = self._lineup.newest[rank]
        own = {}
        if stream == "history" and newest:
            own = last_steps([pair for pair in read if pair[0].generation == newest], stream, keys)
        for found in rebuild(read, stream, keys):
            place = (stream, rank, found.key)
            numbers, objects = len(found.step), len(found.object_step)
            known = self._kinds.get(place, "number")
            if numbers or known in ("number", "both"):
                self.writer.replace(stream, rank, found.key, "number", found.step, found.time, found.values)
            if objects or known in ("object", "both"):
                self.writer.replace(
                    stream, rank, found.key, "object", found.object_step, found.object_time, found.objects
                )
            if numbers and objects:
                self._kinds[place] = "both"
            if found.key in own:
                last = max((int(steps[-1]) for steps in (found.step, found.object_step) if len(steps)), default=_NEVER)
                self._is_last[place] = last == own[found.key]

    def flush(self, connection: Connection, *, settle: bool = False) -> dict[Place, int]:
        """Write what came, and return the points of each series that changed."""
        self.has_objects = False
        return self.writer.flush(connection, settle=settle)
