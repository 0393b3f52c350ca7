"""Pictures of Pillow, and the files that hold them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.features
import PIL.Image
import pytest

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.images.picture import Drawing, PictureFile, as_array, channels_of, drawing_of, load, picture_file
from trailmark.media.images.pixels import Pixels

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NOISE = np.random.default_rng(0).integers(0, 256, (12, 17, 4), np.uint8)
WEBP = pytest.param("webp", marks=pytest.mark.skipif(not PIL.features.check("webp"), reason="no webp in this Pillow"))


def _picture(mode: str) -> PIL.Image.Image:
    """Return a picture of a mode, with different pixels."""
    gray = NOISE[:, :, 0]
    channels: dict[str, NDArray[Any]] = {
        "I;16": gray.astype(np.uint16) * 257,
        "I": gray.astype(np.int32) * 200,
        **dict.fromkeys(("1", "F", "L"), gray),
        **dict.fromkeys(("LA", "La", "PA"), NOISE[:, :, :2]),
        **dict.fromkeys(("RGBA", "RGBa"), NOISE),
    }
    picture = PIL.Image.fromarray(np.ascontiguousarray(channels.get(mode, NOISE[:, :, :3])))
    return picture if picture.mode == mode else picture.convert(mode)


def _again(drawing: Drawing) -> PIL.Image.Image:
    return load(drawing.data())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P"])
def test_modes_that_png_has_are_kept(mode: str) -> None:
    """Pictures of these modes come back in the same mode with the same pixels and palette."""
    picture = _picture(mode)
    again = _again(drawing_of(picture, None, "png", None))
    assert again.mode == mode
    assert again.tobytes() == picture.tobytes()
    assert again.getpalette() == picture.getpalette() or mode != "P"


def test_palettes_keep_transparency() -> None:
    """A picture whose palette has a transparent colour stays transparent there."""
    picture = _picture("P")
    picture.info["transparency"] = picture.getpixel((0, 0))
    array = as_array(_again(drawing_of(picture, None, "png", None)))
    assert array.shape == (12, 17, 4)
    assert array[0, 0, 3] == 0
    assert array[:, :, 3].max() == 255
    picture.info["transparency"] = bytes(256)
    assert load(drawing_of(picture, None, "jpg", None).data()).mode == "RGB"


@pytest.mark.parametrize("mode", ["I;16", "I"])
def test_16_bits_are_kept(mode: str) -> None:
    """Pictures of integers that 16 bits can hold come back exactly."""
    picture = _picture(mode)
    array = as_array(_again(drawing_of(picture, None, "png", None)))
    assert array.dtype == np.uint16
    assert np.array_equal(array, np.array(picture))


def test_integers_beyond_16_bits_are_refused() -> None:
    """A picture of larger integers is an error that says how to scale it, and is scaled so."""
    picture = PIL.Image.fromarray(np.array([[0, 70_000]], np.int32))
    with pytest.raises(MediaError, match="from 0 to 70000"):
        drawing_of(picture, None, "png", None)
    assert as_array(drawing_of(picture, None, "png", (0, 70_000)).picture()).tolist() == [[0, 255]]


def test_floats_of_pillow_are_shades(capsys: pytest.CaptureFixture[str]) -> None:
    """Pillow's pictures of floats are 0 to 255, as Pillow itself makes them of gray ones."""
    assert np.array_equal(as_array(_again(drawing_of(_picture("F"), None, "png", None))), NOISE[:, :, 0])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("mode", "becomes"),
    [
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
        ("RGBX", "RGB"),
        ("PA", "RGBA"),
        ("La", "LA"),
        ("RGBa", "RGBA"),
    ],
)
def test_other_modes_are_converted(mode: str, becomes: str) -> None:
    """What PNG cannot hold becomes RGB, or what it is without a palette or premultiplied alpha."""
    picture = _picture(mode)
    again = _again(drawing_of(picture, None, "png", None))
    assert again.mode == becomes
    assert again.tobytes() == picture.convert(becomes).tobytes()


def test_mode_is_converted_to() -> None:
    """A picture becomes one of the mode that is asked for."""
    assert drawing_of(_picture("RGBA"), "L", "png", None).picture().mode == "L"
    with pytest.raises(MediaError, match="cannot be read"):
        drawing_of(_picture("RGB"), "none", "png", None)


def test_pictures_are_snapshots() -> None:
    """What is done to a picture afterwards changes no drawing."""
    picture = PIL.Image.new("L", (2, 2))
    drawing = drawing_of(picture, None, "png", None)
    picture.paste(255, (0, 0, 2, 2))
    assert not as_array(drawing.picture()).any()


@pytest.mark.parametrize("file_type", ["png", "jpg", "jpeg", "bmp", WEBP])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P"])
def test_each_mode_in_each_format(file_type: str, mode: str) -> None:
    """Each format holds each mode, in one that it has."""
    drawing = drawing_of(_picture(mode), None, file_type, None)
    header = picture_file(drawing.data())
    assert (header.format, header.size) == (drawing.format, (17, 12))
    if file_type == "png" or (file_type == "bmp" and mode in ("L", "RGB", "P")):
        assert np.array_equal(as_array(load(drawing.data())), as_array(drawing.picture()))


def test_dropped_transparency_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """That a format drops transparency is said once."""
    for mode in ("RGBA", "LA"):
        drawing_of(_picture(mode), None, "jpg", None)
        Drawing(Pixels(NOISE), "bmp")
    assert capsys.readouterr().err.count("no transparency") == 1


def test_formats_have_limits() -> None:
    """16 bits in a format without them, and a side that webp has not, are errors."""
    with pytest.raises(MediaError, match="jpg files have no 16 bits"):
        drawing_of(_picture("I;16"), None, "jpg", None)
    with pytest.raises(MediaError, match="16383"):
        Drawing(Pixels(np.zeros((1, 16_384), np.uint8)), "webp")


def test_channels_are_read_as_a_mode_says() -> None:
    """Channels of an array may be those of another mode of Pillow."""
    hue = np.array([[[0, 255, 255]]], np.uint8)
    assert as_array(Drawing(Pixels(hue), "png", "HSV").picture()).tolist() == [[[255, 0, 0]]]
    assert (channels_of("HSV"), channels_of("L"), channels_of("RGBA")) == (3, 1, 4)
    with pytest.raises(MediaError, match="mode='RGBB'"):
        channels_of("RGBB")


def test_files_are_kept_as_they_are(tmp_path: Path) -> None:
    """A file is copied byte for byte, also from memory."""
    path = tmp_path / "a.jpg"
    _picture("RGB").save(path)
    folder = PlainFolder(tmp_path / "folder")
    for source in (path, path.read_bytes()):
        file = picture_file(source)
        assert (file.format, file.size) == ("jpeg", (17, 12))
        name = file.store(folder, "image")
        assert name.endswith(".jpg")
        assert (folder.root / name).read_bytes() == path.read_bytes() == file.data()


@pytest.mark.parametrize("name", ["picture", "picture.html", "picture.gif"])
def test_names_say_what_is_inside(tmp_path: Path, name: str) -> None:
    """A file whose name ends in something else is stored under the ending of what it is."""
    path = tmp_path / name
    _picture("RGB").save(path, "PNG")
    folder = PlainFolder(tmp_path / "folder")
    stored = picture_file(path).store(folder, "image")
    assert stored.endswith(".png")
    assert (folder.root / stored).read_bytes() == path.read_bytes()


def test_moving_pictures_are_kept(tmp_path: Path) -> None:
    """A GIF that moves keeps all its frames, and shows its first."""
    path = tmp_path / "a.gif"
    frames = [PIL.Image.new("L", (4, 3), shade) for shade in (10, 20, 30)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    folder = PlainFolder(tmp_path)
    file = PictureFile(folder.file(picture_file(path).store(folder, "image")), "gif", (4, 3))
    picture = file.picture()
    assert getattr(picture, "n_frames", 1) == 3
    assert (as_array(file.picture())[..., 0] == 10).all()


def _png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + b"\0\0\0\0IDAT"
    )


@pytest.mark.parametrize("size", [(100_000, 100_000), (70_000, 1), (1, 65_501)])
def test_too_large_files_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    """A file that claims too many pixels is refused by its header, and takes no memory."""
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(*size))
    with pytest.raises(MediaError, match=r"bomb\.png"):
        picture_file(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\xff\xd8"]
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no picture is an error that names it."""
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.png"):
        picture_file(path)
    with pytest.raises(MediaError, match=f"{len(content)} bytes"):
        picture_file(content)


@pytest.mark.parametrize("name", ["none.png", ".", "x" * 300, "a\0b"])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    """No file, a folder, and impossible names are errors."""
    with pytest.raises(MediaError, match="cannot be read"):
        picture_file(tmp_path / name)


def test_damaged_pixels_are_told(tmp_path: Path) -> None:
    """A file that breaks off after its header is an error when its pixels are asked for."""
    path = tmp_path / "a.png"
    file = io.BytesIO()
    _picture("RGBA").save(file, "PNG")
    path.write_bytes(file.getvalue()[:200])
    with pytest.raises(MediaError, match=r"a\.png cannot be decoded"):
        picture_file(path).picture()


def test_numbers_of_files(tmp_path: Path) -> None:
    """Files of floats, and of the printing colours, have arrays too."""
    _picture("F").save(tmp_path / "f.tiff")
    _picture("CMYK").save(tmp_path / "c.jpg")
    floats: Any = as_array(load(tmp_path / "f.tiff"))
    assert floats.dtype == np.float32
    assert np.array_equal(floats, NOISE[:, :, 0])
    assert as_array(load(tmp_path / "c.jpg")).shape == (12, 17, 3)
