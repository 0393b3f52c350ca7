"""`Follower`: what a server tells of an index that another process keeps.

It asks the database for the number of the last commit, and for the runs that changed since.
"""

from __future__ import annotations

import sqlalchemy as sa

from trailmark.server.index.change import Change, RunChange
from trailmark.server.index.scan import RunName
from trailmark.server.store import schema
from trailmark.server.store.database import Database, IndexDamagedError


class Follower:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._cursor: int | None = None
        self._known: set[RunName] = set()
        self._inode = 0

    def follow(self, database: Database) -> list[Change]:
        """Return what changed since the last call; nothing while the index cannot be read."""
        inode = _inode(database)
        if inode != self._inode:
            self._inode = inode
            database.close()  # connections to a file that was replaced see the old one
        try:
            with database.read() as connection:
                cursor = database.revision(connection)
                if cursor == self._cursor:
                    return []
                table = schema.runs.c
                names = {RunName(*row) for row in connection.execute(sa.select(table.project, table.id))}
                since = sa.select(schema.runs).where(table.revision > (self._cursor or cursor))
                rows = connection.execute(since).all()
        except IndexDamagedError:  # it is being made anew, by the one who keeps it
            database.close()
            return []
        created, gone = names - self._known, self._known - names
        first, self._cursor, self._known = self._cursor is None, cursor, names
        if first:
            return []
        runs = [RunChange.of_row(row, created=RunName(row.project, row.id) in created) for row in rows]
        return [Change(cursor, runs, sorted((name.project, name.id) for name in gone), bool(created or gone))]


def _inode(database: Database) -> int:
    if database.path is None:
        return 0
    try:
        return database.path.stat().st_ino
    except OSError:
        return 0
