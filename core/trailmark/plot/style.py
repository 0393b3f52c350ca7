"""How all charts look: quiet, readable on light and on dark pages, and told apart without red and green.

Nothing has a background. Text and lines of the frame are a grey with a contrast of about 4.5 to white and to black.
"""

from __future__ import annotations

from typing import Any

from trailmark.media.chart import SCHEMA

INK = "#7a7a7a"
BLUE = "#2f86c8"
# The colours of Okabe and Ito (https://jfly.uni-koeln.de/color/), without black and with yellow last, the blue a little
# lighter for dark pages, then three of Paul Tol's "muted" ones.
COLOURS = (BLUE, "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#999933", "#aa4499", "#888888", "#e0d022")
LABEL_PIXELS = 180  # longer labels end in …
MAX_LEGEND = 30  # entries; more are a wall of text

_CONFIG: dict[str, Any] = {
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "tickColor": INK,
        "domainColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.18,
        "domainOpacity": 0.5,
        "tickOpacity": 0.5,
        "tickSize": 4,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "titlePadding": 10,
        "labelPadding": 5,
        "labelLimit": LABEL_PIXELS,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "labelLimit": LABEL_PIXELS,
        "symbolLimit": MAX_LEGEND,
        "symbolStrokeWidth": 2.5,
        "symbolOpacity": 1,
    },
    "title": {"color": INK, "subtitleColor": INK, "fontSize": 14, "fontWeight": 600, "anchor": "start", "offset": 14},
    "range": {"category": list(COLOURS)},
    "mark": {"color": BLUE},
    "rule": {"color": INK},
    "text": {"color": INK},
}


def frame(title: str, subtitle: str = "", *, height: Any = 300) -> dict[str, Any]:
    """Return a Vega-Lite specification without marks: schema, title, source, size and looks.

    Add marks and encodings to it, and draw a table by `plot_table`. All columns of the table are there by their names.

    Args:
        title: what stands above the chart.
        subtitle: a line below it.
        height: in pixels, of the whole chart; or what Vega-Lite takes as height, such as ``{"step": 20}`` for each row.
    """
    spec: dict[str, Any] = {
        "$schema": SCHEMA,
        "title": {"text": title, **({"subtitle": subtitle} if subtitle else {})},
        "data": {"name": "table"},
        "width": "container",
        "height": height,
        "background": "transparent",
        "config": _CONFIG,
    }
    if isinstance(height, int):
        spec["autosize"] = {"type": "fit", "contains": "padding"}
    if not title:
        del spec["title"]
    return spec
