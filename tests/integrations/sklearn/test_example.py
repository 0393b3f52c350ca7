"""The example and the page run as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import trailmark.sklearn

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[3] / "docs/sklearn.md").read_text(encoding="utf-8")


def test_example(run_example: Callable[..., trailmark.Api]) -> None:
    """The example logs all charts of a classifier and of a regressor."""
    api = run_example("sklearn_digits.py")
    (digits,) = api.runs("sklearn-digits")
    (diabetes,) = api.runs("sklearn-diabetes")
    assert digits.summary["test/accuracy"] > 0.9
    assert diabetes.summary["test/r2"] > 0.3
    assert sum(digits.series("confusion_matrix").value[0].table.get_column("Count")) == 450
    assert len(diabetes.series("residuals").value) == 1


def test_page(run_page: Callable[[str], dict[str, Any]]) -> None:
    """The examples of the page work one after the other."""
    assert run_page("sklearn.md")["found"].title == "ROC curve"


def test_page_names_all_functions() -> None:
    """Each public function is described on the page."""
    assert [name for name in trailmark.sklearn.__all__ if f"**`{name}(" not in PAGE] == []
