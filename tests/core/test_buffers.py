"""Arrow arrays made of numpy's memory, and back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from trailmark.media.tables.buffers import from_cells, from_numpy, from_texts, to_numpy

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u2", "i4", "u8", "f4", "f8", "M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[s]", "m8[ns]"]
)
@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100])
def test_numbers_come_back(dtype: str, length: int) -> None:
    """An array is the same in Arrow, as pyarrow makes it, and comes back, also of slices and several pieces."""
    array = (np.arange(length) % 3).astype(dtype)
    found = from_numpy(array)
    assert found.equals(pa.array(array))
    found.validate(full=True)
    np.testing.assert_array_equal(to_numpy(pa.chunked_array([found])), array)
    pieces = pa.chunked_array([found.slice(length // 2), found.slice(0, length // 2)], found.type)
    np.testing.assert_array_equal(to_numpy(pieces), np.concatenate([array[length // 2 :], array[: length // 2]]))
    assert to_numpy(pieces).dtype == array.dtype


def test_what_is_missing_is_null() -> None:
    """Nulls stand where the mask says, and where a time is NaT; NaN stays a number."""
    mask = np.array([False, True] * 5)
    assert from_numpy(np.arange(10), mask).to_pylist() == [0, None, 2, None, 4, None, 6, None, 8, None]
    assert from_numpy(np.array(["2020-01-01", "NaT"], "M8[s]")).null_count == 1
    assert from_numpy(np.array([np.nan])).null_count == 0


def test_it_is_a_copy() -> None:
    """What happens to the array afterwards changes nothing; neither are strides taken for values."""
    array = np.arange(10)
    found = from_numpy(array[::-2])
    array[:] = 0
    assert found.to_pylist() == [9, 7, 5, 3, 1]


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        ([1, None, -(2**63), 2**63 - 1], "i8"),
        ([2**64 - 1, None], "u8"),
        ([1.5, None, 3], "f8"),
        ([True, None, False] * 5, "?"),
        ([datetime.datetime.min, None, datetime.datetime.max], "M8[us]"),  # noqa: DTZ901 (without a zone)
        ([], "i8"),
    ],
)
def test_cells_come_back(cells: list[Any], dtype: str) -> None:
    """Cells of Python, and None, are the same in Arrow."""
    assert from_cells(cells, dtype).to_pylist() == cells


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["", "a", None, "é😀", "x\0y"], pa.string),
        (["", None], pa.large_string),
        ([b"", b"\xff\0", None], pa.binary),
        ([], pa.large_binary),
    ],
)
def test_texts_come_back(cells: list[Any], kind: Callable[[], Any]) -> None:
    """Texts and bytes are the same in Arrow, and valid."""
    found = from_texts(cells, kind())
    found.validate(full=True)
    assert found.to_pylist() == cells
    assert found.type == kind()


@pytest.mark.parametrize("array", [np.zeros(2, "f2"), np.zeros((2, 2)), np.zeros(2, ">i4"), np.zeros(2, complex)])
def test_other_arrays_are_refused(array: Any) -> None:
    """Types that Arrow or this machine does not have are no numbers here."""
    with pytest.raises((TypeError, pa.ArrowException)):
        from_numpy(array)


@pytest.mark.parametrize(("cells", "dtype"), [([2**63], "i8"), ([2**64], "u8")])
def test_numbers_beyond_the_range_are_refused(cells: list[int], dtype: str) -> None:
    """A number that does not fit is no other number."""
    with pytest.raises(OverflowError):
        from_cells(cells, dtype)
