"""GIF files of exactly the frames that were given."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from trailmark.errors import MediaError
from trailmark.media.videos.gif import read_gif, write_gif

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = np.random.default_rng(0)


def written(frames: np.ndarray[Any, Any], fps: float = 4) -> bytes:
    """Return a GIF file of frames, (time, height, width, 3)."""
    file = io.BytesIO()
    write_gif(file, frames, fps=fps)
    return file.getvalue()


def delays(data: bytes) -> list[int]:
    """Return how long each frame stays, in milliseconds."""
    with Image.open(io.BytesIO(data)) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(image.info["duration"])
        return found


@pytest.mark.parametrize(
    ("colours", "size"), [(1, (3, 5)), (2, (33, 17)), (200, (40, 50)), (256, (16, 16)), (9, (1, 1))]
)
def test_few_colours_are_exact(tmp_path: Path, colours: int, size: tuple[int, int]) -> None:
    """Every pixel of frames with up to 256 colours comes back, with a palette for each frame."""
    palettes = RANDOM.integers(0, 256, (4, colours, 3), dtype=np.uint8)
    frames = np.stack([palette[RANDOM.integers(0, colours, size)] for palette in palettes])
    (tmp_path / "a.gif").write_bytes(written(frames))
    assert np.array_equal(np.stack(list(read_gif(tmp_path / "a.gif"))), frames)


def test_all_256_colours_are_exact(tmp_path: Path) -> None:
    """A frame that has each of 256 greys once comes back."""
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), 3, axis=3)
    (tmp_path / "a.gif").write_bytes(written(grey))
    assert np.array_equal(next(read_gif(tmp_path / "a.gif")), grey[0])


def test_equal_frames_stay_apart(tmp_path: Path) -> None:
    """Frames that do not differ are as many as were given."""
    (tmp_path / "a.gif").write_bytes(written(np.zeros((7, 4, 4, 3), np.uint8)))
    assert len(list(read_gif(tmp_path / "a.gif"))) == 7


def test_many_colours_are_near(tmp_path: Path) -> None:
    """A frame of more colours gets 256 of them that fit."""
    row = np.linspace(0, 255, 64)
    frame = np.stack([*np.meshgrid(row, row), np.full((64, 64), 128.0)], axis=2).astype(np.uint8)
    (tmp_path / "a.gif").write_bytes(written(frame[None]))
    found = next(read_gif(tmp_path / "a.gif"))
    assert np.abs(found.astype(int) - frame).mean() < 8


@pytest.mark.parametrize(
    ("fps", "expected"), [(4, [250, 250, 250]), (30, [30, 40, 30]), (1000, [20, 20, 20]), (0.001, [655350] * 3)]
)
def test_frames_stay_as_long_as_asked(fps: float, expected: list[int]) -> None:
    """Delays are hundredths of a second, right on average, within what the format and browsers allow."""
    assert delays(written(np.zeros((3, 2, 2, 3), np.uint8), fps)) == expected


def test_it_loops() -> None:
    """Players begin again at the end."""
    with Image.open(io.BytesIO(written(np.zeros((2, 2, 2, 3), np.uint8)))) as image:
        assert image.info["loop"] == 0


def test_other_files_are_errors(tmp_path: Path) -> None:
    """What is no picture is named."""
    (tmp_path / "a.gif").write_bytes(b"text")
    with pytest.raises(MediaError, match=r"a\.gif cannot be read as a GIF"):
        next(read_gif(tmp_path / "a.gif"))
