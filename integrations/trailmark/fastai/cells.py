"""How an item of fastai is shown in a table: pictures as images, the rest as numbers and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trailmark

if TYPE_CHECKING:
    import numpy as np

_CHANNELS = 4  # the most that a picture has
_RADIUS = 0.02  # of a point, as a part of the shorter side
_MARK = (255, 0, 0)
_MAX_TEXT = 1000


def kinds(value: Any) -> set[str]:
    """Return the names of the classes that a value is of, such as "TensorImage"."""
    return {kind.__name__ for kind in type(value).__mro__}


def cell(value: Any) -> Any:
    """Return an image for a picture, a number for a number, and for anything else its text as fastai shows it."""
    if is_picture(value):
        return trailmark.Image(pixels(value))
    if "Image" in kinds(value) and hasattr(value, "mode"):  # of Pillow
        return trailmark.Image(value)
    if isinstance(value, (bool, int, float)):
        return float(value) if isinstance(value, float) else value  # without fastai's class for one with a title
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    if "MultiCategory" not in kinds(value) and isinstance(value, (tuple, list)):
        parts = [cell(part) for part in value]
        return parts[0] if len(parts) == 1 else ", ".join(map(str, parts))
    return text(value)


def text(value: Any) -> str:
    """Return the text of a value; several categories are joined by ";" as fastai does."""
    if "MultiCategory" in kinds(value):
        return ";".join(map(str, value))
    if hasattr(value, "tolist"):
        value = value.tolist()
    return str(value)[:_MAX_TEXT]


def is_picture(value: Any) -> bool:
    """Whether this is a tensor (channels, height, width) that fastai calls an image."""
    return "TensorImageBase" in kinds(value) and getattr(value, "ndim", 0) == 3  # noqa: PLR2004 (its axes)


def pixels(picture: Any) -> np.ndarray[Any, Any]:
    """Return (height, width, channels) of a tensor (channels, height, width): integers 0 … 255, or floats 0 … 1.

    Of more than four channels the first three are taken. Floats outside, of a picture that no transform scaled, are
    stretched to what they reach.
    """
    import numpy as np

    array: np.ndarray[Any, Any] = plain(picture).transpose(1, 2, 0)
    if array.shape[-1] > _CHANNELS:
        array = array[..., :3]
    if array.dtype.kind == "f":
        low, high = float(np.nanmin(array)), float(np.nanmax(array))
        if low < 0 or high > 1:
            array = (array - low) / ((high - low) or 1.0)
        array = np.nan_to_num(array)
    elif array.dtype != np.bool_:
        array = array.clip(0, 255).astype(np.uint8)
    return array


def plain(tensor: Any) -> np.ndarray[Any, Any]:
    """Return the array of a tensor of any kind and place; those of 16 bits become float32."""
    import torch

    tensor = tensor.detach().cpu().as_subclass(torch.Tensor)
    found: np.ndarray[Any, Any] = (
        tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
    ).numpy()
    return found


def with_points(picture: Any, points: Any) -> trailmark.Image:
    """Return the picture with a dot at each point, (points, 2) as x and y in pixels."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    array = pixels(picture)
    if array.dtype.kind == "f":
        array = (array * 255).astype("uint8")
    drawn = Pillow.fromarray(array[..., 0] if array.shape[-1] == 1 else array).convert("RGB")
    radius = max(1.0, _RADIUS * min(drawn.size))
    pencil = ImageDraw.Draw(drawn)
    for x, y in plain(points).reshape(-1, 2).tolist():
        if x == x and y == y:  # noqa: PLR0124 (not NaN)
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_MARK)
    return trailmark.Image(drawn)
