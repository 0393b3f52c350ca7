"""`trailmark.api.table`: how rows of several journals become the rows of a run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_support import START, Journal, Recorder, same

# -- the rules, by example -----------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> Recorder:
    """Give a run without journals yet."""
    return Recorder(tmp_path)


def rows(recorder: Recorder, *keys: str, **arguments: Any) -> list[tuple[Any, ...]]:
    """Return (step, value of each key) of the history."""
    found = recorder.read().history(list(keys), format="rows", **arguments)
    return [(row["_step"], *(row[key] for key in keys)) for row in found]


def test_rows_of_equal_step_merge(run: Recorder) -> None:
    """Records of one step of one writer are one row, and the last value of a key counts."""
    journal = run.journal()
    journal.log(0, {"a": 1, "b": 1.0})
    journal.log(0, {"a": 2})
    journal.log(1, {"a": 3})
    journal.log(0, {"note": "late"})
    assert rows(run, "a", "b", "note") == [(0, 2, 1.0, "late"), (1, 3, None, None)]


def test_rows_are_in_order_of_steps(run: Recorder) -> None:
    """Steps may come in any order and may be negative."""
    journal = run.journal()
    for step in (5, -3, 2, 9, 0):
        journal.log(step, {"a": step * 10})
    assert rows(run, "a") == [(-3, -30), (0, 0), (2, 20), (5, 50), (9, 90)]


def test_key_sets_that_take_turns_keep_the_order_of_the_file(run: Recorder) -> None:
    """The last value of a key counts also where packed rows and others alternate."""
    journal = run.journal()
    journal.log(0, {"a": 1})
    journal.log(0, {"a": "text"})
    journal.log(0, {"a": 2, "b": 1})
    journal.log(1, {"a": 3, "b": 1})
    journal.log(1, {"a": "last"})
    assert rows(run, "a") == [(0, 2), (1, "last")]


def test_restart_from_a_checkpoint_leaves_no_zigzag_and_no_hole(run: Recorder) -> None:
    """A newer attempt supersedes the steps that it repeats, and the older one keeps those before."""
    first = run.journal()
    for step in range(6):
        first.log(step, {"loss": 100 + step})
    first.kill()
    second = run.journal(attempt=2)
    for step in range(3, 8):
        second.log(step, {"loss": 200 + step})
    assert rows(run, "loss") == [(0, 100), (1, 101), (2, 102), *((step, 200 + step) for step in range(3, 8))]


def test_superseding_is_by_key(run: Recorder) -> None:
    """What a newer attempt did not log again stays, in the row of its step."""
    first = run.journal()
    for step in range(4):
        first.log(step, {"loss": step, "val": step * 10})
    first.kill()
    second = run.journal(attempt=2)
    for step in range(2, 4):
        second.log(step, {"loss": -step})
    second.log(3, {"val": -30})
    assert rows(run, "loss", "val") == [(0, 0, 0), (1, 1, 10), (2, -2, 20), (3, -3, -30)]


def test_older_values_between_the_newer_ones_are_superseded(run: Recorder) -> None:
    """Within the span of the newer attempt an older value goes even if its step was not logged again."""
    first = run.journal()
    for step in range(6):
        first.log(step, {"loss": step})
    first.kill()
    second = run.journal(attempt=2)
    second.log(1, {"loss": 11})
    second.log(4, {"loss": 14})
    assert rows(run, "loss") == [(0, 0), (1, 11), (4, 14), (5, 5)]


def test_attempts_shows_all_rows(run: Recorder) -> None:
    """With `attempts` nothing is superseded, and `_attempt` tells the rows apart."""
    first = run.journal()
    for step in range(3):
        first.log(step, {"loss": step})
    first.kill()
    second = run.journal(attempt=2)
    second.log(1, {"loss": 11})
    found = run.read().history("loss", format="rows", attempts=True)
    assert [(row["_attempt"], row["_step"], row["loss"]) for row in found] == [
        (1, 0, 0),
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 11),
    ]


def test_rows_of_workers_stay_apart(run: Recorder) -> None:
    """A worker's row of a step that its parent logged too is a row of its own, after the parent's."""
    parent = run.journal()
    worker = run.worker(parent)
    for step in range(2):
        worker.log(step, {"a": 10 + step})
        parent.log(step, {"a": step})
    assert rows(run, "a") == [(0, 0), (0, 10), (1, 1), (1, 11)]


def test_workers_belong_to_their_attempt(run: Recorder) -> None:
    """What a worker of a newer attempt logged supersedes what older attempts logged."""
    first = run.journal()
    run.worker(first).log(5, {"a": 1})
    second = run.journal(attempt=2)
    run.worker(second).log(5, {"a": 2})
    assert rows(run, "a") == [(5, 2)]


def test_ranks_are_apart(run: Recorder) -> None:
    """History shows rank 0, one rank, or all of them with a column that names them."""
    run.journal().log(0, {"a": 0})
    run.journal(rank=1).log(0, {"a": 1})
    assert rows(run, "a") == [(0, 0)]
    assert rows(run, "a", rank=1) == [(0, 1)]
    for every in (None, "all"):
        found = run.read().history("a", format="rows", rank=every)
        assert [(row["_rank"], row["a"]) for row in found] == [(0, 0), (1, 1)]


def test_attempts_of_one_rank_do_not_supersede_those_of_another(run: Recorder) -> None:
    """A rank that was restarted leaves the rows of the others alone."""
    run.journal().log(0, {"a": 0})
    run.journal(rank=1).log(0, {"a": 1})
    run.journal(rank=1, attempt=2).log(0, {"a": 2})
    found = run.read().history("a", format="rows", rank="all")
    assert [(row["_rank"], row["a"]) for row in found] == [(0, 0), (1, 2)]


def test_rewind_takes_later_rows_back(run: Recorder) -> None:
    """Rows of earlier attempts after the step of a rewind do not count, also with `attempts`."""
    first = run.journal()
    for step in range(5):
        first.log(step, {"a": step})
    first.kill()
    run.journal(attempt=2, rewind=2).log(3, {"a": 33})
    assert rows(run, "a") == [(0, 0), (1, 1), (2, 2), (3, 33)]
    assert rows(run, "a", attempts=True) == [(0, 0), (1, 1), (2, 2), (3, 33)]


def test_fork_begins_with_the_rows_of_its_parent(run: Recorder) -> None:
    """Rows that a fork inherited count up to the step of the fork."""
    parent = run.journal(run="parent")
    for step in range(5):
        parent.log(step, {"a": step})
    parent.finish()
    fork = run.journal(attempt=2, rewind=1, forked_from="p/parent?_step=1")
    fork.log(2, {"a": 22})
    fork.finish()
    assert rows(run, "a") == [(0, 0), (1, 1), (2, 22)]


def test_time_and_runtime_are_those_of_the_values(run: Recorder) -> None:
    """A row's time is when the last of the values asked for was logged; its runtime counts earlier attempts."""
    first = run.journal(time=START)
    first.log(0, {"a": 1}, time=START + 10)
    first.log(0, {"b": 1}, time=START + 11)
    first.kill()
    run.journal(time=START + 500, attempt=2, runtime_s=20.0).log(1, {"a": 2}, time=START + 503)
    found = run.read().history(["a"], format="rows")
    assert [(row["_timestamp"], row["_runtime"]) for row in found] == [(START + 10, 10.0), (START + 503, 23.0)]
    assert run.read().history(format="rows")[0]["_timestamp"] == START + 11


def test_runtime_of_a_worker_is_that_of_its_attempt(run: Recorder) -> None:
    """A worker that began later shows how long the run had been running, not the worker."""
    parent = run.journal(time=START)
    run.worker(parent, time=START + 100).log(0, {"a": 1}, time=START + 105)
    assert run.read().history(format="rows")[0]["_runtime"] == 105.0


def test_samples_of_the_system_are_not_superseded(run: Recorder) -> None:
    """System samples of all attempts come in order of time, but none of an inherited journal."""
    run.journal(run="parent").log(0, {"cpu": 0.0}, stream="system")
    first = run.journal()
    for number in range(2):
        first.log(number, {"cpu": 1.0 + number}, stream="system")
    second = run.journal(attempt=2, rewind=0, forked_from="p/parent?_step=0")
    second.log(0, {"cpu": 3.0}, stream="system")
    second.log(0, {"loss": 3.0})
    found = run.read().system_history(format="rows")
    assert [row["cpu"] for row in found] == [1.0, 2.0, 3.0]
    assert run.read().history("cpu", stream="events", format="rows") == found


def test_samples_of_the_system_merge_within_a_writer(run: Recorder) -> None:
    """What two captures measured for one sample is one row."""
    journal = run.journal()
    journal.log(0, {"cpu": 1.0}, stream="system")
    journal.log(0, {"gpu": 2.0}, stream="system")
    [row] = run.read().system_history(format="rows")
    assert (row["cpu"], row["gpu"]) == (1.0, 2.0)


def test_rows_of_an_editor_do_not_exist(run: Recorder) -> None:
    """An edit's journal is no attempt, and changes nothing of the history."""
    run.journal().log(0, {"a": 1})
    run.journal(role="editor", rank=0).edit(name="x")
    assert rows(run, "a", attempts=True) == [(0, 1)]


def test_damaged_header_leaves_rows_readable(run: Recorder) -> None:
    """The rows of a journal whose header is damaged are shown."""
    journal = run.journal()
    journal.log(0, {"a": 1})
    journal.kill()
    path = journal.writer.path
    data = bytearray(path.read_bytes())
    data[20] ^= 0xFF
    path.write_bytes(data)
    assert rows(run, "a") == [(0, 1)]


# -- the rules, against a model ------------------------------------------------------------------------------------


class Record(NamedTuple):
    """One record of the model."""

    rank: int
    attempt: int
    line: int
    order: int  # among all records of the run
    step: int
    data: dict[str, Any]


VALUES = st.one_of(
    st.integers(-3, 3),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.sampled_from([2**70, -(2**63), 2**53 + 1, 2**64 - 1]),
    st.sampled_from(["text", "", None, b"bytes"]),
    st.lists(st.integers(0, 3), max_size=2),
)
DATA = st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1)
LOGS = st.lists(st.tuples(st.integers(-2, 8), DATA), max_size=12)
ATTEMPT = st.fixed_dictionaries(
    {"own": LOGS, "workers": st.lists(LOGS, max_size=2), "rewind": st.none() | st.integers(-2, 8)}
)
RUNS = st.lists(st.lists(ATTEMPT, min_size=1, max_size=3), min_size=1, max_size=2)  # ranks of attempts


def write(recorder: Recorder, ranks: list[list[dict[str, Any]]]) -> list[Record]:
    """Write journals of a run, and return those of their records that count."""
    records: list[Record] = []
    rewinds: list[tuple[int, int]] = []
    for rank, attempts in enumerate(ranks):
        for number, attempt in enumerate(attempts, 1):
            rewind = attempt["rewind"] if number > 1 else None
            if rewind is not None:
                rewinds.append((number, rewind))
            primary = recorder.journal(rank=rank, attempt=number, rewind=rewind)
            workers = [(len(recorder.journals), recorder.worker(primary), logs) for logs in attempt["workers"]]
            records += log_all(rank, number, [(0, primary, attempt["own"]), *workers])
    # A rewind takes rows of earlier attempts back, of all ranks.
    return [
        record
        for record in records
        if all(record.attempt >= number or record.step <= rewind for number, rewind in rewinds)
    ]


def log_all(rank: int, attempt: int, journals: list[tuple[int, Journal, Any]]) -> list[Record]:
    """Write the records of one attempt."""
    found: list[Record] = []
    for line, journal, logs in journals:
        for step, data in logs:
            journal.log(step, data)
            found.append(Record(rank, attempt, line, len(found), step, data))
        journal.kill()
    return found


def model(records: list[Record], keys: list[str] | None, *, attempts: bool = False) -> list[dict[str, Any]]:
    """Return the rows that the rules make of records, in the plainest way."""
    spans: dict[tuple[int, int, str], list[int]] = {}
    for record in records:
        for key in record.data:
            spans.setdefault((record.rank, record.attempt, key), []).append(record.step)
    merged: dict[tuple[int, ...], dict[str, Any]] = {}
    for record in records:
        for key, value in record.data.items():
            superseded = any(
                rank == record.rank
                and name == key
                and attempt > record.attempt
                and min(steps) <= record.step <= max(steps)
                for (rank, attempt, name), steps in spans.items()
            )
            if (keys is None or key in keys) and (attempts or not superseded):
                part = record.attempt if attempts else 0
                merged.setdefault((record.rank, part, record.step, record.line), {})[key] = value
    return [{"_step": place[2], **merged[place]} for place in sorted(merged)]


def plain(found: list[dict[str, Any]], keys: list[str] | None) -> list[dict[str, Any]]:
    """Return rows without times and marks, with keys in alphabetical order."""
    names = ["_step", *(keys if keys is not None else "abc")]
    return [{name: row[name] for name in names if name in row} for row in found]


@settings(max_examples=120, deadline=None)
@given(ranks=RUNS, keys=st.none() | st.lists(st.sampled_from("abc"), min_size=1, unique=True))
def test_history_follows_the_rules(ranks: list[list[dict[str, Any]]], keys: list[str] | None) -> None:
    """For any journals `history`, `scan_history` and `series` give what the rules give when followed naively."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        records = write(recorder, ranks)
        run = recorder.read()
        fill = dict.fromkeys(keys) if keys is not None else {}
        for rank in (0, None):
            counted = [record for record in records if rank is None or record.rank == rank]
            expected = [{**fill, **row} for row in model(counted, keys)]
            assert same(plain(run.history(keys, rank=rank, format="rows"), keys), plain(expected, keys))
            assert same(plain([*run.scan_history(keys, rank=rank, page_size=3)], keys), plain(expected, keys))
            everything = [{**fill, **row} for row in model(counted, keys, attempts=True)]
            found = run.history(keys, rank=rank, format="rows", attempts=True)
            assert same(plain(found, keys), plain(everything, keys))


@pytest.mark.extra
@settings(max_examples=60, deadline=None)
@given(ranks=RUNS)
def test_tables_show_the_same_values_as_rows(ranks: list[list[dict[str, Any]]]) -> None:
    """The columns of numpy, pandas and polars hold the values that the rows hold."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        records = write(recorder, ranks)
        run = recorder.read()
        expected = model([record for record in records if record.rank == 0], None)
        arrays, frame, table = (run.history(format=kind) for kind in ("numpy", "pandas", "polars"))
        for key in "abc":
            wanted = [row.get(key) for row in expected]
            if key in arrays:
                assert all(map(agrees, arrays[key].tolist(), wanted))
                assert all(map(agrees, frame[key].tolist(), wanted))
                assert all(map(agrees, table[key].to_list(), wanted))
            series = run.series(key)
            assert series.step.tolist() == [row["_step"] for row in expected if key in row]
            assert all(map(agrees, series.value.tolist(), [row[key] for row in expected if key in row]))


def agrees(shown: Any, logged: Any) -> bool:
    """Tell whether a table may show a logged value so: a hole as None, NaN or NA, an integer as an equal float."""
    if logged is None or same(logged, float("nan")):
        return shown is None or repr(shown) in ("<NA>", "nan")
    shown = shown.item() if isinstance(shown, np.generic) else shown  # as early versions of pandas have it
    if isinstance(shown, bool) or isinstance(logged, bool):
        return shown is logged
    return type(shown) in (type(logged), float) and bool(shown == logged)
