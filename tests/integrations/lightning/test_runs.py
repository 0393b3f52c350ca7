"""Which run a logger writes, when it begins it, and what Lightning and users are told of it."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark.errors import UsageError
from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def test_making_a_logger_creates_nothing(root: Path) -> None:
    """A logger has its id and project before there is a run, and asking for them begins none."""
    logger = WandbLogger(name="first", project="lines")
    assert logger.name == "lines"
    assert logger.version
    assert logger.save_dir == "."
    assert trailmark.run is None
    assert not root.exists()


def test_the_run_has_what_the_logger_was_given(stored: Callable[..., Any]) -> None:
    """Name, project, id and further arguments are those of the run, which becomes the current one."""
    logger = WandbLogger(name="first", project="lines", version="v1", config={"lr": 0.1}, tags=["a"], group="g")
    assert logger.experiment is trailmark.run
    run = stored()
    assert (run.name, run.path, run.config, run.tags, run.group) == ("first", "lines/v1", {"lr": 0.1}, ["a"], "g")


def test_the_id_before_is_the_id_after() -> None:
    """`version` does not change when the run is begun."""
    logger = WandbLogger()
    before = logger.version
    assert logger.experiment.id == before == logger.version


@pytest.mark.parametrize("variable", ["TRAILMARK_PROJECT", "WANDB_PROJECT"])
def test_the_project_may_come_from_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `project=` the variables say it, and without them it is "lightning_logs"."""
    assert WandbLogger().name == "lightning_logs"
    monkeypatch.setenv(variable, "mine")
    assert WandbLogger().experiment.project == WandbLogger().name == "mine"


def test_the_open_run_of_the_user_is_used(begin: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    """A run that `init` began is the logger's, and arguments that say otherwise are warned of."""
    run = begin()
    logger = WandbLogger(project="other")
    assert (logger.name, logger.version) == (run.project, run.id)
    assert logger.experiment is run
    assert "WandbLogger(project='other') is ignored" in capsys.readouterr().err


def test_another_id_or_reinit_begins_a_run_beside_that_of_the_user(begin: Callable[..., Any]) -> None:
    """A logger that is given an id, or `reinit`, does not take the user's run, and leaves it the current one."""
    run = begin()
    assert WandbLogger(id="mine").experiment.id == "mine"
    assert WandbLogger(reinit="create_new").experiment is not run
    assert trailmark.run is run


def test_two_names_of_two_runs_are_refused(begin: Callable[..., Any]) -> None:
    """`experiment=` and `run=` must not differ."""
    first, second = begin(), begin(reinit="create_new")
    with pytest.raises(UsageError, match="two runs"):
        WandbLogger(experiment=first, run=second)
    assert WandbLogger(experiment=second).experiment is second


def test_two_loggers_of_a_trainer_are_two_runs(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], root: Path
) -> None:
    """Each logger that begins its own run has all rows in it."""
    loggers = [WandbLogger(project="a"), WandbLogger(project="b")]
    trainer(loggers).fit(module(), data(3))
    api = trailmark.Api(root)
    paths = {logger.experiment.path for logger in loggers}
    assert {run.path for run in api.runs()} == paths
    assert all(len(api.run(path).series("train_loss_step").value) == 3 for path in paths)


def test_a_loop_of_trainings_leaves_a_finished_run_of_each(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], root: Path
) -> None:
    """A logger that begins its run finishes that of the logger before, whose training is over."""
    for fold in range(3):
        logger = WandbLogger(name=f"fold-{fold}")
        trainer(logger).fit(module(), data(2))
        trailmark.log({"own": fold})
    states = {run.name: run.state for run in trailmark.Api(root).runs()}
    assert states == {"fold-0": "finished", "fold-1": "finished", "fold-2": "running"}
    assert {run.name: run.summary["own"] for run in trailmark.Api(root).runs()} == {f"fold-{i}": i for i in range(3)}


def test_a_logger_goes_on_with_its_run_after_it_was_finished(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """A test after `finish` is in the same run, and so is a second training, behind the first."""
    logger = WandbLogger()
    made = trainer(logger)
    made.fit(module(), data(3))
    trailmark.finish()
    made.test(made.model, data(2), verbose=False)
    trailmark.finish()
    trainer(logger).fit(module(), data(3))
    run = stored()
    assert len(run.series("test_loss").value) == 1
    assert len(run.series("train_loss_step").value) == 6


def test_a_logger_goes_with_the_run_of_the_user(
    begin: Callable[..., Any], trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], root: Path
) -> None:
    """When the user has finished one run and begun another, the same logger writes the new one."""
    logger = WandbLogger()
    for name in ("one", "two"):
        with begin(id=name):
            trainer(logger).fit(module(), data(3))
            assert logger.version == name
    api = trailmark.Api(root)
    assert [len(api.run(f"p/{name}").series("train_loss_step").value) for name in ("one", "two")] == [3, 3]


def test_the_run_stays_open_when_a_training_ends(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any]
) -> None:
    """After `fit` the run is open, for tests and what the user logs."""
    logger = WandbLogger()
    run = logger.experiment
    trainer(logger).fit(module(), data(2))
    assert logger.experiment is run
    assert not run.finished


def test_checkpoints_are_where_lightning_has_them(
    pl: ModuleType, trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], tmp_path: Path
) -> None:
    """`ModelCheckpoint` writes to the project and the id below `save_dir`, the current folder by default."""
    callback = pl.callbacks.ModelCheckpoint()
    logger = WandbLogger(project="lines")
    trainer(logger, callbacks=[callback]).fit(module(), data(2))
    assert Path(callback.dirpath).resolve() == tmp_path / "lines" / str(logger.version) / "checkpoints"


def test_runs_are_kept_where_they_are_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dir` goes before the variable, that before `save_dir`, and that before the current folder."""

    def place(**arguments: Any) -> str:
        run = WandbLogger(reinit="create_new", **arguments).experiment
        return str(run.path_on_disk.parents[1].relative_to(tmp_path))

    assert place(save_dir=tmp_path / "out", dir=tmp_path / "runs") == "runs"
    assert place(save_dir=tmp_path / "out") == "root"  # of TRAILMARK_DIR
    monkeypatch.delenv("TRAILMARK_DIR")
    assert place(save_dir=tmp_path / "out") == "out/trailmark-runs"
    assert place() == place(save_dir=".") == place(save_dir=None) == "trailmark-runs"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_a_copy_of_an_unused_logger_writes_the_same_run(copied: Any, root: Path) -> None:
    """Copying begins no run, and the copy and the original write one."""
    logger = WandbLogger()
    other = copied(logger)
    assert not root.exists()
    assert other.experiment is logger.experiment


def test_a_derived_class_stays_itself(begin: Callable[..., Any]) -> None:
    """An object of a user's own subclass is copied as such."""
    begin()

    class Mine(WandbLogger):
        pass

    assert type(copy.deepcopy(Mine(prefix="a"))) is Mine


def test_going_on_from_a_checkpoint_continues_the_line(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    script: Callable[..., Any],
    root: Path,
    of_run: Callable[..., Any],
) -> None:
    """In a new process, steps after the checkpoint are repeated in place: no zigzag, no hole, and none lost."""
    callback = pl.callbacks.ModelCheckpoint(save_top_k=-1, every_n_epochs=1)
    trainer(WandbLogger(project="p", id="job"), callbacks=[callback], max_epochs=3).fit(module(), data(4))
    trailmark.finish()
    checkpoint = sorted(Path(callback.dirpath).iterdir())[1]  # after the second epoch, the eighth step
    done = script(RESUMED.format(tree=pl.__name__, checkpoint=str(checkpoint)))
    assert done.returncode == 0, done.stderr
    run = trailmark.Api(root).run("p/job")
    assert run.attempts == 2
    assert [step for step, _ in of_run(run)["train_loss_step"]] == list(range(16))
    assert run.series("train_loss_step").value.tolist()[8:] == [2.0] * 8
    assert len(run.series("train_loss_step", attempts=True).value) == 20


RESUMED = """
import importlib, torch
from torch.utils.data import DataLoader, TensorDataset
from trailmark.lightning import WandbLogger
pl = importlib.import_module({tree!r})
load = torch.load
torch.load = lambda *given, **more: load(*given, **{{**more, "weights_only": False}})
class Line(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
    def training_step(self, batch, _):
        self.log("train_loss_step", 2.0)
        return self.layer(batch[0]).pow(2).mean()
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
trainer = pl.Trainer(logger=WandbLogger(project="p", id="job"), max_epochs=4, log_every_n_steps=1, accelerator="cpu",
    devices=1, enable_progress_bar=False, enable_checkpointing=False)
trainer.fit(Line(), DataLoader(TensorDataset(torch.randn(8, 4)), batch_size=2), ckpt_path={checkpoint!r})
"""
