"""Charts: what is read at the cursor, zooms, the list of lines, ranks, and what is exported."""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from dashboard_charts import DEADLINE_S, chart, drag, lines, panel, point, readout

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

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


def view(**choices: Any) -> str:
    """Return choices as the `v` of an address, see dashboard/src/workspace/encoding.ts."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(choices).encode()) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def added(kind: str, **more: Any) -> dict[str, Any]:
    """Return a view with one panel more, whose title is its kind."""
    one = {"added": True, "kind": kind, "title": kind, "section": "Charts", "width": 2, "height": 16, "options": {}}
    return {"panels": {"one": one | more}, "sectionOrder": ["Charts"]}


def exported(page: Page, title: str, item: str) -> Path:
    """Export the chart in a panel, and return the file."""
    panel(page, title).hover()
    panel(page, title).get_by_role("button", name="Export this chart").click()
    with page.expect_download() as waited:
        page.get_by_role("menuitem", name=item).click()
    return Path(waited.value.path())


def table_of(file: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def logged(page: Page, server: Server, run: str, key: str) -> tuple[Floats, Floats]:
    """Return steps and values as they were logged."""
    query = f"export?format=csv&what=series&runs={run}&keys={quote(key)}"
    text = page.request.get(f"{server.url}/api/v1/projects/digits/{query}").text()
    table = [row for row in csv.DictReader(text.splitlines()) if row[key]]
    return np.array([float(row["step"]) for row in table]), np.array([float(row[key]) for row in table])


def smoothed(kind: str, amount: float, x: Floats, y: Floats) -> Floats:
    """Smooth as docs/ui.md says, written anew."""
    if kind == "None":
        return y
    width = x[-1] - x[0]
    apart = x[:, None] - x[None, :]
    count = np.arange(len(x))
    weights = {
        "Time-weighted average": np.where(apart >= 0, min(np.sqrt(amount), 0.999) ** (apart.clip(0) * 1000 / width), 0),
        "Exponential average": np.where(
            apart >= 0, amount ** (count[:, None] - count[None, :]).clip(0).astype(float), 0
        ),
        "Gaussian": np.exp(-((apart / (amount * width / 10)) ** 2) / 2) * (np.abs(apart) <= 3 * amount * width / 10),
        "Running mean": (np.abs(apart) <= amount * width / 8).astype(float),
    }[kind]
    averaged: Floats = weights @ y / weights.sum(axis=1)
    return averaged


def read(page: Page, key: str, fraction: float) -> tuple[int, list[str]]:
    """Move the hand over a chart with one line, and return the step and what is read out there."""
    page.mouse.move(0, 0)
    expect(readout(page)).to_have_count(0)
    point(page, key, fraction, readout(page))
    where, *cells = page.evaluate(
        "() => { const row = document.querySelector('[aria-hidden=true] tr');"
        "return [row.closest('[aria-hidden=true]').firstElementChild.textContent,"
        " ...[...row.cells].slice(2).map((cell) => cell.textContent)] }"
    )
    return int(where.removeprefix("step ").replace(",", "")), [cell for cell in cells if cell]


@pytest.mark.parametrize("kind", ["Exponential average", "Gaussian", "Running mean", "None", "Time-weighted average"])
def test_each_smoothing_draws_what_its_formula_says(look: Any, server: Server, kind: str) -> None:
    """What is read of a smoothed line is what the formula gives, and beside it stands what was logged."""
    page = look(f"p/digits?v={view(search='^alpha ')}")
    steps, values = logged(page, server, "alpha", "train/loss")
    wanted = smoothed(kind, 0.8, steps, values)
    assert kind == "None" or np.abs(wanted - values).max() > 0.02
    chart(page, "train/loss")
    page.get_by_role("button", name="Settings of all charts").click()
    settings = page.get_by_role("dialog", name="Settings of all charts")
    settings.get_by_role("combobox", name="Smoothing", exact=True).select_option(kind)
    if kind != "None":
        settings.get_by_role("slider", name="How much").fill("0.8")
    page.keyboard.press("Escape")
    for fraction in (0.1, 0.5, 0.9):
        deadline = time.monotonic() + DEADLINE_S
        while True:
            step, cells = read(page, "train/loss", fraction)
            found = [float(cell) for cell in cells]
            at = int(np.flatnonzero(steps == step)[0])
            expected = [wanted[at]] if kind == "None" else [wanted[at], values[at]]
            # Four digits are read out, and the dashboard looks Gaussian weights up in a table of 64 a deviation.
            if found == pytest.approx(expected, rel=2e-3):
                break
            assert time.monotonic() < deadline, f"{kind}, step {step}: {found}, not {expected}"


def test_a_link_shows_the_same_zoom(look: Any) -> None:
    """The address has the zoom: whoever opens it sees the same range, also after going away and back."""
    page = look("p/long")
    chart(page, "loss")
    drag(page, "loss", 0.4, 0.6)
    expect(page).to_have_url(re.compile(r"[?&]z="))
    other = look(page.url.partition("/p/")[2].join(["p/", ""]))
    for each in (page, other):
        expect(panel(each, "loss").get_by_role("button", name="Reset zoom")).to_be_visible()
    assert read(other, "loss", 0.5)[0] == pytest.approx(read(page, "loss", 0.5)[0], abs=10_000)
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("grid").or_(page.get_by_role("table")).first).to_be_visible()
    page.go_back()
    expect(panel(page, "loss").get_by_role("button", name="Reset zoom")).to_be_visible()
    panel(page, "loss").locator(".u-over").dblclick()
    expect(panel(page, "loss").get_by_role("button", name="Reset zoom")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"[?&]z="))


@pytest.mark.parametrize("together", [True, False])
def test_charts_zoom_together_if_that_is_chosen(look: Any, together: bool) -> None:  # noqa: FBT001
    """A zoom is of one chart, or of all over the same x."""
    page = look(f"p/digits?v={view(settings={'zoomTogether': together})}")
    chart(page, "train/loss")
    chart(page, "train/lr")
    drag(page, "train/loss", 0.3, 0.7)
    expect(panel(page, "train/loss").get_by_role("button", name="Reset zoom")).to_be_visible()
    expect(panel(page, "train/lr").get_by_role("button", name="Reset zoom")).to_have_count(int(together))


def test_all_lines_are_listed_behind_more(look: Any) -> None:
    """What has no room in the legend is in a list with values, which finds lines, and hides their runs."""
    page = look(f"p/digits?v={view(**added('line', keys=['train/loss', 'train/lr', 'grad_norm']))}")
    chart(page, "line")
    panel(page, "line").get_by_role("button", name=re.compile(r"^\+\d+ more$")).click()
    listed = page.get_by_role("dialog", name="All lines")
    expect(listed.get_by_text(re.compile(r"^\d+ lines, last values$"))).to_be_visible()
    listed.get_by_label("Search lines").fill("alpha run")
    expect(listed.get_by_role("listitem")).to_have_count(3)
    point(page, "line", 0.5, listed.get_by_text(re.compile("of .* lines, step")))
    expect(listed.get_by_role("listitem").filter(has_text="grad_norm")).to_contain_text(re.compile(r"0\.01\d"))
    listed.get_by_role("button", name="Hide alpha run · train/loss").click()
    expect(listed.get_by_role("listitem")).to_have_count(0)
    eye = page.get_by_role("button", name="Show alpha run in charts")
    expect(eye).to_have_attribute("aria-pressed", "false")
    page.get_by_role("status").filter(has_text="hidden").get_by_role("button", name="Undo").click()
    expect(eye).to_have_attribute("aria-pressed", "true")


def test_ranks_are_laid_over_each_other(look: Any, server: Server) -> None:
    """A run of several ranks shows rank 0, or a line of each rank; the setting is there only for such runs."""
    code = (
        f"import os, trailmark; run = trailmark.init(project='ranks', id='job', dir={str(server.root)!r},"
        "settings={'silent': True, 'system': False}); "
        "[run.log({'loss': int(os.environ['RANK']) + 1}) for _ in range(9)]"
    )
    job = {**os.environ, "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "ranks"}
    ranks = [subprocess.Popen([sys.executable, "-c", code], env={**job, "RANK": rank}) for rank in "01"]
    assert [rank.wait(60) for rank in ranks] == [0, 0]
    page = look("p/ranks")
    chart(page, "loss")
    expect(lines(page, "loss")).to_have_count(1)
    panel(page, "loss").hover()
    panel(page, "loss").get_by_role("button", name="Edit loss").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("All 2 ranks").click()
    dialog.get_by_role("button", name="Save").or_(dialog.get_by_role("button", name="Done")).click()
    expect(lines(page, "loss")).to_have_text(["rank 0", "rank 1"])
    point(page, "loss", 0.5, readout(page).filter(has_text=re.compile(r"rank 1\s*2")))
    other = look("p/digits")
    chart(other, "train/loss").hover()
    panel(other, "train/loss").get_by_role("button", name="Edit train/loss").click()
    expect(other.get_by_role("dialog").get_by_label("Unit")).to_be_visible()
    expect(other.get_by_role("dialog").get_by_text("ranks")).to_have_count(0)


KINDS: dict[str, dict[str, Any]] = {
    "scatter": {"options": {"x": "config.lr", "y": "config.layers"}},
    "bar": {"keys": ["train/loss"], "options": {"value": "min"}},
    "parallel": {"options": {"axes": ["config.lr", "config.model"]}},
    "histogram": {"keys": ["weights"]},
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_picture(look: Any, kind: str, theme: str) -> None:
    """A picture of a chart has its marks, on the ground of the theme that was asked for."""
    page = look(f"p/digits?v={view(**added(kind, **KINDS[kind]))}")
    expect(panel(page, kind).get_by_role("button", name="Export this chart")).to_be_visible()
    with Image.open(exported(page, kind, f"Picture, {theme} (PNG)")) as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    ground = pixels[0]
    assert (ground.min() > 200) == (theme == "light")
    coloured = (pixels.max(axis=1) - pixels.min(axis=1)) > 60
    assert 200 < coloured.sum() < len(pixels) / 2


def test_each_kind_gives_its_values(look: Any, server: Server) -> None:
    """The CSV of a chart has what is drawn: columns of runs, one value of a metric, bins of histograms."""
    tables = {}
    for kind, more in KINDS.items():
        page = look(f"p/digits?v={view(search='^alpha ', **added(kind, **more))}")
        expect(panel(page, kind).get_by_role("button", name="Export this chart")).to_be_visible()
        tables[kind] = table_of(exported(page, kind, "Values (CSV)"))
    assert tables["scatter"] == [{"run": "alpha", "name": "alpha run", "config.lr": "0.1", "config.layers": "2"}]
    assert tables["parallel"] == [{"run": "alpha", "name": "alpha run", "config.lr": "0.1", "config.model": "vit"}]
    least = logged(look("p/digits"), server, "alpha", "train/loss")[1].min()
    assert [float(row["min of train/loss"]) for row in tables["bar"]] == [least]
    steps = {row["step"] for row in tables["histogram"]}
    assert len(steps) == 6  # epochs
    assert sum(float(row["count"]) for row in tables["histogram"]) == pytest.approx(6 * 500, rel=1e-6)


def test_points_are_exported(look: Any) -> None:
    """CSV has all points that were logged, with the run, step and time of each."""
    page = look("p/digits")
    chart(page, "train/loss")
    table = table_of(exported(page, "train/loss", "All points (CSV)"))
    assert {"run", "step", "time", "train/loss"} <= table[0].keys()
    assert sum(row["run"] == "alpha" for row in table) == 120


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_exported(look: Any, theme: str) -> None:
    """PNG is a picture of the chart."""
    page = look("p/digits")
    chart(page, "train/loss")
    assert exported(page, "train/loss", f"Picture, {theme} (PNG)").read_bytes().startswith(b"\x89PNG")
