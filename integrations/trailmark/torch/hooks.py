"""The one hook in torch that all watched models share, and the list of them.

It is torch's own for all optimizers, called before each step with the optimizer. A closure, as L-BFGS and Lightning
give it, computes the gradients within the step: then they are recorded when it has been called for the first time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch.optim.optimizer import register_optimizer_step_pre_hook

import trailmark
from trailmark.torch.backward import BackwardPoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.torch.watched import Watched

_watched: dict[Watched, BackwardPoint] = {}
_handle: Any = None


def watched() -> list[Watched]:
    """Return all models that are watched."""
    return list(_watched)


def add(one: Watched) -> None:
    """Have a model recorded from now on."""
    global _handle  # noqa: PLW0603 (torch has one list of hooks, and this is our entry)
    _watched[one] = BackwardPoint(one)
    if _handle is None:
        _handle = register_optimizer_step_pre_hook(_before_step)


def remove(one: Watched) -> None:
    """Stop recording a model."""
    _forget(one)
    tidy()


def tidy() -> None:
    """Take the hook out of torch if nothing is watched. Not within the hook: torch is going through its list then."""
    global _handle  # noqa: PLW0603
    for one in watched():
        if one.model is None or one.run.finished:
            _forget(one)
    if not _watched and _handle is not None:
        _handle.remove()
        _handle = None


def _forget(one: Watched) -> None:
    point = _watched.pop(one, None)
    if point is not None:
        point.remove()


def _before_step(optimizer: Any, args: Any, kwargs: Any) -> Any:
    due = [one for one in _watched if one.is_due(optimizer)] if _watched else []
    if not due:
        return None
    closure = kwargs.get("closure") or next((argument for argument in args[1:2] if callable(argument)), None)
    if closure is None:
        _record(due, optimizer)
        return None
    recording = _Recording(closure, due, optimizer)
    if "closure" in kwargs:
        return args, {**kwargs, "closure": recording}
    return (args[0], recording, *args[2:]), kwargs


class _Recording:
    """A closure of an optimizer that records the gradients of its first call."""

    def __init__(self, closure: Callable[..., Any], due: list[Watched], optimizer: Any) -> None:
        self.closure, self.due, self.optimizer = closure, due, optimizer

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        loss = self.closure(*args, **kwargs)
        due, self.due = self.due, []
        _record(due, self.optimizer)
        return loss


def _record(due: list[Watched], optimizer: Any) -> None:
    for one in due:
        if one.run.finished or one.model is None:
            retire(one)
            continue
        try:
            one.record_step(optimizer)
        except Exception as error:  # noqa: BLE001 (training goes on, whatever it is)
            warn(one, error)


def retire(one: Watched) -> None:
    """Stop recording a model whose run is finished, or that is gone; this may be within the hook."""
    _forget(one)
    if one.run.finished:
        trailmark.termwarn(f"run {one.run.name} is finished: its model is not watched any more", repeat=False)


def warn(one: Watched, error: Exception) -> None:
    """Say that something could not be recorded, once for each kind of fault."""
    reason = str(error).partition("\n")[0]
    trailmark.termwarn(
        f"watch: a step of run {one.run.name} was not recorded: {type(error).__name__}: {reason}", repeat=False
    )
