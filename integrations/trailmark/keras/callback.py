"""`WandbCallback`: W&B's first callback for Keras, which does everything at once.

What it logs is made elsewhere: histograms in `gradients`, pictures in `pictures`, the table of an evaluation in
`evaluation`. New scripts are better off with the callbacks that do one thing each.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import trailmark
from trailmark.keras.best import Best
from trailmark.keras.counting import Batches, Epochs
from trailmark.keras.evaluation import Evaluation
from trailmark.keras.gradients import gradients, keras_of, weights
from trailmark.keras.hosted import Hosted, tolerated
from trailmark.keras.pictures import Pictures
from trailmark.keras.randomness import kept
from trailmark.keras.samples import Samples, samples_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Logs = Mapping[str, Any] | None

_GRADIENT_SAMPLES = 256  # enough for a histogram, and few enough for any device


class WandbCallback(Hosted):
    """Log metrics, the best model, weights, gradients and predictions of `fit`.

    After each epoch, a row with `epoch` (from 0; a further `fit` goes on), all that Keras reports under its own names
    and what was asked for. The summary gets `<log_best_prefix><monitor>` and `<log_best_prefix>epoch` when `monitor` is
    better than ever, and the model is kept in the artifact `run_<id>_model`, alias `best`.

    Args:
        monitor: the metric that says what is best.
        verbose: 1 to say on the terminal when a best model is kept.
        mode: "min", "max", or "auto" to go by the name of `monitor`.
        save_weights_only: keep the weights, not the model.
        log_weights: log a histogram of each weight after each epoch, `parameters/<layer>.weights`.
        log_gradients: log one of the gradient of the loss by each weight, on up to 256 samples of `training_data`.
        save_model: keep the best model.
        training_data: (x, y), for `log_gradients`.
        validation_data: (x, y), or batches of such, whose predictions are logged.
        labels: the names of the classes.
        predictions: how many samples are drawn, from all over the data.
        generator: what gives validation data, where there is no `validation_data`. It is read once, as training begins.
        input_type: what inputs are: "image", "images", "segmentation_mask", "auto" for images by their shape; see
            `Pictures`. With it or `output_type`, pictures are logged as `examples`.
        output_type: what outputs are: "image", "images", "segmentation_mask", "label", "auto".
        log_evaluation: log validation data and predictions as a table when training ends, `validation_predictions`.
        validation_steps: how many batches of a generator are read; 1 by default.
        class_colors: a colour a class, each (red, green, blue) of 0 … 1, to draw masks as pictures.
        log_batch_frequency: log what Keras reports of one of so many batches, too.
        log_best_prefix: what names of the best values begin with; None for no best values.
        save_graph: keep the layers of the model in the summary, as `graph`.
        validation_indexes: the rows of another table that the validation samples are.
        validation_row_processor: called with the number of a sample and ``{"input": …, "target": …}``; what it returns
            are further columns of the evaluation.
        prediction_row_processor: likewise with ``{"output": …}``.
        infer_missing_processors: show arrays that look like pictures as such, and classes by their names.
        log_evaluation_frequency: log the evaluation after each so many epochs, too; 0 for when training ends alone.
        compute_flops: has no effect, and says so.
        run: the run to log to, instead of the one that is current when training begins.

    Raises:
        UsageError: `mode`, `input_type` or `output_type` is none of these, or data is in no known form.
        NoRunError: when training begins without a run.
    """

    left_out: ClassVar[frozenset[str]] = Hosted.left_out | {"_validation"}

    def __init__(
        self,
        monitor: str = "val_loss",
        verbose: int = 0,
        mode: str = "auto",
        save_weights_only: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        log_weights: bool = False,  # noqa: FBT001, FBT002
        log_gradients: bool = False,  # noqa: FBT001, FBT002
        save_model: bool = True,  # noqa: FBT001, FBT002
        training_data: Any = None,
        validation_data: Any = None,
        labels: Sequence[str] | None = None,
        predictions: int = 36,
        generator: Any = None,
        input_type: str | None = None,
        output_type: str | None = None,
        log_evaluation: bool = False,  # noqa: FBT001, FBT002
        validation_steps: int | None = None,
        class_colors: Sequence[Sequence[float]] | None = None,
        log_batch_frequency: int | None = None,
        log_best_prefix: str | None = "best_",
        save_graph: bool = True,  # noqa: FBT001, FBT002
        validation_indexes: Sequence[int] | None = None,
        validation_row_processor: Callable[..., Any] | None = None,
        prediction_row_processor: Callable[..., Any] | None = None,
        infer_missing_processors: bool = True,  # noqa: FBT001, FBT002
        log_evaluation_frequency: int = 0,
        compute_flops: bool = False,  # noqa: FBT001, FBT002
        *,
        run: trailmark.Run | None = None,
    ) -> None:
        super().__init__(run=run)
        self._best = Best(monitor, mode)
        self._verbose = verbose
        self._saves = save_model
        self._weights_only = save_weights_only
        self._prefix = log_best_prefix
        self._logs_weights = log_weights
        self._gradient_samples = _gradient_samples(training_data) if log_gradients else None
        self._data = validation_data if validation_data is not None else generator
        self._steps = validation_steps
        self._validation: Samples | None = None
        self._pictures = Pictures(input_type, output_type, labels, class_colors)
        self._count = predictions
        rows = (validation_row_processor, prediction_row_processor)
        self._evaluation = Evaluation(labels, validation_indexes, *rows, infer_missing_processors)
        self._evaluates = log_evaluation
        self._evaluates_every = log_evaluation_frequency
        self._saves_graph = save_graph
        self._epochs = Epochs()
        self._batches = Batches(0, log_batch_frequency) if log_batch_frequency else None
        if compute_flops:
            trailmark.termwarn("WandbCallback(compute_flops=True) has no effect", repeat=False)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Find the run, read the validation data, and keep the graph."""
        del logs
        self._epochs.begin_fit()
        if self._begin():
            self.run.define_metric("epoch")
        if not (self._pictures or self._evaluates):
            pass
        elif self._data is None:
            trailmark.termwarn("WandbCallback logs no predictions without validation_data", repeat=False)
        elif self._validation is None:
            with kept():
                self._validation = samples_of(self._data, self._steps)
        if getattr(self.model, "built", False):
            self._log_graph()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin to count the batches."""
        del epoch, logs
        if self._batches:
            self._batches.begin_epoch((self.params or {}).get("steps"))

    @property
    def on_train_batch_end(self) -> Callable[..., None]:
        """Log a batch. Only there if batches are logged: Keras waits for each batch if a callback has this."""
        return self._log_batch if self._batches else super().on_train_batch_end

    def _log_batch(self, batch: int, logs: Logs = None) -> None:
        if self._batches and self._batches.due(batch) is not None:
            self.run.log(dict(logs or {}))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Log an epoch, and keep the model if it is the best."""
        if self._batches:
            self._batches.end_epoch()
        number = self._epochs.number(epoch)
        self._log_graph()
        with kept():
            row = {**(logs or {}), "epoch": number, **self._histograms(), **self._examples()}
            if self._evaluates and self._evaluates_every and (number + 1) % self._evaluates_every == 0:
                row |= self._table()
        self.run.log(row)
        if logs and self._best.monitor not in logs:
            trailmark.termwarn(
                f"WandbCallback cannot tell what is best: monitor={self._best.monitor!r} is not in what Keras reports, "
                f"{', '.join(logs)}",
                repeat=False,
            )
        if self._best.improves(logs):
            self._keep_best(number)

    def on_train_end(self, logs: Logs = None) -> None:
        """Log the evaluation."""
        del logs
        if self._evaluates:
            with kept():
                row = self._table()
            if row:
                self.run.log(row)

    def _histograms(self) -> dict[str, Any]:
        row: dict[str, Any] = {}
        if self._logs_weights:
            with tolerated("the weights are not logged"):
                row |= weights(self.model.layers)
        if self._gradient_samples is not None:
            with tolerated("the gradients are not logged"):
                row |= gradients(keras_of(self.tree), self.model, self._gradient_samples)
        return row

    def _examples(self) -> dict[str, Any]:
        if not self._pictures or self._validation is None or self.run.rank:
            return {}
        row: dict[str, Any] = {}
        with tolerated("predictions are not drawn"):
            samples = self._validation.some(self._count)
            row["examples"] = self._pictures.draw(samples, self._predicted(samples))
        return row

    def _table(self) -> dict[str, Any]:
        if self._validation is None or self.run.rank:
            return {}
        row: dict[str, Any] = {}
        with tolerated("the evaluation is not logged"):
            predicted = self._predicted(self._validation)
            row["validation_predictions"] = self._evaluation.table(self._validation, predicted)
        return row

    def _predicted(self, samples: Samples) -> Any:
        model = self.model
        history = getattr(model, "history", None)  # what `fit` returns; with Keras 2, `predict` puts a new one there
        try:
            return model.predict(samples.inputs, verbose=0)
        finally:
            if history is not None:
                model.history = history

    def _log_graph(self) -> None:
        if self._saves_graph and not self.run.rank:
            with tolerated("the graph of the model is not logged"):
                self.run.summary["graph"] = trailmark.Graph.from_keras(self.model)
            self._saves_graph = False

    def _keep_best(self, epoch: int) -> None:
        """Note the best value, and keep the model."""
        if self._prefix is not None:
            best = {f"{self._prefix}{self._best.monitor}": self._best.value, f"{self._prefix}epoch": epoch}
            self.run.summary.update(best)
        if not self._saves or self.run.rank or self.run.disabled:
            return
        with tolerated("the best model is not kept"), tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model-best.weights.h5" if self._weights_only else "model-best.keras")
            (self.model.save_weights if self._weights_only else self.model.save)(str(path))
            about = {"epoch": epoch, "monitor": self._best.monitor, "score": self._best.value}
            artifact = trailmark.Artifact(f"run_{self.run.id}_model", type="model", metadata=about)
            artifact.add_file(path, policy="mutable")
            kept_as = self.run.log_artifact(artifact, aliases=["latest", "best", f"epoch_{epoch}"])
            if self._verbose:
                trailmark.termlog(f"epoch {epoch}: {self._best.monitor} is best so far, kept as {kept_as.name}")


def _gradient_samples(training_data: Any) -> Samples | None:
    if training_data is None:
        trailmark.termwarn("WandbCallback(log_gradients=True) needs training_data=(x, y)", repeat=False)
        return None
    with kept():
        return samples_of(training_data).some(_GRADIENT_SAMPLES)
