"""Runs: which runs of a project match a query, in order, by page and by group.

Filters, fields and order are those of `trailmark.api`, applied to partial `RunState`s that hold only what the query
mentions: a thousand runs of a hundred values are filtered by looking at a thousand values. Nothing is changed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import sqlalchemy as sa

from trailmark.api import fields
from trailmark.api import order as ordering
from trailmark.api.filters import compile_query, mentions
from trailmark.api.nested import MISSING
from trailmark.errors import UsageError
from trailmark.journal.runstate import RunState
from trailmark.server.store.groups import Group, group_key, group_runs, told
from trailmark.server.store.needs import NOWHERE, Needs, mentioned
from trailmark.server.store.patterns import Clock, Pattern, with_patterns
from trailmark.server.store.schema import facts, runs
from trailmark.server.store.values import TABLES, Columns, decode, read_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

_MANY = 500  # parameters of one statement
_LISTED = [column for column in runs.c if column.name != "details"]  # which are long


class RunQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs of a project are asked for, and what of them; `docs/http.md` says what each part means."""

    project: str
    filters: Mapping[str, Any] = {}
    search: str = ""
    order: str = "-created_at"
    columns: Sequence[str] = ()
    group_by: Sequence[str] = ()
    group: Sequence[Any] | None = None
    ids: Sequence[str] | None = None
    archived: bool = False
    deleted: bool = False
    offset: int = 0
    limit: int = 100


class Brief(NamedTuple):
    """What lists tell of a run: its row of the table `runs`, and the values of the columns that were asked for."""

    row: Row[Any]
    user: Any
    columns: dict[str, Any]


class Page(NamedTuple):
    """What a query found: a page of runs, or of groups if it groups and asks for none of the groups."""

    total: int  # of runs, or of groups
    runs: list[Brief]
    groups: list[Group] | None = None


def query_runs(connection: Connection, query: RunQuery, columns: Columns | None = None) -> Page:
    """Return the runs that `query` asks for; `columns` are kept from one query to the next.

    Raises:
        UsageError: it names an unknown field or operator, or a regular expression that cannot be or takes too long.
    """
    found = _Found(connection, query, columns or Columns())
    states = found.matching()
    page = slice(query.offset, query.offset + query.limit)
    if query.group_by and query.group is None:
        groups = group_runs(states, found.grouping)
        return Page(len(groups), [], [found.told(members) for members in groups[page]])
    if query.group is not None:
        states = found.of_group(states, query.group)
    return Page(len(states), found.briefs(states[page]))


def find_run(connection: Connection, project: str, run: str) -> Row[Any] | None:
    """Return the row of a run in the table `runs`, whole; None if it is not in the index."""
    return connection.execute(sa.select(runs).where(runs.c.project == project, runs.c.id == run)).first()


def brief_of(row: Row[Any]) -> Brief:
    """Return what lists tell of one run, from its whole row, without columns."""
    return Brief(row, _user(row.details), {})


class _Found:
    """One query at work."""

    def __init__(self, connection: Connection, query: RunQuery, columns: Columns) -> None:
        self._connection = connection
        self._query = query
        self._columns = columns
        clock = Clock()
        self._matches = compile_query(with_patterns(query.filters, clock))
        self._order = ordering.parse(query.order)
        self._search = Pattern(query.search, "i", clock) if query.search else None
        self._shown = {name: fields.find(name) for name in query.columns}
        self.grouping = [fields.find(name) for name in query.group_by]
        self._rows: dict[str, Row[Any]] = {}
        revision = connection.scalar(sa.select(facts.c.value).where(facts.c.name == "revision"))
        self._revision = int(revision or 0)

    def matching(self) -> list[RunState]:
        """Return the states of all runs that match, in order."""
        asked = [fields.find(name) for name in mentioned(self._query.filters)]
        states = self._load()
        self._fill(states, Needs([*asked, *(field for field, _ in self._order), *self.grouping]))
        found = [state for state in states if self._matches(state) and self._is_found(state)]
        return ordering.ordered(found, self._query.order)

    def told(self, members: list[RunState]) -> Group:
        """Return what is told of a group."""
        self._fill(members, Needs(self._shown.values()))
        return told(members, self.grouping, self._shown)

    def of_group(self, states: list[RunState], group: Sequence[Any]) -> list[RunState]:
        """Return those of `states` that are in `group`."""
        if len(group) != len(self.grouping):
            raise UsageError(f"group has a value for each field of group_by: {len(self.grouping)}, got {len(group)}")
        wanted = group_key(group)
        return [state for state in states if group_key(field.get(state) for field in self.grouping) == wanted]

    def briefs(self, states: list[RunState]) -> list[Brief]:
        """Return what is told of each of `states`."""
        self._fill(states, Needs(self._shown.values()))
        getters = [(name, *_shortcut(name), field.get) for name, field in self._shown.items()]
        details = self._details(states)
        found = []
        for state in states:
            values = {}
            for name, place, key, get in getters:
                value = getattr(state, place).get(key, MISSING) if place else MISSING
                if value is MISSING:
                    value = get(state)
                if value is not MISSING:
                    values[name] = value
            row = self._rows[state.id]
            found.append(Brief(row, _user(details[row.number]), values))
        return found

    def _is_found(self, state: RunState) -> bool:
        if self._search is None:
            return True
        texts = (state.name, state.id, *state.tags, state.notes, state.group, state.host)
        return any(self._search.search(text) for text in texts if text)

    def _load(self) -> list[RunState]:
        """Return the states of the runs that the query may ask for, oldest first, without values."""
        query = self._query
        chosen = sa.select(*_LISTED).where(runs.c.project == query.project)
        if not (query.archived or mentions(query.filters, "archived")):
            chosen = chosen.where(runs.c.archived.is_(False))
        if not (query.deleted or mentions(query.filters, "deleted")):
            chosen = chosen.where(runs.c.deleted.is_(False))
        wanted = None if query.ids is None else set(query.ids)
        rows = self._connection.execute(chosen.order_by(runs.c.start_time, runs.c.id)).all()
        self._rows = {row.id: row for row in rows if wanted is None or row.id in wanted}
        return [_state(row) for row in self._rows.values()]

    def _fill(self, states: list[RunState], needs: Needs) -> None:
        """Put what is needed of `states` into them."""
        if needs.environment:
            details = self._details(states)
            for state in states:
                state.environment = _environment.decode(details[self._rows[state.id].number]).environment
        for table, keys in (("config", needs.config), ("summary", needs.summary)):
            numbered = [(self._rows[state.id].number, getattr(state, table)) for state in states]
            if keys is None:
                whole = read_whole(self._connection, table, [number for number, _ in numbered])
                for number, values in numbered:
                    values.update(whole.get(number, {}))
            elif keys:
                found = self._columns.get(self._connection, self._query.project, table, keys, self._revision)
                for key, column in found.items():
                    for number, values in numbered:
                        if number in column:
                            values[key] = column[number]

    def _details(self, states: list[RunState]) -> dict[int, bytes]:
        numbers = [self._rows[state.id].number for state in states]
        found: dict[int, bytes] = {}
        for begin in range(0, len(numbers), _MANY):
            some = runs.c.number.in_(numbers[begin : begin + _MANY])
            rows = self._connection.execute(sa.select(runs.c.number, runs.c.details).where(some)).all()
            found.update((number, details) for number, details in rows)
        return found


def _shortcut(name: str) -> tuple[str, str]:
    """Return where a column most often is: in which mapping of a state, under which key; "" if it is in none."""
    table, _, key = name.partition(".")
    return (table, key) if key and table in TABLES else ("", "")


class _Environment(msgspec.Struct):
    environment: dict[str, Any] = {}


class _UserOfRun(msgspec.Struct):
    user: Any = None


class _EnvironmentOfUser(msgspec.Struct):
    environment: _UserOfRun = msgspec.field(default_factory=_UserOfRun)


_environment = msgspec.msgpack.Decoder(_Environment)  # of `Details` of `trailmark.server.store.states`, the part needed
_of_user = msgspec.msgpack.Decoder(_EnvironmentOfUser)


def _user(details: bytes) -> Any:
    return _of_user.decode(details).environment.user


def _state(row: Row[Any]) -> RunState:
    """Return what the row of a run tells of its state."""
    return RunState(
        id=row.id,
        project=row.project,
        path=NOWHERE,
        state=row.state,
        entity=row.entity,
        name=row.name,
        notes=row.notes,
        tags=decode(row.tags),
        group=row.run_group,
        job_type=row.job_type,
        archived=row.archived,
        deleted=row.deleted,
        host=row.host,
        start_time=row.start_time,
        last_time=row.last_time,
        exit_time=row.exit_time,
        exit_code=row.exit_code,
        runtime_s=row.runtime_s,
        rows=row.rows,
        lost_rows=row.lost_rows,
        last_step=row.last_step,
        attempts=row.attempts,
    )
