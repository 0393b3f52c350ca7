"""What every adapter keeps to, whatever its framework: one suite over all that are installed.

The folder of an adapter beside this file has a `contract.py`, which says how that adapter is used:

    KEY         a metric that is logged once for each step of `train`
    MAKES_RUN   whether the adapter begins a run where there is none
    adapter(run=None)
                what a user makes and hands to the framework; of functions, an object that remembers `run`
    train(adapter, steps, event=None) -> bytes
                trains a tiny seeded model so that `KEY` is logged `steps` times, and calls `event(i)` within the loop
                after the i-th of them (from 0); without an adapter (None) the same training. Returns the final weights
                and the states of the random generators.
"""

from __future__ import annotations

import copy
import importlib.util
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark.adapter import FRAMEWORKS
from trailmark.errors import MissingPackageError, NoRunError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from trailmark import Run

HERE = Path(__file__).parent
STEPS = 3


class Contract:
    """The `contract.py` of an adapter."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = HERE / name / "contract.py"
        spec = importlib.util.spec_from_file_location(f"contract_{name}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # so that classes defined there can be pickled
        spec.loader.exec_module(module)
        self.key: str = module.KEY
        self.makes_run: bool = module.MAKES_RUN
        self.adapter: Callable[..., Any] = module.adapter
        self.train: Callable[..., bytes] = module.train


def _installed(adapter: str) -> bool:
    return any(importlib.util.find_spec(one.module.split(".")[0]) for one in FRAMEWORKS[adapter])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Test the adapters whose frameworks are installed, or of them the one that `--adapter` names."""
    chosen = metafunc.config.getoption("adapter")
    installed = [name for name in sorted(FRAMEWORKS) if _installed(name)]
    if "contract" in metafunc.fixturenames:
        metafunc.parametrize("contract", [name for name in installed if chosen in (None, name)], indirect=True)
    if "missing" in metafunc.fixturenames:
        metafunc.parametrize("missing", sorted(FRAMEWORKS.keys() - installed))


@pytest.fixture(scope="module")
def contract(request: pytest.FixtureRequest) -> Contract:
    """Return how an adapter is used."""
    return Contract(request.param)


@pytest.fixture
def values(root: Path, contract: Contract) -> Callable[..., list[Any]]:
    """Return all values of the contract's key in a run, or in all runs of the root."""

    def values(run: Run | None = None) -> list[Any]:
        api = trailmark.Api(root)
        stored = [api.run(run.path)] if run else [one for project in api.projects() for one in api.runs(project.name)]
        return [value for one in stored for value in one.series(contract.key).value]

    return values


def test_logs_to_the_current_run_once_a_step(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]]
) -> None:
    """Without `run=`, the rows are in the current run, one a step."""
    run = begin()
    contract.train(contract.adapter(), STEPS)
    run.finish()
    assert len(values(run)) == STEPS


def test_logs_to_the_run_it_is_given(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]]
) -> None:
    """With `run=`, the rows are in that run, and none in the current one."""
    given = begin(name="given")
    current = begin(name="current", reinit="create_new")
    contract.train(contract.adapter(run=given), STEPS)
    given.finish()
    current.finish()
    assert len(values(given)) == STEPS
    assert values(current) == []


def test_without_a_run_it_says_what_to_do(contract: Contract, values: Callable[..., list[Any]]) -> None:
    """Before `init`, the adapter begins a run itself, or refuses with the call that is missing."""
    if contract.makes_run:
        contract.train(contract.adapter(), STEPS)
        trailmark.finish()
        assert len(values()) == STEPS
    else:
        with pytest.raises(NoRunError, match=r"trailmark\.init"):
            contract.train(contract.adapter(), STEPS)


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_keeps_what_was_logged_before_training_failed(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]], error: BaseException
) -> None:
    """An exception or a Ctrl-C in training ends it as it would without us, and the rows before it are there."""

    def fail(step: int) -> None:
        if step == 1:
            raise error

    def outcome(adapter: Any) -> BaseException | None:
        try:
            contract.train(adapter, STEPS, fail)
        except (RuntimeError, KeyboardInterrupt, SystemExit) as caught:  # Lightning makes the last of the second
            return caught
        return None

    alone = outcome(None)
    run = begin()
    together = outcome(contract.adapter())
    run.finish(1)
    assert (type(together), str(together)) == (type(alone), str(alone))
    assert 1 <= len(values(run)) <= 2


def test_several_trainings_go_on_in_one_run(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]]
) -> None:
    """A second training with the same adapter adds its rows after those of the first."""
    run = begin()
    adapter = contract.adapter()
    contract.train(adapter, STEPS)
    steps = run.step
    contract.train(adapter, STEPS)
    run.finish()
    assert run.step > steps
    assert len(values(run)) == 2 * STEPS


def test_training_ends_the_same_with_and_without(contract: Contract, begin: Callable[..., Run]) -> None:
    """Final weights and random states are the same to the bit."""
    alone = contract.train(None, STEPS)
    assert contract.train(None, STEPS) == alone
    begin()
    assert contract.train(contract.adapter(), STEPS) == alone


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_can_be_copied_and_pickled(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]], copied: Any, when: str
) -> None:
    """A copy logs as the original does, also one that was made after a training."""
    run = begin()
    adapter = contract.adapter()
    if when == "after":
        contract.train(adapter, STEPS)
    before = len(values(run)) if when == "after" else 0
    contract.train(copied(adapter), STEPS)
    run.finish()
    assert len(values(run)) == before + STEPS


def test_disabled_runs_leave_nothing(contract: Contract, begin: Callable[..., Run], root: Path) -> None:
    """With `mode="disabled"` training goes as ever and the root stays empty."""
    begin(mode="disabled")
    contract.train(contract.adapter(), STEPS)
    trailmark.finish()
    assert not [path for path in root.rglob("*") if path.is_file() and path.name != ".gitignore"]


def test_offline_is_no_obstacle(
    contract: Contract, begin: Callable[..., Run], values: Callable[..., list[Any]]
) -> None:
    """`mode="offline"` keeps everything on the disk, as without a server there is nothing else."""
    run = begin(mode="offline")
    contract.train(contract.adapter(), STEPS)
    run.finish()
    assert len(values(run)) == STEPS


RANK = """
import importlib.util, sys, warnings
warnings.simplefilter("ignore")
spec = importlib.util.spec_from_file_location("contract_of_rank", {path!r})
contract = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = contract
spec.loader.exec_module(contract)
import trailmark
run = trailmark.init(project="p", id="job")
contract.train(contract.adapter(), 3)
run.finish()
"""


def test_another_rank_logs_no_second_copy(
    contract: Contract, begin: Callable[..., Run], script: Callable[..., subprocess.CompletedProcess[str]], root: Path
) -> None:
    """On a rank other than zero nothing is logged as if it were rank zero, and no second run appears."""
    run = begin(id="job")
    contract.train(contract.adapter(), STEPS)
    done = script(RANK.format(path=str(contract.path)), RANK="1", LOCAL_RANK="1", WORLD_SIZE="2")
    assert done.returncode == 0, done.stderr
    run.finish()
    api = trailmark.Api(root)
    assert [one.id for one in api.runs("p")] == ["job"]
    assert len(api.run("p/job").series(contract.key).value) == STEPS


# What a user imports and does of each adapter, in an environment without its framework.
USES = {
    "fastai": "from trailmark.fastai import WandbCallback",
    "keras": "from trailmark.keras import WandbMetricsLogger",
    "lightning": "from trailmark.lightning import WandbLogger",
    "sklearn": "import trailmark; trailmark.sklearn.plot_roc([0, 1], [0.2, 0.8])",
    "torch": "import trailmark; trailmark.watch(object())",
}


def test_every_adapter_is_used() -> None:
    """Each adapter has its line in `USES`."""
    assert set(USES) == set(FRAMEWORKS)


def test_a_missing_framework_is_named_with_the_command(missing: str) -> None:
    """Without the framework, the adapter raises one typed error that says what to install."""
    with pytest.raises(MissingPackageError, match=rf"pip install {FRAMEWORKS[missing][0].package}"):
        exec(USES[missing], {})


@pytest.mark.parametrize("name", sorted(FRAMEWORKS))
def test_a_file_named_as_the_framework_is_named(
    name: str, script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A file of the user's that hides the framework is named in the error, which says to rename it."""
    module = FRAMEWORKS[name][0].module
    (tmp_path / f"{module}.py").write_text("answer = 42\n", encoding="utf-8")
    done = script(USES[name])
    assert done.returncode != 0
    assert f"{module}.py" in done.stderr
    assert "rename that file" in done.stderr
