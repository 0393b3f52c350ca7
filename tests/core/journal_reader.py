"""A reader of journals, written from `docs/journal.md` alone: it checks that page and Trailmark's own reader."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODES = {"i": "q", "f": "d", "b": "?"}


def extension(code: int, data: memoryview) -> Any:
    """Return a big integer."""
    return int.from_bytes(data, "little", signed=True) if code == 1 else None


def payload_at(data: bytes, place: int) -> bytes:
    """Return the payload of the frame at `place`; empty if there is no good frame."""
    length, checksum = struct.unpack_from("<II", data, place) if place + 8 <= len(data) else (0, 0)
    payload = data[place + 8 : place + 8 + length]
    good = 0 < length == len(payload) <= 1 << 24 and zlib.crc32(payload, place % 2**32) == checksum
    return payload if good else b""


def read(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the offset of each record and row of the journal at `path`, and what it says."""
    data = path.read_bytes()
    if data[:7] == b"TRAILMK" and b"1" < data[7:8] <= b"9":
        raise ValueError("a later version")
    key_sets: dict[int, dict[str, Any]] = {}
    place = 8
    while place < len(data):
        payload = payload_at(data, place)
        if payload[:1] == b"\xc1":
            number = int.from_bytes(payload[1:4], "little")
            if number in key_sets:
                keys = key_sets[number]
                form = struct.Struct("<4xqd" + "".join(CODES[kind] for kind in keys["kinds"]))
                step, time, *values = form.unpack(payload)
                row = {"step": step, "time": time, "data": dict(zip(keys["names"], values, strict=True))}
                yield place, {"kind": "row", **row, "stream": keys.get("stream", "history")}
        elif payload:
            record = msgspec.msgpack.decode(payload, ext_hook=extension)
            if record["kind"] == "keys":
                key_sets.setdefault(record["number"], record)
            else:
                yield place, {"stream": "history", **record} if record["kind"] == "row" else record
        place += 8 + len(payload) if payload else 1
