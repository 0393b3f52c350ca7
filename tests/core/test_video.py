"""`Video`: frames that become a file, and files as they are."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import PlainFolder, store
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.videos.video import Video

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = np.random.default_rng(0)
FRAMES = RANDOM.integers(0, 256, (5, 3, 7, 9), dtype=np.uint8)  # few pixels, so few colours
SEEN = FRAMES.transpose(0, 2, 3, 1)


@pytest.fixture
def _no_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)


def test_gif_comes_back(tmp_path: Path) -> None:
    """Frames of few colours are equal after the round trip."""
    record, found = store(Video(FRAMES, caption="a", fps=10, format="gif"), tmp_path)
    assert np.array_equal(found.numpy(), SEEN)
    assert (found.width, found.height, found.frame_count, found.fps) == (9, 7, 5, 10)
    assert (found.caption, found.format) == ("a", "gif")
    assert record["path"].endswith(".gif")
    assert {name: record[name] for name in ("_type", "width", "frames", "fps")} == {
        "_type": "video",
        "width": 9,
        "frames": 5,
        "fps": 10,
    }


def test_frames_before_it_is_stored(tmp_path: Path) -> None:
    """What was given can be looked at, and later changes of it do not matter."""
    given = FRAMES.copy()
    video = Video(given, format="gif")
    given[:] = 0
    assert np.array_equal(video.numpy(), SEEN)
    assert np.array_equal(store(video, tmp_path)[1].numpy(), SEEN)


def test_batch_is_tiled(tmp_path: Path) -> None:
    """Several videos play side by side."""
    found = store(Video(np.stack([FRAMES, 255 - FRAMES]), format="gif"), tmp_path)[1]
    assert np.array_equal(found.numpy(), np.concatenate([SEEN, 255 - SEEN], axis=2))
    assert found.width == 18


def test_grey_floats_are_taken(tmp_path: Path) -> None:
    """One channel of 0 … 1 is grey."""
    given = np.linspace(0, 1, 12).reshape(1, 1, 3, 4)
    found = store(Video(given, format="gif"), tmp_path)[1]
    assert np.array_equal(found.numpy()[0, ..., 0], np.rint(given[0, 0] * 255))


@pytest.mark.usefixtures("_no_ffmpeg")
def test_default_is_gif_without_ffmpeg() -> None:
    """Without imageio-ffmpeg frames become a GIF, at W&B's four a second."""
    video = Video(FRAMES)
    assert (video.format, video.fps) == ("gif", 4)


@pytest.mark.usefixtures("_no_ffmpeg")
@pytest.mark.parametrize("format_", ["mp4", "webm", "ogg", ".MP4"])
def test_missing_encoder_is_told_at_once(format_: str) -> None:
    """The error is raised where the object is made, with the pip command."""
    with pytest.raises(MissingPackageError, match="pip install imageio-ffmpeg"):
        Video(FRAMES, format=format_)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data_or_path": np.zeros((5, 5))}, r"got \(5, 5\)"),
        ({"data_or_path": FRAMES.astype(int) + 1000}, "integers of 0 … 255"),
        ({"data_or_path": "missing.mp4"}, "not there"),
        ({"data_or_path": b"text"}, "begin with b'text'"),
        ({"data_or_path": b"GIF89a", "format": "mp4"}, "these are gif, not mp4"),
        ({"data_or_path": None}, "NoneType"),
        ({"data_or_path": FRAMES, "format": "avi"}, "format='avi'"),
        ({"data_or_path": FRAMES, "fps": 0}, "got 0"),
        ({"data_or_path": FRAMES, "fps": "4"}, "got '4'"),
        ({"data_or_path": FRAMES, "fps": float("nan")}, "got nan"),
        ({"data_or_path": np.broadcast_to(np.uint8(0), (1, 1, 2, 65536))}, "up to 65535 pixels, got 65536x2"),
    ],
)
def test_bad_input_is_an_error(arguments: dict[str, Any], message: str) -> None:
    """Wrong shapes, values and files are named where the object is made."""
    with pytest.raises(MediaError, match=message):
        Video(**{"format": "gif", **arguments})


def test_file_is_copied(tmp_path: Path) -> None:
    """A file comes back byte for byte, and a GIF is read without other packages."""
    gif = store(Video(FRAMES, format="gif"), tmp_path)[1].path
    given = Video(gif, caption="a")
    found = store(given, tmp_path / "other")[1]
    assert found.path.read_bytes() == gif.read_bytes()
    assert np.array_equal(found.numpy(), SEEN)
    assert np.array_equal(given.numpy(), SEEN)
    assert (found.width, found.height, found.frame_count, found.fps, found.caption) == (9, 7, 5, None, "a")


def test_bytes_are_taken(tmp_path: Path) -> None:
    """The bytes of a file are told by how they begin."""
    data = store(Video(FRAMES, format="gif"), tmp_path)[1].path.read_bytes()
    for given in (data, io.BytesIO(data)):
        video = Video(given)
        assert np.array_equal(video.numpy(), SEEN)
        assert store(video, tmp_path)[1].path.read_bytes() == data


def test_what_a_file_has_is_not_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rate or a format beside a file is ignored, and that is told."""
    gif = store(Video(FRAMES, format="gif"), tmp_path)[1].path
    assert Video(gif, fps=30, format="mp4").format == "gif"
    assert "fps=30 and format='mp4' ignored" in capsys.readouterr().err


def test_unknown_kind_of_file_is_an_error(tmp_path: Path) -> None:
    """The message has the kinds that are known."""
    (tmp_path / "a.txt").write_bytes(b"text")
    with pytest.raises(MediaError, match="one of gif, mp4"):
        Video(tmp_path / "a.txt")


def test_memory_that_is_held_is_told(tmp_path: Path) -> None:
    """A folder that bounds its memory learns what the frames take."""
    held = []

    class Counting(PlainFolder):
        def encode(self, kind: str, extension: str, encode: Any, *, held_bytes: int) -> str:
            held.append(held_bytes)
            return super().encode(kind, extension, encode, held_bytes=held_bytes)

    Video(FRAMES, format="gif").store(Counting(tmp_path))
    assert held == [FRAMES.nbytes]


def test_read_video_is_logged_again(tmp_path: Path) -> None:
    """What was read back can be stored elsewhere."""
    first = store(Video(FRAMES, format="gif"), tmp_path)[1]
    (tmp_path / "other").mkdir()
    assert np.array_equal(store(first, tmp_path / "other")[1].numpy(), SEEN)


def test_notebooks_show_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook gets the file, unless it is very large."""
    video = Video(FRAMES, format="gif", caption="a")
    assert video._repr_html_().startswith('<img src="data:image/gif;base64,')
    assert store(video, tmp_path)[1]._repr_html_() == video._repr_html_()
    monkeypatch.setattr("trailmark.media.videos.video.MAX_INLINE_BYTES", 10)
    assert video._repr_html_() == "Video(9x7, 5 frames, gif, caption=&#x27;a&#x27;)"


@pytest.mark.extra
@pytest.mark.parametrize("format_", ["mp4", "webm", "ogg"])
def test_encoded_video_comes_back(tmp_path: Path, format_: str) -> None:
    """An odd size comes back as it was, its colours nearly so; the file says what it holds."""
    pytest.importorskip("imageio_ffmpeg")
    x, y = np.meshgrid(np.linspace(0, 1, 65), np.linspace(0, 1, 33))
    given = np.stack([np.stack([x, y, x * 0 + time / 6]) for time in range(6)])
    found = store(Video(given, fps=7.5, format=format_), tmp_path)[1]
    assert found.numpy().shape == (6, 33, 65, 3)
    assert np.abs(found.numpy() - given.transpose(0, 2, 3, 1) * 255).mean() < 5
    file = Video(found.path)
    assert (file.width, file.height, file.fps, file.frame_count) == (66, 34, 7.5, 6)
    assert len(Video(found.path.read_bytes()).numpy()) == 6
    assert "<video controls" in found._repr_html_()


@pytest.mark.extra
def test_default_is_mp4_with_ffmpeg(tmp_path: Path) -> None:
    """With imageio-ffmpeg frames become an MP4; a tensor of torch is taken."""
    pytest.importorskip("imageio_ffmpeg")
    torch = pytest.importorskip("torch")
    video = Video(torch.from_numpy(FRAMES))
    assert video.format == "mp4"
    assert store(video, tmp_path)[1].numpy().shape == SEEN.shape


def test_equal_videos_are_equal(tmp_path: Path) -> None:
    """A GIF of few colours is equal to what is read back of it, and not to one with another frame or caption."""
    frames = np.zeros((3, 3, 8, 8), np.uint8)
    video = Video(frames, format="gif", fps=5)
    assert video == Video(frames, format="gif", fps=5)
    assert video != Video(frames[:2], format="gif", fps=5)
    assert video != Video(frames + np.uint8(1), format="gif", fps=5)
    assert video != Video(frames, "caption", format="gif", fps=5)
    assert video != "video"
    assert store(video, tmp_path)[1] == video


def test_a_closed_file_is_told_of() -> None:
    """Bytes that can no longer be read are a MediaError."""
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(MediaError, match="cannot read"):
        Video(file)
