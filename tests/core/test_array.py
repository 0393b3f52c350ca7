"""`trailmark.media.array`: arrays and scalars of any library as numpy's. Those of frameworks: tests/frameworks."""

from __future__ import annotations

import sys
import types
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from trailmark.media.array import as_number, as_numpy, fetch_scalars
from trailmark.media.normalize import flat_row


class Duck:
    """What says that it is an array."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Return numbers."""
        del copy
        return np.array([1, 2], dtype=dtype)


@pytest.mark.parametrize(
    "value", [3, 0.5, "a", None, [1], {"a": 1}, object(), np.float32, Duck, sys], ids=lambda value: repr(value)[:20]
)
def test_what_is_no_array(value: Any) -> None:
    """Python's own values, classes and modules are none."""
    assert as_numpy(value) is None
    assert as_number(value) is None


def test_an_array_is_itself() -> None:
    """Nothing is copied, and a masked array keeps its mask."""
    array = np.arange(3)
    assert as_numpy(array) is array
    masked = np.ma.array([1, 2], mask=[True, False])
    assert as_numpy(masked) is masked


def test_what_has_an_array_interface() -> None:
    """It is asked for its array."""
    found = as_numpy(Duck())
    assert found is not None
    assert found.tolist() == [1, 2]
    scalar = as_numpy(np.float32(0.5))
    assert scalar is not None
    assert (scalar.shape, scalar.dtype) == ((), np.float32)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(np.float16(0.5), 0.5), (np.float64(0.5), 0.5), (np.int8(-1), -1), (np.uint64(2**64 - 1), 2**64 - 1)],
)
def test_numbers_of_numpy_at_once(value: Any, expected: float) -> None:
    """A scalar that Python has exactly is that Python number."""
    found = as_number(value)
    assert found == expected
    assert type(found) is type(expected)
    assert as_number(np.bool_(True)) is True


@pytest.mark.parametrize(
    "value", [np.longdouble(1), np.complex64(1), np.timedelta64(1, "s"), np.str_("a"), np.array(1)]
)
def test_what_needs_a_closer_look(value: Any) -> None:
    """The short cut is for numbers alone."""
    assert as_number(value) is None


@pytest.mark.parametrize("torch", [types.ModuleType("torch"), MagicMock(), None])
def test_a_torch_that_is_not_wholly_there(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may be importing it, or somebody's tests replace it: values that are no tensors are logged."""
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert fetch_scalars({"a": 1.0, "b": np.float32(0.5)}) == {}
    row = {"a": 1.0, "b": np.float32(0.5), "c": np.array([1, 2]), "d": "text"}
    assert flat_row(row) == {"a": 1.0, "b": 0.5, "c": [1, 2], "d": "text"}
