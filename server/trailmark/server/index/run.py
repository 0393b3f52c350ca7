"""`RunTail`: one run that is being brought into the index, from its journals to the tables."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from trailmark.errors import JournalError
from trailmark.journal.runstate import combine
from trailmark.server.index.change import FIELDS, MOST_KEYS, RunChange
from trailmark.server.index.checkpoint import Checkpoint
from trailmark.server.index.journal import JournalTail
from trailmark.server.index.lineup import Lineup
from trailmark.server.index.scan import Look, look
from trailmark.server.index.series import SeriesTail
from trailmark.server.store import schema
from trailmark.server.store.database import upsert
from trailmark.server.store.lines import LineWriter
from trailmark.server.store.states import StateWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark.api.contents import Shelf
    from trailmark.journal.runstate import RunState
    from trailmark.server.index.journal import Appended
    from trailmark.server.index.scan import RunName

UNFINISHED = -1  # the size in `journals` of a journal that is not in the index as it should be: its run is indexed anew
_CHECKPOINT_BYTES = 1 << 24  # so much of a live run's journal is read again, at most, where the server was killed
_CHECKPOINT_LAST_BYTES = 1 << 20  # and so much where it had the time to end, or the run did
_VALUES_EVERY_S = 1.0  # config and summary of a live run: they are looked at by people, not drawn


class RunTail:
    """One run that is followed.

    After an `update` that raised, or whose transaction did not commit, it is of no use: make another.

    Attributes:
        name: which run.
        state: what the run is now; None before the first `update`.
        is_behind: whether there is more to read, as `update` ran out of time.
        is_settled: whether all is in the index for good, until a journal grows.
    """

    def __init__(self, root: Path, name: RunName, shelf: Shelf) -> None:
        self.name = name
        self.state: RunState | None = None
        self.is_behind = False
        self.is_settled = False
        self._directory = root / name.project / name.id
        self._states = StateWriter()
        self._lines = LineWriter()
        self._lineup = Lineup(self._directory)
        self._series = SeriesTail(self._lineup, shelf)
        self._looks: dict[str, Look] = {}
        self._tails: dict[str, JournalTail] = {}
        self._indexed: dict[str, int] = {}  # how far journals are in the index from earlier sittings
        self._checkpoints: dict[str, Checkpoint] = {}  # of the same
        self._checkpointed: dict[str, int] = {}  # how far journals were read at their last checkpoints
        self._reading: Iterator[tuple[str, Appended]] | None = None
        self._is_from_nothing = False
        self._values_at = 0.0
        self._owes_values = False

    @property
    def number(self) -> int:
        """What the tables call the run; 0 before the first `update`."""
        return self._states.number

    @property
    def is_live(self) -> bool:
        """Whether the run may still write."""
        return self.state is not None and self.state.state == "running"

    def is_due(self) -> bool:
        """Whether `update` would change something, though nobody told that a journal grew."""
        if self.is_behind or self._owes_values or self._series.tangled or self.state is None:
            return True
        return look(self._directory) != self._looks or self._combined().state != self.state.state

    def problems(self) -> list[str]:
        """Return what of the run cannot be read, in words."""
        found = [f"{name}: {tail.fault}" for name, tail in self._tails.items() if tail.fault]
        for name, tail in self._tails.items():
            if not self.is_live and not tail.is_unreadable and tail.torn_bytes:
                found.append(f"{name} ends with {tail.torn_bytes:,} bytes that are no complete record")
        return found

    def update(self, connection: sa.Connection, revision: int, deadline: float) -> RunChange | None:
        """Bring the index up to the journals, until `deadline` (of `time.monotonic`); None if nothing changed.

        Raises:
            FileNotFoundError: the run is gone.
        """
        looks = look(self._directory)
        if not looks:
            raise FileNotFoundError(self._directory)
        fields: set[str] = set()
        goes_on = self._reading is not None
        if self._reading is None:
            created = self._notice(connection, revision, looks)
            self._reading = self._read(looks)
            if created:
                fields = set(FIELDS)
        fields |= self._take(connection, deadline)
        if goes_on and self._reading is None:
            self.is_behind = True  # by what was written since the reading was begun
        return self._write(connection, revision, fields)

    def close(self, connection: sa.Connection) -> None:
        """Leave the index as complete as it can be."""
        if self.is_behind or not self.number:
            return
        if self._series.tangled:
            self._untangle(now=True)
            self._series.flush(connection)
            self._put_journals(connection)
        self._put_checkpoints(connection, _CHECKPOINT_LAST_BYTES)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _notice(self, connection: sa.Connection, revision: int, looks: dict[str, Look]) -> bool:
        """Take in which journals there are; begin anew if what is in the index does not hold any more.

        Return whether the run is new to the index.
        """
        anew = self._lineup.update(looks) or any(self._is_another(name, now) for name, now in looks.items())
        created = False
        if not self.number:
            created = self._states.open(connection, self.name.project, self.name.id, revision)
            if created:
                self._series.begin(self.number)
                self._lines.begin()
                self._is_from_nothing = True
                anew = False
            else:
                self._series.load(connection, self.number)
                anew = not self._knows(connection, looks)
        if anew:
            self._forget(connection)
        for name, now in looks.items():
            if name not in self._tails:
                indexed, limit = self._indexed.get(name, 0), self._lineup.limits.get(name)
                checkpoint = self._checkpoints.pop(name, None)
                path = self._directory / name
                self._tails[name] = JournalTail(path, limit, indexed, size=now.size, checkpoint=checkpoint)
        return created

    def _knows(self, connection: sa.Connection, looks: dict[str, Look]) -> bool:
        """Find out how far journals are in the index; False if that is of no use for going on."""
        table = schema.journals.c
        columns = (table.name, table.size, table.mtime_ns, table.offset)
        grown = set(looks)
        for name, size, mtime_ns, offset in connection.execute(sa.select(*columns).where(table.run == self.number)):
            now = looks.get(name)
            if now is None or size == UNFINISHED or now.size < size or (now.size == size and now.mtime_ns != mtime_ns):
                return False
            self._indexed[name] = offset
            if now.size == size:
                grown.remove(name)
        if not self._has_checkpoints(connection):
            return False
        # Where a rank has several journals, it is not known any more which attempt each point is of.
        return self._lineup.is_simple or grown.isdisjoint(self._lineup.sources)

    def _has_checkpoints(self, connection: sa.Connection) -> bool:
        """Load where reading ended; False if a journal is not the one that was read."""
        table = schema.checkpoints.c
        for name, data in connection.execute(sa.select(table.name, table.data).where(table.run == self.number)):
            checkpoint = Checkpoint.unpack(data)
            if checkpoint is not None:
                if not checkpoint.holds(self._directory / name):
                    return False
                self._checkpoints[name], self._checkpointed[name] = checkpoint, checkpoint.offset
        return True

    def _forget(self, connection: sa.Connection) -> None:
        self._series.clear()
        self._lines.clear(connection, self.number)
        self._is_from_nothing = True
        self._tails, self._looks, self._indexed = {}, {}, {}
        self._checkpoints, self._checkpointed = {}, {}
        for table in (schema.journals, schema.checkpoints):
            connection.execute(sa.delete(table).where(table.c.run == self.number))

    def _is_another(self, name: str, now: Look) -> bool:
        """Whether the file that was read so far is not (the beginning of) that which is there now."""
        tail, known = self._tails.get(name), self._looks.get(name)
        if tail is None or known is None:
            return False
        return now.size < tail.offset or (now.inode != known.inode and not self._lineup.is_as_before(name))

    def _read(self, looks: dict[str, Look]) -> Iterator[tuple[str, Appended]]:
        """Yield what was appended to the journals, those first whose rows come first."""
        for name in [*self._lineup.sources, *sorted(self._tails.keys() - self._lineup.sources.keys())]:
            if self._looks.get(name) != looks[name]:
                for part in self._tails[name].read():
                    yield name, part
                self._looks[name] = looks[name]

    def _take(self, connection: sa.Connection, deadline: float) -> set[str]:
        fields: set[str] = set()
        if self._reading is None:
            raise AssertionError("reading was begun")
        self.is_behind = False
        for name, part in self._reading:
            source = self._lineup.sources.get(name)
            if source is not None:
                self._series.take(source, part)
                if part.console and not source.inherited:
                    self._lines.append(connection, self.number, name, source.rank, part.console)
                    fields.add("console")
            if part.has_media:
                fields.add("media")
            fields.add("read")
            if time.monotonic() > deadline:
                self.is_behind = True
                return fields
        self._reading = None
        return fields

    def _untangle(self, *, now: bool) -> None:
        ends = {name: tail.offset for name, tail in self._tails.items()}
        try:
            self._series.untangle(ends, now=now)
        except JournalError:  # gone or unreadable since it was read: the next look at the folder tells
            self._looks.clear()

    # -- writing -----------------------------------------------------------------------------------------------------

    def _write(self, connection: sa.Connection, revision: int, fields: set[str]) -> RunChange | None:
        before, state = self.state, self._combined()
        self.state = state
        now = time.monotonic()
        if not self.is_behind:
            self._untangle(now=not self.is_live)
        settle = not (self.is_live or self.is_behind or self._series.tangled)
        has_changed = bool(fields) or before is None or before.state != state.state or self._series.has_changed
        if not has_changed and not (self._owes_values and now >= self._values_at) and settle == self.is_settled:
            return None
        values = not self.is_live or now >= self._values_at
        self._values_at, self._owes_values = (now + _VALUES_EVERY_S if values else self._values_at), not values
        fields |= self._states.put(connection, state, revision, values=values)
        if self._series.has_objects:
            fields.add("media")
        counts = self._series.flush(connection, settle=settle)
        if counts:
            fields.add("series")
        self._put_journals(connection)
        if not self.is_behind:
            if len(self._lineup.sources) > 1 and (settle or self._is_from_nothing):
                self._lines.sort(connection, self.number)
            self._is_from_nothing = False
            self._put_checkpoints(connection, _CHECKPOINT_LAST_BYTES if settle else _CHECKPOINT_BYTES)
        self.is_settled = settle
        return self._change(revision, state, fields, counts)

    def _combined(self) -> RunState:
        states = {name: tail.state() for name, tail in self._tails.items()}
        unreadable = {name: tail.fault for name, tail in self._tails.items() if tail.is_unreadable and tail.fault}
        return combine(self._directory, states, unreadable)

    def _change(
        self, revision: int, state: RunState, fields: set[str], counts: dict[tuple[str, int, str], int]
    ) -> RunChange:
        keys = {key: points for (_, rank, key), points in counts.items() if rank == 0}
        return RunChange(
            project=self.name.project,
            id=self.name.id,
            revision=revision,
            state=state.state,
            name=str(state.name),
            last_step=state.last_step,
            last_time=state.last_time,
            runtime_s=state.runtime_s,
            rows=state.rows,
            created=fields >= FIELDS,
            fields=frozenset(fields & FIELDS),
            keys=keys if len(keys) <= MOST_KEYS else None,
        )

    def _put_journals(self, connection: sa.Connection) -> None:
        complete = not self.is_behind and not self._series.tangled
        rows = []
        for name, tail in self._tails.items():
            seen = self._looks.get(name, Look(UNFINISHED, 0))
            rows.append(
                {
                    "run": self.number,
                    "name": name,
                    "size": seen.size if complete else UNFINISHED,
                    "mtime_ns": seen.mtime_ns,
                    "offset": tail.offset,
                    "finished": tail.is_finished,
                    "fault": tail.fault,
                }
            )
        upsert(connection, schema.journals, rows)

    def _put_checkpoints(self, connection: sa.Connection, least_bytes: int) -> None:
        """Note where to go on reading another time, if so much was read since the last time."""
        if self._series.tangled:  # all of it will be read again
            return
        table = schema.checkpoints
        for name, tail in self._tails.items():
            if tail.is_finished:  # its end says all
                if self._checkpointed.pop(name, None) is not None:
                    connection.execute(sa.delete(table).where(table.c.run == self.number, table.c.name == name))
            elif tail.offset - self._checkpointed.get(name, 0) >= least_bytes:
                checkpoint = tail.checkpoint()
                if checkpoint is not None:
                    upsert(connection, table, [{"run": self.number, "name": name, "data": checkpoint.pack()}])
                    self._checkpointed[name] = tail.offset
