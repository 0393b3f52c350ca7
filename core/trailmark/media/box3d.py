"""Boxes and arrows in a point cloud, as plain data: W&B's shapes.

A box is {"corners": eight [x, y, z], "label": text or None, "color": [red, green, blue] of 0 … 255}, perhaps with a
"score". An arrow is {"start": [x, y, z], "end": [x, y, z]}, perhaps with a "color".
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CORNERS = 8


def box3d(
    *,
    center: Iterable[float],
    size: Iterable[float],
    orientation: Iterable[float],
    color: Iterable[int],
    label: str | None = None,
    score: float | None = None,
) -> dict[str, Any]:
    """Return a box for `Object3D.from_point_cloud`.

    Args:
        center: x, y, z of its middle.
        size: its lengths along x, y and z before it is turned.
        orientation: how it is turned around its middle: the quaternion (r, x, y, z), of any length but 0; (1, 0, 0, 0)
            turns nothing.
        color: red, green and blue, 0 … 255.
        label: text that is shown with it.
        score: a number that viewers can filter by.

    Returns:
        The box with its eight corners. Of the corners before the turn, the first four have the lower x, of each four
        the first two the lower y, and of each two the first the lower z.

    Raises:
        MediaError: a value has another length, or is not finite, or a size is negative.
    """
    middle = _numbers(center, 3, "center")
    lengths = _numbers(size, 3, "size")
    if min(lengths) < 0:
        raise MediaError(f"box3d takes lengths of 0 and more, got size={size!r}")
    turn = _rotation(_numbers(orientation, 4, "orientation"))
    corners = []
    for signs in itertools.product((-0.5, 0.5), repeat=3):
        arm = [sign * length for sign, length in zip(signs, lengths, strict=True)]
        turned = (sum(factor * part for factor, part in zip(row, arm, strict=True)) for row in turn)
        corners.append([start + part for start, part in zip(middle, turned, strict=True)])
    return as_box({"corners": corners, "label": label, "color": color, "score": score}, "box3d")


def _rotation(quaternion: list[float]) -> list[list[float]]:
    """Return the matrix that turns as a quaternion (r, x, y, z) does."""
    length = math.hypot(*quaternion)
    if not length:
        raise MediaError("box3d takes an orientation that is not all 0: (1, 0, 0, 0) turns nothing")
    r, x, y, z = (part / length for part in quaternion)
    return [
        [1 - 2 * (y * y + z * z), 2 * (x * y - r * z), 2 * (x * z + r * y)],
        [2 * (x * y + r * z), 1 - 2 * (x * x + z * z), 2 * (y * z - r * x)],
        [2 * (x * z - r * y), 2 * (y * z + r * x), 1 - 2 * (x * x + y * y)],
    ]


def as_box(box: Any, where: str) -> dict[str, Any]:
    """Return a box as plain data.

    Raises:
        MediaError: it is none; `where` tells which.
    """
    corners = _field(box, "corners", where)
    points = [_numbers(corner, 3, f"corners of {where}") for corner in _items(corners, f"corners of {where}")]
    if len(points) != _CORNERS:
        raise MediaError(f"{where} needs 8 corners, got {len(points)}")
    plain: dict[str, Any] = {
        "corners": points,
        "label": None,
        "color": _colour(box.get("color", (255, 255, 255)), where),
    }
    if box.get("label") is not None:
        plain["label"] = str(box["label"])
    if box.get("score") is not None:
        plain["score"] = _numbers([box["score"]], 1, f"score of {where}")[0]
    return plain


def as_arrow(arrow: Any, where: str) -> dict[str, Any]:
    """Return an arrow as plain data.

    Raises:
        MediaError: it is none; `where` tells which.
    """
    plain: dict[str, Any] = {
        end: _numbers(_field(arrow, end, where), 3, f"{end} of {where}") for end in ("start", "end")
    }
    if arrow.get("color") is not None:
        plain["color"] = _colour(arrow["color"], where)
    return plain


def _field(value: Any, name: str, where: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise MediaError(f"{where} must be a mapping with {name!r}, got {str(value)[:80]}")
    return value[name]


def _items(values: Iterable[Any], what: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise MediaError(f"{what} must be a list, got {type(values).__name__}") from None


def _numbers(values: Any, count: int, what: str) -> list[float]:
    """Return so many finite numbers as Python's floats."""
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise MediaError(f"{what} must be {count} finite number{'s' * (count > 1)}, got {values!r}")
    return numbers


def _colour(values: Any, where: str) -> list[int]:
    shades = _numbers(values, 3, f"color of {where}")
    if not all(0 <= shade <= 255 and shade == int(shade) for shade in shades):  # noqa: PLR2004 (eight bits)
        raise MediaError(f"color of {where} must be red, green and blue, integers of 0 … 255, got {values!r}")
    return [int(shade) for shade in shades]
