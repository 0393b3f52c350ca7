"""`trailmark.api.filters`: which runs match a query."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailmark.api.fields import NAMES
from trailmark.api.filters import compile_query, mentions
from trailmark.errors import UsageError
from trailmark.journal.runstate import RunState

NAN = float("nan")
BEGUN = 1_700_000_000.0  # 2023-11-14T22:13:20Z
RUN = RunState(
    id="abc123",
    project="digits",
    path=Path("root/digits/abc123"),
    state="finished",
    name="brave-otter-7",
    notes=None,
    tags=["baseline", "v2"],
    group="sweep-1",
    job_type="train",
    host="node-1",
    config={
        "lr": 0.1,
        "layers": [64, 32],
        "optimizer": {"name": "adam", "betas": [0.9, 0.999]},
        "amp": True,
        "seed": None,
        "dotted.key": "x",
        "wandb": {"value": 3},
    },
    summary={"loss": 0.25, "val.acc": 0.9, "bad": NAN, "steps": 2**70},
    environment={"user": "ada", "git": {"commit": "c0ffee"}},
    start_time=BEGUN,
    last_time=BEGUN + 100,
    runtime_s=100.0,
    attempts=1,
    last_step=41,
    exit_code=0,
)

MATCHING: list[dict[str, Any]] = [
    {},
    {"state": "finished"},
    {"state": "finished", "config.lr": 0.1},
    {"config.lr": {"$eq": 0.1}},
    {"config.lr": {"$ne": 0.2}},
    {"config.lr": {"$gt": 0.05, "$lt": 0.2}},
    {"config.lr": {"$gte": 0.1, "$lte": 0.1}},
    {"config.lr.value": 0.1},
    {"config.wandb.value": 3},
    {"config.optimizer.name": "adam"},
    {"config.optimizer.name.value": "adam"},
    {"config.optimizer.betas.1": 0.999},
    {"config.optimizer": {"name": "adam", "betas": [0.9, 0.999]}},
    {"config.dotted.key": "x"},
    {"config.layers": [64, 32]},
    {"config.layers": 64},
    {"config.layers": {"$gt": 50}},
    {"config.layers": {"$size": 2}},
    {"config.layers": {"$elemMatch": {"$gt": 30, "$lt": 40}}},
    {"config.layers": {"$type": "array"}},
    {"config.amp": True},
    {"config.amp": {"$type": "bool"}},
    {"config.lr": {"$type": ["string", "number"]}},
    {"config.seed": None},
    {"config.seed": {"$exists": True}},
    {"config.absent": None},
    {"config.absent": {"$exists": False}},
    {"config.absent": {"$ne": 3}},
    {"config.absent": {"$nin": [3]}},
    {"config.lr": {"$in": [0.1, 0.2]}},
    {"config.lr": {"$nin": [0.2]}},
    {"summary.loss": {"$lt": 0.5}},
    {"summary_metrics.loss": {"$lt": 0.5}},
    {"summary_metrics.val.acc": 0.9},
    {"summary.bad": NAN},
    {"summary.bad": {"$in": [NAN]}},
    {"summary.steps": {"$gt": 1.5}},
    {"tags": "baseline"},
    {"tags": {"$in": ["other", "v2"]}},
    {"tags": {"$nin": ["other"]}},
    {"tags": {"$all": ["v2", "baseline"]}},
    {"tags": {"$size": 2}},
    {"tags": {"$regex": "^base"}},
    {"tags": {"$ne": "other"}},
    {"name": "brave-otter-7"},
    {"name": "abc123"},
    {"name": {"$in": ["abc123", "zzz"]}},
    {"display_name": {"$regex": "OTTER", "$options": "i"}},
    {"displayName": re.compile("otter-[0-9]")},
    {"id": "abc123"},
    {"group": "sweep-1"},
    {"jobType": "train", "job_type": "train"},
    {"notes": None},
    {"notes": {"$exists": False}},
    {"archived": False},
    {"project": "digits"},
    {"host": {"$regex": "node"}},
    {"user": "ada"},
    {"username": "ada"},
    {"environment.git.commit": "c0ffee"},
    {"duration": {"$gte": 100}, "runtime": 100},
    {"lastHistoryStep": 41, "exit_code": 0, "attempts": 1},
    {"created_at": {"$gt": "2023-11-14"}},
    {"createdAt": {"$lt": "2023-11-14T22:13:21"}},
    {"created_at": "2023-11-14T22:13:20Z"},
    {"created_at": {"$eq": "2023-11-14T23:13:20+01:00"}},
    {"created_at": {"$gte": BEGUN, "$lte": BEGUN}},
    {"created_at": {"$gte": datetime.datetime(2023, 11, 14, tzinfo=datetime.timezone.utc)}},
    {"created_at": {"$gte": datetime.datetime.fromtimestamp(BEGUN)}},  # noqa: DTZ006 (local time is what is tested)
    {"created_at": {"$regex": "^2023-11"}},
    {"heartbeat_at": {"$gt": BEGUN}, "updatedAt": {"$exists": True}},
    {"finished_at": None},
    {"$and": [{"state": "finished"}, {"config.lr": 0.1}]},
    {"$or": [{"state": "crashed"}, {"config.lr": 0.1}]},
    {"$nor": [{"state": "crashed"}, {"config.lr": 0.2}]},
    {"$not": {"state": "crashed"}},
    {"state": {"$not": {"$in": ["crashed", "failed"]}}},
    {"state": {"$not": re.compile("crash")}},
    {"$and": [{"$or": [{"state": "failed"}, {"tags": "v2"}]}, {"config.lr": {"$not": {"$gt": 1}}}]},
]

OTHERS: list[dict[str, Any]] = [
    {"state": "running"},
    {"state": "finished", "config.lr": 0.2},
    {"config.lr": {"$ne": 0.1}},
    {"config.lr": {"$gt": 0.1}},
    {"config.lr": "0.1"},
    {"config.lr": {"$gt": "0"}},
    {"config.lr": {"$lt": None}},
    {"config.lr": {"$exists": False}},
    {"config.amp": 1},
    {"config.amp": {"$gt": 0}},
    {"config.optimizer": "adam"},
    {"config.optimizer": {"name": "adam"}},
    {"config.optimizer.betas.7": None, "state": "crashed"},
    {"config.layers": {"$gt": 64}},
    {"config.layers": {"$size": 1}},
    {"config.layers": {"$elemMatch": {"$gt": 40, "$lt": 60}}},
    {"config.layers": [32, 64]},
    {"config.absent": 0},
    {"config.absent": {"$gt": 0}},
    {"config.absent": {"$exists": True}},
    {"config.absent": {"$in": [1]}},
    {"summary.bad": {"$gt": 0}},
    {"summary.bad": {"$lte": 0}},
    {"summary.loss": NAN},
    {"tags": "base"},
    {"tags": {"$nin": ["v2"]}},
    {"tags": {"$ne": "v2"}},
    {"tags": {"$all": ["v2", "other"]}},
    {"tags": {"$all": []}},
    {"name": {"$ne": "abc123"}},
    {"display_name": "abc123"},
    {"display_name": {"$regex": "OTTER"}},
    {"archived": True},
    {"created_at": {"$gt": "2023-11-15"}},
    {"created_at": None},
    {"$and": [{"state": "finished"}, {"config.lr": 0.2}]},
    {"$or": [{"state": "crashed"}, {"config.lr": 0.2}]},
    {"$nor": [{"state": "crashed"}, {"config.lr": 0.1}]},
    {"$not": {"state": "finished"}},
]


@pytest.mark.parametrize("query", MATCHING, ids=str)
def test_run_matches(query: dict[str, Any]) -> None:
    """A query that says nothing but the truth of a run matches it."""
    assert compile_query(query)(RUN) is True


@pytest.mark.parametrize("query", OTHERS, ids=str)
def test_run_does_not_match(query: dict[str, Any]) -> None:
    """A query that says something false of a run does not match it."""
    assert compile_query(query)(RUN) is False


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"confg.lr": 1}, "no field 'confg.lr' (did you mean 'config'?)"),
        ({"state.x": 1}, "no field 'state.x'"),
        ({"config.lr": {"$above": 1}}, "unknown operator '$above'; for a field there are $eq"),
        ({"config.lr": {"$gt": 1, "x": 2}}, "unknown operator 'x'"),
        ({"$xor": []}, "unknown operator '$xor'; between fields there are $and"),
        ({"$or": {"state": "x"}}, "$or takes a list of filters"),
        ({"$and": []}, "$and takes a list of filters"),
        ({"$or": ["state"]}, "filters are a dict"),
        ({"tags": {"$in": "v2"}}, "$in and $nin takes a list, got 'v2'"),
        ({"tags": {"$all": 3}}, "$all takes a list"),
        ({"tags": {"$size": "2"}}, "$size takes a number"),
        ({"tags": {"$type": "list"}}, "$type knows null"),
        ({"tags": {"$elemMatch": 3}}, "$elemMatch takes a dict"),
        ({"name": {"$regex": "["}}, "'[' is no regular expression"),
        ({"name": {"$regex": "a", "$options": "q"}}, "$options knows the letters i, m, s, x"),
        ({"name": {"$options": "i"}}, "unknown operator '$options'"),
        ({"created_at": "yesterday"}, "'yesterday' is no moment: give ISO text"),
        ({"created_at": {"$gt": [1]}}, "[1] is no moment"),
        ({3: 4}, "got the key 3"),
        ([("state", "finished")], "filters are a dict such as"),
    ],
    ids=str,
)
def test_wrong_query_says_what_is_wrong(query: Any, message: str) -> None:
    """A query that cannot be right is refused before any run is looked at, by what is wrong in it."""
    with pytest.raises(UsageError, match=re.escape(message)):
        compile_query(query)


def test_unknown_field_lists_the_known() -> None:
    """The error for an unknown field names all fields."""
    with pytest.raises(UsageError) as caught:
        compile_query({"nonsense": 1})
    assert all(name in str(caught.value) for name in NAMES)


def test_time_that_is_no_number_matches_nothing() -> None:
    """A run whose times are NaN is as one without times."""
    run = RunState(id="r", project="p", path=Path(), state="finished", start_time=NAN)
    assert not compile_query({"created_at": {"$gt": 0}})(run)
    assert compile_query({"created_at": None})(run)


def test_mentions_looks_everywhere() -> None:
    """`mentions` finds a field at any depth of a query."""
    assert mentions({"$or": [{"state": "x"}, {"$not": {"archived": True}}]}, "archived")
    assert not mentions({"$or": [{"state": "archived"}]}, "archived")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=2)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@given(value=ANYTHING, operand=ANYTHING, name=st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]))
def test_comparisons_never_raise(value: Any, operand: Any, name: str) -> None:
    """Values of any two kinds can be compared; the answer is yes or no."""
    run = RunState(id="r", project="p", path=Path(), state="finished", config={"x": value})
    assert compile_query({"config.x": {name: operand}})(run) in (True, False)


@given(value=SCALARS, operand=SCALARS)
def test_less_equal_and_greater_exclude_each_other(value: Any, operand: Any) -> None:
    """Of two values that are comparable exactly one of <, =, > holds; of others none but = may."""
    run = RunState(id="r", project="p", path=Path(), state="finished", config={"x": value})
    holds = [compile_query({"config.x": {name: operand}})(run) for name in ("$lt", "$eq", "$gt")]
    assert sum(holds) <= 1
    if isinstance(value, str) and isinstance(operand, str):
        assert sum(holds) == 1
