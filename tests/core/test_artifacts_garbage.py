"""Tests of removing blobs that no version refers to."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, folder, log, write
from trailmark.artifacts import garbage as module
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import Collection
from trailmark.artifacts.garbage import collect_garbage
from trailmark.artifacts.hash_cache import HashCache
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from pathlib import Path


def blob_count(root: Path) -> int:
    """Return how many blobs there are, manifests too."""
    return sum(len(path.name) == 64 for path in (root / ".blobs").rglob("*"))


def test_what_versions_need_stays(tmp_path: Path) -> None:
    """Files that a version, a link or another project has stay; those of deleted versions go."""
    log(tmp_path, files={"a": "shared", "b": "only in v0"})
    log(tmp_path, files={"a": "shared", "c": "x"})
    log(tmp_path, "model", files={"m": "m"}).link("q/registered")
    assert collect_garbage(tmp_path, grace_s=0) == 0
    assert blob_count(tmp_path) == 4 + 3
    Collection(tmp_path, "p", "x").delete(0)
    Collection(tmp_path, "p", "model").delete(0)
    assert collect_garbage(tmp_path, grace_s=0, dry_run=True) > 0
    assert blob_count(tmp_path) == 7
    assert collect_garbage(tmp_path, grace_s=0) > len("only in v0")
    assert blob_count(tmp_path) == 5
    for path in ("x", "q/registered"):
        project, _, name = path.rpartition("/")
        Collection(tmp_path, project or "p", name).artifact(1 if name == "x" else 0).verify()


def test_young_blobs_stay(tmp_path: Path) -> None:
    """What changed within the grace stays, though it be a link of an old file."""
    draft = Artifact("x", "dataset")
    draft.add_file(at_rest(tmp_path / "a"))
    draft.commit(tmp_path / "root", "p").delete()
    assert collect_garbage(tmp_path / "root") == 0
    assert blob_count(tmp_path / "root") == 2
    collect_garbage(tmp_path / "root", grace_s=0)
    assert blob_count(tmp_path / "root") == 0
    assert (tmp_path / "a").exists()


def test_leftovers_of_killed_processes_go(tmp_path: Path) -> None:
    """Unfinished copies and folders of drafts go; the cache, the lock and foreign files stay."""
    log(tmp_path)
    kept = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    write(tmp_path / ".blobs/.draft-0123abcd/.new-00000000", "12345")
    write(tmp_path / ".blobs/ab/.copy-0123abcd", "123")
    write(tmp_path / ".blobs/ab/notes.txt")
    assert collect_garbage(tmp_path, grace_s=0) == 8
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*kept, tmp_path / ".blobs/ab/notes.txt"]
    )


def test_caches_of_folders_that_are_gone_go(tmp_path: Path) -> None:
    """A cache of hashes goes with its folder, and one that cannot be read goes; others stay, as do foreign files."""
    for name in ("gone", "here"):
        draft = Artifact(name, "dataset")
        draft.add_dir(folder(tmp_path / name))
        draft.commit(tmp_path / "root", "p")
    shutil.rmtree(tmp_path / "gone")
    hashes = tmp_path / "root/.blobs/.hashes"
    write(hashes / ("0" * 32), "tmhash1\n")
    write(hashes / "notes.txt")
    collect_garbage(tmp_path / "root")
    assert len(list(hashes.iterdir())) == 4
    collect_garbage(tmp_path / "root", grace_s=0)
    left = HashCache.of(hashes.parent, f"dir:{tmp_path / 'here'}").path
    assert sorted(hashes.iterdir()) == sorted([left, hashes / "notes.txt"])


def test_what_cannot_be_told_is_kept(tmp_path: Path) -> None:
    """With a damaged version or manifest nothing is removed."""
    log(tmp_path, files={"a": "0"}).delete()
    version = log(tmp_path, files={"a": "1"})
    manifest = Blobs(tmp_path).path(version.digest)
    manifest.chmod(0o644)
    write(manifest, "x")
    with pytest.raises(ArtifactError, match="damaged"):
        collect_garbage(tmp_path, grace_s=0)
    assert blob_count(tmp_path) == 4


def test_a_version_made_meanwhile_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that uses an old blob again, after the search and before the removal, keeps it."""
    log(tmp_path, files={"a": "again"}).delete()
    real = module._old

    def old(folder: Path, border: float) -> list[Path]:
        found = list(real(folder, border))
        log(tmp_path, "y", files={"a": "again"})
        return found

    monkeypatch.setattr(module, "_old", old)
    collect_garbage(tmp_path, grace_s=0)
    kept = Collection(tmp_path, "p", "y").artifact(0)
    kept.verify()
    assert kept.get_entry("a").digest == hashlib.sha256(b"again").hexdigest()


def test_no_artifacts(tmp_path: Path) -> None:
    """A root without artifacts has no garbage, and gets no folder."""
    assert collect_garbage(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []
