"""How Lightning's logger is used, for the tests of the contract."""

from __future__ import annotations

import importlib
import importlib.util
import io
import random
import signal
import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, TensorDataset

import trailmark.lightning

if TYPE_CHECKING:
    from collections.abc import Callable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what old versions say of newer Pythons and packages while they are imported
    pl = importlib.import_module("lightning.pytorch" if importlib.util.find_spec("lightning") else "pytorch_lightning")

# What Lightning warns of by itself in one of the supported versions.
HOSTS_WARNINGS = (
    ".*does not have many workers",
    ".*`num_workers` argument",
    ".*LeafSpec",
    ".*pkg_resources",
    "This property will be removed",
    "Detected KeyboardInterrupt",
)

KEY = "train_loss"
MAKES_RUN = True


class Line(pl.LightningModule):  # type: ignore[name-defined]
    """A linear layer that learns to return nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch: Any, _: int) -> Any:
        """Return the loss of a batch, and log it."""
        loss = self.layer(batch[0] * torch.rand(()) + random.random()).pow(2).mean()
        self.log(KEY, loss)
        return loss

    def configure_optimizers(self) -> Any:
        """Return the optimizer."""
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Events(pl.Callback):  # type: ignore[name-defined]
    """Calls `event` after each step whose metrics were logged."""

    def __init__(self, event: Callable[[int], None]) -> None:
        self.event = event

    def on_train_batch_start(self, _trainer: Any, _module: Any, _batch: Any, batch_idx: int) -> None:
        """Tell of the step before."""
        if batch_idx:
            self.event(batch_idx - 1)

    def on_train_end(self, trainer: Any, _module: Any) -> None:
        """Tell of the last step."""
        self.event(trainer.global_step - 1)


def adapter(run: Any = None) -> Any:
    """Return a logger."""
    return trailmark.lightning.WandbLogger(run=run)


def train(adapter: Any, steps: int, event: Callable[[int], None] | None = None) -> bytes:
    """Train for some steps; return the weights and the states of the random generators."""
    torch.manual_seed(0)
    random.seed(0)
    module = Line()
    data = DataLoader(TensorDataset(torch.randn(steps, 4)), batch_size=1, shuffle=True)
    trainer = pl.Trainer(
        max_epochs=1,
        logger=False if adapter is None else adapter,
        callbacks=[Events(event)] if event else [],
        log_every_n_steps=1,
        accelerator="cpu",
        devices=1,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    on_interrupt = signal.getsignal(signal.SIGINT)
    try:
        with warnings.catch_warnings():
            for text in HOSTS_WARNINGS:
                warnings.filterwarnings("ignore", text)
            trainer.fit(module, data)
    finally:
        signal.signal(signal.SIGINT, on_interrupt)  # after a Ctrl-C, Lightning has it ignored
    file = io.BytesIO()
    torch.save([[*module.parameters()], torch.get_rng_state(), repr(random.getstate())], file)
    return file.getvalue()
