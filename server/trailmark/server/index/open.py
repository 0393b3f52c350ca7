"""Opening an index: where it is, and what to do if it cannot be used as it is."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from trailmark._version import __version__
from trailmark.server.index.indexer import Indexer
from trailmark.server.index.lock import IndexLock
from trailmark.server.store import schema
from trailmark.server.store.database import Database, IndexDamagedError, default_url, upsert

if TYPE_CHECKING:
    from sqlalchemy import Connection


def open_index(root: Path, url: str | None = None) -> Indexer:
    """Return what keeps the index of `root`; one that is damaged, or of another version, is made anew.

    Args:
        root: the directory that holds runs; it need not be there yet.
        url: where the index is, as SQLAlchemy says it; by default a file in the root, or in the user's cache folder if
            the root cannot be written.

    Raises:
        Error: there is no place where an index could be.
    """
    root = Path(root).absolute()
    home = _home(root)
    lock = IndexLock(home / "lock")
    lock.acquire()
    url = url or (default_url(root) if home.parent == root else f"sqlite:///{home / 'index.db'}")
    try:
        database = Database.open(url)
        with database.read() as connection:
            usable = _facts(connection).get("version") in (__version__, None)
    except IndexDamagedError:
        database, usable = Database(url), False
    if lock.is_held:
        database = database if usable else make_anew(database)
        _sign(database)
    return Indexer(root, database, lock)


def make_anew(database: Database) -> Database:
    """Remove an index, and return an empty one in its place.

    Raises:
        Error: it cannot be made.
        OSError: it cannot be removed.
    """
    url = database.url.render_as_string(hide_password=False)
    database.drop()
    made = Database.open(url)
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


def _home(root: Path) -> Path:
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
