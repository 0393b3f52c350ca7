"""Arrays as pixels: channels, shades, ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trailmark.errors import MediaError
from trailmark.media.images.pixels import MAX_SIDE, Pixels, check_size, with_channels_last

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = np.arange(256, dtype=np.uint8).reshape(16, 16)


def _shades(array: NDArray[Any], normalize: Any = None) -> NDArray[Any]:
    """Return the shades that an array becomes."""
    return Pixels(array, normalize).array()


def _shaped(*shape: int, channels_first: bool = False) -> tuple[int, ...]:
    return tuple(with_channels_last(np.zeros(shape, np.uint8), channels_first=channels_first).shape)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 5), (4, 5)),
        ((4, 5, 1), (4, 5)),
        ((4, 5, 2), (4, 5, 2)),
        ((4, 5, 3), (4, 5, 3)),
        ((4, 5, 4), (4, 5, 4)),
        ((3, 5, 3), (3, 5, 3)),
        ((1, 1, 3), (1, 1, 3)),
        ((1, 1), (1, 1)),
        ((1, 9, 1), (1, 9)),
        ((9, 1, 1), (9, 1)),
        ((3, 8, 9), (8, 9, 3)),
        ((1, 8, 9), (8, 9)),
    ],
)
def test_arrays_have_channels_last(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Of three axes the last holds the channels, and the first only where the last cannot."""
    assert _shaped(*shape) == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 5), (4, 5)),
        ((3, 8, 9), (8, 9, 3)),
        ((1, 8, 9), (8, 9)),
        ((4, 8, 9), (8, 9, 4)),
        ((2, 8, 9), (8, 9, 2)),
        ((8, 9, 3), (8, 9, 3)),
        ((28, 28, 1), (28, 28)),
        ((2, 9, 3), (2, 9, 3)),
        ((3, 9, 3), (9, 3, 3)),
        ((3, 1, 1), (1, 1, 3)),
        ((1, 1, 9), (1, 9)),
    ],
)
def test_tensors_have_channels_first(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """A tensor of torch has its channels on the first axis if that has 1, 3 or 4 entries, else on the last."""
    assert _shaped(*shape, channels_first=True) == expected


def test_batch_becomes_grid() -> None:
    """Four axes are images side by side, eight in a row, with a gap of two pixels."""
    batch = np.stack([np.full((3, 5, 6), number, np.uint8) for number in range(1, 11)])
    grid = with_channels_last(batch, channels_first=True)
    assert grid.shape == (2 * (5 + 2) + 2, 8 * (6 + 2) + 2, 3)
    assert (grid[2:7, 2:8] == 1).all()
    assert (grid[2:7, 58:64] == 8).all()
    assert (grid[9:14, 10:16] == 10).all()
    assert set(np.unique(grid)) == set(range(11))


def test_batch_of_one_is_an_image() -> None:
    """A batch of one has no gap around it."""
    assert _shaped(1, 7, 8, 3) == (7, 8, 3)


@pytest.mark.parametrize("shape", [(), (5,), (5, 6, 7), (5, 6, 5), (2, 5, 6, 3, 1), (0, 5), (5, 0, 3), (0, 3, 5, 5)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    """What has no channels, or no pixels, is an error that says the shape."""
    with pytest.raises(MediaError, match="shape") as caught:
        _shaped(*shape)
    assert str(shape) in str(caught.value) or "empty" in str(caught.value)


def test_sides_have_a_limit() -> None:
    """A picture of 100,000 x 100,000 pixels is refused before anything is copied."""
    endless = np.broadcast_to(np.uint8(0), (100_000, 100_000))
    with pytest.raises(MediaError, match="100000 x 100000"):
        with_channels_last(endless, channels_first=False)
    check_size(MAX_SIDE, MAX_SIDE, "an image")


def test_bytes_stay_as_they_are() -> None:
    """uint8 is copied, whatever its layout."""
    for view in (LEVELS, LEVELS[::-1], LEVELS[:, ::2], LEVELS.T, np.broadcast_to(np.uint8(7), (3, 4))):
        pixels = _shades(view)
        assert np.array_equal(pixels, view)
        assert not np.shares_memory(pixels, view)


def test_gray_of_16_bits_stays() -> None:
    """uint16 of one channel is kept, in the machine's byte order."""
    deep = np.array([[0, 255], [256, 65_535]], ">u2")
    pixels = _shades(deep)
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, deep)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint32", "uint64"])
def test_integers_are_shades(dtype: str) -> None:
    """Integers of 0 to 255 mean the same in every type."""
    values = np.array([[0, 127], [1, 100]], dtype)
    pixels = _shades(values)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, values)


@pytest.mark.parametrize(
    "values",
    [
        np.array([[0, 256]]),
        np.array([[-1, 255]]),
        np.array([[[0, 0, 300]]], np.uint16),
        np.array([[2**64 - 1]], np.uint64),
    ],
)
def test_integers_outside_are_refused(values: NDArray[Any]) -> None:
    """Integers below 0 or above 255 are never wrapped: the error names them and the way out."""
    with pytest.raises(MediaError, match=rf"{values.min()} to {values.max()}, expected 0 to 255: pass normalize="):
        _shades(values)


def test_bools_are_black_and_white() -> None:
    """A bool plane stays one of bits, bool channels are 0 and 255."""
    plane = np.array([[True, False]])
    assert _shades(plane).dtype == bool
    assert _shades(np.stack([plane] * 3, -1)).tolist() == [[[255] * 3, [0] * 3]]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_fractions_are_shades(dtype: str) -> None:
    """Each of the 256 shades, divided by 255, comes back as itself in every type of float."""
    assert np.array_equal(_shades((LEVELS / 255).astype(dtype)), LEVELS)


@settings(deadline=None)
@given(
    arrays.arrays(
        st.sampled_from(["float32", "float64"]),
        arrays.array_shapes(min_dims=3, max_dims=3, max_side=7),
        elements=st.floats(0, 1, width=32),
    ),
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from([1, -1, 2, -2])] * 3),
)
def test_layout_does_not_matter(array: NDArray[Any], axes: list[int], steps: tuple[int, int, int]) -> None:
    """Turned, mirrored and thinned out views become the shades of their values."""
    view = array.transpose(axes)[tuple(slice(None, None, step) for step in steps)]
    assert np.array_equal(_shades(view), np.floor(view.astype(np.float64) * 255 + 0.5))


def test_large_images_are_scaled_throughout() -> None:
    """An image of several blocks is scaled to its last pixel."""
    image = np.random.default_rng(0).random((300, 500, 3), np.float32)
    assert np.array_equal(_shades(image), (image * np.float32(255) + np.float32(0.5)).astype(np.uint8))


def test_values_outside_are_clipped_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """Floats beyond [0, 1] are clipped, which is said once, with the range and how to give it."""
    image = np.array([[-1.5, 0.5], [3.25, np.nan]], np.float32)
    assert _shades(image).tolist() == [[0, 128], [255, 0]]
    _shades(image * 2)
    told = capsys.readouterr().err
    assert "from -1.5 to 3.25 and NaN" in told
    assert "normalize=(-1.5, 3.25)" in told
    assert told.count("\n") == 1


def test_infinities_and_nothing_but_nan(capsys: pytest.CaptureFixture[str]) -> None:
    """Infinities are clipped as numbers are, and an image without numbers is black."""
    assert _shades(np.array([[np.inf, -np.inf]])).tolist() == [[255, 0]]
    assert _shades(np.full((1, 2), np.nan)).tolist() == [[0, 0]]
    assert capsys.readouterr().err.count("\n") == 1


def test_range_is_scaled(capsys: pytest.CaptureFixture[str]) -> None:
    """The given range becomes black and full; what lies outside is clipped without a word."""
    assert _shades(np.array([[-1.0, 0.0, 1.0, 9.0]]), (-1, 1)).tolist() == [[0, 128, 255, 255]]
    assert _shades(np.array([[0, 1000, 4095]], np.uint16), (0, 4095)).tolist() == [[0, 62, 255]]
    assert _shades(np.array([[10, 20]], np.uint8), (10, 20)).tolist() == [[0, 255]]
    assert capsys.readouterr().err == ""


def test_own_range_is_scaled() -> None:
    """normalize=True takes the lowest and the highest finite value of the image."""
    assert _shades(np.array([[2.0, 4.0, 3.0, np.inf, np.nan]]), normalize=True).tolist() == [[0, 255, 128, 255, 0]]
    assert _shades(np.array([[-7, 3]]), normalize=True).tolist() == [[0, 255]]
    for number in (0.0, 5.0, -3e30, 1e-300):
        assert _shades(np.full((1, 2), number), normalize=True).tolist() == [[0, 0]]


def test_floats_can_be_shades_already(capsys: pytest.CaptureFixture[str]) -> None:
    """normalize=False takes floats as 0 to 255."""
    assert _shades(np.array([[0.0, 127.4, 255.0]]), normalize=False).tolist() == [[0, 127, 255]]
    assert _shades(LEVELS, normalize=False) is not None
    assert capsys.readouterr().err == ""
    assert _shades(np.array([[-4.0, 256.0]]), normalize=False).tolist() == [[0, 255]]
    assert "from -4 to 256" in capsys.readouterr().err


@pytest.mark.parametrize("normalize", [(1, 1), (2, 1), (0, float("nan")), (0, float("inf")), (0,), "0-1", (None, 1), 3])
def test_ranges_that_are_none_are_refused(normalize: Any) -> None:
    """A range that is empty, endless or no pair is an error that shows it."""
    with pytest.raises(MediaError, match="is no range") as caught:
        _shades(np.zeros((2, 2)), normalize)
    assert repr(normalize) in str(caught.value)


@pytest.mark.parametrize("dtype", ["complex64", "object", "U3", "M8[s]", "V4"])
def test_other_dtypes_are_refused(dtype: str) -> None:
    """What holds no real numbers is an error that names the dtype."""
    with pytest.raises(MediaError, match=r"dtype .* is no image"):
        _shades(np.zeros((2, 2), dtype))


def test_masked_pixels_are_black() -> None:
    """What is masked shows nothing."""
    image = np.ma.masked_array(np.array([[9, 8]], np.uint8), [[False, True]])
    assert _shades(image).tolist() == [[9, 0]]


def test_values_are_a_copy() -> None:
    """What is done to an array afterwards changes no pixels."""
    for dtype in ("bool", "uint8", "uint16", "int64", "float32"):
        array = np.zeros((2, 2), dtype)
        pixels = Pixels(array)
        array[:] = 1
        assert not pixels.array().any()


def test_what_is_held() -> None:
    """Numbers are held as they were until the shades are asked for, then the shades are."""
    pixels = Pixels(np.zeros((4, 5), np.float32))
    assert (pixels.shape, pixels.nbytes, pixels.is_deep) == ((4, 5), 80, False)
    assert np.shares_memory(pixels.array(), pixels.array())
    assert pixels.nbytes == 20
    assert Pixels(np.zeros((4, 5), np.uint16)).is_deep
    assert not Pixels(np.zeros((4, 5), np.uint16), (0, 9)).is_deep
