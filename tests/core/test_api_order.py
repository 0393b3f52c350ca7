"""`trailmark.api.order`: the sequence in which runs come."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailmark.api.order import ordered
from trailmark.errors import UsageError
from trailmark.journal.runstate import RunState

NAN = float("nan")


def run(number: int, **fields: Any) -> RunState:
    """Return a run whose id is a number."""
    return RunState(id=str(number), project="p", path=Path(), state="finished", **fields)


def order_of(values: list[Any], order: str) -> list[int]:
    """Return the places of runs that have these values of config.x (`...`: none)."""
    runs = [run(n, config={} if value is ... else {"x": value}) for n, value in enumerate(values)]
    return [int(found.id) for found in ordered(runs, order)]


def test_up_and_down() -> None:
    """A field goes up, with a minus down."""
    assert order_of([2, 3.5, 1], "config.x") == [2, 0, 1]
    assert order_of([2, 3.5, 1], "+config.x") == [2, 0, 1]
    assert order_of([2, 3.5, 1], "-config.x") == [1, 0, 2]


def test_missing_values_come_last_and_nan_before_them() -> None:
    """Both up and down, NaN comes after numbers and runs without a value come last."""
    values = [..., NAN, 1, None, "b", float("inf"), "a", [1]]
    assert order_of(values, "+config.x") == [2, 5, 1, 6, 4, 7, 0, 3]
    assert order_of(values, "-config.x") == [5, 2, 1, 4, 6, 7, 0, 3]


def test_equal_runs_keep_their_places() -> None:
    """The order is stable, also downwards."""
    assert order_of([1, 0, 1, 0], "+config.x") == [1, 3, 0, 2]
    assert order_of([1, 0, 1, 0], "-config.x") == [0, 2, 1, 3]


def test_several_fields() -> None:
    """Of runs that are equal in the first field the second decides."""
    runs = [run(0, group="b", runtime_s=1.0), run(1, group="a", runtime_s=1.0), run(2, group="a", runtime_s=2.0)]
    assert [found.id for found in ordered(runs, "+group, -duration")] == ["2", "1", "0"]
    assert [found.id for found in ordered(runs, ["+group", "-duration"])] == ["2", "1", "0"]


def test_names_of_wandb() -> None:
    """W&B's names of fields work as in filters."""
    runs = [run(0, start_time=2.0, summary={"loss": 1}), run(1, start_time=1.0, summary={"loss": 2})]
    assert [found.id for found in ordered(runs, "-createdAt")] == ["0", "1"]
    assert [found.id for found in ordered(runs, "-summary_metrics.loss")] == ["1", "0"]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("loss", "no field 'loss'"),
        ("", "order is text such as"),
        ([], "order is text"),
        ([3], "order is text"),
        (3, "order is text such as"),
    ],
)
def test_wrong_order_is_refused(order: Any, message: str) -> None:
    """An order that names no field is an error, also where there are no runs."""
    with pytest.raises(UsageError, match=re.escape(message)):
        ordered([], order)


@given(st.lists(st.none() | st.integers() | st.floats() | st.text(max_size=2) | st.booleans()))
def test_any_values_can_be_ordered(values: list[Any]) -> None:
    """Whatever the values are, both orders hold all runs once, and numbers are in order in them."""
    up, down = order_of(values, "config.x"), order_of(values, "-config.x")
    assert sorted(up) == sorted(down) == [*range(len(values))]
    numbers = [values[n] for n in up if isinstance(values[n], (int, float)) and values[n] == values[n]]
    assert numbers == sorted(numbers)
