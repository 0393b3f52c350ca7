"""Tests of entries: files and references of an artifact."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from artifacts_support import at_rest, log
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.entry import Entry
from trailmark.errors import ArtifactError

SHA256_OF_A = hashlib.sha256(b"a").hexdigest()


def test_a_file_of_a_version(tmp_path: Path) -> None:
    """An entry tells path, size and digest, gives the blob's path, and a copy where it is wanted."""
    entry = log(tmp_path / "root", files={"sub/a.txt": "a"}).get_entry("sub/a.txt")
    assert (entry.path, entry.name, entry.size, entry.digest, entry.ref) == ("sub/a.txt",) * 2 + (1, SHA256_OF_A, None)
    assert Path(entry.local_path()).read_text() == "a"
    assert entry.download(tmp_path / "here") == str(tmp_path / "here/sub/a.txt")
    assert (tmp_path / "here/sub/a.txt").read_text() == "a"
    with pytest.raises(ArtifactError, match="not a reference"):
        entry.ref_target()
    assert "sub/a.txt" in repr(entry)


def test_the_default_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a root the file lands in ./artifacts/<name>:v<N>, as in W&B."""
    monkeypatch.chdir(tmp_path)
    assert log(tmp_path / "root").get_entry("a.txt").download() == "artifacts/x:v0/a.txt"


def test_a_file_of_a_draft_is_read_when_asked(tmp_path: Path) -> None:
    """A file at rest is hashed when its digest is wanted, which may be before it is logged."""
    draft = Artifact("x", "dataset")
    entry = draft.add_file(at_rest(tmp_path / "a", "a"))
    assert not entry.is_hashed
    assert entry.digest == SHA256_OF_A
    assert entry.local_path() == str(tmp_path / "a")
    with pytest.raises(ArtifactError, match="log it first"):
        entry.download(tmp_path)


def test_an_entry_of_nothing() -> None:
    """An entry that belongs to no artifact says so."""
    entry = Entry("a", 1, SHA256_OF_A)
    for call in (entry.local_path, entry.download):
        with pytest.raises(ArtifactError, match="belongs to no artifact"):
            call()
    with pytest.raises(ArtifactError, match="no file that could be read"):
        _ = entry.original
