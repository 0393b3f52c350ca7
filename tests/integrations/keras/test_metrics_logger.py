"""`WandbMetricsLogger` against Keras's own records: `CSVLogger`, `History` and a `LambdaCallback`."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

Begin = Any


def test_epochs_are_those_of_csvlogger_and_history(
    classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, data: Any, stored: Any, tmp_path: Path
) -> None:
    """Each column of `CSVLogger`'s file and each list of `History` is a series, row for row."""
    run = begin()
    path = tmp_path / "log.csv"
    model = fit(classes.WandbMetricsLogger(), keras.callbacks.CSVLogger(str(path)), epochs=3, validation_data=data)
    found = stored(run)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    for name in rows[0]:
        assert found.series(f"epoch/{name}").value.tolist() == [float(row[name]) for row in rows]
    for name, values in model.history.history.items():
        assert found.series(f"epoch/{name}").value.tolist() == values
    assert found.series("epoch/learning_rate").value.tolist() == pytest.approx([0.001] * 3)
    assert "batch/loss" not in found.keys()  # noqa: SIM118 (a method of runs)


def test_metrics_are_drawn_over_epochs_and_batches(
    classes: Any, begin: Callable[..., Run], fit: Any, stored: Any
) -> None:
    """The step metrics are W&B's."""
    run = begin()
    fit(classes.WandbMetricsLogger("batch"))
    metrics = stored(run).metrics
    assert metrics["epoch/*"].step_metric == "epoch/epoch"
    assert metrics["batch/*"].step_metric == "batch/batch_step"


def batches(keras: Any) -> tuple[Any, list[tuple[int, float]]]:
    """Return a callback that notes the number and the loss of each batch, and its notes."""
    notes: list[tuple[int, float]] = []
    note = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: notes.append((batch, float(logs["loss"]))))
    return note, notes


@pytest.mark.parametrize(("freq", "steps"), [("batch", [*range(10)]), (2, [0, 2, 4, 5, 7, 9]), (5, [0, 5])])
def test_batches_are_those_that_keras_reports(
    classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, stored: Any, freq: Any, steps: list[int]
) -> None:
    """Of 5 batches an epoch, one of n is logged, with its loss and its number over all epochs."""
    run = begin()
    note, notes = batches(keras)
    fit(classes.WandbMetricsLogger(freq), note)
    found = stored(run)
    assert found.series("batch/batch_step").value.tolist() == steps
    assert found.series("batch/loss").value.tolist() == [notes[step][1] for step in steps]
    assert len(found.series("batch/learning_rate").value) == len(steps)


def test_the_first_batch_has_the_number_that_was_given(
    classes: Any, begin: Callable[..., Run], fit: Any, stored: Any
) -> None:
    """`initial_global_step` is where the count begins."""
    run = begin()
    fit(classes.WandbMetricsLogger("batch", 100), epochs=1)
    assert stored(run).series("batch/batch_step").value.tolist() == [100, 101, 102, 103, 104]


@pytest.mark.parametrize("size", [5, 4])
def test_executions_of_several_steps_are_each_logged(
    classes: Any, keras: Any, make_model: Any, begin: Callable[..., Run], fit: Any, stored: Any, size: int
) -> None:
    """With `steps_per_execution`, each execution is one row whatever number Keras gives it, and epochs add up."""
    if keras.__version__ >= "3" and keras.backend.backend() == "torch":
        pytest.skip("Keras on torch refuses steps_per_execution")
    if keras.__version__ < "3.5" and "tensorflow" in sys.modules and size == 4 and keras.__version__ >= "3":
        pytest.skip("Keras 3.0 on TensorFlow drops what does not fill an execution")
    run = begin()
    note, notes = batches(keras)
    fit(classes.WandbMetricsLogger("batch"), note, model=make_model(steps_per_execution=2), batch_size=size)
    found = stored(run)
    count = 20 // size
    steps = found.series("batch/batch_step").value.tolist()
    assert steps == [min(number, count - 1) + count * (at >= len(notes) // 2) for at, (number, _) in enumerate(notes)]
    assert found.series("batch/loss").value.tolist() == [loss for _, loss in notes]


@pytest.mark.parametrize("optimizer", ["schedule", "scaled"])
def test_learning_rates_of_all_kinds_are_numbers(
    classes: Any, keras: Any, make_model: Any, begin: Callable[..., Run], fit: Any, stored: Any, optimizer: str
) -> None:
    """A schedule gives the rate of each step, and an optimizer that scales the loss that of the one inside."""
    adam = keras.optimizers.Adam
    if optimizer == "schedule":
        made = adam(keras.optimizers.schedules.PiecewiseConstantDecay([4], [0.5, 0.25]))
    else:
        made = keras.mixed_precision.LossScaleOptimizer(adam(0.5))
    run = begin()
    fit(classes.WandbMetricsLogger("batch"), model=make_model(made))
    rates = stored(run).series("batch/learning_rate").value.tolist()
    assert rates[0] == 0.5
    assert rates[-1] == (0.25 if optimizer == "schedule" else 0.5)


def test_the_reported_learning_rate_goes_first(
    classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, stored: Any
) -> None:
    """Where Keras's scheduler reports the rate of the epoch, that is what is logged, as in `History`."""
    run = begin()
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / (epoch + 1))
    fit(scheduler, classes.WandbMetricsLogger())
    assert stored(run).series("epoch/learning_rate").value.tolist() == [0.5, 0.25]


def test_further_fits_and_an_initial_epoch_go_on(
    classes: Any, begin: Callable[..., Run], fit: Any, stored: Any
) -> None:
    """Epochs and batches of a second `fit` come after those of the first; `initial_epoch` may leave a gap."""
    run = begin()
    logger = classes.WandbMetricsLogger(5)
    model = fit(logger)
    fit(logger, model=model)
    fit(logger, model=model, initial_epoch=6, epochs=7)
    found = stored(run)
    assert found.series("epoch/epoch").value.tolist() == [0, 1, 2, 3, 6]
    assert found.series("batch/batch_step").value.tolist() == [0, 5, 10, 15, 20]


def test_a_fit_after_one_that_failed_goes_on(classes: Any, begin: Callable[..., Run], fit: Any, stored: Any) -> None:
    """Keras tells no callback that training failed: the next one begins with the epoch that was not logged."""
    run = begin()
    logger = classes.WandbMetricsLogger()
    with pytest.raises(ZeroDivisionError):
        fit(logger, _fails_at(classes, 1), epochs=3)
    fit(logger)
    assert stored(run).series("epoch/epoch").value.tolist() == [0, 1, 2]


def _fails_at(classes: Any, failing: int) -> Any:
    del classes
    from trailmark.keras.tree import tree

    keras: Any = tree()
    return keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: 1 / (epoch != failing))


def test_an_evaluation_by_itself_is_logged(
    classes: Any, begin: Callable[..., Run], fit: Any, data: Any, stored: Any
) -> None:
    """`evaluate` gives ``test/``, also after a `fit` that failed; validation within `fit` does not."""
    run = begin()
    logger = classes.WandbMetricsLogger()
    model = fit(logger, validation_data=data)
    with pytest.raises(ZeroDivisionError):
        fit(logger, _fails_at(classes, 0), model=model)
    loss, accuracy = model.evaluate(*data, verbose=0, callbacks=[logger])
    found = stored(run)
    assert found.series("test/loss").value.tolist() == pytest.approx([loss])
    assert found.series("test/accuracy").value.tolist() == pytest.approx([accuracy])


def test_keras_need_not_wait_for_batches(classes: Any, keras: Any) -> None:
    """The hook for batches is Keras's own, which does nothing, unless batches are logged."""
    nothing = keras.callbacks.Callback.on_train_batch_end
    assert classes.WandbMetricsLogger().on_train_batch_end.__func__ is nothing
    assert classes.WandbMetricsLogger(10).on_train_batch_end.__func__ is not nothing


def test_a_callback_in_no_list_does_no_harm(
    classes: Any, make_model: Any, begin: Callable[..., Run], data: Any, stored: Any
) -> None:
    """Keras may call it from threads then: batches are logged, and weights are what they would be."""
    alone, together = make_model(), None
    alone.fit(*data, batch_size=4, epochs=2, verbose=0)
    run = begin()
    together = make_model()
    together.fit(*data, batch_size=4, epochs=2, verbose=0, callbacks=classes.WandbMetricsLogger("batch"))
    assert all(np.array_equal(*pair) for pair in zip(alone.get_weights(), together.get_weights(), strict=True))
    assert sorted(stored(run).series("batch/batch_step").value.tolist()) == list(range(10))


@pytest.mark.parametrize("freq", [0, -1, 2.5, True, "epochs", None])
def test_another_frequency_is_refused(classes: Any, freq: Any) -> None:
    """What is no frequency raises where the callback is made."""
    with pytest.raises(UsageError, match="log_freq is 'epoch', 'batch' or a number"):
        classes.WandbMetricsLogger(freq)
