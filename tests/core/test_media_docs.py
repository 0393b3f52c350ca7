"""The pages about media and tables: their examples run, and what they promise is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.media.kinds import CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).parents[2] / "docs"


def test_examples_of_media_run(run_page: Callable[[str], dict[str, Any]]) -> None:
    """The examples log images, and read them with masks and boxes."""
    names = run_page("media.md")
    assert len(names["history"][1]["samples"]) == 3
    assert names["image"].masks["truth"].mask_data.shape == (64, 64)
    assert names["image"].boxes["prediction"].box_data[0]["class_id"] == 1


def test_examples_of_tables_run(run_page: Callable[[str], dict[str, Any]]) -> None:
    """The examples log, append to and read tables."""
    names = run_page("tables.md")
    assert [len(found) for found in names["series"].value] == [1, 2, 3]
    assert [row for _, row in names["cats"].iterrows()] == [[0.93]]
    assert names["arrow"].num_rows == 3


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_every_kind_is_described(kind: str) -> None:
    """Each kind of media is named on one of the pages, as its class or the functions that make it."""
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in ("media.md", "tables.md", "charts.md"))
    name = CLASSES[kind].rpartition(".")[2]
    assert re.search(rf"\btrailmark\.{name}\b" if kind != "chart" else r"\bChart\b", text)
