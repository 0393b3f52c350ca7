"""What the tests of charts share: the chart of a key, its lines, and the hand over it."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DEADLINE_S = 30.0


def panel(page: Page, key: str) -> Locator:
    """Return the panel of a key."""
    return page.get_by_role("region", name=key, exact=True)


def chart(page: Page, key: str) -> Locator:
    """Return the chart in the panel of a key, when it is drawn."""
    found = panel(page, key).get_by_role("group", name=f"{key} over")
    expect(found.locator(".u-over").first).to_be_visible()
    return found


def lines(page: Page, key: str) -> Locator:
    """Return the legend of a chart."""
    return panel(page, key).get_by_role("list", name="Lines").get_by_role("listitem")


def readout(page: Page) -> Locator:
    """Return the lines of what a chart says beside the hand; for eyes only, as the legend says it to others."""
    return page.locator("[aria-hidden=true] tr")


def point(page: Page, key: str, fraction: float, wanted: Locator) -> None:
    """Move the hand over a chart, at a fraction of its width, until it shows what is wanted."""
    over = panel(page, key).locator(".u-over").first
    deadline = time.monotonic() + DEADLINE_S
    nudges = itertools.cycle(range(-6, 7))  # pixels; the one that is meant may be beside it
    while not wanted.count():
        assert time.monotonic() < deadline, f"{key} does not show it at {fraction}"
        box = over.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * fraction + next(nudges), box["y"] + box["height"] / 2)
        page.wait_for_timeout(50)


def drag(page: Page, key: str, start: float, end: float) -> None:
    """Draw a box over a part of a chart, given as fractions of its width."""
    box = panel(page, key).locator(".u-over").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, middle, steps=3)
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=3)
    page.mouse.up()
