"""What puts points into the index: sittings, tails, chunks, heads, and series that are rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from store_support import BEGAN, add_run, count_rows, curves, many_examples, small, store, times_of  # noqa: F401
from trailmark.server.store import schema
from trailmark.server.store.cutting import CHUNK
from trailmark.server.store.points import OBJECT
from trailmark.server.store.stored import StoredSeries, find_series
from trailmark.server.store.writer import SeriesWriter, types_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trailmark.server.store.database import Database
    from trailmark.server.store.points import Points

    Values = NDArray[Any]

STEPS = np.arange(10)


def load(database: Database, run: int) -> SeriesWriter:
    """Return a writer that goes on with what is in the index."""
    with database.read() as connection:
        return SeriesWriter.load(connection, run)


def flush(database: Database, writer: SeriesWriter, *, settle: bool = False) -> dict[tuple[str, int, str], int]:
    """Write what waits."""
    with database.write() as connection:
        return writer.flush(connection, settle=settle)


def read(database: Database, run: int, key: str = "loss", **which: Any) -> tuple[StoredSeries, Points]:
    """Return a series and all its points."""
    with database.read() as connection:
        found = find_series(connection, [(run, key)], **which)[run, key]
        return found, found.points()


def assert_points(found: Points, step: Values, time: Values, values: Values) -> None:
    """Compare points bit by bit."""
    assert found.step.tolist() == step.tolist()
    assert found.time.tolist() == time.tolist()
    assert found.values.dtype == values.dtype
    assert found.values.tobytes() == values.tobytes()


@pytest.mark.usefixtures("small")
@many_examples
@given(
    curve=curves(),
    cuts=st.lists(st.integers(0, 300), max_size=12),
    settle=st.booleans(),
    reload=st.booleans(),
)
def test_sittings_do_not_matter(
    database: Database,
    curve: tuple[Values, Values],
    cuts: list[int],
    *,
    settle: bool,
    reload: bool,
) -> None:
    """Points that come in any number of sittings, settled or not, by one writer or several, are those that came."""
    step, values = curve
    run = add_run(database)
    store(database, run, step, {"loss": values}, cuts=tuple(cuts), settle=settle, reload=reload)
    found, points = read(database, run)
    assert (found.count, found.epoch) == (len(step), 0)
    assert_points(points, step, times_of(step), values)


@pytest.mark.usefixtures("small")
@many_examples
@given(curves(), st.data())
def test_any_points_are_found(database: Database, curve: tuple[Values, Values], data: st.DataObject) -> None:
    """Any range of points is read as if it were cut out of all of them."""
    step, values = curve
    run = add_run(database)
    store(database, run, step, {"loss": values}, cuts=(len(step) // 2,))
    begin = data.draw(st.integers(0, len(step)))
    end = data.draw(st.integers(begin, len(step) + 5))
    with database.read() as connection:
        found = find_series(connection, [(run, "loss")])[run, "loss"].points(begin, end)
    assert found.step.tolist() == step[begin:end].tolist()
    assert found.values.tobytes() == values[begin:end].tobytes()


@pytest.mark.usefixtures("small")
@many_examples
@given(
    rows=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 20)), min_size=1, max_size=25), settle=st.booleans()
)
def test_keys_in_turns(database: Database, rows: list[tuple[str, int]], *, settle: bool) -> None:
    """Keys that come in different rows keep their points apart, though they share tails and heads."""
    run = add_run(database)
    writer = load(database, run)
    expected: dict[str, list[int]] = {}
    step = 0
    for key, count in rows:
        steps = np.arange(step, step + count)
        step += count
        keys = {"a": ["a"], "b": ["a", "b"], "c": ["c"]}[key]
        assert not writer.append("history", 0, steps, BEGAN + steps, dict.fromkeys(keys, steps * 2))
        for name in keys:
            expected.setdefault(name, []).extend(steps.tolist())
        flush(database, writer)
    flush(database, writer, settle=settle)
    for name, steps_of in expected.items():
        _, points = read(database, run, name)
        assert points.step.tolist() == steps_of
        assert points.values.tolist() == [2 * number for number in steps_of]
    if settle:  # in chunks, or few points in one tail
        tails, chunks = (count_rows(database, table, run) for table in (schema.tails, schema.chunks))
        assert (tails == 0) if chunks else (tails == 1)


@pytest.mark.usefixtures("small")
def test_tails_are_few(database: Database) -> None:
    """A run that is flushed after each point keeps its points in a few tails, and full chunks."""
    run = add_run(database)
    store(database, run, np.arange(55), {"loss": np.arange(55.0)}, cuts=tuple(range(55)))
    assert count_rows(database, schema.tails, run) <= 6
    assert count_rows(database, schema.chunks, run) == 3
    store(database, run, np.arange(55, 64), {"loss": np.arange(9.0)})
    assert count_rows(database, schema.tails, run) == 0


@pytest.mark.usefixtures("small")
def test_settling_fills_chunks_up(database: Database) -> None:
    """A settled run that goes on fills its last chunk up, and nothing of the shorter one is left."""
    run = add_run(database)
    store(database, run, np.arange(53), {"a": np.arange(53.0), "b": np.arange(53)}, cuts=(5, 6, 40), settle=True)
    assert count_rows(database, schema.chunks, run) == 2 * 4
    assert count_rows(database, schema.heads, run) == 4
    with database.read() as connection:
        counts = connection.scalars(sa.select(schema.chunks.c.count).where(schema.chunks.c.key == "a")).all()
    assert sorted(counts) == [5, 16, 16, 16]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("reload", [False, True])
def test_a_small_run_that_is_over_is_one_tail(database: Database, *, reload: bool) -> None:
    """Where all points are few, no chunks are cut until there are more."""
    run = add_run(database)
    step = np.arange(20)
    writer = store(database, run, step[:5], {"a": step[:5], "b": step[:5] * 1.0})
    assert not writer.append("history", 0, step[5:9], times_of(step)[5:9], {"a": step[5:9], "b": step[5:9] * 1.0})
    flush(database, writer, settle=True)
    assert (count_rows(database, schema.tails, run), count_rows(database, schema.chunks, run)) == (1, 0)
    assert_points(read(database, run, "b")[1], step[:9], times_of(step)[:9], step[:9] * 1.0)
    writer = load(database, run) if reload else writer
    assert not writer.append("history", 0, step[9:], times_of(step)[9:], {"a": step[9:], "b": step[9:] * 1.0})
    flush(database, writer, settle=True)
    assert (count_rows(database, schema.tails, run), count_rows(database, schema.chunks, run)) == (0, 4)
    assert_points(read(database, run, "b")[1], step, times_of(step), step * 1.0)


def test_keys_of_the_same_rows_share_their_heads(database: Database) -> None:
    """Steps and times that many keys have in common are kept once."""
    run = add_run(database)
    step = np.arange(CHUNK + 10)
    store(database, run, step, {f"layer{number}": step * 1.0 for number in range(5)}, settle=True)
    assert count_rows(database, schema.chunks, run) == 10
    assert count_rows(database, schema.heads, run) == 2


@pytest.mark.usefixtures("small")
def test_keys_that_come_together_later_keep_their_own_steps(database: Database) -> None:
    """Chunks of two keys that are filled up by the same rows, and that began with other ones, stay apart."""
    run = add_run(database)
    writer = load(database, run)
    alone = {"a": np.arange(53), "b": np.arange(100, 153)}
    for key, step in alone.items():
        assert not writer.append("history", 0, step, BEGAN + step, {key: step})
    flush(database, writer, settle=True)
    both = np.arange(200, 240)
    assert not writer.append("history", 0, both, BEGAN + both, {"a": both, "b": both})
    flush(database, writer, settle=True)
    for key, step in alone.items():
        expected = np.concatenate([step, both])
        assert_points(read(database, run, key)[1], expected, BEGAN + expected, expected)


@pytest.mark.parametrize("reload", [False, True])
def test_many_keys_that_grow_together(database: Database, *, reload: bool) -> None:
    """The index is told of each of many keys that come in the same rows, and of those that stop, how long it is."""
    run = add_run(database)
    writer = load(database, run)
    keys = [f"layer{number}" for number in range(19)]
    for step, some in enumerate([keys, keys, keys[:12], keys[:12], keys[:2]]):
        steps = np.array([step])
        assert not writer.append("history", 0, steps, times_of(steps), dict.fromkeys(some, steps * 1.0))
        flush(database, writer)
        writer = load(database, run) if reload else writer
    counts = [read(database, run, key)[0].count for key in keys]
    assert counts == [5] * 2 + [4] * 10 + [2] * 7
    assert all(len(read(database, run, key)[1].step) == count for key, count in zip(keys, counts, strict=True))


def test_counts_tell_what_changed(database: Database) -> None:
    """Counts are of the series that changed since the last flush, and are all their points."""
    run = add_run(database)
    writer = store(database, run, STEPS, {"loss": STEPS, "acc": STEPS})
    assert writer.counts() == {}
    writer.append("history", 0, STEPS + 10, times_of(STEPS), {"loss": STEPS})
    writer.append_objects("history", 0, "loss", STEPS, times_of(STEPS), ["text"] * 10)
    writer.append_objects("history", 1, "note", STEPS, times_of(STEPS), ["text"] * 10)
    counts = {("history", 0, "loss"): 20, ("history", 1, "note"): 10}
    assert writer.counts() == counts
    assert flush(database, writer) == counts
    assert writer.counts() == {}


@pytest.mark.parametrize("again", [[9], [5], [10, 12, 11], [10, 10]])
def test_steps_that_do_not_go_on_are_refused(database: Database, again: list[int]) -> None:
    """Points that do not come strictly after those that are there are refused, and nothing is taken of them."""
    run = add_run(database)
    writer = store(database, run, STEPS, {"loss": STEPS})
    step = np.array(again)
    assert writer.append("history", 0, step, times_of(step), {"loss": step * 1.0}) == {"loss"}
    assert writer.append("history", 0, np.array([10]), np.array([BEGAN]), {"loss": np.array([1])}) == set()


def test_only_keys_that_go_back_are_refused(database: Database) -> None:
    """Of rows that hold several keys, those that go on are taken."""
    run = add_run(database)
    writer = store(database, run, STEPS, {"loss": STEPS})
    step = np.array([4, 20])
    assert writer.append("history", 0, step, times_of(step), {"loss": step, "new": step}) == {"loss"}
    flush(database, writer)
    assert read(database, run, "new")[1].step.tolist() == [4, 20]
    assert read(database, run)[0].count == 10


def test_samples_of_the_system_go_by_time(database: Database) -> None:
    """Samples of the system may have any steps, but must come one after the other."""
    run = add_run(database)
    step, time = np.array([5, 5, 3]), np.array([1.0, 2.0, 3.0])
    writer = store(database, run, step, {"gpu": step}, time=time, stream="system")
    assert writer.append("system", 0, np.array([9]), np.array([3.0]), {"gpu": np.array([1])}) == {"gpu"}
    found, points = read(database, run, "gpu", stream="system")
    assert points.step.tolist() == [5, 5, 3]
    assert not found.ordered


def test_nothing_is_no_point(database: Database) -> None:
    """Rows without a row leave everything as it is."""
    run = add_run(database)
    writer = load(database, run)
    nothing = np.empty(0)
    assert writer.append("history", 0, nothing, nothing, {"loss": nothing}) == set()
    assert flush(database, writer) == {}


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        (np.array([1, 2], np.int32), np.array([1, 2], np.int64)),
        (np.array([0.5, 1.5], np.float32), np.array([0.5, 1.5])),
        (np.array([True, False]), np.array([True, False])),
    ],
)
def test_narrow_numbers_become_wide(database: Database, values: Values, stored: Values) -> None:
    """Numbers of fewer bits are stored as int64 and float64."""
    run = add_run(database)
    store(database, run, np.arange(2), {"loss": values}, settle=True)
    assert_points(read(database, run)[1], np.arange(2), times_of(np.arange(2)), stored)


def test_integers_and_floats_of_one_key(database: Database) -> None:
    """A key that turns from integers to floats is read as floats."""
    run = add_run(database)
    writer = store(database, run, np.arange(2), {"loss": np.array([1, 2])})
    writer.append("history", 0, np.array([2]), np.array([BEGAN + 9]), {"loss": np.array([0.5])})
    flush(database, writer)
    assert read(database, run)[1].values.tolist() == [1.0, 2.0, 0.5]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("settle", [False, True])
@pytest.mark.parametrize("count", [0, 3, 90])
def test_a_rewritten_series_is_the_new_one(database: Database, count: int, *, settle: bool) -> None:
    """After `replace` nothing of the old points is left, in chunks or tails, and the epoch tells."""
    run = add_run(database)
    writer = store(database, run, np.arange(70), {"loss": np.arange(70.0), "acc": np.arange(70.0)}, cuts=(30,))
    step = np.arange(count) // 2  # equal steps may follow one another
    writer.append("history", 0, np.array([70]), np.array([BEGAN + 999]), {"loss": np.ones(1), "acc": np.ones(1)})
    writer.replace("history", 0, "loss", "number", step, BEGAN + step, step * 0.5)
    flush(database, writer, settle=settle)
    found, points = read(database, run)
    assert (found.epoch, found.count) == (1, count)
    assert_points(points, step, BEGAN + step, step * 0.5) if count else None
    assert len(points.step) == count
    other, points = read(database, run, "acc")
    assert (other.epoch, points.values.tolist()) == (0, [*range(70), 1.0])
    with database.read() as connection:
        heads = set(connection.scalars(sa.select(schema.heads.c.number)).all())
        assert heads == set(connection.scalars(sa.select(schema.chunks.c.head)).all())


def test_a_rewritten_series_goes_on(database: Database) -> None:
    """Points may be appended after `replace`, with the writer that did it and with one that is loaded."""
    run = add_run(database)
    writer = store(database, run, STEPS, {"loss": STEPS})
    writer.replace("history", 0, "loss", "number", STEPS[:3], times_of(STEPS[:3]), STEPS[:3])
    assert not writer.append("history", 0, np.array([3]), np.array([BEGAN + 50]), {"loss": np.array([3])})
    flush(database, writer)
    writer = load(database, run)
    assert not writer.append("history", 0, np.array([4]), np.array([BEGAN + 51]), {"loss": np.array([4])})
    flush(database, writer, settle=True)
    found, points = read(database, run)
    assert (found.epoch, points.values.tolist()) == (1, [0, 1, 2, 3, 4])


@pytest.mark.usefixtures("small")
@many_examples
@given(sittings=st.lists(st.integers(1, 9), min_size=1, max_size=8), settle=st.booleans())
def test_objects_in_sittings(database: Database, sittings: list[int], *, settle: bool) -> None:
    """Objects come back as they were, however they came."""
    run = add_run(database)
    writer = load(database, run)
    records = [{"_type": "image", "path": f"{number}.png", "big": 2**70 + number} for number in range(sum(sittings))]
    begin = 0
    for count in sittings:
        step = np.arange(begin, begin + count)
        assert writer.append_objects("history", 0, "sample", step, BEGAN + step, records[begin : begin + count])
        flush(database, writer, settle=settle)
        begin += count
    found, points = read(database, run, "sample", kind=OBJECT)
    assert found.count == begin
    assert points.values == records
    assert points.step.tolist() == list(range(begin))


@pytest.mark.parametrize(
    ("record", "types"),
    [
        ("words", {"text"}),
        ({"_type": "histogram", "counts": [1]}, {"histogram"}),
        ([{"_type": "image"}, {"_type": "image"}], {"image"}),
        ({"a": 1}, {"json"}),
        ([1, 2], {"json"}),
        ([], {"json"}),
        (2**70, {"json"}),
        ({"_type": 5}, {"json"}),
        ({"_type": "two words"}, {"json"}),
    ],
)
def test_types_of_objects(record: Any, types: set[str]) -> None:
    """What objects are is told by their records."""
    assert types_of(record) == types


def test_types_gather(database: Database) -> None:
    """The types of all objects of a series are kept with it, also by a writer that is loaded later."""
    run = add_run(database)
    for step, record in enumerate(["words", {"_type": "image"}, "more words"]):
        writer = load(database, run)
        writer.append_objects("history", 0, "sample", np.array([step]), np.array([BEGAN + step]), [record])
        flush(database, writer)
    with database.read() as connection:
        assert connection.scalar(sa.select(schema.series.c.types)) == "image text"
