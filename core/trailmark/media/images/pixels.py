"""Arrays as pixels: which axis holds the channels, and what a value means as a shade.

Pixels are bool (height, width), uint8 (height, width) or (height, width, 2 to 4), or uint16 (height, width). What is
made here is a copy, so that the caller may change the array afterwards. Nothing is guessed from the values of an
array: what they mean follows from the type, or is said with `normalize`.

| dtype | shades |
| --- | --- |
| bool | False is black, True is white |
| uint8 | as they are |
| uint16, one channel | as they are, 16 bits |
| other integers | as they are, if all lie in 0 … 255 |
| floats | 0.0 is black, 1.0 is full: rounded to 8 bits |
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once
from trailmark.errors import MediaError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_SIDE = 65_500  # what JPEG can hold, and W&B's limit
_GRID_COLUMNS, _GRID_GAP = 8, 2  # as torchvision.utils.make_grid
_BLOCK = 1 << 17  # values converted at once: they and what they become stay in a core's cache
_FLOAT32_SAFE = 1e30  # ranges up to it, and down to its inverse, scale to 0 … 255 in float32


def check_size(width: int, height: int, what: str) -> None:
    """Raise MediaError unless an image can have this size in pixels."""
    if width < 1 or height < 1:
        raise MediaError(f"{what} is empty: it is {width} pixels wide and {height} high")
    if max(width, height) > MAX_SIDE:
        raise MediaError(f"{what} is {width} x {height} pixels: sides of more than {MAX_SIDE} are not kept; resize it")


def with_channels_last(array: Array, *, channels_first: bool, channels: int | None = None) -> Array:
    """Return an array of one image as (height, width) or (height, width, 2 to 4), of several as a grid of them.

    Two axes are (height, width). Of three, the last is taken for the channels, and the first only where the last
    cannot be; the other way round if `channels_first` (as tensors of torch are). So an array of torch whose first
    axis has 1, 3 or 4 entries is (channels, height, width), whatever its last has. If `channels` says how many there
    are, only an axis with that many is taken. Four axes are a batch of such images: it becomes a grid, eight in a row.

    Raises:
        MediaError: no image has such a shape.
    """
    shape = array.shape
    if 0 in shape:
        raise MediaError(f"an image of the shape {shape} is empty")
    if len(shape) == 4:  # noqa: PLR2004
        images = [with_channels_last(item, channels_first=channels_first, channels=channels) for item in array]
        return _grid(images) if len(images) > 1 else images[0]
    if len(shape) == 3:  # noqa: PLR2004
        array = _moved(array, channels_first=channels_first, channels=channels)
    elif len(shape) != 2:  # noqa: PLR2004
        raise MediaError(
            f"an array of the shape {shape} is no image: expected (height, width), (height, width, channels), "
            "(channels, height, width) for torch, or a batch of these"
        )
    check_size(array.shape[1], array.shape[0], f"the image of the shape {shape}")
    return array


def _moved(array: Array, *, channels_first: bool, channels: int | None) -> Array:
    """Return three axes as (height, width, channels), or as (height, width) if there is one channel."""
    import numpy as np

    counts = {1, 2, 3, 4} if channels is None else {channels}
    usual = counts - {2}  # gray with alpha is rare: where it stands first, the array is more likely two rows of pixels
    # Where to look, best first.
    places = ((0, usual), (-1, usual), (0, counts), (-1, counts)) if channels_first else ((-1, counts), (0, usual))
    for axis, allowed in places:
        if array.shape[axis] in allowed:
            array = np.moveaxis(array, axis, -1)
            return array[:, :, 0] if array.shape[-1] == 1 else array
    expected = "1 to 4 channels" if channels is None else f"{channels} channels"
    raise MediaError(
        f"an array of the shape {array.shape} is no image: expected {expected} on its last axis, or on its first for "
        "torch; choose or combine channels first, such as image[..., :3]"
    )


def _grid(images: list[Array]) -> Array:
    """Return images of one size side by side, eight in a row, with black between them."""
    import numpy as np

    height, width, *channels = images[0].shape
    columns = min(_GRID_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    size = (rows * (height + _GRID_GAP) + _GRID_GAP, columns * (width + _GRID_GAP) + _GRID_GAP)
    check_size(size[1], size[0], f"the grid of {len(images)} images")
    grid = np.zeros((*size, *channels), images[0].dtype)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = row * (height + _GRID_GAP) + _GRID_GAP, column * (width + _GRID_GAP) + _GRID_GAP
        grid[top : top + height, left : left + width] = image
    return grid


class Pixels:
    """A snapshot of an array (height, width) or (height, width, channels) whose numbers are shades, or become shades.

    Numbers that are to be scaled are only copied here, which takes one pass, and scaled when they are asked for: each
    step of that would wait for Python's lock, which the threads that compress pictures hold in turns.

    Args:
        array: numbers of any type; what is masked becomes black.
        normalize: (low, high) are the values of black and of full: what lies outside is clipped. True takes the
            lowest and the highest finite value of this array for them. False takes floats for 0 … 255, as they
            are. None: the rule of the type.

    Attributes:
        shape: that of the array.

    Raises:
        MediaError: there are no such shades, or `normalize` is no range.
    """

    def __init__(self, array: Array, normalize: bool | tuple[float, float] | None = None) -> None:  # noqa: FBT001 (a range too)
        import numpy as np

        if isinstance(array, np.ma.MaskedArray):
            array = array.filled(0)
        if array.dtype.kind not in "biuf":
            raise MediaError(f"an array of dtype {array.dtype} is no image: expected bool, integers or floats")
        self.shape = array.shape
        self._is_told = normalize is not None and normalize is not False  # the range is the caller's own
        limits = _limits(array, normalize)
        # One attribute, as it is replaced in another thread. With limits, the numbers are not scaled yet.
        self._held: tuple[Array, tuple[float, float] | None]
        self._held = (_kept(array), None) if limits is None else (array.copy(order="K"), limits)

    @property
    def nbytes(self) -> int:
        """The memory that is held."""
        return int(self._held[0].nbytes)

    @property
    def is_deep(self) -> bool:
        """Whether there are 16 bits a pixel."""
        return self._held[1] is None and self._held[0].dtype.itemsize > 1

    def array(self) -> Array:
        """Return the shades; the caller may not change them. Warns once of values that are clipped."""
        array, limits = self._held
        if limits is not None:
            array = _scaled(array, *limits, told=self._is_told)
            self._held = (array, None)
        return array


def _kept(array: Array) -> Array:
    """Return a copy of bools or integers that are shades already."""
    import numpy as np

    kind, size, is_plane = array.dtype.kind, array.dtype.itemsize, array.ndim == 2  # noqa: PLR2004
    if kind == "b":
        return array.copy() if is_plane else array.astype(np.uint8) * 255
    if kind == "u" and (size == 1 or (size == 2 and is_plane)):  # noqa: PLR2004
        return array.astype(array.dtype.newbyteorder("="), order="K", copy=True)
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 255:  # noqa: PLR2004
        raise MediaError(
            f"an image of dtype {array.dtype} has values from {low} to {high}, expected 0 to 255: pass "
            f"normalize=({min(low, 0)}, {high}) to scale them, or convert it to uint8"
            + ", or to uint16 to keep 16 bits"
            * is_plane
        )
    return array.astype(np.uint8, order="K")


def _limits(array: Array, normalize: bool | tuple[float, float] | None) -> tuple[float, float] | None:  # noqa: FBT001
    """Return the values that become 0 and 255; None for integers that stay as they are."""
    import numpy as np

    if array.dtype.kind == "b":
        return None
    if normalize is None or normalize is False:
        return None if array.dtype.kind in "iu" else (0.0, 255.0 if normalize is False else 1.0)
    if normalize is True:
        with np.errstate(over="ignore"):  # a long double beyond float64 is no finite value
            low, high = float(array.min()), float(array.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            finite = array[np.isfinite(array)]
            low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if low == high:
            high = math.nextafter(low, math.inf) if abs(low) > 1 else low + 1  # one value: all black
    else:
        try:
            low, high = map(float, normalize)
        except (TypeError, ValueError):
            low = high = math.nan
    if not (low < high and 0 < high - low < math.inf and 255 / (high - low) < math.inf):
        raise MediaError(
            f"normalize={normalize!r} is no range: expected True, False or (low, high) with low < high, both finite"
            + (f"; this image has values from {low} to {high}" if normalize is True else "")
        )
    return low, high


def _scaled(array: Array, low: float, high: float, *, told: bool) -> Array:
    """Return uint8: `low` and below as 0, `high` and above as 255, NaN as 0; warn of what is clipped unless `told`."""
    import numpy as np

    if array.ndim == 3 and not array.flags.c_contiguous:  # noqa: PLR2004
        # An image of torch is a view of (channels, height, width): reading it in that order is several times faster.
        as_stored = np.moveaxis(array, -1, 0)
        if as_stored.flags.c_contiguous:
            shades: Array = np.moveaxis(_scaled(as_stored, low, high, told=told), 0, -1)
            return shades
    numbers = np.ascontiguousarray(array).reshape(-1)
    shades = np.empty(numbers.shape, np.uint8)
    exact = array.dtype.itemsize > 4 or not 1 / _FLOAT32_SAFE < high - low < _FLOAT32_SAFE  # noqa: PLR2004
    kind: type[Any] = np.float64 if exact else np.float32
    room = np.empty(min(_BLOCK, numbers.size), kind)
    seen: list[float] = []
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, numbers.size, _BLOCK):
            block = numbers[start : start + _BLOCK]
            if not (low <= block.min() and block.max() <= high):
                block = _clipped(block, low, high, seen)
            values = room[: block.size]
            above = np.subtract(block, low, out=values, dtype=kind, casting="unsafe") if low else block
            np.multiply(above, 255 / (high - low), out=values, dtype=kind, casting="unsafe")
            values += kind(0.5)
            np.copyto(shades[start : start + _BLOCK], values, casting="unsafe")
    if seen and not told:
        _warn_of_clipping(array.dtype, high, seen)
    shaped: Array = shades.reshape(array.shape)
    return shaped


def _clipped(block: Array, low: float, high: float, seen: list[float]) -> Array:
    """Return numbers within `low` and `high`, NaN as `low`; add the lowest, the highest, and any NaN to `seen`."""
    import numpy as np

    numbers: Array = block.astype(np.float64)
    missing = np.isnan(numbers)
    seen += [float(end) for end in (np.fmin.reduce(numbers), np.fmax.reduce(numbers))]  # NaN if there is nothing else
    if missing.any():
        seen.append(math.nan)
        numbers[missing] = low
    numbers.clip(low, high, out=numbers)
    return numbers


def _warn_of_clipping(dtype: Any, high: float, seen: list[float]) -> None:
    numbers = [number for number in seen if not math.isnan(number)]
    span = f"values from {min(numbers):.6g} to {max(numbers):.6g}" if numbers else "no numbers"
    span += " and NaN, which becomes black" * (len(numbers) < len(seen))
    fix = f"normalize=({min(numbers, default=0):.6g}, {max(numbers, default=1):.6g})"
    hint = ", normalize=False if 255 is full" if high == 1 else ""
    say_once(
        "image range",
        f"an image of dtype {dtype} has {span}; 0 is black and {high:.6g} is full: what lies outside is clipped. Say "
        f"what the values mean: {fix}, normalize=True for each image's own range{hint}, or make it uint8",
        "warn",
    )
