"""The pulse: parts are started, ticked and stopped; one that fails is left out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark._run import pulse as pulse_module
from trailmark._run.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from trailmark import Run


class Part:
    """A part that writes down what is asked of it, and fails where it is told to."""

    def __init__(self, name: str, seen: list[str], fails_at: str = "") -> None:
        self.name, self.seen, self.fails_at = name, seen, fails_at

    def _do(self, what: str) -> None:
        self.seen.append(f"{self.name} {what}")
        if what == self.fails_at:
            raise RuntimeError(f"{self.name} cannot {what}")

    def start(self) -> None:
        """Note the start."""
        self._do("start")

    def tick(self) -> None:
        """Note a tick."""
        self._do("tick")

    def stop(self, timeout_s: float) -> None:
        """Note the stop."""
        assert timeout_s == 5.0
        self._do("stop")


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when `condition` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_parts_stop_in_reverse_order(begin: Callable[..., Run]) -> None:
    """The last one started is the first one stopped, after the last tick."""
    seen: list[str] = []
    pulse = Pulse(begin().writer, [Part("a", seen), Part("b", seen)], 5.0)
    pulse.start()
    pulse.stop(5.0)
    assert [entry for entry in seen if "tick" not in entry] == ["a start", "b start", "b stop", "a stop"]


def test_a_part_that_fails_is_left_out(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A failing start or tick gives one warning, and the other parts go on."""
    monkeypatch.setattr(pulse_module, "TICK_S", 0.005)
    seen: list[str] = []
    parts = [Part("a", seen), Part("b", seen, "tick"), Part("c", seen, "start"), Part("d", seen, "stop")]
    pulse = Pulse(begin().writer, parts, 5.0)  # type: ignore[arg-type]
    pulse.start()
    wait_until(lambda: seen.count("a tick") > 5)
    pulse.stop(5.0)
    assert seen.count("b tick") == 1
    assert "c tick" not in seen
    assert "c stop" not in seen
    assert [entry for entry in seen if "stop" in entry] == ["d stop", "b stop", "a stop"]
    printed = capfd.readouterr().err
    for message in ("b cannot tick", "c cannot start", "d cannot stop"):
        assert printed.count(message) == 1


def test_the_journal_is_synced_while_the_run_goes_on(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is told to keep what was written again and again, by the interval."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    monkeypatch.setattr(pulse_module, "TICK_S", 0.005)
    run = begin(settings={"fsync_interval_s": 0.01})
    wait_until(lambda: len(synced) > 3)
    while_running = len(synced)
    run.finish()
    assert len(synced) > while_running


def test_live_files_follow_their_source(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The pulse copies a saved file again when it changes."""
    monkeypatch.setattr(pulse_module, "TICK_S", 0.005)
    source = tmp_path / "notes.txt"
    source.write_text("one")
    run = begin()
    (copy,) = run.save(str(source), base_path=tmp_path)
    source.write_text("two, longer")
    wait_until(lambda: Path(copy).read_text() != "one")
    assert Path(copy).read_text() == "two, longer"
