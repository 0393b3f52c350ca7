"""`Folder`: a folder that was added to a draft, as it was listed; entries are made of it only if they are needed.

Its print is the SHA-256 of all names and stamps: two folders of one print have the same files, as far as stamps tell.
So a folder that was logged before is known again (see `hash_cache`) without an entry, and a look-up, for each file.
"""

from __future__ import annotations

import hashlib
import marshal
from typing import TYPE_CHECKING, NamedTuple

from trailmark.artifacts.entry import Entry, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trailmark.artifacts.entry import Stamp
    from trailmark.artifacts.hash_cache import HashCache

_FORMAT = 2  # of marshal: the last one in which equal values have equal bytes


class Folder(NamedTuple):
    """A folder; three lists of equal length."""

    names: list[str]  # in the artifact
    paths: list[str]
    stamps: list[Stamp]
    batch: str  # the key of its cache of hashes

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum([stamp[2] for stamp in self.stamps])

    def entries(self, kinds: Iterator[str]) -> list[Entry]:
        """Return the entries, with a kind of `Source` for each."""
        batch = self.batch
        return [
            Entry(name, stamp[2], None, None, Source(path, stamp, batch, kind))
            for name, path, stamp, kind in zip(self.names, self.paths, self.stamps, kinds, strict=False)
        ]

    def known_digest(self, cache: HashCache) -> str | None:
        """Return the SHA-256 of the manifest, if this is the folder that was logged last."""
        return cache.get_folder(_fingerprint(self.names, self.stamps))

    def remember(self, entries: Mapping[str, Entry], digest: str, cache: HashCache) -> None:
        """Keep the digest of a manifest, if that has the files of this folder only, and the cache knows all of them."""
        if len(entries) != len(self.names):
            return
        stamps = []
        for name, stamp in zip(self.names, self.stamps, strict=True):
            entry = entries.get(name)
            if entry is None or entry.ref is not None or entry.digest is None:
                return
            newest = cache.newest(stamp, entry.digest)  # it became another one when the file was linked
            if newest is None:
                return
            stamps.append(newest)
        cache.put_folder(_fingerprint(self.names, stamps), digest)


def _fingerprint(names: list[str], stamps: list[Stamp]) -> bytes:
    return hashlib.sha256(marshal.dumps((names, stamps), _FORMAT)).digest()
