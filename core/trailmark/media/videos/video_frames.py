"""The frames of videos as arrays: which axis is which, what their values mean, several videos in a grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once
from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    Array = np.ndarray[Any, Any]

_CHANNELS = (1, 3)
_SHAPES = "(time, channels, height, width), or (videos, time, channels, height, width), with 1 or 3 channels"


def as_videos(array: Array) -> Array:
    """Return a view of frames as (videos, time, height, width, channels).

    Raises:
        MediaError: they have another shape, or a side of 0.
    """
    if array.ndim not in (4, 5):
        more = "; one grey video is (time, 1, height, width)" if array.ndim == 3 else ""  # noqa: PLR2004 (axes)
        raise MediaError(f"Video takes frames of the shape {_SHAPES}, got {array.shape}{more}")
    videos = array if array.ndim == 5 else array[None]  # noqa: PLR2004 (axes)
    if videos.shape[2] in _CHANNELS:
        videos = videos.transpose(0, 1, 3, 4, 2)
    elif videos.shape[4] not in _CHANNELS:
        more = "; transparency is not kept: leave out the fourth channel" if 4 in array.shape[-3:] else ""  # noqa: PLR2004
        raise MediaError(f"Video takes frames of the shape {_SHAPES}, first or last, got {array.shape}{more}")
    if 0 in videos.shape:
        raise MediaError(f"Video needs at least one frame of one pixel, got the shape {array.shape}")
    return videos


def check_range(frames: Array) -> None:
    """Warn of floats outside 0 … 1, which are cut off, and of NaN, which becomes black: the rule of images.

    Raises:
        MediaError: there are integers outside 0 … 255.
    """
    kind = frames.dtype.kind
    if kind == "b" or frames.dtype == "uint8":
        return
    low, high = float(frames.min()), float(frames.max())
    if kind != "f" and (low < 0 or high > 255):  # noqa: PLR2004 (eight bits)
        raise MediaError(f"Video takes integers of 0 … 255, got {frames.dtype} from {low:.0f} to {high:.0f}")
    if kind == "f" and not (low >= 0 and high <= 1):
        has = "NaN, which becomes black" if math.isnan(low) else f"values from {low:.6g} to {high:.6g}"
        say_once(
            "video range",
            f"a video of dtype {frames.dtype} has {has}; 0 is black and 1 is full: what lies outside is clipped. "
            "Scale it, or make it uint8",
            "warn",
        )


def grid(count: int) -> tuple[int, int]:
    """Return the rows and columns in which `count` videos are tiled: as square as can be, wider than high."""
    rows = max(math.isqrt(count), 1)
    return rows, -(-count // rows)


def tiled(videos: Array) -> Iterator[Array]:
    """Yield each frame, (height, width, 3), uint8, RGB, of videos as `as_videos` has them, tiled row by row.

    Places of the grid that are left over stay black.
    """
    import numpy as np

    count, times, height, width, _ = videos.shape
    rows, columns = grid(count)
    for time in range(times):
        frame = np.zeros((rows * height, columns * width, 3), np.uint8)
        for number in range(count):
            top, left = number // columns * height, number % columns * width
            frame[top : top + height, left : left + width] = _as_bytes(videos[number, time])
        yield frame


def _as_bytes(frame: Array) -> Array:
    import numpy as np

    shades: Array = frame
    if frame.dtype.kind == "b":
        shades = frame * np.uint8(255)
    elif frame.dtype.kind == "f":
        wide = frame.astype(np.result_type(frame.dtype, np.float32), copy=False)
        shades = np.rint(np.nan_to_num(np.clip(wide, 0, 1), copy=False) * 255)
    return shades.astype(np.uint8, copy=False)
