"""Animated GIF, written a picture at a time, without a change of any pixel where its pictures have up to 256 colours.

Pillow compresses each picture; the frames are put together here, as Pillow itself merges equal pictures and shares
palettes, so that neither their number nor their colours would come back. A picture of more colours gets the 256 that
fit it (an octree's), without dithering. The format is that of the "GRAPHICS INTERCHANGE FORMAT, Version 89a".
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, Any]

MAX_SIDE = 65535
_MAX_COLOURS = 256
_MIN_DELAY = 2  # in 1/100 s: browsers show what asks for less at 10 frames a second
_MAX_DELAY = 65535
_LOOP = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"  # for ever
_PALETTE_FLAG, _INTERLACE_FLAG, _SIZE_BITS = 0x80, 0x40, 0x07
_SCREEN_END = 13  # the signature, and the description of the screen


def write_gif(file: BinaryIO, frames: Iterable[Array], *, fps: float) -> None:
    """Write frames of one size, (height, width, 3), uint8, RGB.

    A frame stays for whole hundredths of a second, at least two, so that `fps` holds on average up to 50.
    """
    shown = 0
    for number, frame in enumerate(frames):
        picture = _single(frame)
        if number == 0:
            file.write(b"GIF89a" + picture[6:10] + b"\x70\0\0" + _LOOP)
        until = round((number + 1) * 100 / fps)
        delay = min(max(until - shown, _MIN_DELAY), _MAX_DELAY)
        shown = until
        file.write(struct.pack("<4sHBB", b"!\xf9\x04\x04", delay, 0, 0))  # what was drawn stays
        file.write(_frame(picture))
    file.write(b";")


def _frame(picture: bytes) -> bytes:
    """Return the one picture of a GIF file, with its palette, as a frame of another."""
    flags, start, palette = picture[10], _SCREEN_END, b""
    if flags & _PALETTE_FLAG:
        start += 6 << (flags & _SIZE_BITS)
        palette = picture[_SCREEN_END:start]
    while picture[start] == ord("!"):  # extensions: blocks until an empty one
        start += 2
        while picture[start]:
            start += picture[start] + 1
        start += 1
    own = picture[start + 9]
    data = start + 10
    if own & _PALETTE_FLAG:
        flags, data = own, data + (6 << (own & _SIZE_BITS))
        palette = picture[start + 10 : data]
    flags = _PALETTE_FLAG | (own & _INTERLACE_FLAG) | (flags & _SIZE_BITS)
    return picture[start : start + 9] + bytes([flags]) + palette + picture[data:-1]


def _single(frame: Array) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    _with_palette(Image.fromarray(frame), frame).save(file, "GIF", interlace=False)
    return file.getvalue()


def _with_palette(image: Image, frame: Array) -> Image:
    """Return `image` with a palette: of its own colours if they are few enough, else of the best."""
    import numpy as np
    from PIL import Image as Images

    colours = image.getcolors(_MAX_COLOURS)
    if colours is None:
        # An octree takes 1 ms for 256 x 256 pixels, and each pixel the nearest of its colours: a mean error of 4.0
        # shades where median cut has 3.7, and needs 300 times as long.
        palette = image.quantize(_MAX_COLOURS, method=Images.Quantize.FASTOCTREE)
        return image.quantize(palette=palette, dither=Images.Dither.NONE)
    codes = np.sort(np.array([colour for _, colour in colours], np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32))
    wide = frame.astype(np.uint32)
    indices = np.searchsorted(codes, (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]).astype(np.uint8)
    exact = Images.frombytes("P", image.size, indices.tobytes())
    exact.putpalette(np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8).tobytes())
    return exact


def read_gif(path: Path) -> Iterator[Array]:
    """Yield the frames of a GIF file, (height, width, 3), uint8, RGB.

    Raises:
        MediaError: Pillow cannot read the file.
    """
    import numpy as np
    from PIL import Image, ImageSequence

    try:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                yield np.asarray(frame.convert("RGB"))
    except Exception as error:  # (Pillow's parsers raise whatever they meet)
        raise MediaError(f"{path} cannot be read as a GIF: {error}") from error
