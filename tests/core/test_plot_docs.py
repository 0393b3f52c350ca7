"""The page about charts: its examples run, and its list of presets is complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark import plot
from trailmark.plot.presets import ALIASES, PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[2] / "docs/charts.md").read_text(encoding="utf-8")


def test_examples_run(run_page: Callable[[str], dict[str, Any]], tmp_path: Path) -> None:
    """The examples work one after the other, in an empty folder, and what they log is read back."""
    names = run_page("charts.md")
    assert names["found"].title == "ROC curve"
    assert set(names["found"].table.get_column("class")) == {"cat", "dog", "horse"}
    assert (tmp_path / "loss.html").is_file()


def test_all_presets_are_listed() -> None:
    """Each preset stands on the page with its fields, its texts and W&B's names of it."""
    rows = {row.split("`")[1]: row for row in PAGE.splitlines() if row.startswith("| `")}
    assert rows.keys() == PRESETS.keys()
    for name, preset in PRESETS.items():
        aliases = [alias for alias, meant in ALIASES.items() if meant == name]
        expected = [name, *aliases, *preset.fields, *preset.optional, *preset.strings]
        assert re.findall(r"`([^`]+)`", rows[name]) == expected


def test_all_functions_are_described() -> None:
    """Each function is on the page."""
    assert [name for name in plot.__all__ if not re.search(rf"`{name}\(", PAGE)] == ["visualize"]
