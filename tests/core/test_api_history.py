"""`trailmark.api.history` and `.axis`: what can be asked of a history."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from api_support import Journal, Recorder
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


@pytest.fixture
def run(recorder: Recorder, journal: Journal) -> Run:
    """Give a run of a hundred steps."""
    for step in range(100):
        journal.log(step, {"loss": 1.0 / (step + 1), "acc": step / 100})
        if step % 10 == 9:
            journal.log(step, {"epoch": step // 10})
    return recorder.read()


def test_columns_are_in_order_of_first_appearance(run: Run) -> None:
    """The steps and times come first, then the keys as they were first logged."""
    assert [*run.history(format="numpy")] == ["_step", "_runtime", "_timestamp", "loss", "acc", "epoch"]


def test_asked_keys_come_in_the_order_asked(run: Run) -> None:
    """With keys there are those columns, and the rows that hold any of them."""
    arrays = run.history(["epoch", "loss", "epoch"], format="numpy")
    assert [*arrays] == ["_step", "_runtime", "_timestamp", "epoch", "loss"]
    assert len(arrays["loss"]) == 100
    assert len(run.history("epoch", format="rows")) == 10


def test_names_of_the_fixed_columns_may_be_asked_for(run: Run) -> None:
    """Asking for `_step` and the like changes nothing, as they are always there."""
    assert [*run.history(["_step", "epoch", "_timestamp"], format="numpy")] == [
        "_step",
        "_runtime",
        "_timestamp",
        "epoch",
    ]
    assert run.history(["_step"], format="rows") == columns_of_steps(run)
    assert [row["_step"] for row in run.scan_history(["_step"])] == [*range(100)]


def columns_of_steps(run: Run) -> list[dict[str, Any]]:
    """Return the fixed columns of all rows."""
    return [{name: row[name] for name in ("_step", "_runtime", "_timestamp")} for row in run.history(pandas=False)]


def test_unknown_key_gives_no_rows(run: Run) -> None:
    """A key that was never logged has a column and no rows."""
    arrays = run.history(["typo"], format="numpy")
    assert [*arrays] == ["_step", "_runtime", "_timestamp", "typo"]
    assert len(arrays["typo"]) == 0
    assert [*run.scan_history(["typo"])] == []


def test_both_orders_of_arguments(run: Run) -> None:
    """W&B's first argument is the number of samples, and ours the keys; both are understood."""
    assert len(run.history(7, format="rows")) <= 7
    expected = run.history(["loss"], 7, format="rows")
    assert [*expected[0]] == ["_step", "_runtime", "_timestamp", "loss"]
    assert run.history(7, ["loss"], format="rows") == expected
    assert run.history(samples=7, keys=["loss"], format="rows") == expected
    assert run.history(None, ["loss"], format="rows") == run.history(["loss"], format="rows")


@pytest.mark.extra
def test_pandas_is_the_default(run: Run) -> None:
    """Unless told otherwise history is a pandas DataFrame."""
    frame = run.history()
    assert [*frame.columns] == ["_step", "_runtime", "_timestamp", "loss", "acc", "epoch"]
    assert frame.equals(run.history(format="pandas"))
    assert len(frame) == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "csv"}, "format is one of pandas, polars, numpy, rows, got 'csv'"),
        ({"stream": "logs"}, "stream is 'default' or 'system', got 'logs'"),
        ({"rank": "first"}, "rank is a number, or None or 'all'"),
        ({"rank": True}, "rank is a number, or None or 'all'"),
        ({"samples": 0}, "samples is a number of rows, at least 1, got 0"),
        ({"keys": 5, "samples": 5}, "history takes keys (names) and samples (a number)"),
        ({"keys": [3]}, "keys are names of logged values, got 3"),
        ({"samples": True, "keys": "a"}, "samples is a number of rows"),
    ],
)
def test_wrong_argument_is_refused(run: Run, arguments: dict[str, Any], message: str) -> None:
    """An argument that cannot be right is refused by name."""
    with pytest.raises(UsageError, match=re.escape(message)):
        run.history(**arguments)


@pytest.mark.extra
def test_history_of_a_run_that_logged_nothing(recorder: Recorder, journal: Journal) -> None:
    """An empty history has its fixed columns, in each format."""
    journal.log(0, {})
    run = recorder.read()
    assert [*run.history().columns] == [*run.history(format="polars").columns] == ["_step", "_runtime", "_timestamp"]
    assert run.history(format="numpy")["_step"].dtype == np.int64
    assert run.history(pandas=False) == []
    assert run.history(x_axis="loss", samples=10, format="rows") == []


def test_live_run_shows_what_was_added(recorder: Recorder, journal: Journal) -> None:
    """A second call shows rows, and attempts, that were written since the first."""
    journal.log(0, {"a": 0})
    run = recorder.read()
    assert run.series("a").value.tolist() == [0]
    journal.log(1, {"a": 1})
    assert run.series("a").value.tolist() == [0, 1]
    recorder.journal(attempt=2).log(1, {"a": 11})
    assert run.series("a").value.tolist() == [0, 11]


def test_scan_is_lossless(recorder: Recorder, journal: Journal) -> None:
    """Every kind of value comes back as it was logged."""
    values = {"nan": NAN, "inf": -math.inf, "huge": 2**70, "bytes": b"\x00\xff", "tiny": 5e-324, "list": [1, [2.5]]}
    journal.log(0, values)
    [row] = recorder.read().scan_history()
    assert math.isnan(row.pop("nan"))
    del values["nan"]
    assert {key: row[key] for key in values} == values
    assert [*row][:3] == ["_step", "_runtime", "_timestamp"]


def test_scan_pages_and_steps(run: Run) -> None:
    """Pages do not matter; `max_step` itself is left out, as by W&B."""
    steps = [row["_step"] for row in run.scan_history(["loss"], page_size=7, min_step=20, max_step=55)]
    assert steps == [*range(20, 55)]
    with pytest.raises(UsageError, match="page_size is at least 1"):
        run.scan_history(page_size=0)


def test_scan_gives_rows_that_hold_any_of_the_keys(run: Run) -> None:
    """A row that lacks one of the keys has None for it; W&B drops such rows."""
    rows = [*run.scan_history(["epoch", "loss"])]
    assert len(rows) == 100
    assert rows[0]["epoch"] is None
    assert rows[9]["epoch"] == 0
    assert "acc" not in rows[0]


def test_scan_of_all_ranks_names_them(recorder: Recorder, journal: Journal) -> None:
    """Rows of all ranks carry their rank."""
    journal.log(0, {"a": 0})
    recorder.journal(rank=3).log(0, {"a": 3})
    assert [(row["_rank"], row["a"]) for row in recorder.read().scan_history(rank="all")] == [(0, 0), (3, 3)]
