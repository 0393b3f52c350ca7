"""`WandbMetricsLogger`: what Keras reports of epochs and batches, as rows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.errors import UsageError
from trailmark.keras.counting import Batches, Epochs
from trailmark.keras.hosted import Hosted, tolerated
from trailmark.keras.learning_rate import learning_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Logs = Mapping[str, Any] | None


class WandbMetricsLogger(Hosted):
    """Log the metrics of `fit`, and of `evaluate`.

    After each epoch, a row with `epoch/<name>` for what Keras reports, `epoch/epoch` (from 0; a further `fit` goes on)
    and `epoch/learning_rate`. After batches, where asked for, `batch/<name>`, `batch/batch_step` (from
    `initial_global_step`) and `batch/learning_rate`. `evaluate` outside `fit` gives `test/<name>`.

    Args:
        log_freq: "epoch"; "batch" for each batch too; or a number n for one of n batches of each epoch, the first one
            of them. With ``steps_per_execution``, Keras tells only of whole executions.
        initial_global_step: the number of the first batch.
        run: the run to log to, instead of the one that is current when training begins.

    Raises:
        UsageError: `log_freq` is none of these.
        NoRunError: when training begins without a run.
    """

    def __init__(
        self, log_freq: str | int = "epoch", initial_global_step: int = 0, *, run: trailmark.Run | None = None
    ) -> None:
        super().__init__(run=run)
        every = _every(log_freq)
        self._epochs = Epochs()
        self._batches = Batches(initial_global_step, every) if every else None
        self._in_fit = False
        self._thread = 0

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Keras begins something: a `fit` will say so, and what else is tested is no part of one that failed."""
        super().set_params(params)
        self._in_fit = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Define over what the metrics are drawn."""
        del logs
        self._in_fit = True
        self._epochs.begin_fit()
        if self._begin():
            self._define("epoch/*", "epoch/epoch")
            if self._batches:
                self._define("batch/*", "batch/batch_step")

    def on_train_end(self, logs: Logs = None) -> None:
        """Note that what is tested from now on is no validation."""
        del logs
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin to count the batches."""
        del epoch, logs
        self._thread = threading.get_ident()
        if self._batches:
            self._batches.begin_epoch((self.params or {}).get("steps"))

    @property
    def on_train_batch_end(self) -> Callable[..., None]:
        """Log a batch. Only there if batches are logged: Keras waits for each batch if a callback has this."""
        return self._log_batch if self._batches else super().on_train_batch_end

    def _log_batch(self, batch: int, logs: Logs = None) -> None:
        step = self._batches.due(batch) if self._batches else None
        if step is None:
            return
        row = {f"batch/{name}": value for name, value in (logs or {}).items()}
        self.run.log({**row, "batch/batch_step": step, **self._rate("batch/learning_rate", row)})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Log an epoch."""
        if self._batches:
            self._batches.end_epoch()
        row = {f"epoch/{name}": value for name, value in (logs or {}).items()}
        row["epoch/epoch"] = self._epochs.number(epoch)
        self.run.log({**row, **self._rate("epoch/learning_rate", row)})

    def on_test_begin(self, logs: Logs = None) -> None:
        """Find the run of an `evaluate` that is no validation."""
        del logs
        if not self._in_fit:
            self._begin()

    def on_test_end(self, logs: Logs = None) -> None:
        """Log the results of `evaluate`; those of a validation are in its epoch's."""
        if logs and not self._in_fit:
            self.run.log({f"test/{name}": value for name, value in logs.items()})

    def _rate(self, key: str, row: Mapping[str, Any]) -> dict[str, float]:
        """Return the learning rate under its key; nothing if Keras reported one, which is that of the epoch."""
        if key in row:
            return {}
        if threading.get_ident() != self._thread:
            # Keras calls a callback that is not in a list from threads, and JAX's state must not be fetched there.
            trailmark.termwarn(
                f"{key} is not logged: give Keras a list of callbacks, as in callbacks=[WandbMetricsLogger()]",
                repeat=False,
            )
            return {}
        rate = None
        with tolerated("the learning rate cannot be read"):
            rate = learning_rate(self.model)  # with JAX, Keras fetches the state of the model for `model`
        return {} if rate is None else {key: rate}

    def _define(self, keys: str, step: str) -> None:
        self.run.define_metric(step)
        self.run.define_metric(keys, step_metric=step, step_sync=True)


def _every(log_freq: Any) -> int:
    """Return of how many batches one is logged; 0 for none."""
    if log_freq in ("epoch", "batch"):
        return int(log_freq == "batch")
    if isinstance(log_freq, int) and not isinstance(log_freq, bool) and log_freq > 0:
        return log_freq
    raise UsageError(f"log_freq is 'epoch', 'batch' or a number of batches, got {log_freq!r}")
