"""Tests of `trailmark.server.index.journal`: a journal that grows, read in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api_support import Recorder
from trailmark.server.index import journal as module
from trailmark.server.index.journal import JournalTail

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from trailmark.server.index.journal import Appended


def rows(parts: list[Appended]) -> int:
    """Return how many rows there are."""
    return sum(len(part.loose) + sum(len(rows.array) for rows in part.packed) for part in parts)


def test_each_row_is_read_once(root: Path) -> None:
    """What was appended since the last call, and nothing else; the state is that of all of them."""
    journal = Recorder(root).journal()
    tail = JournalTail(journal.writer.path)
    for count in (3, 2):
        for step in range(count):
            journal.log(step, {"a": 1.0})
        assert rows([*tail.read()]) == count
    assert (tail.state().rows, tail.is_finished) == (5, False)
    journal.finish()
    assert rows([*tail.read()]) == 0
    assert tail.is_finished
    assert tail.torn_bytes == 0


def test_many_records_come_in_parts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a long journal is not in memory as a whole."""
    monkeypatch.setattr(module, "_PART_RECORDS", 10)
    journal = Recorder(root).journal()
    for step in range(25):
        journal.log(step, {"a": "text"})
    journal.finish()
    parts = [*JournalTail(journal.writer.path).read()]
    assert [len(part.loose) for part in parts] == [10, 10, 5]


def test_what_is_in_the_index_is_only_folded(root: Path) -> None:
    """Rows before the offset count for the state, and are not appended again."""
    journal = Recorder(root).journal()
    journal.log(0, {"a": 1.0})
    first = JournalTail(journal.writer.path)
    assert rows([*first.read()]) == 1
    journal.log(1, {"a": 2.0})
    again = JournalTail(journal.writer.path, indexed=first.offset)
    assert rows([*again.read()]) == 1
    assert again.state().rows == 2


def test_a_finished_journal_that_is_in_the_index_is_not_read(root: Path) -> None:
    """Its state is in its last record; it counts as read to its end."""
    journal = Recorder(root).journal()
    journal.log(0, {"a": 1.0})
    journal.finish()
    size = journal.writer.path.stat().st_size
    tail = JournalTail(journal.writer.path, indexed=size, size=size)
    assert [*tail.read()] == []
    assert (tail.state().rows, tail.is_finished, tail.offset) == (1, True, size)


def test_steps_that_were_taken_back_are_left_out(root: Path) -> None:
    """Of packed rows and of others."""
    journal = Recorder(root).journal()
    for step in range(4):
        journal.log(step, {"a": 1.0})
        journal.log(step, {"t": "text"})
    journal.finish()
    tail = JournalTail(journal.writer.path, until_step=1)
    assert rows([*tail.read()]) == 4
    assert tail.state().last_step == 1


def test_a_journal_that_cannot_be_read_tells_why(root: Path) -> None:
    """And has the state of an empty one, until it can be."""
    tail = JournalTail(root / "gone.journal")
    assert [*tail.read()] == []
    assert tail.is_unreadable
    assert "No such file" in str(tail.fault)
    assert tail.state().rows == 0
