"""`trailmark artifact get`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_artifact_support import blob_of, spoil, version, write_root
from cli_support import call, rows_of, seen


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a root with artifacts; the current folder is another one."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return write_root(tmp_path / "root")


def test_files_are_fetched(root: Path) -> None:
    """Without --output they lie below ./artifacts, by name and version; a pipe gets the folder."""
    assert rows_of(root, "artifact", "get", "digits:raw") == [[str(Path("artifacts/digits:v0"))]]
    assert Path("artifacts/digits:v0/train/b.txt").read_text() == "beta"
    assert Path("artifacts/digits:v0/readme.md").read_text() == "Two letters."


def test_files_are_fetched_to_a_folder(root: Path) -> None:
    """--output says where to; a terminal is told what came."""
    [line] = seen(root, "artifact", "get", "digits", "-o", "there")
    assert line == "✓ p/digits:v2  3 files · 23 B in there"
    assert Path("there/train/b.txt").read_text() == "delta!"


def test_only_some_files_are_fetched(root: Path) -> None:
    """--prefix leaves out the others; one that no file has is an error."""
    call(root, "artifact", "get", "digits", "--prefix", "train/", "--output", "there")
    assert sorted(path.name for path in Path("there").rglob("*.*")) == ["a.txt", "b.txt"]
    result = call(root, "artifact", "get", "digits", "--prefix", "nope/")
    assert result.exit_code == 2
    assert "'nope/'" in result.stderr


def test_the_type_is_checked(root: Path) -> None:
    """--type refuses another type."""
    assert call(root, "artifact", "get", "digits", "--type", "dataset").exit_code == 0
    assert call(root, "artifact", "get", "digits", "--type", "model").exit_code == 1


def test_a_lost_file_is_an_error(root: Path) -> None:
    """A blob that is not there ends with code 1 and names the file."""
    blob_of(version(root, 2), "readme.md").unlink()
    result = call(root, "artifact", "get", "digits")
    assert result.exit_code == 1
    assert "readme.md" in result.stderr


def test_what_is_there_is_left_alone(root: Path) -> None:
    """A second call finds the files as they are."""
    call(root, "artifact", "get", "digits", "-o", "there")
    before = Path("there/readme.md").stat().st_mtime_ns
    call(root, "artifact", "get", "digits", "-o", "there")
    assert Path("there/readme.md").stat().st_mtime_ns == before
    spoil(Path("there/readme.md"))
