"""`trailmark.api.lineage`: which journals count, and how they belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from trailmark.api.lineage import find_sources, own_run
from trailmark.errors import UsageError
from trailmark.journal.records import Header

DIRECTORY = Path("root/p/r")


def header(time: float, **values: object) -> Header:
    """Return a header of run "r"."""
    return Header(**{"run": "r", "writer": f"w{time:g}", "time": time, **values})  # type: ignore[arg-type]


def test_attempts_and_workers() -> None:
    """Primaries of all attempts are one line, every worker is one of its own, and editors are none."""
    headers = {
        "a": header(1.0),
        "b": header(2.0, role="worker", parent="w1"),
        "c": header(5.0, attempt=2, runtime_s=3.0),
        "d": header(4.0, attempt=2, role="worker"),
        "e": header(9.0, role="editor"),
    }
    found = find_sources(DIRECTORY, headers, 0)
    assert [source.path.name for source in found] == ["a", "b", "c", "d"]
    assert [source.generation for source in found] == [0, 0, 1, 1]
    assert [source.line == 0 for source in found] == [True, False, True, False]
    assert len({source.line for source in found}) == 3
    assert [source.began_at for source in found] == [1.0, 1.0, 2.0, 2.0]


def test_inherited_attempts_come_first() -> None:
    """The attempts of a fork's parent, and of that one's parent, come before its own, whatever their numbers."""
    headers = {
        "own": header(30.0, attempt=1, rewind=4),
        "parent": header(20.0, run="parent", attempt=7, rewind=9),
        "grandparent": header(10.0, run="grandparent", attempt=3),
    }
    found = find_sources(DIRECTORY, headers, 0)
    assert [source.path.name for source in found] == ["grandparent", "parent", "own"]
    assert [source.inherited for source in found] == [True, True, False]
    assert [source.limit for source in found] == [4, 4, None]
    assert own_run(headers) == "r"


def test_ranks() -> None:
    """One rank or all of them, by number, each with attempts of its own."""
    headers = {"a": header(1.0, rank=1), "b": header(2.0), "c": header(3.0, rank=1, attempt=2)}
    assert [source.path.name for source in find_sources(DIRECTORY, headers, 1)] == ["a", "c"]
    for every in (None, "all"):
        found = find_sources(DIRECTORY, headers, every)
        assert [(source.rank, source.generation) for source in found] == [(0, 0), (1, 0), (1, 1)]
    assert find_sources(DIRECTORY, headers, 5) == []
    assert find_sources(DIRECTORY, {}, 0) == []
    with pytest.raises(UsageError, match="rank is a number"):
        find_sources(DIRECTORY, headers, 1.5)  # type: ignore[arg-type]
