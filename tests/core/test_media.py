"""What all media have in common."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.html import Html
from trailmark.media.images.image import Image
from trailmark.media.kinds import restore
from trailmark.media.media import StoredFile

if TYPE_CHECKING:
    from trailmark.media.media import Media


def test_a_value_is_stored_once_in_each_home(tmp_path: Path) -> None:
    """The same object in the same home has one file; in another home it gets another."""
    page = Html("<p>a</p>")
    folder, home, other = PlainFolder(tmp_path), object(), object()
    first = page.record_in(folder, home)
    assert page.record_in(folder, home) is first
    assert page.record_in(folder, other)["path"] != first["path"]


@pytest.mark.parametrize("media", [Html("<p>a</p>"), Image(np.zeros((2, 2), dtype=np.uint8))])
def test_what_was_read_back_tells_of_its_file(tmp_path: Path, media: Media) -> None:
    """Path, digest, size and record are those of the file; a value that has none says so."""
    assert (media.path, media.sha256, media.size_bytes, media.record) == (None, None, None, None)
    folder = PlainFolder(tmp_path)
    record = media.record_in(folder, folder)
    found = restore(record, folder)
    assert found.path == tmp_path / record["path"]
    assert found.size_bytes == found.path.stat().st_size
    assert len(found.sha256) == 64
    assert found.record == record


def test_media_are_pickled_without_their_home(tmp_path: Path) -> None:
    """A worker gets the value, and not the run that it was logged in."""
    page = Html("<p>a</p>", inject=False)
    page.record_in(PlainFolder(tmp_path), home=open)  # a home that cannot be pickled as part of it
    copied = pickle.loads(pickle.dumps(page))
    assert copied.html == page.html
    assert copied._kept is None


def test_a_missing_file_is_told_when_it_is_needed(tmp_path: Path) -> None:
    """The value is there; what needs its file says which is missing, or why it never was."""
    folder = PlainFolder(tmp_path)
    found = restore({"_type": "html", "path": "media/html/1.html"}, folder)
    with pytest.raises(MediaError, match=r"media/html/1\.html is not there"):
        _ = found.html
    failed = StoredFile(Path("x"), "media/html/1.html", error="OSError: disk full")
    with pytest.raises(MediaError, match="could not be written: OSError: disk full"):
        failed.check()


@pytest.mark.parametrize(
    "record",
    [{}, {"path": 5}, {"path": None}, {"path": ["a"]}],
    ids=["no path", "a number", "None", "a list"],
)
@pytest.mark.parametrize(
    "kind", ["audio", "html", "image", "molecule", "object3d", "plotly", "video", "graph", "table"]
)
def test_a_damaged_record_is_refused(tmp_path: Path, kind: str, record: dict[str, Any]) -> None:
    """A record without a sensible path raises MediaError, and nothing else."""
    with pytest.raises(MediaError):
        restore({"_type": kind, **record}, PlainFolder(tmp_path))
