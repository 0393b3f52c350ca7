"""Tests of `trailmark.server.index.checkpoint`: going on with a journal where somebody else stopped reading it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from api_support import Journal, Recorder
from trailmark.journal.records import encode
from trailmark.server.index import checkpoint as module
from trailmark.server.index.checkpoint import Checkpoint
from trailmark.server.index.journal import JournalTail

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def journal(root: Path) -> Journal:
    """Return a journal with rows, a metric whose best row is still open, and lines."""
    made = Recorder(root).journal()
    made.metric("a", summary=["best", "mean"], goal="maximize")
    for step in range(300):
        made.log(step, {"a": 1.0 * step, "b": step})
    made.log(299, {"c": "text"})
    made.print(0, "one", "two")
    return made


def read(path: Path, checkpoint: Checkpoint | None = None) -> JournalTail:
    """Read a journal to its end."""
    indexed = 0 if checkpoint is None else checkpoint.offset
    tail = JournalTail(path, indexed=indexed, checkpoint=checkpoint)
    for _ in tail.read():
        pass
    return tail


def test_going_on_is_the_same_as_reading_anew(journal: Journal) -> None:
    """After any number of sittings, with rows that still belong to what was read before."""
    path = journal.writer.path
    chance = random.Random(1)
    found = read(path).checkpoint()
    for sitting in range(20):
        assert found is not None
        kept = Checkpoint.unpack(found.pack())
        assert kept is not None
        assert kept.holds(path)
        for number in range(chance.randrange(4)):
            journal.log(299 + sitting, {"a": chance.random() * 600, chance.choice("bd"): number})
        tail = read(path, kept)
        assert encode(tail.state()) == encode(read(path).state())
        found = tail.checkpoint()


def test_damage_that_was_found_is_still_told(journal: Journal) -> None:
    """A checkpoint keeps it, but not of a journal that is mostly damage."""
    path = journal.writer.path
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(bytes(data))
    whole = read(path)
    found = whole.checkpoint()
    assert found is not None
    journal.log(400, {"a": 1.0})
    assert read(path, found).fault == whole.fault is not None


def test_a_damaged_journal_has_no_checkpoint(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found in it may be more than it holds."""
    monkeypatch.setattr(module, "_MOST_FAULTS", 0)
    path = journal.writer.path
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(bytes(data))
    assert read(path).checkpoint() is None


def test_it_holds_for_the_journal_that_was_read(journal: Journal, tmp_path: Path) -> None:
    """Not for one that was cut off, or that has other bytes before that place."""
    path = journal.writer.path
    found = read(path).checkpoint()
    assert found is not None
    journal.log(400, {"a": 1.0})
    data = path.read_bytes()
    cases = {"grown": data, "cut": data[: found.offset - 1], "other": bytes(len(data))}
    holding = {}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        holding[name] = found.holds(tmp_path / name)
    assert holding == {"grown": True, "cut": False, "other": False}
    assert not found.holds(tmp_path / "nowhere")


def test_steps_that_were_taken_back_since_count_no_more(journal: Journal) -> None:
    """A checkpoint of a journal of which all steps counted is of no use then."""
    path = journal.writer.path
    found = read(path).checkpoint()
    assert found is not None
    tail = JournalTail(path, 10, found.offset, checkpoint=found)
    for _ in tail.read():
        pass
    assert tail.state().last_step == 10


def test_what_another_version_kept_is_not_read() -> None:
    """It is no error: the journal is read anew."""
    assert Checkpoint.unpack(b"\x81\xa1a\x01") is None


def test_a_finished_or_empty_journal_has_none(root: Path) -> None:
    """One says itself what it amounts to, the other amounts to nothing."""
    journal = Recorder(root).journal()
    assert JournalTail(journal.writer.path).checkpoint() is None
    journal.finish()
    assert read(journal.writer.path).checkpoint() is None
