"""`Boxes`: rectangles on an image, with their classes and scores.

Kept as a JSON file, ``{"box_data": [{"position": {…}, "class_id": 1, …}, …]}``, in the words they were given in. JSON
has no NaN and no infinities: they are the texts "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once
from trailmark.errors import MediaError
from trailmark.media.array import as_number, as_numpy
from trailmark.media.images.classes import Classes, class_id, classes_of, read_classes
from trailmark.media.media import StoredFile
from trailmark.media.normalize import as_name
from trailmark.media.source import read_json, write

if TYPE_CHECKING:
    from trailmark.media.media import Folder, Stored

_KIND = "boxes"
_CORNERS = ("minX", "maxX", "minY", "maxY")
_CENTRE = ("middle", "width", "height")
_FIELDS = {"position", "class_id", "domain", "scores", "box_caption"}
_FAR = 2.0  # a fraction beyond it is hardly a box that reaches over the edge
_NOT_IN_JSON = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Boxes:
    """Rectangles on an image.

    What cannot be a box raises; a box at an impossible place, as a model may predict it, is warned of once and kept.

    Args:
        box_data: one mapping for each box, as W&B has it: "position", either ``{"minX", "maxX", "minY", "maxY"}`` or
            ``{"middle": [x, y], "width", "height"}``, as fractions of the image's width and height from its upper left
            corner, or in pixels if "domain" is "pixel"; "class_id", an integer; "scores", numbers by their names;
            "box_caption".
        class_labels: the names of class ids, ``{1: "cat", …}`` or what `Classes` takes.

    Raises:
        MediaError: a box has not these fields; the message tells its place in `box_data`.
    """

    def __init__(self, box_data: Sequence[Mapping[str, Any]] | StoredFile, class_labels: Any = None) -> None:
        self._classes: Classes | StoredFile | None = classes_of(class_labels)
        if isinstance(box_data, (str, bytes, Mapping)) or not hasattr(box_data, "__iter__"):
            raise MediaError(f"box_data must be a list of boxes, got {box_data!r:.80}")
        self._boxes: list[dict[str, Any]] | StoredFile
        if isinstance(box_data, StoredFile):
            self._boxes = box_data
        else:
            self._boxes = [_box(box, f"box {n}") for n, box in enumerate(box_data)]

    @property
    def box_data(self) -> list[dict[str, Any]]:
        """The boxes, in the words they were given in.

        Raises:
            MediaError: the file is not there, or damaged.
        """
        if not isinstance(self._boxes, list):
            name = self._boxes.name
            try:
                self._boxes = _from_json(read_json(self._boxes.check(), "boxes")["box_data"])
            except (AttributeError, KeyError, TypeError, ValueError) as error:  # MediaError too is a ValueError
                raise MediaError(f"the boxes in {name} cannot be read: {error}") from error
        return self._boxes

    @property
    def class_labels(self) -> dict[int, str]:
        """The names of class ids; empty if none were given."""
        self._classes = read_classes(self._classes)
        return dict(self._classes.labels) if self._classes else {}

    def store(self, folder: Folder) -> dict[str, Any]:
        """Put the boxes into `folder` and return their part of the image's record."""
        self._classes = read_classes(self._classes)
        data = json.dumps({"box_data": _to_json(self.box_data)}, ensure_ascii=False, allow_nan=False)
        encoded = data.encode()
        path = folder.encode(_KIND, "json", lambda file: write(file, encoded), held_bytes=len(encoded))
        record: dict[str, Any] = {"path": path, "count": len(self.box_data)}
        return {**record, "classes": self._classes.store(folder)} if self._classes else record

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Boxes:
        """Return the boxes that a part of an image's record stands for."""
        return cls(stored.file(record["path"]), stored.file(record["classes"]) if "classes" in record else None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Boxes):
            return False
        same = _to_json(self.box_data) == _to_json(other.box_data)  # where NaN equals itself
        return same and self.class_labels == other.class_labels

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.box_data)

    def __repr__(self) -> str:
        return f"Boxes({len(self)} boxes)" if isinstance(self._boxes, list) else f"Boxes({self._boxes.name})"


def boxes_of(boxes: Any, classes: Classes | StoredFile | None) -> dict[str, Boxes]:
    """Return the sets of boxes of an image; those without names of ids have the image's.

    Args:
        boxes: ``{key: {"box_data": [...], "class_labels": {…}}}``, as W&B has it; or `Boxes`.
        classes: those of the image.

    Raises:
        MediaError: these are no boxes; the message names the key.
    """
    if boxes is None:
        return {}
    if not isinstance(boxes, Mapping):
        raise MediaError(f"boxes are given as {{key: {{'box_data': [...]}}}}, got a {type(boxes).__name__}")
    return {as_name(key): _made(key, given, classes) for key, given in boxes.items()}


def _made(key: Any, given: Any, classes: Classes | StoredFile | None) -> Boxes:
    if isinstance(given, Boxes):
        return given
    if not isinstance(given, Mapping) or "box_data" not in given or set(given) - {"box_data", "class_labels"}:
        raise MediaError(f"the boxes {key!r}: expected {{'box_data': [...], 'class_labels': {{…}}}}, got {given!r:.80}")
    try:
        return Boxes(given["box_data"], given.get("class_labels") or classes)
    except MediaError as error:
        raise MediaError(f"the boxes {key!r}: {error}") from error


def _box(box: Any, what: str) -> dict[str, Any]:
    """Return a box as plain data."""
    if not isinstance(box, Mapping) or "position" not in box or "class_id" not in box:
        raise MediaError(f"{what} must have a 'position' and a 'class_id', got {box!r:.80}")
    unknown = set(box) - _FIELDS
    if unknown:
        raise MediaError(f"{what} has unknown fields {sorted(map(str, unknown))}, expected {sorted(_FIELDS)}")
    domain = box.get("domain")
    if domain not in (None, "pixel"):
        raise MediaError(f"{what} has the domain {domain!r}: expected 'pixel', or none for fractions of the image")
    plain: dict[str, Any] = {
        "position": _position(box["position"], what, is_fraction=domain is None),
        "class_id": class_id(box["class_id"], f"the class_id of {what}"),
    }
    if domain is not None:
        plain["domain"] = domain
    if box.get("scores") is not None:
        if not isinstance(box["scores"], Mapping):
            raise MediaError(f"the scores of {what} must be numbers by their names, got {box['scores']!r:.80}")
        plain["scores"] = {
            str(name): _number(score, f"the score {name!r} of {what}") for name, score in box["scores"].items()
        }
    if box.get("box_caption") is not None:
        plain["box_caption"] = as_name(box["box_caption"])
    return plain


def _position(position: Any, what: str, *, is_fraction: bool) -> dict[str, Any]:
    fields = set(position) if isinstance(position, Mapping) else set()
    if fields == set(_CORNERS):
        plain: dict[str, Any] = {name: _number(position[name], f"{name} of {what}") for name in _CORNERS}
        low_x, high_x, low_y, high_y = plain.values()
        ordered = low_x <= high_x and low_y <= high_y
    elif fields == set(_CENTRE):
        given = position["middle"]
        array = as_numpy(given)
        middle = list(given) if isinstance(given, (list, tuple)) else [] if array is None else list(array.ravel())
        if len(middle) != 2:  # noqa: PLR2004
            raise MediaError(f"the middle of {what} must be [x, y], got {given!r:.80}")
        plain = {"middle": [_number(value, f"the middle of {what}") for value in middle]}
        plain |= {name: _number(position[name], f"{name} of {what}") for name in _CENTRE[1:]}
        ordered = plain["width"] >= 0 and plain["height"] >= 0
        low_x, low_y = (plain["middle"][n] - plain[_CENTRE[n + 1]] / 2 for n in (0, 1))
        high_x, high_y = (plain["middle"][n] + plain[_CENTRE[n + 1]] / 2 for n in (0, 1))
    else:
        raise MediaError(f"the position of {what} must have {_CORNERS} or {_CENTRE}, got {position!r:.80}")
    _warn_of_place((low_x, low_y, high_x, high_y), ordered=ordered, is_fraction=is_fraction, what=f"{what}: {plain}")
    return plain


def _warn_of_place(edges: tuple[float, ...], *, ordered: bool, is_fraction: bool, what: str) -> None:
    if not all(map(math.isfinite, edges)):
        say_once("box finite", f"boxes at places that are no finite numbers are kept, and not drawn: {what}", "warn")
    elif not ordered:
        say_once("box order", f"boxes whose end lies before their beginning are kept as they are: {what}", "warn")
    elif is_fraction and max(map(abs, edges)) > _FAR:
        text = f"boxes lie outside of their image: if they are in pixels, add 'domain': 'pixel'. The first: {what}"
        say_once("box domain", text, "warn")


def _number(value: Any, what: str) -> float:
    """Return a number of any library as Python's."""
    number = value if isinstance(value, (int, float)) else as_number(value)
    array = as_numpy(value) if number is None else None
    if array is not None and array.size == 1:
        number = array.item()
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise MediaError(f"{what} must be a number, got {value!r:.80}")
    return number


def _to_json(value: Any) -> Any:
    """Return boxes with their numbers as JSON can hold them."""
    if isinstance(value, dict):
        return {name: _to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _from_json(boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for box in boxes:
        for numbers in (box["position"], box.get("scores", {})):
            for name, value in numbers.items():
                numbers[name] = [_restored(item) for item in value] if isinstance(value, list) else _restored(value)
    return boxes


def _restored(value: Any) -> float:
    return _NOT_IN_JSON[value] if isinstance(value, str) else value
