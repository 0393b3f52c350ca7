"""What there is to show of a project: columns of config and summary, series, words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trailmark
from trailmark.server.store.columns import Column, Offers, project_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.server.index.indexer import Indexer


def test_columns_are_leaves_of_config_and_summary(begin: Callable[..., Run], index: Indexer) -> None:
    """Mappings are columns for each value in them; each column tells how many runs have it and of which kinds it is."""
    first = {"lr": 0.1, "n": 1, "on": True, "name": "a", "none": None, "list": [1], "opt": {"b": {"c": 1}}, "empty": {}}
    second = {"lr": "auto", "n": 2**70, "opt": {"b": 5}, "text": "x" * 300, "many": list(range(100))}
    for config in (first, second):
        begin(config=config).finish()
    index.catch_up()
    with index.database.read() as connection:
        found = project_columns(connection, "p").config
    assert found == [
        Column("config.empty", 1, ["object"]),
        Column("config.list", 1, ["list"]),
        Column("config.lr", 2, ["number", "text"]),
        Column("config.many", 1, ["list"]),
        Column("config.n", 2, ["number"]),
        Column("config.name", 1, ["text"]),
        Column("config.none", 1, ["null"]),
        Column("config.on", 1, ["bool"]),
        Column("config.opt.b", 1, ["number"]),
        Column("config.opt.b.c", 1, ["number"]),
        Column("config.text", 1, ["text"]),
    ]


def test_keys_are_the_series_of_all_runs(begin: Callable[..., Run], index: Indexer) -> None:
    """A series tells its runs, its points, the kinds of its objects, and what was defined of it."""
    for count in (2, 3):
        run = begin()
        run.define_metric("epoch", hidden=True)
        run.define_metric("val/*", step_metric="epoch", goal="minimize", summary="min")
        for number in range(count):
            run.log({"val/loss": 1.0, "epoch": number, "weights": trailmark.Histogram([1.0, 2.0]), "said": "hello"})
        run.finish()
    index.catch_up()
    with index.database.read() as connection:
        found = {(key.key, key.kind): key for key in project_columns(connection, "p").keys if key.stream == "history"}
    assert set(found) == {("val/loss", "number"), ("epoch", "number"), ("weights", "object"), ("said", "object")}
    loss = found["val/loss", "number"]
    assert (loss.runs, loss.points, loss.step_metric, loss.goal, loss.hidden) == (2, 5, "epoch", "minimize", False)
    assert found["epoch", "number"].hidden
    assert found["weights", "object"].types == ["histogram"]
    assert found["said", "object"].types == ["text"]


def test_words_are_those_of_all_runs(begin: Callable[..., Run], index: Indexer) -> None:
    """Tags, groups and job types come once each, in order."""
    begin(tags=["b", "a"], group="g2", job_type="train").finish()
    begin(tags=["a", "c"], group="g1").finish()
    index.catch_up()
    with index.database.read() as connection:
        found = project_columns(connection, "p")
    assert (found.tags, found.groups, found.job_types) == (["a", "b", "c"], ["g1", "g2"], ["train"])


def test_a_deleted_run_has_no_say(begin: Callable[..., Run], index: Indexer, root: Path) -> None:
    """What only a deleted run has is not offered."""
    begin(id="gone", config={"only": 1}, tags=["only"]).finish()
    begin(config={"lr": 1}).finish()
    run = trailmark.Api(root).run("p/gone")
    run.deleted = True
    run.update()
    index.catch_up()
    with index.database.read() as connection:
        found = project_columns(connection, "p")
    assert [column.name for column in found.config] == ["config.lr"]
    assert found.tags == []


def test_kept_offers_are_those_of_now(begin: Callable[..., Run], index: Indexer, root: Path) -> None:
    """What was counted once is not what counts, when runs came, wrote, ended, changed or were deleted since."""
    offers = Offers()

    def check() -> None:
        index.catch_up()
        with index.database.read() as connection:
            for _ in range(2):
                assert project_columns(connection, "p", offers) == project_columns(connection, "p")

    check()
    first = begin(id="first", config={"lr": 0.1, "opt": {"b": 1}}, tags=["a"], group="g")
    first.define_metric("loss", goal="minimize")
    first.log({"loss": 1.0})
    check()
    begin(id="second", config={"lr": "auto", "opt": {"c": 1}}, tags=["b"], reinit="create_new").finish()
    check()
    first.log({"loss": 0.5, "acc": 1})
    check()
    first.finish()
    check()
    run = trailmark.Api(root).run("p/second")
    run.tags, run.config["lr"] = ["c"], {"base": 1}
    run.update()
    check()
    run.deleted = True
    run.update()
    check()
    with index.database.read() as connection:
        found = project_columns(connection, "p", offers)
    assert [column.name for column in found.config] == ["config.lr", "config.opt.b"]
    assert (found.tags, found.groups) == (["a"], ["g"])
    assert {(key.key, key.points, key.goal) for key in found.keys if key.stream == "history"} == {
        ("loss", 2, "minimize"),
        ("acc", 1, None),
    }
