"""Tests of `trailmark.journal.aggregate`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY, canonical
from trailmark.journal.aggregate import Aggregate

FLOATS = st.lists(st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308]), min_size=1, max_size=30)
INTEGERS = st.lists(st.integers(-(1 << 63), (1 << 63) - 1), min_size=1, max_size=30)
BOOLEANS = st.lists(st.booleans(), min_size=1, max_size=30)


def gathered(values: list[Any], **fields: Any) -> Aggregate:
    """Return the statistics of values that come one by one."""
    aggregate = Aggregate(**fields)
    for value in values:
        aggregate.add(value)
    return aggregate


@PROPERTY
@given(st.lists(FLOATS | INTEGERS | BOOLEANS, min_size=1, max_size=4))
def test_arrays_equal_single_values(parts: list[list[Any]]) -> None:
    """Arrays give bit for bit what their values give one by one, whatever was before them."""
    aggregate = Aggregate()
    for part in parts:
        aggregate.add_array(np.array(part))
    assert canonical(aggregate) == canonical(gathered([value for part in parts for value in part]))


@PROPERTY
@given(FLOATS | INTEGERS, FLOATS | INTEGERS)
def test_merged_equals_gathered_in_one(first: list[Any], later: list[Any]) -> None:
    """Merged statistics are those of all values, but that their sum may be rounded in another order."""
    merged = gathered(first).merge(gathered(later))
    whole = gathered(first + later)
    merged.total = whole.total
    assert canonical(merged) == canonical(whole)


def test_shown_is_what_is_asked_for() -> None:
    """A summary has the parts that are asked for, and the number of NaN if there are any."""
    values = [2, 4.0, float("nan")]
    assert gathered(values, wants=["min", "mean"]).shown() == {"min": 2, "mean": 3.0, "nan": 1}
    assert gathered(values[:2], wants=["max", "first"]).shown() == {"max": 4.0, "first": 2}


def test_shown_of_nothing_has_no_numbers() -> None:
    """Before the first number a summary says None, and divides nothing by zero."""
    assert Aggregate(wants=["mean", "min"]).shown() == {"mean": None, "min": None}


@pytest.mark.parametrize(("goal", "best"), [("minimize", (1.0, 1)), (None, (1.0, 1)), ("maximize", (3.0, 2))])
def test_best_follows_the_goal(goal: str | None, best: tuple[float, int]) -> None:
    """The best value is the smallest, unless the goal is to maximize; of equal ones it is the first."""
    aggregate = Aggregate(wants=["best"], goal=goal)
    for step, value in enumerate([2.0, 1.0, 3.0, 1.0, 3.0, float("nan")]):
        aggregate.add_best(value, step, {"x": value})
    assert (aggregate.best, aggregate.best_step) == best
    assert aggregate.shown() == {"best": best[0], "best_step": best[1], "at_best": {"x": best[0]}}


def test_merging_keeps_the_better_row() -> None:
    """Of two attempts the best row is that of the better one, by the goal of the later."""
    first, later = Aggregate(wants=["best"]), Aggregate(wants=["best"], goal="maximize")
    first.add_best(1.0, 0, {"x": 1.0})
    later.add_best(2.0, 5, {"x": 2.0})
    merged = first.merge(later)
    assert (merged.best, merged.best_step, merged.best_row) == (2.0, 5, {"x": 2.0})


def test_text_is_first_and_last_only() -> None:
    """What is no number takes no part in statistics of numbers."""
    aggregate = gathered(["a", 1, None], wants=["first", "last", "max"])
    assert aggregate.shown() == {"first": "a", "last": None, "max": 1}
    assert aggregate.count == 1
