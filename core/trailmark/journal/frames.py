"""Frames: how the bytes of a journal are cut into checked payloads.

A journal is the magic, then frames: ``[length u32][crc32 u32][payload]``, little-endian. The checksum is CRC-32
(zlib's) over the payload, *started from the frame's own offset in the file* instead of zero. A frame therefore
validates only where it was written: bytes that merely look like a frame, inside somebody's logged text or in a
block that a disk put back in the wrong place, never do. That makes it safe to look for the next good frame after
a damaged one.

This module owns the framing. Of a payload it knows only how it begins: as a packed row or as a record.
"""

from __future__ import annotations

import re
import struct
from zlib import crc32

MAGIC = b"TRAILMK1"  # the last byte is the format's version
HEAD = struct.Struct("<II")
MAX_PAYLOAD = 1 << 24  # 16 MiB; what is larger belongs in a file, and a reader may trust no larger length

# A packed row's mark, or a map of less than 16 or of less than 65,536 pairs whose first key is "kind".
_payload_start = re.compile(rb"\xc1|[\x81-\x8f](?=\xa4kind)|\xde(?=..\xa4kind)", re.DOTALL)


def encode(payload: bytes, offset: int) -> bytes:
    """Return the frame of `payload` for the place `offset` (bytes from the start of the file)."""
    return HEAD.pack(len(payload), crc32(payload, offset)) + payload


def payload_end(data: bytes, position: int, base: int) -> int:
    """Return where the good frame at `position` of `data` ends, or 0 if there is none.

    `base` is the offset in the file of the first byte of `data`.
    """
    end = claimed_end(data, position)
    if not end or end > len(data):
        return 0
    payload = memoryview(data)[position + HEAD.size : end]
    return end if crc32(payload, base + position) == HEAD.unpack_from(data, position)[1] else 0


def claimed_end(data: bytes, position: int) -> int:
    """Return where the frame at `position` says that it ends, which may lie beyond `data`; 0 if it cannot be."""
    start = position + HEAD.size
    if start > len(data):
        return 0
    length = HEAD.unpack_from(data, position)[0]
    return start + length if 0 < length <= MAX_PAYLOAD else 0


def find(data: bytes, position: int, base: int, stop: int | None = None) -> int:
    """Return the position of the first good frame that begins at or after `position`, before `stop`; else -1."""
    for match in _payload_start.finditer(data, position + HEAD.size):
        candidate = match.start() - HEAD.size
        if stop is not None and candidate >= stop:
            return -1
        if payload_end(data, candidate, base):
            return candidate
    return -1
