"""What lines, points, bars and histograms have in common."""

from __future__ import annotations

from trailmark.media.tables.table import Table
from trailmark.plot.asked import Asked
from trailmark.plot.specs import bar, bins, histogram, line, line_series, scatter


def _asked(rows: int, **columns: str) -> Asked:
    data = [[n, 2.5 * n, f"s{n % 2}"] for n in range(rows)]
    return Asked(Table(columns=["n", "v", "s"], data=data), columns, {"title": "T"})


def test_short_lines_show_their_points() -> None:
    """Few points are drawn as such, so that one between two gaps is seen."""
    assert "point" in line(_asked(10, x="n", y="v"))["layer"][0]["mark"]
    assert "point" not in line(_asked(100, x="n", y="v"))["layer"][0]["mark"]


def test_legend_chooses_series() -> None:
    """A click on the legend fades the other series."""
    for spec in (line(_asked(10, x="n", y="v", stroke="s"))["layer"][0], scatter(_asked(10, x="n", y="v", stroke="s"))):
        names = {param["name"]: param for param in spec["params"]}
        assert names["series"]["bind"] == "legend"
        assert spec["encoding"]["opacity"]["condition"]["param"] == "series"


def test_only_numbers_are_moved() -> None:
    """Axes of words cannot be dragged."""
    assert [param["name"] for param in scatter(_asked(10, x="n", y="v"))["params"]] == ["zoom"]
    assert scatter(_asked(10, x="s", y="v"))["params"] == []


def test_nearest_point_has_the_values() -> None:
    """The pointer shows the series and both values of the nearest point."""
    spec = line_series(Asked(_asked(5).table, {"step": "n", "lineVal": "v", "lineKey": "s"}, {"xname": "epoch"}))
    points = spec["layer"][1]
    assert points["params"][0]["select"]["nearest"]
    assert [told["title"] for told in points["encoding"]["tooltip"]] == ["s", "epoch", "value"]


def test_many_bars_are_thin() -> None:
    """A chart of many bars is not endlessly high."""
    assert bar(_asked(10, label="n", value="v"))["height"] == {"step": 26}
    assert bar(_asked(100, label="n", value="v"))["height"] == {"step": 12}


def test_bins_are_drawn_where_they_are() -> None:
    """Bins that were counted already are not put in bins again."""
    spec = bins(_asked(5, low="n", high="v", count="n"))
    assert spec["encoding"]["x"]["bin"] == {"binned": True}
    assert spec["encoding"]["x2"] == {"field": "v"}


def test_raw_values_are_counted_by_vega_lite() -> None:
    """The preset for a table of values leaves the counting to Vega-Lite."""
    assert histogram(_asked(5, value="v"))["encoding"]["y"]["aggregate"] == "count"
