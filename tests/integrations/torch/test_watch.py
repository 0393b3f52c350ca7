"""What `watch` records, against the gradients that the test itself takes just before the optimizer uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

import trailmark
from trailmark.errors import NoRunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run

    Begin = Callable[..., Run]
    Stored = Callable[[Any], Any]

HAS_SCALER = hasattr(torch, "amp") and hasattr(torch.amp, "GradScaler")  # for the CPU: from torch 2.3 on
NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]


def network() -> nn.Sequential:
    """Return a model of two layers."""
    return nn.Sequential(nn.Linear(5, 30), nn.ReLU(), nn.Linear(30, 2))


def gradients(model: nn.Module) -> dict[str, np.ndarray[Any, Any]]:
    """Return the gradients of a model as they are now."""
    return {name: one.grad.double().numpy().copy() for name, one in model.named_parameters() if one.grad is not None}


def assert_recorded(run: Any, taken: list[dict[str, np.ndarray[Any, Any]]], kind: str = "gradient") -> None:
    """Check that what a run has is, row for row, what the test has taken."""
    group = {"gradient": "gradients", "parameter": "parameters"}[kind]
    for name in taken[0]:
        histograms = run.series(f"{group}/{name}").value
        norms = run.series(f"{kind}_norm/{name}").value
        assert len(histograms) == len(taken)
        for histogram, norm, row in zip(histograms, norms, taken, strict=True):
            numbers = row[name].ravel()
            counts = torch.histc(torch.from_numpy(numbers), 64, histogram.bins[0], histogram.bins[-1])
            assert histogram.histogram == counts.long().tolist()
            assert histogram.histogram == np.histogram(numbers, histogram.bins)[0].tolist()
            assert histogram.zeros == (numbers == 0).sum()
            assert norm == histogram.norm == pytest.approx(np.linalg.norm(numbers), rel=1e-12)
    totals = run.series(f"{kind}_norm/total").value
    expected = [np.sqrt(sum(np.square(one).sum() for one in row.values())) for row in taken]
    assert list(totals) == pytest.approx(expected, rel=1e-12)


def test_plain_training(begin: Begin, stored: Stored) -> None:
    """Each step's gradients and parameters are those that the optimizer uses."""
    run, model = begin(), network()
    trailmark.watch(model, log="all", log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    taken, values = [], []
    for _ in range(4):
        optimizer.zero_grad()
        model(torch.randn(8, 5)).square().mean().backward()
        taken.append(gradients(model))
        values.append({name: one.detach().double().numpy().copy() for name, one in model.named_parameters()})
        optimizer.step()
        run.log({"loss": 1})
    back = stored(run)
    assert_recorded(back, taken)
    assert_recorded(back, values, "parameter")
    assert list(back.series("gradients/0.weight").step) == list(back.series("loss").step) == [0, 1, 2, 3]
    assert back.summary["gradient_point"] == "optimizer step"


def test_accumulated_gradients_are_recorded_once_a_step(begin: Begin, stored: Stored) -> None:
    """Of several backward passes for one step, the sum is recorded, once."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    taken = []
    for _ in range(3):
        for _ in range(4):
            model(torch.randn(8, 5)).square().mean().backward()
        taken.append(gradients(model))
        optimizer.step()
        optimizer.zero_grad()
        run.log({"loss": 1})
    assert_recorded(stored(run), taken)


def test_clipped_gradients(begin: Begin, stored: Stored) -> None:
    """Gradients that are clipped by value and by norm are recorded as clipped."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    taken = []
    for _ in range(3):
        optimizer.zero_grad()
        (100 * model(torch.randn(8, 5)).square().mean()).backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        taken.append(gradients(model))
        optimizer.step()
        run.log({"loss": 1})
    back = stored(run)
    assert_recorded(back, taken)
    assert max(back.series("gradient_norm/total").value) <= 1 + 1e-6


@pytest.mark.skipif(not HAS_SCALER, reason="this torch scales on CUDA only")
@pytest.mark.parametrize("fused", [False, True])
def test_unscaled_gradients(begin: Begin, stored: Stored, fused: bool) -> None:  # noqa: FBT001 (a case of a test)
    """With a gradient scaler the gradients are unscaled, also where the optimizer's kernel does that itself."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    taken = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = model(torch.randn(8, 5)).square().mean()
        scaler.scale(loss).backward()
        taken.append({name: one / scaler.get_scale() for name, one in gradients(model).items()})
        scaler.step(optimizer)
        scaler.update()
        run.log({"loss": 1})
    assert_recorded(stored(run), taken)


@pytest.mark.skipif(not HAS_SCALER, reason="this torch scales on CUDA only")
def test_unscaled_and_clipped_gradients(begin: Begin, stored: Stored) -> None:
    """Gradients that are unscaled for clipping are not unscaled twice; a step that is skipped is not recorded."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    taken = []
    for number in range(4):
        optimizer.zero_grad()
        scaler.scale(model(torch.randn(8, 5)).square().mean() * (float("inf") if number == 1 else 100)).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        if number != 1:
            taken.append(gradients(model))
        scaler.step(optimizer)
        scaler.update()
        run.log({"loss": 1})
    back = stored(run)
    assert_recorded(back, taken)
    assert list(back.series("gradient_norm/total").step) == [0, 2, 3]


def test_half_precision(begin: Begin, stored: Stored) -> None:
    """A model of bfloat16 is recorded as its numbers are."""
    run, model = begin(), network().bfloat16()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    taken = []
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(8, 5).bfloat16()).square().mean().backward()
        taken.append(gradients(model))
        optimizer.step()
        run.log({"loss": 1})
    assert_recorded(stored(run), taken)


def train(model: nn.Module, optimizer: Any, run: Run, steps: int) -> None:
    """Train for some steps, with a row for each."""
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 5)).square().mean().backward()
        optimizer.step()
        run.log({"loss": 1})


def test_first_and_every_nth_step(begin: Begin, stored: Stored) -> None:
    """The first step is recorded, and then each that is `log_freq` later; evaluation does not count."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        train(model, optimizer, run, 1)
        with torch.no_grad():
            model.eval()(torch.randn(8, 5))
        model.train()
    assert list(stored(run).series("gradient_norm/total").step) == [0, 3, 6]


def test_steps_between_two_logs_hide_none_of_each_other(begin: Begin, stored: Stored) -> None:
    """Several recorded steps before a `log` are as many rows, the last of which it completes."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    taken = []
    for step in range(6):
        optimizer.zero_grad()
        model(torch.randn(8, 5)).square().mean().backward()
        taken.append(gradients(model))
        optimizer.step()
        if step % 3 == 2:
            run.log({"loss": step})
    back = stored(run)
    assert_recorded(back, taken)
    assert list(back.series("gradients/0.weight").step) == [0, 1, 2, 3, 4, 5]
    assert list(back.series("loss").step) == [2, 5]


def test_watching_again_changes_the_options(begin: Begin, stored: Stored) -> None:
    """A model that is watched twice is recorded once, with the later options."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    trailmark.watch(model, log="parameters", log_freq=2)
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), run, 4)
    back = stored(run)
    assert list(back.series("parameter_norm/total").step) == [0, 2]
    keys = back.keys()
    assert not [key for key in keys if key.startswith("gradient")]


@pytest.mark.parametrize("choice", ["2.*", re.compile(r"^2\."), lambda name: name.startswith("2")])
def test_filter(begin: Begin, stored: Stored, choice: Any) -> None:
    """A glob, an expression or a function chooses parameters by their names."""
    run, model = begin(), network()
    trailmark.watch(model, log="all", log_freq=1, filter=choice)
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), run, 1)
    keys = stored(run).keys()
    assert {key.partition("/")[2] for key in keys if key.startswith("parameters/")} == {"2.weight", "2.bias"}


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"log": "weights"}, ValueError, '"gradients", "parameters", "all"'),
        ({"log": 3}, ValueError, "got 3"),
        ({"log_freq": 0}, ValueError, "log_freq"),
        ({"log_freq": "often"}, ValueError, "often"),
        ({"idx": -1}, ValueError, "idx"),
        ({"filter": 7}, TypeError, "a glob"),
    ],
)
def test_wrong_options_raise(begin: Begin, arguments: dict[str, Any], kind: type[Exception], said: str) -> None:
    """A wrong option raises at once, and says what is right."""
    begin()
    with pytest.raises(kind, match=said) as caught:
        trailmark.watch(network(), **arguments)
    assert isinstance(caught.value, UsageError)


def test_what_is_no_model_raises(begin: Begin) -> None:
    """A thing that is no module is named."""
    begin()
    for call in (trailmark.watch, trailmark.unwatch):
        with pytest.raises(TypeError, match="OrderedDict"):
            call(network().state_dict())


def test_without_a_run_it_says_so() -> None:
    """Before init, watch says what is missing."""
    with pytest.raises(NoRunError, match=r"trailmark\.watch\(\) needs a run"):
        trailmark.watch(network())


def test_wandbs_positional_arguments(begin: Begin, stored: Stored) -> None:
    """The arguments are W&B's, in W&B's order; without a graph nothing is returned."""
    run, model = begin(), network()
    assert trailmark.watch((model,), nn.MSELoss(), "all", 1, 3, False) == []
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), run, 1)
    keys = stored(run).keys()
    assert "gradients/graph_3/0.weight" in keys


def test_log_none_records_nothing(begin: Begin, stored: Stored) -> None:
    """With log=None nothing is recorded."""
    run, model = begin(), network()
    trailmark.watch(model, log=None, log_freq=1)
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), run, 2)
    assert set(stored(run).keys()) == {"loss"}


def test_nan_is_told(begin: Begin, stored: Stored) -> None:
    """A gradient with NaN has a count of them, and a norm that is NaN."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    (model(torch.randn(8, 5)) * torch.tensor([float("nan"), 1.0])).sum().backward()
    optimizer.step()
    back = stored(run)
    assert np.isnan(back.series("gradient_norm/total").value[0])
    assert back.series("gradient_count/nan").value[0] == sum(
        int(one.grad.isnan().sum()) for one in model.parameters() if one.grad is not None
    )


def test_run_methods(begin: Begin, stored: Stored) -> None:
    """A run's own watch and unwatch are about that run, not the current one."""
    run, model = begin(name="given"), network()
    begin(name="current", reinit="create_new")
    run.watch(model, log_freq=1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    train(model, optimizer, run, 2)
    run.unwatch(model)
    train(model, optimizer, run, 2)
    assert len(stored(run).series("gradient_norm/total").value) == 2
