"""How `trailmark.watch` is used, for `tests/integrations/test_contract.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "gradient_norm/total"
MAKES_RUN = False


class Adapter:
    """Remembers the run that models are watched for."""

    def __init__(self, run: Any = None) -> None:
        self.run = run


def adapter(run: Any = None) -> Adapter:
    """Return what `train` takes."""
    return Adapter(run)


def train(adapter: Adapter | None, steps: int, event: Callable[[int], None] | None = None) -> bytes:
    """Train a model of two layers with dropout, watched in each step."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters())
    if adapter is not None:
        trailmark.watch(model, log="all", log_freq=1, idx=0, log_graph=True, run=adapter.run)
    run = trailmark.run if adapter is None or adapter.run is None else adapter.run
    try:
        for step in range(steps):
            optimizer.zero_grad()
            loss = model(torch.randn(16, 4)).square().mean()
            loss.backward()
            optimizer.step()
            if run is not None:
                run.log({"loss": loss})
            if event is not None:
                event(step)
    finally:
        if adapter is not None:
            trailmark.unwatch(model)
    state = [*model.state_dict().values(), torch.get_rng_state()]
    return b"".join(tensor.numpy().tobytes() for tensor in state)
