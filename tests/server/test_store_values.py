"""Tests of `trailmark.server.store.values`, `tally` and `lines`, on each of the databases."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.journal.records import Console
from trailmark.journal.runstate import RunState
from trailmark.server.store.columns import Column, project_columns
from trailmark.server.store.lines import LineWriter, page
from trailmark.server.store.states import StateWriter
from trailmark.server.store.values import Columns

if TYPE_CHECKING:
    from trailmark.server.store.database import Database

CONFIGS: list[dict[str, Any]] = [{"lr": 0.1, "odd": math.nan, "opt": {"b": 1}}, {"lr": 3, "big": 2**60}, {"lr": None}]


@pytest.fixture
def filled(database: Database) -> Database:
    """Return an index of three runs."""
    with database.write() as connection:
        for number, config in enumerate(CONFIGS):
            state = RunState(id=f"r{number}", project="p", path=Path(f"p/r{number}"), state="finished")
            state.config, state.tags, state.start_time = config, ["t"], float(number)
            StateWriter().put(connection, state, 1)
    return database


def test_columns_tell_whether_json_has_a_form_for_them(filled: Database) -> None:
    """NaN, large integers and mappings have none of their own."""
    with filled.read() as connection:
        found = Columns().get(connection, "p", "config", ["lr", "odd", "big", "opt", "nobody"], 1)
    assert {key: [*column.values.values()] for key, column in found.items() if key != "odd"} == {
        "lr": [0.1, 3, None],
        "big": [2**60],
        "opt": [{"b": 1}],
        "nobody": [],
    }
    assert {key for key, column in found.items() if column.is_plain} == {"lr", "nobody"}


def test_a_value_that_json_lacks_makes_a_kept_column_another(filled: Database) -> None:
    """Also where it came after the column was read."""
    kept = Columns()
    with filled.read() as connection:
        assert kept.get(connection, "p", "config", ["lr"], 1)["lr"].is_plain
    with filled.write() as connection:
        state = RunState(id="r1", project="p", path=Path("p/r1"), state="finished", config={"lr": math.inf})
        StateWriter().put(connection, state, 2)
    with filled.read() as connection:
        found = kept.get(connection, "p", "config", ["lr"], 2)["lr"]
    assert (sorted(found.values.values(), key=repr), found.is_plain) == ([0.1, None, math.inf], False)


def test_what_runs_have_is_counted(filled: Database) -> None:
    """Values by their kinds, and those in mappings."""
    with filled.read() as connection:
        found = project_columns(connection, "p")
    assert found.config == [
        Column("config.big", 1, ["number"]),
        Column("config.lr", 3, ["null", "number"]),
        Column("config.odd", 1, ["number"]),
        Column("config.opt.b", 1, ["number"]),
    ]
    assert found.tags == ["t"]


def test_lines_are_sorted(filled: Database) -> None:
    """Without two lines ever having one number."""
    with filled.write() as connection:
        writer = LineWriter()
        for rank, times in enumerate(((5.0, 7.0, 9.0), (1.0, 6.0, 8.0))):
            records = [
                Console(time=time, stream="stdout", first=place, lines=[f"{time:.0f}"])
                for place, time in enumerate(times)
            ]
            writer.append(connection, 1, f"j{rank}", rank, records)
        writer.sort(connection, 1)
        assert [(line.number, line.text) for line in page(connection, 1)] == [*enumerate("156789")]
