"""`Watched`: a model that is watched for a run, and the rows that come of it.

It refers to the model weakly, and puts nothing into it. Recording never stops a training: what fails is warned of once.
"""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

import trailmark
from trailmark.torch.batch import tally
from trailmark.torch.names import parameters_of
from trailmark.torch.values import values_of

if TYPE_CHECKING:
    from torch import nn

    from trailmark.torch.found import Tally
    from trailmark.torch.options import Options

_GROUPS = {"gradient": "gradients", "parameter": "parameters"}


class Source(NamedTuple):
    """A tensor to record: of a gradient or a parameter, and the parameter's name."""

    kind: str
    name: str
    tensor: Any


class Watched:
    """A model that is watched for a run.

    Attributes:
        prefix: what goes before the names of its parameters: "" or "graph_1/".
        hooked: whether an optimizer that has parameters of it called our hook.
    """

    def __init__(self, model: nn.Module, run: trailmark.Run, prefix: str, options: Options) -> None:
        self._model = weakref.ref(model)
        self.run, self.prefix, self.options = run, prefix, options
        self.hooked = False
        self._steps: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._own: weakref.WeakSet[Any] = weakref.WeakSet()  # optimizers that have parameters of the model
        self._row_step: int | None = None
        self._row: dict[str, dict[str, Tally]] = {}  # all of the current row, by kind and name
        self._point: str | None = None

    @property
    def model(self) -> nn.Module | None:
        """The model; None if nobody has it any more."""
        return self._model()

    def is_due(self, optimizer: Any) -> bool:
        """Count a step of an optimizer, and return whether something is recorded in it."""
        try:
            steps = self._steps.get(optimizer, 0)
            self._steps[optimizer] = steps + 1
        except TypeError:  # one that cannot be a key; gradients are taken after backward passes then
            return False
        self.hooked = self.hooked or optimizer in self._own
        return steps % self.options.log_freq == 0

    def record_step(self, optimizer: Any) -> None:
        """Record what an optimizer is about to use: the parameters of the model that are its own."""
        model = self.model
        if model is None:
            return
        own = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        named = [one for one in parameters_of(model) if id(one.parameter) in own]
        if not named:
            return
        self._own.add(optimizer)
        self.hooked = True
        gradients = {one.name: one.parameter.grad for one in named if one.parameter.grad is not None}
        # A fused optimizer divides by the scale itself, in its kernel.
        scale = getattr(optimizer, "grad_scale", None)
        self.record(gradients, {one.name: one.parameter for one in named}, "optimizer step", scale)

    def record(self, gradients: dict[str, Any], parameters: dict[str, Any], point: str, scale: Any = None) -> None:
        """Record gradients and parameters by name; `point` says where in the training they were taken."""
        given = {"gradient": gradients, "parameter": parameters}
        sources = [
            Source(kind, name, tensor)
            for kind in self.options.kinds
            for name, tensor in given[kind].items()
            if self.options.chosen(name)
        ]
        found = _tallies(sources, scale)
        if not found:
            return
        step = self._place(found, point)
        if step != self._row_step:
            self._row_step, self._row = step, {}
        for source, result in found:
            self._row.setdefault(source.kind, {})[source.name] = result
        row: dict[str, Any] = {}
        for kind, tallies in self._row.items():
            row.update(_totals(f"{kind}_norm/{self.prefix}total", f"{kind}_count/{self.prefix}", tallies))
        for source, result in found:
            row[f"{source.kind}_norm/{self.prefix}{source.name}"] = result.histogram.norm
        for source, result in found:
            row[f"{_GROUPS[source.kind]}/{self.prefix}{source.name}"] = result.histogram
        self.run.log(row, step, commit=False)
        if "gradient" in self._row and point != self._point:
            self._point = point
            self.run.summary[f"gradient_point{self.prefix and '/' + self.prefix[:-1]}"] = point

    def _place(self, found: list[tuple[Source, Tally]], point: str) -> int:
        """Return the step of the row: the run's own, or the next one where these tensors would hide earlier values.

        What an optimizer has may hide what the backward pass before it left.
        """
        step = self.run.step
        known = self._row if step == self._row_step and point == self._point else {}
        return step + any(source.name in known.get(source.kind, ()) for source, _ in found)


def _tallies(sources: list[Source], scale: Any) -> list[tuple[Source, Tally]]:
    """Return what is in each tensor that holds numbers; gradients are divided by `scale`."""
    known = [(source, values) for source in sources if (values := _values(source)) is not None]
    if not known or _is_capturing(known[0][1].numbers):
        return []
    values = [one for _, one in known]
    divisor = values_of(scale) if isinstance(scale, torch.Tensor) else None
    tallies = tally([*values, *([divisor] if divisor else [])])
    factor = tallies.pop().histogram.norm if divisor else scale
    return [
        (source, _divided(result, factor) if factor and source.kind == "gradient" else result)
        for (source, _), result in zip(known, tallies, strict=True)
    ]


def _values(source: Source) -> Any:
    try:
        return values_of(source.tensor)
    except (NotImplementedError, RuntimeError, TypeError) as error:  # a kind of tensor that torch cannot convert
        reason = str(error).partition("\n")[0]
        trailmark.termwarn(f"the {source.kind} of {source.name!r} is not watched: {reason}", repeat=False)
        return None


def _is_capturing(numbers: torch.Tensor) -> bool:
    """Whether a CUDA graph is being captured, in which nothing may be fetched."""
    return bool(numbers.is_cuda and torch.cuda.is_current_stream_capturing())


def _divided(result: Tally, factor: float) -> Tally:
    old = result.histogram
    histogram = trailmark.Histogram.from_counts(
        old.histogram, old.bins[0] / factor, old.bins[-1] / factor, nan=old.nan, inf=old.inf, neg_inf=old.neg_inf
    )
    histogram.zeros, histogram.norm = old.zeros, None if old.norm is None else old.norm / factor
    return result._replace(histogram=histogram, squares=result.squares / factor**2)


def _totals(norm_key: str, count_prefix: str, tallies: dict[str, Tally]) -> dict[str, float]:
    """Return the norm of all tensors as one, and how many NaN, infinities and zeros they have."""
    histograms = [result.histogram for result in tallies.values()]
    return {
        norm_key: math.sqrt(sum(result.squares for result in tallies.values())),
        f"{count_prefix}nan": sum(one.nan for one in histograms),
        f"{count_prefix}inf": sum(one.inf + one.neg_inf for one in histograms),
        f"{count_prefix}zero": sum(one.zeros or 0 for one in histograms),
    }
