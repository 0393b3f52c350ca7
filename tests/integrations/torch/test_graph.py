"""The graph and the table of parameters that `watch(log_graph=True)` records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

import trailmark
from trailmark.torch.graph import parameter_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run

    Begin = Callable[..., Run]
    Stored = Callable[[Any], Any]


class Branched(nn.Module):
    """A model with a shortcut around a layer, and functions between layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6)
        self.middle = nn.Sequential(nn.Linear(6, 6), nn.ReLU(inplace=True))
        self.last = nn.Linear(6, 2)
        self.other = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        """Return two outputs."""
        x = self.first(x).relu()
        x = x + self.middle(x).flatten(1)
        return {"last": self.last(x), "other": self.other(x)}


EDGES = {
    ("first", "middle.0"),
    ("middle.0", "middle.1"),
    ("first", "last"),
    ("middle.1", "last"),
    ("first", "other"),
    ("middle.1", "other"),
}


def test_edges_and_shapes_come_from_the_next_forward_pass(begin: Begin, stored: Stored) -> None:
    """What flows between layers, also through functions, is an edge; every layer has the shape of its output."""
    run, model = begin(), Branched()
    [graph] = trailmark.watch(model, log=None, log_graph=True)
    assert graph["first"].output_shape is None
    model(torch.randn(5, 4))
    assert set(graph.edges) == EDGES
    assert graph["middle.1"].output_shape == [5, 6]
    assert graph[""].output_shape == [[5, 2], [5, 3]]
    assert not any(module._forward_hooks for module in model.modules())
    model(torch.randn(7, 4))
    assert graph["first"].output_shape == [5, 6]
    back = stored(run)
    [kept] = back.series("graph_0").value
    assert kept == graph


def test_a_model_that_is_run_without_gradients(begin: Begin) -> None:
    """Without autograd only what goes from layer to layer directly is known."""
    begin()
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 2)))
    [graph] = trailmark.watch(model, log_graph=True)
    with torch.no_grad():
        model(torch.randn(1, 4))
    assert ("0", "1.0") in graph.edges


def test_the_table_of_parameters(begin: Begin) -> None:
    """Each parameter is a row: its layer, shape and type, whether it is trained, its other names."""
    run, model = begin(), Branched()
    model.other.weight = model.last.weight
    model.other.bias = nn.Parameter(torch.zeros(2, dtype=torch.float64))
    model.first.requires_grad_(False)
    trailmark.watch([nn.Linear(1, 1), model], log_graph=True)
    parameters = parameter_table(model)
    assert parameters.columns == ["name", "layer", "shape", "dtype", "number", "trainable", "device", "aliases"]
    rows = {row[0]: row[1:] for row in parameters.data}
    assert rows["first.weight"] == ["Linear", [6, 4], "float32", 24, False, "cpu", ""]
    assert rows["last.weight"] == ["Linear", [2, 6], "float32", 12, True, "cpu", "other.weight"]
    assert rows["other.bias"][:3] == ["Linear", [2], "float64"]
    assert "other.weight" not in rows
    run.finish()


def test_the_table_is_kept_with_the_graph(begin: Begin, stored: Stored) -> None:
    """The table is recorded after the same forward pass as the graph, under the number of the model."""
    run, model = begin(), nn.Linear(2, 3)
    trailmark.watch(model, log_graph=True, idx=4)
    model(torch.randn(1, 2))
    [table] = stored(run).series("parameter_table_4").value
    assert [row[0] for row in table.data] == ["weight", "bias"]


def test_a_model_without_a_forward_pass_keeps_what_is_known(begin: Begin, stored: Stored) -> None:
    """If watching ends before a forward pass, the graph is recorded as it is, and no hook stays."""
    run, model = begin(), nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    trailmark.watch(model, log_graph=True)
    trailmark.unwatch(model)
    assert not any(module._forward_hooks for module in model.modules())
    [graph] = stored(run).series("graph_0").value
    assert graph.edges == [("0", "1")]


def test_watching_twice_before_the_forward_pass_records_one_graph(begin: Begin, stored: Stored) -> None:
    """A second watch before the first forward pass returns the same graph."""
    run, model = begin(), nn.Linear(2, 3)
    [first] = trailmark.watch(model, log_graph=True)
    [second] = trailmark.watch(model, log_graph=True)
    assert first is second
    model(torch.randn(1, 2))
    assert len(stored(run).series("graph_0").value) == 1
