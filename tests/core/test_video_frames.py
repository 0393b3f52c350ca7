"""Arrays of videos: axes, ranges of values, grids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.videos.video_frames import as_videos, check_range, grid, tiled


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((5, 3, 8, 9), (1, 5, 8, 9, 3)),
        ((5, 1, 8, 9), (1, 5, 8, 9, 1)),
        ((5, 8, 9, 3), (1, 5, 8, 9, 3)),
        ((2, 5, 3, 8, 9), (2, 5, 8, 9, 3)),
        ((2, 5, 8, 9, 1), (2, 5, 8, 9, 1)),
        ((5, 3, 8, 3), (1, 5, 8, 3, 3)),  # either could be meant: W&B's order
    ],
)
def test_axes_are_told_by_the_channels(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Channels are third from the end or last."""
    array = np.arange(np.prod(shape)).reshape(shape)
    assert as_videos(array).shape == expected


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((8, 9), r"got \(8, 9\)"),
        ((5, 8, 9), r"one grey video is \(time, 1, height, width\)"),
        ((5, 2, 8, 9), r"got \(5, 2, 8, 9\)"),
        ((5, 4, 8, 9), "transparency is not kept"),
        ((0, 3, 8, 9), "at least one frame"),
        ((5, 3, 0, 9), "at least one frame"),
    ],
)
def test_other_shapes_are_errors(shape: tuple[int, ...], message: str) -> None:
    """A shape that no video has is named."""
    with pytest.raises(MediaError, match=message):
        as_videos(np.zeros(shape))


def frame(values: Any) -> list[Any]:
    """Return the red of the only row of a frame with these values."""
    videos = np.asarray(values).reshape(1, 1, 1, -1, 1)
    check_range(videos)
    (found,) = tiled(videos)
    assert found.dtype == np.uint8
    assert (found[..., :1] == found).all()
    red: list[Any] = found[0, :, 0].tolist()
    return red


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_shares_of_255(dtype: type[Any]) -> None:
    """0.0 is black and 1.0 is 255, rounded."""
    assert frame(np.array([0, 0.25, 0.5, 1], dtype)) == [0, 64, 128, 255]


def test_integers_and_bools_are_taken() -> None:
    """Integers of any type are as they are, bools black and white."""
    assert frame(np.array([0, 7, 255])) == [0, 7, 255]
    assert frame(np.array([0, 7, 255], np.uint16)) == [0, 7, 255]
    assert frame(np.array([False, True])) == [0, 255]


def test_floats_outside_are_clipped_and_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """What is outside 0 … 1 is cut off, as in images, and told."""
    assert frame([-1.0, 0.5, 2.0, np.inf]) == [0, 128, 255, 255]
    assert "values from -1 to inf" in capsys.readouterr().err


def test_nan_is_black_and_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """A diverged model does not stop training by its video."""
    assert frame([np.nan, 1.0]) == [0, 255]
    assert "NaN, which becomes black" in capsys.readouterr().err


@pytest.mark.parametrize("values", [[-1], [256]])
def test_integers_outside_are_errors(values: list[int]) -> None:
    """Integers beyond eight bits have no meaning."""
    with pytest.raises(MediaError, match=f"from {values[0]} to {values[0]}"):
        check_range(np.array(values))


def test_several_videos_are_a_grid() -> None:
    """Videos are tiled row by row, and what is left over is black."""
    assert [grid(count) for count in (1, 2, 3, 4, 5, 6, 7, 9)] == [
        (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (2, 3), (2, 4), (3, 3),
    ]  # fmt: skip
    videos = np.arange(1, 6, dtype=np.uint8).reshape(5, 1, 1, 1, 1)
    (found,) = tiled(videos)
    assert found[..., 0].tolist() == [[1, 2, 3], [4, 5, 0]]


def test_grid_keeps_frames_whole() -> None:
    """Pixels and channels of each video stay together."""
    videos = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 3), dtype=np.uint8)
    for time, found in enumerate(tiled(videos)):
        assert np.array_equal(found, np.concatenate([videos[0, time], videos[1, time]], axis=1))
