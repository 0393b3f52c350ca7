"""What people type to choose runs and values."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import pytest

from cli_support import write_run
from trailmark.api.filters import compile_query
from trailmark.cli.lookup import all_states, folders
from trailmark.cli.query import asked_values, full_name, parse_filters, parse_order
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.runstate import RunState


@pytest.fixture
def runs(tmp_path: Path) -> list[RunState]:
    """Return the states of three runs: small, wide and broken."""
    small = {"lr": 0.1, "opt": {"name": "adam"}, "layers": 1}
    write_run(tmp_path, "small", config=small, summary={"f1": 0.5}, tags=["a", "b"])
    write_run(tmp_path, "wide", config={"lr": 0.01, "layers": 3}, summary={"f1": math.nan}, started=time.time() - 9e5)
    write_run(tmp_path, "broken", config={"lr": 1, "layers": 3}, state="failed", rows=2)
    return all_states(folders(tmp_path))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("config.lr>0.05", {"small", "broken"}),
        ("lr <= 0.1", {"small", "wide"}),
        ("lr=0.1", {"small"}),
        ("lr==1", {"broken"}),
        ("lr!=0.1", {"wide", "broken"}),
        ("layers=1,3", {"small", "wide", "broken"}),
        ("state=failed,crashed", {"broken"}),
        ("state!=failed", {"small", "wide"}),
        ("name~^s", {"small"}),
        ("name!~a", {"wide", "broken"}),
        ("config.opt.name=adam", {"small"}),
        ("opt.name=adam", {"small"}),
        ("tags=a", {"small"}),
        ("f1=NaN", {"wide"}),
        ("f1=null", {"broken"}),
        ("created_at>7d", {"small", "broken"}),
        ("created_at<7d", {"wide"}),
        ("runtime<5s", {"broken"}),
        ('{"$or": [{"config.lr": 0.1}, {"state": "failed"}]}', {"small", "broken"}),
    ],
)
def test_a_condition_chooses_runs(runs: list[RunState], condition: str, expected: set[str]) -> None:
    """A condition of names, a sign and a value, or JSON, takes the runs that it says."""
    matches = compile_query(parse_filters([condition], runs))
    assert {run.id for run in runs if matches(run)} == expected


def test_all_conditions_must_hold(runs: list[RunState]) -> None:
    """Several conditions narrow the choice."""
    matches = compile_query(parse_filters(["lr>0.05", "state=finished"], runs))
    assert [run.id for run in runs if matches(run)] == ["small"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lr", "takes a condition such as"),
        (">3", "takes a condition such as"),
        ("{nope", "is no JSON"),
        ("loos<1", "no run has a value 'loos'; did you mean loss"),
        ("name~(", "regular expression"),
        ("created_at>soon", "no moment"),
    ],
)
def test_a_wrong_condition_says_what_is_right(runs: list[RunState], text: str, message: str) -> None:
    """What is no condition, and what names nothing, is told with a hint."""
    with pytest.raises(UsageError, match=message):
        compile_query(parse_filters([text], runs))


def test_a_name_is_a_field_then_a_result_then_an_input(runs: list[RunState]) -> None:
    """Bare names are looked for in this order."""
    assert full_name("state", runs) == "state"
    assert full_name("loss", runs) == "summary.loss"
    assert full_name("lr", runs) == "config.lr"
    assert full_name("config.other", runs) == "config.other"


def test_an_order_is_made_of_names(runs: list[RunState]) -> None:
    """A minus goes down; names are completed."""
    assert parse_order("-loss, lr,name", runs) == "-summary.loss,+config.lr,+name"


def test_the_values_that_are_asked_for_are_known(runs: list[RunState]) -> None:
    """Conditions and orders tell which columns a person wants to see."""
    assert asked_values(["lr>0.01", "state=failed", '{"config.layers": 1}'], "-f1,name", runs) == [
        "summary.f1",
        "config.lr",
    ]
