"""Trainings in two processes, which are one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

TRAINING = """
import importlib, warnings
import torch
import trailmark
from torch.utils.data import DataLoader, TensorDataset
pl = importlib.import_module({tree!r})
from trailmark.lightning import WandbLogger

class Line(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def on_train_start(self):
        self.logger.experiment.config.update({{"ranks": self.trainer.world_size}}, allow_val_change=True)
        self.logger.experiment.config["seen"] = True
        assert trailmark.run is self.logger.experiment
        assert self.logger.version == self.logger.experiment.id

    def training_step(self, batch, _):
        loss = self.layer(batch[0]).pow(2).mean()
        self.log("train_loss", loss)
        self.logger.experiment.log({{"own": self.global_rank}})
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

def main():
    logger = WandbLogger(project="p", log_model=True)
    {early}
    data = DataLoader(TensorDataset(torch.randn(12, 4)), batch_size=2)
    trainer = pl.Trainer(logger=logger, max_epochs=1, log_every_n_steps=1, accelerator="cpu", devices=2,
        strategy={strategy!r}, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Line(), data)

if __name__ == "__main__":
    main()
"""


def _assert_is_one_run(root: Path) -> Any:
    (run,) = trailmark.Api(root).runs()
    assert run.state == "finished"
    assert sorted(run.ranks) == [0, 1]
    assert run.series("train_loss").step.tolist() == [0, 1, 2]
    assert run.series("train_loss", rank=1).step.tolist() == []
    assert run.series("own").value.tolist() == [0, 0, 0]
    assert run.series("own", rank=1).value.tolist() == [1, 1, 1]
    assert run.config == {"ranks": 2, "seen": True}
    assert len(run.logged_artifacts()) == 1
    return run


@pytest.mark.parametrize("early", ["", "logger.experiment.summary['early'] = 1"], ids=["late", "early"])
def test_processes_that_lightning_starts_write_one_run(
    early: str, pl: ModuleType, script: Callable[..., Any], root: Path
) -> None:
    """With the strategy "ddp", the run is one whether it was begun before the other process or after."""
    done = script(TRAINING.format(tree=pl.__name__, strategy="ddp", early=early), timeout_s=300)
    assert done.returncode == 0, done.stderr
    run = _assert_is_one_run(root)
    assert run.attempts == 1
    assert ("early" in run.summary) == bool(early)


def test_processes_that_are_spawned_write_one_run(pl: ModuleType, script: Callable[..., Any], root: Path) -> None:
    """With the strategy "ddp_spawn", the run is begun in the first process, and those that train go on in it."""
    done = script(TRAINING.format(tree=pl.__name__, strategy="ddp_spawn", early=""), timeout_s=300)
    assert done.returncode == 0, done.stderr
    assert _assert_is_one_run(root).attempts == 1


JOINED = """
import importlib
pl = importlib.import_module({tree!r})
import trailmark
from trailmark.lightning import WandbLogger
logger = WandbLogger(project="p", id="job")
logger.experiment.config.update({{"a": 1}})
logger.experiment.summary["b"] = 2
logger.experiment.log({{"own": 1.0}})
logger.log_metrics({{"loss": 1.0}}, step=0)
logger.log_hyperparams({{"lr": 0.1}})
logger.log_image("image", None)
logger.finalize("success")
assert (logger.name, logger.version, logger.experiment.rank) == ("p", "job", 1)
assert isinstance(logger.experiment, trailmark.Run)
"""


@pytest.mark.parametrize(
    "known", [{"RANK": "1", "WORLD_SIZE": "2"}, {"LOCAL_RANK": "1"}], ids=["torchrun", "lightning"]
)
def test_another_rank_has_a_real_run(
    known: dict[str, str], pl: ModuleType, begin: Callable[..., Any], script: Callable[..., Any], root: Path
) -> None:
    """On rank one, `experiment` is that rank's part of the run, and the logger's own methods do nothing."""
    begin(id="job")
    done = script(JOINED.format(tree=pl.__name__), **known)
    assert done.returncode == 0, done.stderr
    (run,) = trailmark.Api(root).runs()
    assert run.series("own", rank=1).value.tolist() == [1.0]
    assert "loss" not in set(run.keys())
    assert "lr" not in run.config
