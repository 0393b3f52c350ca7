"""`trailmark.api.listing`: which projects and runs are in a root."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from api_support import START, finished_run
from trailmark.api import Api
from trailmark.api.listing import has_run, load_states, many_objects, project_names, run_directories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Give a root with two projects."""
    for number in range(3):
        finished_run(tmp_path, "digits", f"run{number}", time=START + number)
    finished_run(tmp_path, "digits", "hidden", edit={"archived": True})
    finished_run(tmp_path, "diabetes", "run0")
    return Api(tmp_path)


def test_projects(api: Api) -> None:
    """Projects are listed by name with their runs, archived ones too; other folders are none."""
    (api.root / "empty").mkdir()
    (api.root / ".hidden" / "x").mkdir(parents=True)
    (api.root / "file").write_text("", encoding="utf-8")
    found = api.projects()
    assert [(project.name, project.path, project.runs) for project in found] == [
        ("diabetes", api.root / "diabetes", 1),
        ("digits", api.root / "digits", 4),
    ]
    newest = max(path.stat().st_mtime for path in (api.root / "digits").glob("*/*.journal"))
    assert found[1].last_activity == newest


def test_states_of_folders_that_hold_runs(api: Api) -> None:
    """Folders are looked at by name, and those without a journal hold no run."""
    (api.root / "digits" / "empty").mkdir()
    assert project_names(api.root) == ["diabetes", "digits"]
    folders = run_directories(api.root / "digits")
    assert [folder.name for folder in folders] == ["empty", "hidden", "run0", "run1", "run2"]
    assert [state.id for state in load_states(folders)] == ["hidden", "run0", "run1", "run2"]
    assert [has_run(folder) for folder in folders] == [False, True, True, True, True]


def test_garbage_is_collected_again_afterwards() -> None:
    """Collection is only held back, also after an error, and stays off for who switched it off."""
    with many_objects():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="invalid literal"), many_objects():
        int("no number")
    assert gc.isenabled()
    gc.disable()
    try:
        with many_objects():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
