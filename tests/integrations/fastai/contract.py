"""How `trailmark.fastai` is used, for `tests/integrations/test_contract.py`."""

from __future__ import annotations

import io
import os
import random
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import TensorDataset

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # fastai's layers are compiled in a way that torch gives up
    from fastai.basics import Callback, DataLoader, DataLoaders, Learner, MSELossFlat

from trailmark.fastai import WandbCallback

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "raw_loss"
MAKES_RUN = False
BATCH = 4


class Event(Callback):
    """Calls a function after each batch, when all else has seen it."""

    order = 1000

    def __init__(self, event: Callable[[int], None]) -> None:
        self.event = event

    def after_batch(self) -> None:
        """Call it."""
        if self.training:
            self.event(self.train_iter - 1)


def adapter(run: Any = None) -> WandbCallback:
    """Make a callback with all that could disturb a training, but for saving."""
    return WandbCallback(log_preds_every_epoch=True, run=run)


def train(adapter: Any, steps: int, event: Callable[[int], None] | None = None) -> bytes:
    """Train a linear model with dropout for one epoch of `steps` batches, of shuffled data."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (the state that training may draw from)
    torch.manual_seed(0)
    # A lone rank of a job has no process group: fastai is told of none, and would gather in one otherwise.
    world_size = os.environ.pop("WORLD_SIZE", None)
    try:
        x = torch.randn(BATCH * steps, 3)
        data = TensorDataset(x, x.sum(1, keepdim=True))
        dls = DataLoaders(DataLoader(data, bs=BATCH, shuffle=True), DataLoader(data, bs=BATCH))
        model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1))
        learn = Learner(dls, model, loss_func=MSELossFlat())
        callbacks = [*([adapter] if adapter else []), *([Event(event)] if event else [])]
        learn.fit(1, cbs=callbacks)
    finally:
        if world_size is not None:
            os.environ["WORLD_SIZE"] = world_size
    states = (learn.model.state_dict(), torch.get_rng_state(), random.getstate(), np.random.get_state())  # noqa: NPY002
    file = io.BytesIO()
    torch.save(states, file)
    return file.getvalue()
