"""Video files by ffmpeg; most tests need imageio-ffmpeg."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.videos import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def _needs_ffmpeg() -> None:
    pytest.importorskip("imageio_ffmpeg")


def colour(shade: tuple[int, int, int], frames: int = 3, height: int = 48, width: int = 64) -> np.ndarray[Any, Any]:
    """Return frames of one colour."""
    video = np.empty((frames, height, width, 3), np.uint8)
    video[:] = shade
    return video


def write(path: Path, frames: np.ndarray[Any, Any], fps: float = 5) -> None:
    """Write a video whose ending tells the format."""
    with path.open("wb") as file:
        size = (frames.shape[2], frames.shape[1])
        ffmpeg.write_video(file, frames, size=size, fps=fps, format_=path.suffix[1:])


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
@pytest.mark.parametrize("format_", ["mp4", "webm", "ogg"])
@pytest.mark.parametrize("shade", [(255, 0, 0), (0, 0, 255), (200, 100, 50), (128, 128, 128)])
def test_colours_come_back(tmp_path: Path, format_: str, shade: tuple[int, int, int]) -> None:
    """A colour is within three shades of what it was, to the edge of an odd frame."""
    path = tmp_path / f"a.{format_}"
    write(path, colour(shade, height=33, width=47))
    found = np.stack(list(ffmpeg.read_video(path)))[:, :33, :47]
    assert found.shape == (3, 33, 47, 3)
    assert np.abs(found.astype(int) - np.array(shade)).max() <= 3


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
@pytest.mark.parametrize(("format_", "smallest"), [("mp4", 2), ("webm", 2), ("ogg", 32)])
def test_one_pixel_is_a_video(tmp_path: Path, format_: str, smallest: int) -> None:
    """The smallest video is as small as its format allows."""
    path = tmp_path / f"a.{format_}"
    write(path, colour((255, 255, 255), frames=1, height=1, width=1))
    assert ffmpeg.read_facts(path) == ffmpeg.Facts(smallest, smallest, 5)
    (found,) = ffmpeg.read_video(path)
    assert found[0, 0].min() > 250


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
def test_browsers_can_begin_at_once(tmp_path: Path) -> None:
    """The index of an MP4 stands before its pictures, which have a layout that all browsers play."""
    write(tmp_path / "a.mp4", colour((1, 2, 3)))
    data = (tmp_path / "a.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    said = subprocess.run([ffmpeg.program(), "-i", tmp_path / "a.mp4"], capture_output=True, check=False).stderr
    assert b"h264" in said
    assert b"yuv420p(tv, bt709" in said


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
@pytest.mark.parametrize("fps", [0.5, 4, 29.97, 60])
def test_rate_is_kept(tmp_path: Path, fps: float) -> None:
    """Frames a second, and the number of frames, are those that were given."""
    write(tmp_path / "a.mp4", colour((1, 2, 3), frames=7), fps)
    assert ffmpeg.read_facts(tmp_path / "a.mp4").fps == pytest.approx(fps, rel=1e-3)
    assert len(list(ffmpeg.read_video(tmp_path / "a.mp4"))) == 7


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
def test_reader_may_stop_early(tmp_path: Path) -> None:
    """Who wants one frame need not read them all."""
    write(tmp_path / "a.mp4", colour((1, 2, 3), frames=50, height=256, width=256))
    frames = ffmpeg.read_video(tmp_path / "a.mp4")
    assert next(frames).shape == (256, 256, 3)
    frames.close()


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
def test_damaged_file_is_an_error(tmp_path: Path) -> None:
    """The message has the file and what ffmpeg says."""
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(MediaError, match=r"(?s)a\.mp4 cannot be read as a video: .*Invalid data"):
        ffmpeg.read_facts(tmp_path / "a.mp4")
    with pytest.raises(MediaError, match=r"(?s)a\.mp4 cannot be read as a video: .*Invalid data"):
        next(ffmpeg.read_video(tmp_path / "a.mp4"))


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
def test_failing_encoder_is_an_error() -> None:
    """What ffmpeg refuses is told in its words, also when it ends before all frames were sent."""
    frames = (np.zeros((2, 100000, 3), np.uint8) for _ in range(100))
    with pytest.raises(MediaError, match="ffmpeg fails with code"):
        ffmpeg.write_video(io.BytesIO(), frames, size=(100000, 2), fps=4, format_="mp4")


@pytest.mark.extra
@pytest.mark.usefixtures("_needs_ffmpeg")
def test_failing_frames_stop_the_encoder() -> None:
    """An error in what makes the frames is passed on."""

    def frames() -> Iterator[np.ndarray[Any, Any]]:
        yield np.zeros((2, 2, 3), np.uint8)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ffmpeg.write_video(io.BytesIO(), frames(), size=(2, 2), fps=4, format_="mp4")


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without imageio-ffmpeg the error has the pip command."""
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingPackageError, match="pip install imageio-ffmpeg"):
        ffmpeg.program()
