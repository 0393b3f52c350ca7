"""Pictures: files that hold pixels, and pixels that become files, by Pillow.

A `Drawing` holds pixels, compressed when they are stored; a `PictureFile` is a complete file, never compressed again,
of which only the header is read before somebody asks for its pixels.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from trailmark._term import say_once
from trailmark.errors import MediaError
from trailmark.media.images.pixels import Pixels, check_size
from trailmark.media.media import StoredFile
from trailmark.media.source import read, write

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as Pillow

    from trailmark.media.media import Folder

    Array = np.ndarray[Any, Any]
    Normalize = bool | tuple[float, float] | None

FILE_TYPES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "bmp": "bmp", "webp": "webp"}  # and what Pillow calls them
_READ = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO", "JPEG2000")  # none runs a program, as EPS does
_SUFFIXES = {"png": {"png"}, "jpeg": {"jpg", "jpeg"}, "gif": {"gif"}, "bmp": {"bmp"}, "webp": {"webp"}}
_SUFFIXES["tiff"] = {"tif", "tiff"}
_WEBP_SIDE = 16_383

# 1024 x 1024 pixels of photographs: level 1 takes 0.1 s and makes files 4 to 23 % smaller with run-length matches than
# with zlib's own; level 6 takes 0.2 to 0.3 s and saves more of drawings only.
_PNG = {"compress_level": 1, "compress_type": 3}  # 3: zlib.Z_RLE
_LOSSY = {"quality": 90}

# Modes whose pixels are kept as they are, and what others become.
_KEPT = frozenset({"1", "L", "LA", "RGB", "RGBA", "P"})
_NUMBERS = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_BECOMES = {"La": "LA", "RGBa": "RGBA", "PA": "RGBA"}
_SAVED_AS = {
    "png": {},
    "jpeg": {"1": "L", "LA": "L", "P": "RGB", "RGBA": "RGB"},
    "bmp": {"LA": "L", "RGBA": "RGB"},
    "webp": {"1": "RGB", "L": "RGB", "LA": "RGBA", "P": "RGBA"},
}


class Drawing:
    """Pixels that become a file when they are stored.

    Args:
        pixels: these belong to the drawing.
        file_type: one of `FILE_TYPES`.
        mode: how Pillow is to read the channels of `Pixels`, if not as gray, gray and alpha, RGB or RGBA.

    Raises:
        MediaError: the type of file cannot hold such pixels.
    """

    def __init__(self, pixels: Pixels | Pillow.Image, file_type: str, mode: str | None = None) -> None:
        self.source = pixels
        self.format = FILE_TYPES[file_type]
        self._mode = mode
        self._extension = file_type
        self.size: tuple[int, int]
        if isinstance(pixels, Pixels):
            shape, is_deep = pixels.shape, pixels.is_deep
            self.size, has_alpha = (shape[1], shape[0]), len(shape) == 3 and shape[2] in {2, 4}  # noqa: PLR2004
        else:
            self.size, is_deep, has_alpha = pixels.size, False, pixels.mode in {"LA", "RGBA"}
        if self.format != "png" and is_deep:
            raise MediaError(f"{file_type} files have no 16 bits a pixel: use file_type='png', or normalize=(0, 65535)")
        if self.format == "webp" and max(self.size) > _WEBP_SIDE:
            raise MediaError(f"webp files have sides of at most {_WEBP_SIDE} pixels, the image is {self.size}")
        if self.format in {"jpeg", "bmp"} and has_alpha:
            text = f"{self.format} files have no transparency: it is dropped; file_type='png' keeps it"
            say_once("image alpha", text, "warn")

    def store(self, folder: Folder, kind: str) -> str:
        """Have the file written in `folder`, and return its path."""
        held = self.source.nbytes if isinstance(self.source, Pixels) else 4 * self.size[0] * self.size[1]
        return folder.encode(kind, self._extension, self.write, held_bytes=held)

    def write(self, file: BinaryIO) -> None:
        """Compress the pixels."""
        picture = self.picture()
        mode = _SAVED_AS[self.format].get(picture.mode)
        if mode == "RGB" and "transparency" in picture.info:
            picture = picture.convert("RGBA")  # Pillow warns of palettes that lose their transparency on the way
        picture = picture.convert(mode) if mode else picture
        options: dict[str, Any] = _PNG if self.format == "png" else _LOSSY if self.format in ("jpeg", "webp") else {}
        picture.save(file, self.format.upper(), **options)

    def picture(self) -> Pillow.Image:
        """Return the pixels as a picture of Pillow, which the caller may not change."""
        from PIL import Image

        if not isinstance(self.source, Pixels):
            return self.source
        array = self.source.array()
        if self._mode is None:
            return Image.fromarray(array)
        picture = Image.frombytes(self._mode, self.size, array.tobytes())
        return picture if self._mode in _KEPT else picture.convert(_BECOMES.get(self._mode, "RGB"))

    def data(self) -> bytes:
        """Return the file."""
        file = io.BytesIO()
        self.write(file)
        return file.getvalue()


class PictureFile:
    """A complete file.

    Args:
        source: its path, its bytes, or where it was stored.
        format: Pillow's name of the format, in lower case.
        size: width and height in pixels, as the header has it.
    """

    def __init__(self, source: Path | bytes | StoredFile, format: str, size: tuple[int, int]) -> None:  # noqa: A002 (its name everywhere)
        self.source = source
        self.format = format
        self.size = size

    def store(self, folder: Folder, kind: str) -> str:
        """Put the file into `folder` as it is, and return its path."""
        source = self.source.check() if isinstance(self.source, StoredFile) else self.source
        known = _SUFFIXES.get(self.format)
        if isinstance(source, Path) and (known is None or source.suffix.lower().lstrip(".") in known):
            return folder.copy(kind, source)
        # The name must say what is inside: a browser would take a picture called x.html for a page.
        data = source if isinstance(source, bytes) else read(source)
        extension = "jpg" if self.format == "jpeg" else self.format
        return folder.encode(kind, extension, lambda file: write(file, data), held_bytes=len(data))

    def picture(self) -> Pillow.Image:
        """Return the first frame as a picture of Pillow, a new one each time.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        return load(self.source.check() if isinstance(self.source, StoredFile) else self.source)

    def data(self) -> bytes:
        """Return the file.

        Raises:
            MediaError: the file is not there.
        """
        source = self.source
        if isinstance(source, bytes):
            return source
        return read(source.check() if isinstance(source, StoredFile) else source)


def picture_file(source: Path | bytes) -> PictureFile:
    """Return a file whose header was read.

    Raises:
        MediaError: it cannot be read, it is no picture, or one that is too large.
    """
    with opened(source) as picture:
        name = (picture.format or "").lower()
        # Phones write several pictures into one JPEG file, which Pillow calls MPO.
        file = PictureFile(source, "jpeg" if name == "mpo" else name, picture.size)
    check_size(*file.size, _named(source))
    return file


def load(source: Path | bytes) -> Pillow.Image:
    """Return the first frame of a file, decoded.

    Raises:
        MediaError: it cannot be read, or is damaged.
    """
    picture = opened(source if isinstance(source, bytes) else read(source), _named(source))
    try:
        picture.load()
    except Exception as error:  # (decoders raise whatever they meet)
        raise MediaError(f"{_named(source)} cannot be decoded: {error}") from error
    return picture


def drawing_of(picture: Pillow.Image, mode: str | None, file_type: str, normalize: Normalize) -> Drawing:
    """Return a snapshot of a picture of Pillow.

    Modes 1, L, LA, RGB, RGBA and P are kept as they are, with their palette; I;16 and I become 16 bits, F becomes 8
    bits of 0 … 255, unless `normalize` says something else; premultiplied alpha is undone; all others become RGB.

    Raises:
        MediaError: the picture cannot be read, or has values that are no shades.
    """
    check_size(*picture.size, "the picture")
    try:
        if mode is not None and mode != picture.mode:
            picture = picture.convert(mode)
        if picture.mode not in _NUMBERS:
            kept = picture.mode in _KEPT
            return Drawing(picture.copy() if kept else picture.convert(_BECOMES.get(picture.mode, "RGB")), file_type)
        array = as_array(picture)
    except MediaError:
        raise
    except Exception as error:  # (decoders and converters raise whatever they meet)
        raise MediaError(f"a picture of mode {picture.mode} cannot be read: {error}") from error
    if array.dtype.kind == "f" and normalize is None:
        normalize = False  # Pillow's own floats are 0 … 255
    elif normalize is None and array.min() >= 0 and array.max() < 1 << 16:
        array = array.astype("uint16")
    return Drawing(Pixels(array, normalize), file_type)


def as_array(picture: Pillow.Image) -> Array:
    """Return the pixels of a picture: (height, width), or (height, width, channels).

    bool for mode 1, uint16 for 16 bits, int32 for I, float32 for F, else uint8. A palette is replaced by its colours,
    RGB or, if any is transparent, RGBA; so are all modes that are neither gray nor RGB.
    """
    import numpy as np

    mode = picture.mode
    if mode in ("P", "PA"):
        picture = picture.convert("RGBA" if mode == "PA" or "transparency" in picture.info else "RGB")
    elif mode not in _KEPT and mode not in _NUMBERS:
        picture = picture.convert(_BECOMES.get(mode, "RGB"))
    array = np.array(picture)
    # Older versions of Pillow call the 16 bits of a PNG file I.
    deep = mode.startswith("I;16") or (mode == "I" and picture.format == "PNG")
    return array.astype(np.uint16) if deep else array


def channels_of(mode: str) -> int:
    """Return how many channels a mode of Pillow has.

    Raises:
        MediaError: there is no such mode.
    """
    from PIL import ImageMode

    try:
        return len(ImageMode.getmode(mode).bands)
    except KeyError:
        raise MediaError(f"mode={mode!r} is none of Pillow's: expected L, RGB, RGBA, …") from None


def opened(source: Path | bytes, name: str = "") -> Pillow.Image:
    """Return a picture of which only the header was read; `name` stands in messages.

    Raises:
        MediaError: it cannot be read, it is no picture, or larger than Pillow allows.
    """
    from PIL import Image, UnidentifiedImageError

    name = name or _named(source)
    try:
        return Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=_READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(f"{name} is too large: {error}; if you trust it, raise PIL.Image.MAX_IMAGE_PIXELS") from error
    except UnidentifiedImageError:
        raise MediaError(f"{name} is no image: expected one of {', '.join(_READ)}, whole and undamaged") from None
    except Exception as error:  # (the system's, and those of parsers)
        raise MediaError(f"{name} cannot be read: {error}") from error


def _named(source: Path | bytes) -> str:
    return f"the file of {len(source)} bytes" if isinstance(source, bytes) else str(source)
