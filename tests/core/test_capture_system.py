"""System metrics in the journal."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from capture_support import make_writer, system_rows, wait_for
from trailmark.capture import system
from trailmark.capture.sampler import Sampler
from trailmark.capture.system import SystemMonitor
from trailmark.journal.fold import Fold
from trailmark.journal.reader import Reader
from trailmark.journal.records import Exit
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark.journal.writer import Writer


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Return the writer of a run."""
    return make_writer(tmp_path / "p" / "run")


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let monitors begin at once."""
    monkeypatch.setattr(system, "_SETTLE_S", 0.0)


@pytest.fixture
def monitor(writer: Writer) -> Iterator[Callable[..., SystemMonitor]]:
    """Return what makes monitors."""
    made: list[SystemMonitor] = []

    def make(interval_s: float = 0.01, **arguments: Any) -> SystemMonitor:
        made.append(SystemMonitor(writer, interval_s, **arguments))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def tick_until(monitor: SystemMonitor, writer: Writer, count: int) -> list[dict[str, Any]]:
    """Tick until so many rows are there; return them."""

    def enough() -> bool:
        monitor.tick()
        return len(system_rows(writer.path)) >= count

    wait_for(enough)
    return system_rows(writer.path)


def test_rows_are_numbered_samples(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """Each sample is a row of the stream "system", whose steps count from 0 and whose times grow."""
    rows = tick_until(monitor(), writer, 5)
    assert [row["_step"] for row in rows] == list(range(len(rows)))
    assert [row["_time"] for row in rows] == sorted(row["_time"] for row in rows)
    assert any("proc.memory.rssMB" in row for row in rows)


def test_sample_is_taken_only_when_it_is_due(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """However often the pulse ticks, there is one sample an interval, and one at the end."""
    one = monitor(3600.0)
    one._due = 0.0
    tick_until(one, writer, 1)
    for _ in range(100):
        one.tick()
    one.stop()
    assert len(system_rows(writer.path)) == 2


def test_stop_without_a_tick_takes_a_sample(writer: Writer) -> None:
    """A run that ends before its first tick, but not at once, has one sample."""
    one = SystemMonitor(writer, 3600.0)
    ready = threading.Event()
    make = one._sampler

    def made() -> Sampler:
        ready.set()
        return make()

    one._sampler = made  # type: ignore[method-assign]
    one.start()
    assert ready.wait(20)
    one.stop(20)
    assert [row["_step"] for row in system_rows(writer.path)] == [0]


def test_run_of_a_moment_loads_nothing(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends at once has no sample, and does not wait for one."""
    monkeypatch.setattr(system, "_SETTLE_S", 3600.0)
    one = SystemMonitor(writer)
    one.start()
    one.stop()
    assert one._thread is not None
    assert not one._thread.is_alive()
    assert system_rows(writer.path) == []


def test_heartbeat_without_metrics(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """With metrics switched off rows have no values, and no thread is started."""
    one = monitor(metrics=False)
    rows = tick_until(one, writer, 3)
    assert all(row.keys() == {"_step", "_time"} for row in rows)
    assert one._thread is None


def test_heartbeat_while_a_sample_hangs(writer: Writer) -> None:
    """While a driver does not answer, the pulse's ticks show that the run is alive, and the stop is bounded."""
    answer = threading.Event()

    class Hanging(Sampler):
        """A sampler of a machine that does not answer."""

        def __init__(self) -> None:
            """Answer nothing."""

        def sample(self) -> dict[str, float | int]:
            """Wait for the test."""
            answer.wait(20)
            return {"late": 1}

        def close(self) -> None:
            """Do nothing."""

    one = SystemMonitor(writer, 0.01)
    one._sampler = Hanging  # type: ignore[method-assign]
    one.start()
    rows = tick_until(one, writer, 3)
    assert all(row.keys() == {"_step", "_time"} for row in rows)
    one.stop(0.01)
    writer.close(Exit(time=rows[-1]["_time"]))
    answer.set()
    assert one._thread is not None
    one._thread.join(20)
    assert not one._thread.is_alive()
    assert "late" not in system_rows(writer.path)[-1]


def test_heartbeat_if_no_thread_can_be_started(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the system allows no more threads the run is still seen alive, and one warning says what is missing."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    one = SystemMonitor(writer, 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        one.start()
    rows = tick_until(one, writer, 2)
    one.stop()
    assert all(row.keys() == {"_step", "_time"} for row in rows)
    assert "trailmark-system does not run: can't start new thread" in capsys.readouterr().err


def test_broken_sampler_leaves_heartbeats(writer: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    """If sampling itself fails, one warning says so, and the run is still seen alive."""
    one = SystemMonitor(writer, 0.01)

    def fail() -> Sampler:
        raise ImportError("psutil is broken")

    one._sampler = fail  # type: ignore[method-assign]
    one.start()
    assert one._thread is not None
    one._thread.join(20)
    rows = tick_until(one, writer, 2)
    assert all(row.keys() == {"_step", "_time"} for row in rows)
    assert capsys.readouterr().err.count("trailmark-system ended early: ImportError: psutil is broken") == 1


def test_state_counts_samples(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """Folding knows how many samples each metric has, also of heartbeats and of a finished run."""
    one = monitor()
    tick_until(one, writer, 3)
    one.stop()
    count = sum("proc.cpu" in row for row in system_rows(writer.path))
    writer.close(Exit(time=0.0))
    state = load(writer.directory)
    assert state is not None
    assert state.system_counts["proc.cpu"] == count
    assert state.rows == 0


def test_heartbeats_can_be_folded(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """Rows without values are rows to a reader."""
    tick_until(monitor(metrics=False), writer, 20)
    fold = Fold()
    for item in Reader(writer.path).read():
        if isinstance(item, list):
            fold.batch(item)
    assert fold.settle().last_time >= system_rows(writer.path)[19]["_time"]


def test_nothing_is_written_after_the_end(writer: Writer, monitor: Callable[..., SystemMonitor]) -> None:
    """A tick after the journal's end does nothing."""
    one = monitor(metrics=False)
    writer.close(Exit(time=0.0))
    size = writer.path.stat().st_size if writer.path.exists() else 0
    one._due = 0.0
    one.tick()
    assert (writer.path.stat().st_size if writer.path.exists() else 0) == size
