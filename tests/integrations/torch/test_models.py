"""Models that are wrapped, compiled, shared, frozen, copied or spread over processes."""

from __future__ import annotations

import copy
import io
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

import trailmark

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from trailmark import Run

    Begin = Callable[..., Run]
    Stored = Callable[[Any], Any]

VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])
COMPILES = not (VERSION < (2, 1) and sys.version_info >= (3, 11))


class Shared(nn.Module):
    """A model whose two layers share their weights."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(5, 5)
        self.decoder = nn.Linear(5, 5)
        self.decoder.weight = self.encoder.weight

    def forward(self, x: Any) -> Any:
        """Compute both layers."""
        return self.decoder(self.encoder(x).relu())


class HasModule(nn.Module):
    """A model with a part that is called `module`."""

    def __init__(self) -> None:
        super().__init__()
        self.module = nn.Linear(5, 2)

    def forward(self, x: Any) -> Any:
        """Compute the part."""
        return self.module(x)


def network() -> nn.Sequential:
    """Return a model of two layers."""
    return nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 2))


def train(model: Any, run: Run, steps: int = 2, optimizer: Any = None) -> Any:
    """Train for some steps, with a row for each; return the optimizer."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 5)).square().mean().backward()
        optimizer.step()
        run.log({"loss": 1})
    return optimizer


def names(stored_run: Any, group: str = "gradients") -> list[str]:
    """Return the names under which something was recorded."""
    keys = stored_run.keys()
    return [key.partition("/")[2] for key in keys if key.startswith(f"{group}/")]


PLAIN = ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_data_parallel_names(begin: Begin, stored: Stored) -> None:
    """A model in DataParallel has the names that it has alone."""
    run, model = begin(), nn.DataParallel(network())
    trailmark.watch(model, log_freq=1)
    train(model, run)
    assert names(stored(run)) == PLAIN


def test_a_part_called_module_keeps_its_name(begin: Begin, stored: Stored) -> None:
    """Only a wrapper's `module` is left out of names."""
    run, model = begin(), nn.DataParallel(HasModule())
    trailmark.watch(model, log_freq=1)
    train(model, run)
    assert names(stored(run)) == ["module.weight", "module.bias"]


COMPILED = """
import torch
from torch import nn
import trailmark

run = trailmark.init(project="p", id="compiled")
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
graphs = []

def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward

if {before}:
    trailmark.watch(model, log_freq=1)
compiled = torch.compile(model, backend=backend)
if not {before}:
    compiled(torch.randn(8, 5))
    trailmark.watch(compiled, log_freq=1)
for number in range(8):
    optimizer.zero_grad()
    compiled(torch.randn(8, 5)).square().mean().backward()
    optimizer.step()
    run.log({{"loss": 1}})
run.finish()
open("graphs", "w").write(str(len(graphs)))
"""


@pytest.mark.skipif(not COMPILES, reason="torch 2.0 does not compile in this Python")
@pytest.mark.parametrize("before", [True, False])
def test_compiled_models(
    script: Callable[..., subprocess.CompletedProcess[str]],
    root: Path,
    before: bool,  # noqa: FBT001 (a case of a test)
) -> None:
    """A compiled model is recorded under its own names, and compiled as a whole: watching breaks no graph."""
    done = script(COMPILED.format(before=before))  # a process of its own: in torch 2.0 hooks are gone after it
    assert done.returncode == 0, done.stderr
    assert Path("graphs").read_text(encoding="utf-8") == "1"
    back = trailmark.Api(root).run("p/compiled")
    assert names(back) == PLAIN
    steps = list(back.series("gradient_norm/total").step)
    if VERSION >= (2, 3):
        assert steps == list(range(8))
    else:  # its compiler drops all hooks of optimizers; after a few steps backward passes are recorded
        assert back.summary["gradient_point"] == "backward pass"
        assert steps[-2:] == [6, 7]


def test_script_modules(begin: Begin, stored: Stored, capfd: pytest.CaptureFixture[str]) -> None:
    """A ScriptModule is recorded like any model; of its graph, what it tells without being run."""
    run = begin()
    model = torch.jit.script(network())
    [graph] = trailmark.watch(model, log_freq=1, log_graph=True)
    train(model, run)
    assert names(stored(run)) == PLAIN
    assert len(graph.nodes) == 4
    assert "ScriptModule takes no hooks" in capfd.readouterr().err


def test_shared_parameters_are_recorded_once(begin: Begin, stored: Stored) -> None:
    """A parameter in two places is recorded under its first name."""
    run, model = begin(), Shared()
    trailmark.watch(model, log="all", log_freq=1)
    train(model, run)
    assert names(stored(run), "parameters") == ["encoder.weight", "encoder.bias", "decoder.bias"]


def test_parameters_that_are_unfrozen_later_appear(begin: Begin, stored: Stored) -> None:
    """A layer that is frozen when watching begins is recorded from when it is trained."""
    run, model = begin(), network()
    model[0].requires_grad_(False)
    trailmark.watch(model, log_freq=1)
    optimizer = train(model, run, 2)
    model[0].requires_grad_(True)
    train(model, run, 2, optimizer)
    back = stored(run)
    assert list(back.series("gradients/0.weight").step) == [2, 3]
    assert list(back.series("gradients/2.weight").step) == [0, 1, 2, 3]


def test_parameters_that_the_optimizer_gets_later_appear(begin: Begin, stored: Stored) -> None:
    """A group that is added to the optimizer is recorded from then on."""
    run, model = begin(), network()
    trailmark.watch(model, log="parameters", log_freq=1)
    optimizer = train(model, run, 1, torch.optim.SGD(model[2].parameters(), lr=0.1))
    optimizer.add_param_group({"params": list(model[0].parameters())})
    train(model, run, 1, optimizer)
    back = stored(run)
    assert list(back.series("parameters/0.weight").step) == [1]
    assert list(back.series("parameters/2.weight").step) == [0, 1]


def test_two_models_with_an_optimizer_each(begin: Begin, stored: Stored) -> None:
    """Of a GAN, each optimizer's steps record its own model only, once."""
    run = begin()
    generator, critic = nn.Linear(3, 5), nn.Linear(5, 1)
    trailmark.watch([generator, critic], log_freq=2)
    of_generator = torch.optim.SGD(generator.parameters(), lr=0.1)
    of_critic = torch.optim.SGD(critic.parameters(), lr=0.1)
    for number in range(6):
        critic(generator(torch.randn(4, 3))).mean().backward()
        of_critic.step()
        if number % 3 == 0:
            of_generator.step()
        of_generator.zero_grad()
        of_critic.zero_grad()
        run.log({"loss": 1})
    back = stored(run)
    assert names(back) == ["graph_1/weight", "graph_1/bias", "weight", "bias"]
    assert list(back.series("gradient_norm/graph_1/total").step) == [0, 2, 4]
    assert list(back.series("gradient_norm/total").step) == [0]


def test_one_model_with_two_optimizers(begin: Begin, stored: Stored) -> None:
    """Totals are over all parameters of the model that were recorded in the row."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    both = [torch.optim.SGD(part.parameters(), lr=0.1) for part in (model[0], model[2])]
    model(torch.randn(8, 5)).square().mean().backward()
    expected = sum(float(one.grad.double().square().sum()) for one in model.parameters() if one.grad is not None)
    for optimizer in both:
        optimizer.step()
    run.log({"loss": 1})
    back = stored(run)
    assert list(back.series("gradient_norm/total").value) == pytest.approx([expected**0.5])
    assert sorted(names(back)) == sorted(PLAIN)


@pytest.mark.parametrize("keyword", [False, True])
def test_closures(begin: Begin, stored: Stored, keyword: bool) -> None:  # noqa: FBT001 (a case of a test)
    """Where the optimizer calls a closure for its gradients, those of its first call are recorded."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)
    x = torch.randn(8, 5)
    taken: list[list[float]] = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        taken[-1].append(float(torch.stack([one.grad.norm() for one in model.parameters()]).norm()))
        return loss

    for _ in range(3):
        taken.append([])
        if keyword:
            optimizer.step(closure=closure)
        else:
            optimizer.step(closure)
        run.log({"loss": 1})
    assert list(stored(run).series("gradient_norm/total").value) == pytest.approx([row[0] for row in taken], rel=1e-5)


class Foreign:
    """An optimizer that knows nothing of torch's hooks."""

    def __init__(self, model: nn.Module) -> None:
        self.parameters = list(model.parameters())

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for one in self.parameters:
            one.grad = None

    def step(self) -> None:
        """Follow the gradients."""
        with torch.no_grad():
            for one in self.parameters:
                one.sub_(0.1 * one.grad)


def test_optimizers_without_hooks(begin: Begin, stored: Stored, capfd: pytest.CaptureFixture[str]) -> None:
    """If no optimizer tells of its steps, gradients are those that backward passes leave; that is said."""
    run, model = begin(), network()
    trailmark.watch(model, log="all", log_freq=2)
    optimizer, taken = Foreign(model), {}
    for number in range(12):
        optimizer.zero_grad()
        model(torch.randn(8, 5)).square().mean().backward()
        taken[number] = float(torch.stack([one.grad.norm() for one in model.parameters()]).norm())
        optimizer.step()
        run.log({"loss": 1})
    back = stored(run)
    norms = back.series("gradient_norm/total")
    assert len(norms.step) >= 3
    assert {b - a for a, b in zip(norms.step, norms.step[1:], strict=False)} == {2}
    assert list(norms.value) == pytest.approx([taken[step] for step in norms.step], rel=1e-5)
    assert back.summary["gradient_point"] == "backward pass"
    assert "no optimizer tells torch of its steps" in capfd.readouterr().err


def test_a_hooked_optimizer_takes_over_again(begin: Begin, stored: Stored) -> None:
    """When an optimizer does tell of its steps, its gradients are recorded, and no hook stays on the parameters."""
    run, model = begin(), network()
    trailmark.watch(model, log_freq=1)
    train(model, run, 6, Foreign(model))
    train(model, run, 4)
    back = stored(run)
    assert list(back.series("gradient_norm/total").step)[-4:] == [6, 7, 8, 9]
    assert back.summary["gradient_point"] == "optimizer step"
    if VERSION >= (2, 3):
        assert not any(one._backward_hooks for one in model.parameters())


def test_sparse_gradients(begin: Begin, stored: Stored) -> None:
    """The sparse gradient of an embedding is recorded with its zeros."""
    run, model = begin(), nn.Embedding(10, 3, sparse=True)
    trailmark.watch(model, log_freq=1)
    optimizer = torch.optim.SparseAdam(list(model.parameters()))
    model(torch.tensor([1, 2, 2])).sum().backward()
    optimizer.step()
    run.log({"loss": 1})
    [histogram] = stored(run).series("gradients/weight").value
    assert (sum(histogram.histogram), histogram.zeros, histogram.bins[-1]) == (30, 24, 2.0)


def test_copies_are_not_recorded(begin: Begin, stored: Stored) -> None:
    """A deep copy, as averages of weights are, is no watched model, and can be copied and saved at any time."""
    run, model = begin(), network()
    trailmark.watch(model, log="all", log_freq=1, log_graph=True)
    average = copy.deepcopy(model)
    average(torch.randn(8, 5))
    train(model, run, 2)
    train(average, run, 3)
    back = stored(run)
    assert list(back.series("gradient_norm/total").step) == [0, 1]
    assert len(back.series("graph_0").value) == 1


def test_watched_models_can_be_pickled_and_saved(begin: Begin) -> None:
    """Watching puts nothing into a model: it is pickled, saved and copied as ever, before and after the first step."""
    run, model = begin(), network()
    before = [set(vars(module)) for module in model.modules()]
    trailmark.watch(model, log="all", log_freq=1, log_graph=True)
    for steps in (0, 2):
        train(model, run, steps)
        restored = pickle.loads(pickle.dumps(model))
        assert torch.equal(restored[0].weight, model[0].weight)
        restored(torch.randn(8, 5)).sum().backward()
        buffer = io.BytesIO()
        torch.save(model, buffer)
        torch.save(model.state_dict(), io.BytesIO())
        assert [set(vars(module)) for module in model.modules()] == before


def test_lazy_modules(begin: Begin, stored: Stored) -> None:
    """A lazy layer that gets its shape after watching began is recorded, and its place in the table."""
    run, model = begin(), nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 1))
    trailmark.watch(model, log="all", log_freq=1, log_graph=True)
    model(torch.randn(8, 5))
    train(model, run, 1)
    back = stored(run)
    assert "0.weight" in names(back, "parameters")
    [table] = back.series("parameter_table_0").value
    assert table.data[0][:5] == ["0.weight", "Linear", [3, 5], "float32", 15]


PARALLEL = """
import sys, torch, warnings
from torch import nn
import torch.distributed as dist
import trailmark
warnings.simplefilter("ignore")
dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 2))
run = trailmark.init(project="p", id="job")
{wrap}
trailmark.watch(model, log="all", log_freq=1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
torch.manual_seed(rank)
for step in range(3):
    optimizer.zero_grad()
    model(torch.randn(8, 5)).square().mean().backward()
    optimizer.step()
    run.log({{"loss": step}})
open(f"norm{{rank}}", "w").write(str({norm}))
run.finish()
dist.destroy_process_group()
"""
LAUNCH = (sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=0", "--standalone")


def launch(script: Callable[..., subprocess.CompletedProcess[str]], wrap: str, norm: str) -> list[float]:
    """Train in two processes; return what each says of its gradients in the last step."""
    done = script(
        PARALLEL.format(wrap=wrap, norm=norm),
        command=LAUNCH,
        OMP_NUM_THREADS="1",
        CUDA_VISIBLE_DEVICES="",
        timeout_s=200,
    )
    assert done.returncode == 0, done.stderr
    return [float(Path(f"norm{rank}").read_text(encoding="utf-8")) for rank in (0, 1)]


def test_distributed_data_parallel(script: Callable[..., subprocess.CompletedProcess[str]], root: Path) -> None:
    """In two processes the gradients are those after they were averaged, and rank zero's are the run's."""
    norms = launch(
        script,
        "model = nn.parallel.DistributedDataParallel(model)",
        "float(torch.stack([one.grad.norm() for one in model.parameters()]).norm())",
    )
    assert norms[0] == norms[1]
    run = trailmark.Api(root).run("p/job")
    assert names(run) == PLAIN
    values = run.series("gradient_norm/total").value
    assert len(values) == 3
    assert values[-1] == pytest.approx(norms[0], rel=1e-5)
    assert run.series("gradient_norm/total", rank=1).value[-1] == pytest.approx(norms[1], rel=1e-5)


@pytest.mark.skipif(VERSION < (2, 6), reason="FSDP2 on the CPU needs torch 2.6")
def test_fully_sharded(script: Callable[..., subprocess.CompletedProcess[str]], root: Path) -> None:
    """A sharded model is recorded as each process has it: its own shards."""
    norms = launch(
        script,
        "from torch.distributed.device_mesh import init_device_mesh\n"
        "from torch.distributed.fsdp import fully_shard\n"
        "fully_shard(model, mesh=init_device_mesh('cpu', (2,)))",
        "float(torch.stack([one.grad.to_local().norm() for one in model.parameters()]).norm())",
    )
    run = trailmark.Api(root).run("p/job")
    assert names(run) == PLAIN
    for rank in (0, 1):
        found = run.series("gradient_norm/total", rank=rank).value
        assert found[-1] == pytest.approx(norms[rank], rel=1e-5)
    assert sum(run.series("gradients/0.weight").value[0].histogram) == 20
