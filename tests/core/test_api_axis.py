"""`trailmark.api.axis`: metrics that others are drawn over."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from api_support import START, Journal, Recorder
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.api.run import Run

NAN = float("nan")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """Give a run without journals yet."""
    return Recorder(tmp_path)


@pytest.fixture
def journal(recorder: Recorder) -> Journal:
    """Give the first journal of the run."""
    return recorder.journal()


def columns(run: Run, *names: str, **arguments: Any) -> list[tuple[Any, ...]]:
    """Return columns of the history, row by row."""
    found = run.history(format="rows", **arguments)
    return [tuple(row.get(name) for name in names) for row in found]


def test_metric_as_axis_carries_its_last_value(recorder: Recorder, journal: Journal) -> None:
    """A row without the metric takes the value before it, and rows before its first value are left out."""
    journal.log(0, {"loss": 0.9})
    journal.log(1, {"epoch": 1})
    journal.log(2, {"loss": 0.8})
    journal.log(3, {"loss": 0.7, "epoch": 2})
    journal.log(4, {"loss": 0.6})
    run = recorder.read()
    assert columns(run, "_step", "epoch", "loss", keys="loss", x_axis="epoch") == [
        (2, 1, 0.8),
        (3, 2, 0.7),
        (4, 2, 0.6),
    ]
    assert columns(run, "_step", "epoch", "loss", x_axis="epoch") == [
        (1, 1, None),
        (2, 1, 0.8),
        (3, 2, 0.7),
        (4, 2, 0.6),
    ]
    assert [*run.history("loss", x_axis="epoch", format="numpy")][3:] == ["epoch", "loss"]


def test_rows_are_in_order_of_the_axis(recorder: Recorder, journal: Journal) -> None:
    """Rows are ordered by the axis, NaN last, and equal ones keep the order of their steps."""
    for step, (x, y) in enumerate([(3.0, 0), (NAN, 1), (1.0, 2), (3.0, 3), (-math.inf, 4)]):
        journal.log(step, {"x": x, "y": y})
    found = columns(recorder.read(), "y", x_axis="x")
    assert found == [(4,), (2,), (0,), (3,), (1,)]


def test_axis_of_text_and_of_mixed_values(recorder: Recorder, journal: Journal) -> None:
    """Text orders rows too; values without an order are an error."""
    for step, x in enumerate(["b", "a"]):
        journal.log(step, {"x": x, "y": step})
    run = recorder.read()
    assert columns(run, "y", x_axis="x") == [(1,), (0,)]
    journal.log(2, {"x": 3, "y": 2})
    with pytest.raises(UsageError, match="x_axis='x' holds values that have no order"):
        run.history(x_axis="x")


def test_axis_that_was_never_logged_has_no_rows(recorder: Recorder, journal: Journal) -> None:
    """No value of the axis is made up, so there is nothing to show."""
    journal.log(0, {"loss": 1.0})
    run = recorder.read()
    assert run.history(["loss"], x_axis="never", format="rows") == []
    assert run.history(x_axis="never", format="rows") == []


def test_axis_of_one_rank_lends_nothing_to_another(recorder: Recorder, journal: Journal) -> None:
    """The value that is carried on is of the same rank, and with `attempts` of the same attempt."""
    journal.log(0, {"epoch": 7})
    journal.log(1, {"loss": 0})
    journal.kill()
    recorder.journal(rank=1).log(2, {"loss": 1})
    recorder.journal(attempt=2).log(3, {"loss": 2})
    run = recorder.read()
    assert columns(run, "epoch", "loss", keys="loss", x_axis="epoch", rank=None) == [(7, 0), (7, 2)]
    assert columns(run, "epoch", "loss", keys="loss", x_axis="epoch", attempts=True) == [(7, 0)]


def test_time_as_axis(recorder: Recorder, journal: Journal) -> None:
    """`_timestamp` and `_runtime` order rows as they happened."""
    journal.log(1, {"a": 1}, time=START + 5)
    journal.log(0, {"a": 0}, time=START + 9)
    run = recorder.read()
    assert columns(run, "a", x_axis="_timestamp") == columns(run, "a", x_axis="_runtime") == [(1,), (0,)]


def test_step_metric_is_filled_in(recorder: Recorder, journal: Journal) -> None:
    """A row of a metric with step_sync takes the last value of its step metric, and never a made up 0."""
    journal.metric("val/*", step_metric="epoch", step_sync=True)
    journal.log(0, {"val/acc": 0.1})
    journal.log(1, {"epoch": 1, "lr": 3})
    journal.log(2, {"val/acc": 0.2})
    journal.log(3, {"lr": 4})
    run = recorder.read()
    assert columns(run, "val/acc", "epoch") == [(0.1, None), (None, 1), (0.2, 1), (None, None)]
    assert columns(run, "val/acc", "epoch", keys=["val/acc", "epoch"]) == [(0.1, None), (None, 1), (0.2, 1)]
    filled = run.history(["val/acc", "epoch"], format="numpy")["epoch"]
    assert [str(value) for value in filled] == ["nan", "1.0", "1.0"]


def test_step_metric_is_not_filled_in_without_step_sync(recorder: Recorder, journal: Journal) -> None:
    """Without step_sync, and in `scan_history`, rows have what was logged."""
    journal.metric("acc", step_metric="epoch")
    journal.log(1, {"epoch": 1})
    journal.log(2, {"acc": 0.2})
    run = recorder.read()
    assert columns(run, "acc", "epoch") == [(None, 1), (0.2, None)]
    journal.metric("acc", step_sync=True)
    assert columns(run, "acc", "epoch") == [(None, 1), (0.2, 1)]
    assert "epoch" not in [*run.scan_history()][1]


def test_metric_that_is_its_own_step_metric_is_left_alone(recorder: Recorder, journal: Journal) -> None:
    """A glob that also matches the step metric does not fill it where nothing else needs it."""
    journal.metric("*", step_metric="epoch", step_sync=True)
    journal.log(0, {"epoch": 1})
    journal.log(1, {"acc": 1.0})
    assert columns(recorder.read(), "epoch") == [(1,), (1,)]
