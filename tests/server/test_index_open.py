"""Tests of `trailmark.server.index.open`: an index that can be used, wherever and whatever it was."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from index_support import disagreements
from trailmark.server.index.open import open_index
from trailmark.server.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer


def test_an_index_of_another_version_is_made_anew(begin: Callable[..., Run], root: Path) -> None:
    """Nothing that another version of Trailmark indexed is shown."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        with index.database.write() as connection:
            facts = schema.facts.c
            connection.execute(sa.update(schema.facts).where(facts.name == "version").values(value="0.0.1"))
            connection.execute(sa.update(schema.runs).values(name="wrong"))
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        assert disagreements(index) == []


def test_a_file_that_is_no_database_is_replaced(begin: Callable[..., Run], root: Path) -> None:
    """Garbage in the place of the index costs nothing but the time to index."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    (root / ".index").mkdir(exist_ok=True)
    (root / ".index" / "index.db").write_bytes(b"no database" * 1000)
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        assert disagreements(index) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_root_that_cannot_be_written_has_its_index_in_the_cache(root: Path, tmp_path: Path) -> None:
    """Somebody else's runs can be looked at, too."""
    root.chmod(0o555)
    try:
        with contextlib.closing(open_index(root)) as index:
            assert index.database.path is not None
            assert index.database.path.is_relative_to(tmp_path / "cache" / "trailmark" / "index")
    finally:
        root.chmod(0o755)


def test_a_root_that_is_a_file_below_has_its_index_in_the_cache(tmp_path: Path) -> None:
    """Where no folder can be made, the user's cache is the place."""
    (tmp_path / "file").touch()
    with contextlib.closing(open_index(tmp_path / "file" / "root")) as index:
        assert index.database.path is not None
        assert index.database.path.is_relative_to(tmp_path / "cache" / "trailmark" / "index")
        index.catch_up()


def test_a_second_server_reads_what_the_first_one_indexes(
    begin: Callable[..., Run], root: Path, index: Indexer
) -> None:
    """It never writes, and tells of the runs that changed."""
    with begin(id="one"):
        pass
    index.catch_up()
    with contextlib.closing(open_index(root)) as second:
        assert (index.is_writer, second.is_writer) == (True, False)
        assert second.tick() == []
        with begin(id="two"):
            pass
        index.catch_up()
        [change] = second.tick()
        assert [(run.id, run.created) for run in change.runs] == [("two", True)]
        assert change.projects
        assert second.check() == []


def test_a_second_server_takes_over_when_the_first_one_ends(begin: Callable[..., Run], root: Path) -> None:
    """From then on it is the one that indexes."""
    first = open_index(root)
    with contextlib.closing(open_index(root)) as second:
        with begin(id="one") as run:
            run.log({"a": 1.0})
        second.catch_up()
        first.close()
        second.check()
        assert second.is_writer
        second.catch_up()
        assert disagreements(second) == []


def test_a_second_server_sees_an_index_that_the_first_one_made_anew(
    begin: Callable[..., Run], root: Path, index: Indexer
) -> None:
    """It does not hold on to the file that was replaced."""
    with begin(id="one"):
        pass
    index.catch_up()
    with contextlib.closing(open_index(root)) as second:
        second.tick()
        index.distrust()
        index.tick()
        with begin(id="two"):
            pass
        index.catch_up()
        assert {run.id for change in second.tick() for run in change.runs} == {"one", "two"}
