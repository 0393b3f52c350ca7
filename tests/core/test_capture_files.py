"""Files that captures write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture_support import make_writer, records
from trailmark.capture.files import write_file
from trailmark.journal.records import File

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_file_and_its_record(tmp_path: Path) -> None:
    """The file is there with its content, nothing else is, and the journal knows path and size."""
    writer = make_writer(tmp_path / "run")
    assert write_file(writer, tmp_path / "files", "code/sub/a.py", b"abc")
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == [
        tmp_path / "files" / "code" / "sub" / "a.py"
    ]
    assert (tmp_path / "files" / "code" / "sub" / "a.py").read_bytes() == b"abc"
    assert [(record.path, record.size) for record in records(writer.path, File)] == [("code/sub/a.py", 3)]


def test_file_is_replaced(tmp_path: Path) -> None:
    """A file that is there already has the new content."""
    writer = make_writer(tmp_path / "run")
    for data in (b"old and longer", b"new"):
        assert write_file(writer, tmp_path, "a.txt", data)
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_disk_that_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If the file cannot be written there is a warning, and no record."""
    writer = make_writer(tmp_path / "run")
    (tmp_path / "files").write_text("a file where the folder should be")
    assert not write_file(writer, tmp_path / "files", "a.txt", b"x")
    assert "a.txt is not saved" in capsys.readouterr().err
    assert records(writer.path, File) == []


def test_half_a_file_does_not_stay(tmp_path: Path) -> None:
    """If the file cannot be put in its place nothing is left behind."""
    writer = make_writer(tmp_path / "run")
    (tmp_path / "files" / "a.txt").mkdir(parents=True)
    assert not write_file(writer, tmp_path / "files", "a.txt", b"x")
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["a.txt"]
