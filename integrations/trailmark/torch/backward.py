"""Where gradients are taken if an optimizer calls no hooks: at the end of a backward pass.

Such are optimizers of other libraries, and all of torch 2.0 to 2.2 after something was compiled. One parameter of each
model has a hook that counts backward passes. If parameters change between them and no optimizer told of its steps, then
what every `log_freq`-th backward pass computes is recorded: of that pass alone, not clipped, and scaled if a scaler is
used. Once an optimizer has told of a step, there is no hook on any parameter, but in torch 2.0 to 2.2, where that may
end.
"""

from __future__ import annotations

import functools
import weakref
from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.graph import register_multi_grad_hook
from torch.utils.hooks import unserializable_hook

import trailmark
from trailmark.torch.names import parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trailmark.torch.watched import Watched

_CERTAIN = 3  # changes without a step that are no chance, as loading weights would be
_PATIENCE = 1000  # backward passes; a custom optimizer may hide from torch that it changes parameters
_COMPILE_DROPS_HOOKS = tuple(int(part) for part in torch.__version__.split(".")[:2]) < (2, 3)


class BackwardPoint:
    """The hooks on the parameters of a watched model."""

    def __init__(self, watched: Watched) -> None:
        self._watched = weakref.ref(watched)
        self._handle: Any = None
        self._passes = self._unhooked = 0
        self._version: int | None = None
        self._listen()

    def remove(self) -> None:
        """Take all hooks off the parameters."""
        if self._handle is not None:
            self._handle.remove()
        self._handle = None

    def _trained(self) -> dict[str, Any]:
        """Return the parameters that are trained, by name."""
        watched = self._watched()
        model = watched.model if watched else None
        named = parameters_of(model) if model is not None else []
        return {one.name: one.parameter for one in named if one.parameter.requires_grad}

    def _listen(self) -> None:
        """Count backward passes, by the last parameter: it is the most likely to be used in each."""
        self.remove()
        self._passes = self._unhooked = 0
        self._version = None
        trained = list(self._trained().values())
        if trained:
            weakly = weakref.ref(trained[-1])
            self._handle = trained[-1].register_hook(
                unserializable_hook(lambda _: self._guarded(self._count, weakly()))
            )

    def _guarded(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do something in a backward pass, which goes on whatever happens."""
        from trailmark.torch.hooks import warn

        watched = self._watched()
        if watched is None or arguments[0] is None:
            return
        try:
            work(watched, *arguments)
        except Exception as error:  # noqa: BLE001 (training goes on, whatever it is)
            warn(watched, error)

    def _count(self, watched: Watched, parameter: Any) -> None:
        if watched.hooked:
            watched.hooked = False
            self._passes = self._unhooked = 0
            self._version = None
            if not _COMPILE_DROPS_HOOKS:
                self.remove()
            return
        version = parameter._version  # noqa: SLF001 (torch's notes on autograd explain it to users)
        self._passes += 1
        self._unhooked += self._version not in (None, version)
        self._version = version
        if self._unhooked >= _CERTAIN or self._passes >= _PATIENCE:
            self._take()

    def _take(self) -> None:
        """From the next backward pass on, take gradients at its end."""
        trailmark.termwarn(
            "no optimizer tells torch of its steps: gradients are recorded as backward passes leave them", repeat=False
        )
        self._passes = 0
        self._take_of(self._trained())

    def _take_of(self, trained: dict[str, Any]) -> None:
        self.remove()
        if trained:
            hook = functools.partial(self._guarded, self._after_pass, tuple(trained))
            with torch.enable_grad():  # torch 2.0 finds nodes of the graph by making some
                self._handle = register_multi_grad_hook(list(trained.values()), hook)

    def _after_pass(self, watched: Watched, names: tuple[str, ...], gradients: Sequence[Any]) -> None:
        from trailmark.torch.hooks import retire

        if watched.run.finished:
            retire(watched)
            return
        if watched.hooked:  # an optimizer does tell of its steps
            watched.hooked = False
            self._listen()
            return
        due = self._passes % watched.options.log_freq == 0
        self._passes += 1
        if due:
            found = {name: one for name, one in zip(names, gradients, strict=True) if one is not None}
            trained = self._trained()
            watched.record(found, trained, "backward pass")
            if tuple(trained) != names:  # some were frozen or unfrozen
                self._take_of(trained)
