"""The page about artifacts: its examples run, and its lists are complete."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trailmark._run.artifacts import Artifacts as RunArtifacts
from trailmark.api.artifacts import Artifacts as ApiArtifacts

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[2] / "docs/artifacts.md").read_text(encoding="utf-8")


def test_examples_run(run_page: Callable[[str], dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    """The examples work one after the other, and print what the page says."""
    names = run_page("artifacts.md")
    printed = capsys.readouterr().out.splitlines()
    assert names["model"].metadata == {"checked": True}
    assert printed[0].startswith("v0 ")
    assert "v1" in printed
    assert "train ['test']" in printed
    assert "['digits:v0']" in printed
    assert "['classifier:v0']" in printed
    assert any(line.endswith("(used)") for line in printed)


@pytest.mark.parametrize("part", [RunArtifacts, ApiArtifacts])
def test_calls_are_documented(part: type) -> None:
    """Each call of a run and of the Api that is about artifacts stands on the page."""
    names = [name for name, value in vars(part).items() if inspect.isfunction(value) and not name.startswith("_")]
    assert [name for name in names if not re.search(rf"\b{name}\b", PAGE)] == []
