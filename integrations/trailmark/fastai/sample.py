"""The items of a validation set whose predictions are shown, and what the model predicts for them.

A prediction is made within a fit, with the callbacks of the learner that take part in a forward pass, and leaves the
learner, the model and the random generators as it found them. In distributed training one rank does it alone: nothing
here waits for another.
"""

from __future__ import annotations

import itertools
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from fastai.torch_core import to_detach

from trailmark.fastai.generators import kept_generators

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Callbacks that watch or steer a training: what they do must not happen for a few items in between.
_LEFT_OUT = {"DistributedTrainer", "ProgressCallback"}
_WRAPPED = "DistributedDL"  # a loader that gives each rank its part
_MOMENTARY = ("dl", "xb", "yb", "pred", "loss", "loss_grad", "iter", "n_iter", "training", "logger")


class Predicted(NamedTuple):
    """A batch, and what the model made of it."""

    batch: tuple[Any, ...]
    preds: Any
    decoded: Any  # the preds as the loss decodes them, such as the number of a class


class _Alone(list[Any]):
    """Batches as a loader, whose tensors are not gathered from all ranks."""

    def to_detach(self, values: Any, cpu: bool = True, gather: bool = True) -> Any:  # noqa: FBT001, FBT002 (fastai's)
        del gather
        return to_detach(values, cpu=cpu, gather=False)


class _Order:
    """The numbers of the items that a loader gives, in this order."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers

    def __call__(self) -> list[int]:
        return self.numbers


class Sample:
    """Items of a validation set.

    Args:
        loader: fastai's loader of it, or any iterable of batches.
        count: how many items.
        seed: what the choice depends on; None takes the first ones.
    """

    def __init__(self, loader: Any, count: int, seed: int | None) -> None:
        loader = loader.dl if type(loader).__name__ == _WRAPPED else loader
        self.count = count
        self.loader = loader
        with kept_generators():
            if hasattr(loader, "new"):
                self.loader = loader.new(shuffle=False, drop_last=False, num_workers=0)
                if seed is not None and loader.indexed and loader.n:
                    self.count = min(count, loader.n)
                    numbers = random.Random(seed).sample(range(loader.n), self.count)  # noqa: S311 (as W&B draws them)
                    self.loader = self.loader.new(get_idxs=_Order(numbers))

    def predict(self, learn: Any) -> Generator[Predicted, None, None]:
        """Return the batches of the sample, each with what the model of `learn` makes of it."""
        with kept_generators(), _standing_still(learn):
            left = self.count
            for batch in self._batches():
                if left <= 0:
                    break
                preds, _, decoded = learn.get_preds(dl=_Alone([batch]), with_decoded=True, inner=True, reorder=False)
                yield Predicted(batch, preds, decoded)
                left -= max(1, _length(batch))

    def _batches(self) -> Iterator[tuple[Any, ...]]:
        try:
            yield from map(_as_tuple, self.loader)
        except Exception:
            order = getattr(self.loader, "get_idxs", None)
            if not isinstance(order, _Order):
                raise
            # Items of a language model are of one length but for the last ones, which go together only by themselves.
            whole = self.loader.new(get_idxs=_Order(list(range(self.loader.n))))
            yield from map(_as_tuple, itertools.islice(whole, 1 + self.count // (whole.bs or 1)))


def _as_tuple(batch: Any) -> tuple[Any, ...]:
    return tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)


def _length(batch: Any) -> int:
    """Return how many items are in a batch, or in a part of one."""
    while isinstance(batch, (tuple, list)) and batch:
        batch = batch[0]
    if isinstance(batch, dict) and batch:
        return _length(next(iter(batch.values())))
    shape = getattr(batch, "shape", ())
    return int(shape[0]) if shape else 1


@contextmanager
def _standing_still(learn: Any) -> Iterator[None]:
    """Let `learn` predict in the midst of a fit; put back all that this changes."""
    model, callbacks = learn.model, learn.cbs
    kept = {name: vars(learn)[name] for name in _MOMENTARY if name in vars(learn)}
    modes = [(module, module.training) for module in model.modules()]
    try:
        learn.cbs = type(callbacks)(callback for callback in callbacks if _takes_part(callback))
        # The wrapped model exchanges the buffers of batch norms with the other ranks before each forward pass.
        learn.model = model.module if type(model).__name__ == "DistributedDataParallel" else model
        yield
    finally:
        learn.model, learn.cbs = model, callbacks
        vars(learn).update(kept)
        for module, training in modes:
            module.training = training


def _takes_part(callback: Any) -> bool:
    kinds = {kind.__name__ for kind in type(callback).__mro__}
    is_watcher = getattr(callback, "remove_on_fetch", False) or getattr(callback, "_only_train_loop", False)
    return not (is_watcher or kinds & _LEFT_OUT)
