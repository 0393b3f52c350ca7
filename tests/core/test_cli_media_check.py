"""Checking the files of media."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from trailmark.cli.media_check import check_media
from trailmark.journal.records import MediaFile

if TYPE_CHECKING:
    from pathlib import Path


def _written(run: Path, data: bytes) -> MediaFile:
    path = run / "files/media/note/a.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return MediaFile(time=1.0, path="media/note/a.txt", size=len(data), sha256=hashlib.sha256(data).hexdigest())


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    """A file of which a byte was flipped is told, whichever byte it is; one that is as it was written is not."""
    data = b"some pixels"
    record = _written(tmp_path, data)
    assert not list(check_media(tmp_path, [record]))
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        (tmp_path / "files" / record.path).write_bytes(flipped)
        [(path, reason)] = check_media(tmp_path, [record])
        assert path == record.path
        assert hashlib.sha256(flipped).hexdigest() in reason


def test_a_short_a_missing_and_a_foreign_file_are_told(tmp_path: Path) -> None:
    """The reason says what is wrong with a file."""
    record = _written(tmp_path, b"some pixels")
    path = tmp_path / "files" / record.path
    path.write_bytes(b"some")
    [(_, short)] = check_media(tmp_path, [record])
    assert short == "it has 4 bytes, but 11 were written"
    path.unlink()
    [(_, missing)] = check_media(tmp_path, [record])
    assert "is not there" in missing
    [(_, foreign)] = check_media(tmp_path, [MediaFile(time=1.0, path="../../secret")])
    assert "no path below the files of a run" in foreign


def test_what_could_not_be_written_is_no_fault(tmp_path: Path) -> None:
    """The journal says of some files that they are not there; that is no damage."""
    assert not list(check_media(tmp_path, [MediaFile(time=1.0, path="media/note/a.txt", error="disk full")]))
