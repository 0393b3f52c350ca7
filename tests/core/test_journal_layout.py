"""Tests of `trailmark.journal.layout`."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from trailmark.journal.frames import HEAD
from trailmark.journal.layout import MAX_KEY_SETS, Layout


def test_a_row_is_packed_without_padding() -> None:
    """A row is the mark and number, step, time, and the values: 8 bytes each, a bool one."""
    layout = Layout(0x010203, ("a", "b", "c"), "fbi")
    packed = layout.pack(layout.word, -1, 2.5, 0.5, True, -7)
    assert packed == b"\xc1\x03\x02\x01" + struct.pack("<qdd?q", -1, 2.5, 0.5, True, -7)
    assert layout.size == len(packed) == 37


def test_numpy_sees_what_struct_packed() -> None:
    """The dtype has the row's fields and values as they went in."""
    layout = Layout(1, ("a", "b", "c"), "ibf")
    row = layout.pack(layout.word, 1 << 62, 1e9, -(1 << 63), False, float("inf"))
    array = np.frombuffer((HEAD.pack(layout.size, 9) + row) * 3, layout.dtype)
    assert array.tolist() == [(layout.size, 9, layout.word, 1 << 62, 1e9, -(1 << 63), False, float("inf"))] * 3


def test_layouts_of_equal_kinds_share_their_dtype() -> None:
    """Thousands of key sets of the same kinds need one dtype."""
    assert Layout(1, ("a",), "f").dtype is Layout(2, ("b",), "f").dtype


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1 << 200])
def test_an_integer_beyond_64_bits_is_refused(value: int) -> None:
    """Packing raises, so that the caller writes another kind of record."""
    layout = Layout(1, ("a",), "i")
    with pytest.raises(struct.error):
        layout.pack(layout.word, 0, 0.0, value)


@pytest.mark.parametrize(
    ("number", "names", "kinds"),
    [(0, ("a",), "f"), (MAX_KEY_SETS + 1, ("a",), "f"), (1, ("a",), "ff"), (1, ("a",), "x")],
)
def test_a_key_set_that_cannot_be_is_refused(number: int, names: tuple[str, ...], kinds: str) -> None:
    """A number out of range, unequal lengths and unknown kinds raise; number 0 is the end mark's."""
    with pytest.raises(ValueError, match="no key set"):
        Layout(number, names, kinds)


def test_a_key_set_may_be_empty() -> None:
    """A row without values has a step and a time."""
    layout = Layout(1, (), "")
    assert layout.size == 20
