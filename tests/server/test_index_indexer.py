"""Tests of `trailmark.server.index.indexer`: what is in the index is what `trailmark.Api` reads, whatever happened."""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import event

import trailmark
from api_support import Journal, Recorder
from index_support import disagreements
from trailmark.journal.records import Row
from trailmark.server.index import indexer
from trailmark.server.index import run as run_module
from trailmark.server.index.open import open_index
from trailmark.server.store import schema
from trailmark.server.store.lines import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.server.index.change import Change
    from trailmark.server.index.indexer import Indexer
    from trailmark.server.store.database import Database


def folder(index: Indexer, run: Run) -> Path:
    """Return the folder of a run."""
    return index.root / "p" / run.id


def caught_up(index: Indexer) -> list[Change]:
    """Bring the index up to date, and return what changed."""
    changes: list[Change] = []
    index.catch_up(changes.append)
    return changes


def test_numbers_of_every_kind_come_back_to_the_bit(begin: Callable[..., Run], index: Indexer) -> None:
    """Floats with their NaN and infinities, integers of any size and bools are what the local Api gives."""
    with begin() as run:
        for value in (1.5, math.nan, math.inf, -math.inf, -0.0, 1e-300, 5e-324):
            run.log({"f": value, "i": 2**53 + 1, "b": True})
        run.log({"big": 2**70, "i": -(2**63)})
        run.log({"mixed": 1})
        run.log({"mixed": 0.5})
    caught_up(index)
    assert disagreements(index) == []


def test_values_that_are_no_numbers_become_objects(begin: Callable[..., Run], index: Indexer) -> None:
    """Strings, lists, histograms and media are kept as records; None is nothing."""
    with begin() as run:
        for step in range(5):
            run.log(
                {
                    "text": f"at {step}",
                    "list": [1, "two"],
                    "hist": trailmark.Histogram([1.0, 2.0, float(step)]),
                    "image": trailmark.Image(np.zeros((4, 4), np.uint8)),
                    "hole": None if step % 2 else 1.0,
                }
            )
    caught_up(index)
    assert disagreements(index) == []


def test_rows_of_one_step_are_one(begin: Callable[..., Run], index: Indexer) -> None:
    """What `commit=False` wrote is merged with its step, the last value of a key counting."""
    with begin() as run:
        for step in range(10):
            run.log({"a": step, "b": 1.0}, commit=False)
            run.log({"a": step + 0.5})
    caught_up(index)
    assert disagreements(index) == []


def test_steps_in_any_order_are_sorted(begin: Callable[..., Run], index: Indexer) -> None:
    """A smaller step than the one before is data, too."""
    with begin() as run:
        for step in (5, 3, 8, 3, 1, 9, 2):
            run.log({"a": float(step)}, step=step)
            index.tick([folder(index, run)])
    caught_up(index)
    assert disagreements(index) == []


def test_a_resumed_run_that_repeats_steps_shows_the_newest(begin: Callable[..., Run], index: Indexer) -> None:
    """A restart from a checkpoint leaves neither zigzag nor hole, and what follows goes on."""
    with begin(id="r") as run:
        for step in range(100):
            run.log({"a": step * 1.0, "every ten": 1.0} if step % 10 == 0 else {"a": step * 1.0}, step=step)
    caught_up(index)
    with begin(id="r", resume="must") as run:
        for step in range(55, 180):
            run.log({"a": step * 2.0, "every ten": 2.0} if step % 7 == 0 else {"a": step * 2.0}, step=step)
            if step % 20 == 0:
                index.tick([folder(index, run)])
    caught_up(index)
    assert disagreements(index) == []


def test_a_rewound_run_loses_the_steps_after(begin: Callable[..., Run], index: Indexer) -> None:
    """`resume_from` takes later steps back, also those that are in the index already."""
    with begin(id="r") as run:
        for step in range(50):
            run.log({"a": step, "b": "text"}, step=step)
    caught_up(index)
    with begin(resume_from="r?_step=20") as run:
        run.log({"a": -1.0}, step=21)
    caught_up(index)
    assert disagreements(index) == []


def test_a_fork_has_what_it_inherits(begin: Callable[..., Run], index: Indexer) -> None:
    """A fork begins with the rows of the other run up to the step."""
    with begin(id="r") as run:
        for step in range(50):
            run.log({"a": step, "b": "text"}, step=step)
    with begin(fork_from="r?_step=20", id="f") as run:
        run.log({"a": -1.0}, step=21)
    caught_up(index)
    assert disagreements(index) == []


def test_ranks_and_workers_are_told_apart(root: Path, index: Indexer) -> None:
    """Rows of other ranks are kept under their rank; those of workers beside the primary's."""
    recorder = Recorder(root)
    first, second = recorder.journal(world_size=2), recorder.journal(rank=1, world_size=2)
    worker = recorder.worker(first)
    for step in range(30):
        first.log(step, {"a": step * 1.0})
        second.log(step, {"a": step * 3.0, "only": 1})
        worker.log(step, {"a": step * 2.0})
        if step % 7 == 0:
            index.tick([recorder.directory])
    for journal in recorder.journals:
        journal.finish()
    caught_up(index)
    assert disagreements(index) == []


def test_system_samples_count_by_time(root: Path, index: Indexer) -> None:
    """Samples of two attempts follow one another by their times, and no rewind takes them back."""
    recorder = Recorder(root)
    one = recorder.journal()
    for sample in range(5):
        one.log(sample, {"cpu": sample * 1.0}, stream="system")
    caught_up(index)
    two = recorder.journal(attempt=2, rewind=0)
    for sample in range(5):
        two.log(sample, {"cpu": sample * 2.0}, stream="system")
        one.log(5 + sample, {"cpu": -1.0}, stream="system")
        index.tick([recorder.directory])
    caught_up(index)
    for journal in recorder.journals:
        journal.finish()
    caught_up(index)
    assert disagreements(index) == []


class Chaos:
    """Writes the journals of one run in any way that there is."""

    def __init__(self, root: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.recorder = Recorder(root)
        self.live: list[Journal] = []
        self._steps: dict[int, int] = {}
        self._kinds = {key: self.chance.choice((1.5, 7, True, "text", None, [1], 2**70)) for key in "abcd"}
        self._begin(self.recorder.journal(), 0)

    def do(self) -> None:
        """Do any of the things that there are."""
        actions = [self._log] * 12 + [self._attempt, self._worker, self._edit, self._print, self._metric]
        self.chance.choice(actions)()

    def finish(self) -> None:
        """End all journals."""
        for journal in self.live:
            journal.finish()

    def _begin(self, journal: Journal, step: int) -> None:
        self.live.append(journal)
        self._steps[id(journal)] = step

    def _any(self) -> Journal:
        return self.chance.choice(self.live[-2:])

    def _log(self) -> None:
        journal = self._any()
        self._steps[id(journal)] += self.chance.choice((0, 1, 1, 1, 1, 3, -2))
        odd = self.chance.choice((1.5, 7, "text", None)) if self.chance.random() < 0.1 else None
        data = {key: odd or self._kinds[key] for key in "abcd" if self.chance.random() < 0.6}
        stream = "system" if self.chance.random() < 0.1 else "history"
        journal.log(self._steps[id(journal)], data, stream=stream)

    def _attempt(self) -> None:
        rewind = self.chance.randint(0, 10) if self.chance.random() < 0.3 else None
        rank = self.chance.choice((0, 0, 1))
        journal = self.recorder.journal(attempt=len(self.live) + 1, rank=rank, rewind=rewind)
        self._begin(journal, self.chance.randint(0, 9))

    def _worker(self) -> None:
        parent = self._any()
        self._begin(self.recorder.worker(parent), self._steps[id(parent)])

    def _edit(self) -> None:
        editor = self.recorder.journal(role="editor")
        editor.edit(name=f"n{self.chance.random()}", tags=["t"], deleted=self.chance.random() < 0.5)
        editor.finish()

    def _print(self) -> None:
        self._any().print(self.chance.randint(0, 4), "one", f"two {self.chance.random()}")

    def _metric(self) -> None:
        summary = [self.chance.choice(("min", "mean", "best", "none"))]
        self._any().metric(self.chance.choice("abcd"), summary=summary)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_written_the_index_agrees(root: Path, seed: int) -> None:
    """Attempts, rewinds, workers, ranks, edits and values of all kinds, looked at and reopened at any moment."""
    chaos = Chaos(root, seed)
    index = open_index(root)
    for _ in range(50):
        chaos.do()
        now = chaos.chance.random()
        if now < 0.1:
            index.tick([chaos.recorder.directory])
        elif now < 0.15:
            index.close()
            index = open_index(root)
    chaos.finish()
    index.catch_up()
    with contextlib.closing(index):
        assert (index.is_writer, index.problems(), disagreements(index)) == (True, [], [])


def test_console_lines_and_alerts_are_those_of_the_run(root: Path, index: Indexer) -> None:
    """A line that was written again keeps its place, and has the last text."""
    recorder = Recorder(root)
    journal = recorder.journal()
    journal.print(0, "one", "two")
    caught_up(index)
    journal.print(1, "two again", "three")
    journal.print(0, "err", stream="stderr")
    journal.alert("look")
    journal.finish()
    caught_up(index)
    assert disagreements(index) == []


def test_lines_of_several_processes_are_in_order_of_time(root: Path, tmp_path: Path) -> None:
    """Where they were followed as where they are read from nothing, one journal after the other."""
    recorder = Recorder(root)
    ranks = [recorder.journal(), recorder.journal(rank=1)]
    with contextlib.closing(open_index(root)) as index:
        for number in range(6):
            for rank in ranks if number % 3 else reversed(ranks):
                rank.time = max(each.time for each in ranks)  # both look at one clock
                rank.print(number, f"{number} of {ranks.index(rank)}")
            if number % 2:
                index.tick([recorder.directory])
        shutil.copytree(root, tmp_path / "again", ignore=shutil.ignore_patterns(".index"))
        with contextlib.closing(open_index(tmp_path / "again")) as again:
            again.catch_up()
            expected = _texts(again)
        assert expected == [
            *("0 of 1", "0 of 0", "1 of 0", "1 of 1", "2 of 0", "2 of 1"),
            *("3 of 1", "3 of 0", "4 of 0", "4 of 1", "5 of 0", "5 of 1"),
        ]
        for rank in ranks:
            rank.finish()
        index.catch_up()
        assert _texts(index) == expected
        assert disagreements(index) == []


def _texts(index: Indexer) -> list[str]:
    with index.database.read() as connection:
        return [line.text for line in page(connection, 1)]


def test_an_edit_changes_the_state_and_no_series(begin: Callable[..., Run], index: Indexer) -> None:
    """Editing a finished run says so in the change, and leaves its points alone."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    caught_up(index)
    edited = trailmark.Api(index.root).run("p/r")
    edited.name, edited.tags = "better", ["good"]
    edited.update()
    [change] = index.tick([folder(index, run)])
    assert [(told.name, "identity" in told.fields, "series" in told.fields) for told in change.runs] == [
        ("better", True, False)
    ]
    assert disagreements(index) == []


def test_a_change_says_what_is_new(begin: Callable[..., Run], index: Indexer) -> None:
    """The first one tells of a created run, the next of the points that came."""
    run = begin()
    run.log({"a": 1.0})
    [first] = index.tick([folder(index, run)])
    run.log({"a": 2.0, "b": "text"})
    [second] = index.tick([folder(index, run)])
    assert (first.runs[0].created, first.projects) == (True, True)
    assert (second.runs[0].created, second.projects) == (False, False)
    assert second.runs[0].keys == {"a": 2, "b": 1}
    assert {"series", "media"} <= second.runs[0].fields
    assert second.cursor > first.cursor


def test_a_run_deleted_by_hand_disappears(begin: Callable[..., Run], index: Indexer) -> None:
    """All that the index had of it goes, and the change says so."""
    with begin(id="gone") as run:
        run.log({"a": 1.0})
    with begin(id="stays"):
        pass
    caught_up(index)
    shutil.rmtree(folder(index, run))
    changes = caught_up(index)
    assert [change.removed for change in changes] == [[("p", "gone")]]
    assert disagreements(index) == []
    with index.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.series)) == 0


def test_a_copied_run_is_indexed(begin: Callable[..., Run], index: Indexer) -> None:
    """`cp -r` of a run is another run."""
    with begin(id="one") as run:
        run.log({"a": 1.0})
    caught_up(index)
    shutil.copytree(folder(index, run), index.root / "p" / "two")
    caught_up(index)
    assert disagreements(index) == []


def test_a_torn_journal_is_read_to_the_tear_and_told(root: Path, index: Indexer) -> None:
    """What comes before the tear counts, and the problems say how many bytes do not."""
    journal = Recorder(root).journal()
    for step in range(20):
        journal.log(step, {"a": float(step)})
    path = journal.writer.path
    path.write_bytes(path.read_bytes()[:-7])
    caught_up(index)
    assert disagreements(index) == []
    [(where, text)] = index.problems()
    assert where == "p/r"
    assert "no complete record" in text


def test_a_damaged_journal_is_read_around_the_damage_and_told(begin: Callable[..., Run], index: Indexer) -> None:
    """Flipped bytes cost the rows that they are in; the problems say where."""
    with begin(id="r") as run:
        for step in range(200):
            run.log({"a": float(step)})
    [path] = folder(index, run).glob("*.journal")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4] = b"oops"
    path.write_bytes(bytes(data))
    caught_up(index)
    assert disagreements(index) == []
    [(_, text)] = index.problems()
    assert "damaged bytes at byte" in text


def test_a_journal_of_a_later_version_is_told(begin: Callable[..., Run], index: Indexer) -> None:
    """The run is listed, and the problems say to upgrade."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
    [path] = folder(index, run).glob("*.journal")
    path.write_bytes(b"TRAILMK9" + path.read_bytes()[8:])
    caught_up(index)
    [(_, text)] = index.problems()
    assert "upgrade" in text


def test_a_journal_that_was_cut_off_is_indexed_anew(root: Path, index: Indexer) -> None:
    """Rows that are not in the file any more are not in the index either."""
    recorder = Recorder(root)
    journal = recorder.journal()
    for step in range(10):
        journal.log(step, {"a": 1.0 * step})
    caught_up(index)
    with journal.writer.path.open("r+b") as file:
        file.truncate(journal.writer.size_bytes - 40)
    caught_up(index)
    assert disagreements(index) == []


def test_a_value_that_nobody_foresaw_keeps_no_other_run_away(
    begin: Callable[..., Run], root: Path, index: Indexer
) -> None:
    """A record of the wrong shape is a problem of its run alone."""
    journal = Recorder(root, run="odd").journal()
    journal.write(Row(step=1, time=1.0, data={"image": {"_type": 5}, "table": [{"_type": None}]}))
    journal.finish()
    with begin(id="r") as run:
        run.log({"a": 1.0})
    caught_up(index)
    with index.database.read() as connection:
        assert set(connection.scalars(sa.select(schema.runs.c.id))) == {"odd", "r"}


def test_an_index_that_is_up_to_date_is_left_alone(begin: Callable[..., Run], root: Path) -> None:
    """Opening it again finds nothing to do."""
    for number in range(3):
        with begin(id=f"r{number}") as run:
            run.log({"a": 1.0})
    with contextlib.closing(open_index(root)) as index:
        assert caught_up(index)
    with contextlib.closing(open_index(root)) as index:
        assert caught_up(index) == []


def test_a_live_run_goes_on_where_the_index_ended(root: Path) -> None:
    """A server that was stopped meanwhile reads what was appended, and nothing twice."""
    recorder = Recorder(root)
    journal = recorder.journal()
    for sitting in range(4):
        for step in range(10):
            journal.log(sitting * 10 + step, {"a": 1.0 * step, "t": "x"})
            journal.print(sitting * 10 + step, f"line {step}")
        with contextlib.closing(open_index(root)) as index:
            caught_up(index)
            assert disagreements(index) == []
            with index.database.read() as connection:
                assert set(connection.scalars(sa.select(schema.series.c.epoch))) == {0}


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a checkpoint made of every journal at every look."""
    for name in ("_CHECKPOINT_BYTES", "_CHECKPOINT_LAST_BYTES"):
        monkeypatch.setattr(run_module, name, 1)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("seed", range(20))
def test_what_a_killed_server_left_is_gone_on_with(root: Path, tmp_path: Path, seed: int) -> None:
    """An index of any moment, with checkpoints, and the journals as they are later: it agrees with the Api."""
    chaos = Chaos(root, seed)
    index = open_index(root)
    killed = tmp_path / "killed"
    at = chaos.chance.randrange(10, 45)
    for number in range(50):
        chaos.do()
        if chaos.chance.random() < 0.2:
            index.tick([chaos.recorder.directory])
        if number == at:
            index.catch_up()
            shutil.copytree(root / ".index", killed / ".index")
    if chaos.chance.random() < 0.5:
        chaos.finish()
    index.close()
    shutil.copytree(root, killed, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".index"))
    with contextlib.closing(open_index(killed)) as index:
        index.catch_up()
        assert (index.is_writer, index.problems(), disagreements(index)) == (True, [], [])


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("seed", range(10))
def test_each_sitting_goes_on_from_checkpoints(root: Path, seed: int) -> None:
    """One process that logs values of all kinds, with metrics of every summary, in a server that is often stopped."""
    chaos = Chaos(root, seed)
    actions = [chaos._log] * 12 + [chaos._edit, chaos._print, chaos._metric]
    for _ in range(8):
        for _ in range(12):
            chaos.chance.choice(actions)()
        with contextlib.closing(open_index(root)) as index:
            index.catch_up()
            assert (index.problems(), disagreements(index)) == ([], [])


@pytest.mark.usefixtures("eager")
def test_what_is_before_a_checkpoint_is_not_read_again(root: Path) -> None:
    """Not even to find that it got damaged: the next reindexing tells."""
    journal = Recorder(root).journal()
    for step in range(1000):
        journal.log(step, {"a": 1.0 * step})
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
    with journal.writer.path.open("r+b") as file:
        file.seek(2000)
        file.write(bytes(500))
    journal.log(1000, {"a": 2.0})
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        with index.database.read() as connection:
            rows = connection.scalar(sa.select(schema.runs.c.rows))
        assert (rows, index.problems()) == (1001, [])


@pytest.mark.usefixtures("eager")
def test_a_journal_in_the_place_of_another_is_indexed_anew(root: Path, tmp_path: Path) -> None:
    """A longer one of the same name is not taken for one that grew."""
    journal = Recorder(root).journal()
    for step in range(5):
        journal.log(step, {"a": 1.0})
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
    other = Recorder(tmp_path / "other").journal()
    for step in range(50):
        other.log(step * 2, {"b": 2.0})
    shutil.copyfile(other.writer.path, journal.writer.path)
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        assert (index.problems(), disagreements(index)) == ([], [])


@pytest.mark.usefixtures("eager")
def test_a_finished_journal_needs_no_checkpoint(root: Path) -> None:
    """Its last record says what it amounts to."""
    journal = Recorder(root).journal()
    journal.log(0, {"a": 1.0})
    with contextlib.closing(open_index(root)) as index:
        index.catch_up()
        assert _checkpoints(index) == 1
        journal.finish()
        index.catch_up()
        assert _checkpoints(index) == 0


def _checkpoints(index: Indexer) -> int | None:
    with index.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(schema.checkpoints))


def _spoil(path: Path, how: str) -> None:
    if how == "deleted":
        path.unlink()
    elif how == "truncated":
        with path.open("r+b") as file:
            file.truncate(5000)
    else:
        data = bytearray(path.read_bytes())
        data[:4096] = random.Random(1).randbytes(4096)
        path.write_bytes(bytes(data))


@pytest.mark.parametrize("how", ["deleted", "truncated", "overwritten"])
def test_an_index_that_is_spoiled_while_serving_is_made_anew(
    begin: Callable[..., Run], index: Indexer, how: str
) -> None:
    """Nothing is lost, and commits are counted on from where they were."""
    for number in range(3):
        with begin(id=f"r{number}") as run:
            run.log({"a": 1.0})
    cursor = caught_up(index)[-1].cursor
    path = index.database.path
    assert path is not None
    _spoil(path, how)
    with begin(id="later") as run:
        run.log({"a": 1.0})
    changes = [*index.check(), *caught_up(index)]
    changes += caught_up(index)
    assert disagreements(index) == []
    assert min(change.cursor for change in changes if change.runs) > cursor


def test_the_newest_runs_come_first(begin: Callable[..., Run], index: Indexer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opens the dashboard on many runs sees today's at once; progress counts those that are left."""
    monkeypatch.setattr(indexer, "_SLICE_S", 0.0)  # one run a transaction
    for number in range(4):
        with begin(id=f"r{number}") as run:
            run.log({"a": 1.0})
        for path in folder(index, run).glob("*.journal"):
            os.utime(path, (number, number))
    index.look()
    progress, runs = [], []
    while index.is_behind:
        progress.append(index.progress()[1:])
        runs += [told.id for change in index.tick() for told in change.runs]
    assert [*dict.fromkeys(runs)] == ["r3", "r2", "r1", "r0"]
    assert [*dict.fromkeys(progress)] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert not index.progress().busy


def test_what_live_runs_append_is_no_progress(begin: Callable[..., Run], index: Indexer, root: Path) -> None:
    """Indexing ends when all is there that was when it began, however much comes meanwhile."""
    live = begin(id="live")
    live.log({"a": 1.0})
    caught_up(index)
    live.log({"a": 2.0})
    index.look()
    assert index.progress() == (False, 0, 0)
    assert index.is_behind or index.tick([root / "p" / "live"])
    caught_up(index)
    live.finish()


def test_a_full_disk_is_told_and_caught_up_with(begin: Callable[..., Run], index: Indexer) -> None:
    """While the index cannot grow the problems say so in words; when it can, nothing is missing."""
    with begin(id="r") as run:
        run.log({"a": 1.0})
        caught_up(index)
        _limit_pages(index.database, 1)
        for step in range(20_000):
            run.log({"a": step * 0.1, "b": random.Random(step).random()})
    caught_up(index)
    [(where, text)] = index.problems()
    assert (where, "the disk of the index is full" in text) == ("the index", True)
    _limit_pages(index.database, 1 << 30)
    index.retry()
    caught_up(index)
    assert index.problems() == []
    assert disagreements(index) == []


def _limit_pages(database: Database, pages: int) -> None:
    """Have SQLite refuse to let the file grow beyond a number of pages (or what it has), as a full disk does."""

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    database.close()
    event.listen(database.engine, "connect", limit)


def test_a_journal_without_its_header_counts_as_a_worker(root: Path, index: Indexer) -> None:
    """A damaged header costs no rows."""
    journal = Journal(root / "p" / "r", 0)
    for step in range(10):
        journal.log(step, {"a": 1.0 * step})
    journal.finish()
    data = bytearray(journal.writer.path.read_bytes())
    data[12] ^= 0xFF
    journal.writer.path.write_bytes(bytes(data))
    caught_up(index)
    assert disagreements(index) == []


def test_what_is_written_while_a_run_is_read_in_parts_is_not_missed(
    root: Path, index: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run whose reading takes several turns is looked at once more when it ends."""
    recorder = Recorder(root)
    journal = recorder.journal()
    journal.log(0, {"a": 1.0})
    with monkeypatch.context() as patch:
        patch.setattr("trailmark.server.index.indexer._SLICE_S", -1.0)  # each turn is over after the first part
        index.tick([recorder.directory])
    journal.log(1, {"a": 2.0})
    journal.finish()
    index.catch_up()
    assert disagreements(index) == []
