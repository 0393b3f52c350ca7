"""Series queries: exact envelopes on all axes, in any range, at any resolution."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_support import BEGAN, add_run, curves, many_examples, small, store, times_of  # noqa: F401 (a fixture)
from trailmark.errors import UsageError
from trailmark.server.store.series import Envelope, SeriesRequest, Wanted, query, run_numbers
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trailmark.server.store.database import Database

    Values = NDArray[Any]

LOSS = SeriesRequest("p", [Wanted("r", "loss")])
STEPS = np.arange(10)


def ask(database: Database, request: SeriesRequest) -> Envelope:
    """Return the only series that is asked for."""
    with database.read() as connection:
        [found] = query(connection, request)
    return found


def rewrite(database: Database, run: int, step: Values, values: Values, *, time: Values | None = None) -> None:
    """Put points in place of those that a series has."""
    with database.write() as connection:
        writer = SeriesWriter.load(connection, run)
        writer.replace("history", 0, "loss", "number", step, times_of(step) if time is None else time, values)
        writer.flush(connection)


def assert_shows(found: Envelope, x: Values, values: Values, resolution: int) -> None:
    """Compare an answer with the points in range, which are in order of x."""
    if len(x) <= resolution:
        assert found.exact
        assert found.x.tolist() == x.tolist()
        assert found.y.tobytes() == values.tobytes()
        return
    assert not found.exact
    assert found.x_end is not None
    assert found.low is not None
    assert found.high is not None
    assert found.nan is not None
    assert found.points is not None
    assert resolution // 2 <= len(found.x) <= resolution
    assert int(found.points.sum()) == len(x)
    numbers = values.astype(np.float64)
    begin = 0
    for at, end in enumerate(np.cumsum(found.points).tolist()):
        known = numbers[begin:end][~np.isnan(numbers[begin:end])]
        assert (found.x[at], found.x_end[at]) == (x[begin], x[end - 1])
        assert found.nan[at] == end - begin - len(known)
        if len(known):
            assert (found.low[at], found.high[at]) == (known.min(), known.max())
            assert_mean(found.y[at], known)
        else:
            assert np.isnan([found.low[at], found.high[at], found.y[at]]).all()
        begin = end


def assert_mean(mean: float, known: Values) -> None:
    """Compare a mean with that of the values, but for rounding."""
    with np.errstate(all="ignore"):
        if np.isinf(known).any():
            expected = known[np.isinf(known)].sum()  # an infinity, or NaN of both
            assert mean == expected or (math.isnan(mean) and math.isnan(expected))
        elif np.abs(known).max() < 1e300:  # sums of larger ones overflow
            scale = float(np.abs(known).max())
            np.testing.assert_allclose(mean, (known / len(known)).sum(), rtol=1e-9, atol=scale * 1e-9)


def places(axis: str, step: Values, time: Values) -> Values:
    """Return where points are on an axis."""
    return {"step": step, "time": time, "relative": time - BEGAN}[axis]


@pytest.mark.usefixtures("small")
@many_examples
@given(
    curves(400),
    st.lists(st.integers(0, 400), max_size=4),
    st.sampled_from(["step", "time", "relative"]),
    st.integers(1, 120),
    st.data(),
)
def test_envelopes_are_exact(
    database: Database,
    curve: tuple[Values, Values],
    cuts: list[int],
    axis: str,
    resolution: int,
    data: st.DataObject,
) -> None:
    """Whatever was logged, and however it came, each bucket says what numpy says of its points, and none is missing."""
    step, values = curve
    time = times_of(step)
    store(database, add_run(database), step, {"loss": values}, cuts=tuple(cuts), settle=data.draw(st.booleans()))
    x = places(axis, step, time)
    ends = st.one_of(st.sampled_from(x.tolist()), st.floats(float(x[0]) - 9, float(x[-1]) + 9))
    low, high = sorted([data.draw(ends), data.draw(ends)])
    for chosen in (None, (low, high)):
        inside = np.full(len(x), fill_value=True) if chosen is None else (x >= low) & (x <= high)
        found = ask(database, replace(LOSS, x=axis, range=chosen, resolution=resolution))
        assert (found.count, found.epoch, found.reset) == (len(step), 0, False)
        assert_shows(found, x[inside], values[inside], resolution)


@pytest.mark.usefixtures("small")
@many_examples
@given(curves(200), st.sampled_from(["step", "time", "relative"]), st.integers(1, 60), st.data())
def test_rewritten_series_are_exact(
    database: Database, curve: tuple[Values, Values], axis: str, resolution: int, data: st.DataObject
) -> None:
    """Steps that repeat, and times that go back, as rewritten series have them, change nothing of that."""
    step, values = curve
    step = step // data.draw(st.sampled_from([1, 3, 100]))
    shuffled = np.random.default_rng(len(step)).permutation(times_of(step))
    time = data.draw(st.sampled_from([times_of(step), shuffled]))
    run = add_run(database)
    store(database, run, STEPS, {"loss": STEPS})
    rewrite(database, run, step, values, time=time)
    x = places(axis, step, time)
    low, high = sorted([data.draw(st.sampled_from(x.tolist())), data.draw(st.sampled_from(x.tolist()))])
    order = np.argsort(x, kind="stable")
    x, values = x[order], values[order]
    inside = (x >= low) & (x <= high)
    found = ask(database, replace(LOSS, x=axis, range=(low, high), resolution=resolution))
    assert found.epoch == 1
    assert_shows(found, x[inside], values[inside], resolution)


@pytest.mark.parametrize("axis", ["step", "relative"])
def test_a_spike_in_a_million_shows_at_each_zoom(database: Database, axis: str) -> None:
    """One point of a million is the highest of its bucket, however far in or out one looks."""
    count, spike = 1_000_000, 654_321
    step = np.arange(count)
    values = np.sin(step / 1e5)
    values[spike] = 99.0
    time = BEGAN + step / 100
    store(database, add_run(database), step, {"loss": values}, time=time, settle=True)
    x = places(axis, step, time)
    width = count
    while width > 10:
        first = max(0, min(count - width, spike - width // 3))
        last = first + width - 1
        request = replace(LOSS, x=axis, range=(float(x[first]), float(x[last])), resolution=1000)
        found = ask(database, request)
        assert_shows(found, x[first : last + 1], values[first : last + 1], 1000)
        assert np.max(found.y if found.high is None else found.high) == 99.0
        width //= 7


@pytest.mark.parametrize("resolution", [1, 2, 333, 5000])
def test_many_sittings_and_a_tail(database: Database, resolution: int) -> None:
    """A running series, of which most is in chunks and the rest is not, is exact as well."""
    step = np.arange(70_000) * 3
    values = np.random.default_rng(1).normal(size=len(step))
    store(database, add_run(database), step, {"loss": values}, cuts=(1, 2, 9_000, 40_000, 69_000, 69_990))
    for chosen in (None, (0.0, 69_999 * 3.0), (3_001.0, 190_000.5), (209_000.0, 1e9)):
        low, high = chosen or (-1, 1e9)
        inside = (step >= low) & (step <= high)
        found = ask(database, replace(LOSS, range=chosen, resolution=resolution))
        assert_shows(found, step[inside], values[inside], resolution)


def test_large_steps_stay_exact(database: Database) -> None:
    """Steps that float64 does not have are told apart, and the largest and the smallest may be logged."""
    step = np.array([-(1 << 63), -1, 2**53 + 1, 2**53 + 3, (1 << 63) - 1])
    store(database, add_run(database), step, {"loss": np.arange(5)}, settle=True)
    assert ask(database, LOSS).x.tolist() == step.tolist()
    for chosen, expected in [
        ((-math.inf, math.inf), [0, 1, 2, 3, 4]),
        ((2.0**53, 2.0**53 + 2), [2]),
        ((-1e30, -1.5), [0]),
        ((0.5, 1e30), [2, 3, 4]),
        ((1e30, math.inf), []),
        ((-math.inf, -1e30), []),
    ]:
        assert ask(database, replace(LOSS, range=chosen)).y.tolist() == expected


def test_values_keep_their_type(database: Database) -> None:
    """Points of integers and bools are answered as such, each as it was logged."""
    run = add_run(database)
    store(database, run, STEPS[:2], {"whole": np.array([2**62 + 1, 7]), "loss": np.array([True, False])})
    assert ask(database, LOSS).y.dtype == np.bool_
    assert ask(database, replace(LOSS, series=[Wanted("r", "whole")])).y.tolist() == [2**62 + 1, 7]


def test_what_nobody_logged_is_empty(database: Database) -> None:
    """Runs and keys that are not there have no points; the answer keeps the order of the question."""
    run = add_run(database)
    store(database, run, STEPS, {"loss": STEPS})
    asked = [Wanted("r", "acc"), Wanted("r", "loss"), Wanted("nobody", "loss"), Wanted("r", "acc", 5, 0)]
    with database.read() as connection:
        found = query(connection, replace(LOSS, series=asked))
        assert run_numbers(connection, "p", ["r", "nobody"]) == {"r": run}
        assert run_numbers(connection, "q", ["r"]) == {}
        assert query(connection, replace(LOSS, stream="system"))[0].count == 0
        assert query(connection, replace(LOSS, rank=1))[0].count == 0
    assert [(each.run, each.key, each.count, each.reset) for each in found] == [
        ("r", "acc", 0, False),
        ("r", "loss", 10, False),
        ("nobody", "loss", 0, False),
        ("r", "acc", 0, True),
    ]


def test_only_new_points_are_sent(database: Database) -> None:
    """Who says how many points it has gets those that came since, exactly."""
    run = add_run(database)
    writer = store(database, run, STEPS, {"loss": STEPS})
    found = ask(database, replace(LOSS, series=[Wanted("r", "loss", 10, 0)]))
    assert (found.count, found.x.tolist(), found.reset) == (10, [], False)
    writer.append("history", 0, STEPS + 10, times_of(STEPS) + 99, {"loss": STEPS})
    with database.write() as connection:
        writer.flush(connection)
    found = ask(database, replace(LOSS, series=[Wanted("r", "loss", 10, 0)], resolution=10))
    assert (found.exact, found.count, found.x.tolist()) == (True, 20, list(range(10, 20)))
    found = ask(database, replace(LOSS, series=[Wanted("r", "loss", 12, 0)], range=(3, 14)))
    assert found.x.tolist() == [12, 13, 14]
    found = ask(database, replace(LOSS, series=[Wanted("r", "loss", 10, 0)], resolution=5))
    assert (found.exact, found.x.tolist()) == (False, [10, 12, 14, 16, 18])


@pytest.mark.usefixtures("small")
@many_examples
@given(curves(100), st.lists(st.integers(0, 100), max_size=30), st.integers(0, 100), st.integers(1, 100))
def test_any_new_points(
    database: Database, curve: tuple[Values, Values], cuts: list[int], start: int, resolution: int
) -> None:
    """From whatever point on, what is sent is what came since, whether it is in chunks or in any of the tails."""
    step, values = curve
    store(database, add_run(database), step, {"loss": values}, cuts=tuple(cuts))
    start = min(start, len(step))
    found = ask(database, replace(LOSS, series=[Wanted("r", "loss", start, 0)], resolution=resolution))
    assert_shows(found, step[start:], values[start:], resolution)


def test_a_rewritten_series_is_sent_whole(database: Database) -> None:
    """Who has points of an earlier epoch, or more than there are, gets all, and is told."""
    run = add_run(database)
    store(database, run, STEPS, {"loss": STEPS})
    rewrite(database, run, STEPS[:5], STEPS[:5])
    for start, epoch, reset in [(4, 0, True), (9, 1, True), (9, None, True), (4, 1, False), (5, None, False)]:
        found = ask(database, replace(LOSS, series=[Wanted("r", "loss", start, epoch)]))
        assert (found.reset, found.epoch, found.count) == (reset, 1, 5)
        assert len(found.x) == (5 if reset else 5 - start)


def test_samples_of_the_system(database: Database) -> None:
    """Samples of the system are in order of time, and on the axis of steps in order of those."""
    step, time = np.array([5, 5, 3, 9]), BEGAN + np.array([1.0, 2.0, 4.0, 8.0])
    store(database, add_run(database), step, {"loss": np.arange(4)}, time=time, stream="system")
    system = replace(LOSS, stream="system")
    assert ask(database, system).x.tolist() == [3, 5, 5, 9]
    assert ask(database, system).y.tolist() == [2, 0, 1, 3]
    assert ask(database, replace(system, x="relative")).x.tolist() == [1.0, 2.0, 4.0, 8.0]
    assert ask(database, replace(system, x="relative", range=(2.0, 4.0))).y.tolist() == [1, 2]
    assert ask(database, replace(system, range=(4, 5))).y.tolist() == [0, 1]


def test_a_metric_as_axis(database: Database) -> None:
    """The last value of a metric holds until its next; points before its first have no place."""
    run = add_run(database)
    store(database, run, STEPS, {"loss": STEPS * 10})
    store(database, run, np.array([2, 5, 7, 30]), {"epoch": np.array([3.0, 1.0, np.nan, 4.0])})
    found = ask(database, replace(LOSS, x="key:epoch"))
    assert found.count == 10
    assert found.x.tolist() == [1.0, 1.0, 3.0, 3.0, 3.0]
    assert found.y.tolist() == [50, 60, 20, 30, 40]
    found = ask(database, replace(LOSS, x="key:epoch", range=(2, 9), resolution=1))
    assert (found.x.tolist(), found.y.tolist(), found.exact) == ([3.0], [30.0], False)
    assert ask(database, replace(LOSS, x="key:nothing")).x.tolist() == []
    assert ask(database, replace(LOSS, x="key:loss")).x.tolist() == (STEPS * 10).tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": "epoch"}, "x is step"),
        ({"resolution": 0}, "resolution"),
        ({"range": (2.0, 1.0)}, "range"),
        ({"range": (math.nan, 1.0)}, "range"),
        ({"stream": "console"}, "stream"),
    ],
)
def test_what_cannot_be_is_refused(database: Database, change: dict[str, Any], message: str) -> None:
    """A question that makes no sense is an error of who asks."""
    with pytest.raises(UsageError, match=message):
        ask(database, replace(LOSS, **change))
