"""Tests of the config that a fit gathers, and of watching."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from fastai.basics import Adam, Callback, L, OptimWrapper, mae
from fastai.callback.training import GradientAccumulation, GradientClip

import trailmark
from trailmark.fastai import WandbCallback
from trailmark.fastai.gathered import gathered

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


class Kept(Callback):
    """Keeps its arguments."""

    def __init__(self, flag: Any, path: Any, numbers: Any, broken: Any, thing: Any) -> None:
        self.flag, self.path, self.numbers, self.broken, self.thing = flag, path, numbers, broken, thing


class Broken:
    """Cannot be described."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_the_arguments_of_learner_and_callbacks_are_in_the_config(
    begin: Callable[..., Run], learner: Callable[..., Any], root: Path
) -> None:
    """W&B's keys are there: the learner, each callback, batch sizes, parameters, shapes and transforms."""
    run = begin(config={"batch size": 99})
    learn = learner(metrics=mae, opt_func=functools.partial(Adam, mom=0.8), cbs=WandbCallback(n_preds=3))
    learn.fit(1)
    run.finish()
    config = trailmark.Api(root).run(run.path).config
    assert config["Learner"]["lr"] == 0.1
    assert config["Learner"]["opt_func"] == "Adam(mom=0.8)"
    assert config["Learner"]["loss_func"]["_name"] == "BaseLoss"
    assert config["Learner"]["metrics"][0]["func"] == "mae"
    assert config["Recorder"]["train_metrics"] is False
    assert config["WandbCallback"]["n_preds"] == 3
    assert config["TrainEvalCallback"] is True
    assert (config["batch size"], config["batch per epoch"], config["n_inp"]) == (4, 6, 1)
    assert config["model parameters"] == sum(parameter.numel() for parameter in learn.model.parameters())
    assert (config["device"], config["frozen"], config["frozen idx"]) == ("cpu", False, 0)
    assert (config["input 1 dim 1"], config["input 1 dim 2"]) == (4, 3)
    assert "dls.after_batch" in config


def test_what_is_no_plain_data_becomes_its_text(learner: Callable[..., Any]) -> None:
    """Paths, functions, tensors and objects that cannot be described are told as well as they can be."""
    learn = learner()
    learn.create_opt()
    odd = Kept(True, Path("a/b"), torch.arange(3.0), Broken(), {"f": mae, "many": torch.zeros(50), "list": L(1, 2)})
    learn.add_cb(odd)
    assert gathered(learn)["Kept"] == {
        "flag": True,
        "path": str(Path("a/b")),
        "numbers": [0.0, 1.0, 2.0],
        "broken": "<Broken: RuntimeError>",
        "thing": {"f": "mae", "many": "Tensor (50,)", "list": [1, 2]},
        "_name": "Kept",
    }


def test_a_path_of_bytes_becomes_a_text(tmp_path: Path, learner: Callable[..., Any]) -> None:
    """An entry of a folder that was listed by bytes is told as a text, as other paths are."""
    (tmp_path / "images").mkdir()
    learn = learner()
    learn.create_opt()
    with os.scandir(os.fsencode(tmp_path)) as entries:
        learn.add_cb(Kept(True, next(entries), 1, 1, 1))
    assert gathered(learn)["Kept"]["path"] == str(tmp_path / "images")


def test_texts_hold_no_addresses(learner: Callable[..., Any]) -> None:
    """Two gatherings of equal learners are equal, whatever lies where in memory."""
    assert gathered(learner(cbs=WandbCallback(), opt_func=Adam)) == gathered(
        learner(cbs=WandbCallback(), opt_func=Adam)
    )


class Gradients(Callback):
    """Keeps the norm of a gradient as it is when the optimizer uses it, as a witness."""

    order = 1000

    def __init__(self) -> None:
        self.norms: list[float] = []

    def before_step(self) -> None:
        """Keep it."""
        self.norms.append(self.learn.model[0].weight.grad.norm().item())


@pytest.mark.parametrize("opt_func", [Adam, functools.partial(OptimWrapper, opt=torch.optim.SGD)], ids=["own", "torch"])
def test_gradients_are_those_of_the_optimizer(
    begin: Callable[..., Run], learner: Callable[..., Any], root: Path, opt_func: Any
) -> None:
    """Watched gradients are accumulated and clipped, once a step, with optimizers of fastai and of torch."""
    run, witness = begin(), Gradients()
    callbacks = [WandbCallback(log="gradients", log_preds=False), GradientAccumulation(8), GradientClip(0.01), witness]
    learner(cbs=callbacks, opt_func=opt_func).fit(1)
    run.finish()
    logged = trailmark.Api(root).run(run.path)
    assert len(witness.norms) == 3
    assert list(logged.series("gradient_norm/0.weight").value) == pytest.approx(witness.norms[:1])
    assert list(logged.series("gradient_norm/0.weight").step) == [1]


@pytest.mark.parametrize("log", ["gradients", "parameters", "all"])
def test_models_are_watched(begin: Callable[..., Run], learner: Callable[..., Any], root: Path, log: str) -> None:
    """`log` records gradients or parameters of each learner of the process, not of the first alone."""
    run = begin()
    for _ in range(2):
        learner(cbs=WandbCallback(log=log, log_preds=False)).fit(1)
    run.finish()
    keys = list(trailmark.Api(root).run(run.path).keys())
    for kind in ("gradients", "parameters"):
        found = [key for key in keys if key.startswith(f"{kind}/")]
        assert bool(found) == (log in (kind, "all"))
        if found:
            assert len(found) >= 8  # weight and bias of two layers of two models
