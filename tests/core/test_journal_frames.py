"""Tests of `trailmark.journal.frames`."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY
from trailmark.journal import frames
from trailmark.journal.records import Row, encode

RECORD = encode(Row(step=1, time=2.0, data={"note": "a"}))
ROW = struct.pack("<Iqd", 1 << 8 | 0xC1, 5, 1.0)


def test_a_frame_is_length_checksum_payload() -> None:
    """A frame is 4 bytes of length, 4 bytes of CRC-32 started from the frame's offset, and the payload."""
    assert frames.encode(b"payload", 1234) == struct.pack("<II", 7, zlib.crc32(b"payload", 1234)) + b"payload"


@pytest.mark.parametrize("offset", [0, 8, 1 << 31, (1 << 32) + 8, 1 << 40])
def test_a_frame_is_good_where_it_was_written(offset: int) -> None:
    """A frame validates at its offset, also beyond 4 GiB, and not one byte beside it."""
    frame = frames.encode(RECORD, offset)
    assert frames.payload_end(frame, 0, offset) == len(frame)
    assert frames.payload_end(frame, 0, offset + 1) == 0
    assert frames.payload_end(b"xx" + frame, 2, offset - 2) == len(frame) + 2


@pytest.mark.parametrize("bit", range(8 * len(frames.encode(RECORD, 8))))
def test_no_flipped_bit_goes_unseen(bit: int) -> None:
    """Each flipped bit of a frame makes it a bad one."""
    frame = bytearray(frames.encode(RECORD, 8))
    frame[bit // 8] ^= 1 << bit % 8
    assert frames.payload_end(bytes(frame), 0, 8) == 0


@pytest.mark.parametrize("size", range(len(frames.encode(ROW, 8))))
def test_a_cut_frame_is_none(size: int) -> None:
    """A frame of which bytes are missing at the end is not good."""
    assert frames.payload_end(frames.encode(ROW, 8)[:size], 0, 8) == 0


@pytest.mark.parametrize("length", [0, frames.MAX_PAYLOAD + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_no_frame(length: int) -> None:
    """A frame of no bytes, or of more than 16 MiB, is not believed."""
    assert frames.claimed_end(struct.pack("<II", length, 0) + bytes(20), 0) == 0


def test_a_length_may_reach_beyond_the_data() -> None:
    """A frame that is not complete yet says where it will end."""
    assert frames.claimed_end(struct.pack("<II", 100, 0), 0) == 108


@PROPERTY
@given(
    st.lists(st.one_of(st.just(RECORD), st.just(ROW), st.binary(max_size=40)), max_size=8),
    st.integers(0, 1 << 33),
    st.randoms(use_true_random=False),
)
def test_find_finds_what_a_search_byte_by_byte_finds(parts: list[bytes], base: int, chance: Any) -> None:
    """`find` returns the first position at which there is a good frame of a row or a record."""
    data = b""
    for part in parts:
        good = part in (RECORD, ROW) and chance.random() < 0.7
        data += frames.encode(part, base + len(data)) if good else part
    found = (place for place in range(len(data)) if frames.payload_end(data, place, base))
    assert frames.find(data, 0, base) == next(found, -1)


def test_find_stops_where_it_is_told() -> None:
    """`find` does not look at frames that begin at or after `stop`."""
    data = b"xx" + frames.encode(ROW, 2)
    assert frames.find(data, 0, 0, stop=2) == -1
    assert frames.find(data, 0, 0, stop=3) == 2


def test_find_sees_records_of_many_fields() -> None:
    """A record of 16 fields or more, whose map has a longer head, is found as well."""
    payload = b"\xde\x00\x10\xa4kind\xa6future" + b"".join(b"\xa1" + bytes([97 + at]) + b"\x01" for at in range(15))
    assert frames.find(b"?" + frames.encode(payload, 1), 0, 0) == 1


def test_a_copy_of_a_frame_is_not_good_elsewhere() -> None:
    """Bytes of a whole journal inside another one hold no good frame there."""
    journal = frames.MAGIC
    for _ in range(50):
        journal += frames.encode(ROW, len(journal))
    assert frames.find(b"#" + journal, 0, 0) == -1
