"""Boxes and arrows in point clouds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.box3d import as_arrow, as_box, box3d

GOOD: dict[str, Any] = {"center": (1, 2, 3), "size": (2, 4, 6), "orientation": (1, 0, 0, 0), "color": (255, 0, 1)}


def test_corners_without_a_turn() -> None:
    """Corners are the middle plus and minus half the size, the lower ones first."""
    box = box3d(**GOOD, label="car", score=0.5)
    assert box == {
        "corners": [[x, y, z] for x in (0, 2) for y in (0, 4) for z in (0, 6)],
        "label": "car",
        "color": [255, 0, 1],
        "score": 0.5,
    }
    assert box3d(**GOOD) == {**{key: box[key] for key in ("corners", "color")}, "label": None}


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        ((math.sqrt(0.5), 0, 0, math.sqrt(0.5)), (0, 1, 0)),  # a quarter around z: x becomes y
        ((1, 0, 1, 0), (0, 0, -1)),  # a quarter around y, of another length: x becomes -z
        ((1, 1, 0, 0), (1, 0, 0)),  # around x
        ((0, 0, 0, 5), (-1, 0, 0)),  # a half around z
    ],
)
def test_quaternion_turns(orientation: tuple[float, ...], expected: tuple[float, ...]) -> None:
    """A quaternion (r, x, y, z) of any length turns by the right hand."""
    box = box3d(center=(0, 0, 0), size=(2, 0, 0), orientation=orientation, color=(0, 0, 0))
    assert box["corners"][-1] == pytest.approx(expected, abs=1e-12)


def test_values_of_numpy_are_taken() -> None:
    """Arrays are as good as tuples, and the box is plain data."""
    box = box3d(
        center=np.zeros(3), size=np.ones(3), orientation=np.array([1, 0, 0, 0]), color=np.array([1, 2, 3], np.uint8)
    )
    assert type(box["corners"][0][0]) is float
    assert as_box({**box, "color": np.array([1, 2, 3])}, "box") == box


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"center": (1, 2)}, "center must be 3 finite numbers"),
        ({"center": (1, 2, math.nan)}, "center must be 3 finite numbers"),
        ({"center": None}, "center must be 3 finite numbers"),
        ({"size": (1, 2, -1)}, "lengths of 0 and more"),
        ({"orientation": (0, 0, 0, 0)}, "not all 0"),
        ({"orientation": (1, 0, 0)}, "orientation must be 4 finite numbers"),
        ({"color": (1, 2, 256)}, "integers of 0 … 255"),
        ({"color": (0.5, 0.5, 0.5)}, "integers of 0 … 255"),
        ({"score": "high"}, "score of box3d must be 1 finite number"),
    ],
)
def test_bad_box_is_an_error(change: dict[str, Any], message: str) -> None:
    """A value that makes no box is named."""
    with pytest.raises(MediaError, match=message):
        box3d(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("box", "message"),
    [
        (3, r"boxes\[0\] must be a mapping with 'corners', got 3"),
        ({"corners": [[0, 0, 0]] * 7}, "needs 8 corners, got 7"),
        ({"corners": 3}, "must be a list, got int"),
    ],
)
def test_bad_corners_are_an_error(box: Any, message: str) -> None:
    """A box of the caller's own is checked."""
    with pytest.raises(MediaError, match=message):
        as_box(box, "boxes[0]")


def test_arrow_is_plain_data() -> None:
    """An arrow has two ends, and perhaps a colour."""
    assert as_arrow({"start": np.zeros(3), "end": (1, 2, 3)}, "x") == {"start": [0, 0, 0], "end": [1, 2, 3]}
    assert as_arrow({"start": (0, 0, 0), "end": (1, 2, 3), "color": (1, 2, 3)}, "x")["color"] == [1, 2, 3]
    with pytest.raises(MediaError, match="a mapping with 'end'"):
        as_arrow({"start": (0, 0, 0)}, "x")
