"""Tests of the rows that `trailmark.fastai.WandbCallback` logs, against what fastai itself records."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from fastai.basics import Callback, CancelFitException, load_learner, mae, mse
from fastai.callback.core import CancelBatchException, CancelTrainException, CancelValidException
from fastai.callback.fp16 import MixedPrecision
from fastai.callback.progress import CSVLogger
from fastai.callback.schedule import fine_tune, fit_one_cycle, lr_find  # noqa: F401 (methods of learners)
from fastai.callback.tracker import EarlyStoppingCallback
from fastai.callback.training import GradientAccumulation

import trailmark
from trailmark.errors import NoRunError, RunFinishedError, UsageError
from trailmark.fastai import WandbCallback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

TRAIN_KEYS = {"train_loss", "raw_loss", "lr_0", "mom_0", "sqr_mom_0", "eps_0", "wd_0", "train_samples_per_sec"}


class Witness(Callback):
    """Keeps the loss of each training batch, as a witness."""

    order = 55

    def __init__(self) -> None:
        self.witnessed: list[float] = []

    def after_batch(self) -> None:
        """Keep it."""
        if self.training:
            self.witnessed.append(self.learn.loss.item())


class At(Callback):
    """Calls a function at an event, after all else has seen it."""

    order = 1000

    def __init__(self, event: str, function: Callable[[Any], None]) -> None:
        setattr(self, event, lambda: function(self.learn))


@pytest.fixture
def read(root: Path) -> Callable[[Run], Any]:
    """Return a reader of what a run logged."""

    def read(run: Run) -> Any:
        run.finish()
        return trailmark.Api(root).run(run.path)

    return read


def test_losses_and_hyperparameters_are_those_of_each_batch(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """Each training batch has a row with its loss, the smoothed loss, and the hyperparameters it was trained with."""
    run, witness = begin(), Witness()
    learn = learner(cbs=[WandbCallback(), witness])
    learn.fit_one_cycle(2, 0.05)
    logged = read(run)
    assert list(logged.series("raw_loss").value) == witness.witnessed
    assert list(logged.series("train_loss").value) == [loss.item() for loss in learn.recorder.losses]
    assert list(logged.series("lr_0").value) == learn.recorder.lrs
    assert {*logged.keys()} >= TRAIN_KEYS
    assert list(logged.series("raw_loss").step) == list(range(12))


def test_epochs_are_the_rows_of_fastais_own_log(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any], tmp_path: Path
) -> None:
    """The metrics of each epoch are those of the recorder, and of fastai's CSV file to its digits."""
    run = begin()
    learn = learner(metrics=[mae, mse], cbs=[WandbCallback(), CSVLogger(tmp_path / "log.csv")])
    learn.fit(3)
    logged = read(run)
    columns = [list(logged.series(key).value) for key in ("valid_loss", "mae", "mse")]
    assert [list(row) for row in zip(*columns, strict=True)] == [list(row)[1:] for row in learn.recorder.values]
    with (tmp_path / "log.csv").open() as file:
        written = [[float(row["valid_loss"]), float(row["mae"])] for row in csv.DictReader(file)]
    assert np.allclose(written, np.array(columns[:2]).T, atol=1e-6)


def test_the_epoch_is_a_fraction_within_and_a_whole_number_at_the_end(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """`epoch` counts up by batches; the row of an epoch is at the step of its last batch."""
    run = begin()
    learner(cbs=WandbCallback()).fit(2)
    logged = read(run)
    rows = list(logged.scan_history(keys=["epoch"]))
    assert [row["epoch"] for row in rows] == pytest.approx([n / 6 for n in range(1, 13)])
    whole = dict(zip(logged.series("epoch").step, logged.series("epoch").value, strict=True))
    assert [(step, whole[step]) for step in logged.series("valid_loss").step] == [(5, 1), (11, 2)]


@pytest.mark.parametrize("given", ["learner", "fit"])
def test_two_fits_go_on_with_steps_and_epochs(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any], given: str
) -> None:
    """A second fit continues after the first, whether the callback is the learner's or the fit's."""
    run, callback = begin(), WandbCallback()
    learn = learner(cbs=callback if given == "learner" else None)
    for _ in range(2):
        learn.fit(1, cbs=None if given == "learner" else callback)
    logged = read(run)
    assert list(logged.series("raw_loss").step) == list(range(12))
    assert list(logged.series("epoch").value)[-1] == 2
    assert callback not in learn.cbs or given == "learner"


def test_fine_tune_is_two_fits(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """`fine_tune` logs the frozen epoch and those after it; each group of parameters has its hyperparameters."""
    run = begin()
    learn = learner(
        cbs=WandbCallback(), splitter=lambda model: [list(model[0].parameters()), list(model[2].parameters())]
    )
    learn.fine_tune(2)
    logged = read(run)
    assert len(logged.series("valid_loss").value) == 3
    assert len(logged.series("raw_loss").value) == 18
    assert {"lr_0", "lr_1"} <= {*logged.keys()}


def test_searching_a_learning_rate_logs_nothing(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """`lr_find` leaves no row, and the fit after it is logged as ever."""
    run = begin()
    learn = learner(cbs=WandbCallback())
    learn.lr_find(num_it=5, show_plot=False)
    assert run.step == 0
    learn.fit(1)
    assert len(read(run).series("raw_loss").value) == 6


def test_validating_and_predicting_log_nothing(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """`validate` and `get_preds` leave no row, before and after a fit."""
    run = begin()
    learn = learner(cbs=WandbCallback())
    learn.validate()
    learn.get_preds()
    assert run.step == 0
    learn.fit(1)
    learn.validate()
    learn.get_preds(ds_idx=0)
    assert run.step == 6
    assert len(read(run).series("valid_loss").value) == 1


def test_validating_needs_no_run(learner: Callable[..., Any]) -> None:
    """Without a run, a learner with the callback still validates; a fit says that it needs one."""
    learn = learner(cbs=WandbCallback())
    assert len(learn.validate()) == 1
    with pytest.raises(NoRunError, match=r"trailmark\.init"):
        learn.fit(1)


def test_a_finished_run_is_refused_at_the_beginning(begin: Callable[..., Run], learner: Callable[..., Any]) -> None:
    """A run that was given and is finished raises before anything is trained."""
    run = begin()
    run.finish()
    learn = learner(cbs=WandbCallback(run=run))
    before = [parameter.clone() for parameter in learn.model.parameters()]
    with pytest.raises(RunFinishedError, match="finished"):
        learn.fit(1)
    assert all(map(torch.equal, before, learn.model.parameters()))


def test_a_run_that_finishes_meanwhile_stops_no_training(
    begin: Callable[..., Run], learner: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """If the run is finished in the midst of a fit, there is a warning, and the fit goes on to its end."""
    run = begin()
    learn = learner(cbs=[WandbCallback(log_preds=False), At("after_batch", lambda _: run.finish())])
    learn.fit(2)
    assert len(learn.recorder.values) == 2
    assert "could not be logged" in capsys.readouterr().err


@pytest.mark.parametrize("cancelled", [CancelFitException, CancelTrainException, CancelBatchException])
def test_cancelled_parts_keep_their_rows(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any], cancelled: type[Exception]
) -> None:
    """A fit, an epoch's training or a batch that a callback cancels keeps the rows before, and ends as it would."""

    def cancel(learn: Any) -> None:
        if learn.training and learn.epoch == 1 and learn.iter == 2:
            raise cancelled

    run = begin()
    learner(
        cbs=[WandbCallback(), At("before_backward" if cancelled is CancelBatchException else "after_batch", cancel)]
    ).fit(3)
    logged = read(run)
    counts = {CancelFitException: (9, 1), CancelTrainException: (15, 3), CancelBatchException: (18, 3)}
    assert (len(logged.series("raw_loss").value), len(logged.series("valid_loss").value)) == counts[cancelled]
    assert logged.state == "finished"


def test_a_cancelled_validation_has_no_metrics_under_wrong_names(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """Where the recorder's log is shorter than its names, no value lands under the name of another."""

    def cancel(learn: Any) -> None:
        if learn.epoch == 0:
            raise CancelValidException

    run = begin()
    learn = learner(metrics=mae, cbs=[WandbCallback(), At("before_validate", cancel)])
    learn.fit(2)
    logged = read(run)
    assert list(logged.series("valid_loss").value) == [learn.recorder.values[1][1]]
    assert list(logged.series("mae").value) == [learn.recorder.values[1][2]]


def test_early_stopping_keeps_the_last_epoch(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """When fastai stops early, all epochs it ran are logged, and predictions once."""
    run = begin()
    learn = learner(cbs=[WandbCallback(), EarlyStoppingCallback(min_delta=100, patience=2)])
    learn.fit(20)
    logged = read(run)
    assert len(logged.series("valid_loss").value) == len(learn.recorder.values) == 3
    assert list(logged.series("Prediction_Samples").step) == [17]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_fit_after_an_interrupted_one_is_logged(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any], error: type[BaseException]
) -> None:
    """After Ctrl-C or an error the rows are there, and the next fit of the same learner goes on after them."""

    def fail(learn: Any) -> None:
        if learn.iter == 3:
            raise error("stop")

    run, callback = begin(), WandbCallback(log_model=True)
    learn = learner()
    callbacks = [type(one) for one in learn.cbs]
    with pytest.raises(error):
        learn.fit(2, cbs=[callback, At("after_step", fail)])
    assert [type(one) for one in learn.cbs] == callbacks
    learn.fit(1, cbs=callback)
    logged = read(run)
    assert list(logged.series("raw_loss").step) == list(range(9))
    assert list(logged.series("epoch").value)[-1] == 2


def test_gradient_accumulation_logs_each_batch(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """With accumulated gradients there is still a row for each batch."""
    run = begin()
    learner(cbs=[WandbCallback(), GradientAccumulation(8)]).fit(1)
    assert len(read(run).series("raw_loss").value) == 6


@pytest.mark.filterwarnings("ignore:.*(CUDA|cuda):UserWarning")  # torch, of mixed precision without a GPU
def test_mixed_precision_is_logged_and_predicted(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any]
) -> None:
    """With fastai's mixed precision the rows and the predictions are there, also in a second fit."""
    run = begin()
    learn = learner(cbs=[WandbCallback(log_preds_every_epoch=True), MixedPrecision()])
    learn.fit(2)
    learn.fit(1)
    logged = read(run)
    assert len(logged.series("raw_loss").value) == 18
    assert len(logged.series("Prediction_Samples").value) == 3


def test_an_exported_learner_is_loaded_predicts_and_trains(
    begin: Callable[..., Run], read: Callable[[Run], Any], learner: Callable[..., Any], tmp_path: Path
) -> None:
    """`learn.export` works with the callback, holds no data of it, opens no run when loaded, and the copy logs."""
    run = begin()
    secret = learner().dls.valid
    learn = learner(cbs=WandbCallback(log_model=True, run=run, valid_dl=secret), folder=str(tmp_path))
    learn.fit(1)
    learn.export("export.pkl")
    loaded = load_learner(tmp_path / "export.pkl")
    callback = next(one for one in loaded.cbs if isinstance(one, WandbCallback))
    assert callback.valid_dl is None
    loaded.dls = learn.dls
    assert torch.equal(loaded.get_preds()[0], learn.get_preds()[0])
    loaded.fit(1)
    assert len(read(run).series("raw_loss").value) == 12


@pytest.mark.parametrize("arguments", [{"log": "everything"}, {"log_dataset": 3}])
def test_arguments_that_cannot_be_raise_at_once(arguments: dict[str, Any]) -> None:
    """A wrong argument raises where it is given, and says what may be given."""
    with pytest.raises(UsageError, match=next(iter(arguments))):
        WandbCallback(**arguments)


def test_training_is_the_same_to_the_bit(begin: Callable[..., Run], learner: Callable[..., Any]) -> None:
    """With watching, predictions and all, final weights and random states are those of a training without us."""

    def outcome(callbacks: list[Any]) -> list[Any]:
        learn = learner(metrics=mse)
        learn.fit_one_cycle(3, cbs=callbacks)
        state: Any = np.random.get_state()  # noqa: NPY002 (that of the old generator, which training draws from)
        return [
            *(part.tolist() for part in learn.model.parameters()),
            torch.get_rng_state().tolist(),
            random.getstate(),
            state[1].tolist(),
            state[2],
        ]

    alone = outcome([])
    begin()
    assert outcome([WandbCallback(log_preds_every_epoch=True)]) == alone


def test_a_learner_without_validation_trains(
    begin: Callable[..., Run],
    read: Callable[[Run], Any],
    learner: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a validation set, nothing is predicted, and nothing is said."""
    run = begin()
    learn = learner(valid=0, cbs=[WandbCallback()])
    with learn.no_logging():
        learn._do_epoch_validate = lambda *_, **__: None
        learn.fit(1)
    assert len(read(run).series("raw_loss").value) == 6
    assert "could not" not in capsys.readouterr().err
