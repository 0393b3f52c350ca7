"""From files to blobs: hash what is not known, then place it below the root.

A file that was there before this process began is at rest: it is hashed when the draft is logged, and hard-linked. One
that changed since may well be written again in place: it is copied when it is added (see `draft`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.artifacts.entry import Source
from trailmark.artifacts.hash_cache import HashCache, now_ns
from trailmark.artifacts.hashing import Job, hash_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trailmark.artifacts.blobs import Blobs
    from trailmark.artifacts.entry import Entry
    from trailmark.artifacts.folder import Folder
    from trailmark.artifacts.hashing import Hashed
    from trailmark.artifacts.manifest import Manifest
    from trailmark.artifacts.staging import Staging


class Caches:
    """The caches of hashes that a draft's files are in."""

    def __init__(self, blobs: Blobs | None) -> None:
        self._blobs = blobs
        self._caches: dict[str, HashCache] = {}
        self._began_ns = now_ns()

    def of(self, batch: str) -> HashCache | None:
        """Return the cache of a batch; None if there is none for it."""
        if self._blobs is None or not batch:
            return None
        if batch not in self._caches:
            self._caches[batch] = HashCache.of(self._blobs.folder, batch)
        return self._caches[batch]

    def folder_digest(self, folder: Folder) -> str | None:
        """Return the digest of the manifest of a folder that did not change since it was logged."""
        cache = self.of(folder.batch)
        return None if cache is None else folder.known_digest(cache)

    def put_folder(self, folder: Folder, manifest: Manifest) -> None:
        """Remember that digest, if the manifest is of the folder alone."""
        cache = self.of(folder.batch)
        if cache is not None:
            folder.remember(manifest.entries, manifest.digest, cache)

    def put(self, batch: str, entry_stamp: tuple[int, int, int, int, int], sha256: str) -> None:
        """Remember the digest of a file."""
        cache = self.of(batch)
        if cache is not None:
            cache.put(entry_stamp, sha256, self._began_ns)

    def save(self) -> None:
        """Write all that changed."""
        for cache in self._caches.values():
            cache.save()


def settle(
    entries: Iterable[Entry], blobs: Blobs | None, staging: Staging | None = None, caches: Caches | None = None
) -> Caches:
    """Make the digests of all entries known; what must be copied is copied into `staging` in the same read.

    Raises:
        ArtifactError: a file cannot be read, or changes while it is.
    """
    caches = caches or Caches(blobs)
    unknown = []
    for entry in entries:
        if entry.is_hashed:
            continue
        source, stamp = entry.original
        cache = caches.of(source.batch)
        sha256 = cache.get(stamp) if cache is not None else None
        if sha256 is None:
            unknown.append(entry)
        else:
            entry.set_digest(sha256, stamp[2])
    if unknown:
        read(unknown, blobs, staging, caches)
    return caches


def read(unknown: Sequence[Entry], blobs: Blobs | None, staging: Staging | None, caches: Caches) -> None:
    """Hash files, and copy those that must be into `staging`.

    Raises:
        ArtifactError: a file cannot be read, or changes while it is.
    """
    device = _device(blobs)
    jobs = []
    for entry in unknown:
        source, stamp = entry.original
        copy = staging is not None and (source.kind == "copy" or (device is not None and stamp[0] != device))
        jobs.append(Job(source.path, stamp[2], copy))
    folder = staging.folder if staging is not None and any(job.copy for job in jobs) else None
    found = hash_files(jobs, folder=folder, what=f"hashing {len(jobs)} files")
    changed = []
    for entry, result in zip(unknown, found, strict=True):
        if _take(entry, result, caches):
            changed.append(entry.path)
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        termwarn(f"{changed[0]}{more} changed after being added to the artifact, which has the new contents")


def _take(entry: Entry, result: Hashed, caches: Caches) -> bool:
    """Give an entry what was found; whether its file changed since it was added."""
    source, stamp = entry.original
    if result.copy is None:
        new = Source(source.path, result.stamp, source.batch, source.kind)
    else:
        new = Source(result.copy, None, source.batch, "own")
    entry.set_digest(result.sha256, result.stamp[2], new)
    caches.put(source.batch, result.stamp, result.sha256)
    return stamp[:4] != result.stamp[:4]


def place(entries: Iterable[Entry], blobs: Blobs, caches: Caches) -> None:
    """Make all files blobs, and remember what they are like then.

    Raises:
        ArtifactError: a file is not what it was when it was hashed.
        OSError: the disk is full, or fails.
    """
    done: set[str] = set()
    for entry in entries:
        sha256, source = entry.digest, entry.source
        if source is None or sha256 is None or sha256 in done:
            continue
        done.add(sha256)
        stamp = blobs.place(sha256, entry.size or 0, source)
        if stamp is not None:
            caches.put(source.batch, stamp, sha256)  # a link changes the time of change of the inode
    blobs.save_links()


def _device(blobs: Blobs | None) -> int | None:
    """Return the device where blobs lie; None if that is not known yet."""
    if blobs is None:
        return None
    blobs.folder.mkdir(parents=True, exist_ok=True)
    return os.stat(blobs.folder).st_dev  # noqa: PTH116
