"""Tests of data sets and models as artifacts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from fastai.basics import mae
from fastai.callback.tracker import SaveModelCallback

import trailmark
from trailmark.errors import NoRunError, UsageError
from trailmark.fastai import WandbCallback, log_dataset, log_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of data, with models in it."""
    folder = tmp_path / "my data"
    for name in ("labels.csv", "train/a.txt", "valid/deep/b.txt", "models/model.pth", "train/models/c.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def test_a_data_set_is_logged_and_used(begin: Callable[..., Run], folder: Path, root: Path) -> None:
    """All files but those of `models` are in the artifact, which the run logged and used."""
    run = begin()
    version = log_dataset(folder, metadata={"rows": 4})
    run.finish()
    stored = trailmark.Api(root).run(run.path)
    assert [artifact.name for artifact in stored.used_artifacts()] == ["my-data:v0"]
    assert sorted(entry.path for entry in version.files()) == [
        "labels.csv",
        "train/a.txt",
        "train/models/c.txt",
        "valid/deep/b.txt",
    ]
    assert (version.type, version.metadata) == ("dataset", {"rows": 4})


def test_a_model_is_logged(begin: Callable[..., Run], folder: Path) -> None:
    """A file is an artifact of type "model", whose name is the run's by default."""
    run = begin()
    version = log_model(folder / "models" / "model.pth")
    assert version.name == f"run-{run.id}-model:v0"
    assert [entry.path for entry in version.files()] == [f"run-{run.id}-model.pth"]
    named = log_model(folder / "models" / "model.pth", "resnet-v1.5", {"accuracy": 0.9})
    assert [entry.path for entry in named.files()] == ["resnet-v1.5.pth"]
    assert named.metadata == {"accuracy": 0.9}


def test_wrong_paths_and_no_run_raise(begin: Callable[..., Run], folder: Path) -> None:
    """A path to nothing raises and names it, and so does a call without a run."""
    with pytest.raises(NoRunError, match="log_dataset"):
        log_dataset(folder)
    begin()
    with pytest.raises(UsageError, match="nowhere"):
        log_dataset("nowhere")
    with pytest.raises(UsageError, match="my data"):
        log_model(folder)


@pytest.mark.parametrize("given", [True, False])
def test_the_callback_logs_the_data_set_once(
    begin: Callable[..., Run], learner: Callable[..., Any], folder: Path, root: Path, *, given: bool
) -> None:
    """`log_dataset` as a path or as True logs the folder in the first fit of a run."""
    run = begin()
    callback = WandbCallback(log_dataset=folder if given else True, dataset_name="data")
    learn = learner(folder="." if given else str(folder), cbs=callback)
    learn.fit(1)
    learn.fit(1)
    run.finish()
    assert [artifact.name for artifact in trailmark.Api(root).run(run.path).used_artifacts()] == ["data:v0"]


def test_data_without_a_folder_are_told_of(
    begin: Callable[..., Run], learner: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """`log_dataset=True` for data that have no folder is a warning; a path that is none raises."""
    begin()
    learner(cbs=WandbCallback(log_dataset=True)).fit(1)
    assert "log_dataset=True" in capsys.readouterr().err
    with pytest.raises(UsageError, match="nowhere"):
        learner(cbs=WandbCallback(log_dataset="nowhere")).fit(1)


def states(artifact: Any) -> Any:
    """Return the state of the model in an artifact."""
    (entry,) = artifact.files()
    return torch.load(io.BytesIO(Path(artifact.file()).read_bytes())), entry.path


def test_the_best_model_is_saved_logged_and_loaded(
    begin: Callable[..., Run], learner: Callable[..., Any], root: Path, tmp_path: Path
) -> None:
    """Without a `SaveModelCallback`, fastai's own rule saves the best model, which is logged as `best` and loaded."""
    run = begin()
    learn = learner(folder=str(tmp_path), metrics=mae, cbs=WandbCallback(log_model=True))
    learn.fit(4, lr=0.3)
    run.finish()
    (artifact,) = trailmark.Api(root).run(run.path).logged_artifacts()
    losses = [values[1] for values in learn.recorder.values]
    best = losses.index(min(losses))
    assert artifact.name == "model:v0"
    assert {"best", "latest"} == set(artifact.aliases)
    assert artifact.metadata == {"epoch": best, "valid_loss": losses[best], "mae": learn.recorder.values[best][2]}
    state, path = states(artifact)
    assert path == "model.pth"
    assert all(torch.equal(value, learn.model.state_dict()[key]) for key, value in state.items())
    assert not any(isinstance(callback, SaveModelCallback) for callback in learn.cbs)


@pytest.mark.parametrize("how", [{}, {"every_epoch": True}, {"at_end": True}])
def test_the_users_own_saving_is_used(
    begin: Callable[..., Run], learner: Callable[..., Any], root: Path, tmp_path: Path, how: dict[str, Any]
) -> None:
    """The file that the user's `SaveModelCallback` wrote last is logged, and the callback is left as it was."""
    run = begin()
    theirs = SaveModelCallback(fname="mine", **how)
    learn = learner(folder=str(tmp_path))
    learn.fit(3, cbs=[WandbCallback(log_model=True, model_name="logged"), theirs])
    run.finish()
    (artifact,) = trailmark.Api(root).run(run.path).logged_artifacts()
    assert artifact.name == "logged:v0"
    assert theirs.fname == "mine"
    assert Path(artifact.file()).read_bytes() == Path(theirs.last_saved_path).read_bytes()
    assert ("best" in artifact.aliases) == (not how)
    assert artifact.metadata["epoch"] == 2 or not how


def test_a_better_model_later_is_a_new_version(
    begin: Callable[..., Run], learner: Callable[..., Any], root: Path, tmp_path: Path
) -> None:
    """Each fit that saves another model makes a version; the earlier one stays as it was."""
    run = begin()
    learn = learner(folder=str(tmp_path), cbs=WandbCallback(log_model=True))
    learn.fit(1)
    first = {key: value.clone() for key, value in learn.model.state_dict().items()}
    learn.fit(1)
    run.finish()
    api = trailmark.Api(root)
    assert len(api.run(run.path).logged_artifacts()) == 2
    state, _ = states(api.artifact("p/model:v0"))
    assert all(torch.equal(value, first[key]) for key, value in state.items())


def test_no_model_to_save_is_told_of(
    begin: Callable[..., Run], learner: Callable[..., Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """If no epoch was better than none, as its loss is NaN, there is a warning and no artifact."""
    begin()
    learn = learner(folder=str(tmp_path), cbs=WandbCallback(log_model=True), lr=float("nan"))
    learn.fit(2)
    assert "no model was saved" in capsys.readouterr().err
