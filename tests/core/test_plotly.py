"""`Plotly`: figures as plotly's own JSON."""

from __future__ import annotations

import datetime
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_support import store
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.plotly import Plotly

if TYPE_CHECKING:
    from pathlib import Path

FIGURE = {"data": [{"type": "scatter", "x": [1, 2], "y": [0.1, 3]}], "layout": {"title": {"text": "é"}}}


def test_mapping_comes_back(tmp_path: Path) -> None:
    """The mapping of a figure is equal after the round trip, without plotly."""
    record, found = store(Plotly(FIGURE, caption="a"), tmp_path)
    assert found.data == FIGURE
    assert found.caption == "a"
    assert record["path"].endswith(".json")
    assert json.loads(found.path.read_bytes()) == FIGURE
    assert found == Plotly(FIGURE, caption="a")
    assert found != Plotly(FIGURE)
    assert found != FIGURE


def test_later_changes_do_not_matter() -> None:
    """The mapping may be changed as soon as the object is made."""
    given: dict[str, Any] = {"data": [{"x": [1]}]}
    chart = Plotly(given)
    given["data"][0]["x"].append(2)
    assert chart.data == {"data": [{"x": [1]}]}


def test_values_become_json() -> None:
    """Arrays are lists, dates are text, and what is not finite is null, as plotly has it."""
    trace = {
        "x": np.array([1.5, np.nan]),
        "y": (np.int64(3), np.float32(0.5), float("inf")),
        "dates": [datetime.date(2020, 1, 2), np.datetime64("2020-01-02")],
        "names": np.array(["a", None], object),
        1: True,
    }
    assert Plotly({"data": (trace,)}).data == {
        "data": [
            {
                "x": [1.5, None],
                "y": [3, 0.5, None],
                "dates": ["2020-01-02", "2020-01-02"],
                "names": ["a", None],
                "1": True,
            }
        ]
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "got int"),
        ({}, "list of traces"),
        ({"data": 3}, "list of traces"),
        ({"data": [3]}, "list of traces"),
        ({"data": [{"x": [object()]}]}, r"object at data\[0\]\.x\[0\]"),
        ({"data": [{"x": np.array([1j])}]}, r"complex128 at data\[0\]\.x"),
    ],
)
def test_bad_input_is_an_error(given: Any, message: str) -> None:
    """What is no figure is named, with the place of the fault."""
    with pytest.raises(MediaError, match=message):
        Plotly(given)


def test_figure_needs_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without plotly the data can be read, and the error for the figure has the pip command."""
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingPackageError, match="pip install plotly"):
        _ = Plotly(FIGURE).figure


def test_damaged_file_is_an_error(tmp_path: Path) -> None:
    """A file that is no JSON is named."""
    found = store(Plotly(FIGURE), tmp_path)[1]
    found.path.write_text("{")
    assert repr(found) == f"Plotly({found.path})"
    with pytest.raises(MediaError, match="damaged"):
        _ = found.data


def test_notebooks_get_the_data(tmp_path: Path) -> None:
    """A notebook that knows plotly's figures shows it."""
    found = store(Plotly(FIGURE), tmp_path)[1]
    assert found._repr_mimebundle_() == {"application/vnd.plotly.v1+json": FIGURE, "text/plain": "Plotly(1 traces)"}


@pytest.mark.extra
def test_figures_come_back(tmp_path: Path) -> None:
    """A figure of plotly is equal after the round trip, arrays with NaN included."""
    objects = pytest.importorskip("plotly.graph_objects")
    traces = [
        objects.Scatter(x=np.array([1.0, np.nan, 1e-300]), y=[1, 2, 3]),
        objects.Heatmap(z=np.arange(6.0).reshape(2, 3)),
    ]
    figure = objects.Figure(traces, layout={"title": "t"})
    found = store(Plotly(figure), tmp_path)[1]
    assert json.loads(found.figure.to_json()) == json.loads(figure.to_json())
    assert np.array_equal(np.asarray(found.figure.data[0].x, float), [1.0, np.nan, 1e-300], equal_nan=True)
    assert np.array_equal(np.asarray(found.figure.data[1].z), figure.data[1].z)
    assert found == Plotly(figure)


@pytest.mark.extra
@pytest.mark.filterwarnings("ignore:The converter attribute")  # plotly uses what matplotlib 3.10 deprecated
def test_matplotlib_is_converted(tmp_path: Path) -> None:
    """A line of matplotlib becomes a trace."""
    pytest.importorskip("plotly")
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure()
    figure.subplots().plot([1, 2, 4])
    found = store(Plotly(figure), tmp_path)[1]
    assert list(found.figure.data[0].y) == [1, 2, 4]


@pytest.mark.extra
def test_unknown_figure_is_an_error() -> None:
    """What plotly does not know is told, and the data stays readable."""
    pytest.importorskip("plotly")
    chart = Plotly({"data": [{"type": "no such type"}]})
    assert chart.data["data"] == [{"type": "no such type"}]
    with pytest.raises(MediaError, match="plotly cannot read this figure"):
        _ = chart.figure
