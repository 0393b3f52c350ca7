"""`Mask`: a class id for each pixel of an image.

Kept as a gray PNG file whose values are the ids themselves, 8 bits if none is above 255, else 16.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.images.classes import Classes, classes_of, read_classes
from trailmark.media.images.picture import Drawing, PictureFile, as_array, load, opened, picture_file
from trailmark.media.images.pixels import Pixels
from trailmark.media.normalize import as_name
from trailmark.media.source import array_of

if TYPE_CHECKING:
    import numpy as np

    from trailmark.media.media import Folder, Stored, StoredFile

    Array = np.ndarray[Any, Any]

_KIND = "masks"
_LOSSY = {"jpeg", "webp"}  # their pixels are about what they were
_MAX_ID = (1 << 16) - 1
_STRETCHED = {"L;2": 85, "L;4": 17}  # Pillow multiplies gray of 2 and 4 bits, so that the highest value is white


class Mask:
    """A class id for each pixel, and the names of the classes.

    Args:
        mask_data: ids (height, width) of 0 … 65535: integers, bools, or floats that are whole; or the path of a PNG,
            GIF, BMP or TIFF file whose gray values or palette indices are the ids.
        class_labels: the names of ids, ``{1: "cat", …}`` or what `Classes` takes.

    Raises:
        MediaError: these are no ids, or no names of ids.
    """

    def __init__(self, mask_data: Any, class_labels: Any = None) -> None:
        self._classes: Classes | StoredFile | None = classes_of(class_labels)
        if isinstance(mask_data, (str, os.PathLike)):
            mask_data = _read_ids(Path(os.fsdecode(mask_data)))
        self._content = mask_data if isinstance(mask_data, PictureFile) else Drawing(Pixels(_ids(mask_data)), "png")

    @property
    def mask_data(self) -> Array:
        """The ids: (height, width), uint8, or uint16 if there are ids above 255.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        return as_array(self._content.picture())

    @property
    def class_labels(self) -> dict[int, str]:
        """The names of ids; empty if none were given."""
        self._classes = read_classes(self._classes)
        return dict(self._classes.labels) if self._classes else {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._content.size

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the mask into `folder` and return its part of the image's record."""
        self._classes = read_classes(self._classes)
        record: dict[str, Any] = {"path": self._content.store(folder, _KIND)}
        return {**record, "classes": self._classes.store(folder)} if self._classes else record

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored, size: tuple[int, int]) -> Mask:
        """Return the mask that a part of an image's record stands for."""
        file = PictureFile(stored.file(record["path"]), "png", size)
        return cls(file, stored.file(record["classes"]) if "classes" in record else None)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (numpy's signature)
        return self.mask_data if dtype is None else self.mask_data.astype(dtype)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask) or self.class_labels != other.class_labels:
            return False
        return self.size == other.size and bool((self.mask_data == other.mask_data).all())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Mask({self.size[0]} x {self.size[1]})"


def masks_of(masks: Any, size: tuple[int, int], classes: Classes | StoredFile | None) -> dict[str, Mask]:
    """Return the masks of an image of a size; those without names of ids have the image's.

    Args:
        masks: ``{key: {"mask_data": …, "class_labels": {…}}}`` or ``{key: {"path": …}}``, as W&B has it; or masks.
        size: width and height of the image.
        classes: those of the image.

    Raises:
        MediaError: a mask has another size, or is none; the message names its key.
    """
    if masks is None:
        return {}
    if not isinstance(masks, Mapping):
        raise MediaError(f"masks are given as {{key: {{'mask_data': ids}}}}, got a {type(masks).__name__}")
    made = {}
    for key, given in masks.items():
        try:
            mask = given if isinstance(given, Mask) else _made(given, classes)
        except MediaError as error:
            raise MediaError(f"the mask {key!r}: {error}") from error
        if mask.size != size:
            raise MediaError(
                f"the mask {key!r} is {mask.size[0]} x {mask.size[1]} pixels, its image {size[0]} x {size[1]}: a mask "
                "has one id for each pixel"
            )
        made[as_name(key)] = mask
    return made


def _made(given: Any, classes: Classes | StoredFile | None) -> Mask:
    if not isinstance(given, Mapping) or ("mask_data" in given) == ("path" in given):
        raise MediaError(f"expected {{'mask_data': ids}} or {{'path': file}}, got {given!r:.80}")
    unknown = set(given) - {"mask_data", "path", "class_labels"}
    if unknown:
        raise MediaError(f"unknown {sorted(map(str, unknown))}: expected 'mask_data' or 'path', and 'class_labels'")
    data = given["mask_data"] if "mask_data" in given else Path(given["path"])
    return Mask(data, given.get("class_labels") or classes)


def _read_ids(path: Path) -> Array:
    """Return the ids in a picture: indices of a palette, or gray values."""
    import numpy as np

    header = picture_file(path)
    picture = load(path)
    if header.format in _LOSSY or (picture.mode not in {"1", "L", "P"} and not picture.mode.startswith("I")):
        raise MediaError(
            f"{path} is a {header.format} file of mode {picture.mode}: ids are kept in gray or palette PNG files"
        )
    ids = np.array(picture)
    with opened(path) as stretched:  # what tells the bits a pixel is gone once the pixels are there
        factor = _STRETCHED.get(stretched.tile[0][3], 1) if stretched.tile else 1
    return ids if factor == 1 else ids // factor


def _ids(data: Any) -> Array:
    """Return ids (height, width) as uint8 or uint16, in an array of their own."""
    import numpy as np

    array = array_of(data, "mask_data")
    array = np.asarray(data) if array is None else np.ma.filled(array, 0)
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[-1]):  # noqa: PLR2004
        array = array[:, :, 0] if array.shape[-1] == 1 else array[0]
    if array.ndim != 2 or not array.size:  # noqa: PLR2004
        raise MediaError(f"ids of the shape {array.shape}, expected (height, width)")
    if array.dtype.kind not in "biuf":
        raise MediaError(f"ids of dtype {array.dtype}, expected integers of 0 to {_MAX_ID}")
    if array.dtype.kind == "b" or array.dtype == np.uint8:
        return array.astype(np.uint8)
    low, high = array.min(), array.max()
    if not 0 <= low <= high <= _MAX_ID:
        raise MediaError(f"ids from {low} to {high}, expected 0 to {_MAX_ID}: give ignored pixels an id in this range")
    ids = array.astype(np.uint8 if high <= 255 else np.uint16)  # noqa: PLR2004
    if array.dtype.kind == "f" and not np.array_equal(ids, array):
        raise MediaError(f"ids of dtype {array.dtype} that are no whole numbers; threshold or argmax scores first")
    return ids
