"""`Graph`: the layers of a model and what flows between them, as JSON.

The file is an object: "format" 1; "type", the model's class; "num_parameters", each shared one counted once; "nodes", a
list of {"name", "type", "num_parameters", "parameters": [{"name", "shape"}], "output_shape"}; "edges", a list of
["from", "to"] by names. What is not known is left out. A name with dots lies inside the node of the part before its
last dot; "" is the model itself, as torch calls it. A `num_parameters` has all that is inside the node, `parameters`
what is the node's own.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.media import Media
from trailmark.media.source import caption_text, fields, optional, read_json, stored_file, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

_FORMAT = 1


@dataclass
class Node:
    """A layer, or a part of a model with layers in it.

    Attributes:
        name: where it is in the model, such as "encoder.0".
        type: its class, such as "Linear".
        num_parameters: how many numbers it learns, with all inside it; None if that is not known yet.
        parameters: those of its own: {"name": "weight", "shape": [8, 4]} each.
        output_shape: of its last output, with None for sides that vary; a list of such for several outputs.
    """

    name: str
    type: str | None = None
    num_parameters: int | None = None
    parameters: list[dict[str, Any]] = field(default_factory=list)
    output_shape: list[Any] | None = None

    def plain(self) -> dict[str, Any]:
        """Return what the file has of it."""
        return {name: value for name, value in asdict(self).items() if value is not None and value != []}


class Graph(Media):
    """The topology of a model: `nodes` by `name`, and `edges`. It may still grow after it was logged.

    Args:
        format: where the model is from, such as "torch" or "keras".
        caption: text that is shown with it.
    """

    kind = "graph"

    def __init__(self, format: str | None = None, *, caption: str | None = None) -> None:  # noqa: A002 (W&B's name)
        self.caption = caption_text(caption)
        self._framework = format
        self._type: str | None = None
        self._num_parameters: int | None = None
        self._nodes: dict[str, Node] | None = {}
        self._edges: list[tuple[str, str]] = []

    # -- making one ------------------------------------------------------------------------------------------------

    @classmethod
    def from_torch(cls, model: Any) -> Self:
        """Return the modules of a `torch.nn.Module`, or of what has its `named_modules` and `named_parameters`.

        The model is not run: edges are known only inside `Sequential`, and shapes of outputs are not.

        Raises:
            MediaError: `model` is no such thing.
        """
        if not (callable(getattr(model, "named_modules", None)) and callable(getattr(model, "named_parameters", None))):
            raise MediaError(f"Graph.from_torch takes a torch.nn.Module, got {type(model).__name__}")
        self = cls("torch")
        self._type = type(model).__name__
        self._num_parameters = _total(parameter for _, parameter in model.named_parameters())
        for name, module in model.named_modules():
            own = list(module.named_parameters(recurse=False))
            self.add_node(
                name=name,
                type=type(module).__name__,
                num_parameters=_total(parameter for _, parameter in module.named_parameters()),
                parameters=[{"name": part, **fields(shape=_shape(parameter))} for part, parameter in own],
            )
        for name, module in model.named_modules():
            if any(kind.__name__ == "Sequential" for kind in type(module).__mro__):
                inside = [f"{name}.{child}".lstrip(".") for child, _ in module.named_children()]
                known = [child for child in inside if child in self._held()]  # a module in two places has one name
                for first, second in itertools.pairwise(known):
                    self.add_edge(first, second)
        return self

    @classmethod
    def from_keras(cls, model: Any) -> Self:
        """Return the layers of a `keras.Model`, or of what has its `layers`, with those of models inside it.

        Edges follow the calls by which a functional model was made, and the order of layers in a sequential one.

        Raises:
            MediaError: `model` is no such thing.
        """
        if not hasattr(model, "layers"):
            raise MediaError(f"Graph.from_keras takes a keras.Model, got {type(model).__name__}")
        self = cls("keras")
        self._type = type(model).__name__
        self._num_parameters = _keras_count(model)
        self._add_layers(model, "")
        return self

    def _add_layers(self, model: Any, prefix: str) -> None:
        layers = list(model.layers)
        names = {id(layer): f"{prefix}{layer.name}" for layer in layers}
        for layer in layers:
            name = names[id(layer)]
            weights = [] if hasattr(layer, "layers") else getattr(layer, "weights", [])
            self.add_node(
                name=name,
                type=type(layer).__name__,
                num_parameters=_keras_count(layer),
                parameters=[{"name": str(weight.name), **fields(shape=_shape(weight))} for weight in weights],
                output_shape=_keras_output(layer),
            )
            if hasattr(layer, "layers"):
                self._add_layers(layer, f"{name}.")
        pairs = [
            (names[id(source)], names[id(layer)])
            for layer in layers
            for source in _inbound(layer)
            if id(source) in names
        ]
        if any(kind.__name__ == "Sequential" for kind in type(model).__mro__):
            pairs = list(itertools.pairwise(names.values()))
        for first, second in dict.fromkeys(pairs):
            self.add_edge(first, second)

    def add_node(self, node: Node | None = None, **node_kwargs: Any) -> Node:
        """Add a node, or one of its fields: name, type, num_parameters, parameters, output_shape.

        Raises:
            MediaError: there is one of that name, or there is no such field.
        """
        if node is None:
            try:
                node = Node(**node_kwargs)
            except TypeError as error:
                names = ", ".join(Node.__dataclass_fields__)
                raise MediaError(f"Graph.add_node takes a Node or its fields {names}: {error}") from None
        if not isinstance(node, Node) or not isinstance(node.name, str):
            raise MediaError(f"Graph.add_node takes a Node with a name, got {node!r}")
        if node.name in self._held():
            raise MediaError(f"this Graph has a node {node.name!r} already")
        self._held()[node.name] = node
        return node

    def add_edge(self, from_node: Node | str, to_node: Node | str) -> tuple[str, str]:
        """Say that the output of one node is an input of another, given as nodes or by name.

        Raises:
            MediaError: there is no such node.
        """
        edge = (self._name(from_node), self._name(to_node))
        self._edges.append(edge)
        return edge

    def _name(self, node: Node | str) -> str:
        name = node.name if isinstance(node, Node) else node
        if name not in self._held():
            raise MediaError(f"this Graph has no node {name!r}: add it first")
        return name

    # -- reading one -----------------------------------------------------------------------------------------------

    @property
    def nodes(self) -> list[Node]:
        """All nodes, in the order in which they were added.

        Raises:
            MediaError: the file cannot be read, or is damaged.
        """
        return list(self._held().values())

    @property
    def edges(self) -> list[tuple[str, str]]:
        """The names of all pairs of nodes between which something flows; errors as of `nodes`."""
        self._held()
        return list(self._edges)

    @property
    def type(self) -> str | None:
        """The class of the model; errors as of `nodes`."""
        self._held()
        return self._type

    @property
    def num_parameters(self) -> int | None:
        """How many numbers the model learns, shared ones counted once; None if unknown. Errors as of `nodes`."""
        self._held()
        return self._num_parameters

    def inbound(self, name: str) -> list[Node]:
        """Return the nodes whose output the node `name` takes; errors as of `nodes`."""
        nodes = self._held()
        return [nodes[first] for first, second in self._edges if second == name]

    def __getitem__(self, name: str) -> Node:
        try:
            return self._held()[name]
        except KeyError:
            raise KeyError(f"this Graph has no node {name!r}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._held()

    def __len__(self) -> int:
        return len(self._held())

    def __bool__(self) -> bool:
        return True

    # -- as a file -------------------------------------------------------------------------------------------------

    @property
    def changes(self) -> bool:
        """Whether it may have grown since it was stored: always, unless it was read back."""
        return self._file is None

    def store(self, folder: Folder) -> dict[str, Any]:
        """Have the graph written as it is now."""
        try:
            data = json.dumps(self._plain(), separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise MediaError(f"Graph cannot be written as JSON: {error}") from error
        path = folder.encode(self.kind, "json", lambda file: write(file, data), held_bytes=len(data))
        return fields(path=path, framework=self._framework, caption=self.caption)

    def _plain(self) -> dict[str, Any]:
        nodes = [node.plain() for node in self.nodes]
        known = fields(type=self._type, num_parameters=self._num_parameters)
        return {"format": _FORMAT, **known, "nodes": nodes, "edges": [list(edge) for edge in self._edges]}

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the graph that `record` was made of."""
        self = cls(optional(record, "framework", str), caption=optional(record, "caption", str))
        self._file = stored_file(record, stored)
        self._nodes = None
        return self

    def _held(self) -> dict[str, Node]:
        """Return all nodes by name, of the file when they are first asked for."""
        if self._nodes is None:
            path = self._opened()
            try:
                plain = read_json(path, "a graph")
                nodes = [Node(**node) for node in plain["nodes"]]
                self._edges = [(first, second) for first, second in plain["edges"]]
                self._type, self._num_parameters = plain.get("type"), plain.get("num_parameters")
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise MediaError(f"{path} is damaged, or of a newer version: it is no Graph: {error}") from error
            self._nodes = {node.name: node for node in nodes}
        return self._nodes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return (self.caption, self._framework, self._plain()) == (other.caption, other._framework, other._plain())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = f"{len(self._nodes)} nodes, {len(self._edges)} edges" if self._nodes is not None else str(self.path)
        return f"Graph({known}{f', caption={self.caption!r}' if self.caption is not None else ''})"


def _shape(value: Any) -> list[Any] | None:
    """Return the shape of a parameter; None while it has none, as in a lazy module."""
    try:
        return [None if side is None else int(side) for side in value.shape]
    except (AttributeError, RuntimeError, TypeError, ValueError):
        return None


def _total(parameters: Iterable[Any]) -> int | None:
    """Return how many numbers there are; None if one has no shape yet."""
    shapes = [_shape(parameter) for parameter in parameters]
    return None if any(shape is None for shape in shapes) else sum(math.prod(shape or ()) for shape in shapes)


def _keras_count(layer: Any) -> int | None:
    try:
        return int(layer.count_params())
    except (AttributeError, RuntimeError, TypeError, ValueError):  # not built yet
        return None


def _keras_output(layer: Any) -> list[Any] | None:
    """Return the shape of a layer's output, from Keras 3 or 2; None if it was never called."""
    try:
        output = layer.output
        found = [item.shape for item in output] if isinstance(output, (list, tuple)) else output.shape
    except (AttributeError, RuntimeError, ValueError):
        found = getattr(layer, "output_shape", None)
    if not isinstance(found, (list, tuple)):
        return None
    return [_sides(item) if isinstance(item, (list, tuple)) else None if item is None else int(item) for item in found]


def _sides(shape: Iterable[Any]) -> list[int | None]:
    return [None if side is None else int(side) for side in shape]


def _inbound(layer: Any) -> list[Any]:
    """Return the layers whose outputs a Keras layer was called with."""
    sources: list[Any] = []
    for call in getattr(layer, "_inbound_nodes", None) or getattr(layer, "inbound_nodes", None) or []:
        parents = getattr(call, "parent_nodes", None) or []
        if parents and all(hasattr(parent, "operation") for parent in parents):  # Keras 3
            found = [parent.operation for parent in parents]
        else:
            found = getattr(call, "inbound_layers", [])
        sources += found if isinstance(found, (list, tuple)) else [found]
    return sources
