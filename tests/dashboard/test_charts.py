"""Charts: what is read at the cursor, zooms, the list of lines, ranks, and what is exported."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard_charts import DEADLINE_S, chart, drag, lines, panel, point, readout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Response

    from dashboard_support import Server

SPIKE = 123_457  # see training/showcase.py
STEPS = 1_000_000
Floats = np.ndarray[Any, np.dtype[np.float64]]


def largest(answer: Response) -> float:
    """Return the largest value in a binary answer of the server, see docs/http.md."""
    content = answer.body()
    end = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:end])
    arrays = []
    for array in header["arrays"]:
        kind = np.dtype(f"<{array['type']}")
        arrays.append(np.frombuffer(content, kind, array["length"], end))
        end += -(-kind.itemsize * array["length"] // 8) * 8
    return max(float(arrays[series["y" if series["exact"] else "max"]].max()) for series in header["series"])


def test_one_point_in_a_million_is_seen(look: Any) -> None:
    """The one point that stands out is in what is drawn at every zoom, and is read where the hand is."""
    page = look("p/long")
    chart(page, "loss")
    point(page, "loss", SPIKE / STEPS, readout(page).filter(has_text="… 100"))
    with page.expect_response("**/api/v1/series/query") as answered:
        drag(page, "loss", 0.05, 0.25)
    assert largest(answered.value) == 100
    low, high = answered.value.request.post_data_json["range"]
    place = (SPIKE - low) / (high - low)
    with page.expect_response("**/api/v1/series/query") as answered:
        drag(page, "loss", place - 0.05, place + 0.05)
    assert largest(answered.value) == 100


def test_a_zoom_asks_for_more_points(look: Any) -> None:
    """A box drawn over a chart is shown at the resolution that its points have, and a double click shows all again."""
    page = look("p/long")
    chart(page, "loss")
    with page.expect_request("**/api/v1/series/query") as asked:
        drag(page, "loss", 0.4, 0.6)
    low, high = asked.value.post_data_json["range"]
    assert 0 < low < high < 1_000_000
    panel(page, "loss").get_by_role("button", name="Reset zoom").click()
    expect(panel(page, "loss").get_by_role("button", name="Reset zoom")).to_have_count(0)


@pytest.mark.parametrize("kind", ["Exponential average", "Gaussian", "Running mean", "None", "Time-weighted average"])
def test_each_smoothing_can_be_chosen(look: Any, kind: str) -> None:
    """Each kind of smoothing draws."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("button", name="Settings of all charts").click()
    page.get_by_role("dialog", name="Settings of all charts").get_by_role(
        "combobox", name="Smoothing", exact=True
    ).select_option(kind)
    chart(page, "train/loss")


def test_points_are_exported(look: Any) -> None:
    """CSV has all points that were logged, with the run, step and time of each."""
    page = look("p/digits")
    chart(page, "train/loss").hover()
    panel(page, "train/loss").get_by_role("button", name="Export this chart").click()
    with page.expect_download() as waited:
        page.get_by_role("menuitem", name="All points (CSV)").click()
    with waited.value.path().open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert {"run", "step", "time", "train/loss"} <= table[0].keys()
    assert sum(row["run"] == "alpha" for row in table) == 120


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_exported(look: Any, theme: str) -> None:
    """PNG is a picture of the chart."""
    page = look("p/digits")
    chart(page, "train/loss").hover()
    panel(page, "train/loss").get_by_role("button", name="Export this chart").click()
    with page.expect_download() as waited:
        page.get_by_role("menuitem", name=f"Picture, {theme} (PNG)").click()
    assert waited.value.path().read_bytes().startswith(b"\x89PNG")


