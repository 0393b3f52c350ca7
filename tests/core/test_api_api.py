"""`trailmark.api`: the runs of a root."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api_support import START, Recorder, finished_run
from trailmark.api import Api
from trailmark.errors import RunNotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Give a root with five runs in two projects."""
    for number, lr in enumerate([0.1, 0.3, 0.2]):
        finished_run(
            tmp_path,
            "digits",
            f"run{number}",
            time=START + number,
            name=f"brave-otter-{number}",
            config={"lr": lr},
            summary={"loss": lr * 2},
        )
    finished_run(tmp_path, "digits", "hidden", time=START + 9, edit={"archived": True})
    finished_run(tmp_path, "diabetes", "run0", time=START - 5, name="calm-river-1")
    return Api(tmp_path)


def ids(runs: object) -> list[str]:
    """Return the ids of runs."""
    return [run.id for run in runs]  # type: ignore[attr-defined]


def test_root_comes_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a root it is the one that the settings give; text is a root too."""
    monkeypatch.setenv("TRAILMARK_DIR", str(tmp_path / "there"))
    assert Api().root == tmp_path / "there"
    assert Api(str(tmp_path)).root == tmp_path
    assert repr(Api(tmp_path)) == f"Api({str(tmp_path)!r})"


def test_root_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    """A root that does not exist yet is empty."""
    api = Api(tmp_path / "absent")
    assert api.projects() == []
    assert len(api.runs()) == 0
    with pytest.raises(RunNotFoundError, match="there is no project 'x'"):
        api.runs("x")


def test_runs_are_in_order_of_creation(api: Api) -> None:
    """Runs come oldest first, of one project or of all, without archived ones."""
    assert ids(api.runs("digits")) == ["run0", "run1", "run2"]
    assert [run.path for run in api.runs()] == ["diabetes/run0", "digits/run0", "digits/run1", "digits/run2"]
    assert ids(api.runs("entity/digits")) == ids(api.runs(path="entity/digits")) == ["run0", "run1", "run2"]


def test_archived_runs_are_shown_if_asked_for(api: Api) -> None:
    """An argument, or a filter that mentions it, shows archived runs."""
    assert ids(api.runs("digits", include_archived=True))[-1] == "hidden"
    assert ids(api.runs("digits", {"archived": True})) == ["hidden"]


def test_deleted_runs_are_left_out(api: Api) -> None:
    """A deleted run is found by its id and by a filter that mentions it, and is listed again once it is taken back."""
    run = api.run("digits/run1")
    run.deleted = True
    run.update()
    assert ids(api.runs("digits", include_archived=True)) == ["run0", "run2", "hidden"]
    assert ids(api.runs("digits", {"deleted": True})) == ["run1"]
    with pytest.raises(RunNotFoundError):
        api.run("digits/brave-otter-1")
    again = api.run("digits/run1")
    again.deleted = False
    again.update()
    assert ids(api.runs("digits")) == ["run0", "run1", "run2"]


def test_filters_and_order(api: Api) -> None:
    """W&B's arguments work by position and by name."""
    assert ids(api.runs("digits", {"config.lr": {"$gt": 0.1}}, "-summary_metrics.loss")) == ["run1", "run2"]
    assert ids(api.runs(filters={"display_name": {"$regex": "^calm"}}, per_page=10, lazy=False)) == ["run0"]


def test_wrong_filter_is_refused_where_there_are_no_runs(tmp_path: Path) -> None:
    """Mistakes are found before runs are looked for."""
    with pytest.raises(UsageError, match="no field 'typo'"):
        Api(tmp_path).runs(filters={"typo": 1})
    with pytest.raises(UsageError, match="no field 'typo'"):
        Api(tmp_path).runs(order="-typo")


def test_unknown_project_names_close_ones(api: Api) -> None:
    """A misspelt project is an error with a suggestion."""
    with pytest.raises(RunNotFoundError, match=r"there is no project 'digit' in .*; did you mean 'digits'"):
        api.runs("digit")


@pytest.mark.parametrize(
    "path",
    [
        "digits/run1",
        "/digits/run1",
        "entity/digits/run1",
        "entity/digits/runs/run1",
        "run1",
        "brave-otter-1",
        "digits/brave-otter-1",
    ],
)
def test_run_is_found(api: Api, path: str) -> None:
    """A run is found by project and id, by W&B's paths, and by an id or name that only it has."""
    assert api.run(path).path == "digits/run1"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("run0", "'run0' may mean diabetes/run0, digits/run0: give one of these"),
        ("digits/run9", "there is no run 'digits/run9' in .*; did you mean digits/run"),
        ("brave-oter-1", r"did you mean digits/run1 \(brave-otter-1\)"),
        ("nothing-like-it", r"there is no run 'nothing-like-it' in \S+$"),
        ("digit/run1", "there is no project 'digit'"),
    ],
)
def test_run_is_not_found(api: Api, path: str, message: str) -> None:
    """A path that names no run, or several, is an error that names those that may be meant."""
    with pytest.raises(RunNotFoundError, match=message):
        api.run(path)


def test_ambiguous_name_lists_some(tmp_path: Path) -> None:
    """Of many runs with one name the error lists a few, and how many more there are."""
    for number in range(8):
        finished_run(tmp_path, "p", f"id{number}", name="same")
    with pytest.raises(RunNotFoundError, match=re.escape("p/id0, p/id1, p/id2, p/id3, p/id4 and 3 more")):
        Api(tmp_path).run("same")


@pytest.mark.parametrize("path", ["", "/", 3])
def test_path_that_is_none_is_refused(api: Api, path: str) -> None:
    """What cannot name a run is a wrong call."""
    with pytest.raises(UsageError, match="a run is named by 'project/id'"):
        api.run(path)


def test_path_does_not_lead_out_of_the_root(tmp_path: Path) -> None:
    """Dots in a path do not make runs of other roots visible."""
    finished_run(tmp_path / "other", "p", "r")
    finished_run(tmp_path, "other", "q")
    finished_run(tmp_path / "root", "p", ".deleted-x")
    for path in ("../other/p/r", "../q", "..", "p/..", "p/../q", "p/.deleted-x", "."):
        with pytest.raises(RunNotFoundError):
            Api(tmp_path / "root").run(path)
    with pytest.raises(RunNotFoundError):
        Api(tmp_path / "root" / "p").run("../q")


def test_flush_forgets_what_was_read(tmp_path: Path) -> None:
    """After `flush` journals are read anew."""
    recorder = Recorder(tmp_path)
    journal = recorder.journal()
    journal.log(0, {"a": 1})
    api = Api(tmp_path)
    run = api.run("p/r")
    assert len(run.history(format="rows")) == 1
    assert api._shelf._kept
    api.flush()
    assert not api._shelf._kept
    assert len(run.history(format="rows")) == 1


def test_listing_needs_no_numpy() -> None:
    """Finding runs is quick to begin: neither numpy nor pandas is loaded for it."""
    code = "import sys, trailmark.api; print([name for name in ('numpy', 'pandas', 'polars') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_root_is_that_of_the_last_init(begin: Callable[..., Run], tmp_path: Path) -> None:
    """A script that gives `init` a root finds its runs there, also after finish; an explicit root goes before."""
    run = begin()
    assert Api().run(run.path).id == run.id
    run.finish()
    assert Api().root == tmp_path / "root"
    assert Api(tmp_path / "other").root == tmp_path / "other"
