"""Cells: what tables make of values, and their kinds."""

from __future__ import annotations

import collections
import datetime
import enum
import math
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.histogram import Histogram
from trailmark.media.images.image import Image
from trailmark.media.tables.cell import as_cell, as_kind, equal, holds_media, kind_of, kinds, replace_media
from trailmark.media.tables.table import Table

Point = collections.namedtuple("Point", "x y")  # noqa: PYI024 (one without types)
Colour = enum.Enum("Colour", "RED")


@pytest.mark.parametrize(
    ("value", "cell", "kind"),
    [
        (np.int16(3), 3, "number"),
        (np.float32(0.5), 0.5, "number"),
        (np.bool_(True), True, "boolean"),
        (np.str_("a"), "a", "string"),
        (np.bytes_(b"a"), b"a", "bytes"),
        (bytearray(b"a"), b"a", "bytes"),
        (np.array(3), 3, "number"),
        (np.datetime64("2020-01-01T00:00:00"), datetime.datetime(2020, 1, 1), "timestamp"),  # noqa: DTZ001
        (np.datetime64("2020"), datetime.datetime(2020, 1, 1), "timestamp"),  # noqa: DTZ001
        (np.datetime64("NaT", "s"), None, None),
        (np.timedelta64(90, "s"), datetime.timedelta(seconds=90), "duration"),
        ((1, (2,)), [1, [2]], "list"),
        (Point(1, 2), [1, 2], "list"),
        (collections.OrderedDict(a=1), {"a": 1}, "dict"),
        ({1: 2}, {"1": 2}, "dict"),
        (np.array([1, "a", None], object), [1, "a", None], "list"),
        (np.ma.masked_array([1, 2], [False, True]), [1, None], "list"),
        (Colour.RED, "RED", "string"),
        (PurePosixPath("a/b"), "a/b", "string"),
        ({2, 1}, [1, 2], "list"),
        ("\ud800", "\\ud800", "string"),
    ],
)
def test_values_become_cells(value: Any, cell: Any, kind: str | None) -> None:
    """Scalars are Python's, tuples lists, and what else `log` knows what `log` makes of it."""
    found = as_cell(value, "a")
    assert found == cell
    assert type(found) is type(cell)
    assert kind_of(found) == kind


@pytest.mark.parametrize("value", [np.datetime64("20000-01-01"), np.timedelta64(1, "Y"), np.datetime64(1, "ps")])
def test_times_without_a_place_are_refused(value: Any) -> None:
    """Years beyond 9999, picoseconds and durations of no fixed length are no cells."""
    with pytest.raises(MediaError, match="column 'a' takes times of the years 1 to 9999"):
        as_cell(value, "a")


def test_arrays_are_copied() -> None:
    """An array in a cell is nobody else's."""
    array = np.zeros((2, 3), ">i2", order="F")
    cell = as_cell(array, "a")
    array[:] = 1
    assert (cell.sum(), cell.dtype, cell.shape, kind_of(cell)) == (0, np.dtype(">i2"), (2, 3), "array")


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        (None, None),
        (Any, "any"),
        (object, "any"),
        ("any", "any"),
        (int, "number"),
        (float, "number"),
        ("int", "number"),
        ("string", "string"),
        (bool, "boolean"),
        (np.float32, "number"),
        (np.bool_, "boolean"),
        (np.datetime64, "timestamp"),
        (np.ndarray, "array"),
        (datetime.date, "date"),
        (Image, "image"),
        (Table, "table"),
        (Histogram, "histogram"),
    ],
)
def test_types_have_kinds(dtype: Any, kind: str | None) -> None:
    """What W&B takes as dtype names a kind."""
    assert as_kind(dtype) == kind


@pytest.mark.parametrize("dtype", [3, "nothing", set, [int]])
def test_other_types_have_none(dtype: Any) -> None:
    """The error lists the kinds."""
    with pytest.raises(MediaError, match=r"dtype takes a class .* array, audio"):
        as_kind(dtype)
    assert "number" in kinds()


def test_equality_knows_types() -> None:
    """NaN equals NaN and True not 1; arrays have a type and a shape."""
    assert equal([math.nan, {"a": np.array([math.nan])}], [math.nan, {"a": np.array([math.nan])}])
    assert equal(1, 1.0)
    for one, other in ((True, 1), (None, math.nan), (np.zeros(2), np.zeros((1, 2))), ([1], [1, 2]), ("a", b"a")):
        assert not equal(one, other)


def test_media_are_found_and_replaced() -> None:
    """Media in lists and dicts are seen, and the cell around them stays."""
    image = Image(np.zeros((1, 1, 3), np.uint8))
    cell = {"a": [1, image], "b": "x"}
    assert holds_media(cell)
    assert not holds_media([1, {"a": None}])
    assert replace_media(cell, lambda media: media.kind) == {"a": [1, "image"], "b": "x"}
    assert cell["a"][1] is image
