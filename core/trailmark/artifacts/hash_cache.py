"""What files hashed to when they were read last, so that a folder that did not change is not read again.

A file of this cache belongs to one folder that was added, and is replaced whole: magic, CRC-32 of the rest, and records
of 72 bytes: device, inode, size, time of change of contents and of the inode in ns, and SHA-256. It is disposable: one
that is missing or damaged is empty. A file that changed less than two seconds before it was read is not kept, as a
further change might leave its times as they are (what Git calls racy).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.artifacts.entry import Stamp

_MAGIC = b"tmhash1\n"
_RECORD = struct.Struct("<QQQqq32s")
_RACY_NS = 2_000_000_000
_MAX_RECORDS = 1_000_000  # 72 MB


class HashCache:
    """The digests of files of one batch, by their stamps."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = self._read()
        self._changed = False

    @classmethod
    def of(cls, blobs: Path, batch: str) -> HashCache:
        """Return the cache of a batch, in the folder of blobs."""
        return cls(blobs / ".hashes" / hashlib.sha256(batch.encode(errors="surrogateescape")).hexdigest()[:32])

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
        body = b"".join([_RECORD.pack(*record) for record in records])
        temporary = self.path.with_name(f".{self.path.name}-{os.urandom(4).hex()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
            temporary.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
        self._changed = False

    def _read(self) -> dict[int, tuple[int, int, int, int, int, bytes]]:
        try:
            data = self.path.read_bytes()
        except OSError:
            return {}
        start = len(_MAGIC) + 4
        body = memoryview(data)[start:]
        if data[: len(_MAGIC)] != _MAGIC or len(body) % _RECORD.size:
            return {}
        if zlib.crc32(body) != int.from_bytes(data[len(_MAGIC) : start], "little"):
            return {}
        return {record[1]: record for record in _RECORD.iter_unpack(body)}


def now_ns() -> int:
    """Return the time by the clock that files are stamped with, in ns."""
    return time.time_ns()
