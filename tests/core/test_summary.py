"""`Summary`: the results of a run."""

from __future__ import annotations

import copy
import math
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark import Histogram
from trailmark.errors import RunFinishedError
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


def kept(run: Run) -> dict[str, Any]:
    """Return the summary as a reader of the run sees it."""
    state = load(run.path_on_disk)
    assert state is not None
    return state.summary


def test_the_last_value_of_each_key(begin: Callable[..., Run]) -> None:
    """Keys of any row are there, with their newest value, also from a smaller step."""
    run = begin()
    run.log({"a": 1, "b": "x", "nested": {"c": 0.5}})
    run.log({"a": 2}, step=10)
    run.log({"a": 3}, step=5)
    run.log({"a": math.nan}, commit=False)
    run.log({"a": 4})
    assert dict(run.summary) == {"a": 4, "b": "x", "nested.c": 0.5} == kept(run)


def test_what_is_set_counts_until_the_next_row(begin: Callable[..., Run]) -> None:
    """Item, attribute and `update` are the same; a later row with the key goes on."""
    run = begin()
    run.log({"a": 1, "b": 1, "c": 1})
    run.summary["a"] = 10
    run.summary.b = 20
    run.summary.update({"c": 30, 4: np.float32(0.5)}, e=[1, (2,)])
    assert run.summary.as_dict() == {"a": 10, "b": 20, "c": 30, "4": 0.5, "e": [1, [2]]} == kept(run)
    run.log({"a": 2})
    assert run.summary["a"] == 2
    assert kept(run)["b"] == 20


def test_attributes(begin: Callable[..., Run]) -> None:
    """A key is an attribute; one that is missing tells what there is."""
    run = begin()
    with pytest.raises(AttributeError, match="summary has no 'x'; it has nothing yet"):
        _ = run.summary.x
    run.log({"acc": 0.9})
    assert run.summary.acc == 0.9
    assert not hasattr(run.summary, "x")
    with pytest.raises(KeyError):
        _ = run.summary["x"]
    with pytest.raises(AttributeError, match="it has acc"):
        _ = run.summary.x


def test_removing(begin: Callable[..., Run]) -> None:
    """A removed key is gone until it is logged again."""
    run = begin()
    run.log({"a": 1, "b": 2, "c": 3})
    del run.summary["a"]
    del run.summary.b
    assert run.summary.pop("c") == 3
    assert dict(run.summary) == {} == kept(run)
    with pytest.raises(KeyError):
        del run.summary["a"]
    with pytest.raises(AttributeError):
        del run.summary.a
    run.log({"a": 5})
    assert dict(run.summary) == {"a": 5} == kept(run)


def test_a_mapping_inside_is_a_view(begin: Callable[..., Run]) -> None:
    """What is set or removed in it, at any depth, is recorded."""
    run = begin()
    run.summary["best"] = {"acc": 0.5, "at": {"epoch": 3}}
    best = run.summary["best"]
    best["acc"] = 0.9
    best.at.epoch = 4
    best["at"].update(step=7)
    del best.at["epoch"]
    assert run.summary.as_dict() == {"best": {"acc": 0.9, "at": {"step": 7}}} == kept(run)
    assert best == {"acc": 0.9, "at": {"step": 7}}
    run.summary["best"] = 1
    assert dict(best) == {}


def test_what_comes_out_is_a_copy(begin: Callable[..., Run]) -> None:
    """Changing a list or a plain copy changes no summary, and no file."""
    run = begin()
    run.log({"l": [1], "h": Histogram([1, 2], num_bins=1)})
    run.summary["l"].append(2)
    run.summary["h"]["counts"].append(2)
    run.summary.as_dict()["l"].append(3)
    next(iter(run.summary.values())).append(4)
    run.finish()
    assert kept(run) == {"l": [1], "h": {"_type": "histogram", "counts": [2], "range": [1.0, 2.0]}}


def test_it_is_a_mapping(begin: Callable[..., Run]) -> None:
    """It goes where a dict goes."""
    run = begin()
    assert dict(run.summary) == {}
    run.log({"a": 1, "b": 2})
    assert list(run.summary) == ["a", "b"]
    assert list(run.summary.items()) == [("a", 1), ("b", 2)]
    assert list(run.summary.values()) == [1, 2]
    assert run.summary.get("c", 3) == 3
    assert "a" in run.summary
    assert len(run.summary) == 2
    assert repr(run.summary) == "{'a': 1, 'b': 2}"
    assert {**run.summary} == {"a": 1, "b": 2}


def test_copies_are_dicts(begin: Callable[..., Run]) -> None:
    """A copy or a pickle holds the values of its moment."""
    run = begin()
    run.summary["a"] = {"b": [1]}
    for other in (copy.copy(run.summary), copy.deepcopy(run.summary), pickle.loads(pickle.dumps(run.summary))):
        assert type(other) is dict
        assert other == {"a": {"b": [1]}}


def test_after_finish_it_is_read_and_not_set(begin: Callable[..., Run]) -> None:
    """The results of a finished run can be looked at."""
    run = begin()
    run.log({"a": 1})
    run.finish()
    assert run.summary["a"] == 1
    for change in (lambda: run.summary.update(a=2), lambda: run.summary.pop("a")):
        with pytest.raises(RunFinishedError):
            change()
    assert kept(run) == {"a": 1}


def test_the_summary_of_the_current_run(begin: Callable[..., Run]) -> None:
    """`trailmark.summary` is that of the current run."""
    run = begin()
    trailmark.summary["a"] = 1
    trailmark.log({"b": 2})
    assert dict(trailmark.summary) == dict(run.summary) == {"a": 1, "b": 2}


def test_a_resumed_run_goes_on_with_its_summary(begin: Callable[..., Run]) -> None:
    """What earlier attempts logged and set is there, and the newest value counts."""
    run = begin(id="r")
    run.log({"a": 1, "b": 1})
    run.summary["set"] = "by hand"
    run.finish()
    run = begin(id="r", resume="must")
    assert dict(run.summary) == {"a": 1, "b": 1, "set": "by hand"}
    run.log({"a": 2})
    del run.summary["b"]
    assert dict(run.summary) == {"a": 2, "set": "by hand"} == kept(run)


def test_a_disabled_run_has_a_summary(begin: Callable[..., Run]) -> None:
    """A script that reads its results works without a file, too."""
    run = begin(mode="disabled")
    run.log({"a": 1})
    run.summary["b"] = 2
    assert dict(run.summary) == {"a": 1, "b": 2}
    assert not run.path_on_disk.exists()
