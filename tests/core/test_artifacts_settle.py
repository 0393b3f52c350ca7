"""Tests of hashing what a draft has, and making it blobs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from artifacts_support import at_rest, write
from trailmark.artifacts import settle as module
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.entry import Entry, Source
from trailmark.artifacts.hashing import stamp_of
from trailmark.artifacts.settle import place, settle

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def entry(path: Path, kind: str = "link") -> Entry:
    """Return the entry of a file as a draft has it."""
    stamp = stamp_of(path.stat())
    return Entry(path.name, stamp[2], None, None, Source(str(path), stamp, f"dir:{path.parent}", kind))


def test_a_known_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a file was made a blob, the next time nothing is read; the link does not count as a change."""
    path, blobs = at_rest(tmp_path / "a", "abc"), Blobs(tmp_path / "root")
    first = entry(path)
    caches = settle([first], blobs)
    place([first], blobs, caches)
    caches.save()
    monkeypatch.setattr(module, "hash_files", None)
    again = entry(path)
    settle([again], blobs)
    assert again.digest == first.digest == hashlib.sha256(b"abc").hexdigest()


def test_a_file_that_changed_since_it_was_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that changed before it was hashed has its new contents, which is told."""
    path = at_rest(tmp_path / "a", "abc")
    found = entry(path)
    write(path, "changed")
    settle([found], None)
    assert (found.size, found.digest) == (7, hashlib.sha256(b"changed").hexdigest())
    assert "a changed after being added" in capsys.readouterr().err


def test_equal_files_are_one_blob(tmp_path: Path) -> None:
    """Two files of equal contents are kept once."""
    blobs = Blobs(tmp_path / "root")
    found = [entry(at_rest(tmp_path / name, "abc")) for name in "ab"]
    place(found, blobs, settle(found, blobs))
    assert len(list(blobs.folder.glob("??/?*[0-9a-f]"))) == 1
