"""Cells as JSON."""

from __future__ import annotations

import datetime
import json
import math
import zoneinfo
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.histogram import Histogram
from trailmark.media.tables.cell import equal
from trailmark.media.tables.cell_text import Record, from_npy, from_text, to_npy, to_text, zone_name, zone_of

if TYPE_CHECKING:
    from pathlib import Path

UTC = datetime.timezone.utc
CELLS: list[Any] = [
    None,
    True,
    0.1,
    -0.0,
    math.nan,
    -math.inf,
    2**80,
    10**6000,
    "\u2028 模型",
    b"\x00\xff",
    [1, [None, {"a": [math.inf]}]],
    {"_type": "float", "value": "NaN"},
    {"": {"_type": {"_type": 1}}},
    np.arange(6, dtype=">u2").reshape(2, 3),
    np.array([], "U5"),
    datetime.datetime(2024, 1, 1, 1, 2, 3, 4),  # noqa: DTZ001
    datetime.datetime(2024, 1, 1, tzinfo=UTC),
    datetime.datetime(2024, 7, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=45))),
    np.datetime64("2024-01-01T00:00:00.000000001"),
    datetime.date(2024, 1, 1),
    datetime.time(1, 2, 3, 4),
    datetime.timedelta(days=-3, microseconds=1),
    np.timedelta64(-7, "ns"),
    Histogram([1, 2, math.nan]),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_a_cell_comes_back(cell: Any) -> None:
    """Any cell is text that reads back as the same, and is JSON in the strict sense."""
    text = to_text(cell)
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    back = from_text(text, None)
    assert type(back) is type(cell)
    assert equal(back, cell)
    assert not isinstance(cell, float) or math.copysign(1, back) == math.copysign(1, cell)


def test_a_time_zone_comes_back() -> None:
    """The zone is kept by its name, also where an hour is there twice."""
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    for fold in (0, 1):
        moment = datetime.datetime(2024, 10, 27, 2, 30, tzinfo=zone, fold=fold)
        back = from_text(to_text(moment), None)
        assert (str(back.tzinfo), back.utcoffset()) == ("Europe/Berlin", moment.utcoffset())
    assert zone_of("Nowhere/Land") == UTC
    for name in ("UTC", "+02:00", "-03:30"):
        assert zone_name(zone_of(name)) == name


@pytest.mark.parametrize(
    "text", ["{", '{"_type":"bytes"}', '{"_type":"array","npy":"AAAA"}', '{"_type":"date","value":3}']
)
def test_damaged_text_is_refused(text: str) -> None:
    """The error shows what stands there."""
    with pytest.raises(MediaError, match="a cell is damaged"):
        from_text(text, None)


def test_unknown_records_stay_mappings() -> None:
    """A record that has no place to be found in is what it says."""
    record = {"_type": "image", "path": "a.png"}
    assert from_text(to_text(Record(record)), None) == record


def test_no_pickle_is_loaded() -> None:
    """An array of objects is neither written nor read."""
    with pytest.raises(ValueError, match="allow_pickle"):
        to_npy(np.array([object()]))
    with pytest.raises(MediaError, match="damaged"):
        from_npy(np.array([1]).dumps())


@pytest.mark.parametrize(
    "text",
    [
        '{"_type":"timestamp","value":1}',
        '{"_type":"timestamp","value":"0001-01-01T00:00:00+00:00","zone":"-23:59"}',
        '{"_type":"duration","days":1e30,"seconds":0,"microseconds":0}',
        '{"_type":"duration","nanoseconds":100000000000000000000000000}',
        '{"_type":"dict","value":5}',
        '{"_type":"histogram"}',
        '{"_type":"image"}',
        "[" * 100_000,
    ],
)
def test_text_that_is_no_cell_is_an_error(text: str, tmp_path: Path) -> None:
    """Whatever stands in a file, what comes of it is a MediaError."""
    with pytest.raises(MediaError):
        from_text(text, PlainFolder(tmp_path))


@pytest.mark.parametrize("shape", ["(1000000000000,)", "(-1,)", "(99999999999999999999999,)", "(0", "5"])
def test_arrays_that_cannot_be_are_errors(shape: str) -> None:
    """A header that asks for more than there is, or is none, is a MediaError."""
    header = f"{{'descr':'<f8','fortran_order':False,'shape':{shape}, }}\n".encode()
    with pytest.raises(MediaError, match="a cell is damaged"):
        from_npy(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
