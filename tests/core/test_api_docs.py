"""The page about reading: its examples run, and its lists are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.api import fields, filters
from trailmark.api.history import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[2] / "docs/reading.md").read_text(encoding="utf-8")


@pytest.mark.extra
def test_examples_run(run_page: Callable[[str], dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    """The examples work one after the other, as the page says, in an empty folder."""
    names = run_page("reading.md")
    assert [found.name for found in names["runs"]] == ["lr-0.1", "lr-0.3"]
    assert len(names["frame"]) == 100
    assert len(names["small"]) <= 50
    assert names["curve"]["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert names["run"].load(force=True).name == "best"
    assert "digits 3" in capsys.readouterr().out


def test_all_fields_and_operators_are_listed() -> None:
    """Each field under each of its names, each operator and each format stands on the page."""
    operators = [*filters.LOGICAL, *filters._OPERATORS, "$regex", "$options"]
    for name in [*fields.NAMES, *fields._OTHER_NAMES, *operators, *filters._TYPES, *FORMATS]:
        assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", PAGE), name
