"""The rows of a run beside those of Lightning's `CSVLogger`, which logs the same training."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.lightning import WandbLogger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def csv_logger(pl: ModuleType, tmp_path: Path) -> Any:
    """Return Lightning's own logger to CSV files."""
    return pl.loggers.CSVLogger(tmp_path / "csv")


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_epochs": 2},
        {"max_epochs": 2, "accumulate_grad_batches": 2},
        {"max_epochs": 1, "val_check_interval": 2},
        {"max_epochs": 2, "log_every_n_steps": 3},
    ],
    ids=["epochs", "accumulation", "validation-in-the-middle", "every-third-step"],
)
def test_rows_are_those_of_the_csv_logger(
    arguments: dict[str, Any],
    csv_logger: Any,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_csv: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """Each metric has the same values at the same steps, in the same order."""
    made = trainer([WandbLogger(), csv_logger], **arguments)
    made.fit(module(), data(6), data(2))
    made.test(made.model, data(2), verbose=False)
    assert of_run(stored()) == of_csv(csv_logger)


def test_calls_of_one_step_are_one_row(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """The losses of training, epoch and validation at one step stand in one row, at that step of the run."""
    trainer(WandbLogger()).fit(module(), data(3), data(2))
    rows = stored().history(format="rows")
    assert [row["_step"] for row in rows] == [row["trainer/global_step"] for row in rows] == [0, 1, 2]
    assert {"train_loss_step", "train_loss_epoch", "val_loss", "epoch"} <= rows[-1].keys()


def test_charts_have_the_steps_of_the_training_as_axis(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """All metrics of a run that the logger began are drawn over "trainer/global_step"."""
    trainer(WandbLogger()).fit(module(), data(2))
    assert stored().metrics["*"].step_metric == "trainer/global_step"


def test_a_name_used_in_training_and_validation_keeps_both(
    csv_logger: Any,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_csv: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """Two values of one name at one step are two rows, as neither may hide the other."""

    class Twice(module):
        def training_step(self, batch: Any, _: int) -> Any:
            loss = self.loss(batch)
            self.log("loss", loss)
            return loss

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("loss", self.loss(batch))

    trainer([WandbLogger(), csv_logger], max_epochs=2).fit(Twice(), data(3), data(2))
    run = stored()
    assert of_run(run) == of_csv(csv_logger)
    assert len(of_run(run)["loss"]) == 8


def test_several_trainings_and_tests_of_one_logger_keep_all_rows(
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """Trainings whose steps begin at zero again, and tests at one step, go on behind the rows that are there."""
    logger = WandbLogger()
    for _ in range(2):
        made = trainer(logger)
        made.fit(module(), data(3), data(2))
        made.test(made.model, data(2), verbose=False)
        made.test(made.model, data(2), verbose=False)
        made.validate(made.model, data(2), verbose=False)
    run = stored()
    found = of_run(run)
    assert [step for step, _ in found["train_loss_step"]] == [0, 1, 2, 0, 1, 2]
    assert [step for step, _ in found["test_loss"]] == [3, 3, 3, 3]
    assert [step for step, _ in found["val_loss"]] == [2, 3, 2, 3]
    steps = [row["_step"] for row in run.history(format="rows")]
    assert steps == sorted(set(steps))


def test_two_loggers_with_the_run_of_the_user_add_no_row(
    begin: Callable[..., Any],
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """The same metrics, logged to one run by two loggers of a trainer, are there once."""
    begin()
    trainer([WandbLogger(), WandbLogger()]).fit(module(), data(3), data(2))
    assert stored().series("train_loss_step").step.tolist() == [0, 1, 2]


def test_callbacks_that_log_lose_nothing(
    pl: ModuleType,
    csv_logger: Any,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_csv: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """Learning rates and statistics of the device are all kept, also with accumulation."""
    callbacks = [pl.callbacks.LearningRateMonitor(logging_interval="step"), pl.callbacks.DeviceStatsMonitor()]
    made = trainer([WandbLogger(), csv_logger], callbacks=callbacks, accumulate_grad_batches=2)
    made.fit(module(), data(4), data(2))
    found, expected = of_run(stored()), of_csv(csv_logger)
    assert found["lr-SGD"] == sorted(set(expected["lr-SGD"]))  # Lightning logs it again for each batch of a step
    assert found["train_loss_step"] == expected["train_loss_step"]
    assert found.keys() == expected.keys()


def test_manual_optimization_with_two_optimizers_counts_batches(
    csv_logger: Any,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_csv: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """With two optimizers a batch is one step, as in Lightning's other loggers."""
    import torch

    class Two(module):
        def __init__(self) -> None:
            super().__init__()
            self.automatic_optimization = False

        def training_step(self, batch: Any, _: int) -> None:
            loss: Any = None
            for optimizer in self.optimizers():
                loss = self.loss(batch)
                optimizer.zero_grad()
                self.manual_backward(loss)
                optimizer.step()
            self.log("train_loss", loss)

        def configure_optimizers(self) -> Any:
            return [torch.optim.SGD(self.parameters(), lr=lr) for lr in (0.1, 0.01)]

    made = trainer([WandbLogger(), csv_logger])
    made.fit(Two(), data(3))
    found = of_run(stored())
    assert [step for step, _ in found["train_loss"]] == [0, 1, 2]
    assert made.global_step == 6
    assert found == of_csv(csv_logger)


def test_a_metric_named_step_sets_the_step(
    csv_logger: Any,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
    of_csv: Callable[..., Any],
    of_run: Callable[..., Any],
) -> None:
    """`self.log("step", epoch)` puts the metrics of that call at the epoch."""

    class Epochs(module):
        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", self.loss(batch))
            self.log("step", float(self.current_epoch))

    trainer([WandbLogger(), csv_logger], max_epochs=2).fit(Epochs(), data(3), data(1))
    found = of_run(stored())
    assert [step for step, _ in found["val_loss"]] == [0, 1]
    assert found == of_csv(csv_logger)


def test_validation_alone_is_logged(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """A validation without a training has its row, at step zero."""
    trainer(WandbLogger()).validate(module(), data(2), verbose=False)
    assert stored().series("val_loss").step.tolist() == [0]


def test_a_prefix_stands_before_the_metrics(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """With a prefix, metrics are named with it and a hyphen; the step of the training is not."""
    trainer(WandbLogger(prefix="a")).fit(module(), data(2))
    assert {"a-train_loss_step", "a-epoch", "trainer/global_step"} <= set(stored().keys())


def test_rows_without_a_step_go_to_the_step_of_the_run(stored: Callable[..., Any]) -> None:
    """What is logged without a step comes behind what was logged with one."""
    logger = WandbLogger()
    logger.log_metrics({"loss": 1.0}, step=7)
    logger.log_metrics({"note": 1.0})
    logger.log_metrics({"note": 2.0})
    assert stored().series("note").step.tolist() == [7, 8]


def test_a_step_that_is_no_whole_number_is_kept_beside(stored: Callable[..., Any]) -> None:
    """A fraction is the value of "trainer/global_step", and the row is at the whole step below."""
    logger = WandbLogger()
    logger.log_metrics({"loss": 1.0}, step=1.5)
    logger.log_metrics({"loss": 2.0}, step=float("nan"))
    run = stored()
    assert run.series("trainer/global_step").value.tolist() == [1.5]
    assert run.series("loss").value.tolist() == [1.0, 2.0]


def test_a_run_of_one_batch_for_debugging_logs_nothing(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], root: Path
) -> None:
    """With `fast_dev_run` no run is begun."""
    trainer(WandbLogger(), fast_dev_run=True).fit(module(), data(2), data(2))
    assert not list(root.rglob("*.journal"))


def test_looking_for_a_learning_rate_logs_nothing_of_it(
    pl: ModuleType,
    trainer: Callable[..., Any],
    module: type[Any],
    data: Callable[..., Any],
    stored: Callable[..., Any],
) -> None:
    """`lr_find` leaves no rows, and the training after it is logged as ever."""
    tuner = importlib.import_module(f"{pl.__name__}.tuner")
    made = trainer(WandbLogger(log_model=True))
    line = module()
    # Lightning 1.9 has the tuner in its trainer.
    find = tuner.Tuner(made).lr_find if hasattr(tuner, "Tuner") else made.tuner.lr_find
    find(line, data(8), num_training=5)
    made.fit(line, data(3))
    assert stored().series("train_loss_step").step.tolist() == [0, 1, 2]


def test_progress_is_not_disturbed_by_rows_of_the_user(
    trainer: Callable[..., Any], module: type[Any], data: Callable[..., Any], stored: Callable[..., Any]
) -> None:
    """What a module logs to the run itself stands beside the metrics, and hides none."""

    class Own(module):
        def on_train_batch_end(self, *_: Any) -> None:
            self.logger.experiment.log({"own": self.global_step})

    trainer(WandbLogger()).fit(Own(), data(4))
    run = stored()
    assert len(run.series("own").value) == 4
    assert run.series("train_loss_step").step.tolist() == [0, 1, 2, 3]
