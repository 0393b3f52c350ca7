"""Kinds of values: what records become, and what objects of other libraries become."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from media_support import PlainFolder
from trailmark.media import kinds
from trailmark.media.image import Image
from trailmark.media.media import Media

if TYPE_CHECKING:
    from collections.abc import Callable
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
