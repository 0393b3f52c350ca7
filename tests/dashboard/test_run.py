"""The page of a run: overview, charts, system, logs, files, code, artifacts, and what can be changed there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

import trailmark

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def _edited(root: Path, run: str) -> Any:
    """Return a run as it is on the disk."""
    return trailmark.Api(root).run(f"digits/{run}")


def _eventually(page: Page, read: Any, expected: Any) -> None:
    """Wait until what is read is as expected: an edit is on its way through the server."""
    for _ in range(150):
        if read() == expected:
            return
        page.wait_for_timeout(100)
    assert read() == expected


def test_overview_tells_what_there_is(look: Any) -> None:
    """Results, inputs, git, command and host of a run are on its first page."""
    page = look("p/digits/runs/alpha")
    expect(page.get_by_role("heading", level=1)).to_contain_text("alpha run")
    main = page.get_by_role("main")
    for text in ("optimizer", "adam", "parameters", "showcase.py", "How"):
        expect(main.get_by_text(text).first).to_be_visible()
    for tab in ("Overview", "Charts", "System", "Logs", "Files", "Code", "Artifacts"):
        expect(page.get_by_role("tab", name=re.compile(f"^{tab}"))).to_be_visible()


def test_the_name_is_edited_in_place(look: Any, root: Path) -> None:
    """A new name is in the journal at once, and shown on every page."""
    page = look("p/digits/runs/beta")
    page.get_by_role("button", name=re.compile("^Name of the run: ")).click()
    page.get_by_label("Name of the run").fill("beta renamed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("beta renamed")
    _eventually(page, lambda: _edited(root, "beta").name, "beta renamed")
    page.get_by_role("button", name=re.compile("^Name of the run: ")).click()
    page.get_by_label("Name of the run").fill("beta run")
    page.keyboard.press("Enter")
    _eventually(page, lambda: _edited(root, "beta").name, "beta run")


def test_notes_and_tags_are_edited_in_place(look: Any, root: Path) -> None:
    """Notes and tags are changed where they are read."""
    page = look("p/digits/runs/beta")
    page.get_by_role("button", name="Edit the notes").click()
    page.get_by_role("textbox", name="Notes").fill("**better** than alpha")
    page.keyboard.press("Control+Enter")
    expect(page.locator("strong", has_text="better")).to_be_visible()
    _eventually(page, lambda: _edited(root, "beta").notes, "**better** than alpha")
    page.get_by_role("button", name="tag", exact=True).click()
    page.get_by_label("New tag").fill("looked-at")
    page.keyboard.press("Enter")
    _eventually(page, lambda: _edited(root, "beta").tags, ["small", "looked-at"])
    page.get_by_role("button", name="Remove the tag looked-at").click()
    _eventually(page, lambda: _edited(root, "beta").tags, ["small"])


def test_charts_of_the_run(look: Any) -> None:
    """The run's own metrics are drawn."""
    page = look("p/digits/runs/alpha/charts")
    drawn = page.get_by_role("group", name="train/loss over")
    drawn.scroll_into_view_if_needed()
    expect(drawn.locator("canvas").first).to_be_visible()


def test_system_metrics_of_the_run(look: Any) -> None:
    """What was measured of the machine is drawn."""
    page = look("p/digits/runs/alpha/system")
    expect(page.locator("canvas").first).to_be_visible()


def test_logs_have_their_colours_and_can_be_searched(look: Any) -> None:
    """The console is shown with its colours, and a search finds lines."""
    page = look("p/digits/runs/alpha/logs")
    expect(page.get_by_text("epoch 0").first).to_be_visible()
    green = page.get_by_text("epoch 0").first
    assert green.evaluate("e => getComputedStyle(e).color") != page.get_by_text("loss", exact=False).first.evaluate(
        "e => getComputedStyle(e.parentElement).color"
    )
    page.get_by_label("Search the console (a regular expression)").fill("warn.*looks")
    page.keyboard.press("Enter")
    expect(page.get_by_text("a warning that one looks for").first).to_be_visible()


def test_files_are_shown(look: Any) -> None:
    """Files of the run are listed and read."""
    page = look("p/digits/runs/alpha/files")
    page.get_by_text("notes.md").first.click()
    expect(page.get_by_text("written by the run").first).to_be_visible()


def test_markdown_reads_as_it_is_meant(look: Any) -> None:
    """A file of Markdown has its headings; its text is one press away."""
    page = look("p/digits/runs/alpha/files")
    page.get_by_text("notes.md").first.click()
    shown = page.get_by_role("region", name="notes.md")
    expect(shown.get_by_role("heading", name="Notes", exact=True)).to_be_visible()
    shown.get_by_text("Text", exact=True).click()
    expect(shown.get_by_text("# Notes")).to_be_visible()


def test_code_and_packages_are_shown(look: Any) -> None:
    """The program and the packages of the run are there."""
    page = look("p/digits/runs/alpha/code")
    expect(page.get_by_role("region", name="Command")).to_contain_text("showcase.py")
    expect(page.get_by_role("region", name="Packages")).to_contain_text("numpy")


def test_artifacts_of_the_run(look: Any) -> None:
    """What the run used and made is linked."""
    page = look("p/digits/runs/beta/artifacts")
    page.get_by_role("link", name=re.compile("classifier")).first.click()
    page.wait_for_url("**/p/digits/artifacts/classifier/**")


@pytest.mark.parametrize(("run", "words"), [("failed", "failed"), ("crashed", "crashed")])
def test_the_state_is_said_in_words(look: Any, run: str, words: str) -> None:
    """How a run ended stands at its head."""
    page = look(f"p/digits/runs/{run}")
    expect(page.get_by_role("main").get_by_text(words, exact=True).first).to_be_visible()


def test_a_live_run_goes_on(look: Any, train: Any) -> None:
    """The page of a run that trains shows new results and its end without a reload."""
    trainer = train("live", "live-page")
    trainer.log(accuracy=0.125)
    page = look("p/live/runs/live-page")
    expect(page.get_by_text("0.125").first).to_be_visible()
    trainer.log(accuracy=0.875)
    expect(page.get_by_text("0.875").first).to_be_visible()
    trainer.finish()
    expect(page.get_by_role("main").get_by_text("finished", exact=True).first).to_be_visible()


def test_logged_html_cannot_touch_the_page(look: Any) -> None:
    """A page that was logged runs in a frame of its own, and reaches neither the dashboard nor its cookie."""
    page = look("p/digits")
    page.get_by_label("Search panels").first.fill("page")
    frame = page.locator("iframe").first
    expect(frame).to_be_visible()
    assert "allow-same-origin" not in (frame.get_attribute("sandbox") or "allow-same-origin")
    expect(page.frame_locator("iframe").first.get_by_role("heading", name="A page")).to_be_visible()
    assert "taken over" not in page.title()
