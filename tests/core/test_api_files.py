"""`trailmark.api.files`: what was saved with a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import Recorder
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """Give a run without journals yet."""
    return Recorder(tmp_path, "digits", "abc")


def test_files(recorder: Recorder, tmp_path: Path) -> None:
    """Saved files are listed by name, and can be opened and copied."""
    recorder.journal().finish()
    folder = recorder.directory / "files"
    (folder / "media").mkdir(parents=True)
    (folder / "notes.txt").write_text("häuser", encoding="utf-8")
    (folder / "media" / "image.png").write_bytes(b"\x89PNG")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    run = recorder.read()
    assert [(file.name, file.size) for file in run.files()] == [("media/image.png", 4), ("notes.txt", 7)]
    assert [file.name for file in run.files(["notes.txt", "absent"])] == ["notes.txt"]
    assert [file.name for file in run.files("notes.txt")] == ["notes.txt"]
    with run.file("notes.txt").open() as stream:
        assert stream.read() == "häuser"
    with run.file("media/image.png").open("rb") as stream:
        assert stream.read() == b"\x89PNG"
    copy = run.file("media/image.png").download(tmp_path / "copies")
    assert copy == tmp_path / "copies" / "media" / "image.png"
    assert copy.read_bytes() == b"\x89PNG"


def test_download_overwrites_only_if_told(recorder: Recorder, tmp_path: Path) -> None:
    """A file that is there stays, unless `replace`."""
    recorder.journal().finish()
    (recorder.directory / "files").mkdir()
    (recorder.directory / "files" / "a.txt").write_text("new", encoding="utf-8")
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")
    file = recorder.read().file("a.txt")
    with pytest.raises(UsageError, match="is there already"):
        file.download(tmp_path)
    assert file.download(tmp_path, exist_ok=True).read_text(encoding="utf-8") == "old"
    assert file.download(tmp_path, replace=True).read_text(encoding="utf-8") == "new"


def test_unknown_file_names_close_ones(recorder: Recorder) -> None:
    """A file that is not there is an error with suggestions, also one that lies outside of the folder."""
    recorder.journal().finish()
    run = recorder.read()
    with pytest.raises(UsageError, match="run abc has no file 'x'; it has none"):
        run.file("x")
    (recorder.directory / "files").mkdir()
    (recorder.directory / "files" / "requirements.txt").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"did you mean 'requirements.txt'"):
        run.file("requirement.txt")
    with pytest.raises(UsageError, match="has no file"):
        run.file(f"../{next(recorder.directory.glob('*.journal')).name}")


def test_files_are_opened_for_reading_only(recorder: Recorder) -> None:
    """A saved file is not changed through the reader."""
    recorder.journal().finish()
    (recorder.directory / "files").mkdir()
    (recorder.directory / "files" / "a").write_text("kept", encoding="utf-8")
    with pytest.raises(UsageError, match="opened for reading"):
        recorder.read().file("a").open("w")
    assert (recorder.directory / "files" / "a").read_text(encoding="utf-8") == "kept"


def test_what_is_not_complete_is_no_file_yet(recorder: Recorder) -> None:
    """A file that is being written, or whose writer died, is not listed; a hidden file of the user is."""
    recorder.journal().finish()
    folder = recorder.directory / "files"
    folder.mkdir()
    (folder / ".i_0_a4864c04.png-6c5ea265").touch()
    (folder / ".hidden").touch()
    assert [file.name for file in recorder.read().files()] == [".hidden"]
