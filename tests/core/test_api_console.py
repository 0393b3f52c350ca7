"""`trailmark.api.console`: the lines that a run printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import START, Recorder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """Give a run without journals yet."""
    return Recorder(tmp_path, "digits", "abc")


def test_console_lines_are_folded_and_in_order(recorder: Recorder) -> None:
    """Lines of both streams come in the order in which they were begun; the last text of a line counts."""
    journal = recorder.journal(time=START)
    journal.print(0, "start")
    journal.print(0, " 10%", stream="stderr")
    journal.print(1, "between")
    journal.print(0, "100%", stream="stderr")
    journal.print(2, "x", "y")
    lines = recorder.read().console()
    assert [(line.stream, line.number, line.text) for line in lines] == [
        ("stdout", 0, "start"),
        ("stderr", 0, "100%"),
        ("stdout", 1, "between"),
        ("stdout", 2, "x"),
        ("stdout", 3, "y"),
    ]
    assert [line.time for line in lines] == [START + 1, START + 2, START + 3, START + 5, START + 5]
    assert [line.text for line in recorder.read().console("stderr")] == ["100%"]


def test_console_of_attempts_workers_and_ranks(recorder: Recorder) -> None:
    """Attempts follow one another, a worker's lines mix with its parent's, ranks and inherited lines are apart."""
    recorder.journal(run="parent", time=START - 100).print(0, "of the parent run")
    late = recorder.journal(attempt=2, time=START + 100)
    late.print(0, "second attempt")
    first = recorder.journal(time=START)
    worker = recorder.worker(first, time=START)
    first.print(0, "one")
    worker.time += 1
    worker.print(0, "two")
    recorder.journal(rank=1, time=START).print(0, "rank one")
    run = recorder.read()
    assert [line.text for line in run.console()] == ["one", "two", "second attempt"]
    assert [line.text for line in run.console(rank=1)] == ["rank one"]
    assert [line.text for line in run.console(rank="all")] == ["one", "two", "second attempt", "rank one"]
