"""Run queries on the index find what `trailmark.Api` finds, page it and group it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark.errors import UsageError
from trailmark.server.store.runs import Brief, RunQuery, find_run, query_runs
from trailmark.server.store.values import Columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer

MODELS = ("vit", "mlp", "vit", None, "mlp", "vit")
LOSSES = (0.5, 0.1, math.nan, 0.3, 2.0, None)


@pytest.fixture
def runs(begin: Callable[..., Run], index: Indexer) -> Indexer:
    """Return the index of six runs of project p."""
    for number, (model, loss) in enumerate(zip(MODELS, LOSSES, strict=True)):
        config: dict[str, Any] = {"number": number, "optimizer": {"lr": 10.0**-number, "name": "adam"}}
        if model is not None:
            config["model"] = model
        tags = ["odd"] if number % 2 else ["even", "first"] if number == 0 else ["even"]
        run = begin(
            id=f"r{number}", name=f"name-{number}", config=config, tags=tags, group=model, notes=f"note {number}"
        )
        if loss is not None:
            run.log({"val/loss": loss, "epoch": number})
        run.finish()
    index.catch_up()
    return index


def ask(index: Indexer, kept: Columns | None = None, **parts: Any) -> list[str]:
    """Return the ids that a query finds, in order."""
    with index.database.read() as connection:
        page = query_runs(connection, RunQuery(project="p", **parts), kept)
        return [brief.row.id for brief in page.runs]


def briefs(index: Indexer, **parts: Any) -> list[Brief]:
    """Return the runs that a query finds."""
    with index.database.read() as connection:
        return query_runs(connection, RunQuery(project="p", **parts)).runs


FILTERS: list[dict[str, Any]] = [
    {},
    {"config.model": "vit"},
    {"config.model": None},
    {"config.model": {"$exists": False}},
    {"config.optimizer.lr": {"$lt": 0.01}},
    {"config.optimizer": {"$exists": True}},
    {"config.optimizer.name": {"$regex": "^AD", "$options": "i"}},
    {"config.lr.value": {"$exists": False}},
    {"config": {"$type": "object"}},
    {"summary.val/loss": {"$gte": 0.1, "$lt": 1}},
    {"summary.val/loss": math.nan},
    {"summary_metrics.epoch": {"$in": [1, 3]}},
    {"state": "finished", "tags": "odd"},
    {"tags": {"$all": ["even", "first"]}},
    {"$or": [{"name": "r1"}, {"display_name": {"$regex": "name-[45]"}}]},
    {"$nor": [{"group": "vit"}, {"config.number": {"$gt": 3}}]},
    {"$not": {"config.model": "mlp"}},
    {"environment.nothing": {"$exists": True}},
    {"environment": {"$type": "object"}},
    {"user": {"$exists": False}},
    {"created_at": {"$gt": "2020-01-01"}},
    {"notes": {"$regex": "note [0-2]"}},
    {"archived": {"$in": [True, False]}},
]
ORDERS = [
    "+created_at",
    "-config.number",
    "+summary.val/loss",
    "-summary.val/loss",
    "config.model,-config.optimizer.lr",
    "-name",
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_find_what_the_api_finds(runs: Indexer, root: Path, filters: dict[str, Any]) -> None:
    """Reading of a run only what a filter mentions changes nothing of what it finds."""
    expected = [run.id for run in trailmark.Api(root).runs("p", filters, order="+created_at")]
    assert ask(runs, filters=filters, order="+created_at") == expected


@pytest.mark.parametrize("order", ORDERS)
def test_orders_are_those_of_the_api(runs: Indexer, root: Path, order: str) -> None:
    """NaN comes after numbers and missing values last, whichever way."""
    assert ask(runs, order=order) == [run.id for run in trailmark.Api(root).runs("p", order=order)]


def test_a_page_is_a_part_of_the_whole(runs: Indexer) -> None:
    """Pages follow one another without holes, and each knows how many there are in all."""
    whole = ask(runs, order="+config.number")
    assert whole == [f"r{number}" for number in range(6)]
    assert [ask(runs, order="+config.number", offset=begin, limit=4) for begin in (0, 4, 8)] == [
        whole[:4],
        whole[4:],
        [],
    ]
    with runs.database.read() as connection:
        assert query_runs(connection, RunQuery(project="p", limit=0)).total == 6


def test_columns_have_what_a_run_has_and_no_more(runs: Indexer) -> None:
    """A value is the one that was logged, NaN too; a run that lacks one lacks the column."""
    columns = [
        "config.optimizer.lr",
        "config.optimizer",
        "summary.val/loss",
        "config.nothing",
        "state",
        "host",
        "runtime",
    ]
    found = {brief.row.id: brief.columns for brief in briefs(runs, columns=columns)}
    assert found["r1"]["config.optimizer.lr"] == 0.1
    assert found["r1"]["config.optimizer"] == {"lr": 0.1, "name": "adam"}
    assert math.isnan(found["r2"]["summary.val/loss"])
    assert "summary.val/loss" not in found["r5"]
    assert "config.nothing" not in found["r1"]
    assert found["r1"]["state"] == "finished"


def test_search_looks_at_all_that_names_a_run(runs: Indexer) -> None:
    """Name, id, tags, notes and group are searched, in small and capital letters."""
    found = [ask(runs, search=text, order="+config.number") for text in ("NAME-3", "^r4$", "first", "note [12]", "vit")]
    assert found == [["r3"], ["r4"], ["r0"], ["r1", "r2"], ["r0", "r2", "r5"]]


def test_ids_choose_among_runs(runs: Indexer) -> None:
    """Only those that are named are found, and unknown ones are no fault."""
    assert sorted(ask(runs, ids=["r1", "r4", "nobody"])) == ["r1", "r4"]


def test_archived_and_deleted_runs_are_hidden_until_they_are_asked_for(runs: Indexer, root: Path) -> None:
    """Each is shown by its own switch, or by a filter that mentions it."""
    for run_id, field in (("r1", "archived"), ("r2", "deleted")):
        run = trailmark.Api(root).run(f"p/{run_id}")
        setattr(run, field, True)
        run.update()
    runs.catch_up()
    assert sorted(ask(runs)) == ["r0", "r3", "r4", "r5"]
    assert "r1" in ask(runs, archived=True)
    assert "r2" not in ask(runs, archived=True)
    assert "r2" in ask(runs, deleted=True)
    assert ask(runs, filters={"archived": True}) == ["r1"]


def test_groups_come_in_the_order_of_their_first_runs(runs: Indexer) -> None:
    """A group has its runs, its values, and the spread of the numbers that are finite."""
    query = RunQuery(
        project="p", group_by=["config.model"], order="+config.number", columns=["summary.val/loss", "state"]
    )
    with runs.database.read() as connection:
        page = query_runs(connection, query)
    assert page.groups is not None
    assert [(group.values, group.ids) for group in page.groups] == [
        (["vit"], ["r0", "r2", "r5"]),
        (["mlp"], ["r1", "r4"]),
        ([None], ["r3"]),
    ]
    assert page.total == 3
    assert page.groups[1].columns == {"summary.val/loss": (1.05, 0.1, 2.0)}
    assert page.groups[0].columns == {"summary.val/loss": (0.5, 0.5, 0.5)}


@pytest.mark.parametrize(("group", "expected"), [(["mlp"], ["r1", "r4"]), ([None], ["r3"]), (["nobody"], [])])
def test_one_group_is_asked_for_by_its_values(runs: Indexer, group: list[Any], expected: list[str]) -> None:
    """With the values of a group its runs are found; null means that they lack the value."""
    assert ask(runs, group_by=["config.model"], group=group, order="+config.number") == expected


@pytest.mark.parametrize(
    "parts",
    [
        {"filters": {"nothing": 1}},
        {"filters": {"config.a": {"$where": "1"}}},
        {"filters": {"$expr": {}}},
        {"filters": {"name": {"$regex": "("}}},
        {"filters": {"name": {"$regex": ["a"]}}},
        {"filters": {"name": {"$regex": "a", "$options": "q"}}},
        {"search": "["},
        {"order": "nothing"},
        {"order": ""},
        {"columns": ["nothing"]},
        {"group_by": ["nothing"]},
        {"group_by": ["state"], "group": []},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(runs: Indexer, parts: dict[str, Any]) -> None:
    """An unknown field, operator or expression is an error that says so."""
    with pytest.raises(UsageError):
        ask(runs, **parts)


def test_kept_columns_follow_what_changes(runs: Indexer, begin: Callable[..., Run], root: Path) -> None:
    """What was kept of a column is not what it was, once a run changed, came or went."""
    kept = Columns()
    asked = {"filters": {"config.number": {"$gte": 4}}, "order": "+config.number"}
    assert ask(runs, kept, **asked) == ["r4", "r5"]
    run = trailmark.Api(root).run("p/r0")
    run.config["number"] = 40
    run.update()
    begin(id="r9", config={"number": 9}).finish()
    trailmark.Api(root).run("p/r5").delete()
    runs.catch_up()
    assert ask(runs, kept, **asked) == ["r4", "r9", "r0"]
    run = trailmark.Api(root).run("p/r0")
    del run.config["number"]
    run.update()
    runs.catch_up()
    assert ask(runs, kept, **asked) == ["r4", "r9"]


def test_few_kept_values_are_enough(runs: Indexer) -> None:
    """Where nothing may be kept, everything is read anew and found."""
    kept = Columns(most=0)
    for _ in range(2):
        assert ask(runs, kept, filters={"config.number": 3}) == ["r3"]


def test_large_integers_and_bytes_come_back(begin: Callable[..., Run], index: Indexer) -> None:
    """Values that MessagePack and JSON have no form for are what they were."""
    run = begin(id="large", config={"seed": 2**80, "small": 2**63})
    run.finish()
    index.catch_up()
    (found,) = briefs(index, columns=["config.seed", "config.small"])
    assert found.columns == {"config.seed": 2**80, "config.small": 2**63}


def test_a_run_is_found_by_project_and_id(runs: Indexer) -> None:
    """A row is whole, and a run that is not there is None."""
    with runs.database.read() as connection:
        row = find_run(connection, "p", "r1")
        assert row is not None
        assert row.name == "name-1"
        assert find_run(connection, "q", "r1") is None


def test_columns_of_every_kind_are_what_api_has(begin: Callable[..., Run], index: Indexer) -> None:
    """A column that some runs lack, that is inside a mapping in some, or that has a dot in its name, is as logged."""
    configs: list[dict[str, Any]] = [
        {"lr": 0.1, "opt": {"b.c": 1, "d": [1]}, "odd": math.inf},
        {"lr": 2**60, "opt.b.c": 2, "opt": {"d": None}},
        {"opt": 3, "lr": {"value": 5}},
    ]
    for number, config in enumerate(configs):
        run = begin(id=f"k{number}", config=config)
        run.log({"val.acc": number, "only": 1} if number else {"val": {"acc": 0.5}})
        run.finish()
    index.catch_up()
    names = ["config.lr", "config.lr.value", "config.opt", "config.opt.b.c", "config.opt.d", "config.odd"]
    names += ["summary.val.acc", "summary.only", "summary_metrics.only", "config.nobody"]
    found = briefs(index, columns=names, order="+created_at")
    assert [brief.columns for brief in found] == [
        {
            "config.lr": 0.1,
            "config.lr.value": 0.1,
            "config.opt": configs[0]["opt"],
            "config.opt.b.c": 1,
            "config.opt.d": [1],
            "config.odd": math.inf,
            "summary.val.acc": 0.5,
        },
        {
            "config.lr": 2**60,
            "config.lr.value": 2**60,
            "config.opt": {"d": None},
            "config.opt.b.c": 2,
            "config.opt.d": None,
            "summary.val.acc": 1,
            "summary.only": 1,
            "summary_metrics.only": 1,
        },
        {
            "config.lr": {"value": 5},
            "config.lr.value": 5,
            "config.opt": 3,
            "summary.val.acc": 2,
            "summary.only": 1,
            "summary_metrics.only": 1,
        },
    ]
