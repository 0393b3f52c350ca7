"""`Object3D`: point clouds, with boxes and arrows, and files of 3D models as they are.

A point cloud becomes a .npy file of the array as it was given ("A Simple File Format for NumPy Arrays"): each
coordinate comes back bit for bit, it can be read without loading it all, and a browser takes it as one typed array
after a short header. JSON would be three times larger, and GLB has float32 only. What else is in the scene is a second
file, JSON: {"boxes": [...], "vectors": [...]} with the items of `box3d.py`.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, BinaryIO

from trailmark._term import termwarn
from trailmark.errors import MediaError
from trailmark.media.box3d import as_arrow, as_box
from trailmark.media.media import Media
from trailmark.media.source import (
    Source,
    caption_text,
    encoded,
    fields,
    from_file,
    from_path,
    is_path,
    optional,
    plain_array,
    read,
    read_json,
    stored_file,
    write,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import TextIO

    import numpy as np
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored, StoredFile

    Array = np.ndarray[Any, Any]

FORMATS = ("obj", "gltf", "glb", "babylon", "stl", "pts.json")
TYPES = ("lidar/beta",)  # W&B's only one
_COLUMNS = {3: "x, y, z", 4: "x, y, z, category", 6: "x, y, z, red, green, blue"}
_KINDS = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]


class Object3D(Media):
    """A point cloud, or a 3D model.

    Args:
        data_or_path: points, an array or tensor of (points, 3) for x, y, z, of (points, 4) with a category, or of
            (points, 6) with red, green and blue of 0 … 255; any integers or floats, which are kept as they are. Or a
            mapping {"type": "lidar/beta", "points": such points, "boxes": boxes as of `box3d`, "vectors": [{"start":
            [x, y, z], "end": [x, y, z]}]}. Or a path of a file, or an open file: obj, gltf, glb, babylon, stl,
            pts.json.
        caption: text that is shown with it.
        file_type: the format of an open file that has no name.

    Raises:
        MediaError: points have another shape, or are no finite numbers, or the file cannot be read.
    """

    kind = "object3d"

    def __init__(
        self,
        data_or_path: Array | str | os.PathLike[str] | TextIO | dict[str, Any] | Any,
        caption: str | None = None,
        *,
        file_type: str | None = None,
    ) -> None:
        self.caption = caption_text(caption)
        self._source: Source | None = None
        self._points: Array | None = None
        self._scene: dict[str, Any] | None = {}
        self._scene_file: StoredFile | None = None
        self._count: int | None = None
        if is_path(data_or_path) or hasattr(data_or_path, "read"):
            given = from_path(data_or_path, "Object3D", FORMATS) if is_path(data_or_path) else None
            self._source = given or from_file(data_or_path, "Object3D", FORMATS, file_type)
            self._format = self._source.format
            _check_model(self._source)
        elif isinstance(data_or_path, dict):
            self._take_scene(data_or_path)
        else:
            self._take_points(data_or_path)

    @classmethod
    def from_file(
        cls,
        data_or_path: str | os.PathLike[str] | TextIO | Any,
        file_type: str | None = None,
        *,
        caption: str | None = None,
    ) -> Self:
        """Return a 3D model of a path or an open file.

        Args:
            data_or_path: where the model is.
            file_type: its format, if an open file has no name.
            caption: text that is shown with it.
        """
        return cls(data_or_path, caption, file_type=file_type)

    @classmethod
    def from_numpy(cls, data: Array | Any, *, caption: str | None = None) -> Self:
        """Return a point cloud of (points, 3), (points, 4) or (points, 6) numbers."""
        return cls(plain_array(data, "Object3D"), caption)

    @classmethod
    def from_point_cloud(
        cls,
        points: Array | Sequence[Sequence[float]] | Any,
        boxes: Sequence[dict[str, Any]],
        vectors: Sequence[dict[str, Any]] | None = None,
        point_cloud_type: str = "lidar/beta",
        *,
        caption: str | None = None,
    ) -> Self:
        """Return a point cloud with boxes, as `box3d` makes them, and arrows.

        Args:
            points: (points, 3), (points, 4) or (points, 6) numbers, or none.
            boxes: mappings with eight "corners", a "label" and a "color".
            vectors: mappings with a "start" and an "end".
            point_cloud_type: "lidar/beta".
            caption: text that is shown with it.

        Raises:
            MediaError: an item is not of that kind.
        """
        return cls({"type": point_cloud_type, "points": points, "boxes": boxes, "vectors": vectors}, caption)

    def _take_scene(self, given: dict[str, Any]) -> None:
        if given.get("type") not in TYPES:
            raise MediaError(f"Object3D takes point clouds of the type {TYPES[0]!r}, got {given.get('type')!r}")
        if unknown := given.keys() - {"type", "points", "boxes", "vectors"}:
            raise MediaError(f"Object3D takes 'type', 'points', 'boxes' and 'vectors', got {sorted(map(str, unknown))}")
        points = given.get("points")
        self._take_points([] if points is None else points)
        boxes = [as_box(box, f"boxes[{number}]") for number, box in enumerate(_items(given, "boxes"))]
        arrows = [as_arrow(arrow, f"vectors[{number}]") for number, arrow in enumerate(_items(given, "vectors"))]
        self._scene = fields(boxes=boxes or None, vectors=arrows or None)

    def _take_points(self, given: Any) -> None:
        self._format = "npy"
        self._points = _checked_points(plain_array(given, "Object3D"))
        self._count = len(self._points)

    @property
    def format(self) -> str:
        """The format of the file: "npy" of a point cloud, else that of the model."""
        return self._format

    @property
    def boxes(self) -> list[dict[str, Any]]:
        """The boxes, as `box3d` makes them.

        Raises:
            MediaError: their file cannot be read.
        """
        boxes: list[dict[str, Any]] = self._read_scene().get("boxes", [])
        return boxes

    @property
    def vectors(self) -> list[dict[str, Any]]:
        """The arrows, with "start" and "end"; errors as of `boxes`."""
        arrows: list[dict[str, Any]] = self._read_scene().get("vectors", [])
        return arrows

    def numpy(self) -> Array:
        """Return the points, of the shape and type that was given.

        Raises:
            MediaError: this is a 3D model and no point cloud, or the file cannot be read.
        """
        import numpy as np

        points: Array
        if self._points is not None:
            points = self._points.copy()
            return points
        if self._format == "pts.json":
            return _listed_points(self._bytes(), str(self.path))
        if self._format != "npy":
            raise MediaError(f"{self!r} is a 3D model and no point cloud: its file is its `path`")
        try:
            points = np.load(self._opened(), allow_pickle=False)
        except MediaError:
            raise
        except Exception as error:  # (what numpy's parser of headers meets, and sizes beyond the memory)
            raise MediaError(f"{self.path} cannot be read as points: {error}") from error
        return points

    def store(self, folder: Folder) -> dict[str, Any]:
        """Copy the file, or have the points written, and the boxes and arrows beside them."""
        points, scene = self._points, self._read_scene()
        if points is not None:
            path = folder.encode(self.kind, "npy", lambda file: _write_points(file, points), held_bytes=points.nbytes)
        else:
            path = (self._source or Source(self._format, self._opened())).put(folder, self.kind)
        beside = None
        if scene:
            data = json.dumps(scene, separators=(",", ":")).encode()
            beside = folder.encode(self.kind, "json", lambda file: write(file, data), held_bytes=len(data))
        return fields(path=path, format=self._format, points=self._count, scene=beside, caption=self.caption)

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the object that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._source = self._points = None
        self._format = optional(record, "format", str) or "npy"
        self._count = optional(record, "points", int)
        self._scene_file = stored_file(record, stored, "scene") if record.get("scene") else None
        self._scene = None if self._scene_file else {}
        self.caption = optional(record, "caption", str)
        return self

    def _read_scene(self) -> dict[str, Any]:
        if self._scene is None and self._scene_file is not None:
            path = self._scene_file.check()
            scene = read_json(path, "boxes and vectors")
            if not isinstance(scene, dict):
                raise MediaError(f"{path} is damaged: it holds {scene!r:.80}, no boxes and vectors")
            self._scene = scene
        return self._scene or {}

    def _bytes(self) -> bytes:
        """Return the main file as it is, or would be, stored."""
        points = self._points
        if points is not None:
            return encoded(lambda file: _write_points(file, points))
        return self._source.read() if self._source else read(self._opened())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Object3D):
            return NotImplemented
        if (self.caption, self._format, self._count) != (other.caption, other._format, other._count):
            return False
        return self._read_scene() == other._read_scene() and self._bytes() == other._bytes()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = self._format if self._count is None else f"{self._count} points"
        return f"Object3D({known}{f', caption={self.caption!r}' if self.caption is not None else ''})"


def _items(given: dict[str, Any], name: str) -> list[Any]:
    items = given.get(name)
    if items is None:
        return []
    if isinstance(items, (dict, str)) or not hasattr(items, "__iter__"):
        raise MediaError(f"Object3D takes a list of {name}, got {type(items).__name__}")
    return list(items)


def _checked_points(given: Array) -> Array:
    """Return a copy of points that a viewer can show."""
    import numpy as np

    if given.shape == (0,):
        given = np.zeros((0, 3), np.float32)
    columns = given.shape[1] if given.ndim == 2 else 0  # noqa: PLR2004 (axes)
    if columns not in _COLUMNS:
        shapes = ", ".join(f"(points, {count}) for {names}" for count, names in _COLUMNS.items())
        raise MediaError(f"Object3D takes points of the shape {shapes}; got {given.shape}")
    if given.dtype.str[1:] not in _KINDS:
        raise MediaError(f"Object3D takes integers or floats of up to 64 bits, got {given.dtype}")
    if given.size and not (math.isfinite(given.min()) and math.isfinite(given.max())):  # either is NaN if one of all is
        finite = np.isfinite(given).all(axis=1)
        bad = int(len(given) - finite.sum())
        raise MediaError(
            f"Object3D takes finite points, and {bad} of {len(given)} have NaN or infinities, the first at row "
            f"{int(finite.argmin())}: leave them out, `points[np.isfinite(points).all(axis=1)]`"
        )
    if columns == 6 and given.size:  # noqa: PLR2004 (with colours)
        _check_colours(given[:, 3:])
    copy: Array = np.array(given, dtype=given.dtype.newbyteorder("<"), order="C", copy=True)
    return copy


def _check_colours(colours: Array) -> None:
    low, high = float(colours.min()), float(colours.max())
    if low < 0 or high > 255:  # noqa: PLR2004 (eight bits)
        raise MediaError(f"Object3D takes colours of 0 … 255, got {low:.6g} to {high:.6g}")
    if colours.dtype.kind == "f" and 0 < high <= 1:
        termwarn(
            f"Object3D: colours are 0 … 255, and these reach up to {high:.6g}: they look black. Were they meant as "
            "0 … 1, multiply them by 255",
            repeat=False,
        )


def _write_points(file: BinaryIO, points: Array) -> None:
    import numpy as np

    np.lib.format.write_array(file, points, version=(1, 0), allow_pickle=False)


def _listed_points(data: bytes, where: str) -> Array:
    """Return the points of W&B's pts.json: a list of points, or a mapping with one."""
    import numpy as np

    try:
        given = json.loads(data)
        return np.asarray(given["points"] if isinstance(given, dict) else given, np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise MediaError(f"{where} cannot be read as points: {error}") from error


def _check_model(source: Source) -> None:
    """Check what can be told of a model without a viewer: GLB by its first bytes, glTF by the files it needs."""
    if source.format == "glb" and not source.starts_with(b"glTF"):
        raise MediaError(f"Object3D: {source.path or 'the file'} is no GLB file: it does not begin with 'glTF'")
    if source.format != "gltf":
        return
    try:
        model = json.loads(source.read())
        parts = [*model.get("buffers", []), *model.get("images", [])]
        others = [part["uri"] for part in parts if not part.get("uri", "data:").startswith("data:")]
    except (AttributeError, TypeError, ValueError) as error:
        raise MediaError(f"Object3D: {source.path or 'the file'} is no glTF file: {error}") from error
    if others:
        termwarn(
            f"Object3D: {others[0]} and what else the glTF file refers to is not copied: save it as GLB", repeat=False
        )
