"""The example and the page run as they are written."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import trailmark


@pytest.fixture(autouse=True)
def keras_3() -> None:
    """Skip where the program `keras` is not Keras 3, as the example and the page take that."""
    if "KERAS_BACKEND" not in os.environ or importlib.util.find_spec("keras") is None:
        pytest.skip("they are for Keras 3")


def test_the_example_learns_the_digits(run_example: Callable[..., trailmark.Api]) -> None:
    """After one epoch the network is better than chance, and its best version is kept."""
    api = run_example("keras_digits.py", "--epochs", "1")
    run = api.runs("keras-digits")[0]
    assert run.series("epoch/val_accuracy").value[-1] > 0.5
    assert "best" in run.logged_artifacts()[0].aliases


def test_the_page_runs(run_page: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of the page works after those before it."""
    monkeypatch.setenv("TRAILMARK_DIR", "root")
    assert run_page("keras.md")["run"].finished
