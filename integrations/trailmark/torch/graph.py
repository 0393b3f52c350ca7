"""The graph of a model with what a forward pass adds to it: which layer's output goes where, and of which shape.

`trailmark.Graph.from_torch` knows a model's layers. The rest is seen in one forward pass by hooks, which are taken off
when it ends. A copy or a pickle of the model that is made in between has hooks that do nothing.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import torch

import trailmark
from trailmark.torch.names import plain_name, wrapper_prefixes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

_FAR = 10_000  # steps back in autograd's graph from one input; no model has as many between two layers


class Trace:
    """What is seen of a model in one forward pass.

    Attributes:
        graph: the graph that grows by it.
    """

    def __init__(self, model: nn.Module, done: Callable[[trailmark.Graph], None]) -> None:
        self.graph = trailmark.Graph.from_torch(model)
        self._names = {id(module): name for name, module in model.named_modules()}
        self._edges = dict.fromkeys(self.graph.edges)
        self._tensors: dict[int, str] = {}  # outputs by id, all of which are kept below so that no id is used again
        self._functions: dict[Any, str] = {}
        self._kept: list[Any] = []
        self._done: Callable[[trailmark.Graph], None] | None = done
        self._handles: list[Any] = []
        self._model = weakref.ref(model)
        if isinstance(model, torch.jit.ScriptModule):
            trailmark.termwarn(
                "a ScriptModule takes no hooks: its graph has neither shapes nor all edges", repeat=False
            )
            self.end()
            return
        hook = _Hook(self)
        for module in model.modules():
            if module is model or not isinstance(module, torch.jit.ScriptModule):
                self._handles.append(module.register_forward_hook(hook))

    @property
    def is_open(self) -> bool:
        """Whether the forward pass is still to come."""
        return self._done is not None

    def end(self) -> None:
        """Take all hooks off, and hand over the graph as it is."""
        for handle in self._handles:
            handle.remove()
        self._handles, self._kept, self._tensors, self._functions = [], [], {}, {}
        done, self._done = self._done, None
        if done is not None:
            done(self.graph)

    def see(self, module: nn.Module, inputs: Any, output: Any) -> None:
        """Take in that a module was called."""
        name = self._names.get(id(module))
        if name is None or self._done is None:
            return
        node = self.graph[name]
        node.output_shape = _shapes(output)
        if next(module.children(), None) is None:
            for source in dict.fromkeys(source for tensor in _tensors_in(inputs) for source in self._sources(tensor)):
                if source != name and (source, name) not in self._edges:
                    self._edges[source, name] = None
                    self.graph.add_edge(source, name)
            for tensor in _tensors_in(output):
                self._kept.append(tensor)
                self._tensors[id(tensor)] = name
                if tensor.grad_fn is not None:
                    self._functions[tensor.grad_fn] = name
        if module is self._model():
            self.end()

    def _sources(self, tensor: Tensor) -> Iterator[str]:
        """Yield the layers that a tensor comes from, through all that was computed in between."""
        if tensor.grad_fn is None:
            if id(tensor) in self._tensors:
                yield self._tensors[id(tensor)]
            return
        seen, waiting = {tensor.grad_fn}, [tensor.grad_fn]
        while waiting and len(seen) < _FAR:
            function = waiting.pop()
            if function in self._functions:
                yield self._functions[function]
                continue
            for earlier, _ in function.next_functions:
                if earlier is not None and earlier not in seen:
                    seen.add(earlier)
                    waiting.append(earlier)


class _Hook:
    """A forward hook that is nothing in a copy or a pickle."""

    def __init__(self, trace: Trace | None = None) -> None:
        self.trace = trace

    def __call__(self, module: nn.Module, inputs: Any, output: Any) -> None:
        trace = self.trace
        if trace is None:
            return
        try:
            trace.see(module, inputs, output)
        except Exception as error:  # noqa: BLE001 (the forward pass goes on, whatever it is)
            trailmark.termwarn(f"the graph of a model is not whole: {type(error).__name__}: {error}", repeat=False)
            trace.end()

    def __reduce__(self) -> tuple[Any, ...]:
        return _Hook, ()


def _tensors_in(value: Any) -> Iterator[Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors_in(item)


def _shapes(output: Any) -> list[Any] | None:
    shapes = [[int(side) for side in tensor.shape] for tensor in _tensors_in(output)]
    return None if not shapes else shapes[0] if isinstance(output, torch.Tensor) else shapes


def parameter_table(model: nn.Module) -> trailmark.Table:
    """Return what a model learns, a row for each parameter: where it is, its shape, its type, whether it is trained.

    One that is in several places is there once, with its other names. The shape of one that is spread over processes is
    that of the whole.
    """
    from trailmark.torch.names import parameters_of

    prefixes = wrapper_prefixes(model)
    types = {plain_name(name, prefixes): type(module).__name__ for name, module in model.named_modules()}
    table = trailmark.Table(columns=["name", "layer", "shape", "dtype", "number", "trainable", "device", "aliases"])
    for name, aliases, parameter in parameters_of(model):
        has_shape = not isinstance(parameter, torch.nn.parameter.UninitializedTensorMixin)
        table.add_data(
            name,
            types.get(name.rpartition(".")[0], type(model).__name__),
            [int(side) for side in parameter.shape] if has_shape else None,
            str(parameter.dtype).removeprefix("torch."),
            parameter.numel() if has_shape else None,
            bool(parameter.requires_grad),
            str(parameter.device),
            ", ".join(aliases),
        )
    return table
