"""Every kind of value that is more than a number: logged in a run, read back through `Api`, equal."""

from __future__ import annotations

import datetime
import io
import math
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark import (
    Audio,
    Graph,
    Html,
    Image,
    JoinedTable,
    Molecule,
    Object3D,
    PartitionedTable,
    Plotly,
    Table,
    Video,
    box3d,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.api.run import Run as StoredRun

RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (33, 7, 3), dtype=np.uint8)


def read(run: Run) -> StoredRun:
    """Finish a run and return it as a reader sees it, from the disk."""
    run.finish()
    return trailmark.Api(run.path_on_disk.parents[1]).run(run.path)


@pytest.fixture
def trip(begin: Callable[..., Run]) -> Callable[[Any], Any]:
    """Log a value, and return what is read back."""

    def trip(value: Any) -> Any:
        run = begin()
        run.log({"before": 1}, step=4)
        run.log({"media/value": value}, step=5)
        stored = read(run)
        series = stored.series("media/value")
        assert series.step.tolist() == [5]
        (found,) = series.value
        (row,) = [row for row in stored.scan_history() if "media/value" in row]
        assert type(row["media/value"]) is type(found)
        return found

    return trip


@pytest.mark.parametrize(
    "pixels",
    [
        PIXELS,
        PIXELS[:, :, 0],
        PIXELS[:1, :1],
        PIXELS[:, :1],
        np.dstack([PIXELS, PIXELS[:, :, :1]]),
        PIXELS[:, :, :1].astype(np.uint16) * 257,
        PIXELS[:, :, 0] > 99,
    ],
    ids=["rgb", "gray", "one pixel", "one column", "rgba", "16 bits", "bool"],
)
def test_images_are_exact_to_the_pixel(trip: Callable[[Any], Any], pixels: Any) -> None:
    """An image of any kind of array has the same pixels; its file has the recorded size and digest."""
    found = trip(Image(pixels, caption="a cat"))
    assert found.numpy().dtype == pixels.dtype
    assert (np.squeeze(found.numpy()) == np.squeeze(pixels)).all()
    assert (found.width, found.height, found.caption) == (pixels.shape[1], pixels.shape[0], "a cat")
    assert found.path.stat().st_size == found.size_bytes
    assert len(found.sha256) == 64


def test_masks_boxes_and_classes_come_back(trip: Callable[[Any], Any]) -> None:
    """Several masks and sets of boxes of one image keep their ids and each its own labels."""
    truth, guess = RANDOM.integers(0, 3, (2, 33, 7), dtype=np.uint8)
    box = {"position": {"minX": 0.1, "maxX": 0.5, "minY": 0.0, "maxY": 1.0}, "class_id": 2, "scores": {"iou": 0.25}}
    image = Image(
        PIXELS,
        masks={
            "truth": {"mask_data": truth, "class_labels": {0: "sky", 1: "road", 2: "car"}},
            "guess": {"mask_data": guess, "class_labels": {0: "other", 1: "thing", 2: "person"}},
        },
        boxes={"found": {"box_data": [box], "class_labels": {2: "bus"}}},
    )
    found = trip(image)
    assert found == image
    assert (np.asarray(found.masks["truth"]) == truth).all()
    assert (np.asarray(found.masks["guess"]) == guess).all()
    assert found.boxes["found"] == image.boxes["found"]
    assert found.masks["truth"] != found.masks["guess"]


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_is_exact_to_the_sample(trip: Callable[[Any], Any], kind: Any, channels: int) -> None:
    """Samples of any type come back as they were, with their rate."""
    if np.issubdtype(kind, np.floating):
        samples = RANDOM.uniform(-1, 1, (800, channels)).astype(kind)
    else:
        limits = np.iinfo(kind)
        samples = RANDOM.integers(limits.min, limits.max, (800, channels), dtype=kind, endpoint=True)
    found = trip(Audio(samples, sample_rate=8000, caption="noise"))
    assert found.numpy().dtype == kind
    assert (found.numpy().reshape(800, channels) == samples).all()
    assert (found.sample_rate, found.duration_s, found.channels, found.caption) == (8000, 0.1, channels, "noise")


def test_a_sound_file_is_kept_byte_for_byte(trip: Callable[[Any], Any], tmp_path: Path) -> None:
    """A file that is logged by its path is the same file."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(RANDOM.bytes(3200))
    assert trip(Audio(path)).path.read_bytes() == path.read_bytes()


def test_a_film_has_its_frames(trip: Callable[[Any], Any]) -> None:
    """A GIF of few colours has the same pixels in each frame."""
    frames = np.zeros((3, 3, 8, 8), dtype=np.uint8)
    frames[0, 0], frames[1, 1], frames[2, 2] = 255, 255, 255
    found = trip(Video(frames, fps=5, format="gif", caption="colours"))
    assert (found.numpy() == frames.transpose(0, 2, 3, 1)).all()
    assert (found.width, found.height, found.frame_count, found.fps) == (8, 8, 3, 5)


def test_html_is_exact(trip: Callable[[Any], Any]) -> None:
    """Text that is not to be changed is not changed."""
    text = "<p>日本 & <b>\U0001f600</b></p>\n"
    assert trip(Html(text, inject=False)).html == text


def test_points_boxes_and_vectors_are_exact(trip: Callable[[Any], Any]) -> None:
    """A point cloud has the same float64 coordinates, colours and boxes."""
    points = np.hstack([RANDOM.normal(size=(50, 3)) * 1e-9, RANDOM.integers(0, 256, (50, 3))])
    assert (trip(Object3D(points)).numpy() == points).all()
    box = box3d(center=(0, 0, 0), size=(1, 2, 3), orientation=(1, 0, 0, 0), color=(255, 0, 0), label="car")
    found = trip(Object3D.from_point_cloud(points, boxes=[box]))
    assert (found.numpy() == points).all()
    assert found.boxes[0]["label"] == "car"


@pytest.mark.parametrize("suffix", ["obj", "stl"])
def test_a_3d_file_is_kept_byte_for_byte(trip: Callable[[Any], Any], tmp_path: Path, suffix: str) -> None:
    """A mesh that is logged by its path is the same file."""
    path = tmp_path / f"mesh.{suffix}"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n" if suffix == "obj" else "solid a\nendsolid a\n")
    assert trip(Object3D(path)).path.read_bytes() == path.read_bytes()


def test_a_molecule_is_kept_byte_for_byte(trip: Callable[[Any], Any], tmp_path: Path) -> None:
    """A molecule's file is the same file."""
    path = tmp_path / "water.pdb"
    path.write_text("HETATM    1  O   HOH A   1       0.000   0.000   0.000\nEND\n")
    assert trip(Molecule(path)).read() == path.read_bytes()


def test_a_figure_of_plotly_is_its_data(trip: Callable[[Any], Any]) -> None:
    """A figure that is given as plain data needs no plotly, and has the same data."""
    figure = {"data": [{"type": "scatter", "x": [1, 2], "y": [0.1, 1e-30]}], "layout": {"title": {"text": "t"}}}
    assert trip(Plotly(figure)).data == figure


def test_a_graph_has_its_nodes_and_edges(trip: Callable[[Any], Any]) -> None:
    """The topology of a model comes back whole."""
    graph = Graph()
    first = graph.add_node(name="conv", type="Conv2d", num_parameters=9)
    second = graph.add_node(name="head", type="Linear")
    graph.add_edge(first, second)
    found = trip(graph)
    assert [node.name for node in found.nodes] == ["conv", "head"]
    assert found.edges == [("conv", "head")]
    assert found == graph


COLUMNS: dict[str, list[Any]] = {
    "integer": [1, -(2**63), 2**63 - 1],
    "float": [0.1, math.inf, 1e-30],
    "boolean": [True, False, None],
    "text": ["", "日本\n", None],
    "bytes": [b"", b"\x00\xff", None],
    "moment": [datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc), None, None],
    "day": [datetime.date(2026, 1, 2), None, datetime.date(1, 1, 1)],
    "list": [[1, 2], [], [3]],
    "nested": [{"a": [1, {"b": None}]}, {"a": []}, {}],
    "array": [np.arange(6, dtype=np.int8).reshape(2, 3), np.zeros((0, 2)), np.array([1.5], dtype=np.float32)],
    "histogram": [trailmark.Histogram([1.0, 2.0]), trailmark.Histogram([5.0]), None],
    "image": [Image(PIXELS), Image(PIXELS[:1]), None],
    "sound": [Audio(np.zeros(8, dtype=np.int16), sample_rate=8), None, None],
    "page": [Html("<p>a</p>", inject=False), None, Html("b", inject=False)],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_each_type_of_column_is_exact(trip: Callable[[Any], Any], name: str) -> None:
    """A table's cells are what they were, of whichever type their column is."""
    table = Table(columns=["n", name], data=[[n, value] for n, value in enumerate(COLUMNS[name])])
    found = trip(table)
    assert len(found) == 3
    assert found.columns == ["n", name]
    for (_, row), value in zip(found.iterrows(), COLUMNS[name], strict=True):
        cell = row[1]
        if isinstance(value, np.ndarray):
            assert (cell.dtype, cell.shape) == (value.dtype, value.shape)
            assert (cell == value).all()
        elif isinstance(value, (Image, Audio)):
            assert (cell.numpy() == value.numpy()).all()
        elif isinstance(value, Html):
            assert cell.html == value.html
        else:
            assert cell == value
            assert type(cell) is type(value)


def test_nan_and_none_stay_apart(trip: Callable[[Any], Any]) -> None:
    """A cell that is no number is not one that is missing."""
    found = trip(Table(columns=["x"], data=[[math.nan], [None], [1.0]]))
    first, second, third = (row[0] for _, row in found.iterrows())
    assert math.isnan(first)
    assert second is None
    assert third == 1.0


def test_mixed_columns_are_exact(trip: Callable[[Any], Any]) -> None:
    """Where mixed types are allowed each cell keeps its own."""
    values = [1, 1.5, "1", b"1", None, True, [1], {"a": 1}, 2**70]
    found = trip(Table(columns=["x"], data=[[value] for value in values], allow_mixed_types=True))
    cells = [row[0] for _, row in found.iterrows()]
    assert cells == values
    assert [*map(type, cells)] == [*map(type, values)]


def test_joined_tables_come_back(trip: Callable[[Any], Any]) -> None:
    """A join of two tables is read as their rows put together."""
    left = Table(columns=["id", "a"], data=[["x", 1], ["y", 2]])
    right = Table(columns=["id", "b"], data=[["y", 3], ["x", 4]])
    joined = JoinedTable(left, right, "id")
    found = trip(joined)
    assert found.columns == joined.columns
    assert [row for _, row in found.iterrows()] == [row for _, row in joined.iterrows()]
    assert sorted(value for _, row in found.iterrows() for value in row if isinstance(value, int)) == [1, 2, 3, 4]


def test_charts_come_back(trip: Callable[[Any], Any]) -> None:
    """A chart has its table and its specification."""
    chart = trailmark.plot.line(Table(columns=["x", "y"], data=[[0, 0.5], [1, 0.25]]), "x", "y", title="a line")
    found = trip(chart)
    assert found.spec == chart.spec
    assert found.title == "a line"
    assert [row for _, row in found.table.iterrows()] == [[0, 0.5], [1, 0.25]]


def test_lists_of_media_come_back(begin: Callable[..., Run]) -> None:
    """A list of images is a list of images, in order, however many there are."""
    run = begin()
    run.log({"images": [Image(np.full((2, 2), value, dtype=np.uint8)) for value in range(150)]})
    (found,) = read(run).series("images").value
    assert [int(image.numpy()[0, 0]) for image in found] == list(range(150))


def test_a_table_in_an_artifact_comes_back(begin: Callable[..., Run]) -> None:
    """A table with images that is added to an artifact is read by another run, and so are the parts of a larger one."""
    run = begin(id="maker")
    artifact = trailmark.Artifact("data", type="dataset")
    artifact.add(Table(columns=["n", "image"], data=[[1, Image(PIXELS)]]), "whole")
    for part in range(2):
        artifact.add(Table(columns=["n"], data=[[2 * part], [2 * part + 1]]), f"parts/{part}")
    artifact.add(PartitionedTable("parts"), "all")
    run.log_artifact(artifact)
    run.finish()
    user = begin(id="user")
    used = user.use_artifact("data:latest")
    (((_, row)),) = used.get("whole").iterrows()
    assert row[0] == 1
    assert (row[1].numpy() == PIXELS).all()
    assert sorted(row[0] for _, row in used.get("all").iterrows()) == [0, 1, 2, 3]
    user.finish()


def test_media_are_read_while_the_run_goes_on(begin: Callable[..., Run]) -> None:
    """A reader need not wait for finish: a file is there some time after its row."""
    run = begin()
    run.log({"image": Image(PIXELS)})
    (found,) = trailmark.Api(run.path_on_disk.parents[1]).run(run.path).series("image").value
    run.finish()
    assert (found.numpy() == PIXELS).all()


def test_an_image_can_be_saved_from_what_was_read(trip: Callable[[Any], Any]) -> None:
    """What was read back can be logged again, as it is."""
    found = trip(Image(PIXELS))
    again = trip(found)
    assert (again.numpy() == PIXELS).all()
    buffer = io.BytesIO()
    again.image.save(buffer, "png")
    assert buffer.getvalue()
