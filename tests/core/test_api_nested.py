"""`trailmark.api.nested`: dotted names, and summaries."""

from __future__ import annotations

import json

import pytest

from trailmark.api.nested import MISSING, Summary, lookup

VALUES = {"a": {"b": {"c": 1}, "b.c": 2}, "a.b": {"d": 3}, "list": [{"x": 4}, 5], "none": None}


def test_lookup_goes_through_mappings_and_lists() -> None:
    """A dot goes one level deeper, a number into a list."""
    assert lookup(VALUES, "list.0.x") == 4
    assert lookup(VALUES, "list.1") == 5
    assert lookup(VALUES, "a.b.d") == 3


def test_longest_key_wins() -> None:
    """A key that holds the dots itself goes before nested ones."""
    assert lookup(VALUES, "a.b.c") == 2


@pytest.mark.parametrize("name", ["x", "a.x", "a.b.c.d", "list.2", "list.x", "none.x", "list.0.y", ""])
def test_name_that_leads_nowhere_is_missing(name: str) -> None:
    """What is not there is `MISSING`, and None is there."""
    assert lookup(VALUES, name) is MISSING
    assert lookup(VALUES, "none") is None


def test_summary_reaches_dotted_keys_step_by_step() -> None:
    """Nested keys are found by their dotted name and step by step."""
    summary = Summary({"val.acc": 0.9, "val.loss.min": 0.1, "loss": {"min": 1}})
    assert summary["val.acc"] == summary["val"]["acc"] == 0.9
    assert summary["val"]["loss"]["min"] == 0.1
    assert summary["loss"]["min"] == 1
    assert "val" in summary
    assert "va" not in summary
    assert summary.get("val.nothing", 3) == 3
    with pytest.raises(KeyError, match="nothing"):
        summary["nothing"]


def test_summary_is_a_dict_of_what_was_logged() -> None:
    """Iteration and JSON show the keys as they were logged."""
    summary = Summary({"val.acc": 0.9})
    assert json.loads(json.dumps(summary)) == {"val.acc": 0.9}
    assert list(summary) == ["val.acc"]
