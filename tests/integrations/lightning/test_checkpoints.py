"""Checkpoints of `ModelCheckpoint` as versions of an artifact."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark.errors import ArtifactError, UsageError
from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def test_the_best_and_the_last_are_logged_when_the_training_ends(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """With `log_model=True` the checkpoints that are left become versions, with their aliases and metadata."""
    callback = pl.callbacks.ModelCheckpoint(monitor="val_loss", mode="max", save_last=True)
    logger = WandbLogger(log_model=True)
    trainer(logger, callbacks=[callback], max_epochs=3).fit(module(), data(3), data(2))
    run = stored()
    versions = {version.metadata["original_filename"]: version for version in run.logged_artifacts()}
    best = versions[Path(callback.best_model_path).name]
    assert set(versions) == {Path(callback.best_model_path).name, "last.ckpt"}
    assert best.name.startswith(f"model-{run.id}")
    assert best.type == "model"
    assert "best" in best.aliases
    assert "latest" in versions["last.ckpt"].aliases
    assert best.metadata["score"] == callback.best_model_score.item()
    assert (
        best.metadata["ModelCheckpoint"] | {"monitor": "val_loss", "mode": "max", "save_last": True}
        == (best.metadata["ModelCheckpoint"])
    )
    assert Path(best.download(), "model.ckpt").read_bytes() == Path(callback.best_model_path).read_bytes()


def test_all_are_logged_as_they_are_written(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """With `log_model="all"` each checkpoint is a version, the ones too that Lightning deletes later."""
    logger = WandbLogger(log_model="all", checkpoint_name="line")
    trainer(logger, callbacks=[pl.callbacks.ModelCheckpoint()], max_epochs=3).fit(module(), data(3))
    assert [version.name for version in stored().logged_artifacts()] == ["line:v0", "line:v1", "line:v2"]


def test_with_all_kept_they_are_logged_as_they_are_written(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """With `save_top_k=-1` a checkpoint is logged at once, also with `log_model=True`."""
    seen = []

    class Watcher(pl.Callback):  # type: ignore[name-defined]
        def on_train_epoch_end(self, trainer: Any, _module: Any) -> None:
            seen.append(len(trainer.logger._checkpoints._logged))

    callbacks = [pl.callbacks.ModelCheckpoint(save_top_k=-1), Watcher()]
    trainer(WandbLogger(log_model=True), callbacks=callbacks, max_epochs=3).fit(module(), data(3))
    assert len(stored().logged_artifacts()) == 3
    assert seen[-1] >= 2


def test_none_are_logged_by_default(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """Without `log_model` there are no artifacts."""
    trainer(WandbLogger(), callbacks=[pl.callbacks.ModelCheckpoint()]).fit(module(), data(3))
    assert not stored().logged_artifacts()


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_what_there_is_is_logged_when_the_training_fails(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    error: BaseException,
) -> None:
    """After an error or a Ctrl-C the best checkpoint so far is a version, and the rows are there."""

    class Failing(module):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 2:
                raise error

    made = trainer(WandbLogger(log_model=True, offline=True), callbacks=[pl.callbacks.ModelCheckpoint()], max_epochs=3)
    with contextlib.suppress(RuntimeError, KeyboardInterrupt, SystemExit):
        made.fit(Failing(), data(3))
    run = stored()
    assert len(run.logged_artifacts()) == 1
    assert len(run.series("train_loss_step").value) == 6


def test_a_test_after_the_training_logs_nothing_again(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """A checkpoint that was logged and has not changed is not logged again."""
    made = trainer(WandbLogger(log_model="all"), callbacks=[pl.callbacks.ModelCheckpoint()])
    made.fit(module(), data(3))
    made.test(made.model, data(2), verbose=False)
    made.validate(made.model, data(2), verbose=False)
    assert len(stored().logged_artifacts()) == 1


def test_each_of_several_callbacks_is_logged(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """Checkpoints of two callbacks are all logged, and the metadata tells which is whose."""
    callbacks = [
        pl.callbacks.ModelCheckpoint(monitor="val_loss", filename="a-{epoch}"),
        pl.callbacks.ModelCheckpoint(monitor="train_loss_epoch", mode="max", filename="b-{epoch}"),
    ]
    trainer(WandbLogger(log_model=True), callbacks=callbacks).fit(module(), data(3), data(2))
    versions = stored().logged_artifacts()
    assert {version.metadata["ModelCheckpoint"]["monitor"] for version in versions} == {"val_loss", "train_loss_epoch"}


class Written:
    """A callback with a checkpoint that was written in some other way."""

    monitor, mode, save_top_k, current_score, best_model_score = "val_loss", "min", 1, None, 0.5

    def __init__(self, best: Path, last: Path) -> None:
        self.best_model_path, self.last_model_path = str(best), str(last)
        self.best_k_models = {str(best): 0.5}


def test_a_folder_becomes_a_folder(tmp_path: Path, stored: Callable[..., Any]) -> None:
    """A sharded checkpoint is a folder, and is logged whole; a link to it is not logged again."""
    shards = tmp_path / "epoch=0.ckpt"
    (shards / "rank0").mkdir(parents=True)
    (shards / "rank0" / "weights").write_bytes(b"0")
    (shards / "meta").write_bytes(b"1")
    (tmp_path / "last.ckpt").symlink_to(shards)
    logger = WandbLogger(log_model="all")
    logger.after_save_checkpoint(Written(shards, tmp_path / "last.ckpt"))
    (version,) = stored().logged_artifacts()
    assert sorted(version.manifest.entries) == ["model.ckpt/meta", "model.ckpt/rank0/weights"]
    assert set(version.aliases) == {"best", "latest"}


def test_a_checkpoint_that_was_written_over_is_logged_again(tmp_path: Path, stored: Callable[..., Any]) -> None:
    """The same path with a later time of change is a new version."""
    path = tmp_path / "last.ckpt"
    logger = WandbLogger(log_model="all")
    for number in (1, 2):
        path.write_bytes(bytes([number]))
        os.utime(path, ns=(number, number))
        logger.after_save_checkpoint(Written(path, path))
        logger.after_save_checkpoint(Written(path, path))
    assert len(stored().logged_artifacts()) == 2


def test_a_name_of_another_type_stops_no_training(
    tmp_path: Path, stored: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """An artifact of that name and another type is warned of."""
    logger = WandbLogger(log_model="all", checkpoint_name="taken")
    logger.experiment.log_artifact(trailmark.Artifact("taken", type="dataset"))
    path = tmp_path / "a.ckpt"
    path.write_bytes(b"1")
    logger.after_save_checkpoint(Written(path, path))
    logger.log_metrics({"loss": 1.0}, step=0)
    assert "is not logged" in capsys.readouterr().err
    assert stored().summary["loss"] == 1.0


def test_a_checkpoint_can_be_used_and_loaded(
    pl: ModuleType, trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], tmp_path: Path
) -> None:
    """A logged checkpoint comes back by its name, and is an input of the run that uses it."""
    import torch

    first = WandbLogger(log_model=True)
    made = trainer(first, callbacks=[pl.callbacks.ModelCheckpoint()])
    made.fit(module(), data(3))
    name = f"model-{first.version}:best"
    trailmark.finish()
    second = WandbLogger()
    assert second.use_artifact(name, "model").type == "model"
    folder = WandbLogger.download_artifact(name, save_dir=tmp_path / "got", artifact_type="model")
    loaded = torch.load(Path(folder, "model.ckpt"), weights_only=False)
    assert torch.equal(loaded["state_dict"]["layer.weight"], made.model.layer.weight)
    run = second.experiment
    trailmark.finish()
    assert [version.name for version in trailmark.Api().run(run.path).used_artifacts()] == [f"model-{first.version}:v0"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"log_model": "best"}, UsageError),
        ({"add_file_policy": "link"}, UsageError),
        ({"checkpoint_name": "a/b"}, ArtifactError),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, Any], error: type[Exception]) -> None:
    """An argument that cannot be raises where the logger is made, not after hours of training."""
    with pytest.raises(error):
        WandbLogger(**arguments)
