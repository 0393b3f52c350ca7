"""Masks on images."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from media_support import PlainFolder
from trailmark.errors import MediaError
from trailmark.media.images.classes import Classes
from trailmark.media.images.masks import Mask, masks_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

IDS = np.array([[0, 1, 2], [255, 7, 0]])


def _again(mask: Mask, folder: PlainFolder) -> Mask:
    return Mask.from_record(mask.store(folder), folder, mask.size)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _gray_png(bits: int, row: bytes, width: int) -> bytes:
    """Return a PNG file of one row of gray pixels, which Pillow cannot write with 2 and 4 bits."""
    header = struct.pack(">IIBBBBB", width, 1, bits, 0, 0, 0, 0)
    parts = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(b"\0" + row)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@settings(deadline=None)
@given(ids=arrays.arrays(st.sampled_from(["uint8", "uint16", "int64"]), (3, 4), elements=st.integers(0, 255)))
def test_ids_come_back(tmp_path_factory: pytest.TempPathFactory, ids: NDArray[Any]) -> None:
    """Ids of any integer type come back exactly."""
    mask = Mask(ids)
    again = _again(mask, PlainFolder(tmp_path_factory.mktemp("masks")))
    assert np.array_equal(again.mask_data, ids)
    assert again.mask_data.dtype == (np.uint16 if ids.dtype == np.uint16 and ids.max() > 255 else np.uint8)
    assert again == mask


def test_ids_above_255_come_back(tmp_path: Path) -> None:
    """Ids up to 65535 are kept, in 16 bits."""
    ids = np.array([[0, 256], [65_535, 1]])
    again = _again(Mask(ids), PlainFolder(tmp_path)).mask_data
    assert again.dtype == np.uint16
    assert np.array_equal(again, ids)


@pytest.mark.parametrize(
    "data",
    [
        IDS.tolist(),
        IDS.astype(float),
        IDS[:, :, None],
        IDS[None],
        np.ma.masked_array(IDS, IDS == 0),
        IDS.astype(np.uint8),
    ],
)
def test_forms_of_ids(data: Any) -> None:
    """Nested lists, whole floats and an axis of one channel are ids too; masked pixels have the id 0."""
    assert np.array_equal(Mask(data).mask_data, IDS)
    assert np.asarray(Mask(data), dtype=np.int64).tolist() == IDS.tolist()


def test_bools_are_ids() -> None:
    """A mask of bools has the ids 0 and 1."""
    assert Mask(IDS == 7).mask_data.tolist() == [[0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (IDS - 1, "from -1 to 254"),
        (IDS + 65_500, "from 65500 to 65755"),
        (IDS / 2, "no whole numbers"),
        (IDS * np.nan, "from nan"),
        (IDS[0], r"shape \(3,\)"),
        (np.zeros((2, 3, 3)), r"shape \(2, 3, 3\)"),
        (np.zeros((0, 3)), "shape"),
        (IDS.astype(complex), "dtype complex128"),
        ([["a"]], "dtype"),
        (None, "shape"),
    ],
)
def test_what_are_no_ids_is_refused(data: Any, told: str) -> None:
    """Ids that a mask cannot hold are never wrapped or rounded: an error says what they are."""
    with pytest.raises(MediaError, match=told):
        Mask(data)


def test_masks_are_snapshots() -> None:
    """What is done to an array afterwards changes no mask."""
    ids = np.zeros((2, 2), np.uint8)
    mask = Mask(ids)
    ids[:] = 1
    assert not mask.mask_data.any()


@pytest.mark.parametrize("mode", ["L", "P", "1", "I;16"])
def test_files_hold_ids(tmp_path: Path, mode: str) -> None:
    """Gray values, indices of a palette and bits of a file are ids."""
    ids = np.array([[0, 1], [1, 0]], np.uint16 if mode == "I;16" else np.uint8)
    picture = PIL.Image.fromarray(ids > 0 if mode == "1" else ids)
    if mode == "P":
        picture.putpalette([0, 0, 0, 200, 0, 0])
    picture.save(tmp_path / "mask.png")
    for path in (tmp_path / "mask.png", str(tmp_path / "mask.png")):
        assert Mask(path).mask_data.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("bits", "row", "ids"), [(4, b"\x0f\x30", [0, 15, 3]), (2, b"\b", [0, 0, 2]), (1, b"\x60", [0, 1, 1])]
)
def test_gray_of_few_bits(tmp_path: Path, bits: int, row: bytes, ids: list[int]) -> None:
    """Gray values of 1, 2 and 4 bits are ids as the file has them, though Pillow stretches them."""
    (tmp_path / "mask.png").write_bytes(_gray_png(bits, row, 3))
    assert Mask(tmp_path / "mask.png").mask_data.tolist() == [ids]


def test_colours_and_lossy_files_are_refused(tmp_path: Path) -> None:
    """Files whose pixels are colours, or only about what they were, hold no ids."""
    PIL.Image.new("RGB", (2, 2)).save(tmp_path / "colour.png")
    PIL.Image.new("L", (2, 2)).save(tmp_path / "gray.jpg")
    for name in ("colour.png", "gray.jpg"):
        with pytest.raises(MediaError, match=name):
            Mask(tmp_path / name)
    with pytest.raises(MediaError, match=r"none\.png"):
        Mask(tmp_path / "none.png")


def test_masks_keep_their_own_labels(tmp_path: Path) -> None:
    """Several masks have their own names of ids, and the image's where they have none; equal names lie once."""
    masks = masks_of(
        {
            "own": {"mask_data": IDS, "class_labels": {1: "mouse"}},
            "other": {"mask_data": IDS, "class_labels": {1: "horse"}},
            "image's": {"mask_data": IDS},
            "made": Mask(IDS),
        },
        (3, 2),
        Classes({1: "dog"}),
    )
    folder = PlainFolder(tmp_path)
    records = {key: mask.store(folder) for key, mask in masks.items()}
    again = {key: Mask.from_record(record, folder, (3, 2)) for key, record in records.items()}
    assert [mask.class_labels for mask in again.values()] == [{1: "mouse"}, {1: "horse"}, {1: "dog"}, {}]
    assert again == masks
    assert len(list((tmp_path / "media/classes").iterdir())) == 3


def test_restored_masks_are_stored_again(tmp_path: Path) -> None:
    """A mask that was read back can be logged elsewhere."""
    first = _again(Mask(IDS, {1: "cat"}), PlainFolder(tmp_path / "a"))
    second = _again(first, PlainFolder(tmp_path / "b"))
    assert second == first == Mask(IDS, {1: "cat"})
    assert second != Mask(IDS)
    assert second != Mask(IDS.T, {1: "cat"})
    assert second != Mask(IDS * 0, {1: "cat"})


def test_size_must_fit() -> None:
    """A mask of another size than its image is an error that names both."""
    with pytest.raises(MediaError, match="the mask 'm' is 3 x 2 pixels, its image 2 x 3"):
        masks_of({"m": {"mask_data": IDS}}, (2, 3), None)


@pytest.mark.parametrize(
    "given",
    [
        IDS,
        {"k": IDS},
        {"k": {}},
        {"k": {"mask_data": IDS, "path": "x"}},
        {"k": {"mask_data": IDS, "labels": {}}},
        {"k": {"mask_data": IDS, "class_labels": {"cat": 1}}},
        {"k": {"path": "none.png"}},
    ],
)
def test_other_forms_are_refused(given: Any) -> None:
    """Masks that are not mappings by their keys are an error; one of several names the key."""
    with pytest.raises(MediaError, match=r"masks are given as|the mask 'k'"):
        masks_of(given, (3, 2), None)
