"""The workspace of a project: the run list, the panels, and the view that both make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from dashboard_charts import chart, lines, panel, point, readout

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def rows(page: Page) -> Locator:
    """Return the rows of the run list."""
    return page.get_by_role("complementary", name="Runs").get_by_role("listitem")


def test_each_key_has_a_panel_in_its_section(look: Any) -> None:
    """Panels appear by themselves, in sections by the prefix of their key."""
    page = look("p/digits")
    for section in ("train", "val"):
        expect(page.get_by_role("heading", name=re.compile(f"^{section}"), level=2)).to_be_visible()
    chart(page, "train/loss")
    expect(panel(page, "grad_norm")).to_be_visible()


def test_the_list_has_every_run_with_its_state(look: Any) -> None:
    """Each run stands in the list with name and state; the newest first."""
    page = look("p/digits")
    expect(rows(page)).to_have_count(6)
    expect(rows(page).filter(has_text="alpha run").get_by_role("img", name="finished")).to_be_visible()
    for state in ("failed", "crashed"):
        expect(rows(page).get_by_role("img", name=state)).to_be_visible()


def test_search_takes_a_regular_expression(look: Any) -> None:
    """The list keeps the runs whose name or tag matches, and the charts follow it."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("searchbox", name="Search runs").or_(page.get_by_label("Search runs")).first.fill("^(alpha|beta) ")
    expect(rows(page)).to_have_count(2)
    expect(lines(page, "train/loss")).to_have_count(2)


def test_a_wrong_expression_is_told(look: Any) -> None:
    """A regular expression that is none is told at the field, and nothing breaks."""
    look.provoked.append("400")
    page = look("p/digits")
    expect(rows(page)).to_have_count(6)
    page.get_by_label("Search runs").first.fill("(")
    expect(page.get_by_role("alert").filter(has_text="is no regular expression").first).to_be_visible()


def test_an_eye_hides_a_run(look: Any) -> None:
    """A run whose eye is shut leaves the charts, and stays in the list."""
    page = look("p/digits")
    expect(lines(page, "train/loss")).to_have_count(6)
    page.get_by_role("button", name="Show alpha run in charts").click()
    expect(lines(page, "train/loss")).to_have_count(5)
    expect(rows(page)).to_have_count(6)


def test_runs_are_grouped_by_config(look: Any) -> None:
    """Runs grouped by a config value become one line a group, with a band around it."""
    page = look("p/digits")
    expect(lines(page, "train/loss")).to_have_count(6)
    page.get_by_role("button", name=re.compile("^Group")).click()
    page.get_by_text("model", exact=True).first.click()
    page.keyboard.press("Escape")
    expect(lines(page, "train/loss").filter(has_text=re.compile("vit|resnet"))).to_have_count(2)


def test_the_order_can_be_turned(look: Any) -> None:
    """The list is sorted by what is chosen, up or down."""
    page = look("p/digits")
    expect(rows(page).first).to_contain_text(re.compile("-6"))
    page.get_by_role("button", name="Largest and newest first").click()
    expect(rows(page).first).to_contain_text("alpha run")


def test_a_pinned_run_stays_on_top(look: Any) -> None:
    """A run that is pinned is shown first."""
    page = look("p/digits")
    rows(page).filter(has_text="alpha run").hover()
    page.get_by_role("button", name="More for alpha run").click()
    page.get_by_role("menuitem", name="Pin to the top").click()
    expect(page.get_by_label("Pinned").first).to_be_visible()


def test_the_cursor_shows_values_everywhere(look: Any) -> None:
    """Pointing at one chart shows the values there, and in the charts beside it those of the same step."""
    page = look("p/digits")
    chart(page, "train/loss")
    chart(page, "train/lr")
    point(page, "train/loss", 0.5, readout(page).filter(has_text=re.compile(r"alpha run.*0\.\d")))
    expect(lines(page, "train/lr").filter(has_text="alpha run")).to_contain_text(re.compile(r"0\.0\d"))


def test_smoothing_keeps_the_original(look: Any) -> None:
    """The slider smooths all charts, and the address keeps it."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("slider", name="Smoothing of all charts").fill("0.8")
    expect(page).to_have_url(re.compile(r"\?v="))
    page.reload()
    expect(page.get_by_role("slider", name="Smoothing of all charts")).to_have_value("0.8")


@pytest.mark.parametrize("axis", ["relative", "time", "key:epoch", "step"])
def test_x_can_be_chosen(look: Any, axis: str) -> None:
    """Charts are drawn over steps, over time, and over another metric."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("button", name="Settings of all charts").click()
    with page.expect_request(lambda request: request.url.endswith("/series/query")) as asked:
        page.get_by_role("dialog", name="Settings of all charts").get_by_label("X axis").select_option(axis)
        if axis == "step":
            page.reload()
    assert asked.value.post_data_json["x"] == axis
    chart(page, "train/loss")


@pytest.mark.parametrize("name", ["Logarithmic y", "Logarithmic x", "Cut outliers off the y axis"])
def test_axes_can_be_changed(look: Any, name: str) -> None:
    """Logarithmic axes and cut outliers are a switch each, kept in the address."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("button", name="Settings of all charts").click()
    page.get_by_role("dialog", name="Settings of all charts").get_by_text(name).click()
    expect(page).to_have_url(re.compile(r"\?v="))
    chart(page, "train/loss")


def test_a_panel_can_be_added_edited_and_removed(look: Any) -> None:
    """A panel is made of chosen keys, gets a title, and goes again; each is undone by a key."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("button", name="Panel", exact=True).click()
    dialog = page.get_by_role("dialog", name="New panel")
    dialog.get_by_label("Title").fill("both losses")
    dialog.get_by_text("train/loss", exact=True).first.click()
    dialog.get_by_text("val/loss", exact=True).first.click()
    dialog.get_by_role("button", name="Add").click()
    expect(panel(page, "both losses")).to_be_visible()
    panel(page, "both losses").hover()
    panel(page, "both losses").get_by_role("button", name="More for both losses").click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(panel(page, "both losses")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(panel(page, "both losses")).to_be_visible()


def test_a_panel_fills_the_window(look: Any) -> None:
    """A panel is shown in full, arrow keys go to the next, Escape back."""
    page = look("p/digits", height=900)
    page.get_by_label("Search panels").first.fill("train")
    panel(page, "train/loss").hover()
    panel(page, "train/loss").get_by_role("button", name="Full screen: train/loss").click()
    full = page.get_by_role("dialog", name="train/loss")
    expect(full.get_by_role("list", name="Lines")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="train/lr")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_panel_moves_and_grows(look: Any) -> None:
    """A panel is moved by the arrow keys, and made wider from its menu."""
    page = look("p/digits")
    chart(page, "train/loss")
    panel(page, "train/loss").get_by_role("button", name="Move train/loss: arrow keys, or drag").press("ArrowRight")
    left = panel(page, "train/loss").bounding_box()
    other = panel(page, "train/lr").bounding_box()
    assert left is not None
    assert other is not None
    assert left["x"] > other["x"] or left["y"] > other["y"]
    panel(page, "train/loss").hover()
    panel(page, "train/loss").get_by_role("button", name="More for train/loss").click()
    page.get_by_role("menuitem", name="Wider").click()
    wider = panel(page, "train/loss").bounding_box()
    assert wider is not None
    assert wider["width"] > left["width"] * 1.5


def test_a_view_is_saved_and_opened(look: Any) -> None:
    """A view gets a name, is there for everybody who opens the project, and goes again."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_role("slider", name="Smoothing of all charts").fill("0.5")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("smooth")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("View “smooth” saved")).to_be_visible()
    other = look("p/digits")
    other.get_by_role("button", name="Views").click()
    other.get_by_role("menuitem", name="smooth", exact=True).click()
    expect(other.get_by_role("slider", name="Smoothing of all charts")).to_have_value("0.5")
    other.get_by_role("button", name="Views").click()
    other.get_by_role("menuitem", name="Remove “smooth”").click()
    expect(other.get_by_text("View “smooth” removed")).to_be_visible()


def test_panels_are_searched(look: Any) -> None:
    """A search over the panels leaves those that have it in their name."""
    page = look("p/digits")
    chart(page, "train/loss")
    page.get_by_label("Search panels").first.fill("accuracy")
    expect(page.get_by_role("region").filter(has=page.locator("canvas"))).to_have_count(1)


def test_a_new_point_and_a_new_run_appear(look: Any, train: Any) -> None:
    """What a script logs shows without a reload, and nothing that was there is asked for again."""
    page = look("p/digits")
    expect(rows(page)).to_have_count(6)
    trainer = train("digits", "live-one")
    trainer.log(**{"train/loss": 0.5})
    expect(rows(page)).to_have_count(7)
    chart(page, "train/loss")
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.post_data_json) if "series/query" in request.url else None)
    with page.expect_response(lambda response: "series/query" in response.url):
        trainer.log(**{"train/loss": 0.25})
    whole = [one for body in asked for one in body.get("series") or [] if not one.get("from")]
    assert not [one for one in whole if one["run"] != "live-one"]
    trainer.finish()
    expect(rows(page).filter(has=page.get_by_role("img", name="running"))).to_have_count(0)
