"""Tests of `trailmark.server.store.lines`: what runs printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trailmark.errors import UsageError
from trailmark.journal.records import Console
from trailmark.journal.runstate import RunState
from trailmark.server.store.database import Database
from trailmark.server.store.lines import LineWriter, count, page, search
from trailmark.server.store.states import StateWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Give a transaction of an index with run 1 in it."""
    database = Database.open(f"sqlite:///{tmp_path / 'index.db'}")
    with database.write() as connection:
        StateWriter().put(connection, RunState(id="r", project="p", path=Path("p/r"), state="running"), 1)
        yield connection
    database.close()


def printed(first: int, *lines: str, stream: str = "stdout", time: float = 1.0) -> Console:
    """Return a console record."""
    return Console(time=time, stream=stream, first=first, lines=[*lines])


def texts(connection: sa.Connection) -> list[str]:
    """Return all lines."""
    return [line.text for line in page(connection, 1)]


def test_a_line_that_is_written_again_keeps_its_place(connection: sa.Connection) -> None:
    """In the same batch, in a later one, and by a writer that knows nothing of the earlier ones."""
    writer = LineWriter()
    writer.append(connection, 1, "j", 0, [printed(0, "a", "10 %"), printed(1, "20 %", time=2.0)])
    writer.append(connection, 1, "j", 0, [printed(1, "30 %", "c", time=3.0)])
    LineWriter().append(connection, 1, "j", 0, [printed(2, "C", "d", time=4.0)])
    assert [(line.number, line.time, line.text) for line in page(connection, 1)] == [
        (0, 1.0, "a"),
        (1, 1.0, "30 %"),
        (2, 3.0, "C"),
        (3, 4.0, "d"),
    ]


def test_lines_of_streams_and_journals_are_apart(connection: sa.Connection) -> None:
    """Equal numbers in another stream or journal are other lines."""
    writer = LineWriter()
    writer.append(connection, 1, "j", 0, [printed(0, "out"), printed(0, "err", stream="stderr")])
    writer.append(connection, 1, "k", 1, [printed(0, "other")])
    assert texts(connection) == ["out", "err", "other"]
    assert [line.text for line in page(connection, 1, stream="stdout", rank=1)] == ["other"]


def test_pages_count_from_either_end(connection: sa.Connection) -> None:
    """A negative `first` counts from the end."""
    LineWriter().append(connection, 1, "j", 0, [printed(0, *map(str, range(100)))])
    assert [line.text for line in page(connection, 1, 10, 2)] == ["10", "11"]
    assert [line.text for line in page(connection, 1, -3, 2)] == ["97", "98"]
    assert page(connection, 1, 1000, 2) == []
    assert count(connection, 1) == 100


def test_the_search_looks_through_colours(connection: sa.Connection) -> None:
    """Upper and lower case are the same, and ANSI sequences are no part of the text."""
    lines = ["\x1b[31mErr\x1b[0mor: no", "fine", "an error"]
    LineWriter().append(connection, 1, "j", 0, [printed(0, *lines)])
    total, found = search(connection, 1, "error", 1)
    assert (total, [line.text for line in found]) == (2, lines[:1])


def test_no_regular_expression_is_a_usage_error(connection: sa.Connection) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(UsageError, match="regular expression"):
        search(connection, 1, "(")


def test_sorted_lines_are_in_the_order_of_their_times(connection: sa.Connection) -> None:
    """Whatever came first; the lines of one process stay in their order, though its clock was set back."""
    writer = LineWriter()
    first = [printed(0, "a", time=5.0), printed(1, "b", time=2.0), printed(2, "c", time=7.0)]
    writer.append(connection, 1, "j", 0, first)
    writer.append(
        connection, 1, "k", 1, [printed(0, "x", time=1.0), printed(1, "y", time=5.0), printed(2, "z", time=6)]
    )
    writer.sort(connection, 1)
    assert [(line.number, line.text) for line in page(connection, 1)] == [*enumerate("xabyzc")]
    writer.append(connection, 1, "k", 1, [printed(2, "Z", "last", time=8.0)])
    assert [(line.number, line.text) for line in page(connection, 1)] == [*enumerate([*"xabyZc", "last"])]


def test_cleared_lines_begin_anew(connection: sa.Connection) -> None:
    """A run that is indexed anew numbers its lines from 0."""
    writer = LineWriter()
    writer.append(connection, 1, "j", 0, [printed(0, "old", "older")])
    writer.clear(connection, 1)
    writer.append(connection, 1, "j", 0, [printed(0, "new")])
    assert [(line.number, line.text) for line in page(connection, 1)] == [(0, "new")]
