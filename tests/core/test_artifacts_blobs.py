"""Tests of blobs: contents by their digest, and noticing when one was changed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from artifacts_support import OLD_NS, at_rest, folder, write
from trailmark.artifacts import blobs as module
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import Collection
from trailmark.artifacts.entry import Source
from trailmark.artifacts.hashing import stamp_of
from trailmark.errors import ArtifactError


def sha(data: bytes) -> str:
    """Return the digest of some bytes."""
    return hashlib.sha256(data).hexdigest()


def place(blobs: Blobs, path: Path, kind: str = "link", sha256: str | None = None) -> Path:
    """Make a file a blob, and return where that is."""
    data = path.read_bytes()
    blobs.place(sha256 or sha(data), len(data), Source(str(path), stamp_of(path.stat()), "", kind))
    blobs.save_links()
    return blobs.path(sha256 or sha(data))


def test_links_take_no_room(tmp_path: Path) -> None:
    """A linked blob is the user's file itself, under its digest, with the mode that it had."""
    path = at_rest(tmp_path / "a", "abc")
    blob = place(Blobs(tmp_path / "root"), path)
    assert blob == tmp_path / "root/.blobs" / sha(b"abc")[:2] / sha(b"abc")
    assert blob.samefile(path)
    assert os.access(path, os.W_OK)


def test_copies_are_read_only(tmp_path: Path) -> None:
    """A copied blob is a file of its own, which nobody should write to."""
    path = write(tmp_path / "a", "abc")
    blob = place(Blobs(tmp_path / "root"), path, "copy")
    assert not blob.samefile(path)
    assert (blob.read_text(), blob.stat().st_mode & 0o777) == ("abc", 0o444)


@pytest.mark.parametrize("number", sorted(module._NO_LINK))
def test_where_no_link_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Another file system, somebody else's file and the like mean a copy; other faults are raised."""
    fault = number

    def refuse(_source: str, _target: str) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "link", refuse)
    path = at_rest(tmp_path / "a", "abc")
    blob = place(Blobs(tmp_path / "root"), path)
    assert blob.read_text() == "abc"
    assert not blob.samefile(path)
    fault = errno.EIO
    with pytest.raises(OSError, match="Input/output"):
        place(Blobs(tmp_path / "root2"), path)


def test_a_file_that_is_not_what_it_was(tmp_path: Path) -> None:
    """A file that changed after it was hashed becomes no blob, linked or copied."""
    path = at_rest(tmp_path / "a", "abc")
    blobs = Blobs(tmp_path / "root")
    with pytest.raises(ArtifactError, match="changed after it was hashed"):
        place(blobs, path, "copy", sha(b"xyz"))
    stale = Source(str(path), (*stamp_of(path.stat())[:3], 0, 0), "", "link")
    with pytest.raises(ArtifactError, match="changed after it was hashed"):
        blobs.place(sha(b"abc"), 3, stale)
    assert not [found for found in blobs.folder.rglob("*") if found.is_file()]


def test_a_change_in_place_is_noticed_without_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing to a linked blob by its other name is an error that explains itself; an untouched one is not read."""
    path = at_rest(tmp_path / "a", "abc")
    blobs = Blobs(tmp_path / "root")
    blob = place(blobs, path)
    with monkeypatch.context() as patch:
        patch.setattr(module, "hash_files", None)
        assert Blobs(tmp_path / "root").check(sha(b"abc"), 3, "x:v0: a") == str(blob)
    write(path, "abX")
    with pytest.raises(ArtifactError, match="written to in place") as raised:
        Blobs(tmp_path / "root").check(sha(b"abc"), 3, "x:v0: a")
    for text in ("x:v0: a", sha(b"abc"), sha(b"abX"), str(blob), 'policy="mutable"'):
        assert text in str(raised.value)
    write(path, "longer")
    with pytest.raises(ArtifactError, match=r"got .* \(6 bytes\)"):
        Blobs(tmp_path / "root").check(sha(b"abc"), 3, "x:v0: a")


def test_a_touched_blob_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New times, a lost or damaged record, or a copied root mean reading; then it is known again."""
    path = at_rest(tmp_path / "a", "abc")
    blobs = Blobs(tmp_path / "root")
    place(blobs, path)
    links = blobs.path(sha(b"abc")).parent / ".links"

    def unharmed(root: Path) -> None:
        Blobs(root).check(sha(b"abc"), 3, "a")
        with monkeypatch.context() as patch:
            patch.setattr(module, "hash_files", None)
            Blobs(root).check(sha(b"abc"), 3, "a")

    os.utime(path, ns=(OLD_NS, OLD_NS + 1))
    unharmed(tmp_path / "root")
    links.unlink()
    unharmed(tmp_path / "root")
    for damaged in (links.read_bytes()[:50], b"\0" * 64, bytes([links.read_bytes()[0] ^ 1]) + links.read_bytes()[1:]):
        links.write_bytes(damaged)
        unharmed(tmp_path / "root")
    shutil.copytree(tmp_path / "root", tmp_path / "moved")
    unharmed(tmp_path / "moved")


def test_a_damaged_blob_is_replaced(tmp_path: Path) -> None:
    """Logging the same contents again repairs a blob that was changed in place."""
    first, second = at_rest(tmp_path / "a", "abc"), at_rest(tmp_path / "b", "abc")
    blob = place(Blobs(tmp_path / "root"), first)
    write(first, "abX")
    place(Blobs(tmp_path / "root"), second)
    assert blob.read_text() == "abc"
    assert first.read_text() == "abX"
    Blobs(tmp_path / "root").check(sha(b"abc"), 3, "a")


def test_a_lost_blob_is_told(tmp_path: Path) -> None:
    """A blob that is gone is an error that names what it was."""
    with pytest.raises(ArtifactError, match=r"x:v0: a is lost"):
        Blobs(tmp_path).check(sha(b"abc"), 3, "x:v0: a")
    with pytest.raises(ArtifactError, match="is not there"):
        Blobs(tmp_path).read(sha(b"abc"))


def test_bytes(tmp_path: Path) -> None:
    """Bytes become a read-only blob, once."""
    blobs = Blobs(tmp_path)
    for _ in range(2):
        blobs.put(b"abc", sha(b"abc"))
    assert blobs.read(sha(b"abc")) == b"abc"
    assert [path.name for path in blobs.path(sha(b"abc")).parent.iterdir()] == [sha(b"abc")]


def _logged(root: Path, files: Path) -> Artifact:
    draft = Artifact("x", "dataset")
    draft.add_dir(files, policy="mutable")
    return draft.commit(root, "p")


@pytest.mark.parametrize("harm", ["flipped", "lost"])
def test_logging_again_mends_what_was_found_damaged(tmp_path: Path, harm: str) -> None:
    """A blob that a check found damaged or lost is replaced when its file is logged again, also in a known folder."""
    root, files = tmp_path / "root", folder(tmp_path / "files")
    version = _logged(root, files)
    assert _logged(root, files).name == version.name
    blob = Path(version.get_entry("1.txt").local_path())
    blob.unlink()
    if harm == "flipped":
        blob.write_text("file 7")
        blob.chmod(0o444)
    with pytest.raises(ArtifactError, match=r"1\.txt"):
        version.verify()
    again = _logged(root, files)
    assert again.name == "x:v0"
    again.verify()
    assert blob.read_text() == "file 1"


def test_a_copy_is_not_shared(tmp_path: Path) -> None:
    """Who asks for a copy gets one, though the contents are there as a hard link of somebody else's file."""
    root = tmp_path / "root"
    linked, copied = at_rest(tmp_path / "a", "same"), at_rest(tmp_path / "b", "same")
    for path, policy in ((linked, "immutable"), (copied, "mutable")):
        draft = Artifact("x", "dataset")
        draft.add_file(path, name="file", policy=policy)
        draft.commit(root, "p")
    version = Collection(root, "p", "x").artifact(0)
    linked.write_text("over")
    assert Path(version.get_entry("file").local_path()).read_text() == "same"
