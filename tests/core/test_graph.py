"""`Graph`: the layers of a model and what flows between them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from media_support import PlainFolder, store
from trailmark.errors import MediaError
from trailmark.media.graph import Graph, Node

if TYPE_CHECKING:
    from pathlib import Path


def small() -> Graph:
    """Return a graph of two nodes."""
    graph = Graph("own", caption="a")
    first = graph.add_node(name="a", type="Input", output_shape=[None, 8])
    graph.add_node(Node("b", "Dense", 72, [{"name": "kernel", "shape": [8, 8]}, {"name": "bias", "shape": [8]}]))
    assert graph.add_edge(first, "b") == ("a", "b")
    return graph


def test_graph_comes_back(tmp_path: Path) -> None:
    """Nodes and edges are equal after the round trip."""
    record, found = store(small(), tmp_path)
    assert repr(found) == f"Graph({found.path}, caption='a')"
    assert found == small()
    assert [node.name for node in found.nodes] == ["a", "b"]
    assert found["b"] == small()["b"]
    assert found.inbound("b") == [found["a"]]
    assert found.edges == [("a", "b")]
    assert found.caption == "a"
    assert record == {"_type": "graph", "path": record["path"], "framework": "own", "caption": "a"}
    assert repr(found) == "Graph(2 nodes, 1 edges, caption='a')"


def test_file_is_as_documented(tmp_path: Path) -> None:
    """The file has what is known, and leaves out what is not."""
    found = store(small(), tmp_path)[1]
    assert json.loads(found.path.read_bytes()) == {
        "format": 1,
        "nodes": [
            {"name": "a", "type": "Input", "output_shape": [None, 8]},
            {
                "name": "b",
                "type": "Dense",
                "num_parameters": 72,
                "parameters": [{"name": "kernel", "shape": [8, 8]}, {"name": "bias", "shape": [8]}],
            },
        ],
        "edges": [["a", "b"]],
    }


def test_graph_may_grow(tmp_path: Path) -> None:
    """A graph that was logged and has grown since is stored anew; one that was read is not."""
    folder = PlainFolder(tmp_path)
    graph = small()
    first = graph.record_in(folder, folder)
    graph.add_node(name="c")
    assert "c" in graph
    assert "c" not in Graph.from_record(first, folder)
    found = Graph.from_record(graph.record_in(folder, folder), folder)
    assert "c" in found
    assert found.record_in(folder, folder) == found.record_in(folder, folder)


def test_empty_graph_is_one(tmp_path: Path) -> None:
    """A graph without nodes is true and comes back."""
    found = store(Graph(), tmp_path)[1]
    assert found
    assert len(found) == 0
    assert found == Graph()
    assert found != small()
    assert found != []


def test_bad_nodes_and_edges_are_errors() -> None:
    """What does not fit into the graph is named."""
    graph = small()
    with pytest.raises(MediaError, match="has a node 'a' already"):
        graph.add_node(name="a")
    with pytest.raises(MediaError, match="its fields name, type"):
        graph.add_node(name="c", size=3)
    with pytest.raises(MediaError, match="a Node with a name"):
        graph.add_node(name=3)
    with pytest.raises(MediaError, match="no node 'c'"):
        graph.add_edge("a", "c")
    with pytest.raises(KeyError, match="no node 'c'"):
        _ = graph["c"]


def test_values_that_json_lacks_are_an_error(tmp_path: Path) -> None:
    """A shape of something else is told when the graph is stored."""
    graph = Graph()
    graph.add_node(name="a", output_shape=[object()])
    with pytest.raises(MediaError, match="as JSON"):
        store(graph, tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"nodes": [{"other": 1}], "edges": []}', '{"nodes": [], "edges": [1]}'])
def test_damaged_file_is_an_error(tmp_path: Path, text: str) -> None:
    """A file that is no graph is named."""
    found = store(small(), tmp_path)[1]
    found.path.write_text(text)
    with pytest.raises(MediaError, match="damaged"):
        _ = found.nodes


def test_other_models_are_errors() -> None:
    """What is no model is named."""
    with pytest.raises(MediaError, match=r"a torch.nn.Module, got int"):
        Graph.from_torch(3)
    with pytest.raises(MediaError, match=r"a keras.Model, got int"):
        Graph.from_keras(3)


@pytest.mark.extra
def test_modules_of_torch(tmp_path: Path) -> None:
    """Each module is a node with its parameters; a Sequential is a chain."""
    nn = pytest.importorskip("torch.nn")
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 2), nn.Linear(2, 2)))
    found = store(Graph.from_torch(model), tmp_path)[1]
    assert found == Graph.from_torch(model)
    assert (found.type, found.num_parameters) == ("Sequential", 64)
    assert [node.name for node in found.nodes] == ["", "0", "1", "2", "2.0", "2.1"]
    assert found["0"] == Node("0", "Linear", 40, [{"name": "weight", "shape": [8, 4]}, {"name": "bias", "shape": [8]}])
    assert found["2"].num_parameters == 24
    assert found.edges == [("0", "1"), ("1", "2"), ("2.0", "2.1")]


@pytest.mark.extra
def test_shared_and_lazy_parameters_of_torch() -> None:
    """A shared parameter counts once, and one without a shape makes the count unknown."""
    nn = pytest.importorskip("torch.nn")
    model = nn.Module()
    model.first = layer = nn.Linear(3, 3)
    model.second = nn.Linear(3, 3)
    model.second.weight = layer.weight
    graph = Graph.from_torch(model)
    assert graph.num_parameters == 15
    assert graph["second"].num_parameters == 12
    model.third = nn.LazyLinear(2)
    graph = Graph.from_torch(model)
    assert graph.num_parameters is None
    assert graph["third"].parameters == [{"name": "weight"}, {"name": "bias"}]


class Layer:
    """What Keras 3 has of a layer, as far as a graph needs it."""

    def __init__(
        self, name: str, inputs: list[Layer], count: int | None = 0, shape: tuple[Any, ...] | None = None
    ) -> None:
        self.name = name
        parents = [SimpleNamespace(operation=layer) for layer in inputs]
        self._inbound_nodes = [SimpleNamespace(parent_nodes=parents)]
        self._count = count
        if shape is not None:
            self.output = SimpleNamespace(shape=shape)
        self.weights = [SimpleNamespace(name="kernel", shape=(2, 2))] if count else []

    def count_params(self) -> int:
        """Return how many there are."""
        if self._count is None:
            raise ValueError("not built")
        return self._count


class Sequential(Layer):
    """A model of layers."""

    layers: tuple[Layer, ...] = ()


def test_layers_of_keras(tmp_path: Path) -> None:
    """Layers are nodes, calls are edges, and models inside have their own."""
    first = Layer("in", [], shape=(None, 8))
    second = Layer("dense", [first], 4, (None, 2))
    inner = Sequential("inner", [first, second])
    inner.layers = (Layer("a", []), Layer("b", [], None))
    model = SimpleNamespace(layers=[first, second, inner], count_params=lambda: 4)
    found = store(Graph.from_keras(model), tmp_path)[1]
    assert [node.name for node in found.nodes] == ["in", "dense", "inner", "inner.a", "inner.b"]
    assert found["dense"] == Node("dense", "Layer", 4, [{"name": "kernel", "shape": [2, 2]}], [None, 2])
    assert found["inner.b"].num_parameters is None
    assert sorted(found.edges) == [("dense", "inner"), ("in", "dense"), ("in", "inner"), ("inner.a", "inner.b")]
    assert found.num_parameters == 4


def test_several_outputs_of_keras() -> None:
    """A layer with several outputs, and one of Keras 2, have their shapes."""
    layer = Layer("a", [])
    layer.output = [SimpleNamespace(shape=(None, 1)), SimpleNamespace(shape=(2,))]  # type: ignore[assignment]
    older = Layer("b", [])
    older.output_shape = (None, 3)  # type: ignore[attr-defined]
    graph = Graph.from_keras(SimpleNamespace(layers=[layer, older]))
    assert graph["a"].output_shape == [[None, 1], [2]]
    assert graph["b"].output_shape == [None, 3]
    assert graph.num_parameters is None
