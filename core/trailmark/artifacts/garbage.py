"""Removing blobs that no version refers to, and caches of hashes of folders that are gone.

What is needed is found first, while others go on logging; then, with the lock that every writer shares, what was logged
meanwhile is added, and the rest goes. Young blobs stay, in case a file system has no locks.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import FOLDER
from trailmark.artifacts.hash_cache import FOLDER as HASHES
from trailmark.artifacts.hash_cache import is_of_use
from trailmark.artifacts.manifest import Manifest
from trailmark.artifacts.versions import read_version

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HASHES = re.compile(r"[0-9a-f]{32}")
_LEFTOVER = re.compile(r"\..+-[0-9a-f]{8}")  # how Trailmark names a file until it is complete
_VERSION = re.compile(r"v\d+\.json")


def collect_garbage(root: str | os.PathLike[str], *, grace_s: float = 86400, dry_run: bool = False) -> int:
    """Remove blobs that no version refers to, and what killed processes left; return the bytes that are freed.

    Caches of hashes go if the folder that they are of is gone. What changed within the last `grace_s` seconds stays.
    With `dry_run` nothing is removed.

    Raises:
        ArtifactError: a version or a manifest is damaged, so that it cannot be told what is needed. Nothing is removed.
    """
    root = Path(root)
    blobs = Blobs(root)
    if not blobs.folder.is_dir():
        return 0
    needed = _Needed(root, blobs)
    needed.look()
    border = time.time() - grace_s
    candidates = [path for path in _old(blobs.folder, border) if path.name not in needed.digests]
    freed = 0
    with blobs.alone():
        needed.look()
        for path in candidates:
            if path.name not in needed.digests and _age(path) <= border:
                freed += _size(path)
                if not dry_run:
                    _remove(path)
    return freed


class _Needed:
    """The digests of all blobs that versions refer to."""

    def __init__(self, root: Path, blobs: Blobs) -> None:
        self.digests: set[str] = set()
        self._root = root
        self._blobs = blobs
        self._seen: set[str] = set()  # manifests

    def look(self) -> None:
        """Read the versions, and those manifests that are new."""
        for path in self._root.glob(f"*/{FOLDER}/*/v*.json"):
            version = read_version(path) if _VERSION.fullmatch(path.name) else None
            if version is None or version.digest in self._seen:
                continue
            manifest = Manifest.read(self._blobs.read(version.digest), version.digest)
            self.digests.add(version.digest)
            self.digests.update(entry.digest or "" for entry in manifest.entries.values() if entry.ref is None)
            self._seen.add(version.digest)


def _old(folder: Path, border: float) -> Iterator[Path]:
    """Yield blobs, leftovers and caches of folders that are gone, which did not change since `border`."""
    for entry in os.scandir(folder):
        path = Path(entry.path)
        if _LEFTOVER.fullmatch(entry.name):
            if _age(path) <= border:
                yield path
        elif entry.is_dir(follow_symlinks=False):
            for inner in os.scandir(entry.path):
                inside = Path(inner.path)
                if _may_go(entry.name, inside) and _age(inside) <= border:
                    yield inside


def _may_go(folder: str, path: Path) -> bool:
    """Whether something in a folder among the blobs is a blob, a leftover, or a cache of hashes that is of no use."""
    if folder == HASHES and _HASHES.fullmatch(path.name):
        return not is_of_use(path)
    return bool(_LEFTOVER.fullmatch(path.name) or (len(folder) == 2 and _SHA256.fullmatch(path.name)))  # noqa: PLR2004


def _age(path: Path) -> float:
    """Return when something changed last; a link of an old file is as young as the link."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return 0.0
    return max(status.st_mtime, status.st_ctime)


def _size(path: Path) -> int:
    """Return the bytes that are freed: none if a file has other names."""
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        status = path.lstat()
    except FileNotFoundError:
        return 0
    return status.st_size if status.st_nlink == 1 else 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
