"""Arrays and objects as bytes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailmark.server.store import codec

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL_TABLE = np.random.default_rng(0).integers(0, 100, 5000) / 7.0
LARGE_TABLE = np.random.default_rng(0).integers(0, 600, 8192) / 7.0


def same(values: NDArray[Any]) -> bool:
    """Tell whether values come back bit by bit."""
    found = codec.decode(codec.encode(values))
    return found.dtype == values.dtype and found.tobytes() == values.tobytes()


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(st.floats(width=64), max_size=200).map(lambda items: np.array(items, np.float64)),
        st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=200).map(lambda items: np.array(items, np.int64)),
        st.lists(st.booleans(), max_size=200).map(lambda items: np.array(items, np.bool_)),
    ),
    st.integers(1, 40),
)
def test_any_array_comes_back(values: NDArray[Any], times: int) -> None:
    """Every bit of floats, integers and bools is kept, in short arrays and long ones."""
    assert same(values)
    assert same(np.tile(values, times))


@pytest.mark.parametrize(
    "values",
    [
        np.arange(8192),
        np.arange(8192)[::-1] * 7,
        np.linspace(0, 1, 8192),
        np.cos(np.arange(8192) / 1e4),
        np.random.default_rng(0).normal(size=8192),
        np.random.default_rng(0).normal(size=8192).astype(np.float32).astype(np.float64),
        SMALL_TABLE,
        LARGE_TABLE,
        np.resize(np.array([-(1 << 63), (1 << 63) - 1]), 3000),
        np.resize(np.array([0x7FF0_0000_0000_0001, -1, 0x7FF8_0000_0000_0000]), 3000).view(np.float64),
    ],
    ids=["steps", "down", "linear", "smooth", "noise", "float32", "256 values", "many values", "extremes", "NaNs"],
)
def test_each_encoding_is_exact(values: NDArray[Any]) -> None:
    """Curves for which different encodings are best come back bit by bit, NaNs with their payloads."""
    assert same(values)


def test_an_encoding_is_chosen_by_the_curve() -> None:
    """Steps, smooth curves, values of a small set, and noise are each kept in the way that suits them."""
    assert codec.encode(np.arange(8192)).startswith(b"di")
    assert codec.encode(np.cos(np.arange(8192) / 1e4)).startswith(b"Df")
    assert codec.encode(LARGE_TABLE).startswith(b"tf")
    assert codec.encode(np.random.default_rng(0).normal(size=8192)).startswith(b"sf")


def test_an_encoding_suits_all_of_a_curve() -> None:
    """A rate that rises and then stays is not kept as its longer part alone would be."""
    rate = np.minimum(np.arange(8192) / 2000, 1) * 3e-4
    assert len(codec.encode(rate)) < len(rate) / 8


def test_arrays_that_come_again_are_encoded_once() -> None:
    """The same values give the same bytes, and values of another type do not."""
    repeats = codec.Repeats()
    steps = np.arange(300)
    assert repeats.encode(steps) == codec.encode(steps)
    assert repeats.encode(steps.copy()) is repeats.encode(steps)
    assert codec.decode(repeats.encode(steps.view(np.float64))).dtype == np.float64


def test_arrays_go_together() -> None:
    """Several arrays become one, and any of them are taken out of it."""
    data = codec.pack([np.arange(5), np.array([True]), np.array([0.5])])
    assert [array.tolist() for array in codec.unpack(data)] == [[0, 1, 2, 3, 4], [True], [0.5]]
    assert [array.tolist() for array in codec.unpack(data, [2, 0])] == [[0.5], [0, 1, 2, 3, 4]]


def test_other_types_are_refused() -> None:
    """An array that would not come back as it was is not stored."""
    with pytest.raises(TypeError, match="float32"):
        codec.encode(np.zeros(3, np.float32))


@pytest.mark.parametrize("size", [3, 5000])
def test_any_damaged_byte_is_told(size: int) -> None:
    """Bytes that are not those that were stored raise, wherever the difference is."""
    data = codec.encode(np.random.default_rng(0).normal(size=size))
    for place in range(0, len(data), max(1, len(data) // 50)):
        damaged = bytearray(data)
        damaged[place] ^= 1
        with pytest.raises(codec.DamagedError, match="checksum"):
            codec.decode(bytes(damaged))
    for end in (0, 3, len(data) - 1):
        with pytest.raises(codec.DamagedError):
            codec.decode(data[:end])


def test_what_was_never_stored_is_told() -> None:
    """Bytes with the right checksum that mean nothing raise as well."""
    junk = codec.compress(b"junk")
    for read in (codec.decode, codec.unpack, codec.decode_objects, codec.decode_value):
        with pytest.raises(codec.DamagedError):
            read(junk)
    with pytest.raises(codec.DamagedError):
        codec.unpack(codec.pack([np.arange(3)]), [1])


def test_objects_come_back() -> None:
    """Plain values come back as they were, integers of any size and bytes among them."""
    records = [{"a": [1, 2.5, None, True]}, "text", 2**80, [-(2**200), {"b": b"bytes"}], float("inf")]
    assert codec.decode_objects(codec.encode_objects(records)) == records
