"""Video files by ffmpeg, the program that the package imageio-ffmpeg brings.

Frames go to it through a pipe and the file comes back through a temporary one, as MP4 is finished at its front:
a browser can play it before it has all of it. ffmpeg runs with few threads, as it runs beside training.
"""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NamedTuple

from trailmark.errors import MediaError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    import numpy as np

    Array = np.ndarray[Any, Any]

# Qualities are those at which a difference is hard to see; `row-mt`, `deadline` and `cpu-used` make VP9 bearable.
ENCODERS = {
    "mp4": ("libx264", "-preset", "veryfast", "-crf", "17", "-movflags", "+faststart"),
    "webm": ("libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good", "-cpu-used", "5", "-row-mt", "1"),
    "ogg": ("libtheora", "-q:v", "9"),
}
MAX_SIDE = 16384  # of H.264 and VP9 as ffmpeg's encoders have them
_THREADS = "2"
_CHUNK_BYTES = 1 << 20
# Browsers take an untagged video for BT.601 or BT.709 by its size; Theora knows BT.601 only.
_COLOURS = {"mp4": "bt709", "webm": "bt709", "ogg": "smpte170m"}
_MIN_SIDE = {"mp4": 2, "webm": 2, "ogg": 32}  # what their decoders take


class Facts(NamedTuple):
    """What a video file says of itself."""

    width: int
    height: int
    fps: float


def _package() -> Any:
    try:
        return importlib.import_module("imageio_ffmpeg")
    except ImportError as error:
        raise MissingPackageError("imageio-ffmpeg", "video other than GIF") from error


def program() -> str:
    """Return the path of ffmpeg.

    Raises:
        MissingPackageError: the package is not installed.
        MediaError: it has no program for this machine.
    """
    try:
        return str(_package().get_ffmpeg_exe())
    except RuntimeError as error:
        raise MediaError(f"imageio-ffmpeg finds no ffmpeg for this machine: {error}; or use format='gif'") from error


def write_video(file: BinaryIO, frames: Iterable[Array], *, size: tuple[int, int], fps: float, format_: str) -> None:
    """Write frames, (height, width, 3), uint8, RGB, as a video of one of the formats in ENCODERS.

    Args:
        file: where to.
        frames: all of one size.
        size: width and height, in pixels.
        fps: frames a second.
        format_: "mp4", "webm" or "ogg".

    Raises:
        MediaError: ffmpeg fails; with what it says.
    """
    smallest, matrix = _MIN_SIDE[format_], _COLOURS[format_]
    width, height = (max(side + side % 2, smallest) for side in size)
    source = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:.12g}", "-i", "-")
    colours = ("-pix_fmt", "yuv420p", "-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix)
    scale = ("-vf", f"scale=out_color_matrix={matrix}:out_range=tv", *colours)
    codec, *options = ENCODERS[format_]
    with tempfile.TemporaryDirectory(prefix="trailmark-") as folder:
        target = Path(folder) / f"video.{format_}"
        command = [program(), "-v", "error", *source, "-an", *scale, "-c:v", codec, *options, "-threads", _THREADS]
        _feed([*command, str(target)], (_padded(frame, width, height) for frame in frames))
        with target.open("rb") as video:
            shutil.copyfileobj(video, file, _CHUNK_BYTES)


def _padded(frame: Array, width: int, height: int) -> Array:
    """Return a frame of even sides: colours are kept for two by two pixels. The last row and column are repeated."""
    import numpy as np

    below, right = height - frame.shape[0], width - frame.shape[1]
    return np.pad(frame, ((0, below), (0, right), (0, 0)), mode="edge") if below or right else frame


def _feed(command: list[str], frames: Iterable[Array]) -> None:
    """Run ffmpeg on `frames`, in a session of its own, so that Ctrl-C does not reach it before training ends."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (ffmpeg, with a path of ours or of the user's)
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        ) as process,
    ):
        pipe: IO[bytes] = process.stdin  # type: ignore[assignment]
        try:
            for frame in frames:
                pipe.write(frame.data)
            pipe.close()
        except BrokenPipeError:  # it ended early, and says why
            _abandon(pipe)
        except BaseException:
            process.kill()
            _abandon(pipe)
            raise
        if process.wait():
            raise MediaError(f"ffmpeg fails with code {process.returncode}: {_text(said)}")


def _abandon(pipe: IO[bytes]) -> None:
    """Close a pipe with bytes in it that nobody takes any more."""
    with suppress(BrokenPipeError):
        pipe.close()


def read_facts(path: Path) -> Facts:
    """Return the size and rate of a video file, as the head of its first frame in YUV4MPEG2 has them.

    Raises:
        MissingPackageError: imageio-ffmpeg is not installed.
        MediaError: ffmpeg cannot read the file.
    """
    with _decoding(path, "-frames:v", "1", "-f", "yuv4mpegpipe", "-strict", "-1") as pipe:
        head = {word[:1]: word[1:] for word in pipe.readline().split()}
        while pipe.read(_CHUNK_BYTES):
            pass
    if not {b"W", b"H", b"F"} <= head.keys():
        raise MediaError(f"{path} cannot be read as a video: ffmpeg finds no pictures in it")
    frames, _, seconds = head[b"F"].partition(b":")
    return Facts(int(head[b"W"]), int(head[b"H"]), int(frames) / int(seconds or 1))


def read_video(path: Path) -> Generator[Array, None, None]:
    """Yield the frames of a video file, (height, width, 3), uint8, RGB.

    Raises:
        MissingPackageError: imageio-ffmpeg is not installed.
        MediaError: ffmpeg cannot read the file.
    """
    import numpy as np

    # Each frame is a picture in PPM, which tells its size; no frames are made up to keep a rate, and none are left out.
    with _decoding(path, *_every_frame(), "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24") as pipe:
        while pipe.readline() == b"P6\n":
            width, height = map(int, pipe.readline().split())
            pipe.readline()
            pixels = pipe.read(width * height * 3)
            yield np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def _every_frame() -> tuple[str, str]:
    """Return the option that keeps frames as they are, which ffmpeg 5.1 gave another name."""
    version = re.search(r"(\d+)\.(\d+)", _package().get_ffmpeg_version())
    older = version is not None and tuple(map(int, version.groups())) < (5, 1)
    return ("-vsync", "0") if older else ("-fps_mode", "passthrough")


@contextmanager
def _decoding(path: Path, *options: str) -> Iterator[IO[bytes]]:
    """Give what ffmpeg makes of a file, and tell of its failure at the end; it is stopped if not all was read."""
    command = [program(), "-v", "error", "-nostdin", "-i", str(path), "-an", *options, "-threads", _THREADS, "-"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (ffmpeg, with a path of ours or of the user's)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        ) as process,
    ):
        try:
            yield process.stdout  # type: ignore[misc]
        except BaseException:  # also of a reader that has enough
            process.kill()
            raise
        if process.wait():
            raise MediaError(f"{path} cannot be read as a video: {_text(said)}")


def _text(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-500:]
