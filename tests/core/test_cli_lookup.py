"""Finding runs by what people type."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from cli_support import begin_run, write_run
from trailmark.cli.lookup import Folder, find_run, folders, newest_first
from trailmark.errors import RunNotFoundError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with four runs in two projects; the one begun last is "delta"."""
    write_run(tmp_path, "a1b2c3d4", name="alpha", started=1_700_000_000)
    write_run(tmp_path, "b1b2c3d4", name="beta", started=1_700_000_300)
    write_run(tmp_path, "a9999999", name="beta", project="other", started=1_700_000_100)
    write_run(tmp_path, "d1234567", name="delta", project="other", started=1_700_000_900)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "run_id"),
    [
        ("digits/a1b2c3d4", "a1b2c3d4"),
        ("a1b2c3d4", "a1b2c3d4"),
        ("alpha", "a1b2c3d4"),
        ("alp", "a1b2c3d4"),
        ("a1b", "a1b2c3d4"),
        ("digits/beta", "b1b2c3d4"),
        ("other/be", "a9999999"),
        ("latest", "d1234567"),
        ("@", "d1234567"),
    ],
)
def test_a_run_is_found(root: Path, text: str, run_id: str) -> None:
    """A run is found by project and id, id, name, the beginning of one, and as the newest."""
    assert find_run(root, text).name == run_id


def test_a_run_is_found_by_its_directory(root: Path, tmp_path: Path) -> None:
    """A path, as shells complete it, is a run even in another root."""
    assert find_run(tmp_path / "elsewhere", str(root / "digits" / "a1b2c3d4")).name == "a1b2c3d4"


def test_project_and_id_win_over_a_path(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a folder here has the same name, the run of the root is meant."""
    here = tmp_path / "here"
    write_run(here, "a1b2c3d4")
    monkeypatch.chdir(here)
    assert find_run(root, "digits/a1b2c3d4").parent.parent == root


def test_several_runs_of_one_name_are_told(root: Path) -> None:
    """A name that two runs have is no guess; the error names both."""
    with pytest.raises(RunNotFoundError, match="could mean 2 runs: digits/b1b2c3d4, other/a9999999"):
        find_run(root, "beta")


def test_a_wrong_name_suggests(root: Path) -> None:
    """The error for a wrong name names close ones."""
    with pytest.raises(RunNotFoundError, match="did you mean alpha"):
        find_run(root, "alhpa")


def test_a_wrong_project_suggests(root: Path) -> None:
    """The error for a wrong project names close ones."""
    with pytest.raises(RunNotFoundError, match=r"no project 'digit' .* did you mean digits"):
        find_run(root, "digit/a1b2c3d4")


@pytest.mark.parametrize("text", ["latest", "x", "p/x", ".", "/"])
def test_nothing_is_found_where_nothing_is(tmp_path: Path, text: str) -> None:
    """A root without runs says so."""
    with pytest.raises(RunNotFoundError, match="holds no runs"):
        find_run(tmp_path / "missing", text)


def test_runs_come_newest_first(root: Path) -> None:
    """Runs are ordered by when they began."""
    assert [run.id for run in newest_first(folders(root))] == ["d1234567", "b1b2c3d4", "a9999999", "a1b2c3d4"]


def test_a_resumed_run_keeps_its_place(root: Path) -> None:
    """A second attempt is a newer journal of an older run, and does not make the run newer."""
    begin_run(root, "a1b2c3d4", started=1_700_009_999, attempt=2)
    begin_run(root, "b1b2c3d4", started=1_700_009_998, attempt=2)
    assert [run.id for run in newest_first(folders(root))] == ["d1234567", "b1b2c3d4", "a9999999", "a1b2c3d4"]


def test_a_journal_with_an_odd_name_does_not_disturb_the_order(root: Path) -> None:
    """A journal that somebody renamed is still read."""
    for path in (root / "digits" / "a1b2c3d4").glob("*.journal"):
        path.rename(path.with_name("copy.journal"))
    assert [run.id for run in newest_first(folders(root))][-1] == "a1b2c3d4"


def test_only_the_runs_that_are_asked_for_are_read(root: Path) -> None:
    """The newest run is there before the others are looked at: what is deleted by then does not appear."""
    found = newest_first(folders(root))
    assert next(found).id == "d1234567"
    for path in root.glob("digits/*"):
        shutil.rmtree(path)
    assert [run.id for run in found] == ["a9999999"]


def test_what_is_no_run_is_not_listed(root: Path) -> None:
    """Folders with a dot, files, and folders without a journal are no runs."""
    (root / "digits" / ".hidden").mkdir()
    (root / "digits" / "empty").mkdir()
    (root / "digits" / "note.txt").write_text("x")
    (root / ".cache" / "run").mkdir(parents=True)
    found = folders(root)
    assert len(found) == 4
    assert all(isinstance(folder, Folder) for folder in found)
