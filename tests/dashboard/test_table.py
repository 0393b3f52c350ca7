"""The runs table: columns, order, filters, groups, edits of many runs, and export."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

import trailmark

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page


def grid(page: Page) -> Locator:
    """Return the table when it has its runs."""
    found = page.get_by_role("grid")
    expect(found.get_by_role("row").filter(has_text="alpha run")).to_be_visible()
    return found


def names(page: Page) -> list[str]:
    """Return the names of the runs in the order of the table."""
    found = [
        re.search(r"(alpha|beta|gamma|delta) run", text) for text in grid(page).get_by_role("row").all_inner_texts()
    ]
    return [match.group(1) for match in found if match]


def test_a_click_sorts(look: Any) -> None:
    """A click on the head of a column sorts by it, another one turns the order; with Shift several columns count."""
    page = look("p/digits/table")
    head = grid(page).get_by_role("columnheader").filter(has_text="lr").first
    head.get_by_role("button").first.click()
    expect(head).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    first = names(page)
    head.get_by_role("button").first.click()
    page.wait_for_timeout(300)
    expect(grid(page).get_by_role("row").filter(has_text=f"{first[-1]} run")).to_be_visible()
    assert names(page) != first


def test_columns_are_chosen(look: Any) -> None:
    """Any value of config and summary is a column, if one wants it."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_role("button", name=re.compile("^Columns")).click()
    page.get_by_label("Search columns").fill("parameters")
    page.get_by_role("checkbox", name=re.compile("parameters")).or_(
        page.get_by_text("parameters", exact=True)
    ).first.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader").filter(has_text="parameters")).to_have_count(1)


def test_runs_are_filtered_by_search(look: Any) -> None:
    """The search leaves the runs that match."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_label("Search runs").fill("^alpha")
    expect(page.get_by_role("grid").get_by_role("row").filter(has_text="beta run")).to_have_count(0)


def test_many_runs_are_tagged_and_it_is_undone(look: Any, root: Path) -> None:
    """A tag goes to all selected runs, and a click takes it back."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_role("checkbox", name="Select gamma run").check()
    page.get_by_role("checkbox", name="Select delta run").check()
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").or_(
        page.get_by_role("combobox", name=re.compile("[Tt]ag"))
    ).first.fill("bulk")
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert "bulk" in trailmark.Api(root).run("digits/gamma").tags
    undo.click()
    expect(undo).to_have_count(0)
    for _ in range(100):
        if "bulk" not in trailmark.Api(root).run("digits/gamma").tags:
            break
        page.wait_for_timeout(100)
    assert "bulk" not in trailmark.Api(root).run("digits/gamma").tags


@pytest.mark.parametrize("what", ["Archive", "Delete"])
def test_runs_go_and_come_back(look: Any, what: str) -> None:
    """An archived or deleted run leaves the table, and comes back by Undo."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_role("checkbox", name="Select delta run").check()
    page.get_by_role("button", name=what, exact=True).click()
    gone = page.get_by_role("grid").get_by_role("row").filter(has_text="delta run")
    expect(gone).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(gone).to_have_count(1)


def test_the_table_is_exported(look: Any) -> None:
    """CSV has a row for each run."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as waited:
        page.get_by_role("menuitem", name=re.compile("CSV|csv")).first.click()
    with waited.value.path().open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert {"alpha", "beta", "gamma", "delta"} <= {value for row in table for value in row.values()}


def test_runs_are_compared(look: Any) -> None:
    """Selected runs stand side by side, with what differs between them."""
    page = look("p/digits/compare?runs=alpha,gamma")
    main = page.get_by_role("main")
    for text in ("alpha run", "gamma run", "vit", "resnet"):
        expect(main.get_by_text(text).first).to_be_visible()
    expect(main.get_by_text("layers", exact=True)).to_have_count(0)  # both have 2, and only differences are shown


def test_runs_of_a_state_are_found(look: Any) -> None:
    """A filter on the state offers the states that there are."""
    page = look("p/digits/table")
    grid(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    form = page.get_by_role("dialog", name="Add a filter")
    form.get_by_label("Value").select_option("crashed")
    form.get_by_role("button", name="Add").click()
    rows = page.get_by_role("grid").get_by_role("row")
    expect(rows.filter(has_text="alpha run")).to_have_count(0)
    expect(rows.filter(has_text="crashed")).to_be_visible()
