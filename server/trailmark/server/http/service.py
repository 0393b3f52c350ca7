"""`Service`: what one server works with: a root, its index, who keeps that fresh, and the feed of what changed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark._version import __version__
from trailmark.api import Api
from trailmark.errors import Error
from trailmark.server.http.faults import RequestError, not_found
from trailmark.server.http.feed import Feed
from trailmark.server.index.change import RunChange
from trailmark.server.index.open import open_index
from trailmark.server.index.tailer import Tailer
from trailmark.server.store.columns import Offers
from trailmark.server.store.runs import find_run
from trailmark.server.store.schema import runs
from trailmark.server.store.values import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Row

    from trailmark.server.index.change import Change


class Service:
    """One root, served.

    Args:
        root: the directory that holds runs; it need not be there yet.
        url: where the index is, as SQLAlchemy says it; by default a file in the root.
        token: what each request has to bring; None lets everybody in who reaches the server.
        hosts: names that requests may ask for besides those of this machine's loopback.

    Attributes:
        root: the root, absolute.
        token: the token.
        hosts: the names.
        api: reads runs and artifacts of the root.
        indexer: keeps the index.
        feed: tells what changed.
        columns: values that lists of runs asked for.
        offers: what there is to choose in projects.
    """

    def __init__(
        self, root: str | Path, url: str | None = None, *, token: str | None = None, hosts: Iterable[str] = ()
    ) -> None:
        self.root = Path(root).absolute()
        self.token = token
        self.hosts = frozenset(host.lower() for host in hosts)
        self.api = Api(self.root)
        self.indexer = open_index(self.root, url)
        self.feed = Feed(self.revision, self._runs_since, self.status)
        self.feed.begin(self.revision())
        self.columns = Columns()
        self.offers = Offers()
        self._tailer: Tailer | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to follow the root; a second call does nothing."""
        with self._lock:
            if self._tailer is None:
                self._tailer = Tailer(self.indexer, self._on_change)
                self._tailer.start()

    def close(self) -> None:
        """Stop following the root, and close the index."""
        self.feed.close()
        with self._lock:
            if self._tailer is not None:
                self._tailer.close()
                self._tailer = None
        self.indexer.close()

    def _on_change(self, change: Change) -> None:
        self.feed.publish(change)

    # -- reading the index -----------------------------------------------------------------------------------------

    def read(self) -> AbstractContextManager[Connection]:
        """Give a connection to the index that sees one state of it.

        Raises:
            IndexDamagedError: the index cannot be used just now.
        """
        return self.indexer.database.read()

    def revision(self) -> int:
        """Return the cursor of now."""
        with self.read() as connection:
            return self.indexer.database.revision(connection)

    def status(self) -> dict[str, Any]:
        """Return what `GET /status` answers."""
        progress = self.indexer.progress()
        try:
            cursor = self.revision()
        except Error as error:
            cursor, problems = 0, [{"where": "the index", "message": str(error)}]
        else:
            problems = []
        return {
            "version": __version__,
            "root": str(self.root),
            "cursor": cursor,
            "indexing": {"busy": progress.busy, "done": progress.done, "total": progress.total},
            "problems": [*problems, *({"where": where, "message": text} for where, text in self.indexer.problems())],
            "access": "none" if self.token is None else "token",
        }

    def run_row(self, connection: Connection, project: str, run: str) -> Row[Any]:
        """Return the row of a run.

        Raises:
            RequestError: it is not in the index (404).
        """
        row = find_run(connection, project, run)
        if row is None:
            raise RequestError(404, f"there is no run {run!r} in project {project!r}")
        return row

    def need_project(self, connection: Connection, project: str) -> None:
        """Check that a project is in the index.

        Raises:
            RequestError: it is not (404).
        """
        if connection.scalar(sa.select(runs.c.number).where(runs.c.project == project).limit(1)) is None:
            raise not_found(f"there is no project {project!r}")

    def refresh(self, directories: Iterable[Path]) -> None:
        """Take what was just written to these runs into the index, and tell the feed."""
        with self.indexer.turn():
            for change in self.indexer.tick(directories):
                self._on_change(change)

    def _runs_since(self, cursor: int, most: int) -> list[RunChange]:
        chosen = sa.select(runs).where(runs.c.revision > cursor).order_by(runs.c.revision).limit(most)
        with self.read() as connection:
            return [RunChange.of_row(row, created=True) for row in connection.execute(chosen)]


def projects_of(connection: Connection) -> Iterator[str]:
    """Yield the names of the projects in the index, in order."""
    yield from connection.scalars(sa.select(runs.c.project).distinct().order_by(runs.c.project))
