"""The specifications of lines, points, bars and histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.plot.style import frame

if TYPE_CHECKING:
    from trailmark.plot.asked import Asked

_FEW_POINTS = 60  # of a line that shows each of its points
_MANY_BARS = 40
_MANY_POINTS = 2000  # of a scatter, where single ones fade
_FADED = 0.12
# Dragging moves the axes; the wheel alone scrolls the page.
_ZOOM = {"name": "zoom", "select": {"type": "interval", "zoom": "wheel![event.shiftKey]"}, "bind": "scales"}


def line(asked: Asked) -> dict[str, Any]:
    """Draw y over x, a line for each value of stroke."""
    return lines(asked, asked.channel("x"), asked.channel("y"), "stroke")


def line_series(asked: Asked) -> dict[str, Any]:
    """Draw several lines that share an axis."""
    x = asked.channel("step", title=asked.strings.get("xname") or "x")
    return lines(asked, x, asked.channel("lineVal", title=None), "lineKey", legend="")


def lines(asked: Asked, x: dict[str, Any], y: dict[str, Any], stroke: str, legend: str | None = None) -> dict[str, Any]:
    """Return lines with the values at the nearest point, and a legend that can be clicked."""
    x, y = {"scale": {"zero": False, "nice": False}, **x}, {"scale": {"zero": False}, **y}
    encoding: dict[str, Any] = {"x": _scaled(x), "y": _scaled(y)}
    layer: dict[str, Any] = {"mark": {"type": "line", "strokeWidth": 1.8, "strokeJoin": "round"}, "params": []}
    tooltip = [_told(x), {**_told(y), "title": asked.columns.get("y", "value")}]
    if len(asked.table) <= _FEW_POINTS:
        layer["mark"]["point"] = {"size": 25, "filled": True}
    if stroke in asked.columns:
        title = asked.columns[stroke] if legend is None else legend or None
        encoding["color"] = series_colour(asked.field(stroke), title)
        layer["params"].append(series_choice(asked.field(stroke)))
        layer["encoding"] = {"opacity": chosen(1)}
        tooltip.insert(0, {"field": asked.field(stroke), "type": "nominal", "title": asked.columns[stroke]})
    if x["type"] != "nominal" and y["type"] != "nominal":
        layer["params"].append(_ZOOM)
    return {
        **frame(asked.strings.get("title", "")),
        "encoding": encoding,
        "layer": [layer, nearest_point(tooltip)],
    }


def nearest_point(tooltip: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a layer that shows the point nearest to the pointer, and its values."""
    return {
        "mark": {"type": "point", "filled": True, "size": 55, "tooltip": True},
        "params": [
            {
                "name": "nearest",
                "select": {"type": "point", "nearest": True, "on": "pointermove", "clear": "pointerout"},
            }
        ],
        "encoding": {
            "opacity": {"condition": {"param": "nearest", "empty": False, "value": 1}, "value": 0},
            "tooltip": tooltip,
        },
    }


def series_colour(field: str, title: str | None) -> dict[str, Any]:
    """Return the colour of a series, in the order in which they come."""
    return {"field": field, "type": "nominal", "title": title, "sort": None}


def series_choice(field: str) -> dict[str, Any]:
    """Return the selection of series by a click on the legend; with shift, of several."""
    return {"name": "series", "select": {"type": "point", "fields": [field]}, "bind": "legend"}


def chosen(value: float) -> dict[str, Any]:
    """Return an opacity that fades what was not chosen in the legend."""
    return {"condition": {"param": "series", "value": value}, "value": _FADED}


def scatter(asked: Asked) -> dict[str, Any]:
    """Draw a point for each row."""
    x, y = ({"scale": {"zero": False}, **asked.channel(name)} for name in ("x", "y"))
    many = len(asked.table) > _MANY_POINTS
    opacity = 0.35 if many else 0.7
    spec = frame(asked.strings.get("title", ""))
    spec["mark"] = {"type": "point", "filled": True, "size": 14 if many else 36, "tooltip": True}
    spec["encoding"] = {"x": _scaled(x), "y": _scaled(y), "opacity": {"value": opacity}}
    spec["params"] = [_ZOOM] if x["type"] != "nominal" and y["type"] != "nominal" else []
    tooltip = [_told(x), _told(y)]
    if "stroke" in asked.columns:
        field = asked.field("stroke")
        spec["encoding"]["color"] = series_colour(field, asked.columns["stroke"])
        spec["encoding"]["opacity"] = chosen(opacity)
        spec["params"].append(series_choice(field))
        tooltip.insert(0, {"field": field, "type": "nominal", "title": asked.columns["stroke"]})
    spec["encoding"]["tooltip"] = tooltip
    return spec


def bar(asked: Asked) -> dict[str, Any]:
    """Draw a horizontal bar for each row, from above, so that long labels can be read."""
    labels = len(asked.distinct("label"))
    spec = frame(asked.strings.get("title", ""), height={"step": 12 if labels > _MANY_BARS else 26})
    spec["mark"] = {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True}
    label = {"field": asked.field("label"), "type": "nominal", "title": asked.columns["label"], "sort": None}
    value = asked.channel("value")
    spec["encoding"] = {
        "y": {**label, "axis": {"ticks": False, "domain": False}, "scale": {"paddingInner": 0.25}},
        "x": {**value, "axis": {**value.get("axis", {}), "domain": False}},
        "tooltip": [_told(label), _told(value)],
    }
    return spec


def histogram(asked: Asked) -> dict[str, Any]:
    """Have Vega-Lite put the values in bins."""
    spec = frame(asked.strings.get("title", ""))
    name, field = asked.columns["value"], asked.field("value")
    spec["mark"] = {"type": "bar", "tooltip": True}
    spec["encoding"] = {
        "x": {"field": field, "type": "quantitative", "bin": {"maxbins": 50}, "title": name},
        "y": {"aggregate": "count", "type": "quantitative", "title": "count", "axis": {"domain": False}},
    }
    return spec


def bins(asked: Asked) -> dict[str, Any]:
    """Draw counts of bins that have their edges already."""
    spec = frame(asked.strings.get("title", ""))
    note = asked.strings.get("note")
    if note:
        spec["title"] = {"text": asked.strings.get("title", ""), "subtitle": note}
    low, high, count = ({"field": asked.field(name), "type": "quantitative"} for name in ("low", "high", "count"))
    spec["mark"] = {"type": "bar", "binSpacing": 1, "tooltip": True}
    spec["encoding"] = {
        "x": {**low, "bin": {"binned": True}, "title": asked.strings.get("xname") or asked.columns["low"]},
        "x2": {"field": high["field"]},
        "y": {**count, "title": "count", "axis": {"domain": False}},
        "tooltip": [{**low, "title": "from"}, {**high, "title": "to"}, {**count, "title": "count"}],
    }
    return spec


def _scaled(channel: dict[str, Any]) -> dict[str, Any]:
    """Return a channel whose scale suits its type."""
    if channel["type"] == "quantitative":
        return channel
    return {key: value for key, value in channel.items() if key != "scale"}


def _told(channel: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a tooltip for a channel."""
    told = {key: channel[key] for key in ("field", "type", "title")}
    return {**told, "format": ".6~g"} if told["type"] == "quantitative" else told
