"""Frames: how the bytes of a journal are cut into checked payloads.

A journal is the magic, then frames: ``[length u32][crc32 u32][payload]``, little-endian. The checksum is CRC-32
(zlib's) over the payload, *started from the frame's own offset in the file* instead of zero. A frame therefore
validates only where it was written: bytes that merely look like a frame, inside somebody's logged text or in a block
that a disk put back in the wrong place, never do. That makes it safe to look for the next good frame byte by byte
after a damaged one.

This module owns the framing. It does not know what a payload means.
"""

from __future__ import annotations

import struct
from zlib import crc32

MAGIC = b"TRAILMK1"  # the last byte is the format's version
HEAD = struct.Struct("<II")
MAX_PAYLOAD = 1 << 24  # 16 MiB; what is larger belongs in a file, and a reader may trust no larger length


def encode(payload: bytes, offset: int) -> bytes:
    """Return the frame of `payload` for the place `offset` (bytes from the start of the file)."""
    return HEAD.pack(len(payload), crc32(payload, offset)) + payload


def payload_end(data: bytes, position: int, base: int) -> int:
    """Return where the good frame at `position` of `data` ends, or 0 if there is none.

    `base` is the offset in the file of the first byte of `data`.
    """
    start = position + HEAD.size
    if start > len(data):
        return 0
    length, checksum = HEAD.unpack_from(data, position)
    end = start + length
    if not 0 < length <= MAX_PAYLOAD or end > len(data):
        return 0
    good = crc32(memoryview(data)[start:end], (base + position)) == checksum
    return end if good else 0


def find(data: bytes, position: int, base: int) -> int:
    """Return the position of the first good frame at or after `position`, or -1."""
    for candidate in range(position, len(data) - HEAD.size):
        # Byte 3 is the length's highest; lengths stay below 2**24 + 1, so this skips most candidates at once.
        if data[candidate + 3] <= 1 and payload_end(data, candidate, base):
            return candidate
    return -1
