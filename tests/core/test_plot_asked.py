"""What a preset is asked to draw."""

from __future__ import annotations

from trailmark.media.tables.table import Table
from trailmark.plot.asked import Asked

ASKED = Asked(Table(columns=["a.b", "c"], data=[[1, "z"], [2, "y"]]), {"x": "a.b", "y": "c"}, {})


def test_channels() -> None:
    """A channel has the field, type and title of its column; words keep their order."""
    assert ASKED.channel("x", scale={"zero": False}) == {
        "field": r"a\.b",
        "type": "quantitative",
        "title": "a.b",
        "scale": {"zero": False},
        "axis": {"tickCount": 1},
    }
    assert ASKED.channel("y", title="Y") == {"field": "c", "type": "nominal", "title": "Y", "sort": None}


def test_ticks_of_integers() -> None:
    """A few integers have a tick each; many, and other numbers, are left to Vega-Lite."""
    table = Table(columns=["few", "many", "share"], data=[[n, 100 * n, n / 2] for n in range(12)])
    asked = Asked(table, {name: name for name in table.columns}, {})
    assert asked.channel("few")["axis"] == {"tickCount": 11}
    assert "axis" not in asked.channel("many")
    assert "axis" not in asked.channel("share")


def test_distinct() -> None:
    """Values come in the order of the rows."""
    assert ASKED.distinct("y") == ["z", "y"]
