"""Tests of `trailmark.journal.runstate`."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY, Packed, canonical, flat, header, histories, play, write_journal
from trailmark.journal import frames, runstate
from trailmark.journal.fold import JournalState
from trailmark.journal.layout import END_MARK, ROW_MARK
from trailmark.journal.machine import machine_id, process_started
from trailmark.journal.reader import Reader
from trailmark.journal.records import (
    Alert,
    ConfigChange,
    Console,
    Edit,
    Environment,
    Exit,
    Header,
    Metric,
    Preempting,
    Row,
    SummaryChange,
    encode,
)
from trailmark.journal.runstate import CACHE_NAME, RunState, combine, journal_paths, load, step_limits
from trailmark.journal.writer import Writer

END_MARK_BYTES = 20


def loaded(directory: Path, until_step: int | None = None) -> RunState:
    """Return the state of a run that is there."""
    run = load(directory, until_step)
    assert run is not None
    return run


def told(run: RunState) -> str:
    """Return all that a run's state tells, but for the states of its journals."""
    return canonical({name: getattr(run, name) for name in RunState.__struct_fields__ if name != "journals"})


def attempt(directory: Path, items: list[Any], *, code: int | None = 0, ended: float = 0.0, **fields: Any) -> Path:
    """Write one journal of a run; `code` None: it was killed."""
    writer = Writer(directory, header(**{"run": directory.name, **fields}))
    assert writer.open()
    play(writer, items)
    if code is not None:
        writer.close(Exit(time=ended or writer.header.time + 50, code=code))
    else:
        os.close(writer._fd)
        writer._fd = -1
    return writer.path


def rows(key: str, *values: Any, start: int = 0, now: float = 1000.0) -> list[Packed]:
    """Return packed rows of one key."""
    return [Packed(start + at, now + at, {key: value}) for at, value in enumerate(values)]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """Return where a run of a project goes."""
    return tmp_path / "project" / "r1"


def test_no_journal_is_no_run(tmp_path: Path) -> None:
    """A folder without journals, and no folder, are no run."""
    (tmp_path / "notes.txt").write_text("")
    assert load(tmp_path) is None
    assert load(tmp_path / "missing") is None
    assert journal_paths(tmp_path / "missing") == []


@PROPERTY
@given(histories)
def test_the_exit_record_equals_a_full_fold(history: list[Any]) -> None:
    """A finished journal tells by its exit record alone what folding all of it tells."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_journal(Path(folder) / "r1", history)
        with mock.patch.object(runstate, "_fold", side_effect=AssertionError("the exit record is enough")):
            quick = told(loaded(path.parent))
        os.truncate(path, path.stat().st_size - END_MARK_BYTES)
        assert told(loaded(path.parent)) == quick


@PROPERTY
@given(histories, st.lists(st.integers(0, 1 << 30), max_size=4), st.none() | st.integers(-2, 9))
def test_the_cache_equals_a_full_fold(history: list[Any], cuts: list[int], until_step: int | None) -> None:
    """A growing run whose folded state is cached now and then has the state that it has without a cache."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(runstate, "_CACHE_FROM_BYTES", 0):
        whole = write_journal(Path(folder), history, closed=False).read_bytes()
        path = Path(folder) / "r1" / "w.journal"
        path.parent.mkdir()
        for size in [*sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]:
            path.write_bytes(whole[:size])
            cached = told(loaded(path.parent, until_step))
            (path.parent / CACHE_NAME).unlink(missing_ok=True)
            assert told(loaded(path.parent, until_step)) == cached


def killed_run(run_dir: Path, count: int = 2000) -> Path:
    """Write a journal without an exit record, large enough to be cached."""
    return attempt(run_dir, rows("x", *map(float, range(count))), code=None)


def test_the_cache_saves_reading(run_dir: Path) -> None:
    """What is in the cache is not read again: only what was appended since is."""
    path = killed_run(run_dir)
    before = loaded(run_dir)
    assert (run_dir / CACHE_NAME).exists()
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(bytes(5000))
    assert told(loaded(run_dir)) == told(before)
    (run_dir / CACHE_NAME).unlink()
    assert loaded(run_dir).rows < before.rows


def test_a_small_run_needs_no_cache(run_dir: Path) -> None:
    """What is folded in no time leaves no file behind."""
    killed_run(run_dir, count=20)
    assert loaded(run_dir).rows == 20
    assert not (run_dir / CACHE_NAME).exists()


def test_a_damaged_cache_is_no_cache(run_dir: Path) -> None:
    """Whatever a cache holds, the journals decide."""
    killed_run(run_dir)
    before = told(loaded(run_dir))
    cache = (run_dir / CACHE_NAME).read_bytes()
    for place in range(0, len(cache), 7):
        damaged = bytearray(cache)
        damaged[place] ^= 1
        (run_dir / CACHE_NAME).write_bytes(damaged)
        assert told(loaded(run_dir)) == before
    (run_dir / CACHE_NAME).write_bytes(b"")
    assert told(loaded(run_dir)) == before


def test_a_cache_of_another_version_is_no_cache(run_dir: Path) -> None:
    """Another version may fold otherwise, so its cache is not used."""
    path = killed_run(run_dir)
    with mock.patch("trailmark._version.__version__", "0"):
        loaded(run_dir)
    os.truncate(path, 5000)
    assert loaded(run_dir).rows < 200


def test_a_cache_of_a_longer_file_is_no_cache(run_dir: Path) -> None:
    """A journal that is shorter than what was cached of it is another one."""
    path = killed_run(run_dir)
    loaded(run_dir)
    os.truncate(path, 5000)
    assert loaded(run_dir).rows < 200


def test_a_folder_that_cannot_be_written_needs_no_cache(run_dir: Path) -> None:
    """Where no cache can be written, there is no error, and nothing is left behind."""
    killed_run(run_dir)
    (run_dir / CACHE_NAME / "in the way").mkdir(parents=True)
    assert loaded(run_dir).rows == 2000
    assert sorted(path.name for path in run_dir.iterdir()) == [CACHE_NAME, "w.journal"]


@pytest.mark.parametrize(
    ("code", "items", "state"),
    [
        (0, [], "finished"),
        (1, [], "failed"),
        (255, [], "failed"),
        (143, [Preempting(time=1010.0)], "preempted"),
        (0, [Preempting(time=1010.0)], "finished"),
        (None, [Preempting(time=1010.0)], "preempted"),
        (None, [], "crashed"),
    ],
)
def test_states_are_derived(run_dir: Path, code: int | None, items: list[Any], state: str) -> None:
    """Exit code, preemption and silence decide how a run is."""
    attempt(run_dir, items, code=code)
    run = loaded(run_dir)
    assert (run.state, run.exit_code) == (state, code)


def test_a_process_that_lives_is_running(run_dir: Path) -> None:
    """On this machine a run runs as long as its process does, however long it is silent."""
    started = process_started(os.getpid())
    here: dict[str, Any] = {"machine": machine_id(), "pid": os.getpid()}
    attempt(run_dir, [], code=None, **here, pid_started=started)
    assert loaded(run_dir).state == "running"
    shutil.rmtree(run_dir)
    attempt(run_dir, [], code=None, **here, pid_started=(started or 0.0) + 99.0, time=time.time())
    assert loaded(run_dir).state == "crashed"
    shutil.rmtree(run_dir)
    attempt(run_dir, [], code=None, **here)  # a worker does not say when it started
    assert loaded(run_dir).state == "running"


@pytest.mark.parametrize(("silence_s", "state"), [(5.0, "running"), (25.0, "running"), (35.0, "crashed")])
def test_elsewhere_the_heartbeat_decides(run_dir: Path, silence_s: float, state: str) -> None:
    """On another machine a run is running while its last record is at most three heartbeats old."""
    attempt(run_dir, [Packed(0, time.time() - silence_s, {"cpu": 1.0}, "system")], code=None, heartbeat_s=10.0)
    assert loaded(run_dir).state == state


def test_attempts_come_together(run_dir: Path) -> None:
    """A resumed run has the rows of both attempts, the newest config and state, and the time that both ran."""
    define = Metric(name="loss", summary=["min", "mean"])
    first = [
        ConfigChange(time=1000.0, set={"lr": 1, "old": 1}),
        define,
        *rows("loss", 4.0, 2.0),
        SummaryChange(time=1010.0, set={"by_hand": 1}),
    ]
    second = [
        ConfigChange(time=2000.0, set={"lr": 2}, removed=["old"]),
        define,
        *rows("loss", 3.0, start=2, now=2000.0),
    ]
    attempt(run_dir, first, code=1, writer="a", attempt=1)
    attempt(run_dir, second, writer="b", attempt=2, time=2000.0, runtime_s=50.0, name="again", tags=["t"])
    run = loaded(run_dir)
    assert (run.state, run.attempts, run.rows, run.last_step, run.counts) == ("finished", 2, 3, 2, {"loss": 3})
    assert run.config == {"lr": 2}
    assert run.summary == {"loss": {"min": 2.0, "mean": 3.0}, "by_hand": 1}
    assert (run.start_time, run.last_time, run.exit_time, run.runtime_s) == (1000.0, 2050.0, 2050.0, 100.0)
    assert (run.name, run.tags, run.id, run.project) == ("again", ["t"], "r1", "project")


def test_a_dict_set_by_hand_is_no_statistic(run_dir: Path) -> None:
    """A value set by hand after the last row stays, though it looks like what a definition gives."""
    define = Metric(name="loss", summary=["min"])
    by_hand = SummaryChange(time=1100.0, set={"loss": {"min": "mine"}})
    attempt(run_dir, [define, *rows("loss", 1.0), by_hand], writer="a")
    attempt(run_dir, [], writer="b", attempt=2, time=2000.0)
    assert loaded(run_dir).summary == {"loss": {"min": "mine"}}


def test_a_summary_removed_by_a_later_attempt_is_gone(run_dir: Path) -> None:
    """What one attempt removes is gone, though an earlier one has logged it."""
    attempt(run_dir, rows("x", 1.0), writer="a")
    attempt(run_dir, [SummaryChange(time=2001.0, removed=["x"])], writer="b", attempt=2, time=2000.0)
    assert loaded(run_dir).summary == {}


def test_the_last_attempt_counts_whatever_its_clock_says(run_dir: Path) -> None:
    """A run that was resumed on a machine whose clock is behind has the state of that attempt."""
    attempt(run_dir, [], code=1, writer="a", attempt=1, time=5000.0)
    attempt(run_dir, [], writer="b", attempt=2, time=4000.0)
    assert loaded(run_dir).state == "finished"


def test_other_ranks_are_kept_apart(run_dir: Path) -> None:
    """Rows, config and environment of other ranks do not become the run's; their lost rows are counted."""
    attempt(run_dir, [*rows("x", 1.0), Environment(time=1001.0, values={"host": "zero"})], writer="a")
    other = [
        *rows("x", 9.0, 9.0),
        ConfigChange(time=1900.0, set={"lr": 9}),
        Environment(time=1900.0, values={"host": "one"}),
    ]
    attempt(run_dir, other, writer="b", rank=1, time=1900.0, code=1)
    run = loaded(run_dir)
    assert (run.state, run.rows, run.summary, run.config) == ("finished", 1, {"x": 1.0}, {})
    assert (run.environment, run.ranks) == ({"host": "zero"}, [0, 1])


def test_rows_of_workers_count(run_dir: Path) -> None:
    """Processes that rank 0 forked or spawned add to its rows, but do not tell how the run is."""
    attempt(run_dir, rows("x", 1.0), writer="a")
    attempt(run_dir, rows("y", 2.0), writer="b", role="worker", parent="a", time=1005.0, code=None)
    run = loaded(run_dir)
    assert (run.state, run.rows, run.summary, run.attempts) == ("finished", 2, {"x": 1.0, "y": 2.0}, 1)


def rewound(run_dir: Path, *, of: int = 2) -> None:
    """Write a run that was killed at step 9 and goes on from step 4, with two ranks and a worker each time."""
    for number, start, values in ((of - 1, 0, range(10)), (of, 5, range(100, 103))):
        fields: dict[str, Any] = {"attempt": number, "rewind": 4 if number == of else None}
        began = 1000.0 * number
        # The second rank begins before rank 0, as may be; the worker begins later.
        for writer, rank, role, late in (("b", 1, "primary", -5.0), ("a", 0, "primary", 0.0), ("c", 0, "worker", 5.0)):
            history = [
                *rows(f"{writer}{rank}", *values, start=start, now=began),
                ConfigChange(time=began, set={"n": number}),
            ]
            parent = f"{number}a" if role == "worker" else None
            attempt(
                run_dir,
                history,
                code=None,
                **{**fields, "writer": f"{number}{writer}", "rank": rank, "role": role, "time": began + late},
                parent=parent,
            )


def test_a_rewind_takes_back_steps_of_earlier_attempts_only(run_dir: Path) -> None:
    """Steps after the rewind count of the new attempt, in all its ranks and workers, and not of the earlier one."""
    rewound(run_dir)
    run = loaded(run_dir)
    assert {name: state.rows for name, state in run.journals.items()} == {
        "1a.journal": 5,
        "1b.journal": 5,
        "1c.journal": 5,
        "2a.journal": 3,
        "2b.journal": 3,
        "2c.journal": 3,
    }
    assert (run.rows, run.last_step, run.summary, run.config) == (16, 7, {"a0": 102, "c0": 102}, {"n": 2})


def test_a_finished_attempt_can_be_rewound(run_dir: Path) -> None:
    """The state in an exit record is not used if it holds steps that were taken back."""
    attempt(run_dir, rows("x", *range(10)), writer="a")
    attempt(run_dir, [], writer="b", attempt=2, time=2000.0, rewind=4)
    run = loaded(run_dir)
    assert (run.rows, run.last_step, run.summary) == (5, 4, {"x": 4})


def test_a_rewind_beyond_the_end_takes_nothing_back(run_dir: Path) -> None:
    """An attempt that had not come so far is read from its exit record."""
    attempt(run_dir, rows("x", *range(10)), writer="a")
    attempt(run_dir, [], writer="b", attempt=2, time=2000.0, rewind=9)
    with mock.patch.object(runstate, "_fold", side_effect=AssertionError("the exit record is enough")):
        assert loaded(run_dir).rows == 10


def test_a_fork_inherits_what_was_logged(run_dir: Path) -> None:
    """Of the run that it was forked from, a fork has rows, config, summary and definitions, and nothing else."""
    parent = [
        ConfigChange(time=1000.0, set={"lr": 1}),
        Metric(name="x", summary=["max"]),
        *rows("x", *range(10)),
        Packed(0, 1000.0, {"cpu": 1.0}, "system"),
        Environment(time=1000.0, values={"host": "old"}),
        Console(time=1000.0, stream="stdout", first=0, lines=["hello"]),
        Alert(time=1000.0, title="hot"),
        Edit(time=9000.0, set={"name": "edited"}),
    ]
    attempt(run_dir, parent, writer="a", run="parent", attempt=5, name="old", code=1)
    own = [Metric(name="x", summary=["max"]), *rows("x", 2, start=4, now=2000.0)]
    attempt(run_dir, own, writer="b", time=2000.0, rewind=3, name="new")
    run = loaded(run_dir)
    assert (run.name, run.state, run.attempts, run.start_time) == ("new", "finished", 1, 2000.0)
    assert (run.rows, run.config, run.summary) == (5, {"lr": 1}, {"x": {"max": 3}})
    assert (run.environment, run.system_counts) == ({}, {})


def test_a_fork_of_a_fork(run_dir: Path) -> None:
    """Each fork takes back the steps of those before it, and not those of its own forks."""
    attempt(run_dir, rows("x", *range(10)), writer="a", run="one")
    attempt(run_dir, rows("x", *range(10), start=6, now=2000.0), writer="b", run="two", time=2000.0, rewind=5)
    attempt(run_dir, rows("x", *range(3), start=9, now=3000.0), writer="c", time=3000.0, rewind=8)
    assert {name: state.rows for name, state in loaded(run_dir).journals.items()} == {
        "a.journal": 6,
        "b.journal": 3,
        "c.journal": 3,
    }


def test_a_copied_run_has_its_own_attempts(run_dir: Path) -> None:
    """A folder that was copied to another name is that run still: its own journals inherit nothing."""
    attempt(run_dir, [*rows("x", 1.0), Environment(time=1.0, values={"a": 1})], writer="a", run="other")
    run = loaded(run_dir)
    assert (run.id, run.rows, run.environment) == ("r1", 1, {"a": 1})


def test_editors_edit(run_dir: Path) -> None:
    """Edits of another writer are the newest word, and no activity of the run."""
    attempt(run_dir, [Edit(time=1001.0, set={"name": "first", "tags": ["a"]})], writer="a", group="g")
    edits = [Edit(time=9000.0, set={"name": "last", "archived": True, "owner": "unknown field"})]
    attempt(run_dir, edits, code=None, writer="e", role="editor", time=8000.0)
    run = loaded(run_dir)
    assert (run.name, run.tags, run.archived, run.group) == ("last", ["a"], True, "g")
    assert (run.state, run.last_time, run.attempts) == ("finished", 1050.0, 1)


def test_until_a_step(run_dir: Path) -> None:
    """A run as it was at a step, for who goes on from there."""
    attempt(run_dir, [*rows("x", *range(10)), SummaryChange(time=1100.0, set={"best": 1})])
    run = loaded(run_dir, until_step=3)
    assert (run.rows, run.last_step, run.summary) == (4, 3, {"x": 3})
    assert loaded(run_dir).summary == {"x": 9, "best": 1}


def test_a_later_version_is_told(run_dir: Path) -> None:
    """A journal that cannot be read is named with the reason; the others are there."""
    attempt(run_dir, rows("x", 1.0), writer="a")
    later = run_dir / "20300101T000000-r0-ff.journal"
    later.write_bytes(b"TRAILMK2" + bytes(100))
    run = loaded(run_dir)
    assert (run.state, run.rows) == ("finished", 1)
    assert "version 2" in run.unreadable[later.name]


def test_a_state_of_another_kind_is_not_used(run_dir: Path) -> None:
    """A journal whose exit record carries a state that cannot be decoded is folded."""
    path = attempt(run_dir, rows("x", 1.0), code=None, attempt=3)
    data = path.read_bytes()
    offset = len(data)
    data += frames.encode(encode(Exit(time=1050.0, state=b"\x81\xa4rows\xa4many")), offset)
    path.write_bytes(data + frames.encode(END_MARK.pack(ROW_MARK, offset), len(data)))
    run = loaded(run_dir)
    assert (run.state, run.rows, run.attempts, run.unreadable) == ("finished", 1, 3, {})


def test_a_journal_that_has_just_begun(run_dir: Path) -> None:
    """A file without its header yet changes nothing of the run but its ranks."""
    attempt(run_dir, rows("x", 1.0), writer="20260101T000000-r0-aa")
    (run_dir / "20260101T000001-r2-bb.journal").write_bytes(b"")
    run = loaded(run_dir)
    assert (run.state, run.rows, run.ranks, run.start_time) == ("finished", 1, [0, 2], 1000.0)


def test_a_run_of_an_empty_file(run_dir: Path) -> None:
    """A run that died before its header is a crashed run that began when its file's name says."""
    run_dir.mkdir(parents=True)
    (run_dir / "20260101T000001-r0-bb.journal").write_bytes(b"")
    run = loaded(run_dir)
    assert (run.state, run.name, run.rows, run.start_time) == ("crashed", "r1", 0, 1767225601.0)


def test_a_damaged_header_costs_the_header(run_dir: Path) -> None:
    """Without its header a journal keeps its rows, and its rank and beginning by its name."""
    path = attempt(run_dir, rows("x", *range(5)), code=None, writer="20260101T000001-r0-bb", name="n")
    with path.open("r+b") as file:
        file.seek(20)
        file.write(b"\xff")
    run = loaded(run_dir)
    assert (run.rows, run.summary, run.start_time, run.name) == (5, {"x": 4}, 1767225601.0, "r1")


def test_any_flipped_byte_can_be_loaded(run_dir: Path) -> None:
    """Whichever byte of a journal is wrong, its run can be loaded, and has all rows but one at most."""
    history = [*rows("x", *range(20)), Row(step=20, time=1100.0, data={"x": "text"}), *rows("y", 1.0)]
    data = attempt(run_dir, history).read_bytes()
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x81
        (run_dir / "w.journal").write_bytes(damaged)
        run = loaded(run_dir)
        readable = sum(fields["kind"] == "row" for _, fields in flat(Reader(run_dir / "w.journal")))
        assert readable >= 21
        assert run.rows in (22, readable)  # the exit record knows of a row that cannot be read any more


def test_step_limits_leave_editors_alone() -> None:
    """An editor's journal has no steps to take back."""
    headers = {
        "a": Header(run="r", writer="a", time=1.0),
        "b": Header(run="r", writer="b", time=2.0, attempt=2, rewind=5),
        "e": Header(run="r", writer="e", time=1.5, role="editor"),
    }
    assert step_limits(headers) == {"a": 5}


def test_several_rewinds_take_the_smallest_step() -> None:
    """An attempt that was rewound twice counts to the smaller of the steps."""
    headers = {
        name: Header(run="r", writer=name, time=at, attempt=number, rewind=rewind)
        for name, at, number, rewind in (("a", 1.0, 1, None), ("b", 2.0, 2, 9), ("c", 3.0, 3, 4), ("d", 4.0, 4, 7))
    }
    assert step_limits(headers) == {"a": 4, "b": 4, "c": 7}


def test_states_without_headers_can_be_combined(tmp_path: Path) -> None:
    """Journals none of which has a header make a run all the same."""
    run = combine(tmp_path, {"x.journal": JournalState(), "y.journal": JournalState(rows=2)})
    assert (run.state, run.rows) == ("crashed", 2)


def test_the_cache_is_checked(run_dir: Path) -> None:
    """The cache is one frame, so that a flipped bit of it cannot pass for a state."""
    killed_run(run_dir)
    loaded(run_dir)
    data = (run_dir / CACHE_NAME).read_bytes()
    assert frames.payload_end(data, 0, 0) == len(data)
