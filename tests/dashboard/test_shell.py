"""What stands on every page: the way in, the bar, search, the theme, the keyboard, and the connection."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from dashboard_support import Trainer, check_accessible, indexed, start, stop

if TYPE_CHECKING:
    from pathlib import Path

# What a page says of a server that was stopped.
LOST = ["net::ERR_", "Failed to fetch", "NetworkError"]
PAGES = {
    "home": "",
    "workspace": "p/digits",
    "table": "p/digits/table",
    "run": "p/digits/runs/alpha",
    "run charts": "p/digits/runs/alpha/charts",
    "run system": "p/digits/runs/alpha/system",
    "run logs": "p/digits/runs/alpha/logs",
    "run files": "p/digits/runs/alpha/files",
    "run code": "p/digits/runs/alpha/code",
    "run artifacts": "p/digits/runs/alpha/artifacts",
    "compare": "p/digits/compare?runs=alpha,beta",
    "artifacts": "p/digits/artifacts",
    "artifact": "p/digits/artifacts/classifier",
    "version": "p/digits/artifacts/classifier/v0",
}


def settled(page: Any) -> None:
    """Wait until a page has what it asked for."""
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("status", name=re.compile("Loading"))).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(look: Any, axe: str, name: str, dark: bool) -> None:  # noqa: FBT001 (a parameter)
    """Each page, light and dark, has no serious finding of axe, complains of nothing and asks nobody else."""
    page = look(PAGES[name], dark=dark)
    settled(page)
    check_accessible(page, axe)


@pytest.mark.parametrize("width", [360, 768, 1920])
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_the_screen(look: Any, name: str, width: int) -> None:
    """No page is wider than a phone, a tablet or a large screen."""
    page = look(PAGES[name], width=width)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_token_leaves_the_address(look: Any) -> None:
    """After the first visit the token is in a cookie that scripts cannot read, and not in the address."""
    page = look("p/digits?x=1")
    settled(page)
    assert "token" not in page.url
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"]
    assert page.evaluate("document.cookie") == ""


def test_the_workspace_loads_little(look: Any) -> None:
    """What a browser fetches for a workspace of charts is at most 350 kB, compressed; the rest waits."""
    fetched: dict[str, int] = {}
    page = look()
    settled(page)
    page.on(
        "response",
        lambda got: fetched.__setitem__(got.url, len(gzip.compress(got.body()))) if "/assets/" in got.url else None,
    )
    page.goto(page.url + "p/long")
    expect(page.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    scripts = [url for url in fetched if url.endswith(".js")]
    assert scripts
    assert sum(fetched.values()) <= 350_000, fetched


def test_home_shows_projects_and_their_runs(look: Any) -> None:
    """Home lists the projects with their newest runs, and leads to them."""
    page = look()
    expect(page.get_by_role("link", name=re.compile("digits")).first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("long")).first).to_be_visible()
    page.get_by_role("link", name=re.compile("^digits")).first.click()
    page.wait_for_url("**/p/digits")


def test_an_empty_root_teaches(look: Any, tmp_path: Path) -> None:
    """Without runs, home shows what to write, and copies it."""
    look.provoked += LOST
    server = start(tmp_path)
    try:
        page = look(of=server)
        page.get_by_role("button", name=re.compile("Copy")).first.click()
        assert "trailmark.init" in page.evaluate("navigator.clipboard.readText()")
    finally:
        stop(server)


def test_a_first_run_appears_by_itself(look: Any, tmp_path: Path) -> None:
    """Home comes alive with the first run of a root."""
    look.provoked += LOST
    server = start(tmp_path)
    try:
        page = look(of=server)
        expect(page.get_by_role("main")).to_be_visible()
        trainer = Trainer(tmp_path, "first", "one")
        expect(page.get_by_role("link", name=re.compile("first")).first).to_be_visible()
        trainer.finish()
    finally:
        stop(server)


def test_search_finds_runs_and_pages(look: Any) -> None:
    """Ctrl-K finds a run by its name and goes there."""
    page = look("p/digits")
    settled(page)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search and commands")
    dialog.get_by_role("combobox").or_(dialog.get_by_role("textbox")).first.fill("gamma")
    expect(dialog.get_by_role("option", name=re.compile("gamma")).first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/digits/runs/gamma")


def test_question_mark_shows_the_keys(look: Any) -> None:
    """`?` lists the keys, and Escape closes the list."""
    page = look("p/digits")
    settled(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Search and commands")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_the_theme_can_be_chosen(look: Any) -> None:
    """A chosen theme counts more than that of the system, and is remembered."""
    page = look("p/digits")
    settled(page)
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemcheckbox", name="Dark").click()
    assert page.evaluate(background) != light
    page.reload()
    settled(page)
    assert page.evaluate(background) != light


def test_a_lost_server_is_told_and_found_again(look: Any, tmp_path: Path) -> None:
    """The page says when the server is gone, and goes on by itself when it is back."""
    look.provoked += LOST
    Trainer(tmp_path, "p", "one").finish()
    server = start(tmp_path, "--no-token")
    indexed(server, 1)
    port = server.url.rpartition(":")[2]
    page = look("p/p", of=server)
    sign = page.get_by_role("banner").get_by_role("status")
    expect(sign).to_have_text("Live")
    stop(server)
    expect(sign).to_have_text("No connection", timeout=60_000)
    again = start(tmp_path, "--no-token", port=port)
    try:
        expect(sign).to_have_text("Live", timeout=60_000)
    finally:
        stop(again)


def test_an_unknown_page_says_so(look: Any) -> None:
    """An address that is none leads to words and a way back."""
    page = look("p/digits/nothing/here")
    expect(page.get_by_text("There is no such page")).to_be_visible()


@pytest.mark.parametrize("path", ["p/digits/runs/nobody", "p/nothing", "p/digits/artifacts/nothing"])
def test_a_missing_thing_says_so(look: Any, path: str) -> None:
    """A run, project or artifact that is not there is told in words."""
    look.provoked.append("404")
    page = look(path)
    expect(
        page.get_by_text(re.compile(r"[Nn]o (such|runs|run|project|artifact)|there is no", re.IGNORECASE)).first
    ).to_be_visible()
