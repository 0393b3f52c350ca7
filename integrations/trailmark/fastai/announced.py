"""Steps of fastai's optimizers, made known to torch.

fastai's own optimizers derive from none of torch's, so torch calls no hooks at their steps, and `trailmark.watch` would
not see them. An optimizer of torch that changes nothing takes a step beside each of theirs.
"""

from __future__ import annotations

from typing import Any

import torch


class AnnouncedSteps(torch.optim.Optimizer):
    """An optimizer of torch that has the parameters of a model and leaves them alone."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.parameters(), {})

    def step(self, closure: Any = None) -> None:
        """Do nothing; torch calls its hooks before and after."""


def announced_steps(opt: Any, model: Any) -> AnnouncedSteps | None:
    """Return what announces the steps of fastai's optimizer `opt`; None if it wraps one of torch, which does itself."""
    if isinstance(getattr(opt, "opt", None), torch.optim.Optimizer):
        return None
    return AnnouncedSteps(model)
