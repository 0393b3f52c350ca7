"""The example and the page of the Lightning adapter."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("lightning") is None, reason="they import `lightning`, not `pytorch_lightning`"
)


def test_the_example_records_a_run_with_its_best_checkpoint(run_example: Callable[..., Any]) -> None:
    """The network learns the digits, and the best checkpoint is an artifact."""
    pytest.importorskip("sklearn", reason="the example is about scikit-learn's digits")
    api = run_example("lightning_digits.py")
    (run,) = api.runs("lightning-digits")
    assert run.state == "finished"
    assert run.summary["val/accuracy"] > 0.9
    assert run.config == {"hidden": 64, "lr": 0.003}
    assert len(run.series("val/loss").value) == 10
    (version,) = run.logged_artifacts()
    assert set(version.aliases) == {"best", "latest"}


def test_the_page_works(run_page: Callable[[str], dict[str, Any]]) -> None:
    """What docs/lightning.md shows does what it says."""
    names = run_page("lightning.md")
    assert names["trainer"].current_epoch == 4
    assert names["WandbLogger"].__name__ == "WandbLogger"
