"""Begin and end watching: which models of which run are watched under which names."""

from __future__ import annotations

import functools
import operator
import weakref
from typing import TYPE_CHECKING, Any

import torch

from trailmark.adapter import run_of
from trailmark.torch import hooks
from trailmark.torch.graph import Trace, parameter_table
from trailmark.torch.options import WatchOptionError, WatchTypeError, options_of
from trailmark.torch.watched import Watched

if TYPE_CHECKING:
    from torch import nn

    import trailmark

# The numbers of a run's models; a model keeps its own for as long as it lives.
_numbers: weakref.WeakKeyDictionary[trailmark.Run, weakref.WeakKeyDictionary[nn.Module, int]] = (
    weakref.WeakKeyDictionary()
)
_used: weakref.WeakKeyDictionary[trailmark.Run, int] = weakref.WeakKeyDictionary()  # the first number that is free
_traces: dict[Watched, Trace] = {}


def watch(
    models: Any, log: Any, log_freq: Any, idx: int | None, *, log_graph: bool, choice: Any, run: trailmark.Run | None
) -> list[trailmark.Graph]:
    """Do what `trailmark.watch` says."""
    chosen = _models(models, "watch")
    options = options_of(log, log_freq, choice)
    first = _number(idx)
    run = run_of(run, "trailmark.watch()")
    if run not in _used:
        _used[run] = 0
        run.on_finish(functools.partial(unwatch, None, run))
    hooks.tidy()
    graphs = []
    for place, model in enumerate(chosen):
        number = _number_of(model, run, None if first is None else first + place)
        one = Watched(model, run, f"graph_{number}/" if number else "", options)
        known = next((other for other in hooks.watched() if (other.model, other.run) == (model, run)), None)
        if known is not None and known.prefix == one.prefix:
            known.options, one = options, known
        elif not run.disabled:
            if known is not None:
                hooks.remove(known)
            hooks.add(one)
        if log_graph:
            graphs.append(_trace(one, model, number))
    return graphs


def unwatch(models: Any, run: trailmark.Run | None) -> None:
    """Do what `trailmark.unwatch` says."""
    chosen = None if models is None else _models(models, "unwatch")
    for one in hooks.watched():
        if (chosen is None or one.model in chosen) and run in (None, one.run):
            hooks.remove(one)
            trace = _traces.pop(one, None)
            if trace is not None:
                trace.end()
    hooks.tidy()


def _models(models: Any, call: str) -> list[nn.Module]:
    chosen = list(models) if isinstance(models, (list, tuple)) else [models]
    for model in chosen:
        if not isinstance(model, torch.nn.Module):
            raise WatchTypeError(f"{call}() takes a torch.nn.Module or several in a list, got {type(model).__name__}")
    return chosen


def _number(idx: Any) -> int | None:
    if idx is None:
        return None
    try:
        number = operator.index(idx)
    except TypeError:
        number = -1
    if number < 0:
        raise WatchOptionError(f"watch(idx=…) takes the number of a model, 0 or more, got {idx!r}")
    return number


def _number_of(model: nn.Module, run: trailmark.Run, wanted: int | None) -> int:
    """Return the number of a model in a run: the one it has, or the one that is wanted, or the next.

    Raises:
        WatchOptionError: another model, which is watched, has the number that is wanted.
    """
    numbers = _numbers.setdefault(run, weakref.WeakKeyDictionary())
    if wanted is None:
        wanted = numbers.get(model, _used.get(run, 0))
    for one in hooks.watched():
        other = one.model
        if other is not None and other is not model and one.run is run and numbers.get(other) == wanted:
            raise WatchOptionError(
                f"watch(idx={wanted}) is the number of another model that this run watches, a {type(other).__name__}: "
                "give another one, or unwatch that model first"
            )
    numbers[model] = wanted
    _used[run] = max(_used.get(run, 0), wanted + 1)
    return wanted


def _trace(one: Watched, model: nn.Module, number: int) -> trailmark.Graph:
    """Record the graph of a model after its next forward pass, and its parameters with it."""

    def done(graph: trailmark.Graph) -> None:
        _traces.pop(one, None)
        traced = one.model
        if traced is not None and not one.run.finished:
            row = {f"graph_{number}": graph, f"parameter_table_{number}": parameter_table(traced)}
            one.run.log(row, commit=False)

    earlier = _traces.pop(one, None)
    if earlier is not None:
        return _kept(one, earlier)
    trace = Trace(model, done)
    return _kept(one, trace)


def _kept(one: Watched, trace: Trace) -> trailmark.Graph:
    if trace.is_open:
        _traces[one] = trace
    return trace.graph
