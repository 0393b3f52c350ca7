"""`Chart`: a table and how to draw it."""

from __future__ import annotations

import json
import pickle
import sys
from typing import TYPE_CHECKING, Any

import pytest

from chart_support import draw
from media_support import PlainFolder, store
from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.chart import MAX_NOTEBOOK_ROWS, MIME_TYPE, SCHEMA, Chart
from trailmark.media.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

SPEC: dict[str, Any] = {
    "mark": "line",
    "encoding": {
        "x": {"field": "step", "type": "quantitative"},
        "y": {"field": "val\\.loss", "type": "quantitative"},
    },
}


def _table(**more: Any) -> Table:
    return Table(columns=["step", "val.loss", "note"], data=[[1, 0.5, "a"], [2, float("nan"), "b"]], **more)


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    """A chart that is read back has its table, specification and title."""
    chart = Chart(_table(), SPEC, "Loss")
    record, found = store(chart, tmp_path)
    assert record["_type"] == "chart"
    assert record["table"]["_type"] == "table"
    assert isinstance(found, Chart)
    assert (found.title, found.spec, found.split_table) == ("Loss", chart.spec, False)
    assert found.table == chart.table
    assert found.record == record


def test_record_draws_without_us(tmp_path: Path) -> None:
    """The record holds the whole specification, and none of the rows."""
    record, _ = store(Chart(_table(), SPEC), tmp_path)
    assert record["spec"] == {**SPEC, "$schema": SCHEMA, "data": {"name": "table"}}


def test_stored_chart_draws_the_same(tmp_path: Path) -> None:
    """Rows that were read back are drawn as those that were logged."""
    chart = Chart(_table(), SPEC)
    _, found = store(chart, tmp_path)
    assert found.to_vega() == chart.to_vega()


def test_unchanged_chart_is_stored_once(tmp_path: Path) -> None:
    """Logging a chart again refers to the files that are there; a row more makes another."""
    chart, folder = Chart(_table(), SPEC), PlainFolder(tmp_path)
    first = chart.record_in(folder, folder)
    assert chart.record_in(folder, folder) == first
    chart.table.add_data(3, 0.1, "c")
    assert chart.record_in(folder, folder)["table"]["path"] != first["table"]["path"]


def test_split_table_is_kept(tmp_path: Path) -> None:
    """The wish to list the table apart is read back."""
    _, found = store(Chart(_table(), SPEC, split_table=True), tmp_path)
    assert found.split_table


def test_title_is_that_of_the_specification() -> None:
    """Without a title of its own a chart has that which it draws."""
    assert Chart(_table(), {**SPEC, "title": {"text": ["A", "B"]}}).title == "A B"
    assert Chart(_table(), {**SPEC, "title": "A"}).title == "A"
    assert not Chart(_table(), SPEC).title


def test_specification_is_a_copy() -> None:
    """What is done to a specification afterwards does not change the chart."""
    spec: dict[str, Any] = {"mark": {"type": "line"}}
    chart = Chart(_table(), spec)
    spec["mark"]["type"] = "bar"
    chart.to_vega()["mark"]["type"] = "area"
    assert chart.spec["mark"] == {"type": "line"}


def test_vega_has_the_rows() -> None:
    """`to_vega` has all rows of the columns that are drawn; NaN is null."""
    assert Chart(_table(), SPEC).to_vega()["datasets"] == {
        "table": [{"step": 1, "val.loss": 0.5}, {"step": 2, "val.loss": None}]
    }


def test_source_keeps_its_name() -> None:
    """Rows come under the name that the specification gives to its data."""
    vega = Chart(_table(), {**SPEC, "data": {"name": "wandb"}}).to_vega()
    assert vega["data"] == {"name": "wandb"}
    assert list(vega["datasets"]) == ["wandb"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("line", "a dict of plain data, got a str"),
        ({"encoding": {}}, "no mark"),
        ({"mark": "bar", "$schema": "https://vega.github.io/schema/vega/v5.json"}, "must be Vega-Lite's"),
        ({"mark": "bar", "data": {"values": [{"a": 1}]}}, "all its data in itself"),
        ({"mark": "bar", "x": float("nan")}, "JSON"),
        ({"mark": "bar", "x": {1, 2}}, "JSON"),
        ({"mark": "bar", "x": "x" * 2_000_000}, "put the data into the table"),
    ],
)
def test_what_is_no_specification(spec: Any, words: str) -> None:
    """A fault of a specification is told when the chart is made."""
    with pytest.raises(MediaError, match=words):
        Chart(_table(), spec)


def test_what_is_no_table() -> None:
    """A chart of something else than a table is refused."""
    rows: Any = [[1, 2]]
    with pytest.raises(MediaError, match="got a list"):
        Chart(rows, SPEC)


@pytest.mark.parametrize("record", [{}, {"table": None, "spec": {}, "title": ""}])
def test_damaged_record(record: dict[str, Any], tmp_path: Path) -> None:
    """A record without its parts is a clear error."""
    with pytest.raises(MediaError, match="not the record of a chart"):
        Chart.from_record({"_type": "chart", **record}, PlainFolder(tmp_path))


def test_notebooks_draw_it() -> None:
    """A notebook gets a specification that JupyterLab draws itself, and text."""
    shown = Chart(_table(), SPEC, "Loss")._repr_mimebundle_()
    assert shown[MIME_TYPE]["datasets"]["table"]
    assert shown["text/plain"] == "Chart('Loss', 2 rows of step, val.loss, note)"


def test_long_charts_stay_out_of_notebooks() -> None:
    """A chart that would make a notebook's file large is told of in words."""
    table = Table(columns=["step"], data=[[n] for n in range(MAX_NOTEBOOK_ROWS + 1)])
    shown = Chart(table, SPEC)._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert "chart.save" in shown["text/plain"]


def test_page_keeps_data_in_its_place() -> None:
    """Neither a title nor a cell can end the script that it stands in."""
    table = Table(columns=["step"], data=[["</script><script>alert(1)</script>\u2028"]])
    page = Chart(table, SPEC, "<b>&").to_html()
    assert "alert(1)</script>" not in page
    assert "\u2028" not in page
    assert "<title>&lt;b>&amp;</title>" in page
    assert page.count("<script") == 4


def test_saved_json_is_the_chart(tmp_path: Path) -> None:
    """A .json file is the specification with its rows, and nothing else is left in the folder."""
    chart = Chart(_table(), SPEC)
    assert chart.save(tmp_path / "chart.json") == tmp_path / "chart.json"
    assert json.loads((tmp_path / "chart.json").read_bytes()) == chart.to_vega()
    assert [path.name for path in tmp_path.iterdir()] == ["chart.json"]


def test_other_endings(tmp_path: Path) -> None:
    """An ending that is no format is refused, and nothing is written."""
    with pytest.raises(MediaError, match=r"'\.pdf'"):
        Chart(_table(), SPEC).save(tmp_path / "chart.pdf")
    assert not list(tmp_path.iterdir())


def test_pictures_need_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the converter a picture names the package to install, and a page loads Vega's scripts."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    chart = Chart(_table(), SPEC)
    with pytest.raises(MissingPackageError, match="pip install vl-convert-python"):
        chart.save(tmp_path / "chart.png")
    page = chart.save(tmp_path / "chart.html").read_text(encoding="utf-8")
    assert '<script src="https://cdn.jsdelivr.net/npm/vega-lite@5' in page


def test_pickled() -> None:
    """A chart can be sent to another process."""
    chart = Chart(_table(), SPEC, "Loss")
    assert pickle.loads(pickle.dumps(chart)).to_vega() == chart.to_vega()


@pytest.mark.extra
def test_pictures(tmp_path: Path) -> None:
    """A PNG is twice as large as its pixels say, an SVG as wide as asked for."""
    from PIL import Image

    chart = Chart(_table(), {**SPEC, "width": "container", "autosize": {"type": "fit", "contains": "padding"}})
    with Image.open(chart.save(tmp_path / "chart.png", width=300)) as picture:
        assert 590 <= picture.width <= 630
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert chart.save(tmp_path / "chart.svg", background="#123456").read_text().startswith("<svg")
    assert "#123456" in (tmp_path / "chart.svg").read_text()


@pytest.mark.extra
def test_page_without_a_network(tmp_path: Path) -> None:
    """With the converter a page has its scripts in itself."""
    page = Chart(_table(), SPEC).save(tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "<script src=" not in page
    assert len(page) > 500_000


@pytest.mark.extra
def test_vega_lite_takes_it(capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite draws the line."""
    assert "mark-line" in draw(Chart(_table(), SPEC), capfd)


def test_equal_charts_are_equal(tmp_path: Path) -> None:
    """A chart is equal to what is read back of it, and not to one of another title or table."""
    chart = Chart(_table(), SPEC, "one")
    assert store(chart, tmp_path)[1] == chart
    assert chart != Chart(_table(), SPEC, "two")
    assert chart != Chart(Table(["step"], []), SPEC, "one")
    assert chart != "one"
