"""Values: config and summary of runs by column, as lists of runs need them, kept in memory as long as they hold.

A list of a thousand runs and a hundred columns is a hundred thousand values; who scrolls through it asks for the same
ones again and again. So columns that were asked for last are kept, each up to a revision of the index, and only what
runs changed since is read. What is kept can be forgotten at any time.
"""

from __future__ import annotations

import threading
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import sqlalchemy as sa

from trailmark.server.store.schema import config_values, runs, summary_values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

MOST_VALUES = 400_000  # kept: about 40 MB
EXACT = 1 << 53  # integers up to this are the same in every reader of JSON
_MANY = 500  # parameters of one statement
_BIG_INTEGER = 1  # the extension of `trailmark.journal.records`

TABLES = {"config": config_values, "summary": summary_values}


def _extension(code: int, data: memoryview) -> Any:
    if code == _BIG_INTEGER:
        return int.from_bytes(data, "little", signed=True)
    return msgspec.msgpack.Ext(code, bytes(data))


_decoder = msgspec.msgpack.Decoder(ext_hook=_extension)
decode = _decoder.decode  # as `trailmark.server.store.states.unpack`, at a third of the time


class Column(NamedTuple):
    """The values that the runs of a project have under one key."""

    revision: int  # up to which they hold
    values: dict[int, Any]  # by the number of the run
    is_plain: bool  # all of them are as they are in JSON: text, bool, None, and numbers that every reader keeps


class Columns:
    """The columns of config and summary that were asked for last. Any thread may use it.

    Args:
        most: how many values are kept.
    """

    def __init__(self, most: int = MOST_VALUES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Column] = {}  # by project, table and key; what was asked for last, last

    def get(
        self, connection: Connection, project: str, table: str, keys: Collection[str], revision: int
    ) -> dict[str, Column]:
        """Return the values of `keys` of all runs of a project, by key.

        Args:
            connection: a transaction.
            project: the project.
            table: "config" or "summary".
            keys: top-level keys; those that no run has are without values.
            revision: that of the index in this transaction.
        """
        with self._lock:
            known = {key: kept for key in keys if (kept := self._kept.pop((project, table, key), None)) is not None}
            self._refresh(connection, project, table, known, revision)
            new = [key for key in keys if key not in known]
            for key, values in _read(connection, table, new, runs.c.project == project).items():
                known[key] = Column(revision, values, _are_plain(values.values()))
            for key, column in known.items():
                self._kept[project, table, key] = column._replace(revision=revision)
            self._trim()
            return known

    def _refresh(
        self, connection: Connection, project: str, table: str, known: dict[str, Column], revision: int
    ) -> None:
        """Bring what is kept up to `revision`."""
        behind: dict[int, list[str]] = {}
        for key, kept in known.items():
            if kept.revision < revision:
                behind.setdefault(kept.revision, []).append(key)
        for since, keys in behind.items():
            changed = (runs.c.project == project) & (runs.c.revision > since)
            numbers = connection.scalars(sa.select(runs.c.number).where(changed)).all()
            fresh = _read(connection, table, keys, changed) if numbers else {}
            for key in keys if numbers else ():
                values = known[key].values.copy()  # who was given them may be reading
                for number in numbers:
                    values.pop(number, None)
                values.update(fresh[key])
                is_plain = known[key].is_plain and _are_plain(fresh[key].values())
                known[key] = Column(revision, values, is_plain)

    def _trim(self) -> None:
        total = sum(len(kept.values) for kept in self._kept.values())
        for name, kept in list(self._kept.items()):
            if total <= self._most:
                return
            total -= len(kept.values)
            del self._kept[name]


def _read(connection: Connection, table: str, keys: Sequence[str], which: Any) -> dict[str, dict[int, Any]]:
    """Return the values of `keys` of the runs for which `which` holds."""
    found: dict[str, dict[int, Any]] = {key: {} for key in keys}
    columns = TABLES[table].c
    for begin in range(0, len(keys), _MANY):
        chosen = (
            sa.select(columns.run, columns.key, columns.value)
            .where(columns.run.in_(sa.select(runs.c.number).where(which)))
            .where(columns.key.in_(keys[begin : begin + _MANY]))
        )
        for number, key, value in _rows(connection, chosen):
            found[key][number] = decode(value)
    return found


def _rows(connection: Connection, chosen: sa.Executable) -> Sequence[Any]:
    """Return rows as the driver gives them: what SQLAlchemy makes of each costs more than to read it."""
    cursor = connection.execute(chosen).cursor
    return [] if cursor is None else cursor.fetchall()


def _are_plain(values: Iterable[Any]) -> bool:
    for value in values:
        kind = type(value)
        if kind is float:
            if not isfinite(value):
                return False
        elif kind is int:
            if not -EXACT <= value <= EXACT:
                return False
        elif kind is not str and kind is not bool and value is not None:
            return False
    return True


def read_whole(connection: Connection, table: str, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return all values of some runs, by the number of the run and key; nothing of it is kept."""
    found: dict[int, dict[str, Any]] = {}
    columns, wanted = TABLES[table].c, list(numbers)
    for begin in range(0, len(wanted), _MANY):
        chosen = sa.select(columns.run, columns.key, columns.value).where(
            columns.run.in_(wanted[begin : begin + _MANY])
        )
        for number, key, value in _rows(connection, chosen):
            found.setdefault(number, {})[key] = decode(value)
    return found
