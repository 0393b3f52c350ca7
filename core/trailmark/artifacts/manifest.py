"""`Manifest`: which files an artifact has, as canonical bytes: equal contents give equal bytes, and one digest.

The format, UTF-8, lines sorted by path::

    trailmark-manifest 1
    <sha256> <size in bytes> <path>
    @ <JSON of a reference: {"digest": …, "path": …, "ref": …, "size": …}>

Paths hold no control characters (see `naming`), so a line is one file. The manifest is a blob itself, and its SHA-256
is the artifact's digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from trailmark.artifacts.entry import Entry
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER = "trailmark-manifest 1\n"


class Manifest:
    """The files of an artifact.

    Attributes:
        entries: path -> entry, sorted by path.
        digest: SHA-256 of the canonical bytes.
    """

    def __init__(self, entries: dict[str, Entry], digest: str, data: bytes) -> None:
        self.entries = entries
        self.digest = digest
        self.data = data

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Manifest:
        """Return the manifest of entries whose digests are known."""
        ordered = sorted(entries, key=lambda entry: entry.path)
        lines = [f"{e.digest} {e.size} {e.path}\n" if e.ref is None else _reference(e) for e in ordered]
        data = (_HEADER + "".join(lines)).encode()
        return cls({entry.path: entry for entry in ordered}, hashlib.sha256(data).hexdigest(), data)

    @classmethod
    def read(cls, data: bytes, digest: str) -> Manifest:
        """Read the bytes of a manifest.

        Raises:
            ArtifactError: they are not those of `digest`, or of a format that is newer than this version.
        """
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise ArtifactError(f"the manifest {digest} is damaged: its SHA-256 is {found}")
        if not data.startswith(_HEADER.encode()):
            first = data[:40].decode(errors="replace").partition("\n")[0]
            raise ArtifactError(f"the manifest {digest} begins with {first!r}: a newer version of Trailmark wrote it")
        entries = {}
        for line in data.decode().split("\n")[1:-1]:
            if line.startswith("@"):
                fields = json.loads(line[1:])
                entry = Entry(fields["path"], fields["size"], fields["digest"], fields["ref"])
            else:
                sha256, size, path = line.split(" ", 2)
                entry = Entry(path, int(size), sha256)
            entries[entry.path] = entry
        return cls(entries, digest, data)

    @property
    def size(self) -> int:
        """Bytes of all files, and of the references whose size is known."""
        return sum(entry.size or 0 for entry in self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)


def _reference(entry: Entry) -> str:
    fields = {"digest": entry.digest, "path": entry.path, "ref": entry.ref, "size": entry.size}
    return f"@ {json.dumps(fields, sort_keys=True, separators=(',', ':'), ensure_ascii=True)}\n"
