"""Tests of the example and of the page in the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import trailmark


def test_the_example_classifies_digits(run_example: Callable[..., trailmark.Api]) -> None:
    """The example learns digits, and its run has metrics, predictions and the best model."""
    api = run_example("fastai_digits.py")
    (run,) = api.runs("fastai-digits")
    assert run.state == "finished"
    assert max(run.series("accuracy").value) > 0.9
    assert len(run.series("Prediction_Samples").value[0]) == 36
    (model,) = run.logged_artifacts()
    assert (model.name, sorted(model.aliases)) == ("digits:v0", ["best", "latest"])


def test_the_page_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    """Each example of the page works."""
    names = run_page("fastai.md")
    assert names["run"].finished
