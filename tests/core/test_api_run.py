"""`trailmark.api.run`: what a reader sees of one run."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from api_support import START, Recorder
from trailmark.errors import RunNotFoundError, UnsupportedVersionError, UsageError
from trailmark.journal.machine import machine_id
from trailmark.journal.records import Preempting

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """Give a run without journals yet."""
    return Recorder(tmp_path, "digits", "abc")


def test_run_tells_what_was_recorded(recorder: Recorder) -> None:
    """The properties hold what the header and the records say."""
    journal = recorder.journal(
        time=START,
        name="brave-otter-1",
        notes="try",
        tags=["a"],
        group="g",
        job_type="train",
        host="node",
        entity="lab",
    )
    journal.config(lr=0.1, model={"depth": 3})
    journal.environment(python="3.12")
    journal.metric("acc", summary=["max"])
    journal.log(0, {"acc": 0.9, "val.loss": 1.0})
    journal.log(1, {"acc": 0.8})
    journal.alert("look")
    journal.finish()
    run = recorder.read()
    assert (run.id, run.project, run.entity, run.path, run.name) == (
        "abc",
        "digits",
        "lab",
        "digits/abc",
        "brave-otter-1",
    )
    assert (run.dir, run.url, run.state, run.exit_code, run.error) == (recorder.directory, None, "finished", 0, None)
    assert (run.notes, run.tags, run.group, run.job_type, run.archived) == ("try", ["a"], "g", "train", False)
    assert (run.host, run.environment, run.metadata) == ("node", {"python": "3.12"}, {"python": "3.12"})
    assert run.config == {"lr": 0.1, "model": {"depth": 3}}
    assert run.summary == {"acc": {"max": 0.9}, "val.loss": 1.0}
    assert run.summary["val"]["loss"] == run.summary.get("val.loss") == 1.0
    assert (run.last_step, run.lastHistoryStep, run.attempts, run.ranks) == (1, 1, 1, [0])
    assert run.keys() == {"acc": 2, "val.loss": 1}
    assert [*run.metrics] == ["acc"]
    assert [alert.title for alert in run.alerts] == ["look"]
    assert (run.start_time, run.created_at) == (START, "2023-11-14T22:13:20.000000Z")
    assert run.heartbeat_at == "2023-11-14T22:13:26.000000Z"
    assert run.runtime_s == 6.0
    assert repr(run) == "<Run digits/abc 'brave-otter-1' finished>"


def test_to_dict_is_plain_data(recorder: Recorder) -> None:
    """What `to_dict` returns can be written as JSON, and changing it changes nothing."""
    journal = recorder.journal()
    journal.config(lr=0.1)
    journal.log(0, {"a": 1})
    journal.finish()
    run = recorder.read()
    values = run.to_dict()
    assert json.loads(json.dumps(values)) == values
    assert (values["config"], values["summary"], values["keys"]) == ({"lr": 0.1}, {"a": 1}, {"a": 1})
    values["config"]["lr"] = 3
    assert run.config == {"lr": 0.1}


def test_states(recorder: Recorder) -> None:
    """A run is running, then what its end makes it."""
    now = time.time()
    journal = recorder.journal(time=now, heartbeat_s=10.0)
    run = recorder.read()
    assert run.state == "running"
    journal.finish(code=1, error="Traceback: boom")
    assert run.state == "running"
    assert run.load().state == "running"
    assert run.load(force=True).state == "failed"
    assert run.error == "Traceback: boom"
    silent = recorder.journal(time=START, attempt=2, machine=machine_id(), pid=2**22 + 1)
    assert run.load(force=True).state == "crashed"
    silent.write(Preempting(time=START))
    assert run.load(force=True).state == "preempted"


def test_forked_run_names_its_parent(recorder: Recorder) -> None:
    """A fork tells where it came from, and alerts of its parent are not its own."""
    parent = recorder.journal(run="parent")
    parent.log(0, {"a": 1})
    parent.alert("of the parent")
    parent.finish()
    recorder.journal(attempt=2, rewind=0, forked_from="digits/parent?_step=0").log(1, {"a": 2})
    run = recorder.read()
    assert run.forked_from == "digits/parent?_step=0"
    assert run.alerts == []


def test_deleted_run_is_not_found(recorder: Recorder) -> None:
    """Reading a run again after it was deleted says so."""
    recorder.journal().finish()
    run = recorder.read()
    run.delete()
    assert not recorder.directory.exists()
    assert [*recorder.directory.parent.iterdir()] == []
    for read in (run.history, run.console, lambda: run.series("a"), lambda: run.load(force=True)):
        with pytest.raises(RunNotFoundError, match="there is no run in"):
            read()


def test_running_run_is_not_deleted(recorder: Recorder) -> None:
    """A run that is running is deleted only by force."""
    recorder.journal(time=time.time(), heartbeat_s=10.0)
    run = recorder.read()
    with pytest.raises(UsageError, match=r"is running: finish it first, or call delete\(force=True\)"):
        run.delete()
    assert recorder.directory.exists()
    run.delete(force=True)
    assert not recorder.directory.exists()


def test_faults_of_all_journals(recorder: Recorder) -> None:
    """Damaged places are named by journal and offset, and the rows around them are read."""
    first = recorder.journal()
    for step in range(3):
        first.log(step, {"a": step})
    first.kill()
    recorder.journal(attempt=2).finish()
    path = first.writer.path
    data = bytearray(path.read_bytes())
    row_bytes = 8 + 20 + 8
    place = len(data) - 2 * row_bytes
    data[place + 10] ^= 0xFF
    path.write_bytes(data)
    run = recorder.read()
    [fault] = run.faults()
    assert (fault.journal, fault.offset, fault.size) == (path.name, place, row_bytes)
    assert run.series("a").value.tolist() == [0, 2]


def test_journal_of_a_later_version_is_refused(recorder: Recorder) -> None:
    """History says that a newer Trailmark is needed, and does not show half of the rows."""
    journal = recorder.journal()
    journal.log(0, {"a": 1})
    journal.kill()
    path = journal.writer.path
    path.write_bytes(b"TRAILMK2" + path.read_bytes()[8:])
    with pytest.raises(UnsupportedVersionError, match="upgrade"):
        recorder.read().history()
