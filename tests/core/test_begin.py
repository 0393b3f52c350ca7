"""How runs begin: new, resumed, rewound, forked; and `init`'s modes and reinit."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark.errors import RunNotFoundError, UsageError
from trailmark.journal.runstate import RunState, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


def state_of(run: Run) -> RunState:
    """Return the state of a run as a reader sees it."""
    state = load(run.path_on_disk)
    assert state is not None
    return state


def test_a_new_run_has_an_id_and_a_name_of_two_words_and_a_number(begin: Callable[..., Run]) -> None:
    """Ids differ, and the number counts the runs of the project."""
    runs = [begin(reinit="finish_previous") for _ in range(3)]
    assert len({run.id for run in runs}) == 3
    for number, run in enumerate(runs, 1):
        assert re.fullmatch(rf"[a-z]+-[a-z]+-{number}", run.name)
        assert re.fullmatch(r"[a-z0-9]{8}", run.id)


def test_the_root_keeps_itself_out_of_git(begin: Callable[..., Run], tmp_path: Path) -> None:
    """The root gets a .gitignore for all it holds."""
    begin()
    assert (tmp_path / "root" / ".gitignore").read_text() == "*\n"


def test_what_init_was_told_is_what_a_reader_finds(begin: Callable[..., Run]) -> None:
    """Each argument that names the run is in its state."""
    run = begin(
        id="abc",
        name="my run",
        notes="why",
        tags=("a", "b"),
        group="g",
        job_type="train",
        entity="me",
        config={"lr": 0.1, "net": {"layers": [1, 2]}},
    )
    state = state_of(run)
    assert (state.id, state.name, state.notes, state.tags) == ("abc", "my run", "why", ["a", "b"])
    assert (state.group, state.job_type, state.entity, state.project) == ("g", "train", "me", "p")
    assert state.config == {"lr": 0.1, "net": {"layers": [1, 2]}}
    assert state.state == "running"


def test_names_notes_and_tags_change_by_assignment(begin: Callable[..., Run]) -> None:
    """What is assigned is recorded at once, and is what the run says of itself."""
    run = begin()
    run.name, run.notes, run.tags, run.group, run.job_type = "new", "n", ["x"], "g", "eval"
    state = state_of(run)
    assert (state.name, state.notes, state.tags, state.group, state.job_type) == ("new", "n", ["x"], "g", "eval")
    assert (run.name, run.notes, run.tags, run.group, run.job_type) == ("new", "n", ("x",), "g", "eval")


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "a\\b", "a:b", "a\x00b", "", " a", "a" * 300, "a?b"])
@pytest.mark.parametrize("argument", ["id", "project"])
def test_names_that_cannot_be_folders_are_refused(begin: Callable[..., Run], argument: str, name: str) -> None:
    """The error names the argument; nothing is made on the disk."""
    with pytest.raises(UsageError, match=argument):
        begin(**{argument: name})


def test_the_same_id_again_is_refused_with_a_way_on(begin: Callable[..., Run]) -> None:
    """An existing run is never overwritten, and the error says how to go on with it."""
    begin(id="x").finish()
    for resume in (None, "never"):
        with pytest.raises(UsageError, match="resume='allow'"):
            begin(id="x", resume=resume)


def test_resume_must_needs_the_run(begin: Callable[..., Run]) -> None:
    """A run that is not there is an error that names it."""
    with pytest.raises(RunNotFoundError, match="'nowhere'"):
        begin(id="nowhere", resume="must")
    with pytest.raises(UsageError, match="needs the id"):
        begin(resume="must")


def test_resume_goes_on_with_steps_config_summary_and_names(begin: Callable[..., Run]) -> None:
    """The second attempt continues all of the first, in a journal of its own."""
    run = begin(id="x", config={"lr": 0.1}, name="first", tags=["t"], notes="n", group="g")
    run.define_metric("loss", summary="min")
    for step in range(3):
        run.log({"loss": 3 - step, "epoch": step})
    run.finish(exit_code=1)
    again = begin(id="x", resume="must", config={"lr": 0.2, "new": 1})
    assert again.resumed
    assert (again.step, again.starting_step) == (3, 3)
    assert dict(again.config) == {"lr": 0.2, "new": 1}
    assert (again.name, again.tags, again.notes, again.group) == ("first", ("t",), "n", "g")
    assert again.summary["loss"]["min"] == 1
    again.log({"loss": 5})
    assert again.summary["loss"]["min"] == 1
    assert again.summary["epoch"] == 2
    again.finish()
    state = state_of(again)
    assert (state.state, state.attempts, state.rows, state.last_step) == ("finished", 2, 4, 3)
    assert state.summary["loss"] == {"min": 1}
    assert len(list(again.path_on_disk.glob("*.journal"))) == 2


def test_resume_allow_begins_or_goes_on(begin: Callable[..., Run]) -> None:
    """The first time it is a new run, then the same one."""
    first = begin(id="x", resume="allow")
    assert not first.resumed
    first.log({"a": 1})
    first.finish()
    assert begin(id="x", resume="allow").step == 1


def test_resume_auto_goes_on_with_what_did_not_finish(begin: Callable[..., Run]) -> None:
    """A failed run is taken up again; once it has finished, the next one is new."""
    first = begin(resume="auto")
    first.log({"a": 1})
    first.finish(exit_code=1)
    second = begin(resume=True)
    assert (second.id, second.step) == (first.id, 1)
    second.finish()
    assert begin(resume="auto").id != first.id


def test_resume_auto_leaves_other_runs_alone(begin: Callable[..., Run]) -> None:
    """A failed run that was not begun by auto is not taken up."""
    other = begin()
    other.finish(exit_code=1)
    assert begin(resume="auto").id != other.id


def test_rewind_takes_later_rows_back(begin: Callable[..., Run]) -> None:
    """After resume_from, rows after the step no longer count, also in summaries; the journal keeps them."""
    run = begin(id="x")
    run.define_metric("loss", summary="min,last")
    for step in range(10):
        run.log({"loss": 10 - step})
    run.finish()
    again = begin(resume_from="x?_step=4")
    assert (again.id, again.step) == ("x", 5)
    again.log({"loss": 7.5})
    assert again.summary["loss"].as_dict() == {"min": 6, "last": 7.5}
    again.finish()
    state = state_of(again)
    assert (state.rows, state.last_step) == (6, 5)
    assert state.summary["loss"] == {"min": 6, "last": 7.5}


def test_a_fork_is_a_run_of_its_own(begin: Callable[..., Run]) -> None:
    """It begins with its parent's rows up to the step, and stays whole when the parent is deleted."""
    parent = begin(id="x", config={"lr": 0.1}, name="parent", notes="of the parent")
    for step in range(10):
        parent.log({"loss": float(10 - step)})
    parent.alert("only the parent's")
    parent.finish()
    fork = begin(fork_from="x?_step=3", config={"lr": 0.5})
    assert (fork.step, fork.config.lr) == (4, 0.5)
    assert fork.id != "x"
    assert not fork.resumed
    fork.log({"loss": 0.5})
    fork.finish()
    shutil.rmtree(parent.path_on_disk)
    state = state_of(fork)
    assert (state.rows, state.last_step, state.summary) == (5, 4, {"loss": 0.5})
    assert state.forked_from == "p/x?_step=3"
    assert state.name != "parent"
    assert state.notes is None
    assert state.state == "finished"


@pytest.mark.parametrize("argument", ["fork_from", "resume_from"])
def test_moments_that_cannot_be_are_refused(begin: Callable[..., Run], argument: str) -> None:
    """A malformed moment, an unknown run, and two ways at once are errors."""
    begin(id="x").finish()
    with pytest.raises(UsageError, match="_step="):
        begin(**{argument: "x"})
    with pytest.raises(RunNotFoundError, match="'y'"):
        begin(**{argument: "y?_step=1"})
    with pytest.raises(UsageError, match="exclude each other"):
        begin(**{argument: "x?_step=1", "resume": "allow"})


def test_a_second_init_returns_the_open_run(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """In a script the open run is returned, with a warning."""
    first = begin()
    assert begin() is first
    assert "still open" in capfd.readouterr().err


def test_reinit_modes(begin: Callable[..., Run]) -> None:
    """finish_previous makes way; create_new leaves `trailmark.run` as it is; both may log."""
    first = begin()
    second = begin(reinit="finish_previous")
    assert first.finished
    assert trailmark.run is second
    third = begin(reinit="create_new")
    assert trailmark.run is second
    assert not second.finished
    third.log({"x": 3})
    trailmark.log({"x": 2})
    assert (third.summary["x"], second.summary["x"]) == (3, 2)


def test_a_disabled_run_writes_nothing(begin: Callable[..., Run], tmp_path: Path) -> None:
    """Everything can be called, summaries work, and the root is not even made."""
    run = begin(mode="disabled", config={"a": 1})
    run.define_metric("x", summary="max")
    for value in (1, 3, 2):
        run.log({"x": value, "text": "t"})
    run.alert("t")
    run.mark_preempting()
    assert run.disabled
    assert run.summary["x"]["max"] == 3
    assert run.config.a == 1
    run.finish()
    assert not (tmp_path / "root").exists()


def test_old_spellings_of_modes(begin: Callable[..., Run]) -> None:
    """W&B's dryrun and run are offline and online."""
    assert begin(mode="dryrun").settings.mode == "offline"
    assert begin(mode="run", reinit="create_new").settings.mode == "online"
    with pytest.raises(UsageError, match="mode"):
        begin(mode="sideways", reinit="create_new")


def test_shared_mode_adds_writers_to_one_run(begin: Callable[..., Run]) -> None:
    """A second process of a shared run adds rows, and does not count as a new attempt."""
    first = begin(id="x", mode="shared")
    first.log({"a": 1}, step=5)
    second = begin(id="x", mode="shared", resume="allow", reinit="create_new")
    second.log({"b": 2}, step=5)
    state = state_of(first)
    assert (state.attempts, state.rows, state.state) == (1, 2, "running")
    assert state.summary == {"a": 1, "b": 2}
    rows = trailmark.Api(first.path_on_disk.parents[1]).run(first.path).history(format="rows")
    assert [(row.get("a"), row.get("b")) for row in rows] == [(1, None), (None, 2)]


@pytest.mark.parametrize("name", ["force", "tensorboard", "sync_tensorboard", "monitor_gym", "anonymous"])
def test_arguments_that_mean_nothing_warn(
    begin: Callable[..., Run], capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """W&B's other arguments are accepted, with a warning that names them."""
    begin(**{name: True})
    assert name in capfd.readouterr().err


def test_unknown_arguments_raise(begin: Callable[..., Run]) -> None:
    """A misspelt argument is not swallowed."""
    with pytest.raises(TypeError, match="projct"):
        begin(projct="p")


def test_config_keys_are_chosen(begin: Callable[..., Run]) -> None:
    """Include and exclude choose keys, and exclude each other."""
    config: dict[str, Any] = {"a": 1, "b": 2, "c": 3}
    assert dict(begin(config=config, config_exclude_keys=["a"]).config) == {"b": 2, "c": 3}
    assert dict(begin(config=config, config_include_keys=["a"], reinit="create_new").config) == {"a": 1}
    with pytest.raises(UsageError, match="exclude each other"):
        begin(config=config, config_include_keys=["a"], config_exclude_keys=["b"], reinit="create_new")


def test_config_defaults_file(begin: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """config-defaults.yaml in the working folder gives what `config` does not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config-defaults.yaml").write_text("lr: {desc: null, value: 0.5}\nepochs: 3\n")
    assert dict(begin(config={"lr": 0.1}).config) == {"lr": 0.1, "epochs": 3}


def test_a_copied_folder_is_the_run(begin: Callable[..., Run], tmp_path: Path) -> None:
    """`cp -r` of a run's folder, also under another name, reads as the same run."""
    run = begin(config={"a": 1})
    run.log({"x": 1})
    run.finish()
    copy = tmp_path / "elsewhere" / "q" / "copy"
    shutil.copytree(run.path_on_disk, copy)
    state = load(copy)
    assert state is not None
    assert (state.id, state.project, state.rows, state.config) == ("copy", "q", 1, {"a": 1})


def test_a_config_that_cannot_be_begins_no_run(begin: Callable[..., Run], tmp_path: Path) -> None:
    """Bad values are refused before anything is made, and what was assigned early is still there for the next try."""
    trailmark.config = {"early": 1}
    with pytest.raises(UsageError, match="config"):
        begin(config=3)
    assert trailmark.run is None
    assert not (tmp_path / "root").exists()
    assert dict(begin().config) == {"early": 1}
