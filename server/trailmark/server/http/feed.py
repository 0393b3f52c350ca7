"""The feed: who follows is told what changed since its cursor, once, and as soon as it is in the index.

The last changes are kept in memory; whoever comes back with a cursor older than these, or with that of an index that
was made anew, is told of every run that changed since (the index knows that), and with `reset` that runs may be gone.
Changes come from the indexer's thread and go out on the server's loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from trailmark.server.index.change import FIELDS, Change, RunChange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

KEPT_CHANGES = 2_000
MOST_RUNS = 2_000  # in one event; whoever missed more had better ask for all anew
PAUSE_S = 0.1  # between two events to one follower: a screen is drawn no oftener
SILENCE_S = 15.0  # after which a comment shows that the connection still is one


class Told(NamedTuple):
    """What a follower is told at once."""

    cursor: int
    change: dict[str, Any] | None  # None: nothing of runs that it follows


class Feed:
    """The changes of an index, for any number of followers.

    Args:
        revision: tells the cursor of the index now.
        runs_since: returns the runs that changed after a cursor, at most so many.
        status: returns what `GET /status` answers.
    """

    def __init__(
        self,
        revision: Callable[[], int],
        runs_since: Callable[[int, int], list[RunChange]],
        status: Callable[[], dict[str, Any]],
    ) -> None:
        self._revision = revision
        self._runs_since = runs_since
        self._status = status
        self._lock = threading.Lock()
        self._changes: deque[Change] = deque()
        self._begin = self._newest = 0
        self._statuses = 0
        self._followers: set[_Follower] = set()
        self._closed = False

    def begin(self, cursor: int) -> None:
        """Note that all changes after `cursor` will be published; what was kept of others is forgotten."""
        with self._lock:
            self._changes.clear()
            self._begin = self._newest = cursor

    def publish(self, change: Change) -> None:
        """Tell all followers of a change. Any thread may."""
        with self._lock:
            if change.status:
                self._statuses += 1
            if change.runs or change.removed or change.projects:
                self._keep(change)
        self._wake()

    def _keep(self, change: Change) -> None:
        if change.cursor < self._newest:  # the index was made anew, and counts from the beginning
            self._changes.clear()
            self._begin = change.cursor - 1
        self._newest = change.cursor
        self._changes.append(change)
        while len(self._changes) > KEPT_CHANGES:
            self._begin = self._changes.popleft().cursor

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            followers = list(self._followers)
        for follower in followers:
            follower.wake()

    def since(self, cursor: int, project: str | None = None) -> Told:
        """Return what changed since `cursor`, in all projects or one."""
        with self._lock:
            newest, is_known = self._newest, self._begin <= cursor <= self._newest
            changes = [change for change in self._changes if change.cursor > cursor] if is_known else []
        if is_known:
            return Told(newest, _encoded(changes, newest, project) if changes else None)
        in_memory, newest = newest, self._revision()
        if in_memory < cursor <= newest:  # told by the index, and on its way here
            return Told(cursor, None)
        runs = self._runs_since(cursor if cursor <= newest else 0, MOST_RUNS + 1)
        shown = runs if len(runs) <= MOST_RUNS else []
        made = _encoded([Change(newest, shown, [], projects=True)], newest, project)
        return Told(newest, {**(made or _empty(newest)), "projects": True, "reset": True})

    async def stream(self, cursor: int | None, project: str | None = None) -> AsyncIterator[bytes]:
        """Yield server-sent events, from `cursor` on or from now."""
        with self._following() as follower:
            cursor = self._newest if cursor is None else cursor
            yield b"retry: 1000\n\n" + _event("status", await asyncio.to_thread(self._status))
            statuses, spoken = self._statuses, time.monotonic()
            while not self._closed:
                follower.woken.clear()
                told = await asyncio.to_thread(self.since, cursor, project)
                if told.cursor != cursor:
                    cursor = told.cursor
                    if told.change is not None:
                        yield _event("change", told.change, cursor)
                        spoken = time.monotonic()
                if statuses != self._statuses:
                    statuses = self._statuses
                    yield _event("status", await asyncio.to_thread(self._status))
                    spoken = time.monotonic()
                await asyncio.sleep(max(0.0, spoken + PAUSE_S - time.monotonic()))
                if not await follower.waited(max(0.0, spoken + SILENCE_S - time.monotonic())):
                    yield b": still here\n\n"
                    spoken = time.monotonic()

    @contextlib.contextmanager
    def _following(self) -> Iterator[_Follower]:
        follower = _Follower()
        with self._lock:
            self._followers.add(follower)
        try:
            yield follower
        finally:
            with self._lock:
                self._followers.discard(follower)


class _Follower:
    """Someone who follows, on the loop that made it."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Say from any thread that there is news."""
        with contextlib.suppress(RuntimeError):  # its loop has ended, and nobody waits there
            self._loop.call_soon_threadsafe(self.woken.set)

    async def waited(self, seconds: float) -> bool:
        """Wait for news; False if there was none."""
        try:
            await asyncio.wait_for(self.woken.wait(), seconds)
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            return False
        return True


def _event(name: str, value: dict[str, Any], cursor: int | None = None) -> bytes:
    number = b"" if cursor is None else b"id: %d\n" % cursor
    return number + b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"


def _empty(cursor: int) -> dict[str, Any]:
    return {"cursor": cursor, "runs": [], "removed": [], "projects": False}


def _encoded(changes: list[Change], cursor: int, project: str | None) -> dict[str, Any] | None:
    """Return several changes as one; None if nothing in them is about `project`."""
    runs: dict[tuple[str, str], dict[str, Any]] = {}
    removed: dict[tuple[str, str], None] = {}
    projects = False
    for change in changes:
        projects |= change.projects
        for gone in change.removed:
            runs.pop(gone, None)
            removed[gone] = None
        for run in change.runs:
            name = (run.project, run.id)
            removed.pop(name, None)  # it came back
            runs[name] = _merged(runs.get(name), run)
    shown = [run for (of, _), run in runs.items() if project in (None, of)]
    gone_too = [{"project": of, "id": run} for of, run in removed if project in (None, of)]
    if not shown and not gone_too and not projects:
        return None
    return {"cursor": cursor, "runs": shown, "removed": gone_too, "projects": projects}


def _merged(known: dict[str, Any] | None, run: RunChange) -> dict[str, Any]:
    made = run._asdict()
    made["fields"] = sorted(run.fields.union(known["fields"] if known else ()) & FIELDS)
    keys = made.pop("keys")
    if known is not None:
        made["created"] = run.created or known["created"]
        keys = None if keys is None or "keys" not in known else {**known["keys"], **keys}
    if keys is not None:
        made["keys"] = keys
    return made
