"""Saving source code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture_support import make_writer, records
from trailmark.capture import code
from trailmark.capture.code import save_code, save_program
from trailmark.journal.records import File

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.writer import Writer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project's folder with what is usually in one; its runs are in `runs`."""
    project = tmp_path / "project"
    for path in (
        "train.py",
        "notebook.ipynb",
        "README.md",
        "config.yaml",
        "package/model.py",
        "package/.hidden.py",
        "package/__pycache__/model.py",
        ".git/hook.py",
        "node_modules/x.py",
        "venv/x.py",
        "my-environment/pyvenv.cfg",
        "my-environment/lib/x.py",
        "conda/conda-meta/history",
        "conda/x.py",
        "runs/p/old/files/code/old.py",
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(path)
    return project


@pytest.fixture
def writer(project: Path) -> Writer:
    """Return the writer of a run of the project."""
    return make_writer(project / "runs" / "p" / "run")


@pytest.fixture
def files(writer: Writer) -> Path:
    """Return where the run's files are."""
    return writer.directory / "files"


def test_sources_are_saved(project: Path, writer: Writer, files: Path) -> None:
    """Scripts and notebooks of the tree are copied; hidden ones, environments and the runs themselves are not."""
    saved = save_code(writer, files, project)
    assert saved == ["code/notebook.ipynb", "code/package/model.py", "code/train.py"]
    assert {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()} == set(saved)
    assert (files / "code" / "package" / "model.py").read_text() == "package/model.py"
    assert sorted(record.path for record in records(writer.path, File)) == saved


def test_root_is_the_working_folder_by_default(
    project: Path, writer: Writer, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a root the tree below the working folder is saved."""
    monkeypatch.chdir(project / "package")
    assert save_code(writer, files) == ["code/model.py"]


def test_include_chooses_and_exclude_leaves_out(project: Path, writer: Writer, files: Path) -> None:
    """Functions of a path, and of a path and the root as W&B's may be, decide what is saved."""
    assert save_code(writer, files, project, include=lambda path: path.endswith((".md", ".yaml", ".py"))) == [
        "code/README.md",
        "code/config.yaml",
        "code/package/.hidden.py",
        "code/package/model.py",
        "code/train.py",
    ]
    roots = []

    def is_python(path: str, root: str) -> bool:
        roots.append(root)
        return path.endswith(".py")

    found = save_code(writer, files, project, include=is_python, exclude=lambda path: "package" in path)
    assert found == ["code/train.py"]
    assert set(roots) == {str(project)}


def test_large_files_are_left_out(
    project: Path, writer: Writer, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file beyond the bound is named in a warning."""
    monkeypatch.setattr(code, "MAX_FILE_BYTES", 10)
    assert save_code(writer, files, project) == ["code/train.py"]
    assert "model.py is not saved: it is larger than" in capsys.readouterr().err


def test_count_of_files_is_bounded(
    project: Path, writer: Writer, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A root with more files than anybody means, such as a home folder, is not copied whole."""
    monkeypatch.setattr(code, "MAX_FILES", 2)
    assert len(save_code(writer, files, project)) == 2
    assert "more than 2 source files" in capsys.readouterr().err


def test_links_are_not_followed_into_folders(project: Path, writer: Writer, files: Path) -> None:
    """A link to a folder, which may lead in a circle, is left out; one to a file is copied as a file."""
    (project / "package" / "circle").symlink_to(project)
    (project / "linked.py").symlink_to(project / "train.py")
    (project / "broken.py").symlink_to(project / "gone.py")
    saved = save_code(writer, files, project)
    assert saved == ["code/linked.py", "code/notebook.ipynb", "code/package/model.py", "code/train.py"]
    assert not (files / "code" / "linked.py").is_symlink()


def test_program_is_saved_at_its_place(project: Path, writer: Writer, files: Path) -> None:
    """The program's file lies below the root as in the repository, and by its name if it is from elsewhere."""
    program = project / "package" / "model.py"
    assert save_program(writer, files, program, project) == ["code/package/model.py"]
    assert save_program(writer, files, program) == ["code/model.py"]
    assert save_program(writer, files, program, project / "conda") == ["code/model.py"]
    assert (files / "code" / "model.py").read_text() == "package/model.py"


def test_program_that_cannot_be_read(
    project: Path, writer: Writer, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program whose file is gone is not saved, and a warning says so."""
    assert save_program(writer, files, project / "gone.py") == []
    assert "gone.py is not saved" in capsys.readouterr().err
