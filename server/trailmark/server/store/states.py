"""States: the folded state of a run as rows of `runs`, `config_values`, `summary_values`, `alerts`, `artifact_links`.

`StateWriter` writes what differs from what it wrote before, so that a run of a thousand summary values costs no more
than those that changed. Values are MessagePack with the extension of `trailmark.journal.records` for large integers;
`pack` and `unpack` are the only way in and out.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from trailmark.api.lineage import own_run
from trailmark.journal import records
from trailmark.journal.records import Metric  # noqa: TC001 (msgspec evaluates the annotations of structs)
from trailmark.server.store import schema
from trailmark.server.store.database import insert, update, upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trailmark.journal.records import Alert
    from trailmark.journal.runstate import RunState

_INT64 = (-(1 << 63), (1 << 63) - 1)
_IDENTITY = ("name", "notes", "tags", "run_group", "job_type", "archived", "deleted", "host", "entity", "details")
_EMPTY = {"name": "", "state": "running", "host": "", "tags": b"", "details": b"", "archived": False, "deleted": False}
_NOTHING = {"start_time": 0.0, "last_time": 0.0, "runtime_s": 0.0, "rows": 0, "lost_rows": 0, "attempts": 0}
_FIND = sa.select(schema.runs.c.number).where(
    schema.runs.c.project == sa.bindparam("project"), schema.runs.c.id == sa.bindparam("id")
)
_MOST_AT_ONCE = 500  # keys in one statement that removes values; SQLite takes some thousand parameters


class Details(msgspec.Struct, omit_defaults=True):
    """What `runs.details` holds: the parts of a `RunState` that no list of runs is ordered by."""

    environment: dict[str, Any] = {}
    metrics: dict[str, Metric] = {}
    ranks: list[int] = []
    error: str | None = None
    exit_signal: str | None = None
    resume: str | None = None
    forked_from: str | None = None
    starting_step: int = 0
    unreadable: dict[str, str] = {}  # by journal: why


def pack(value: Any) -> bytes:
    """Return any value that a journal can hold as MessagePack; integers keep any size."""
    return records.encode(value)


def unpack(data: bytes) -> Any:
    """Return the value that `pack` made `data` of.

    Raises:
        JournalError: the data is damaged.
    """
    decode: Any = records.decode_struct
    return decode(data, Any)


def unpack_details(data: bytes) -> Details:
    """Return what `runs.details` holds.

    Raises:
        JournalError: the data is damaged.
    """
    return records.decode_struct(data, Details)


class StateWriter:
    """Keeps the state of one run in the index.

    Attributes:
        number: the run's number in all tables; 0 before the first `open` or `put`.
        created: whether the last `put` made the run.
    """

    def __init__(self) -> None:
        self.number = 0
        self.created = False
        self._is_new = False  # `open` made the run, and `put` was not called yet
        self._row: dict[str, Any] = {}
        self._values: dict[sa.Table, dict[str, bytes]] = {}
        self._listed: dict[sa.Table, list[Any]] = {}

    def open(self, connection: sa.Connection, project: str, run_id: str, revision: int) -> bool:
        """Go on with what the index has of a run; True if it had nothing, and the run's row was made.

        `put`, in the same transaction, tells what a new run is.
        """
        row = {"project": project, "id": run_id, "revision": revision, **_EMPTY, **_NOTHING}
        text, places = _create_text(connection.dialect, tuple(row))
        made = connection.exec_driver_sql(text, tuple(row[place] for place in places) if places else row).scalar()
        self._is_new = made is not None
        self.number = made or connection.execute(_FIND, {"project": project, "id": run_id}).scalar_one()
        for table in () if self._is_new else (schema.config_values, schema.summary_values):
            rows = connection.execute(sa.select(table.c.key, table.c.value).where(table.c.run == self.number))
            self._values[table] = {key: bytes(value) for key, value in rows}
        return self._is_new

    def put(self, connection: sa.Connection, state: RunState, revision: int, *, values: bool = True) -> set[str]:
        """Write what changed, and return the fields of a `RunChange` that did.

        Without `values`, config and summary are left for the next call.
        """
        fields = self._put_run(connection, state, revision)
        if values:
            if self._put_values(connection, schema.config_values, state.config):
                fields.add("config")
            if self._put_values(connection, schema.summary_values, state.summary):
                fields.add("summary")
        if self._put_list(connection, schema.artifact_links, _links(state)):
            fields.add("artifacts")
        if self._put_list(connection, schema.alerts, _alerts(state)):
            fields.add("identity")
        if self._put_list_of_files(state):
            fields.add("files")
        return fields

    def _put_run(self, connection: sa.Connection, state: RunState, revision: int) -> set[str]:
        row = _row(state)
        if not self.number:
            self.open(connection, state.project, state.id, revision)
        self.created, self._is_new = self._is_new, False
        changed = {name: value for name, value in row.items() if self._row.get(name, self) != value}
        changed["revision"] = revision
        update(connection, schema.runs, {"number": self.number}, changed)
        identity = any(self._row.get(name, self) != row[name] for name in _IDENTITY)
        self._row = row
        return {"identity"} if identity else set()

    def _put_values(self, connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
        known = self._values.setdefault(table, {})
        packed = {_text(key): pack(value) for key, value in values.items()}
        rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}  # by whether the key is known
        for key, data in packed.items():
            if known.get(key) != data:
                rows[key in known].append({"run": self.number, "key": key, "value": data})
        gone = [key for key in known if key not in packed]
        insert(connection, table, rows[False])
        upsert(connection, table, rows[True])
        for begin in range(0, len(gone), _MOST_AT_ONCE):
            part = gone[begin : begin + _MOST_AT_ONCE]
            connection.execute(sa.delete(table).where(table.c.run == self.number, table.c.key.in_(part)))
        self._values[table] = packed
        return bool(rows[True] or rows[False] or gone)

    def _put_list(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> bool:
        """Write rows that are numbered in their order; those that were there before only ever stay or go."""
        known = self._listed.get(table)
        if known == rows or (known is None and self.created and not rows):
            self._listed[table] = rows
            return False
        if known is None and self.created:
            known = []
        if known is None or rows[: len(known)] != known:
            connection.execute(sa.delete(table).where(table.c.run == self.number))
            known = []
        numbered = [{"run": self.number, "number": number, **row} for number, row in enumerate(rows)]
        insert(connection, table, numbered[len(known) :])
        self._listed[table] = rows
        return True

    def _put_list_of_files(self, state: RunState) -> bool:
        """Note which files the run saved, which are read from its folder and not from here."""
        count = sum(len(journal.files) for journal in state.journals.values())
        known, self._listed[schema.runs] = self._listed.get(schema.runs), [count]
        return known != [count] and (count > 0 or known is not None)


@functools.lru_cache(maxsize=8)
def _create_text(dialect: sa.Dialect, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the statement that makes a run if it is not there, and the order of its values; none if by name."""
    made = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(schema.runs)
    statement = made.on_conflict_do_nothing(index_elements=["project", "id"]).returning(schema.runs.c.number)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup or ())


def remove_run(connection: sa.Connection, number: int) -> None:
    """Remove a run from all tables."""
    for table in reversed(schema.metadata.sorted_tables):
        if "run" in table.c:
            connection.execute(sa.delete(table).where(table.c.run == number))
    connection.execute(sa.delete(schema.runs).where(schema.runs.c.number == number))


def _row(state: RunState) -> dict[str, Any]:
    return {
        "name": _text(state.name),
        "state": state.state,
        "entity": _text_or_none(state.entity),
        "notes": _text_or_none(state.notes),
        "tags": pack([_text(tag) for tag in state.tags] if isinstance(state.tags, list) else []),
        "run_group": _text_or_none(state.group),
        "job_type": _text_or_none(state.job_type),
        "archived": bool(state.archived),
        "deleted": bool(state.deleted),
        "host": _text(state.host),
        "start_time": _time(state.start_time),
        "last_time": _time(state.last_time),
        "exit_time": None if state.exit_time is None else _time(state.exit_time),
        "exit_code": None if state.exit_code is None else _integer(state.exit_code),
        "runtime_s": _time(state.runtime_s),
        "rows": state.rows,
        "lost_rows": _integer(state.lost_rows),
        "last_step": state.last_step,
        "attempts": _integer(state.attempts),
        "details": pack(
            Details(
                environment=state.environment,
                metrics=state.metrics,
                ranks=state.ranks,
                error=state.error,
                exit_signal=state.exit_signal,
                resume=state.resume,
                forked_from=state.forked_from,
                starting_step=state.starting_step,
                unreadable=state.unreadable,
            )
        ),
    }


def _alerts(state: RunState) -> list[dict[str, Any]]:
    """Return what the run called attention to, in order of time; not what a run that it is a fork of did."""
    headers = {name: journal.header for name, journal in state.journals.items() if journal.header is not None}
    if not any(journal.alerts for journal in state.journals.values()):
        return []
    own = own_run({name: header for name, header in headers.items() if header.role != "editor"} or headers)
    found: Iterable[Alert] = (
        alert for name, header in headers.items() if header.run == own for alert in state.journals[name].alerts
    )
    return [
        {"time": _time(alert.time), "title": _text(alert.title), "text": _text(alert.text), "level": _text(alert.level)}
        for alert in sorted(found, key=lambda alert: alert.time)
    ]


def _links(state: RunState) -> list[dict[str, Any]]:
    return [
        {
            "time": _time(link.time),
            "action": _text(link.action),
            "project": _text(link.project),
            "name": _text(link.name),
            "version": _integer(link.version),
            "digest": _text(link.digest),
            "type": _text(link.type),
            "size": _integer(link.size),
            "aliases": pack(link.aliases),
            "use_as": _text_or_none(link.use_as),
        }
        for link in state.artifacts
    ]


def _text(value: Any) -> str:
    """Return a text that every database takes: PostgreSQL has no NUL."""
    text = value if isinstance(value, str) else str(value)
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _integer(value: int) -> int:
    return min(max(value, _INT64[0]), _INT64[1])


def _time(value: float) -> float:
    """Return a time that can be compared; a damaged header may have any."""
    return value if math.isfinite(value) else 0.0
