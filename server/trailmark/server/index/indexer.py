"""`Indexer`: keeps the index of a root in step with the journals there.

It decides which runs are looked at, in which order and for how long, and puts what they became into the database, one
transaction for all runs that are due. What goes wrong there is never fatal: a damaged index is made anew, and one that
cannot be written for a while is caught up with when it can.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from trailmark.api.contents import Shelf
from trailmark.errors import Error
from trailmark.server.index.change import Change
from trailmark.server.index.follower import Follower
from trailmark.server.index.place import make_anew, opened
from trailmark.server.index.run import RunTail
from trailmark.server.index.scan import RunName, look, scan
from trailmark.server.store import schema
from trailmark.server.store.database import Database, IndexDamagedError, command
from trailmark.server.store.states import remove_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from trailmark.server.index.change import RunChange
    from trailmark.server.index.lock import IndexLock
    from trailmark.server.index.scan import Look

_SLICE_S = 0.25  # one transaction works no longer, so that live runs and readers get their turn
_SHELF_BYTES = 1 << 27  # journals kept in memory for the runs whose series are put together anew
_TRUST_S = 10.0  # longer than any request that had the index before
_RETRY_S = 2.0  # after the database refused: a full disk is not tried again at each row


class Progress(NamedTuple):
    """How far indexing is."""

    busy: bool
    done: int  # runs
    total: int


class Indexer:
    """Keeps the index of a root. Any thread may call it; one works at a time.

    Args:
        root: the directory that holds runs; it need not be there yet.
        database: the index.
        lock: the right to write to it; None: nobody else could.

    Attributes:
        root: the directory.
        database: the index; another object after it had to be made anew.
        folders: those that may hold runs, as of the last `look`; another object when there are others.
    """

    def __init__(self, root: Path, database: Database, lock: IndexLock | None = None) -> None:
        self.root = root
        self.database = database
        self.folders: tuple[RunName, ...] = ()
        self._lock = lock
        self._working = threading.RLock()
        self._shelf = Shelf(_SHELF_BYTES)
        self._tails: dict[RunName, RunTail] = {}
        self._waiting: dict[RunName, None] = {}  # runs that are to be looked at, those first that were asked for first
        self._problems: dict[RunName, list[str]] = {}
        self._failed: dict[RunName, dict[str, Look]] = {}  # runs that defeated us, and how they looked then
        self._trouble: str | None = None  # why the index cannot be written just now
        self._retry_at = 0.0
        self._total = self._done = 0  # of the runs that `look` found to be behind
        self._behind: set[RunName] = set()  # those of them that are still to be done
        self._seen_revision = 0
        self._must_renew = False
        self._trusted_until = 0.0
        self._follower = Follower()
        self._is_known = False  # whether `_problems` were read from the index

    # -- what is asked of it -----------------------------------------------------------------------------------------

    @property
    def is_writer(self) -> bool:
        """Whether this process keeps the index; otherwise another one does, and this one reads."""
        return self._lock is None or self._lock.is_held

    @property
    def live(self) -> list[RunName]:
        """The runs that may still write."""
        return [name for name, tail in list(self._tails.items()) if tail.is_live]

    def due(self) -> list[RunName]:
        """Return the runs among those that may still write that changed, though nobody told: died, for one."""
        with self._working:
            return [name for name, tail in self._tails.items() if tail.is_due()]

    @property
    def is_behind(self) -> bool:
        """Whether there is something to do for `tick`."""
        return bool(self._waiting) or self._must_renew

    def progress(self) -> Progress:
        """Return how far indexing is."""
        return Progress(bool(self._behind), self._done, self._total)

    def problems(self) -> list[tuple[str, str]]:
        """Return what could not be read or written, in words: where, and what."""
        found = [("the index", self._trouble)] if self._trouble else []
        for name, texts in sorted(self._problems.items()):
            found += [(f"{name.project}/{name.id}", text) for text in texts]
        return found

    # -- what it does ------------------------------------------------------------------------------------------------

    def catch_up(self, on_change: Callable[[Change], object] | None = None) -> None:
        """Bring the index up to the journals: take in what grew, and drop what is gone.

        `on_change` is called after each transaction.
        """
        self.look()
        while self.is_behind and self.is_writer and not self._is_resting():
            for change in self.tick():
                if on_change is not None:
                    on_change(change)

    def look(self) -> None:
        """Compare the root with the index, and note what `tick` has to do."""
        with self._working:
            folders = scan(self.root)
            newest = _newest_first(folders)
            if set(newest) != set(self.folders):
                self.folders = (*newest,)
            if not self.is_writer or self._is_resting():
                return
            found = {name: journals for name, journals in folders.items() if journals}
            try:
                with self.database.read() as connection:
                    known, live = _known_journals(connection), _live_runs(connection)
                if not self._is_known:
                    self._read_known()
            except IndexDamagedError:
                self._must_renew = True
                return
            except SQLAlchemyError as error:
                self._give_up([], error)
                return
            due = {
                name
                for name, journals in found.items()
                if known.get(name) != journals_key(journals) and self._failed.get(name) != journals
            }
            due |= (known.keys() | self._tails.keys()) - found.keys()
            due |= live - self._tails.keys()
            self._owe(sorted(due, key=lambda name: -_written_at(found.get(name, {}))))

    def tick(self, directories: Iterable[Path] = ()) -> list[Change]:
        """Look at these runs, and at those that wait, for a fraction of a second; return what changed."""
        names = [RunName(directory.parent.name, directory.name) for directory in directories]
        with self._working:
            if not self.is_writer:
                return self._follower.follow(self.database)
            if self._is_resting():
                self._waiting.update(dict.fromkeys(names))
                return []
            if self._must_renew:
                return self._renew()
            self._waiting = {**dict.fromkeys(names), **self._waiting}
            return self._work() if self._waiting else []

    def check(self) -> list[Change]:
        """Look whether the index is still there, and still somebody else's if it was; return what changed."""
        with self._working:
            if not self.is_writer:
                return self._succeed()
            try:
                self.database.check()
            except IndexDamagedError:
                self._must_renew = True
            return self.tick() if self._must_renew else []

    def retry(self) -> None:
        """Try to write again now, though it failed a moment ago."""
        self._retry_at = 0.0

    def distrust(self) -> None:
        """Have the index made anew: somebody could not read it.

        Not right after it was, as that somebody may still have had the one before.
        """
        if self.is_writer and time.monotonic() >= self._trusted_until:
            self._must_renew = True

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other threads from working on the index in the block, so that changes are told in their order."""
        with self._working:
            yield

    def close(self) -> None:
        """Leave the index complete, and to others; the database is closed, too."""
        with self._working:
            if self.is_writer and not self._is_resting():
                try:
                    with self.database.write() as connection:
                        for tail in self._tails.values():
                            tail.close(connection)
                except (SQLAlchemyError, Error):  # the next catch-up finds that it is not complete
                    pass
            self._tails.clear()
            if self._lock is not None:
                self._lock.release()
            self.database.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _owe(self, names: Iterable[RunName]) -> None:
        """Have these runs looked at, and counted in `progress`."""
        names = dict.fromkeys(names)
        self._waiting.update(names)
        live = {name for name, tail in self._tails.items() if tail.is_live}
        self._behind |= names.keys() - live  # what live runs append is no end that one waits for
        self._total = self._done + len(self._behind)

    def _is_resting(self) -> bool:
        return time.monotonic() < self._retry_at

    def _work(self) -> list[Change]:
        touched: list[RunName] = []
        done: list[RunName] = []
        runs: list[RunChange] = []
        removed: list[RunName] = []
        problems = self.problems()
        try:
            with self.database.write() as connection:
                revision = self.database.next_revision(connection)
                deadline = time.monotonic() + _SLICE_S
                for name in list(self._waiting):
                    touched.append(name)
                    self._update(connection, name, revision, deadline, runs, removed)
                    if name not in self._tails or not self._tails[name].is_behind:
                        done.append(name)
                    if time.monotonic() > deadline:
                        break
        except IndexDamagedError:
            self._must_renew = True
            return self._renew()
        except (SQLAlchemyError, OSError) as error:
            return self._give_up(touched, error)
        return self._commit(revision, done, runs, removed, problems)

    def _update(
        self,
        connection: sa.Connection,
        name: RunName,
        revision: int,
        deadline: float,
        runs: list[RunChange],
        removed: list[RunName],
    ) -> None:
        tail = self._tails.get(name)
        if tail is None:
            tail = self._tails[name] = RunTail(self.root, name, self._shelf)
        try:
            with _apart(connection):
                change = tail.update(connection, revision, deadline)
        except FileNotFoundError:
            del self._tails[name]
            if self._remove(connection, name):
                removed.append(name)
            return
        except (SQLAlchemyError, IndexDamagedError):
            raise
        except Exception as error:  # noqa: BLE001 (one journal that nobody foresaw must not keep all others away)
            del self._tails[name]
            self._failed[name] = look(self.root / name.project / name.id)
            self._problems[name] = [f"cannot be indexed: {type(error).__name__}: {error}"]
            return
        self._failed.pop(name, None)
        if change is not None:
            runs.append(change)

    def _remove(self, connection: sa.Connection, name: RunName) -> bool:
        runs = schema.runs.c
        number = connection.scalar(sa.select(runs.number).where(runs.project == name.project, runs.id == name.id))
        if number is not None:
            remove_run(connection, number)
        return number is not None

    def _commit(
        self,
        revision: int,
        done: list[RunName],
        runs: list[RunChange],
        removed: list[RunName],
        problems: list[tuple[str, str]],
    ) -> list[Change]:
        was_busy = self._total > 1
        for name in done:
            self._waiting.pop(name, None)
            if name in self._behind:
                self._behind.remove(name)
                self._done += 1
            tail = self._tails.get(name)
            if name not in self._failed:
                self._problems.pop(name, None)
            if tail is not None and (texts := tail.problems()):
                self._problems[name] = texts
            if tail is not None and tail.is_settled:
                del self._tails[name]
        if not self._behind:
            self._done = self._total = 0
        self._trouble = None
        self._seen_revision = revision
        projects = bool(removed) or any(run.created for run in runs)
        status = was_busy or problems != self.problems()
        if not (runs or removed or status):
            return []
        return [Change(revision, runs, [(name.project, name.id) for name in removed], projects, status)]

    def _give_up(self, touched: list[RunName], error: Exception) -> list[Change]:
        """Leave the database alone for a while; what was about to be written is read again then."""
        for name in touched:
            self._tails.pop(name, None)
        self._waiting.update(dict.fromkeys(touched))
        self._retry_at = time.monotonic() + _RETRY_S
        before, self._trouble = self._trouble, _words(error)
        return [] if before == self._trouble else [Change(self._seen_revision, [], [], projects=False, status=True)]

    def _renew(self) -> list[Change]:
        """Make the index anew, empty; everything waits to be indexed."""
        for kept in (self._tails, self._waiting, self._behind, self._problems, self._failed):
            kept.clear()
        self._total = self._done = 0
        try:
            self.database = make_anew(self.database)
            with self.database.read() as connection:
                self._seen_revision = self.database.revision(connection)
        except (SQLAlchemyError, OSError, Error) as error:
            return self._give_up([], error)
        self._must_renew = False
        self._trusted_until = time.monotonic() + _TRUST_S
        self._owe(_newest_first({name: journals for name, journals in scan(self.root).items() if journals}))
        return [Change(self._seen_revision, [], [], projects=True, status=True)]

    def _read_known(self) -> None:
        """Take over what the index knows of problems."""
        self._is_known = True
        journals, runs = schema.journals.c, schema.runs.c
        with self.database.read() as connection:
            rows = connection.execute(
                sa.select(runs.project, runs.id, journals.name, journals.fault)
                .join(schema.runs, runs.number == journals.run)
                .where(journals.fault.is_not(None))
            )
            for project, run_id, journal, fault in rows:
                self._problems.setdefault(RunName(project, run_id), []).append(f"{journal}: {fault}")
            self._seen_revision = self.database.revision(connection)

    def _succeed(self) -> list[Change]:
        """Take the place of the server that kept the index, if that is gone."""
        if self._lock is None or not self._lock.acquire():
            return []
        try:
            read, self.database = self.database, opened(self.database)
            read.close()
        except (SQLAlchemyError, OSError, Error) as error:
            self._must_renew = True
            return self._give_up([], error)
        self.look()
        return [Change(self._seen_revision, [], [], projects=False, status=True)]


def _newest_first(folders: dict[RunName, dict[str, Look]]) -> list[RunName]:
    return sorted(folders, key=lambda name: (-_written_at(folders[name]), name))


def _written_at(journals: dict[str, Look]) -> int:
    return max((look.mtime_ns for look in journals.values()), default=0)


def journals_key(journals: dict[str, Look]) -> dict[str, tuple[int, int]]:
    """Return what of journals tells whether they changed."""
    return {name: (look.size, look.mtime_ns) for name, look in journals.items()}


def _known_journals(connection: sa.Connection) -> dict[RunName, dict[str, tuple[int, int]]]:
    journals, runs = schema.journals.c, schema.runs.c
    numbers = {
        number: RunName(project, run_id)
        for number, project, run_id in connection.execute(sa.select(runs.number, runs.project, runs.id))
    }
    found: dict[RunName, dict[str, tuple[int, int]]] = {name: {} for name in numbers.values()}
    for run, name, size, mtime_ns in connection.execute(
        sa.select(journals.run, journals.name, journals.size, journals.mtime_ns)
    ):
        found[numbers[run]][name] = (size, mtime_ns)
    return found


def _live_runs(connection: sa.Connection) -> set[RunName]:
    runs = schema.runs.c
    rows = connection.execute(sa.select(runs.project, runs.id).where(runs.state == "running"))
    return {RunName(*row) for row in rows}


@contextlib.contextmanager
def _apart(connection: sa.Connection) -> Iterator[None]:
    """Take back what was done in the block if it raises, and nothing else of the transaction."""
    command(connection, "SAVEPOINT one_run")
    try:
        yield
    except SQLAlchemyError:  # the whole transaction is lost
        raise
    except Exception:
        command(connection, "ROLLBACK TO SAVEPOINT one_run")
        raise
    command(connection, "RELEASE SAVEPOINT one_run")


def _words(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    if "disk is full" in str(cause) or "No space left" in str(cause):
        return "the disk of the index is full: free some space; what was logged is safe, and will be shown then"
    return f"the index cannot be written: {cause}"
