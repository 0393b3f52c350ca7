"""`Tailer`: the thread that follows a root, and tells what changed.

The operating system says which journals grew (watchfiles); where it does not, as on network file systems, journals that
may grow are looked at several times a second. Either way the whole root is looked through now and then, as
notifications get lost, and running runs are asked whether they still are.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import watchfiles

from trailmark._term import termwarn
from trailmark.api.listing import project_names
from trailmark.journal.writer import SUFFIX
from trailmark.server.index.scan import changed_at, look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trailmark.server.index.change import Change
    from trailmark.server.index.indexer import Indexer

_STEP_MS = 10  # what changes within this time is told together
_GATHER_MS = 20  # but nothing waits longer than this
_IDLE_MS = 100  # how often the thread looks at its clock
_POLL_S = 0.15
_PULSE_S = 1.0  # how often running runs are looked at though nothing was told of them
_SCAN_S = 1.0  # how often the root is looked through, where that is how new runs are found
_SCAN_SELDOM_S = 10.0  # where notifications tell of them
_SCAN_REST = 30  # and so many times as long as that takes …
_SCAN_SOON_REST = 3  # … or this, if the times of folders say that runs came or went, whoever lost the word of it
_TICK_REST = 9  # indexing is followed by so many times as long without, so that it takes a tenth of a core …
_MOST_REST_S = 0.1  # … but nobody waits longer than this for a point
_STRETCH_S = 0.5  # what is behind is caught up with so long before the next look at what live runs append …
_BREATH_S = 0.01  # … with such pauses, in which requests are answered
_MOST_WATCHED = 8000  # folders; each takes one of the watches that Linux gives to a user
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "beegfs", "ceph", "9p", "afs", "fuse.sshfs")


class Tailer:
    """Follows the root of an indexer.

    Args:
        indexer: the indexer.
        on_change: called in the tailer's thread with each change, once it is in the index.
        polling: look at files instead of having the operating system tell; None: where it does not tell.
    """

    def __init__(self, indexer: Indexer, on_change: Callable[[Change], object], *, polling: bool | None = None) -> None:
        self._indexer = indexer
        self._on_change = on_change
        self._polling = is_remote(indexer.root) if polling is None else polling
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trailmark-tailer", daemon=True)
        self._watched: object = None  # the `folders` of the indexer that are watched
        self._scan_at = self._scan_soonest = self._pulse_at = 0.0
        self._changed: list[int] = []  # what `_changes` returned before the last look through the root
        self._sizes: dict[Path, object] = {}

    @property
    def is_polling(self) -> bool:
        """Whether files are looked at, as nobody tells of their changes."""
        return self._polling

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop following; the index is left as it is."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            for directories in self._news():
                try:
                    self._turn(directories)
                except Exception:  # whatever it was, the runs to come are to be followed
                    logging.getLogger(__name__).exception("following %s failed, and goes on", self._indexer.root)
                    self._scan_at = 0.0  # what was told is looked for again
                    self._stop.wait(_PULSE_S)
                if self._stop.is_set() or (not self._polling and self._watched is not self._indexer.folders):
                    break

    def _turn(self, directories: set[Path]) -> None:
        """Do what is due now."""
        now = time.monotonic()
        is_pulse = now >= self._pulse_at
        if now >= self._scan_at or (is_pulse and now >= self._scan_soonest and self._changes() != self._changed):
            self._scan(now)
        if is_pulse:
            self._pulse_at = now + _PULSE_S
            with self._indexer.turn():
                for change in self._indexer.check():
                    self._on_change(change)
            directories.update(self._indexer.root / name.project / name.id for name in self._indexer.due())
        if directories or self._indexer.is_behind or not self._indexer.is_writer:
            self._tick(directories)
            while self._indexer.is_behind and time.monotonic() < now + _STRETCH_S and not self._stop.is_set():
                self._stop.wait(_BREATH_S)
                self._tick(())
            if not self._indexer.is_behind:
                self._stop.wait(min(_TICK_REST * (time.monotonic() - now), _MOST_REST_S))

    def _scan(self, now: float) -> None:
        """Look through the root."""
        self._changed = self._changes()
        self._indexer.look()
        took = time.monotonic() - now
        self._scan_soonest = now + _SCAN_SOON_REST * took
        self._scan_at = now + max(_SCAN_S if self._polling else _SCAN_SELDOM_S, _SCAN_REST * took)

    def _changes(self) -> list[int]:
        """Return when folders were last added to, or taken from, the root and its projects."""
        root = self._indexer.root
        return [changed_at(root), *(changed_at(root / name) for name in project_names(root))]

    def _tick(self, directories: Iterable[Path]) -> None:
        with self._indexer.turn():
            for change in self._indexer.tick(directories):
                self._on_change(change)

    def _news(self) -> Iterator[set[Path]]:
        """Yield the folders of runs whose journals grew, an empty set if it is only time to look at the clock."""
        return self._polled() if self._polling else self._notified()

    def _polled(self) -> Iterator[set[Path]]:
        while not self._stop.wait(0 if self._indexer.is_behind else _POLL_S):
            found = set()
            for name in self._indexer.live:
                directory = self._indexer.root / name.project / name.id
                journals = look(directory)
                if self._sizes.get(directory) != journals:
                    self._sizes[directory] = journals
                    found.add(directory)
            yield found

    def _notified(self) -> Iterator[set[Path]]:
        self._scan_at = 0.0  # for what happened before the watch began
        self._watched = self._indexer.folders
        paths = self._paths()
        root = self._indexer.root
        try:
            for changes in watchfiles.watch(
                *paths,
                watch_filter=None,
                debounce=_GATHER_MS,
                step=_STEP_MS,
                rust_timeout=_IDLE_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                recursive=False,
            ):
                found = set()
                for _, text in changes:
                    path = Path(text)
                    if text.endswith(SUFFIX):
                        found.add(path.parent)
                    elif root in (path, path.parent, path.parent.parent):
                        self._scan_at = 0.0
                yield found
        except FileNotFoundError:  # a folder that went meanwhile
            yield set()  # the look that is due finds that out
        except (OSError, RuntimeError) as error:
            self._polling = True
            termwarn(f"the system does not tell when files in {root} change ({error}): they are looked at instead")

    def _paths(self) -> list[str]:
        """Return the folders to watch: the root, its projects, and the runs, the newest if there are very many."""
        root = self._indexer.root
        if not root.is_dir():
            return [str(parent) for parent in root.parents if parent.is_dir()][:1]
        runs = self._indexer.folders
        projects = {str(root / name) for name in project_names(root)}
        paths = [str(root), *sorted(projects)]
        return [*paths, *(str(root / name.project / name.id) for name in runs[: _MOST_WATCHED - len(paths)])]


def is_remote(path: Path) -> bool:
    """Whether other machines may write to the file system of `path`, which nobody tells of here."""
    path = next((folder for folder in (path, *path.parents) if folder.exists()), path)
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    best = ("", "")
    for line in mounts:
        _, place, kind, *_ = line.split()
        place = place.replace("\\040", " ")
        if len(place) >= len(best[0]) and path.is_relative_to(place):
            best = (place, kind)
    return best[1] in _NETWORK
