"""Tests of `trailmark.server.index.tailer`: what is written is told, and soon."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api_support import Recorder
from index_support import disagreements
from trailmark.journal.machine import machine_id, process_started
from trailmark.server.index import tailer
from trailmark.server.index.tailer import Tailer, is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run
    from trailmark.server.index.change import Change, RunChange
    from trailmark.server.index.indexer import Indexer

PATIENCE_S = 60.0


class Listener:
    """Collects what a tailer tells."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._news = threading.Condition()

    def take(self, change: Change) -> None:
        """Take a change."""
        with self._news:
            self._changes.append(change)
            self._news.notify_all()

    def wait(self, wanted: Callable[[Change], bool]) -> Change:
        """Return the first change that is `wanted`; fail if none comes."""
        deadline = time.monotonic() + PATIENCE_S
        with self._news:
            while True:
                for change in self._changes:
                    if wanted(change):
                        return change
                if not self._news.wait(deadline - time.monotonic()):
                    raise AssertionError(f"nothing of this kind among {self._changes}")

    def wait_run(self, wanted: Callable[[RunChange], bool]) -> RunChange:
        """Return the first run that changed as `wanted`."""
        change = self.wait(lambda change: any(map(wanted, change.runs)))
        return next(filter(wanted, change.runs))


@pytest.fixture(params=["notified", "polling"])
def listener(request: pytest.FixtureRequest, index: Indexer) -> Iterator[Listener]:
    """Follow the root, told by the system or by looking."""
    found = Listener()
    with contextlib.closing(Tailer(index, found.take, polling=request.param == "polling")) as following:
        following.start()
        yield found


def test_a_new_run_is_told(listener: Listener, begin: Callable[..., Run]) -> None:
    """Also the first one of a new project."""
    run = begin(project="new", id="r")
    run.log({"a": 1.0})
    told = listener.wait_run(lambda run: run.created)
    assert (told.project, told.id, told.state) == ("new", "r", "running")


def has_points(number: int, told: RunChange) -> bool:
    """Whether a change tells that `a` has that many points."""
    return (told.keys or {}).get("a") == number


def test_a_new_point_is_told(listener: Listener, begin: Callable[..., Run]) -> None:
    """Each point comes, and the number of points with it."""
    run = begin(id="r")
    for number in range(1, 4):
        run.log({"a": 1.0})
        listener.wait_run(partial(has_points, number))


def test_the_end_of_a_run_is_told(listener: Listener, begin: Callable[..., Run], index: Indexer) -> None:
    """A finished run is in the index for good."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    listener.wait_run(lambda told: told.state == "finished")
    assert disagreements(index) == []


def test_a_run_that_goes_is_told(listener: Listener, begin: Callable[..., Run], root: Path) -> None:
    """Deleting its folder is enough."""
    with begin(id="r"):
        pass
    listener.wait_run(lambda told: told.state == "finished")
    shutil.rmtree(root / "p" / "r")
    assert listener.wait(lambda change: bool(change.removed)).removed == [("p", "r")]


def test_a_process_that_dies_leaves_a_crashed_run(listener: Listener, root: Path) -> None:
    """Nothing is written any more, and the run is told to have crashed all the same."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = process_started(process.pid)
        journal = Recorder(root).journal(machine=machine_id(), pid=process.pid, pid_started=began)
        journal.log(0, {"a": 1.0})
        listener.wait_run(lambda told: told.state == "running")
        process.kill()
    listener.wait_run(lambda told: told.state == "crashed")


def test_an_index_that_is_deleted_while_nothing_runs_is_made_anew(
    listener: Listener, begin: Callable[..., Run], index: Indexer
) -> None:
    """The runs are told again."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    first = listener.wait_run(lambda told: told.state == "finished")
    assert index.database.path is not None
    index.database.path.unlink()
    listener.wait_run(lambda told: told.revision > first.revision and told.created)
    assert disagreements(index) == []


def is_named(name: str, told: RunChange) -> bool:
    """Whether a change is of that run."""
    return told.id == name


def test_runs_that_come_and_go_show_in_the_times_of_folders(
    begin: Callable[..., Run], index: Indexer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody tells of them, or the word got lost, the next look through all of the root is not waited for."""
    monkeypatch.setattr(tailer, "_SCAN_S", 3600.0)
    found = Listener()
    with contextlib.closing(Tailer(index, found.take, polling=True)) as following:
        following.start()
        for name in "ab":
            with begin(id=name):
                pass
            found.wait_run(partial(is_named, name))
        shutil.rmtree(root / "p" / "a")
        assert found.wait(lambda change: bool(change.removed)).removed == [("p", "a")]


def test_a_root_that_comes_later_is_followed(tmp_path: Path) -> None:
    """`trailmark ui` may be started before the first run."""
    from trailmark.server.index.open import open_index

    (tmp_path / "file").touch()  # keeps the index from making the root
    later, found = tmp_path / "later", Listener()
    with contextlib.closing(open_index(later)) as index:
        shutil.rmtree(later)
        with contextlib.closing(Tailer(index, found.take)) as following:
            following.start()
            Recorder(later).journal().finish()
            found.wait_run(lambda told: told.created)


def test_local_folders_are_not_remote() -> None:
    """Network file systems are known by their kind."""
    assert not is_remote(Path("/proc/self"))
    assert not is_remote(Path(os.devnull))
