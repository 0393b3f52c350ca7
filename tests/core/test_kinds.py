"""Kinds of values: what records become, and what objects of other libraries become."""

from __future__ import annotations

import contextlib
import copy
import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from media_support import PlainFolder
from trailmark.api.files import FOLDER
from trailmark.api.stored import StoredMedia
from trailmark.errors import MediaError
from trailmark.media import kinds
from trailmark.media.images.image import Image
from trailmark.media.media import Media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark import Run


@pytest.mark.parametrize("kind", sorted(kinds.CLASSES))
def test_each_kind_has_its_class(kind: str) -> None:
    """A kind's class is where the table says, and calls itself by the kind."""
    module, _, name = kinds.CLASSES[kind].rpartition(".")
    media = getattr(importlib.import_module(module), name)
    assert issubclass(media, Media)
    assert media.kind == kind


@pytest.mark.parametrize(
    "value", [None, 1, "text", [], [1, {"a": 2}], {}, {"_type": "hologram", "path": "x"}, {"_type": 5}, {"a": 1}]
)
def test_what_is_no_media_stays(tmp_path: Path, value: Any) -> None:
    """Plain values, and kinds that a later version writes, come back as they are."""
    assert kinds.restore(value, PlainFolder(tmp_path)) == value


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"_type": "histogram", "counts": [1, 1200]}, "histogram of 1,201 values"),
        ({"_type": "image", "width": 3, "height": 4, "caption": "a cat"}, "image 3 x 4 'a cat'"),
        ({"_type": "table", "rows": 1000}, "table of 1,000 rows"),
        ({"_type": "chart", "title": "ROC"}, "chart 'ROC'"),
        ({"_type": "image", "width": 3, "height": 4, "caption": None}, "image 3 x 4"),
    ],
)
def test_records_in_words(record: dict[str, Any], text: str) -> None:
    """A record is told in a few words."""
    assert kinds.described(record) == text


def test_pictures_of_pillow_are_images(begin: Callable[..., Run]) -> None:
    """A picture that is logged as it is, alone or in a list, is an image."""
    from PIL import Image as Pillow

    run = begin()
    picture = Pillow.new("RGB", (3, 2), (1, 2, 3))
    run.log({"one": picture, "several": [picture, picture]})
    run.finish()
    [row] = trailmark.Api(run.path_on_disk.parents[1]).run(run.path).history(format="rows")
    assert isinstance(row["one"], Image)
    assert (row["one"].numpy() == np.array([1, 2, 3])).all()
    assert [type(item) for item in row["several"]] == [Image, Image]


@pytest.mark.extra
def test_figures_and_frames_are_media(begin: Callable[..., Run]) -> None:
    """Figures of matplotlib and plotly, pyplot itself, and frames of pandas and polars may be logged as they are."""
    import matplotlib as mpl

    mpl.use("agg")
    import pandas as pd
    import polars as pl
    from matplotlib import pyplot as plt
    from plotly import graph_objects

    run = begin()
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3, 4])
    frame = {"a": [1, 2], "b": ["x", "y"]}
    run.log(
        {
            "figure": figure,
            "pyplot": plt,
            "plotly": graph_objects.Figure(graph_objects.Bar(y=[1, 2])),
            "pandas": pd.DataFrame(frame),
            "polars": pl.DataFrame(frame),
        }
    )
    plt.close(figure)
    run.finish()
    [row] = trailmark.Api(run.path_on_disk.parents[1]).run(run.path).history(format="rows")
    assert row["figure"] == row["pyplot"]
    assert row["figure"].width > 100
    assert row["plotly"].data["data"][0]["type"] == "bar"
    for name in ("pandas", "polars"):
        assert row[name].columns == ["a", "b"]
        assert [cells for _, cells in row[name].iterrows()] == [[1, "x"], [2, "y"]]


def _samples() -> list[Media]:
    pixels = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
    box = {"position": {"minX": 0.1, "maxX": 0.2, "minY": 0.3, "maxY": 0.4}, "class_id": 1, "scores": {"p": 0.5}}
    image = Image(
        pixels,
        caption="one",
        classes={0: "a"},
        masks={"truth": {"mask_data": pixels[:, :, 0]}},
        boxes={"guess": {"box_data": [box]}},
    )
    table = trailmark.Table(["number", "any", "array", "image"], [[1, None, np.arange(2), image]] * 3)
    growing = trailmark.Table(["number"], [[1]], log_mode="INCREMENTAL")
    graph = trailmark.Graph()
    graph.add_node(name="one")
    points = trailmark.Object3D(
        {"type": "lidar/beta", "points": np.eye(3), "vectors": [{"start": [0] * 3, "end": [1] * 3}]}
    )
    return [
        *(image, table, growing, graph, points),
        trailmark.JoinedTable(table, growing, "number"),
        trailmark.plot.line(growing, "number", "number"),
        trailmark.Audio(np.zeros(9, np.int16), 8000),
        trailmark.Video(np.zeros((2, 3, 8, 8), np.uint8), format="gif"),
        trailmark.Html("<p>"),
        trailmark.Plotly({"data": [], "layout": {}}),
    ]


def _refused(ask: Callable[[], Any]) -> int:
    """Return 1 if MediaError comes of a question, else 0."""
    try:
        ask()
    except MediaError:
        return 1
    return 0


def _read(value: Any) -> int:
    """Ask for all that a media object has; return how often that was refused."""
    readers = ("classes", "numpy", "data", "get_index", "to_arrow", "frames", "html", "nodes", "edges", "vectors")
    names = (*readers, "to_vega", "joined", "__repr__", "_repr_html_", "_repr_mimebundle_", "boxes", "masks")
    refused = sum(_refused(lambda name=name: _read_one(value, name)) for name in names)  # type: ignore[misc]
    for column in value.columns if isinstance(value, trailmark.Table) else ():
        with contextlib.suppress(MediaError):  # of many types of columns, which is no damage
            value.select(where=(column, "==", 1), order=column)
    return refused


def _read_one(value: Any, name: str) -> None:
    found: Any = getattr(value, name, None)
    found = found() if callable(found) else found
    for part in found.values() if isinstance(found, dict) else []:
        for inside in ("box_data", "mask_data", "class_labels"):
            getattr(part, inside, None)
    if name in ("data", "frames") and found is not None:
        list(found)


def _restored(record: Any, stored: StoredMedia) -> int:
    """Restore a record and read all of it; return how often that was refused."""
    try:
        value = kinds.restore(record, stored)
    except MediaError:
        return 1
    return _read(value)


def _places(record: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = record if isinstance(record, dict) else range(len(record)) if isinstance(record, list) else ()
    for key in keys:
        yield (*place, key)
        if key != "spec":
            yield from _places(record[key], (*place, key))


_JUNK: tuple[Any, ...] = (..., None, -1, 10**30, True, 0.5, "", "x", "é" * 300, [], {}, [[1, 2]], [1], b"x")


@pytest.mark.parametrize("number", range(11))
def test_damaged_records_are_media_errors(number: int, tmp_path: Path) -> None:
    """Whatever stands in a field of a record, or if it is not there, nothing but MediaError comes of it."""
    folder, stored = PlainFolder(tmp_path / FOLDER), StoredMedia(tmp_path)
    record = _samples()[number].record_in(folder, folder)
    refused, unharmed = 0, _restored(record, stored)
    for place in _places(record):
        for junk in _JUNK:
            damaged = copy.deepcopy(record)
            inside: Any = damaged
            for key in place[:-1]:
                inside = inside[key]
            if junk is ...:
                del inside[place[-1]]
            else:
                inside[place[-1]] = junk
            refused += _restored(damaged, stored) > unharmed
    assert refused


@pytest.mark.parametrize("number", range(11))
def test_damaged_files_are_media_errors(number: int, tmp_path: Path) -> None:
    """Whatever is left of a file, nothing but MediaError comes of it."""
    folder, stored = PlainFolder(tmp_path / FOLDER), StoredMedia(tmp_path)
    record = _samples()[number].record_in(folder, folder)
    refused, unharmed = 0, _restored(record, stored)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        data = path.read_bytes()
        half = len(data) // 2
        flipped = data[:half] + bytes([data[half] ^ 0xFF]) + data[half + 1 :]
        deep, odd = b"[" * 100_000, b'{"data": 1, "nodes": 2, "box_data": 3, "vectors": 4}'
        for damaged in (b"", data[:half], data[:-1], data[1:], flipped, b"null", b"\xff\xfe", deep, odd):
            path.write_bytes(damaged)
            refused += _restored(record, stored) > unharmed
        path.write_bytes(data)
    assert refused
