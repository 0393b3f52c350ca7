"""The logger with Lightning's `Fabric`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@pytest.fixture
def fabric(pl: ModuleType) -> Callable[..., Any]:
    """Make a Fabric with loggers."""
    name = "lightning.fabric" if pl.__name__.startswith("lightning.") else "lightning_fabric"
    return lambda loggers: importlib.import_module(name).Fabric(accelerator="cpu", devices=1, loggers=loggers)


def test_fabric_logs_to_the_run(fabric: Callable[..., Any], stored: Callable[..., Any]) -> None:
    """`log` and `log_dict` of Fabric are rows, with a step or without."""
    import torch

    made = fabric(WandbLogger(project="fabric"))
    for step in range(3):
        made.log("loss", torch.tensor(float(step)), step=step)
    made.log_dict({"accuracy": 0.5}, step=2)
    made.log("note", 1.0)
    run = stored()
    assert run.project == "fabric"
    assert run.series("loss").value.tolist() == [0.0, 1.0, 2.0]
    assert run.series("accuracy").step.tolist() == [2]
    assert run.summary["note"] == 1.0


def test_steps_that_begin_again_hide_nothing(fabric: Callable[..., Any], stored: Callable[..., Any]) -> None:
    """A program that counts batches anew in each epoch has all its rows."""
    made = fabric(WandbLogger())
    for epoch in range(2):
        for batch in range(3):
            made.log("loss", float(10 * epoch + batch), step=batch)
    assert stored().series("loss").value.tolist() == [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]
