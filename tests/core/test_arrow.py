"""Cells as arrays of Arrow."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trailmark.errors import MediaError
from trailmark.media.tables.arrow import Encoded, combine, encode, from_arrow
from trailmark.media.tables.cell import equal

UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    ("kind", "cells", "encoding", "name"),
    [
        ("number", [1, None], "native", "int64"),
        ("number", [2**63, 0], "native", "uint64"),
        ("number", [1, 0.5], "native", "double"),
        ("number", [2**53 + 1, 0.5], "json", "string"),
        ("number", [2**64], "json", "string"),
        ("boolean", [None], "native", "bool"),
        ("string", ["a"], "native", "string"),
        ("timestamp", [datetime.datetime(2020, 1, 1, tzinfo=UTC)], "native", "timestamp[us, tz=UTC]"),
        ("timestamp", [np.datetime64(1, "ns")], "native", "timestamp[ns]"),
        ("list", [[1, 2.5], []], "native", "list<item: double>"),
        ("list", [[]], "native", "list<item: string>"),
        ("list", [[1, "a"]], "json", "string"),
        ("dict", [{"a": 1, "b": [True]}], "native", "struct<a: int64, b: list<item: bool>>"),
        ("dict", [{"a": 1}, {"b": 1}], "json", "string"),
        ("array", [np.zeros(2, "u1")], "vector", "list<item: uint8>"),
        ("array", [np.zeros(2, "f2")], "npy", "binary"),
        ("array", [np.zeros(2), np.zeros((1, 1))], "npy", "binary"),
        ("any", [1, 2], "json", "string"),
        (None, [None], "native", "null"),
    ],
)
def test_cells_have_the_simplest_type_that_is_exact(
    kind: str | None, cells: list[Any], encoding: str, name: str
) -> None:
    """Native types where they hold every cell, JSON where they do not; and back."""
    encoded = encode(kind, cells)
    assert encoded.encoding == encoding
    assert str(encoded.array.type).replace("element", "item") == name
    assert all(map(equal, encoded.cells(), cells))
    assert all(map(equal, encoded.slice(1, 2).cells(), cells[1:2]))


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        ("number", [[1], [0.5], [None]]),
        ("number", [[2**60 + 1], [0.5]]),
        ("number", [[1], [2**63], [2**80]]),
        ("number", [[2**63], [-1]]),
        ("timestamp", [[datetime.datetime(2020, 1, 1)], [np.datetime64(1, "ns")]]),  # noqa: DTZ001
        ("timestamp", [[datetime.datetime(1, 1, 1)], [np.datetime64(1, "ns")]]),  # noqa: DTZ001
        ("timestamp", [[datetime.datetime(2020, 1, 1)], [datetime.datetime(2020, 1, 1, tzinfo=UTC)]]),  # noqa: DTZ001
        ("list", [[[1]], [["a"]], [[]]]),
        ("array", [[np.zeros(1, "f4")], [np.zeros(1, "f8")], [np.zeros((1, 1))], [None]]),
        ("any", [[1], [None], ["x"]]),
        (None, [[None], [None, None]]),
    ],
)
def test_pieces_are_combined_exactly(kind: str | None, pieces: list[list[Any]]) -> None:
    """Pieces that were encoded apart become one array that has all cells as they were."""
    cells = [cell for piece in pieces for cell in piece]
    combined = combine(kind, [encode(kind, piece) for piece in pieces])
    assert all(map(equal, combined.cells(), cells))
    assert len(combined) == len(cells)


def test_types_of_arrow_are_taken_in() -> None:
    """What Parquet or Python has no place for is converted; what cells are not is left to be."""
    half, kind = from_arrow(pa.array([np.float16(0.5), None], pa.float16()))
    assert half is not None
    assert (half.cells(), kind) == ([0.5, None], "number")
    words, kind = from_arrow(pa.array(["a", "b", "a", None]).dictionary_encode())
    assert words is not None
    assert (words.cells(), kind) == (["a", "b", "a", None], "string")
    assert from_arrow(pa.array([1], pa.decimal128(5, 2))) == (None, None)
    nothing, kind = from_arrow(pa.nulls(2))
    assert nothing is not None
    assert (nothing.cells(), kind) == ([None, None], None)
    assert math.isnan(from_arrow(pa.array([math.nan]))[0].cells()[0])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("array", "encoding"),
    [
        (pa.array([1]), "vector"),
        (pa.array([["a"]]), "vector"),
        (pa.array([1]), "npy"),
        (pa.array([1]), "json"),
        (pa.array([1 << 62], pa.duration("s")), "native"),
        (pa.array([1 << 62], pa.timestamp("us", "Europe/Berlin")), "native"),
        (pa.array([b"\xff"]).view(pa.string()), "native"),
    ],
)
def test_cells_that_cannot_be_read_are_media_errors(array: Any, encoding: str) -> None:
    """Arrays that are held otherwise than said, times beyond Python's, and broken text are told of."""
    with pytest.raises(MediaError):
        Encoded(pa.chunked_array([array]), encoding).cells()
