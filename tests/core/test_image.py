"""Images: what they are made of, and what is read back."""

from __future__ import annotations

import copy
import http.server
import io
import json
import pickle
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from media_support import PlainFolder, store
from trailmark.errors import MediaError
from trailmark.media.images.boxes import Boxes
from trailmark.media.images.classes import Classes
from trailmark.media.images.image import Image
from trailmark.media.images.masks import Mask
from trailmark.media.kinds import as_media

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

NOISE = np.random.default_rng(0).integers(0, 256, (12, 17, 3), np.uint8)
BOX = {"position": {"minX": 0.1, "maxX": 0.2, "minY": 0.3, "maxY": 0.4}, "class_id": 1}


def _png(array: NDArray[Any] = NOISE) -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


# -- arrays ------------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    array=st.sampled_from([(), (1,), (2,), (3,), (4,)]).flatmap(
        lambda channels: arrays.arrays(
            np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)).map(lambda size: size + channels)
        )
    )
)
def test_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, array: NDArray[Any]) -> None:
    """uint8 of any size and number of channels comes back exactly, also where a side has one pixel."""
    record, image = store(Image(array), tmp_path_factory.mktemp("images"))
    assert (image.height, image.width) == array.shape[:2] == (record["height"], record["width"])
    assert image.numpy().dtype == np.uint8
    assert np.array_equal(image.numpy(), array[:, :, 0] if array.shape[2:] == (1,) else array)


@pytest.mark.parametrize("dtype", [bool, np.uint16])
def test_planes_come_back(tmp_path: Path, dtype: type[Any]) -> None:
    """A plane of bools, and one of 16 bits, comes back in its own type."""
    array = (np.arange(60).reshape(6, 10) * 999 % 65_536).astype(dtype)
    array[0, 0] = 0
    _, image = store(Image(array), tmp_path)
    assert image.numpy().dtype == dtype
    assert np.array_equal(image.numpy(), array)


def test_floats_are_fractions(tmp_path: Path) -> None:
    """Floats of 0 to 1 are shades: they come out neither black nor wrapped."""
    _, image = store(Image(NOISE / 255), tmp_path)
    assert np.array_equal(image.numpy(), NOISE)


def test_range_is_given(tmp_path: Path) -> None:
    """`normalize` says what black and full are."""
    _, image = store(Image(np.array([[-1.0, 0.0, 1.0]]), normalize=(-1, 1)), tmp_path)
    assert image.numpy().tolist() == [[0, 128, 255]]


def test_images_are_snapshots(tmp_path: Path) -> None:
    """What is done to an array afterwards changes no image."""
    array = NOISE.copy()
    image = Image(array)
    array[:] = 0
    assert np.array_equal(store(image, tmp_path)[1].numpy(), NOISE)


def test_modes_of_arrays() -> None:
    """A mode says how channels are read, or else what they are converted to."""
    red = np.array([[[0, 255, 255]]], np.uint8)
    assert Image(red, mode="HSV").numpy().tolist() == [[[255, 0, 0]]]
    assert Image(red, mode="RGB").numpy().tolist() == red.tolist()
    assert Image(red[:, :, 0], mode="RGB").numpy().tolist() == [[[0, 0, 0]]]
    assert Image(NOISE, mode="L").numpy().shape == (12, 17)
    with pytest.raises(MediaError, match="mode='RGBB'"):
        Image(red, mode="RGBB")


@pytest.mark.parametrize(
    "data", [None, 5, 5.0, "", [[1, 2], [3, 4]], {"a": 1}, object(), np.array([object()]), io.StringIO()]
)
def test_what_is_no_image_is_refused(data: Any) -> None:
    """Anything else is an error in the caller's own line."""
    with pytest.raises(MediaError):
        Image(data)


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_in_all_forms(tmp_path: Path) -> None:
    """A path, its text, the bytes and an open file give the same image, byte for byte."""
    path = tmp_path / "a.png"
    path.write_bytes(_png())
    with path.open("rb") as file:
        for number, data in enumerate([path, str(path), path.read_bytes(), bytearray(path.read_bytes()), file]):
            _, image = store(Image(data), tmp_path / str(number))
            assert image.path.read_bytes() == path.read_bytes()
            assert image.size_bytes == len(path.read_bytes())
            assert np.array_equal(image.numpy(), NOISE)


def test_files_are_converted_if_asked(tmp_path: Path) -> None:
    """A file is compressed again only if another format or mode is asked for."""
    path = tmp_path / "a.png"
    path.write_bytes(_png())
    assert store(Image(path, file_type="png"), tmp_path / "same")[1].path.read_bytes() == path.read_bytes()
    _, jpeg = store(Image(path, file_type="jpg"), tmp_path / "jpeg")
    assert (jpeg.format, jpeg.path.suffix) == ("jpeg", ".jpg")
    assert jpeg.image.format == "JPEG"
    assert Image(path, mode="L").numpy().ndim == 2


def test_files_that_vanish_are_told(tmp_path: Path) -> None:
    """A file that is deleted before the image is logged is an error that names it."""
    path = tmp_path / "a.png"
    path.write_bytes(_png())
    image = Image(path)
    path.unlink()
    with pytest.raises(MediaError, match=r"a\.png cannot be read"):
        store(image, tmp_path / "folder")


def test_file_types() -> None:
    """Another type of file than those named is an error."""
    assert Image(NOISE, file_type=".PNG").format == "png"
    with pytest.raises(MediaError, match="file_type='tiff': expected one of png, jpg"):
        Image(NOISE, file_type="tiff")


class _Server(http.server.BaseHTTPRequestHandler):
    """Answers with a picture, or with what the path asks for."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/none.png" else 200)
        self.end_headers()
        self.wfile.write(_png() if self.path == "/a.png" else b"<html>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the signature of its base)
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a picture."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses_are_fetched(address: str) -> None:
    """A picture is fetched from an http address; what cannot be, or is no picture, is an error."""
    assert np.array_equal(Image(f"{address}/a.png").numpy(), NOISE)
    with pytest.raises(MediaError, match=r"none\.png cannot be fetched: 404"):
        Image(f"{address}/none.png")
    with pytest.raises(MediaError, match="no image"):
        Image(f"{address}/page.html")


def test_addresses_nobody_answers(address: str) -> None:
    """An address that cannot be reached is an error that names it."""
    with pytest.raises(MediaError, match=r"http://127\.0\.0\.1:1/a\.png cannot be fetched"):
        Image("http://127.0.0.1:1/a.png")
    assert address


# -- other objects -----------------------------------------------------------------------------------------------------


def test_pictures_of_pillow(tmp_path: Path) -> None:
    """A picture of Pillow comes back in its mode, also one whose file is read only now."""
    path = tmp_path / "a.png"
    path.write_bytes(_png(NOISE[:, :, 0]))
    with PIL.Image.open(path) as lazy:
        image = Image(lazy)
    assert np.array_equal(store(image, tmp_path)[1].numpy(), NOISE[:, :, 0])
    assert as_media(PIL.Image.fromarray(NOISE)) == Image(NOISE)


def test_images_of_images(tmp_path: Path) -> None:
    """An image is made of another, with all that it has, but for what is given."""
    first = Image(
        NOISE,
        caption="first",
        grouping=2,
        classes={1: "cat"},
        boxes={"b": {"box_data": [BOX]}},
        masks={"m": {"mask_data": NOISE[:, :, 0]}},
    )
    assert Image(first) == first
    second = Image(first, caption="second", boxes={"c": {"box_data": []}}, file_type="bmp")
    assert (second.caption, second.grouping, second.format, list(second.boxes)) == ("second", 2, "bmp", ["c"])
    assert second.masks == first.masks
    _, restored = store(first, tmp_path)
    assert Image(restored) == first


@pytest.mark.extra
def test_tensors(tmp_path: Path) -> None:
    """Tensors of torch have their channels first; where they cannot have, last."""
    import torch

    tensor = torch.from_numpy(NOISE).permute(2, 0, 1).contiguous()
    for given_tensor in (tensor, tensor / 255, tensor.permute(1, 2, 0), (tensor / 255).requires_grad_()):
        assert np.array_equal(store(Image(given_tensor), tmp_path)[1].numpy(), NOISE)
    assert Image(tensor[:1]).numpy().shape == (12, 17)
    assert Image(torch.zeros(10, 3, 4, 5)).numpy().shape == (2 * 6 + 2, 8 * 7 + 2, 3)
    assert Image((tensor / 255).to(torch.bfloat16)).numpy().shape == NOISE.shape
    with pytest.raises(MediaError, match=r"\(7, 12, 17\)"):
        Image(torch.zeros(7, 12, 17))


@pytest.mark.extra
def test_tensors_are_snapshots() -> None:
    """What is done to a tensor afterwards changes no image."""
    import torch

    tensor = torch.zeros(3, 4, 5)
    image = Image(tensor)
    tensor += 1
    assert not image.numpy().any()


@pytest.mark.extra
def test_arrays_of_jax() -> None:
    """Arrays of JAX are as numpy's."""
    jnp = pytest.importorskip("jax.numpy")
    assert np.array_equal(Image(jnp.asarray(NOISE)).numpy(), NOISE)


@pytest.mark.extra
def test_figures(tmp_path: Path) -> None:
    """Figures, axes and pyplot are drawn at once, as `savefig` does."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(2, 1), dpi=50)
    try:
        axes.plot([1, 2, 3])
        images = [Image(figure), Image(axes), Image(pyplot), as_media(figure)]
        axes.clear()
        for image in images:
            assert (image.width, image.height, image.format) == (100, 50, "png")
            assert image == images[0]
        assert Image(figure) != images[0]
        assert store(images[0], tmp_path)[1] == images[0]
        assert Image(figure, file_type="jpg").format == "jpeg"
    finally:
        pyplot.close(figure)


# -- captions, classes, boxes, masks -----------------------------------------------------------------------------------


def test_everything_comes_back(tmp_path: Path) -> None:
    """Caption, group, classes, and several boxes and masks with names of their own come back."""
    image = Image(
        NOISE,
        caption="a caption é",
        grouping=3,
        classes=[{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
        boxes={
            "predictions": {"box_data": [BOX, BOX], "class_labels": {1: "one"}},
            "truth": {"box_data": [BOX], "class_labels": {1: "eins"}},
            "rest": {"box_data": []},
        },
        masks={
            "predictions": {"mask_data": NOISE[:, :, 0], "class_labels": {0: "road"}},
            "truth": {"mask_data": NOISE[:, :, 1].astype(np.int64) + 1000},
        },
    )
    record, again = store(image, tmp_path)
    assert isinstance(again, Image)
    assert again == image
    assert (again.caption, again.grouping, again.classes) == ("a caption é", 3, Classes({1: "cat", 2: "dog"}))
    assert again.boxes["predictions"].box_data == [BOX, BOX]
    assert again.boxes["truth"].class_labels == {1: "eins"}
    assert again.boxes["rest"].class_labels == {1: "cat", 2: "dog"}
    assert again.masks["predictions"].class_labels == {0: "road"}
    assert np.array_equal(again.masks["truth"].mask_data, NOISE[:, :, 1].astype(int) + 1000)
    assert record["classes"] == record["boxes"]["rest"]["classes"] == record["masks"]["truth"]["classes"]


def test_boxes_and_masks_as_objects() -> None:
    """Boxes and masks may be given as objects, such as those of another image."""
    image = Image(NOISE, boxes={"b": Boxes([BOX])}, masks={"m": Mask(NOISE[:, :, 0])})
    assert image.boxes["b"].box_data == [BOX]


def test_captions_are_text(tmp_path: Path) -> None:
    """A caption that is no text becomes one, and one that UTF-8 cannot hold too."""
    assert store(Image(NOISE, caption=7), tmp_path)[1].caption == "7"  # type: ignore[arg-type]
    assert store(Image(NOISE, caption="a\ud800"), tmp_path)[1].caption == "a\\ud800"


def test_groups_are_counts(tmp_path: Path) -> None:
    """A group is an integer of any library; anything else is an error."""
    two: Any = np.int64(2)
    assert store(Image(NOISE, grouping=two), tmp_path)[0]["grouping"] == 2
    with pytest.raises(MediaError, match="grouping must be"):
        Image(NOISE, grouping="a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "extra",
    [
        {"masks": {"m": {"mask_data": NOISE[:5, :, 0]}}},
        {"masks": {"m": {"mask_data": np.full((12, 17), -1)}}},
        {"boxes": {"b": {"box_data": [{"class_id": 1}]}}},
        {"classes": "cat"},
    ],
)
def test_faults_beside_the_pixels(extra: dict[str, Any]) -> None:
    """Wrong masks, boxes and classes are errors when the image is made."""
    with pytest.raises(MediaError):
        Image(NOISE, **extra)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_pillow_and_files_are_given(tmp_path: Path) -> None:
    """An image gives a picture of Pillow, the caller's own, and writes files."""
    for image in (Image(NOISE), store(Image(NOISE), tmp_path)[1]):
        image.image.paste((0, 0, 0), (0, 0, 9, 9))
        assert np.array_equal(np.array(image.image), NOISE)
        image.save(tmp_path / "a.png")
        assert np.array_equal(Image(tmp_path / "a.png").numpy(), NOISE)
        image.save(str(tmp_path / "b.jpg"))
        assert Image(tmp_path / "b.jpg").format == "jpeg"
        with pytest.raises(MediaError, match="file_type='xyz'"):
            image.save(tmp_path / "c.xyz")


def test_jpegs_are_saved_unchanged(tmp_path: Path) -> None:
    """A file of the image's own format is a copy."""
    PIL.Image.fromarray(NOISE).save(tmp_path / "a.jpg")
    Image(tmp_path / "a.jpg").save(tmp_path / "b.jpeg")
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpeg").read_bytes()


def test_notebooks_show_images(tmp_path: Path) -> None:
    """A notebook gets the file itself, or PNG where it could not show it."""
    (tmp_path / "a.png").write_bytes(_png())
    bundle = Image(tmp_path / "a.png", caption="x")._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {"image/png": _png(), "text/plain": "Image(17 x 12 png, 'x')"}
    shown = Image(NOISE, file_type="bmp")._repr_mimebundle_()["image/png"]
    assert np.array_equal(Image(shown).numpy(), NOISE)


def test_equality() -> None:
    """Images are equal if all that they show is."""
    image = Image(NOISE)
    assert image == Image(NOISE / 255)
    assert image == Image(_png())
    for other in (
        Image(NOISE + 1),
        Image(NOISE, caption="c"),
        Image(NOISE[:, :, 0]),
        Image(NOISE[1:]),
        Image(NOISE, classes=["cat"]),
        Image(NOISE, boxes={"b": {"box_data": []}}),
        Image(NOISE, masks={"m": {"mask_data": NOISE[:, :, 0]}}),
        5,
    ):
        assert image != other


def test_images_can_be_pickled_and_copied(tmp_path: Path) -> None:
    """Images survive pickling and copying, before and after they were stored."""
    image = Image(NOISE, boxes={"b": {"box_data": [BOX]}}, masks={"m": {"mask_data": NOISE[:, :, 0]}})
    for one in (image, store(image, tmp_path)[1], Image(PIL.Image.fromarray(NOISE))):
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one


def test_restored_images_are_stored_again(tmp_path: Path) -> None:
    """An image that was read back can be logged elsewhere, with all that belongs to it."""
    image = Image(
        NOISE, boxes={"b": {"box_data": [BOX], "class_labels": {1: "cat"}}}, masks={"m": {"mask_data": NOISE[..., 0]}}
    )
    _, first = store(image, tmp_path / "a")
    _, second = store(first, tmp_path / "b")
    assert second == image
    assert second.sha256 == first.sha256
    assert second.path != first.path


def test_missing_files_are_told(tmp_path: Path) -> None:
    """An image whose file is gone says so when its pixels are asked for, and still knows its size."""
    _, image = store(Image(NOISE), tmp_path)
    image.path.unlink()
    assert (image.width, image.height, repr(image)) == (17, 12, "Image(17 x 12 png)")
    for read in (image.numpy, lambda: image.image, lambda: image.save(tmp_path / "a.png"), image._repr_mimebundle_):
        with pytest.raises(MediaError, match="is not there"):
            read()


@pytest.mark.parametrize(
    "change", [{"path": None}, {"width": None}, {"width": "x"}, {"boxes": 5}, {"masks": {"m": {}}}, {"boxes": {"b": 7}}]
)
def test_damaged_records_are_told(tmp_path: Path, change: dict[str, Any]) -> None:
    """A record that is none of an image is an error."""
    record, _ = store(Image(NOISE), tmp_path)
    with pytest.raises(MediaError):
        Image.from_record(
            {key: value for key, value in {**record, **change}.items() if value is not None}, PlainFolder(tmp_path)
        )


def test_records_are_plain(tmp_path: Path) -> None:
    """The record of an image without anything beside it has the file, its format and its size."""
    record, image = store(Image(NOISE), tmp_path)
    assert record == {"_type": "image", "path": "media/image/0.png", "format": "png", "width": 17, "height": 12}
    assert json.loads(json.dumps(record)) == record
    assert image.path == tmp_path / "media/image/0.png"


def test_images_load_little(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """The module of images loads neither numpy nor Pillow, and an image of an array no Pillow."""
    done = script(
        "import sys\n"
        "from trailmark.media.images.image import Image\n"
        "print([name for name in ('numpy', 'PIL', 'requests') if name in sys.modules])\n"
        "import numpy\n"
        "Image(numpy.zeros((2, 2)))\n"
        "print([name for name in ('PIL', 'requests', 'torch', 'matplotlib') if name in sys.modules])\n"
    )
    assert done.stdout.splitlines() == ["[]", "[]"], done.stderr


def test_a_closed_file_is_told_of() -> None:
    """A file that can no longer be read is a MediaError."""
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(MediaError, match="closed file"):
        Image(file)
