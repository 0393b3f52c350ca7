"""Charts by a preset's name or a specification of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chart_support import check_fields, draw
from trailmark.errors import MediaError
from trailmark.media.tables.table import Table
from trailmark.plot import plot_table, visualize
from trailmark.plot.presets import ALIASES

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE: dict[str, Any] = {
    "data": {"name": "wandb"},
    "title": "${string:title}",
    "mark": "bar",
    "encoding": {"x": {"field": "${field:x}", "type": "nominal"}, "y": {"field": "${field:y}", "type": "quantitative"}},
}


def _table() -> Table:
    return Table(columns=["name", "value"], data=[["a", 1.5], ["b", 2.5]])


def test_a_specification_of_ones_own() -> None:
    """Columns and texts stand in their places."""
    chart = plot_table(TEMPLATE, _table(), {"x": "name", "y": "value"}, {"title": "Mine"})
    assert chart.spec["encoding"]["x"]["field"] == "name"
    assert chart.spec["title"] == chart.title == "Mine"
    assert check_fields(chart) == {"name", "value"}
    assert chart.to_vega()["datasets"]["wandb"][0] == {"name": "a", "value": 1.5}


def test_forms_of_a_specification(tmp_path: Path) -> None:
    """A dict, its JSON and a file of it are the same."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    fields = {"x": "name", "y": "value"}
    specs = [plot_table(given, _table(), fields).spec for given in (TEMPLATE, json.dumps(TEMPLATE), str(path), path)]
    assert specs[1:] == specs[:1] * 3


@pytest.mark.parametrize("name", ["line", "wandb/line/v0"])
def test_presets(name: str) -> None:
    """W&B's names mean our presets."""
    chart = plot_table(name, _table(), {"x": "name", "y": "value"}, {"title": "T"}, split_table=True)
    assert check_fields(chart) == {"name", "value"}
    assert (chart.title, chart.split_table) == ("T", True)


def test_fields_of_their_own_names() -> None:
    """A field that is not given is the column of its name, as in W&B's `visualize`."""
    table = Table(columns=["Actual", "Predicted", "nPredictions"], data=[["a", "b", 3]])
    assert visualize("wandb/confusion_matrix/v1", table).spec == plot_table("confusion_matrix", table, {}).spec


@pytest.mark.parametrize(
    ("name", "fields", "strings", "words"),
    [
        ("lien", {}, {}, "no preset 'lien'.* did you mean 'line'"),
        ("wandb/line/v1", {}, {}, "did you mean 'wandb/line/v0'"),
        ("me/my-chart", {}, {}, "no preset 'me/my-chart'.*as a dict, as JSON or as the path"),
        (5, {}, {}, "got a int"),
        ("line", {"x": "name"}, {}, "a field 'y'"),
        ("line", {"x": "nam", "y": "value"}, {}, "x='nam' is no column .* did you mean 'name'"),
        ("line", {"x": "name", "y": "value", "strok": "name"}, {}, "'strok', .* did you mean 'stroke'"),
        ("line", {"x": "name", "y": "value"}, {"titel": "T"}, "'titel', .* did you mean 'title'"),
        ("line", ["x"], {}, "fields must be a dict"),
        (TEMPLATE, {"x": "name"}, {}, "a field 'y'"),
        (
            TEMPLATE,
            {"x": "name", "y": "value", "z": "name"},
            {},
            "'z', which is no field of this chart; its fields: x, y",
        ),
        (TEMPLATE, {"x": "name", "y": "value"}, {"heading": "T"}, "'heading', .*its texts: title"),
        ('{"mark": ', {}, {}, "no JSON"),
        ("missing.json", {}, {}, "'missing.json' cannot be read"),
    ],
)
def test_bad_input(name: Any, fields: Any, strings: Any, words: str) -> None:
    """Names that are none are told, with those that are near."""
    with pytest.raises(MediaError, match=words):
        plot_table(name, _table(), fields, strings)


@pytest.mark.parametrize("column", ['say "x"', "back\\slash", "two\nlines"])
def test_columns_that_cannot_be_drawn(column: str) -> None:
    """Names that Vega-Lite has no way to say are refused, and not drawn as nothing."""
    with pytest.raises(MediaError, match="rename it"):
        plot_table("line", Table(columns=[column, "y"], data=[[1, 2]]), {"x": column, "y": "y"})


@pytest.mark.extra
@pytest.mark.parametrize("name", sorted(ALIASES))
def test_drawn(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Each preset of W&B draws the table that W&B makes for it."""
    columns: dict[str, list[Any]] = {
        "x": [0.0, 0.5, 1.0],
        "y": [0.0, 0.7, 1.0],
        "class": ["a", "a", "b"],
        "label": ["it's", "b", "c"],
        "value": [1, 2, 3],
        "step": [1, 2, 3],
        "lineKey": ["a", "a", "b"],
        "lineVal": [1.5, 2.5, 3.5],
        "Actual": [0, 0, 1],
        "Predicted": [0, 1, 1],
        "nPredictions": [5, 1, 7],
    }
    table = Table(columns=list(columns), data=[list(row) for row in zip(*columns.values(), strict=True)])
    assert "<path" in draw(visualize(name, table), capfd)


@pytest.mark.extra
def test_own_specification_is_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite draws a template with odd names of columns."""
    table = Table(columns=["it's [a] name.x", "value"], data=[["a", 1.5]])
    template = {**TEMPLATE, "transform": [{"filter": "datum.${field:x} != '' && isValid(datum['${field:x}'])"}]}
    assert "<path" in draw(plot_table(template, table, {"x": "it's [a] name.x", "y": "value"}), capfd)
