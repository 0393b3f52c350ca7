"""Panels of what is more than numbers: each kind of media that the training logged is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from playwright.sync_api import expect

import trailmark

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from dashboard_support import Server

QUIET = {"silent": True, "console": "off", "system": False, "requirements": False, "git": False}


def panel(page: Page, key: str) -> Locator:
    """Return the panel of a key, after a search for it."""
    page.get_by_label("Search panels").first.fill(key)
    found = page.get_by_role("region", name=key, exact=True)
    expect(found).to_be_visible()
    return found


def test_images_of_each_step(look: Any) -> None:
    """Images show with boxes and masks, and go step by step."""
    page = look("p/digits")
    shown = panel(page, "samples")
    expect(shown.get_by_text("epoch 5").first).to_be_visible()
    shown.get_by_role("button", name="Previous step").first.click()
    expect(shown.get_by_text("epoch 4").first).to_be_visible()
    shown.get_by_role("button", name="Boxes and masks").first.click()
    expect(page.get_by_text("digit").first).to_be_visible()


def test_histograms_over_steps(look: Any) -> None:
    """Histograms are a heat map over steps."""
    page = look("p/digits")
    expect(panel(page, "weights").locator("canvas").first).to_be_visible()


def test_a_table_is_searched_and_sorted(look: Any) -> None:
    """A logged table has its rows and images, and is searched."""
    page = look("p/digits")
    shown = panel(page, "predictions")
    expect(shown.get_by_text("digit 0").first).to_be_visible()
    expect(shown.locator("img").first).to_be_visible()


def test_a_chart_is_drawn(look: Any) -> None:
    """A chart of `trailmark.plot` is drawn by Vega-Lite, without a script of another place."""
    page = look("p/digits")
    expect(panel(page, "confusion").locator("svg, canvas").first).to_be_visible()


def test_a_plotly_figure_is_drawn(look: Any) -> None:
    """A Plotly figure is drawn."""
    page = look("p/digits")
    expect(panel(page, "figure").get_by_text("A Plotly figure").first).to_be_visible()


def test_a_sound_can_be_played(look: Any) -> None:
    """A sound has a player."""
    page = look("p/digits")
    shown = panel(page, "tone")
    expect(shown.get_by_role("button", name=re.compile("Play")).or_(shown.locator("audio")).first).to_be_attached()


def test_a_text_is_read(look: Any) -> None:
    """A logged text is shown as it is."""
    page = look("p/digits")
    expect(panel(page, "remark").get_by_text("a text that was logged").first).to_be_visible()


def test_a_scene_is_drawn(look: Any) -> None:
    """A cloud of points is drawn."""
    page = look("p/digits")
    expect(panel(page, "points").locator("canvas").first).to_be_visible()


def test_panels_over_runs_can_be_added(look: Any) -> None:
    """Scatter, bars and parallel coordinates are made of columns of the runs."""
    page = look("p/digits")
    expect(page.get_by_role("region", name="grad_norm", exact=True)).to_be_visible()
    for kind in ("Scatter", "Bar", "Parallel"):
        page.get_by_role("button", name="Panel", exact=True).click()
        dialog = page.get_by_role("dialog", name="New panel")
        option = dialog.get_by_label("Kind").locator("option", has_text=re.compile(f"^{kind}")).first
        dialog.get_by_label("Kind").select_option(label=option.inner_text())
        dialog.get_by_label("Title").fill(f"new {kind}")
        expect(dialog.get_by_role("button", name="Add")).to_be_visible()
        if not dialog.get_by_role("button", name="Add").is_enabled():
            dialog.get_by_text("train/loss", exact=True).first.click()
        dialog.get_by_role("button", name="Add").click()
        expect(page.get_by_role("region", name=f"new {kind}")).to_be_visible()


def test_any_number_of_scenes_is_drawn(look: Any, server: Server) -> None:
    """More scenes than a browser keeps WebGL contexts for are all drawn, and stay."""
    clouds = [trailmark.Object3D(np.random.default_rng(number).random((50, 3))) for number in range(20)]
    with trailmark.init(project="clouds", id="many", dir=str(server.root), settings=QUIET) as run:
        run.log({"clouds": clouds})
    page = look("p/clouds")
    scenes = page.get_by_role("region", name="clouds", exact=True).get_by_role("application")
    expect(scenes).to_have_count(len(clouds))
    # Of a canvas whose context was taken away nothing can be copied but emptiness.
    drawn = """(scenes) => scenes.filter((scene) => {
        const copy = new OffscreenCanvas(scene.width, scene.height).getContext("2d");
        copy.drawImage(scene, 0, 0);
        return copy.getImageData(0, 0, scene.width, scene.height).data.some((part) => part > 0);
    }).length"""
    page.wait_for_function(f"() => ({drawn})([...document.querySelectorAll('[role=application]')]) === {len(clouds)}")


def test_joined_tables_are_one_table(look: Any, server: Server) -> None:
    """Two tables that were logged as joined are shown as the table that they make."""
    names = trailmark.Table(columns=["id", "name"], data=[[1, "first"], [2, "second"]])
    scores = trailmark.Table(columns=["id", "score"], data=[[2, 0.25]])
    with trailmark.init(project="joined", id="one", dir=str(server.root), settings=QUIET) as run:
        run.log({"both": trailmark.JoinedTable(names, scores, "id")})
    page = look("p/joined")
    table = page.get_by_role("region", name="both", exact=True).get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="second")).to_contain_text("0.25")
    expect(table.get_by_text("first")).to_have_count(0)
