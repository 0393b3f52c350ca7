"""How all charts look."""

from __future__ import annotations

import json

import pytest

from trailmark.plot.style import BLUE, COLOURS, INK, frame


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#111318"])
def test_text_is_read_on_any_page(page: str) -> None:
    """The grey of all text has a contrast of 4 and more to white and to nearly black."""
    assert _contrast(INK, page) > 4
    assert _contrast(BLUE, page) > 3


def test_colours_differ() -> None:
    """No colour is there twice."""
    assert len(set(COLOURS)) == len(COLOURS)


def test_frame_has_no_background() -> None:
    """The page shows through, and the width is the page's."""
    spec = frame("T", height=200)
    assert spec["background"] == "transparent"
    assert (spec["width"], spec["height"], spec["title"]["text"]) == ("container", 200, "T")
    assert "title" not in frame("")
    json.dumps(spec, allow_nan=False)
