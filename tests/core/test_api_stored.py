"""Where the media of a run find their files again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trailmark.api.stored import StoredMedia
from trailmark.errors import MediaError
from trailmark.journal.records import MediaFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "media/../../x", "", "media//x", "a\\b", "a\0b", "media/."])
def test_a_damaged_record_leads_nowhere(tmp_path: Path, name: str) -> None:
    """A path of a record that would leave the run's files is refused."""
    with pytest.raises(MediaError, match="no path below the files of a run"):
        StoredMedia(tmp_path).file(name)


def test_a_file_that_was_never_written_says_so(tmp_path: Path) -> None:
    """A file that is not there is known by its name; opening it says what may have happened."""
    file = StoredMedia(tmp_path).file("media/image/a.png")
    assert (file.sha256, file.size_bytes, file.error) == (None, None, None)
    with pytest.raises(MediaError, match=r"media/image/a\.png is not there: it is still being written, or its run"):
        file.check()


def test_a_file_that_failed_says_why(tmp_path: Path) -> None:
    """What the journal says of a file is what its reader is told."""
    stored = StoredMedia(tmp_path)
    stored.take(MediaFile(time=1.0, path="media/image/a.png", error="disk full"))
    with pytest.raises(MediaError, match=r"a\.png could not be written: disk full"):
        stored.file("media/image/a.png").check()


def test_a_file_that_is_there(tmp_path: Path) -> None:
    """A complete file has its path, digest and size."""
    stored = StoredMedia(tmp_path)
    path = tmp_path / "files/media/image/a.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"abc")
    stored.take(MediaFile(time=1.0, path="media/image/a.png", size=3, sha256="00ff"))
    file = stored.file("media/image/a.png")
    assert (file.check(), file.sha256, file.size_bytes) == (path, "00ff", 3)
