"""When watching begins and ends: several runs in a process, runs that finish early, models that go away."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.optim.optimizer import _global_optimizer_pre_hooks

import trailmark
from trailmark.torch import watched as watched_module

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from trailmark import Run

    Begin = Callable[..., Run]
    Stored = Callable[[Any], Any]


def train(model: nn.Module, optimizer: Any, run: Run | None = None, steps: int = 1) -> None:
    """Train for some steps, with a row for each."""
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        if run is not None:
            run.log({"loss": 1})


def pair() -> tuple[nn.Module, Any]:
    """Return a model and its optimizer."""
    model = nn.Linear(3, 2)
    return model, torch.optim.SGD(model.parameters(), lr=0.1)


def test_names_are_counted_per_run(begin: Begin, stored: Stored) -> None:
    """In a second run of the process, names are as in the first."""
    model, optimizer = pair()
    for _ in range(2):
        run = begin()
        trailmark.watch(model, log_freq=1)
        train(model, optimizer, run)
        keys = stored(run).keys()
        assert [key for key in keys if key.startswith("gradients/")] == ["gradients/weight", "gradients/bias"]


def test_a_model_keeps_its_number(begin: Begin, stored: Stored) -> None:
    """A model that is watched again in the same run has its old number, and a new one the next."""
    run = begin()
    (first, of_first), (second, of_second) = pair(), pair()
    trailmark.watch(first, log_freq=1)
    trailmark.unwatch(first)
    trailmark.watch(second, log_freq=1)
    trailmark.watch(first, log_freq=1)
    train(first, of_first, run)
    train(second, of_second, run)
    back = stored(run)
    assert list(back.series("gradient_norm/total").step) == [0]
    assert list(back.series("gradient_norm/graph_1/total").step) == [1]


def test_a_number_that_is_taken_raises(begin: Begin) -> None:
    """Two models that are watched cannot have one number; a model that is not watched any more frees its own."""
    begin()
    first, second = nn.Linear(3, 2), nn.Linear(3, 2)
    trailmark.watch(first, idx=2)
    with pytest.raises(ValueError, match="another model"):
        trailmark.watch(second, idx=2)
    trailmark.unwatch(first)
    trailmark.watch(second, idx=2)


def test_a_run_that_finished_stops_recording(begin: Begin, capfd: pytest.CaptureFixture[str]) -> None:
    """Training goes on after its run finished, with no more than one warning."""
    run = begin()
    model, optimizer = pair()
    trailmark.watch(model, log_freq=1)
    train(model, optimizer, run)
    run.finish()
    train(model, optimizer, steps=3)
    assert capfd.readouterr().err.count("not watched any more") <= 1


def test_several_runs_at_once(begin: Begin, stored: Stored) -> None:
    """With reinit="create_new" a model may be watched for two runs, and each has its rows."""
    runs = [begin(reinit="create_new", name=name) for name in "ab"]
    model, optimizer = pair()
    for run in runs:
        trailmark.watch(model, log_freq=1, run=run)
    train(model, optimizer, runs[0])
    runs[1].log({"loss": 1})
    trailmark.unwatch(model, run=runs[0])
    train(model, optimizer, runs[1])
    assert [len(stored(run).series("gradient_norm/total").value) for run in runs] == [1, 2]


def test_unwatch_takes_the_hook_out_of_torch(begin: Begin) -> None:
    """The last unwatch leaves torch as it was; one of an unknown model is no error."""
    begin()
    (first, _), (second, _) = pair(), pair()
    trailmark.watch([first, second])
    trailmark.unwatch(first)
    assert len(_global_optimizer_pre_hooks) == 1
    trailmark.unwatch([second, nn.Linear(1, 1)])
    assert not _global_optimizer_pre_hooks
    trailmark.unwatch()


def test_a_watched_model_can_go_away(begin: Begin) -> None:
    """Watching keeps no model alive."""
    run = begin()
    model, optimizer = pair()
    trailmark.watch(model, log="all", log_freq=1, log_graph=True)
    train(model, optimizer, run, 2)
    gone = weakref.ref(model)
    del model, optimizer
    gc.collect()
    assert gone() is None


def test_faults_of_ours_do_not_stop_training(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """If recording fails, training goes on, and the fault is told once."""
    run = begin()
    model, optimizer = pair()

    def broken(_: Any) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(watched_module, "tally", broken)
    trailmark.watch(model, log_freq=1)
    train(model, optimizer, run, 3)
    assert capfd.readouterr().err.count("MemoryError: no room") == 1


def test_disabled_runs_hook_nothing(begin: Begin) -> None:
    """In a disabled run nothing is put into torch; the graph is returned all the same."""
    begin(mode="disabled")
    model, optimizer = pair()
    [graph] = trailmark.watch(model, log_graph=True)
    assert not _global_optimizer_pre_hooks
    train(model, optimizer)
    assert len(graph.nodes) == 1


def test_training_is_the_same_to_the_bit(begin: Begin) -> None:
    """Weights and random states do not depend on whether a model is watched."""

    def result(*, watched: bool) -> list[torch.Tensor]:
        torch.manual_seed(3)
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.3), nn.Linear(4, 1))
        optimizer = torch.optim.AdamW(model.parameters())
        if watched:
            trailmark.watch(model, log="all", log_freq=1, log_graph=True)
        train(model, optimizer, steps=5)
        return [*model.state_dict().values(), torch.get_rng_state()]

    alone = result(watched=False)
    begin()
    assert all(map(torch.equal, result(watched=True), alone))


def test_importing_loads_no_framework(script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Importing the adapter, and asking for its functions, loads neither torch nor numpy."""
    done = script(
        "import sys, trailmark, trailmark.torch; trailmark.watch; print({'torch', 'numpy'} & set(sys.modules))"
    )
    assert done.stdout.strip() == "set()", done.stderr
