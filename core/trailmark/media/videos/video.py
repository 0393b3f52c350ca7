"""`Video`: moving pictures, as GIF, MP4, WebM or Ogg, or a file as it is.

GIF is written by Pillow and is exact for pictures of up to 256 colours (`gif.py`); the others are written by ffmpeg,
with a little loss (`ffmpeg.py`). Files are copied and never converted.
"""

from __future__ import annotations

import html
import importlib.util
import io
import itertools
import math
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from trailmark._term import termwarn
from trailmark.errors import MediaError
from trailmark.media.media import Media
from trailmark.media.source import (
    MAX_INLINE_BYTES,
    Source,
    caption_text,
    data_uri,
    encoded,
    fields,
    from_path,
    is_path,
    known_format,
    optional,
    plain_array,
    read,
    read_open,
    stored_file,
    with_caption,
)
from trailmark.media.videos import ffmpeg, gif
from trailmark.media.videos.video_frames import as_videos, check_range, grid, tiled

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterator

    import numpy as np
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

    Array = np.ndarray[Any, Any]

_MIME = {
    "gif": "image/gif",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "ogg": "video/ogg",
    "ogv": "video/ogg",
}
_SIGNATURES = (
    (0, (b"GIF87a", b"GIF89a"), "gif"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "webm"),
    (0, b"OggS", "ogg"),
)
_WRITTEN = ("gif", *ffmpeg.ENCODERS)
_DEFAULT_FPS = 4  # W&B's
_MAX_FPS = 1000


class Video(Media):
    """Moving pictures.

    Args:
        data_or_path: a path of a file (gif, mp4, m4v, webm, ogg, ogv); or the bytes of such a file, as bytes or
            `io.BytesIO`; or frames: an array or tensor of the shape (time, channels, height, width), or (videos, time,
            channels, height, width) of several that are tiled in a grid. Channels are 1 (grey) or 3 (RGB), and may also
            stand last; where both could be meant, they are third from the end. uint8, or integers in 0 … 255, or bool,
            or floats in 0 … 1; floats outside are cut off, with a warning.
        caption: text that is shown with it.
        fps: frames a second, of frames only; 4 if not given. GIF shows up to 50.
        format: "gif", "mp4", "webm" or "ogg", of frames; all but "gif" need imageio-ffmpeg. If not given, "mp4" where
            imageio-ffmpeg is installed, else "gif". MP4, WebM and Ogg have even sides: odd ones get their last row or
            column twice, which `frames` takes off again.

    Raises:
        MediaError: frames are of another shape, type or range, or the file cannot be read.
        MissingPackageError: the format needs imageio-ffmpeg, and it is not installed.
    """

    kind = "video"

    def __init__(
        self,
        data_or_path: str | os.PathLike[str] | bytes | io.BytesIO | Array | Any,
        caption: str | None = None,
        fps: float | None = None,
        format: str | None = None,  # noqa: A002 (W&B's name)
    ) -> None:
        self.caption = caption_text(caption)
        self._source: Source | None = None
        self._videos: Array | None = None  # (videos, time, height, width, channels)
        self._size: tuple[int, int] | None = None  # width and height
        self._count: int | None = None
        self._fps: float | None = None
        if is_path(data_or_path) or isinstance(data_or_path, (bytes, io.BytesIO)):
            self._take_file(data_or_path, fps, format)
        else:
            self._take_frames(data_or_path, fps, format)

    def _take_file(self, given: Any, fps: float | None, format_: str | None) -> None:
        if is_path(given):
            self._source = from_path(given, "Video", tuple(_MIME))
        else:
            self._source = _from_bytes(read_open(given, "Video") if isinstance(given, io.BytesIO) else given, format_)
        self._format = self._source.format
        ignored = [f"fps={fps}"] * (fps is not None) + [f"format={format_!r}"] * (format_ not in (None, self._format))
        if ignored:
            text = f"{' and '.join(ignored)} ignored: a file is kept as it is; give frames to have them encoded"
            termwarn(f"Video: {text}", repeat=False)

    def _take_frames(self, given: Any, fps: float | None, format_: str | None) -> None:
        self._format = _written_format(format_)
        self._fps = _checked_fps(fps)
        videos = as_videos(plain_array(given, "Video"))
        check_range(videos)
        count, self._count, height, width, _ = videos.shape
        rows, columns = grid(count)
        self._size = (columns * width, rows * height)
        limit = gif.MAX_SIDE if self._format == "gif" else ffmpeg.MAX_SIDE
        if max(self._size) > limit:
            raise MediaError(f"{self._format} has sides of up to {limit} pixels, got {self._size[0]}x{self._size[1]}")
        self._videos = videos.copy(order="K")

    @property
    def format(self) -> str:
        """The format of the file, such as "gif" or "mp4"."""
        return self._format

    @property
    def width(self) -> int:
        """The width in pixels.

        Raises:
            MissingPackageError: the file is no GIF, and imageio-ffmpeg is not installed.
            MediaError: the file cannot be read.
        """
        return self._known_size()[0]

    @property
    def height(self) -> int:
        """The height in pixels; errors as of `width`."""
        return self._known_size()[1]

    @property
    def fps(self) -> float | None:
        """Frames a second; None for a GIF file, whose frames have a time each. Errors as of `width`."""
        if self._fps is None and self._format != "gif":
            with self._local() as path:
                self._fps = ffmpeg.read_facts(path).fps
        return self._fps

    @property
    def frame_count(self) -> int:
        """How many frames there are; those of a file are counted by reading it. Errors as of `width`."""
        if self._count is None:
            self._count = sum(1 for _ in self.frames())
        return self._count

    def frames(self) -> Generator[Array, None, None]:
        """Yield the frames, (height, width, 3), uint8, RGB, one at a time; errors as of `width`."""
        if self._videos is not None:
            yield from tiled(self._videos)
            return
        width, height = self._size or (None, None)
        with self._local() as path:
            for frame in _decoded(path, self._format):
                yield frame[:height, :width]

    def numpy(self) -> Array:
        """Return all frames, (time, height, width, 3), uint8, RGB; errors as of `width`."""
        import numpy as np

        frames = list(self.frames())
        if not frames:
            raise MediaError(f"{self!r} has no frames")
        return np.stack(frames)

    def store(self, folder: Folder) -> dict[str, Any]:
        """Copy the file, or have the frames encoded."""
        if self._videos is not None:
            path = folder.encode(self.kind, self._format, self._encoder(), held_bytes=self._videos.nbytes)
        else:
            path = (self._source or Source(self._format, self._opened())).put(folder, self.kind)
        width, height = self._size or (None, None)
        shape = fields(width=width, height=height, frames=self._count, fps=self._fps)
        return fields(path=path, format=self._format, **shape, caption=self.caption)

    def _encoder(self) -> Callable[[BinaryIO], None]:
        videos: Any = self._videos
        size, fps, format_ = self._size or (0, 0), self._fps or _DEFAULT_FPS, self._format

        def encode(file: BinaryIO) -> None:
            if format_ == "gif":
                gif.write_gif(file, tiled(videos), fps=fps)
            else:
                ffmpeg.write_video(file, tiled(videos), size=size, fps=fps, format_=format_)

        return encode

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the video that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._source = self._videos = self._size = None
        self._format = known_format(record, _MIME, "gif")
        self._count = optional(record, "frames", int)
        rate = record.get("fps")
        self._fps = rate if isinstance(rate, (int, float)) else None
        self.caption = optional(record, "caption", str)
        width, height = optional(record, "width", int), optional(record, "height", int)
        if width and height:
            self._size = (width, height)
        return self

    def _known_size(self) -> tuple[int, int]:
        if self._size is None and self._format == "gif":
            with closing(self.frames()) as frames:
                height, width = next(frames).shape[:2]
            self._size = (width, height)
        elif self._size is None:
            with self._local() as path:
                facts = ffmpeg.read_facts(path)
            self._size = (facts.width, facts.height)
        return self._size

    @contextmanager
    def _local(self) -> Iterator[Path]:
        """Give the path of the file, which lies in a temporary folder if it was given as bytes."""
        if self._source is None or self._source.path is not None:
            yield self._opened() if self._source is None else self._source.path or Path()
            return
        with tempfile.TemporaryDirectory(prefix="trailmark-") as folder:
            path = Path(folder) / f"video.{self._format}"
            path.write_bytes(self._source.read())
            yield path

    def __eq__(self, other: object) -> bool:
        """Whether both show the same: each pixel of each frame, the rate and the caption."""
        if not isinstance(other, Video):
            return NotImplemented
        if (self.caption, self.fps, self.width, self.height) != (other.caption, other.fps, other.width, other.height):
            return False
        return all(
            one is not None and two is not None and bool((one == two).all())
            for one, two in itertools.zip_longest(self.frames(), other.frames())
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = f"{self._size[0]}x{self._size[1]}, " if self._size else ""
        known += f"{self._count} frames, " if self._count is not None else ""
        caption = f", caption={self.caption!r}" if self.caption is not None else ""
        return f"Video({known}{self._format}{caption})"

    def _repr_html_(self) -> str:
        if self._videos is not None:
            data = encoded(self._encoder())
        else:
            data = self._source.read() if self._source else read(self._opened())
        if len(data) > MAX_INLINE_BYTES:
            return html.escape(repr(self))
        address = data_uri(data, _MIME[self._format])
        element = (
            f'<img src="{address}">' if self._format == "gif" else f'<video controls loop src="{address}"></video>'
        )
        return with_caption(element, self.caption)


def _from_bytes(data: bytes, format_: str | None) -> Source:
    """Return what the bytes of a video file are."""
    found = next((name for start, signature, name in _SIGNATURES if data.startswith(signature, start)), None)
    if found is None or format_ not in (None, found):
        got = f"these begin with {data[:12]!r}" if found is None else f"these are {found}, not {format_}"
        raise MediaError(f"Video takes the bytes of a {', '.join(_WRITTEN)} file; {got}")
    return Source(found, data=data)


def _written_format(format_: str | None) -> str:
    """Return the format for frames, one whose encoder is there."""
    if format_ is None:
        return "mp4" if importlib.util.find_spec("imageio_ffmpeg") else "gif"
    name = str(format_).lower().lstrip(".")
    if name not in _WRITTEN:
        raise MediaError(f"Video writes {', '.join(_WRITTEN)}, got format={format_!r}")
    if name != "gif":
        ffmpeg.program()
    return name


def _checked_fps(fps: Any) -> float:
    if fps is None:
        return _DEFAULT_FPS
    try:
        rate = float(fps)
    except (TypeError, ValueError):
        rate = math.nan
    if isinstance(fps, (bool, str)) or not 0 < rate <= _MAX_FPS:
        raise MediaError(f"Video needs fps of more than 0 and up to {_MAX_FPS} frames a second, got {fps!r}")
    return int(rate) if rate.is_integer() else rate


def _decoded(path: Path, format_: str) -> Iterator[Array]:
    if format_ != "gif":
        return ffmpeg.read_video(path)
    return gif.read_gif(path)
