"""The example and the page of documentation, run as a reader runs them."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="the digits are scikit-learn's")
def test_the_example_learns_and_records(run_example: Callable[..., trailmark.Api]) -> None:
    """The example trains to a good accuracy, and has a histogram of each parameter for each epoch."""
    [run] = run_example("torch_digits.py", "--epochs", "3").runs("torch-digits")
    assert run.state == "finished"
    assert run.series("val/accuracy").value[-1] > 0.8
    assert len(run.series("gradients/0.weight").value) == 3
    assert len(run.series("parameters/2.bias").value) == 3
    [graph] = run.series("graph_0").value
    assert graph.edges == [("0", "1"), ("1", "2")]


def test_the_page_runs(run_page: Callable[[str], dict[str, Any]], root: Any) -> None:
    """Each example of the page runs, and logs what the page says."""
    run_page("torch.md")
    [run] = trailmark.Api(root).runs("digits")
    assert list(run.series("gradient_norm/total").step) == [0, 10, 20]
    [gan] = trailmark.Api(root).runs("gan")
    assert gan.state == "finished"
