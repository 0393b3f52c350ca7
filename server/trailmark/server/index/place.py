"""Where an index is, and how it comes to be: made, made anew, or awaited from the process that makes it."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from trailmark._version import __version__
from trailmark.server.store import schema
from trailmark.server.store.database import Database, IndexDamagedError, upsert

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WAIT_S = 5.0  # for another process to make the index


def opened(database: Database) -> Database:
    """Return an index that can be written to: this one if it is of use, else a new one in its place.

    Raises:
        Error: it cannot be made.
    """
    try:
        found = Database.open(_url(database))
        with found.read() as connection:
            if _facts(connection).get("version") in (__version__, None):
                _sign(found)
                return found
    except IndexDamagedError:
        return make_anew(database)
    return make_anew(found)


def wait_for(database: Database) -> None:
    """Wait until another process has made the index that it keeps, but not for long."""
    deadline = time.monotonic() + _WAIT_S
    while not _is_there(database) and time.monotonic() < deadline:
        time.sleep(0.05)


def _is_there(database: Database) -> bool:
    try:
        with database.read() as connection:
            return database.revision(connection) > 0
    except IndexDamagedError:
        database.close()  # what was opened may be a file that is replaced now
        return False


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def make_anew(database: Database) -> Database:
    """Remove an index, and return an empty one in its place.

    Raises:
        Error: it cannot be made.
        OSError: it cannot be removed.
    """
    database.drop()
    made = Database.open(_url(database))
    _sign(made)
    return made


def _sign(database: Database) -> None:
    """Note whose index it is; the commits of a new one are counted from where no earlier one can have come to."""
    with database.write() as connection:
        rows = [{"name": "version", "value": __version__}]
        if "revision" not in _facts(connection):
            rows.append({"name": "revision", "value": str(time.time_ns() // 1_000_000)})
        upsert(connection, schema.facts, rows)


def _facts(connection: Connection) -> dict[str, str]:
    facts = schema.facts.c
    return {row.name: row.value for row in connection.execute(sa.select(facts.name, facts.value))}


def home_of(root: Path) -> Path:
    """Return the folder of the index: ``.index`` in the root, else one in the user's cache."""
    home = root / ".index"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if os.access(home, os.W_OK | os.X_OK):
            return home
    except OSError:
        pass
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "trailmark" / "index" / hashlib.sha256(str(root).encode()).hexdigest()[:16]
