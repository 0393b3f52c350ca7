"""The logger in the configuration of `LightningCLI`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

pytest.importorskip("jsonargparse", reason="LightningCLI needs jsonargparse[signatures]")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of jsonargparse, about calls of Lightning

CONFIG = """
seed_everything: 0
trainer:
  max_epochs: 1
  log_every_n_steps: 1
  accelerator: cpu
  devices: 1
  enable_progress_bar: false
  enable_model_summary: false
  enable_checkpointing: false
  logger:
    class_path: trailmark.lightning.WandbLogger
    init_args:
      project: lines
      id: cli
      save_dir: out
      log_model: all
      prefix: a
    dict_kwargs:
      tags: [cli]
model:
  lr: 0.2
"""


def test_the_logger_is_made_from_a_file(
    pl: ModuleType,
    module: type[Any],
    data: Callable[..., Any],
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The class is found by its path, its arguments have the types that the file gives, and the rest goes to `init`."""
    monkeypatch.setattr("sys.argv", ["train.py"])
    cli = importlib.import_module(f"{pl.__name__}.cli").LightningCLI
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")

    class Line(module):
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__(lr)

        def train_dataloader(self) -> Any:
            return data(2)

        def validation_step(self) -> None: ...

    made = cli(Line, args=["fit", "--config", str(tmp_path / "config.yaml")], run=True)
    assert made.trainer.logger.name == "lines"
    trailmark.finish()
    run = trailmark.Api(root).run("lines/cli")
    assert run.tags == ["cli"]
    assert len(run.series("a-train_loss_step").value) == 2
