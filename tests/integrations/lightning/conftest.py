"""What the tests of the Lightning adapter share: the Lightning at hand, a module, trainers, Lightning's warnings."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_PACKAGE = "lightning.pytorch" if importlib.util.find_spec("lightning") else "pytorch_lightning"

# Each text is a warning that Lightning or torch gives by itself in one of the supported versions.
HOSTS_WARNINGS = (
    "ignore:.*does not have many workers",
    "ignore:.*`num_workers` argument",
    "ignore:You defined a `validation_step` but have no",
    "ignore:The number of training batches",
    "ignore:Checkpoint directory .* exists",
    "ignore:Experiment logs directory .* exists",
    "ignore:.*already configured with model summary",
    "ignore:.*LeafSpec",
    "ignore:This property will be removed in 2.0.0. Use `Metric",
    "ignore:No seed found",
    "ignore:Detected KeyboardInterrupt",
    "ignore:.*pkg_resources",
    "ignore:Deprecated call to `pkg_resources",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let the warnings of Lightning be."""
    for warning in HOSTS_WARNINGS:
        config.addinivalue_line("filterwarnings", warning)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what old versions say of newer Pythons and packages while they are imported
        importlib.import_module(_PACKAGE)


@pytest.fixture(scope="session")
def pl() -> ModuleType:
    """Return `lightning.pytorch`, or `pytorch_lightning` where that is installed."""
    logging.getLogger(_PACKAGE).setLevel(logging.ERROR)
    return importlib.import_module(_PACKAGE)


@pytest.fixture
def stored(root: Path) -> Callable[..., Any]:
    """Finish the open runs, and read a run back: the one with an id, or the only one."""

    def read(run_id: str | None = None) -> Any:
        while trailmark.run is not None:
            trailmark.finish()
        runs = [run for run in trailmark.Api(root).runs() if run_id in (None, run.id)]
        assert len(runs) == 1
        return runs[0]

    return read


@pytest.fixture
def of_csv() -> Callable[[Any], dict[str, list[tuple[float, float]]]]:
    """Read the (step, value) pairs of each metric in the metrics.csv of Lightning's `CSVLogger`, in order."""

    def read(logger: Any) -> dict[str, list[tuple[float, float]]]:
        with Path(logger.log_dir, "metrics.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        keys = [key for key in rows[0] if key not in ("step", "epoch")]
        return {key: [(float(row["step"]), float(row[key])) for row in rows if row[key]] for key in keys}

    return read


@pytest.fixture
def of_run() -> Callable[[Any], dict[str, list[tuple[float, float]]]]:
    """Read the same of a run: pairs of "trainer/global_step" and value of each metric, in the order of the rows."""

    def read(run: Any) -> dict[str, list[tuple[float, float]]]:
        rows = run.history(format="rows")
        keys = {key for row in rows for key in row if not key.startswith(("_", "trainer/")) and key != "epoch"}
        return {key: [(row["trainer/global_step"], row[key]) for row in rows if key in row] for key in keys}

    return read


@pytest.fixture
def data() -> Callable[..., Any]:
    """Return a loader of `batches` batches of numbers that are always the same."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    def loader(batches: int = 4) -> Any:
        numbers = torch.randn(batches * 2, 4, generator=torch.Generator().manual_seed(0))
        return DataLoader(TensorDataset(numbers), batch_size=2)

    return loader


@pytest.fixture(scope="session")
def module(pl: ModuleType) -> type[Any]:
    """Return the class of a module that logs a loss in training, validation and tests."""
    import torch

    class Line(pl.LightningModule):  # type: ignore[name-defined]
        def __init__(self, lr: float = 0.1, **hparams: Any) -> None:
            super().__init__()
            self.save_hyperparameters({"lr": lr, **hparams})
            torch.manual_seed(0)
            self.layer = torch.nn.Linear(4, 1)
            self.lr = lr

        def loss(self, batch: Any) -> Any:
            return self.layer(batch[0]).pow(2).mean()

        def training_step(self, batch: Any, _index: int) -> Any:
            loss = self.loss(batch)
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", self.loss(batch))

        def test_step(self, batch: Any, _index: int) -> None:  # noqa: PT019 (a hook of Lightning, no test)
            self.log("test_loss", self.loss(batch))

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=self.lr)

    return Line


@pytest.fixture
def trainer(pl: ModuleType) -> Callable[..., Any]:
    """Make a trainer that logs each step to the logger or loggers given, and is otherwise silent."""

    def make(logger: Any, **arguments: Any) -> Any:
        quiet = {
            "max_epochs": 1,
            "log_every_n_steps": 1,
            "accelerator": "cpu",
            "devices": 1,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "enable_checkpointing": False,
        }
        if any(isinstance(one, pl.callbacks.ModelCheckpoint) for one in arguments.get("callbacks", ())):
            quiet["enable_checkpointing"] = True
        return pl.Trainer(logger=logger, **{**quiet, **arguments})

    return make
