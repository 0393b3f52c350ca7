"""`Run.log`: what is accepted, where a row goes, what is refused."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark.errors import LogTypeError, NoRunError, RunFinishedError, TooLargeError
from trailmark.journal.reader import Entry, Reader
from trailmark.journal.records import Row
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


def rows(run: Run) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows of a run's journal as they were written: step and data."""
    found = []
    for item in Reader(run.writer.path).read():
        if isinstance(item, Entry):
            if isinstance(item.record, Row) and item.record.stream == "history":
                found.append((item.offset, item.record.step, item.record.data))
        else:
            found += [
                (offset, row[3], dict(zip(part.layout.names, row[5:], strict=True)))
                for part in item
                if part.layout.stream == "history"
                for offset, row in zip(part.offsets.tolist(), part.array.tolist(), strict=True)
            ]
    return [(step, data) for _, step, data in sorted(found, key=lambda row: row[0])]


def test_rows_are_on_the_disk_when_log_returns(begin: Callable[..., Run]) -> None:
    """A row can be read while the run goes on, without a flush."""
    run = begin()
    for value in (0.5, 0.25):
        run.log({"loss": value, "n": 3, "ok": True})
    assert rows(run) == [(0, {"loss": 0.5, "n": 3, "ok": True}), (1, {"loss": 0.25, "n": 3, "ok": True})]


def test_step_machine(begin: Callable[..., Run]) -> None:
    """Each form of `log` puts its row where docs/logging.md says, and leaves the step it says."""
    run = begin()
    calls: list[tuple[dict[str, Any], int, int]] = [
        ({}, 0, 1),
        ({"commit": False}, 1, 1),
        ({"commit": True}, 1, 2),
        ({"step": 10}, 10, 10),
        ({}, 10, 11),
        ({"step": 11, "commit": True}, 11, 12),
        ({"step": 5}, 5, 12),
        ({"step": 5, "commit": True}, 5, 12),
        ({"step": -3}, -3, 12),
        ({"step": 12, "commit": False}, 12, 12),
    ]
    for number, (arguments, _, after) in enumerate(calls):
        run.log({"call": number}, **arguments)
        assert run.step == after
    assert rows(run) == [(step, {"call": number}) for number, (_, step, _) in enumerate(calls)]


def test_step_machine_is_the_same_for_values_that_are_no_numbers(begin: Callable[..., Run]) -> None:
    """A row with text follows the same steps as a packed one."""
    run = begin()
    calls: list[dict[str, Any]] = [{}, {"commit": False}, {"step": 7}, {"step": 7, "commit": True}, {"step": 2}, {}]
    for arguments in calls:
        run.log({"text": "a"}, **arguments)
    assert [step for step, _ in rows(run)] == [0, 1, 7, 7, 2, 8]


@pytest.mark.parametrize(
    "value",
    [1e-30, 2**63 - 1, -(2**63), 2**63, 2**70, -(2**70), math.inf, -math.inf, True, 0, -0.0, "text", "", None, b"\x00"],
)
def test_value_comes_back_as_it_went_in(begin: Callable[..., Run], value: Any) -> None:
    """Value and type survive, also of integers beyond 64 bits."""
    run = begin()
    run.log({"x": value})
    run.log({"x": value})
    (_, first), (_, second) = rows(run)
    assert first == second == {"x": value}
    assert type(first["x"]) is type(value)


def test_an_integer_beyond_64_bits_after_small_ones(begin: Callable[..., Run]) -> None:
    """A key set that was packed so far takes a row that cannot be packed, and goes on after it."""
    run = begin()
    for value in (1, 2**64, 3):
        run.log({"n": value})
    assert rows(run) == [(0, {"n": 1}), (1, {"n": 2**64}), (2, {"n": 3})]


def test_nan_is_kept(begin: Callable[..., Run]) -> None:
    """NaN is a value like any other."""
    run = begin()
    run.log({"x": math.nan})
    assert math.isnan(rows(run)[0][1]["x"])
    assert math.isnan(run.summary["x"])


def test_nested_mappings_become_dotted_keys(begin: Callable[..., Run]) -> None:
    """Nesting of any depth is flattened; an empty mapping stays one."""
    run = begin()
    run.log({"a": {"b": 1, "c": {"d": 2.5}}, "e": {}})
    assert rows(run) == [(0, {"a.b": 1, "a.c.d": 2.5, "e": {}})]


def test_numpy_scalars_are_packed_as_python_numbers(begin: Callable[..., Run]) -> None:
    """Scalars of numpy become Python's, and their key set is that of Python numbers."""
    run = begin()
    run.log({"f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True)})
    run.log({"f": 0.5, "i": 3, "b": True})
    (_, first), (_, second) = rows(run)
    assert first == second
    assert [type(value) for value in first.values()] == [float, int, bool]


def test_keys_of_a_row_may_change_from_row_to_row(begin: Callable[..., Run]) -> None:
    """Each key set has its own packed rows; a key may change its type."""
    run = begin()
    expected: list[dict[str, Any]] = [{"a": 1}, {"a": 1.5}, {"b": 2, "a": 1}, {"a": True}, {"a": "x"}, {"a": 1}]
    for data in expected:
        run.log(data)
    found = [data for _, data in rows(run)]
    assert found == expected
    assert [list(data) for data in found] == [list(data) for data in expected]


def test_an_empty_row_moves_on_a_step(begin: Callable[..., Run]) -> None:
    """`log({})` commits the step, as W&B's users do after `commit=False`."""
    run = begin()
    run.log({"a": 1}, commit=False)
    run.log({})
    run.log({"a": 2})
    assert rows(run) == [(0, {"a": 1}), (1, {"a": 2})]


def test_reserved_keys_set_the_fields_of_the_row(begin: Callable[..., Run]) -> None:
    """`_step` and `_timestamp` as data say where and when the row is."""
    run = begin()
    run.log({"x": 1.0, "_step": 41, "_timestamp": 1000.5, "_runtime": 3})
    assert rows(run) == [(41, {"x": 1.0})]
    state = load(run.path_on_disk)
    assert state is not None
    assert state.last_step == 41


def test_a_caller_may_change_its_dict_afterwards(begin: Callable[..., Run]) -> None:
    """What was logged is not a view of the caller's dict."""
    run = begin()
    data: dict[str, Any] = {"x": 1.0, "list": [1]}
    run.log(data)
    data["x"] = 2.0
    data["list"].append(2)
    assert dict(run.summary) == {"x": 1.0, "list": [1]}


def test_threads_share_the_step(begin: Callable[..., Run]) -> None:
    """Rows of four threads are all there; each thread's are in order, and no step is given twice."""
    run = begin()
    count = 300

    def work(number: int) -> None:
        for index in range(count):
            run.log({f"thread_{number}": index})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = rows(run)
    assert sorted(step for step, _ in found) == list(range(4 * count))
    for number in range(4):
        mine = [data[f"thread_{number}"] for _, data in found if f"thread_{number}" in data]
        assert mine == list(range(count))


@pytest.mark.parametrize("data", [None, 3, "loss", [("loss", 1)], {"loss"}])
def test_what_is_no_mapping_is_refused(begin: Callable[..., Run], data: Any) -> None:
    """The error names the type and says what to write; the run goes on."""
    run = begin()
    with pytest.raises(LogTypeError, match=type(data).__name__) as caught:
        run.log(data)
    assert "log({'name': value})" in str(caught.value)
    assert isinstance(caught.value, TypeError)
    assert caught.value.__context__ is None
    run.log({"loss": 1})
    assert len(rows(run)) == 1


def test_a_key_that_is_no_str_is_refused(begin: Callable[..., Run]) -> None:
    """The error names the key and its type, and nothing of the row is written."""
    run = begin()
    with pytest.raises(LogTypeError, match="3 of type int"):
        run.log({"ok": 1, 3: 2})  # type: ignore[dict-item]
    assert rows(run) == []
    assert run.step == 0


@pytest.mark.parametrize("step", [1.5, "1", None.__class__, math.nan, 2**63])
def test_a_step_that_is_no_integer_is_refused(begin: Callable[..., Run], step: Any) -> None:
    """The error names the step; whole floats and numpy integers are fine."""
    run = begin()
    whole: list[Any] = [np.int32(4), 5.0]
    for number in whole:
        run.log({"x": 1}, step=number)
    with pytest.raises(LogTypeError, match="step"):
        run.log({"x": 1}, step=step)
    assert [at for at, _ in rows(run)] == [4, 5]


def test_log_after_finish_is_refused(begin: Callable[..., Run]) -> None:
    """The error says how to go on; what was logged is untouched."""
    run = begin()
    run.log({"x": 1})
    run.finish()
    for call in (lambda: run.log({"x": 1}), lambda: run.log({"y": "new"}), lambda: run.define_metric("x")):
        with pytest.raises(RunFinishedError, match="resume='must'"):
            call()
    with pytest.raises(RunFinishedError):
        run.config.update({"a": 1})
    with pytest.raises(RunFinishedError):
        run.summary["a"] = 1
    assert len(rows(run)) == 1


def test_log_before_init_is_refused() -> None:
    """Each function that follows the current run says to call init first."""
    calls: list[Callable[[], Any]] = [
        lambda: trailmark.log({"x": 1}),
        lambda: trailmark.define_metric("x"),
        lambda: trailmark.alert("title"),
        lambda: trailmark.save("*"),
        lambda: trailmark.config.lr,
        lambda: trailmark.summary["x"],
        trailmark.mark_preempting,
    ]
    for call in calls:
        with pytest.raises(NoRunError, match=r"trailmark\.init\(\) first"):
            call()


def test_a_value_too_large_for_a_journal_is_refused(begin: Callable[..., Run]) -> None:
    """A value beyond 16 MiB raises with its size, and the run goes on."""
    run = begin()
    with pytest.raises(TooLargeError, match="16,777,216"):
        run.log({"x": "a" * (1 << 24)})
    run.log({"x": 1})
    assert rows(run) == [(0, {"x": 1})]


def test_the_random_state_is_left_alone(begin: Callable[..., Run]) -> None:
    """A run draws no number from Python's or numpy's generators."""
    import random

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 (the legacy state is what could be touched)
    before = (random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]  # noqa: NPY002
    run = begin()
    run.log({"x": np.arange(100), "y": 1})
    run.finish()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # type: ignore[index]  # noqa: NPY002


def test_a_histogram_of_numpy_numbers_is_kept(begin: Callable[..., Run]) -> None:
    """Counts, limits and statistics that are numpy's are as good as Python's."""
    run = begin()
    counts: Any = np.array([1, 2, 3])
    low: Any = np.float32(0)
    ones: Any = np.int64(1)
    run.log({"x": trailmark.Histogram.from_counts(counts, low, 1, zeros=int(ones), norm=np.float64(2))})
    run.log({"x": trailmark.Histogram.from_counts([*counts], 0, 1, zeros=ones, norm=2.0)})
    expected = {"_type": "histogram", "counts": [1, 2, 3], "range": [0.0, 1.0], "zeros": 1, "norm": 2.0}
    assert rows(run) == [(0, {"x": expected}), (1, {"x": expected})]
