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
import re
from types import NoneType
from typing import TYPE_CHECKING

from trailmark.artifacts.entry import Entry
from trailmark.artifacts.naming import check_entries
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER = "trailmark-manifest 1\n"
_FILE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,19}) (.+)")
_REFERENCE: dict[str, type | tuple[type, ...]] = {
    "path": str,
    "ref": str,
    "size": (int, NoneType),
    "digest": (str, NoneType),
}


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
            ArtifactError: they are not those of `digest`, of a format that is newer than this version, or hold what no
                manifest does: a path that leads out of the artifact, say.
        """
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise ArtifactError(f"the manifest {digest} is damaged: its SHA-256 is {found}")
        if not data.startswith(_HEADER.encode()):
            first = data[:40].decode(errors="replace").partition("\n")[0]
            raise ArtifactError(f"the manifest {digest} begins with {first!r}: a newer version of Trailmark wrote it")
        try:
            return cls(_entries(data.decode()), digest, data)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ArtifactError(f"the manifest {digest} holds what no manifest does: {error!s:.300}") from error

    @property
    def size(self) -> int:
        """Bytes of all files, and of the references whose size is known."""
        return sum(entry.size or 0 for entry in self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)


def _entries(text: str) -> dict[str, Entry]:
    """Return the files that a manifest lists.

    A digest is no proof against somebody who gives a manifest away: paths and digests become paths on this machine.

    Raises:
        ValueError: it holds what no manifest does; KeyError and TypeError: so does the JSON of a reference.
    """
    entries: dict[str, Entry] = {}
    for line in text.split("\n")[1:-1]:
        found = _FILE.fullmatch(line)
        if found is not None:
            sha256, size, path = found.groups()
            entries[path] = Entry(path, int(size), sha256)
        elif line.startswith("@ "):
            fields = json.loads(line[2:])
            if not all(isinstance(fields[key], kinds) for key, kinds in _REFERENCE.items()):
                raise TypeError(f"the reference {fields!r:.200}")
            entries[fields["path"]] = Entry(fields["path"], fields["size"], fields["digest"], fields["ref"])
        else:
            raise ValueError(f"the line {line!r:.200}")
    check_entries(list(entries))
    return entries


def _reference(entry: Entry) -> str:
    fields = {"digest": entry.digest, "path": entry.path, "ref": entry.ref, "size": entry.size}
    return f"@ {json.dumps(fields, sort_keys=True, separators=(',', ':'), ensure_ascii=True)}\n"
