"""How a run shows itself in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark._dashboard import announced
from trailmark._display import MAX_RESULTS, run_html

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {"system": False, "console": "off", "git": False, "requirements": False, "silent": True}


class Page(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data + " "


def _html(summary: dict[str, Any], tmp_path: Path, url: str | None = None, name: str = "brisk-otter-3") -> Page:
    return Page(run_html(name, "p/a", "finished", summary, url, tmp_path))


def test_a_run_shows_its_name_state_and_results(tmp_path: Path) -> None:
    """A run that is going on and one that is read back show the same: name, state, path and results."""
    with trailmark.init(project="p", id="a", name="brisk", dir=tmp_path, settings=QUIET) as run:
        run.log({"loss": 0.25, "epochs": 3})
        begun = Page(run._repr_html_())
    for page, state in ((begun, "running"), (Page(run._repr_html_()), "finished")):
        for word in ("brisk", state, "p/a", "loss", "0.25", "epochs", "3", str(run.path_on_disk)):
            assert word in page.text
    assert Page(trailmark.Api(tmp_path).run("p/a")._repr_html_()).text == page.text


def test_a_failed_run_says_so(tmp_path: Path) -> None:
    """The state is that which the journal tells."""
    run = trailmark.init(project="p", dir=tmp_path, settings=QUIET)
    run.finish(exit_code=1)
    assert "failed" in Page(run._repr_html_()).text


def test_a_run_links_to_the_dashboard(tmp_path: Path) -> None:
    """While a dashboard serves the root, the name is a link to the page of the run."""
    url = "http://127.0.0.1:7007"
    with announced(tmp_path, url), trailmark.init(project="p", id="a", dir=tmp_path, settings=QUIET) as run:
        assert Page(run._repr_html_()).links == [f"{url}/p/p/runs/a"]
    assert Page(run._repr_html_()).links == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;"])
def test_what_was_logged_is_no_markup(tmp_path: Path, text: str) -> None:
    """Names, keys and values are shown as they are, and make no tag."""
    page = _html({text: text}, tmp_path, url=f"http://127.0.0.1:1/{text}", name=text)
    assert set(page.tags) <= {"div", "span", "b", "a", "table", "tr", "td"}
    assert page.text.count(text) == 3


def test_many_results_are_counted(tmp_path: Path) -> None:
    """A notebook is not flooded: of many results the first are shown, and the others counted."""
    page = _html({f"k{number}": number for number in range(MAX_RESULTS + 5)}, tmp_path)
    assert page.tags.count("tr") == MAX_RESULTS
    assert "and 5 more" in page.text


def test_values_are_short(tmp_path: Path) -> None:
    """Media say what they are, a metric with several summaries its first, a long text its beginning."""
    media = {"_type": "table-file", "nrows": 3, "ncols": 2, "path": "x"}
    page = _html({"t": media, "acc": {"max": 0.9712345, "last": 0.9}, "s": "x" * 500, "n": None}, tmp_path)
    assert "max 0.97123" in page.text
    assert "x" * 100 not in page.text
    assert "path" not in page.text
