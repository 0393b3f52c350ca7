"""Tests of `trailmark.server.index.lineup`: which journals a run has, and when that changes what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import Recorder
from trailmark.server.index.lineup import Lineup
from trailmark.server.index.scan import look

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recorder(root: Path) -> Recorder:
    """Return what writes the journals of a run."""
    return Recorder(root)


def test_a_rank_more_changes_nothing_of_the_others(recorder: Recorder) -> None:
    """Rows that were taken stay as they are."""
    recorder.journal()
    lineup = Lineup(recorder.directory)
    assert not lineup.update(look(recorder.directory))
    recorder.journal(rank=1)
    assert not lineup.update(look(recorder.directory))
    assert [source.rank for source in lineup.sources.values()] == [0, 1]
    assert lineup.is_simple


def test_a_newer_attempt_comes_after_the_older_one(recorder: Recorder) -> None:
    """What the older one wrote counts as it did, and the newest of each rank is known."""
    recorder.journal()
    lineup = Lineup(recorder.directory)
    lineup.update(look(recorder.directory))
    recorder.journal(attempt=2)
    assert not lineup.update(look(recorder.directory))
    assert lineup.newest == {0: 1}
    assert not lineup.is_simple


def test_a_rewind_takes_steps_back(recorder: Recorder) -> None:
    """Rows of the older attempt count otherwise then."""
    first = recorder.journal()
    lineup = Lineup(recorder.directory)
    lineup.update(look(recorder.directory))
    recorder.journal(attempt=2, rewind=5)
    assert lineup.update(look(recorder.directory))
    assert lineup.limits == {first.writer.path.name: 5}


def test_a_journal_that_goes_is_told(recorder: Recorder) -> None:
    """Its rows are to go, too."""
    recorder.journal()
    gone = recorder.journal(rank=1)
    lineup = Lineup(recorder.directory)
    lineup.update(look(recorder.directory))
    gone.kill()
    gone.writer.path.unlink()
    assert lineup.update(look(recorder.directory))
    assert [source.rank for source in lineup.sources.values()] == [0]


def test_a_header_that_comes_later_is_read_then(recorder: Recorder) -> None:
    """Until then the name of the file tells what it can."""
    path = recorder.journal(rank=3).writer.path
    whole = path.read_bytes()
    path.write_bytes(b"")
    lineup = Lineup(recorder.directory)
    lineup.update(look(recorder.directory))
    assert lineup.headers[path.name].role == "worker"
    path.write_bytes(whole)
    assert lineup.update(look(recorder.directory))
    assert (lineup.headers[path.name].role, lineup.headers[path.name].rank) == ("primary", 3)


def test_a_file_that_was_replaced_is_told_by_its_header(recorder: Recorder) -> None:
    """A copy of the same journal goes on; another one does not."""
    path = recorder.journal().writer.path
    lineup = Lineup(recorder.directory)
    lineup.update(look(recorder.directory))
    assert lineup.is_as_before(path.name)
    other = recorder.journal(rank=1).writer.path
    path.write_bytes(other.read_bytes())
    assert not lineup.is_as_before(path.name)
    path.unlink()
    assert not lineup.is_as_before(path.name)
