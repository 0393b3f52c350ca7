"""Tests of `trailmark.server.index.columns`: appended rows as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from api_support import Recorder
from trailmark.server.index.columns import Nothing, as_column, gather
from trailmark.server.index.journal import JournalTail

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.server.index.columns import Gathered


def gathered(root: Path, *rows: tuple[int, dict[str, Any]], stream: str = "history") -> Gathered:
    """Write these rows into a journal, and return what was appended to it."""
    journal = Recorder(root).journal()
    for step, data in rows:
        journal.log(step, data, stream=stream)
    journal.finish()
    [part] = JournalTail(journal.writer.path).read()
    return gather(part.packed, part.loose)


def values(found: Gathered) -> dict[str, tuple[list[int], list[Any]]]:
    """Return steps and values by key."""
    return {
        key: (columns.step.tolist(), array.tolist())
        for columns in found.columns
        for key, array in columns.values.items()
    }


def test_keys_of_the_same_rows_are_together(root: Path) -> None:
    """A key that is in more rows than others is by itself."""
    found = gathered(root, (0, {"a": 1.0, "b": 2}), (1, {"a": 3.0}), (2, {"a": 4.0, "b": 5}))
    assert values(found) == {"a": ([0, 1, 2], [1.0, 3.0, 4.0]), "b": ([0, 2], [2, 5])}
    together = gathered(root / "other", *((step, {"a": 1.0, "b": 2}) for step in range(40)))
    assert [[*columns.values] for columns in together.columns] == [["a", "b"]]
    assert together.columns[0].is_increasing


def test_of_equal_steps_in_a_row_the_last_counts(root: Path) -> None:
    """Steps that go back are left to who puts series together."""
    assert values(gathered(root, (0, {"a": 1}), (0, {"a": 2}), (1, {"a": 3}))) == {"a": ([0, 1], [2, 3])}
    [columns] = gathered(root / "other", (5, {"a": 1}), (3, {"a": 2})).columns
    assert not columns.is_increasing


def test_numbers_beside_objects(root: Path) -> None:
    """Of one row, numbers become columns, texts objects; None is nothing, and hides what was there."""
    found = gathered(root, (0, {"a": 1.0, "t": "x"}), (1, {"a": None, "t": "y"}), (1, {"a": 2.0}), (4, {"b": None}))
    assert values(found) == {"a": ([0, 1], [1.0, 2.0])}
    [objects] = found.objects
    assert (objects.key, objects.step.tolist(), objects.records) == ("t", [0, 1], ["x", "y"])
    assert found.nothing == {("history", "a"): Nothing(1, True), ("history", "b"): Nothing(4, False)}


def test_streams_are_apart(root: Path) -> None:
    """Samples of the system are no history."""
    [columns] = gathered(root, (0, {"gpu": 1.0}), stream="system").columns
    assert columns.stream == "system"


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        ([True, False], "b", [True, False]),
        ([1, True], "i", [1, 1]),
        ([1, 0.5], "f", [1.0, 0.5]),
        ([2**63, -(2**63)], "f", [2.0**63, -(2.0**63)]),
        ([10**400, -(10**400)], "f", [math.inf, -math.inf]),
        ([], "f", []),
    ],
)
def test_numbers_of_several_kinds_are_one_column(given: list[Any], kind: str, expected: list[Any]) -> None:
    """As close as one type of 64 bits comes."""
    found = as_column(given)
    assert (found.dtype.kind, found.tolist()) == (kind, expected)
