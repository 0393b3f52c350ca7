"""Tests of `trailmark.server.index.rebuild`: series that are put together by the rules of the local Api."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import Recorder
from trailmark.api.contents import Shelf
from trailmark.server.index.lineup import Lineup
from trailmark.server.index.rebuild import View, last_steps, rebuild
from trailmark.server.index.scan import look

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.api.lineage import Source


@pytest.fixture
def recorder(root: Path) -> Recorder:
    """Return what writes the journals of a run."""
    return Recorder(root)


def views(recorder: Recorder, end: int = 1 << 62) -> list[tuple[Source, View]]:
    """Return the journals of a run up to an offset, as `rebuild` takes them."""
    lineup, shelf = Lineup(recorder.directory), Shelf(1 << 20)
    lineup.update(look(recorder.directory))
    return [(source, View(shelf.contents(source.path), end)) for source in lineup.sources.values()]


def test_a_newer_attempt_counts_over_an_older_one(recorder: Recorder) -> None:
    """Where both logged a step; keys that are only in one are whole."""
    first = recorder.journal()
    for step in range(4):
        first.log(step, {"a": step, "b": 1.0})
    first.kill()
    second = recorder.journal(attempt=2)
    for step in (2, 3, 4):
        second.log(step, {"a": 10 * step})
    second.finish()
    found = {each.key: each for each in rebuild(views(recorder), "history", ["a", "b"])}
    assert found["a"].step.tolist() == [0, 1, 2, 3, 4]
    assert found["a"].values.tolist() == [0, 1, 20, 30, 40]
    assert found["b"].step.tolist() == [0, 1, 2, 3]
    assert last_steps(views(recorder)[:1], "history", ["a", "b", "none"]) == {"a": 3, "b": 3}


def test_numbers_and_objects_of_one_key_are_apart(recorder: Recorder) -> None:
    """What is no number is as the journal has it; None is nothing."""
    journal = recorder.journal()
    for step, value in enumerate([1, {"_type": "image", "path": "x.png"}, None, 2]):
        journal.log(step, {"a": value})
    journal.finish()
    [found] = rebuild(views(recorder), "history", ["a"])
    assert (found.step.tolist(), found.values.tolist()) == ([0, 3], [1, 2])
    assert (found.object_step.tolist(), found.objects) == ([1], [{"_type": "image", "path": "x.png"}])


def test_rows_beyond_the_end_do_not_count_yet(recorder: Recorder) -> None:
    """The index was brought up to an offset, and the journal has grown since."""
    journal = recorder.journal()
    for step in (3, 1):
        journal.log(step, {"a": step})
    end = journal.writer.path.stat().st_size
    for step in (2, 0):
        journal.log(step, {"a": step, "t": "text"})
    [found] = rebuild(views(recorder, end), "history", ["a"])
    assert found.step.tolist() == [1, 3]
    assert [view.keys("history") for _, view in views(recorder, end)] == [{"a"}]
    assert [view.keys("history") for _, view in views(recorder)] == [{"a", "t"}]
