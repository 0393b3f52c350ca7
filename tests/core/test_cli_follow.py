"""What is appended to a run, as events."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from cli_support import begin_run, log, write_run
from trailmark.cli.follow import Follower, Line, Metrics, Note
from trailmark.journal.records import Alert, Console, Exit, Row

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.writer import Writer

NOW = time.time()


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Return the writer of a new run "r1"."""
    return begin_run(tmp_path, "r1", started=NOW)


def metrics(events: list[Any]) -> list[tuple[int, dict[str, Any]]]:
    """Return steps and values of the metrics among events."""
    return [(event.step, event.values) for event in events if isinstance(event, Metrics)]


def test_each_event_comes_once(writer: Writer) -> None:
    """A look returns what came since the one before."""
    follower = Follower(writer.directory)
    log(writer, 0, loss=1.0)
    assert metrics(follower.poll()) == [(0, {"loss": 1.0})]
    assert follower.poll() == []
    log(writer, 1, loss=0.5)
    writer.append(Row(step=2, time=NOW + 9, data={"note": "x"}))
    assert metrics(follower.poll()) == [(1, {"loss": 0.5}), (2, {"note": "x"})]


def test_rows_of_one_step_are_one_event(writer: Writer) -> None:
    """What was logged at one step in several calls is shown together."""
    log(writer, 0, loss=1.0)
    log(writer, 0, acc=0.5)
    log(writer, 1, loss=0.9)
    assert metrics(Follower(writer.directory).poll()) == [(0, {"loss": 1.0, "acc": 0.5}), (1, {"loss": 0.9})]


def test_events_of_all_processes_are_in_the_order_of_time(tmp_path: Path, writer: Writer) -> None:
    """Metrics and console of a run's journals are merged by their times."""
    other = begin_run(tmp_path, "r1", started=NOW, rank=1)
    log(writer, 0, at=NOW + 1, loss=1.0)
    other.append(Console(time=NOW + 2, stream="stdout", first=0, lines=["from rank 1"]))
    log(writer, 1, at=NOW + 3, loss=0.5)
    writer.append(Alert(time=NOW + 4, title="t"))
    events = [event for event in Follower(writer.directory).poll() if event.time > NOW]
    assert [type(event) for event in events] == [Metrics, Line, Metrics, Note]
    assert events[1].rank == 1


def test_metrics_of_other_ranks_are_shown_on_request(tmp_path: Path, writer: Writer) -> None:
    """Rows of rank 0 are shown, unless another rank is asked for."""
    other = begin_run(tmp_path, "r1", started=NOW, rank=1)
    log(writer, 0, loss=1.0)
    log(other, 0, loss=2.0)
    assert metrics(Follower(writer.directory).poll()) == [(0, {"loss": 1.0})]
    assert metrics(Follower(writer.directory, rank=1).poll()) == [(0, {"loss": 2.0})]


def test_a_journal_that_comes_later_is_found(tmp_path: Path, writer: Writer) -> None:
    """Workers and new attempts are followed from when they begin."""
    follower = Follower(writer.directory)
    follower.poll()
    worker = begin_run(tmp_path, "r1", started=NOW + 1, role="worker")
    log(worker, 5, loss=3.0)
    assert metrics(follower.poll()) == [(5, {"loss": 3.0})]


def test_only_the_last_rows_are_kept_of_many(writer: Writer) -> None:
    """A long history is not turned into events only to be dropped."""
    for step in range(1000):
        log(writer, step, loss=float(step))
    assert [step for step, _ in metrics(Follower(writer.directory).poll(most=3))] == [997, 998, 999]
    assert metrics(Follower(writer.directory).poll(most=0)) == []


def test_system_metrics_are_not_metrics(writer: Writer) -> None:
    """What is measured of the machine does not interrupt."""
    log(writer, 0, stream="system", cpu=50.0)
    assert metrics(Follower(writer.directory).poll()) == []


def test_a_parent_s_journal_is_not_followed(tmp_path: Path, writer: Writer) -> None:
    """A fork holds copies of its parent's journals, which are no news of it."""
    log(writer, 0, loss=1.0)
    fork = begin_run(tmp_path, "r2", started=NOW + 5)
    shutil.copy(writer.path, fork.directory)
    log(fork, 1, loss=0.5)
    assert metrics(Follower(fork.directory).poll()) == [(1, {"loss": 0.5})]


def test_a_copied_run_is_followed(writer: Writer) -> None:
    """A run's directory under another name is still the run."""
    log(writer, 0, loss=1.0)
    copy = shutil.copytree(writer.directory, writer.directory.with_name("copy"))
    assert metrics(Follower(copy).poll()) == [(0, {"loss": 1.0})]


def test_the_end_is_noticed(tmp_path: Path, writer: Writer) -> None:
    """A run is over when its newest attempt has written its exit record."""
    follower = Follower(writer.directory)
    follower.poll()
    assert not follower.ended
    writer.close(Exit(time=NOW + 1))
    follower.poll()
    assert follower.ended
    begin_run(tmp_path, "r1", started=NOW + 2, attempt=2)
    follower.poll()
    assert not follower.ended


def test_a_deleted_run_has_no_more_events(tmp_path: Path) -> None:
    """Following a run whose directory goes away neither fails nor repeats."""
    directory = write_run(tmp_path, "r1")
    follower = Follower(directory)
    assert follower.poll()
    shutil.rmtree(directory)
    assert follower.poll() == []
