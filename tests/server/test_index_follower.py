"""Tests of `trailmark.server.index.follower`: what another process changed in the index is told."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from trailmark.server.index.follower import Follower
from trailmark.server.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer


@pytest.fixture
def reader(index: Indexer) -> Iterator[Database]:
    """Return the index as a process has it that only reads it."""
    found = Database(index.database.url.render_as_string(hide_password=False))
    yield found
    found.close()


def test_only_what_changes_from_now_on_is_told(begin: Callable[..., Run], index: Indexer, reader: Database) -> None:
    """Each change once; a run that is new is told as such, one that is gone by its name."""
    with begin(id="old"):
        pass
    index.catch_up()
    follower = Follower()
    assert follower.follow(reader) == []
    assert follower.follow(reader) == []
    run = begin(id="new")
    index.catch_up()
    [change] = follower.follow(reader)
    assert [(each.id, each.created, each.keys) for each in change.runs] == [("new", True, None)]
    assert change.projects
    run.log({"a": 1.0})
    run.finish()
    shutil.rmtree(index.root / "p" / "old")
    index.catch_up()
    [change] = follower.follow(reader)
    assert [(each.id, each.created, each.state) for each in change.runs] == [("new", False, "finished")]
    assert change.removed == [("p", "old")]
    assert follower.follow(reader) == []


def test_an_index_that_is_being_made_anew_is_waited_for(
    begin: Callable[..., Run], index: Indexer, reader: Database
) -> None:
    """While there is none nothing is told; then the runs that are in the new one are."""
    with begin(id="one"):
        pass
    index.catch_up()
    follower = Follower()
    follower.follow(reader)
    index.database.drop()
    assert follower.follow(reader) == []
    index.distrust()
    index.catch_up()
    [change] = follower.follow(reader)
    assert [each.id for each in change.runs] == ["one"]
