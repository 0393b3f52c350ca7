"""`define_metric`: what a metric is drawn over, and what its summary is."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import pytest

from trailmark import UsageError
from trailmark.journal.records import Metric
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run

ALL = "min,max,mean,first,last"


def summary(run: Run) -> dict[str, Any]:
    """Return the summary, which is the same in the run, in the open journal, and after `finish`."""
    own = run.summary.as_dict()
    state = load(run.path_on_disk)
    assert state is not None
    assert repr(state.summary) == repr(own)
    run.finish()
    state = load(run.path_on_disk)
    assert state is not None
    assert repr(state.summary) == repr(own)
    return own


def definitions(run: Run) -> dict[str, Metric]:
    """Return the definitions as a reader of the run sees them."""
    state = load(run.path_on_disk)
    assert state is not None
    return state.metrics


def test_aggregates(begin: Callable[..., Run]) -> None:
    """Each is what its name says, over all rows in their order; other keys keep their last value."""
    run = begin()
    run.define_metric("x", summary=ALL)
    for value in (2, 5.5, 1):
        run.log({"x": value, "y": value})
    assert summary(run) == {"x": {"min": 1, "max": 5.5, "mean": 8.5 / 3, "first": 2, "last": 1}, "y": 1}


@pytest.mark.parametrize("given", ["min, max", ["min", "max"], ("min", "max"), "min,max,"])
def test_several_aggregates(begin: Callable[..., Run], given: Any) -> None:
    """With commas, or as a list."""
    run = begin()
    run.define_metric("x", summary=given)
    run.log({"x": 1})
    assert summary(run) == {"x": {"min": 1, "max": 1}}


@pytest.mark.parametrize("where", [0, 1, 3])
def test_nan_is_left_out_and_counted(begin: Callable[..., Run], where: int) -> None:
    """NaN, first, in the middle or last, poisons no aggregate."""
    values: list[float] = [3.0, 1.0, 2.0]
    values.insert(where, math.nan)
    run = begin()
    run.define_metric("x", summary="min,max,mean")
    for value in values:
        run.log({"x": value})
    assert summary(run) == {"x": {"min": 1.0, "max": 3.0, "mean": 2.0, "nan": 1}}


def test_only_nan(begin: Callable[..., Run]) -> None:
    """Of no number there is no extreme, and no mean."""
    run = begin()
    run.define_metric("x", summary="min,mean,best")
    run.log({"x": math.nan})
    assert summary(run) == {"x": {"min": None, "mean": None, "best": None, "best_step": None, "at_best": {}, "nan": 1}}


def test_infinities_are_numbers(begin: Callable[..., Run]) -> None:
    """They are extremes like any other."""
    run = begin()
    run.define_metric("x", summary="min,max")
    for value in (1.0, math.inf, -math.inf):
        run.log({"x": value})
    assert summary(run) == {"x": {"min": -math.inf, "max": math.inf}}


def test_what_is_no_number(begin: Callable[..., Run]) -> None:
    """Text is a first and a last value, and no extreme."""
    run = begin()
    run.define_metric("x", summary=ALL)
    for value in ("a", 2, None):
        run.log({"x": value})
    assert summary(run) == {"x": {"min": 2, "max": 2, "mean": 2.0, "first": "a", "last": None}}


def test_large_integers_stay_exact(begin: Callable[..., Run]) -> None:
    """An extreme is the integer that was logged, whatever its size."""
    run = begin()
    run.define_metric("x", summary="min,max")
    for value in (2**70, 2**53 + 1):
        run.log({"x": value})
    assert summary(run) == {"x": {"min": 2**53 + 1, "max": 2**70}}


def test_none_keeps_a_key_out(begin: Callable[..., Run]) -> None:
    """`summary="none"` leaves the key out; its rows are there."""
    run = begin()
    run.define_metric("x", summary="none")
    run.log({"x": 1, "y": 2})
    assert summary(run) == {"y": 2}


def test_copy_is_accepted(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """W&B's old word means what happens anyway, and says so once."""
    run = begin()
    assert run.define_metric("x", summary="copy").summary == []
    assert run.define_metric("x", summary="copy,min").summary == ["min"]
    assert capsys.readouterr().err.count("what happens anyway") == 1


@pytest.mark.parametrize("order", list(itertools.permutations(["*", "val/*", "val/loss*", "val/*_x"])))
def test_the_most_specific_glob_holds_in_any_order(begin: Callable[..., Run], order: tuple[str, ...]) -> None:
    """The glob with the most letters wins, whenever it was defined."""
    wants = {"*": "first", "val/*": "min", "val/loss*": "max", "val/*_x": "mean"}
    run = begin()
    for name in order:
        run.define_metric(name, summary=wants[name])
    for value in (2.0, 1.0, 3.0):
        run.log({"other": value, "val/acc": value, "val/loss_y": value, "val/b_x": value})
    assert summary(run) == {
        "other": {"first": 2.0},
        "val/acc": {"min": 1.0},
        "val/loss_y": {"max": 3.0},
        "val/b_x": {"mean": 2.0},
    }


@pytest.mark.parametrize("name_first", [True, False])
def test_a_name_goes_before_globs(begin: Callable[..., Run], *, name_first: bool) -> None:
    """A key's own definition holds even if a glob comes later."""
    run = begin()
    for name, wants in sorted({"loss": "max", "loss*": "min"}.items(), reverse=not name_first):
        run.define_metric(name, summary=wants)
    run.log({"loss": 1})
    assert summary(run) == {"loss": {"max": 1}}


def test_of_equally_specific_globs_the_last_holds(begin: Callable[..., Run]) -> None:
    """It is the order of the script that decides, and not chance."""
    run = begin()
    run.define_metric("a*", summary="min")
    run.define_metric("*b", summary="max")
    run.log({"ab": 1})
    assert summary(run) == {"ab": {"max": 1}}


def test_the_star_is_the_only_wildcard(begin: Callable[..., Run]) -> None:
    """Brackets and question marks stand for themselves, and the star for slashes and dots, too."""
    run = begin()
    run.define_metric("a[0]?*", summary="min")
    run.define_metric("deep*", summary="max")
    run.log({"a[0]?x": 1, "a0zx": 2, "deep": {"er": {"loss": 3}}})
    assert summary(run) == {"a[0]?x": {"min": 1}, "a0zx": 2, "deep.er.loss": {"max": 3}}


def test_a_backslash_before_a_dot(begin: Callable[..., Run]) -> None:
    """W&B wants it for keys that hold a dot; here both spellings mean the key."""
    run = begin()
    run.define_metric("a\\.b", summary="min", step_metric="s\\.t")
    run.define_metric("c.d", summary="max")
    run.log({"a.b": 1, "c": {"d": 2}})
    assert definitions(run)["a.b"].step_metric == "s.t"
    assert summary(run) == {"a.b": {"min": 1}, "c.d": {"max": 2}}


def test_a_glob_leaves_private_keys_alone(begin: Callable[..., Run]) -> None:
    """Keys that begin with an underscore are not aggregated, as in W&B."""
    run = begin()
    run.define_metric("*", summary="min")
    run.log({"_private": 1, "x": 1})
    assert summary(run) == {"_private": 1, "x": {"min": 1}}


def test_definitions_hold_for_the_rows_after_them(begin: Callable[..., Run]) -> None:
    """What was logged before is not looked at again."""
    run = begin()
    run.log({"x": 1})
    run.define_metric("x", summary="min")
    assert run.summary["x"] == 1
    run.log({"x": 5})
    assert summary(run) == {"x": {"min": 5}}


@pytest.mark.parametrize(("goal", "best"), [(None, 0), ("minimize", 0), ("min", 0), ("maximize", 2), ("max", 2)])
def test_best_keeps_its_row(begin: Callable[..., Run], goal: str | None, best: int) -> None:
    """The best value comes with its step and all that was logged there; the smallest is best by default."""
    run = begin()
    run.define_metric("x", summary="best", goal=goal)
    values = [1.0, 2.0, 3.0]
    for value in values:
        run.log({"x": value, "y": -value, "note": f"n{value:g}"})
    assert summary(run)["x"] == {
        "best": values[best],
        "best_step": best,
        "at_best": {"x": values[best], "y": -values[best], "note": f"n{values[best]:g}"},
    }


def test_best_has_all_rows_of_its_step(begin: Callable[..., Run]) -> None:
    """What is logged at the step before and after the best value, with `commit=False`, belongs to its row."""
    run = begin()
    run.define_metric("x", summary="best")
    for epoch, value in enumerate((3.0, 1.0, 2.0)):
        run.log({"epoch": epoch, "text": f"before {epoch}"}, commit=False)
        run.log({"x": value}, commit=False)
        run.log({"lr": value / 10})
    expected = {"epoch": 1, "text": "before 1", "x": 1.0, "lr": 0.1}
    assert summary(run)["x"] == {"best": 1.0, "best_step": 1, "at_best": expected}


def test_the_first_of_equally_good_rows_is_best(begin: Callable[..., Run]) -> None:
    """Only a better value takes the place."""
    run = begin()
    run.define_metric("x", summary="best", goal="maximize")
    for note in ("first", "second"):
        run.log({"x": 1, "note": note})
    assert summary(run)["x"]["at_best"]["note"] == "first"


def test_best_of_several_keys(begin: Callable[..., Run]) -> None:
    """Each key has a best row of its own."""
    run = begin()
    run.define_metric("loss", summary="best")
    run.define_metric("acc", summary="best,last", goal="maximize")
    for loss, acc in ((1.0, 0.5), (0.5, 0.9), (0.2, 0.7)):
        run.log({"loss": loss, "acc": acc})
    found = summary(run)
    assert found["loss"]["at_best"] == {"loss": 0.2, "acc": 0.7}
    assert found["acc"] == {"best": 0.9, "last": 0.7, "best_step": 1, "at_best": {"loss": 0.5, "acc": 0.9}}


def test_aggregates_go_on_after_a_resume(begin: Callable[..., Run]) -> None:
    """Those of both attempts are one."""
    for value in (2.0, 1.0):
        run = begin(id="r", resume="allow")
        run.define_metric("x", summary="min,max,mean,first,best")
        run.log({"x": value, "attempt": run.step})
        run.finish()
    state = load(run.path_on_disk)
    assert state is not None
    assert state.summary["x"] == {
        "min": 1.0,
        "max": 2.0,
        "mean": 1.5,
        "first": 2.0,
        "best": 1.0,
        "best_step": 1,
        "at_best": {"x": 1.0, "attempt": 1},
    }


def test_a_second_definition_adds(begin: Callable[..., Run]) -> None:
    """Without `overwrite` it says more of the metric; what it does not say stays."""
    run = begin()
    run.define_metric("x", step_metric="epoch", hidden=True, summary="min")
    run.define_metric("x", summary="max", goal="maximize")
    found = definitions(run)["x"]
    assert (found.step_metric, found.step_sync, found.hidden) == ("epoch", True, True)
    assert (found.summary, found.goal) == (["min", "max"], "maximize")


def test_overwrite_replaces(begin: Callable[..., Run]) -> None:
    """With `overwrite` only what is said now holds."""
    run = begin()
    run.define_metric("x", step_metric="epoch", hidden=True, summary="min")
    run.define_metric("x", summary="max", overwrite=True)
    found = definitions(run)["x"]
    assert (found.step_metric, found.step_sync, found.hidden, found.summary) == (None, False, False, ["max"])


def test_a_step_metric(begin: Callable[..., Run]) -> None:
    """It is recorded by name, given as a name or as a definition, and synced unless told otherwise."""
    run = begin()
    epoch = run.define_metric("epoch")
    assert run.define_metric("a", step_metric=epoch) == Metric(name="a", step_metric="epoch", step_sync=True)
    run.define_metric("b", step_metric="epoch", step_sync=False)
    run.define_metric("val/*", "epoch")
    found = definitions(run)
    assert {name: (found[name].step_metric, found[name].step_sync) for name in found} == {
        "epoch": (None, False),
        "a": ("epoch", True),
        "b": ("epoch", False),
        "val/*": ("epoch", True),
    }


def test_a_step_metric_invents_nothing(begin: Callable[..., Run]) -> None:
    """A row without its step metric is written as it is."""
    run = begin()
    run.define_metric("x", step_metric="epoch")
    run.log({"x": 1})
    assert summary(run) == {"x": 1}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": ""}, "name of a metric"),
        ({"name": 3}, "name of a metric"),
        ({"name": "x", "step_metric": "a*"}, "step_metric is the name of one metric"),
        ({"name": "x", "step_metric": 3}, "step_metric is the name of one metric"),
        ({"name": "x", "step_metric": ""}, "step_metric is the name of one metric"),
        ({"name": "x", "goal": "up"}, "goal is 'minimize' or 'maximize', got 'up'"),
        ({"name": "x", "goal": ["max"]}, "goal is"),
        ({"name": "x", "summary": "minimum"}, "summary may be min, max, .* got 'minimum'"),
        ({"name": "x", "summary": "copy,minimum"}, "got 'minimum'"),
        ({"name": "x", "summary": ["min", 3]}, "got '3'"),
        ({"name": "x", "summary": 3}, "got '3'"),
    ],
)
def test_what_is_refused(begin: Callable[..., Run], arguments: dict[str, Any], reason: str) -> None:
    """The error names the argument and what it may be; nothing is recorded."""
    run = begin()
    with pytest.raises(UsageError, match=reason):
        run.define_metric(**arguments)
    assert definitions(run) == {}
