"""`Image`: a picture with a caption, and with boxes and masks on it.

Its file is PNG unless `file_type` says otherwise, or the picture was given as a file, which is then kept as it is. The
record of an image has the path of that file, its format, width and height; the caption and the group; the path of the
classes; and for each mask and each set of boxes, by their keys, the path of their file and that of their classes.
"""

from __future__ import annotations

import operator
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trailmark.errors import MediaError
from trailmark.media.images.boxes import Boxes, boxes_of
from trailmark.media.images.classes import Classes, classes_of, read_classes
from trailmark.media.images.masks import Mask, masks_of
from trailmark.media.images.picture import (
    FILE_TYPES,
    Drawing,
    PictureFile,
    as_array,
    channels_of,
    drawing_of,
    picture_file,
)
from trailmark.media.images.pixels import Pixels, with_channels_last
from trailmark.media.media import Media, StoredFile
from trailmark.media.normalize import as_name
from trailmark.media.source import array_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from PIL import Image as Pillow
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

    Normalize = bool | tuple[float, float] | None

_TIMEOUT_S = (10, 30)  # to connect, and between two pieces of an answer
_MAX_DOWNLOAD_BYTES = 256 << 20


class Image(Media):
    """A picture to log.

    It is a snapshot: what happens to an array or a figure afterwards changes nothing. Arrays are compressed later, in
    another thread. A file is copied when the image is logged.

    Args:
        data_or_path: one of

            - the path of a picture file, kept as it is; an ``http`` or ``https`` address, which is fetched; a file's
              bytes, or an open file;
            - an array of (height, width) or (height, width, channels) with 1 to 4 channels: gray, gray and alpha, RGB
              or RGBA. A tensor of torch may also be (channels, height, width), and is, if its first axis has 1, 3 or
              4 entries. Four axes are a batch, which becomes a grid with eight images in a row;
            - a picture of Pillow;
            - a figure or axes of matplotlib, or pyplot for its current figure, as its `savefig` draws it;
            - another image, whose caption, classes, boxes and masks are taken over where none are given.
        mode: Pillow's mode. Channels of an array are read as it says if it has as many ("HSV", "CMYK"); else the
            picture is converted to it.
        caption: a text beside the picture.
        grouping: how many images, beginning with this one, belong together.
        classes: the names of class ids: `Classes`, ``[{"id": 0, "name": "cat"}, …]`` or ``{0: "cat", …}``. They hold
            for boxes and masks that have no ``class_labels`` of their own.
        boxes: sets of boxes by their keys, ``{"predictions": {"box_data": [...], "class_labels": {…}}}``; see `Boxes`.
        masks: masks by their keys, ``{"truth": {"mask_data": ids, "class_labels": {…}}}``; see `Mask`.
        file_type: "png", "jpg", "jpeg", "bmp" or "webp"; png if it is not given. jpg and webp lose detail.
        normalize: what the values of an array mean. None goes by the type: floats are 0.0 … 1.0, integers 0 … 255,
            uint16 of one channel is 16 bits. (low, high) are black and full; True takes the lowest and highest of this
            image for them; False takes floats as 0 … 255. Values outside are clipped, which is warned of once, unless
            the range was given. It has no effect on files.

    Raises:
        MediaError: no image can be made of what was given, or boxes, masks or classes do not fit.
    """

    kind: ClassVar[str] = "image"

    def __init__(
        self,
        data_or_path: Any,
        mode: str | None = None,
        caption: str | None = None,
        grouping: int | None = None,
        classes: Classes | Sequence[Mapping[str, Any] | str] | Mapping[int, str] | StoredFile | None = None,
        boxes: Mapping[str, Any] | None = None,
        masks: Mapping[str, Any] | None = None,
        file_type: str | None = None,
        normalize: Normalize = None,
    ) -> None:
        file_type = _checked_type(file_type)
        self.caption = None if caption is None else as_name(caption)
        self.grouping = None if grouping is None else _checked_count(grouping)
        self._classes: Classes | StoredFile | None = classes_of(classes)
        self.boxes: dict[str, Boxes] = boxes_of(boxes, self._classes)
        self._content: Drawing | PictureFile
        if isinstance(data_or_path, Image):
            self._take_over(data_or_path, mode, file_type)
        else:
            self._content = _content_of(data_or_path, mode, file_type, normalize)
        if isinstance(self._content.source, StoredFile):
            self._file = self._content.source
        self.masks: dict[str, Mask] = masks_of(masks, self._content.size, self._classes)
        if isinstance(data_or_path, Image):
            self.masks = self.masks or dict(data_or_path.masks)

    def _take_over(self, other: Image, mode: str | None, file_type: str | None) -> None:
        self._content = _converted(other._content, mode, file_type)
        self.caption = other.caption if self.caption is None else self.caption
        self.grouping = other.grouping if self.grouping is None else self.grouping
        self._classes = self._classes or other._classes
        self.boxes = self.boxes or dict(other.boxes)

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self._content.size[0]

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self._content.size[1]

    @property
    def format(self) -> str:
        """The format of the file: "png", "jpeg", "gif", …."""
        return self._content.format

    @property
    def classes(self) -> Classes | None:
        """The names of class ids that were given for the whole image.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        self._classes = read_classes(self._classes)
        return self._classes

    @property
    def image(self) -> Pillow.Image:
        """The picture of Pillow, a new one each time; of a file that moves, at its first frame.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        picture = self._content.picture()
        return picture.copy() if isinstance(self._content, Drawing) else picture

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return the pixels: (height, width), or (height, width, channels) in the order RGB, RGBA or gray and alpha.

        They are uint8; uint16 for a gray image of 16 bits; bool for one of one bit. Palettes are replaced by colours.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        return as_array(self._content.picture())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, in the format that its name ends with; unchanged if it is this image's own.

        Raises:
            MediaError: no such format can be written, or this image's file is not there.
        """
        target = Path(os.fsdecode(path))
        extension = target.suffix.lower().lstrip(".")
        if FILE_TYPES.get(extension, extension) == self.format:
            target.write_bytes(self._content.data())
        else:
            target.write_bytes(_converted(self._content, None, _checked_type(extension)).data())

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the picture, its boxes, masks and classes into `folder` and return the fields of the record.

        Raises:
            MediaError: the file that was given cannot be read.
        """
        path = self._content.store(folder, self.kind)
        record: dict[str, Any] = {"path": path, "format": self.format, "width": self.width, "height": self.height}
        if self.caption is not None:
            record["caption"] = self.caption
        if self.grouping is not None:
            record["grouping"] = self.grouping
        if self.classes:
            record["classes"] = self.classes.store(folder)
        if self.boxes:
            record["boxes"] = {key: boxes.store(folder) for key, boxes in self.boxes.items()}
        if self.masks:
            record["masks"] = {key: mask.store(folder) for key, mask in self.masks.items()}
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the image that `record` was made of; its files are read when they are asked for.

        Raises:
            MediaError: the record is none of an image.
        """
        try:
            size = (int(record["width"]), int(record["height"]))
            return cls(
                PictureFile(stored.file(record["path"]), str(record["format"]), size),
                caption=record.get("caption"),
                grouping=record.get("grouping"),
                classes=stored.file(record["classes"]) if "classes" in record else None,
                boxes={key: Boxes.from_record(part, stored) for key, part in record.get("boxes", {}).items()},
                masks={key: Mask.from_record(part, stored, size) for key, part in record.get("masks", {}).items()},
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MediaError(f"not the record of an image, {error!r}: {str(record)[:200]}") from error

    def __eq__(self, other: object) -> bool:
        """Whether both show the same: pixels, caption, group, classes, boxes and masks."""
        if not isinstance(other, Image):
            return NotImplemented
        if (self.width, self.height, self.caption, self.grouping) != (
            other.width,
            other.height,
            other.caption,
            other.grouping,
        ):
            return False
        mine, others = self.numpy(), other.numpy()
        same = mine.shape == others.shape and mine.dtype == others.dtype and bool((mine == others).all())
        return same and (self.classes, self.boxes, self.masks) == (other.classes, other.boxes, other.masks)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        caption = "" if self.caption is None else f", {self.caption!r}"
        return f"Image({self.width} x {self.height} {self.format}{caption})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what a notebook shows."""
        if self.format in {"png", "jpeg", "gif"}:
            return {f"image/{self.format}": self._content.data(), "text/plain": repr(self)}
        return {"image/png": _converted(self._content, None, "png").data(), "text/plain": repr(self)}


def _checked_count(grouping: Any) -> int:
    try:
        return operator.index(grouping)
    except TypeError:
        raise MediaError(f"grouping must be a number of images, got {grouping!r:.80}") from None


def _checked_type(file_type: str | None) -> str | None:
    if file_type is None:
        return None
    name = str(file_type).lower().lstrip(".")
    if name not in FILE_TYPES:
        raise MediaError(f"file_type={file_type!r}: expected one of {', '.join(FILE_TYPES)}")
    return name


def _content_of(data: Any, mode: str | None, file_type: str | None, normalize: Normalize) -> Drawing | PictureFile:
    """Return the pixels or the file in what was given as an image."""
    if isinstance(data, PictureFile):
        return data
    file = _file_of(data)
    if file is not None:
        return _converted(picture_file(file), mode, file_type)
    if _is_instance(data, "PIL.Image", "Image"):
        return drawing_of(data, mode, file_type or "png", normalize)
    array = array_of(data, "Image")
    if array is None:
        raise MediaError(
            f"an image cannot be made of {type(data).__name__} {data!r:.80}: expected a path, an array or tensor, a "
            "picture of Pillow or a figure of matplotlib"
        )
    is_torch = _is_instance(data, "torch", "Tensor")
    return _of_array(array, mode, file_type or "png", normalize, channels_first=is_torch)


def _of_array(array: Any, mode: str | None, file_type: str, normalize: Normalize, *, channels_first: bool) -> Drawing:
    shaped = with_channels_last(array, channels_first=channels_first)
    pixels = Pixels(shaped, normalize)
    if mode is None:
        return Drawing(pixels, file_type)
    channels = channels_of(mode)
    if pixels.shape[2:] == (channels,):
        return Drawing(pixels, file_type, mode)
    return drawing_of(Drawing(pixels, "png").picture(), mode, file_type, None)


def _converted(content: Drawing | PictureFile, mode: str | None, file_type: str | None) -> Drawing | PictureFile:
    """Return a picture as it is, unless another mode or type of file is asked for."""
    if mode is None and (file_type is None or FILE_TYPES[file_type] == content.format):
        return content
    return drawing_of(content.picture(), mode, file_type or "png", None)


def _file_of(data: Any) -> Path | bytes | None:
    """Return the file in what was given as an image: where it lies, or what is in it; None if there is none."""
    if isinstance(data, (str, os.PathLike)):
        text = os.fsdecode(data)
        if text.lower().startswith(("http://", "https://")):
            return _fetched(text)
        return Path(text)
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    if "matplotlib" in sys.modules:
        figure = _figure_of(data)
        if figure is not None:
            return _drawn(figure)
    read = getattr(data, "read", None)
    if not callable(read) or hasattr(data, "__array__"):
        return None
    try:
        content = read()
    except (OSError, ValueError) as error:  # also UnicodeError, io.UnsupportedOperation, and a closed file
        raise MediaError(f"an image cannot be read from {data!r}: {error}") from error
    if not isinstance(content, bytes):
        raise MediaError(f"an image is read from a file opened with 'rb', got one of {type(content).__name__}")
    return content


def _figure_of(data: Any) -> Any:
    """Return the figure that something of matplotlib, or built on it, belongs to; None for anything else."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and data is pyplot:
        return pyplot.gcf()
    if callable(getattr(data, "savefig", None)):
        return data
    figure = getattr(data, "figure", None)
    return figure if callable(getattr(figure, "savefig", None)) else None


def _drawn(figure: Any) -> bytes:
    import io

    file = io.BytesIO()
    try:
        figure.savefig(file, format="png")
    except Exception as error:  # (whatever the figure's own parts raise)
        raise MediaError(f"the figure cannot be drawn: {type(error).__name__}: {error}") from error
    return file.getvalue()


def _fetched(address: str) -> bytes:
    import requests

    pieces, size = [], 0
    try:
        with requests.get(address, timeout=_TIMEOUT_S, stream=True) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(1 << 20):
                pieces.append(piece)
                size += len(piece)
                if size > _MAX_DOWNLOAD_BYTES:
                    raise MediaError(f"{address} has more than {_MAX_DOWNLOAD_BYTES >> 20} MiB: fetch it yourself")
    except requests.RequestException as error:
        raise MediaError(f"{address} cannot be fetched: {error}") from error
    return b"".join(pieces)


def _is_instance(value: Any, module: str, name: str) -> bool:
    """Whether `value` is of a class of a package that, as `value` is there, is imported already."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)
