"""What tests of charts share: the columns that a specification draws, and the judgement of Vega-Lite itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from trailmark.media.chart import Chart


def check_fields(chart: Chart) -> set[str]:
    """Return the columns that a chart draws, all of which its table has."""
    made = {value for key, value in _pairs(chart.spec) if key == "as"}
    named = {value for key, value in _pairs(chart.spec) if key in ("field", "groupby", "fields")}
    inside = {name for key, value in _pairs(chart.spec) if key == "calculate" for name in _in_expression(value)}
    columns = {re.sub(r"\\(.)", r"\1", name) for name in named - made} | (inside - made)
    assert columns <= set(chart.table.columns)
    return columns


def _in_expression(text: str) -> list[str]:
    return re.findall(r"datum\.(\w+)", text) + re.findall(r"datum\['([^']+)'\]", text)


def _pairs(part: Any) -> Iterator[tuple[str, str]]:
    """Yield each text of a specification with the key that it stands under."""
    if isinstance(part, dict):
        for key, value in part.items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield key, text
            yield from _pairs(value)
    elif isinstance(part, list):
        for value in part:
            yield from _pairs(value)


def draw(chart: Chart, capfd: pytest.CaptureFixture[str]) -> str:
    """Return the SVG that Vega-Lite draws, which has no fault to find with the specification."""
    import vl_convert

    spec = {**chart.to_vega(), "width": 400} if chart.spec.get("width") == "container" else chart.to_vega()
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="5.21", show_warnings=True)
    said = capfd.readouterr()
    assert "WARN" not in said.out + said.err
    assert "NaN" not in svg
    assert "undefined" not in svg
    return svg
