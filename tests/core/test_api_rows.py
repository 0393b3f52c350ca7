"""`trailmark.api.rows`: the records of one journal that hold what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import Journal, Recorder
from trailmark.api.contents import Contents
from trailmark.api.lineage import find_sources
from trailmark.api.rows import JournalRows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Give a journal in which key sets, other rows and streams take turns."""
    journal = Recorder(tmp_path).journal()
    for step in range(3):
        journal.log(step, {"a": step, "b": 0.5})
        journal.log(step, {"text": "x", "a": -step})
        journal.log(step, {"c": True})
        journal.log(step, {"cpu": 1.0}, stream="system")
    journal.log(9, {})
    return journal


def rows_of(
    journal: Journal, keys: Sequence[str] | None, stream: str = "history", limit: int | None = None
) -> JournalRows:
    """Return the records of `journal` that hold any of `keys`."""
    header = journal.writer.header
    [source] = find_sources(journal.writer.directory, {journal.writer.path.name: header}, 0)
    contents = Contents(journal.writer.path)
    contents.refresh()
    return JournalRows(source._replace(limit=limit), contents, keys, stream)


def test_records_are_in_the_order_of_the_file(journal: Journal) -> None:
    """Records of all kinds come as they were written, and empty rows are left out."""
    rows = rows_of(journal, None)
    assert rows.step.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert rows.time.tolist() == sorted(rows.time.tolist())
    assert rows.names() == ["a", "b", "text", "c"]


def test_only_records_with_the_keys_are_taken(journal: Journal) -> None:
    """A record counts if it holds any of the keys."""
    assert rows_of(journal, ["c"]).step.tolist() == [0, 1, 2]
    assert len(rows_of(journal, ["a", "c"])) == 9
    assert len(rows_of(journal, ["cpu"])) == 0
    assert len(rows_of(journal, None, "system")) == 3


def test_parts_name_their_records(journal: Journal) -> None:
    """Each value of a key is with the number of its record, packed ones and others in parts of their own."""
    found = rows_of(journal, None).parts(["a", "never"])
    pairs = sorted(
        (number, value) for part in found["a"] for number, value in zip(part.records, part.array, strict=True)
    )
    assert pairs == [(0, 0), (1, 0), (3, 1), (4, -1), (6, 2), (7, -2)]
    assert "never" not in found


def test_limit_is_of_the_history_only(journal: Journal) -> None:
    """Steps beyond the limit are left out; samples of the system have no steps of the run."""
    assert rows_of(journal, None, limit=1).step.tolist() == [0, 0, 0, 1, 1, 1]
    assert len(rows_of(journal, None, "system", limit=1)) == 3
