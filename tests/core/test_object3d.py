"""`Object3D`: point clouds that come back bit for bit, and models as they are."""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import store
from trailmark.errors import MediaError
from trailmark.media.box3d import box3d
from trailmark.media.object3d import Object3D

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = np.random.default_rng(0)
BOX = box3d(center=(0, 0, 0), size=(1, 1, 1), orientation=(1, 0, 0, 0), color=(1, 2, 3), label="car", score=0.1)
ARROW = {"start": [0.0, 0.0, 0.0], "end": [1.0, 2.0, 3.0]}
OBJ = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def glb() -> bytes:
    """Return the smallest GLB file."""
    text = b'{"asset":{"version":"2.0"}} '
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) + text


@pytest.mark.parametrize("columns", [3, 4, 6])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", ">f4"])
def test_points_come_back(tmp_path: Path, dtype: str, columns: int) -> None:
    """Points are equal bit for bit, of each type and number of columns."""
    points = RANDOM.uniform(0, 200, (100, columns)).astype(dtype)
    record, found = store(Object3D(points, caption="a"), tmp_path)
    assert np.array_equal(found.numpy(), points)
    assert found.numpy().dtype == points.dtype.newbyteorder("=")
    assert (found.format, found.caption, found.boxes, found.vectors) == ("npy", "a", [], [])
    assert record["points"] == 100
    assert found == Object3D(points, caption="a")
    assert found != Object3D(points[:-1], caption="a")
    assert found != points.tolist()


def test_file_is_numpys(tmp_path: Path) -> None:
    """The file is what any reader of .npy knows: a header, and little-endian rows."""
    points = RANDOM.uniform(size=(5, 3)).astype(np.float32)
    path = store(Object3D(points), tmp_path)[1].path
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\1\0"
    assert data[-points.nbytes :] == points.astype("<f4").tobytes()
    assert np.array_equal(np.load(path), points)


def test_later_changes_do_not_matter(tmp_path: Path) -> None:
    """The array may be written over as soon as the object is made."""
    points = np.ones((5, 3))
    cloud = Object3D.from_numpy(points)
    points[:] = 0
    cloud.numpy()[:] = 0
    assert (store(cloud, tmp_path)[1].numpy() == 1).all()


def test_scene_comes_back(tmp_path: Path) -> None:
    """Boxes and arrows are equal after the round trip."""
    points = RANDOM.uniform(size=(5, 3))
    given = Object3D.from_point_cloud(points, [BOX], [ARROW], caption="a")
    record, found = store(given, tmp_path)
    assert found == given
    assert (found.boxes, found.vectors) == ([BOX], [ARROW])
    assert json.loads((tmp_path / record["scene"]).read_bytes()) == {"boxes": [BOX], "vectors": [ARROW]}
    again = Object3D({"type": "lidar/beta", "points": points, "boxes": np.array([BOX]), "vectors": [ARROW]}, "a")
    assert again == given
    assert store(found, tmp_path / "other")[1] == given


def test_scene_may_have_no_points(tmp_path: Path) -> None:
    """Boxes alone are a scene, and an empty cloud is one."""
    found = store(Object3D({"type": "lidar/beta", "boxes": [BOX]}), tmp_path)[1]
    assert found.numpy().shape == (0, 3)
    assert found.boxes == [BOX]
    assert store(Object3D(np.zeros((0, 6))), tmp_path)[1].numpy().shape == (0, 6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((3, 5)), r"got \(3, 5\)"),
        (np.zeros(3), r"got \(3,\)"),
        (np.array([[1, 2, 3], [1, np.nan, 3], [np.inf, 0, 0]]), "2 of 3 have NaN or infinities, the first at row 1"),
        (np.zeros((3, 3), bool), "got bool"),
        (np.zeros((3, 3), np.longdouble), "up to 64 bits"),
        (np.full((2, 6), 256), "colours of 0 … 255, got 256"),
        (None, "NoneType"),
        ("missing.obj", "not there"),
        (io.StringIO("v"), "pass file_type="),
        ({"points": []}, "type 'lidar/beta', got None"),
        ({"type": "lidar/beta", "boxes": [{}]}, r"boxes\[0\] must be a mapping with 'corners'"),
        ({"type": "lidar/beta", "boxes": 3}, "list of boxes, got int"),
        ({"type": "lidar/beta", "vectors": [ARROW, {"start": 1}]}, r"start of vectors\[1\]"),
        ({"type": "lidar/beta", "colour": 3}, r"got \['colour'\]"),
    ],
)
def test_bad_input_is_an_error(given: Any, message: str) -> None:
    """Wrong shapes, types and values are named where the object is made."""
    with pytest.raises(MediaError, match=message):
        Object3D(given)


def test_dark_colours_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Colours of 0 … 1 would be black."""
    Object3D(np.full((2, 6), 0.5))
    assert "multiply them by 255" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.obj", OBJ),
        ("a.GLB", glb()),
        ("a.stl", b"solid a\nendsolid a\n"),
        ("a.babylon", b"{}"),
        ("a.gltf", b'{"asset":{"version":"2.0"},"buffers":[{"uri":"data:,","byteLength":0}]}'),
        ("a.pts.json", b"[[1,2,3]]"),
    ],
)
def test_models_are_copied(tmp_path: Path, name: str, data: bytes) -> None:
    """A file comes back byte for byte, by path or open."""
    (tmp_path / name).write_bytes(data)
    by_path = store(Object3D(tmp_path / name), tmp_path)[1]
    with (tmp_path / name).open("rb") as opened:
        by_file = store(Object3D.from_file(opened), tmp_path)[1]
    assert by_path.path.read_bytes() == by_file.path.read_bytes() == data
    assert by_path == by_file
    assert by_path.format == name.lower()[2:]


def test_open_file_may_tell_its_type(tmp_path: Path) -> None:
    """Text without a name needs its type."""
    found = store(Object3D.from_file(io.StringIO(OBJ.decode()), "obj", caption="a"), tmp_path)[1]
    assert found.path.read_bytes() == OBJ
    assert found.path.suffix == ".obj"
    assert found.caption == "a"
    with pytest.raises(MediaError, match="no point cloud"):
        found.numpy()


def test_listed_points_are_read(tmp_path: Path) -> None:
    """W&B's pts.json is read as points."""
    for data in (b"[[1,2,3]]", b'{"points":[[1,2,3]]}'):
        (tmp_path / "a.pts.json").write_bytes(data)
        assert Object3D(tmp_path / "a.pts.json").numpy().tolist() == [[1, 2, 3]]
    (tmp_path / "a.pts.json").write_bytes(b"{}")
    with pytest.raises(MediaError, match="as points"):
        Object3D(tmp_path / "a.pts.json").numpy()


def test_damaged_models_are_errors(tmp_path: Path) -> None:
    """What is no GLB or glTF by its first bytes is refused."""
    (tmp_path / "a.glb").write_bytes(b"text")
    (tmp_path / "a.gltf").write_bytes(b"text")
    for name in ("a.glb", "a.gltf"):
        with pytest.raises(MediaError, match=rf"{name} is no"):
            Object3D(tmp_path / name)


def test_parts_that_are_not_copied_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A glTF file that needs others is incomplete alone."""
    (tmp_path / "a.gltf").write_text('{"buffers": [{"uri": "a.bin"}]}')
    Object3D(tmp_path / "a.gltf")
    assert "a.bin" in capsys.readouterr().err


def test_damaged_points_are_an_error(tmp_path: Path) -> None:
    """A file that is none of numpy's, or hides a pickle, is not read."""
    found = store(Object3D(np.zeros((2, 3))), tmp_path)[1]
    found.path.write_bytes(b"text")
    with pytest.raises(MediaError, match="cannot be read as points"):
        found.numpy()


@pytest.mark.extra
def test_tensors_are_taken(tmp_path: Path) -> None:
    """A tensor of torch is points."""
    torch = pytest.importorskip("torch")
    assert store(Object3D(torch.ones(2, 3)), tmp_path)[1].numpy().tolist() == [[1, 1, 1]] * 2
