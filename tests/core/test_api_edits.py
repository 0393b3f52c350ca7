"""`trailmark.api.edits`: what a reader changes of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from api_support import START, Recorder
from trailmark.api import Api
from trailmark.errors import Error
from trailmark.journal.reader import read_exit, read_header
from trailmark.journal.runstate import journal_paths, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """Give a finished run."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal(name="old", tags=["a"])
    journal.config(lr=0.1, model={"depth": 3}, seed=1)
    journal.log(0, {"loss": 1.0})
    journal.finish()
    return recorder


def test_fields_are_recorded(recorder: Recorder) -> None:
    """Assigned fields are there for the next reader, and for this one."""
    run = recorder.read()
    run.name, run.notes, run.tags, run.group, run.job_type = "new", "why", ("x", "y"), "g", "eval"
    run.archived = run.deleted = True
    run.update()
    for seen in (run, recorder.read()):
        assert (seen.name, seen.notes, seen.tags, seen.group, seen.job_type) == ("new", "why", ["x", "y"], "g", "eval")
        assert seen.archived is True
        assert seen.deleted is True


def test_nothing_is_recorded_before_update(recorder: Recorder) -> None:
    """A change is the caller's own until `update`, and `load(force=True)` drops it."""
    run = recorder.read()
    run.name = "new"
    run.config["lr"] = 3
    assert recorder.read().name == "old"
    run.load(force=True)
    assert (run.name, run.config["lr"]) == ("old", 0.1)


def test_update_without_a_change_writes_nothing(recorder: Recorder) -> None:
    """Looking at values, or setting them to what they are, makes no journal."""
    run = recorder.read()
    run.name, run.tags = run.name, run.tags
    assert run.config["model"] == {"depth": 3}
    run.update()
    assert len(journal_paths(recorder.directory)) == 1


def test_values_changed_in_place_are_recorded(recorder: Recorder) -> None:
    """A tag appended, a config value set inside or deleted, and a summary value are found by `update`."""
    run = recorder.read()
    run.tags.append("b")
    run.config["model"]["depth"] = 4
    run.config["array"] = np.float32(0.5)
    del run.config["seed"]
    run.summary["best"] = 0.9
    run.update()
    seen = recorder.read()
    assert seen.tags == ["a", "b"]
    assert seen.config == {"lr": 0.1, "model": {"depth": 4}, "array": 0.5}
    assert seen.summary == {"loss": 1.0, "best": 0.9}


def test_edit_is_no_attempt(recorder: Recorder) -> None:
    """An edit changes neither the state nor the times of a run, and its journal is a finished one of an editor."""
    before = load(recorder.directory)
    run = recorder.read()
    run.name = "new"
    run.update()
    after = load(recorder.directory)
    assert before is not None
    assert after is not None
    for name in (
        "state",
        "start_time",
        "last_time",
        "runtime_s",
        "attempts",
        "ranks",
        "exit_code",
        "rows",
        "last_step",
    ):
        assert getattr(after, name) == getattr(before, name), name
    [edit] = [path for path in journal_paths(recorder.directory) if path != recorder.journals[0].writer.path]
    header = read_header(edit)
    assert header is not None
    assert (header.role, header.run) == ("editor", "r")
    assert read_exit(edit) is not None


def test_edit_of_a_running_run(tmp_path: Path) -> None:
    """A run that is running can be edited, and goes on."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal(time=time.time(), heartbeat_s=10.0)
    run = recorder.read()
    run.notes = "look at this"
    run.update()
    journal.log(0, {"a": 1})
    seen = recorder.read()
    assert (seen.notes, seen.state, seen.attempts) == ("look at this", "running", 1)
    assert seen.series("a").value.tolist() == [1]


def test_later_edit_counts_whatever_the_clock_says(tmp_path: Path) -> None:
    """An edit on a machine whose clock is behind still replaces what was recorded before."""
    recorder = Recorder(tmp_path)
    ahead = time.time() + 1e6
    journal = recorder.journal(time=ahead, name="old")
    journal.config(lr=0.1)
    journal.edit(name="older")
    journal.finish()
    for lr, name in ((0.2, "b"), (0.3, "c")):
        run = recorder.read()
        run.config["lr"], run.name = lr, name
        run.update()
    assert (recorder.read().config, recorder.read().name) == ({"lr": 0.3}, "c")


def test_edit_of_a_copied_run(recorder: Recorder) -> None:
    """A run whose directory was renamed keeps its history when it is edited."""
    recorder.directory.rename(recorder.directory.with_name("renamed"))
    run = Api(recorder.root).run("p/renamed")
    run.name = "new"
    run.update()
    seen = Api(recorder.root).run("p/renamed")
    assert (seen.name, seen.state, len(seen.history(format="rows"))) == ("new", "finished", 1)


def test_directory_that_is_gone(recorder: Recorder) -> None:
    """An edit of a run whose project folder became a file is an error."""
    run = recorder.read().load()
    run.name = "new"
    run.delete()
    recorder.directory.write_text("in the way", encoding="utf-8")
    with pytest.raises(Error, match="the edit of run r could not be written"):
        run.update()


def test_edit_of_a_fork_leaves_its_parent_alone(tmp_path: Path) -> None:
    """An edit belongs to the fork, not to the run that its first rows are from."""
    recorder = Recorder(tmp_path)
    recorder.journal(run="parent", name="parent", time=START).finish()
    recorder.journal(name="fork", attempt=2, rewind=0, time=START + 100).finish()
    run = recorder.read()
    run.name = "new"
    run.update()
    assert recorder.read().name == "new"
    newest = [
        header
        for path in journal_paths(recorder.directory)
        if (header := read_header(path)) and header.role == "editor"
    ]
    assert [header.run for header in newest] == ["r"]
