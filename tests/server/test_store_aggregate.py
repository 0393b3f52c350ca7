"""Aggregates over groups of runs: what numpy says of the same values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_support import BEGAN, add_run, curves, many_examples, store, times_of
from trailmark.server.store.aggregate import AggregateRequest, Band, RunGroup, aggregate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trailmark.server.store.database import Database

    Values = NDArray[Any]

ALL = AggregateRequest("p", [RunGroup("all", ["a", "b", "c"])], ["loss"])


def ask(database: Database, request: AggregateRequest) -> Band:
    """Return the only band that is asked for."""
    with database.read() as connection:
        [found] = aggregate(connection, request)
    return found


def put(database: Database, run: str, step: list[int], values: list[float]) -> None:
    """Store one series."""
    steps = np.array(step)
    store(database, add_run(database, run), steps, {"loss": np.array(values)}, settle=True)


def test_runs_of_different_steps(database: Database) -> None:
    """Where runs were logged at different steps, those that have a value there count."""
    put(database, "a", [0, 1, 2], [1.0, 5.0, np.nan])
    put(database, "b", [1, 2, 3], [3.0, np.inf, 8.0])
    put(database, "c", [1], [7.0])
    found = ask(database, ALL)
    assert (found.name, found.key, found.runs) == ("all", "loss", 3)
    assert found.x.dtype == np.int64
    assert found.x.tolist() == [0, 1, 2, 3]
    assert found.count.tolist() == [1, 3, 1, 1]
    assert found.mean.tolist() == [1.0, 5.0, np.inf, 8.0]
    assert found.median.tolist() == [1.0, 5.0, np.inf, 8.0]
    assert found.min.tolist() == [1.0, 3.0, np.inf, 8.0]
    assert found.max.tolist() == [1.0, 7.0, np.inf, 8.0]
    assert found.std[:2].tolist() == [0.0, 2.0]
    assert found.stderr[1] == pytest.approx(2 / np.sqrt(3))


@many_examples
@given(st.lists(curves(60), min_size=1, max_size=4))
def test_bands_are_exact(database: Database, runs: list[tuple[Values, Values]]) -> None:
    """At each step that was logged, a band says what numpy says of the runs' values there."""
    names = [f"run{number}" for number in range(len(runs))]
    at: dict[int, list[float]] = {}
    for name, (step, values) in zip(names, runs, strict=True):
        values = np.nan_to_num(np.clip(values.astype(np.float64), -1e100, 1e100), nan=np.nan)  # noqa: PLW2901
        put(database, name, step.tolist(), values.tolist())
        for x, value in zip(step.tolist(), values.tolist(), strict=True):
            if not np.isnan(value):
                at.setdefault(x, []).append(value)
    found = ask(database, replace(ALL, groups=[RunGroup("g", names)]))
    assert found.x.tolist() == sorted(at)
    for place, x in enumerate(found.x.tolist()):
        values = np.array(at[x])
        scale = float(np.abs(values).max())
        assert found.count[place] == len(values)
        assert (found.min[place], found.max[place]) == (values.min(), values.max())
        std = values.std(ddof=1) if len(values) > 1 else 0.0
        for name, expected in [("mean", values.mean()), ("median", np.median(values)), ("std", std)]:
            np.testing.assert_allclose(getattr(found, name)[place], expected, rtol=1e-9, atol=scale * 1e-9)


def test_stretches_hold_all_points(database: Database) -> None:
    """Where there are more steps than places, a run's value is its mean in a stretch, and the extremes are exact."""
    step = np.arange(1000)
    first, second = np.sin(step / 50), np.cos(step / 70)
    second[777] = 50.0
    put(database, "a", step.tolist(), first.tolist())
    put(database, "b", step.tolist(), second.tolist())
    found = ask(database, replace(ALL, resolution=10))
    assert len(found.x) == 10
    assert found.x[0] == pytest.approx(999 / 20)
    stretches = np.minimum((step / 99.9).astype(int), 9)
    for place in range(10):
        inside = stretches == place
        means = [first[inside].mean(), second[inside].mean()]
        assert found.mean[place] == pytest.approx(np.mean(means))
        assert found.std[place] == pytest.approx(np.std(means, ddof=1))
        assert found.min[place] == min(first[inside].min(), second[inside].min())
        assert found.max[place] == max(first[inside].max(), second[inside].max())


def test_long_runs_are_taken_in_blocks(database: Database) -> None:
    """Of runs with very many points the extremes are still exact, and no run is missing anywhere."""
    step = np.arange(100_000)
    for number, name in enumerate("abc"):
        values = np.full(len(step), float(number))
        values[54_321] = 100.0 + number
        values[12_345] = np.nan
        put(database, name, step.tolist(), values.tolist())
    found = ask(database, replace(ALL, resolution=50))
    assert len(found.x) == 50
    assert set(found.count.tolist()) == {3}
    assert found.max.max() == 102.0
    assert found.min.tolist() == [0.0] * 50
    np.testing.assert_allclose(np.delete(found.mean, int(found.max.argmax())), 1.0)


def test_groups_keys_and_ranges(database: Database) -> None:
    """Each group has a band for each key, in order; runs and keys that are not there leave it empty."""
    put(database, "a", [0, 1, 2], [1.0, 2.0, 3.0])
    put(database, "b", [0, 1, 2], [3.0, 4.0, 5.0])
    groups = [RunGroup("one", ["a"]), RunGroup("two", ["b", "nobody"]), RunGroup("none", [])]
    request = AggregateRequest("p", groups, ["loss", "acc"], range=(1, 2))
    with database.read() as connection:
        found = aggregate(connection, request)
    assert [(band.name, band.key, band.runs, band.mean.tolist()) for band in found] == [
        ("one", "loss", 1, [2.0, 3.0]),
        ("one", "acc", 0, []),
        ("two", "loss", 1, [4.0, 5.0]),
        ("two", "acc", 0, []),
        ("none", "loss", 0, []),
        ("none", "acc", 0, []),
    ]


def test_other_axes(database: Database) -> None:
    """Runs are put beside one another along their own time, or along a metric, where they have it."""
    for name, began in [("a", BEGAN), ("b", BEGAN + 1e6)]:
        step = np.arange(4)
        run = add_run(database, name, began=began)
        columns = {"loss": step * 1.0, "epoch": step // 2}
        store(database, run, step, columns, time=times_of(step) - BEGAN + began)
    found = ask(database, replace(ALL, x="relative", resolution=3))
    assert (found.runs, found.count.tolist()) == (2, [2, 2, 2])
    assert found.x[0] < 10
    found = ask(database, replace(ALL, x="key:epoch"))
    assert (found.x.tolist(), found.mean.tolist(), found.max.tolist()) == ([0.0, 1.0], [0.5, 2.5], [1.0, 3.0])
