"""Hyperparameters of a module as the config of the run."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import yaml

from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import pytest


@dataclasses.dataclass
class Optimizer:
    """What a user may keep among hyperparameters."""

    name: str = "sgd"
    betas: tuple[float, float] = (0.9, 0.99)


def test_plain_ones_are_those_of_the_csv_logger(
    pl: ModuleType,
    tmp_path: Path,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """The config is what Lightning's own logger writes to hparams.yaml, nested as it is."""
    csv_logger = pl.loggers.CSVLogger(tmp_path / "csv")
    trainer([WandbLogger(), csv_logger]).fit(module(net={"layers": [1, 2], "norm": None}, on=True), data(2))
    written = yaml.safe_load(Path(csv_logger.log_dir, "hparams.yaml").read_text(encoding="utf-8"))
    assert stored().config == written == {"lr": 0.1, "net": {"layers": [1, 2], "norm": None}, "on": True}


def test_those_of_any_type_are_taken(stored: Callable[..., Any]) -> None:
    """Functions, data classes, arrays, tensors, namespaces, modules and the logger itself stop nothing."""
    logger = WandbLogger()
    hparams = {
        "function": torch.relu,
        "optimizer": Optimizer(),
        "array": np.arange(3),
        "tensor": torch.tensor(0.5),
        "namespace": argparse.Namespace(a=argparse.Namespace(b=1)),
        "logger": logger,
        "type": torch.nn.Linear,
        "path": Path("a/b"),
        "large": torch.zeros(100_000),
    }
    logger.log_hyperparams(hparams)
    logger.log_hyperparams(hparams)
    config = stored().config
    assert config["optimizer"] == {"name": "sgd", "betas": [0.9, 0.99]}
    assert config["array"] == [0, 1, 2]
    assert config["tensor"] == 0.5
    assert config["namespace"] == {"a": {"b": 1}}
    assert config["type"] == "torch.nn.modules.linear.Linear"
    assert set(hparams) <= set(config)


def test_they_may_be_logged_again(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """A test after the training, and a second training with other values, are no conflict: the newest count."""
    logger = WandbLogger(config={"lr": 1.0, "mine": 2})
    made = trainer(logger)
    made.fit(module(), data(2))
    made.test(made.model, data(2), verbose=False)
    trainer(logger).fit(module(lr=0.01), data(2))
    assert stored().config == {"lr": 0.01, "mine": 2}


def test_a_namespace_is_taken_as_its_entries(stored: Callable[..., Any]) -> None:
    """What `argparse` returns may be given to `log_hyperparams`."""
    WandbLogger().log_hyperparams(argparse.Namespace(lr=0.1, net={"a": 1}))
    assert stored().config == {"lr": 0.1, "net": {"a": 1}}


def test_some_that_cannot_be_read_stop_no_training(
    stored: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Hyperparameters that contain themselves are warned of, and the training goes on."""
    hparams: dict[str, Any] = {"lr": 0.1}
    hparams["self"] = hparams
    logger = WandbLogger()
    logger.log_hyperparams(hparams)
    logger.log_metrics({"loss": 1.0}, step=0)
    assert "hyperparameters are not logged" in capsys.readouterr().err
    assert stored().summary["loss"] == 1.0
