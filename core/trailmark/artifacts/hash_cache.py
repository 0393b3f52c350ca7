"""What files hashed to when they were read last, so that a folder that did not change is not read again.

A file of this cache belongs to one folder that was added, and is replaced whole: magic, CRC-32 of the rest, the key
(two bytes of length, and ``dir:`` or ``file:`` and the folder), a print of the whole folder (see `folder`) and the
SHA-256 of its manifest (32 bytes each, zero if there are none), and records of 72 bytes: device, inode, size, time of
change of contents and of the inode in ns, and SHA-256. It is disposable: one that is missing or damaged is empty. A
file that changed less than two seconds before it was read is not kept, as a further change might leave its times as
they are (what Git calls racy); nor is the print of the folder that it lies in.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import struct
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.artifacts.entry import Stamp

FOLDER = ".hashes"  # among the blobs
_MAGIC = b"tmhash2\n"
_HEAD = len(_MAGIC) + 4  # bytes before what the CRC is of
_NO_FOLDER = bytes(64)
_RECORD = struct.Struct("<QQQqq32s")
_RACY_NS = 2_000_000_000
_MAX_RECORDS = 1_000_000  # 72 MB


class HashCache:
    """The digests of files of one batch, by their stamps."""

    def __init__(self, path: Path, batch: str) -> None:
        self.path = path
        key = _encode(batch)
        self._key = len(key).to_bytes(2, "little") + key
        self._body = self._read()
        self._folder = bytes(self._body[: len(_NO_FOLDER)])
        self._changed = False

    @classmethod
    def of(cls, blobs: Path, batch: str) -> HashCache:
        """Return the cache of a batch, in the folder of blobs."""
        return cls(blobs / FOLDER / hashlib.sha256(_encode(batch)).hexdigest()[:32], batch)

    def get_folder(self, fingerprint: bytes) -> str | None:
        """Return the SHA-256 of the manifest of the folder, if it has this print."""
        known, digest = self._folder[:32], self._folder[32:]
        return digest.hex() if known == fingerprint else None

    def put_folder(self, fingerprint: bytes, digest: str) -> None:
        """Remember the manifest of a folder, all of whose files are known."""
        folder = fingerprint + bytes.fromhex(digest)
        self._changed |= folder != self._folder
        self._folder = folder

    def newest(self, stamp: Stamp, sha256: str) -> Stamp | None:
        """Return the stamp by which the file that had the stamp `stamp` is known to have this SHA-256."""
        known = self._known.get(stamp[1])
        return known[:5] if known is not None and known[0] == stamp[0] and known[5].hex() == sha256 else None

    def get(self, stamp: Stamp) -> str | None:
        """Return the SHA-256 of the file with this stamp, if it is known."""
        known = self._known.get(stamp[1])
        if known is None or known[:5] != stamp:
            return None
        return known[5].hex()

    def put(self, stamp: Stamp, sha256: str, read_at_ns: int | None) -> None:
        """Remember a file that was read from `read_at_ns` on; None: that Trailmark itself wrote."""
        if read_at_ns is None or stamp[3] < read_at_ns - _RACY_NS:
            self._known[stamp[1]] = (*stamp, bytes.fromhex(sha256))
            self._changed = True

    def save(self) -> None:
        """Write the cache if it changed; one that cannot be written costs time later, and nothing else."""
        if not self._changed:
            return
        records = list(self._known.values())[-_MAX_RECORDS:]
        body = self._key + self._folder + b"".join([_RECORD.pack(*record) for record in records])
        temporary = self.path.with_name(f".{self.path.name}-{os.urandom(4).hex()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
            temporary.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
        self._changed = False

    @functools.cached_property
    def _known(self) -> dict[int, tuple[int, int, int, int, int, bytes]]:
        """The records by inode, which a folder that is known as a whole does without."""
        return {record[1]: record for record in _RECORD.iter_unpack(self._body[len(_NO_FOLDER) :])}

    def _read(self) -> memoryview:
        """Return the print and the records."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return memoryview(_NO_FOLDER)
        body = memoryview(data)[_HEAD:]
        found = body[len(self._key) :]
        if (
            data[: len(_MAGIC)] != _MAGIC
            or body[: len(self._key)] != self._key
            or len(found) < len(_NO_FOLDER)
            or (len(found) - len(_NO_FOLDER)) % _RECORD.size
            or zlib.crc32(body) != int.from_bytes(data[len(_MAGIC) : _HEAD], "little")
        ):
            return memoryview(_NO_FOLDER)
        return found


def is_of_use(path: Path) -> bool:
    """Whether a file of this cache can be read, and the folder that it belongs to is there."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD + 2)
            key = file.read(int.from_bytes(head[_HEAD:], "little"))
    except OSError:
        return False
    return head.startswith(_MAGIC) and os.path.lexists(key.partition(b":")[2])


def _encode(batch: str) -> bytes:
    return batch.encode(errors="surrogateescape")


def now_ns() -> int:
    """Return the time by the clock that files are stamped with, in ns."""
    return time.time_ns()
