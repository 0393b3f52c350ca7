"""Opening an index: `open_index`."""

from __future__ import annotations

from pathlib import Path

from trailmark.server.index.indexer import Indexer
from trailmark.server.index.lock import IndexLock
from trailmark.server.index.place import home_of, opened, wait_for
from trailmark.server.store.database import Database, default_url


def open_index(root: Path, url: str | None = None) -> Indexer:
    """Return what keeps the index of `root`; one that is damaged, or of another version, is made anew.

    If another process keeps the index already, this one reads what that one indexes, and takes its place when it ends.

    Args:
        root: the directory that holds runs; it need not be there yet.
        url: where the index is, as SQLAlchemy says it; by default a file in the root, or in the user's cache folder if
            the root cannot be written.

    Raises:
        Error: there is no place where an index could be.
    """
    root = Path(root).absolute()
    home = home_of(root)
    lock = IndexLock(home / "lock")
    database = Database(url or (default_url(root) if home.parent == root else f"sqlite:///{home / 'index.db'}"))
    if lock.acquire():
        database = opened(database)
    else:
        wait_for(database)
    return Indexer(root, database, lock)
