"""Runs: which runs of a project match a query, in order, by page and by group.

Filters, fields and order are those of `trailmark.api`, applied to partial `RunState`s that hold only what the query
mentions: a thousand runs of a hundred values are filtered by looking at a thousand values. Nothing is changed here.
"""

from __future__ import annotations

import operator
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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from trailmark.api.fields import Field
    from trailmark.server.store.values import Column

_MANY = 500  # parameters of one statement
_LISTED = [column for column in runs.c if column.name != "details"]  # which are long


def from_row(names: Iterable[str]) -> Callable[[Row[Any]], tuple[Any, ...]]:
    """Return what gives these columns of a row of the table `runs`, with `details` or without.

    Columns are found by their places, as SQLAlchemy takes longer to find one by its name than to read it.
    """
    places = {column.name: place for place, column in enumerate([*_LISTED, runs.c.details])}
    return operator.itemgetter(*(places[name] for name in names))


class RunQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs of a project are asked for, and what of them; `docs/http.md` says what each part means."""

    project: str
    filters: Mapping[str, Any] = {}
    search: str = ""
    order: str | Sequence[str] = "-created_at"
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


def query_runs(
    connection: Connection, query: RunQuery, columns: Columns | None = None, form: Callable[[Any], Any] | None = None
) -> Page:
    """Return the runs that `query` asks for.

    Args:
        connection: a transaction.
        query: which runs, and what of them.
        columns: what is kept of values from one query to the next.
        form: brings a value into a form that JSON has; it is not called for those that are in one. None: as they are.

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
    return Page(len(states), found.briefs(states[page], form or _as_it_is))


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

    def briefs(self, states: list[RunState], form: Callable[[Any], Any]) -> list[Brief]:
        """Return what is told of each of `states`."""
        rows = [self._rows[state.id] for state in states]
        columns, others = self._by_key()
        values = _by_row(columns, [row.number for row in rows], form)
        self._fill(states, Needs(others.values()))
        for name, field in others.items():
            for state, known in zip(states, values, strict=True):
                if (value := field.get(state)) is not MISSING:
                    known[name] = form(value)
        details = self._details(states)
        return [Brief(row, _user(details[row.number]), known) for row, known in zip(rows, values, strict=True)]

    def _by_key(self) -> tuple[dict[str, Column], dict[str, Field]]:
        """Return the columns that are asked for: those that are one key of a table in all runs, and all others."""
        asked = {name: _key_of(name, field) for name, field in self._shown.items()}
        known = {
            table: self._read(table, {key for of, _, keys in asked.values() for key in keys if of == table})
            for table in TABLES
        }
        columns = {}
        for name, (table, key, keys) in asked.items():
            if table and not any(known[table][other].values for other in keys if other != key):
                columns[name] = known[table][key]
        return columns, {name: field for name, field in self._shown.items() if name not in columns}

    def _read(self, table: str, keys: set[str]) -> dict[str, Column]:
        return self._columns.get(self._connection, self._query.project, table, keys, self._revision)

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
                for key, column in self._read(table, keys).items():
                    for number, values in numbered:
                        if number in column.values:
                            values[key] = column.values[number]

    def _details(self, states: list[RunState]) -> dict[int, bytes]:
        numbers = [self._rows[state.id].number for state in states]
        found: dict[int, bytes] = {}
        for begin in range(0, len(numbers), _MANY):
            some = runs.c.number.in_(numbers[begin : begin + _MANY])
            rows = self._connection.execute(sa.select(runs.c.number, runs.c.details).where(some)).all()
            found.update((number, details) for number, details in rows)
        return found


def _key_of(name: str, field: Field) -> tuple[str, str, set[str]]:
    """Return in which table a column most often is, under which key, and all keys under which it may be.

    The table is "" for one that is in none, or of which a whole table may be asked.
    """
    table, _, key = name.partition(".")
    if not key or table not in TABLES:
        return ("", "", set())
    if "." not in key:
        return (table, key, {key})
    keys: set[str] | None = getattr(Needs([field]), table)
    return ("", "", set()) if keys is None else (table, key, keys)


def _by_row(columns: dict[str, Column], numbers: list[int], form: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Return the values of each of these runs, by the names of the columns."""
    wanted = set(numbers)
    whole = {name: column for name, column in columns.items() if column.values.keys() >= wanted}
    # Where no run lacks a value, no line of Python runs for it: there may be a million of them.
    each = [_values(column, numbers, form) for column in whole.values()]
    found = [dict(zip(whole, row, strict=True)) for row in zip(*each, strict=True)] if whole else [{} for _ in numbers]
    for name, column in columns.items():
        if name not in whole:
            there = [(number, known) for number, known in zip(numbers, found, strict=True) if number in column.values]
            values = _values(column, [number for number, _ in there], form)
            for (_, known), value in zip(there, values, strict=True):
                known[name] = value
    return found


def _values(column: Column, numbers: list[int], form: Callable[[Any], Any]) -> Iterable[Any]:
    found = list(map(column.values.__getitem__, numbers))  # now: a column after the other is kinder to the cache
    return found if column.is_plain else map(form, found)


def _as_it_is(value: Any) -> Any:
    return value


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


_FROM_ROW = {name: "run_group" if name == "group" else name for name in RunState.__struct_fields__}
_STATED = {name: column for name, column in _FROM_ROW.items() if column in runs.c and name != "tags"}
_of_row = from_row(_STATED.values())


def _state(row: Row[Any]) -> RunState:
    """Return what the row of a run tells of its state."""
    return RunState(path=NOWHERE, tags=decode(row.tags), **dict(zip(_STATED, _of_row(row), strict=True)))
