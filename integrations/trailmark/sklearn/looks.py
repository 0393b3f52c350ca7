"""How charts of this adapter look: as those of `trailmark.plot`, whose colours and fonts they take over.

Owns the subtitle, where a chart says what it leaves out.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.plot import frame

if TYPE_CHECKING:
    from trailmark.plot import Chart

__all__ = ["colours", "drawn", "frame", "ink", "subtitled"]


@functools.cache
def _config() -> dict[str, Any]:
    """Return what all charts have in common."""
    config: dict[str, Any] = frame("")["config"]
    return config


def ink() -> str:
    """Return the grey of axes and texts, which is read on light and on dark pages."""
    return str(_config()["axis"]["labelColor"])


def colours() -> list[str]:
    """Return the colours of series, in their order."""
    return list(_config()["range"]["category"])


def subtitled(chart: Chart, *notes: str) -> Chart:
    """Add to a chart's subtitle what there is to say, and return the chart."""
    title = chart.spec.get("title")
    before = title.get("subtitle", "") if isinstance(title, dict) else ""
    told = "; ".join(note for note in (before, *notes) if note)
    if told:
        chart.spec["title"] = {"text": chart.title, "subtitle": told}
    return chart


def drawn(spec: dict[str, Any], **columns: Any) -> Chart:
    """Return the chart of a specification and of columns: lists or arrays, by name."""
    table = trailmark.Table(columns=[])
    for name, values in columns.items():
        table.add_column(name, values)
    return trailmark.plot_table(spec, table)
