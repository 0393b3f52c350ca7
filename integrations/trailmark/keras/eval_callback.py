"""`WandbEvalCallback`: tables of what a model predicts for the same samples as it trains."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any, ClassVar

import trailmark
from trailmark.keras.counting import Epochs
from trailmark.keras.hosted import Hosted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Logs = Mapping[str, Any] | None


class WandbEvalCallback(Hosted, abc.ABC):
    """Log a table of samples when training begins, and a table of predictions after each epoch.

    Derive from it, and fill the tables in `add_ground_truth` and `add_model_predictions`. The tables are kept in the
    artifacts `val` (table `val_data`) and `run_<id>_pred` (table `eval_data`).

    Args:
        data_table_columns: the columns of the table of samples.
        pred_table_columns: the columns of the tables of predictions.
        run: the run to log to, instead of the one that is current when training begins.

    Attributes:
        data_table: the table of samples, to be filled by `add_ground_truth`.
        data_table_ref: the table of samples as it was logged: `data_table_ref.get_index()` are its rows, and cells of
            `data_table_ref.data`, images too, may be put into `pred_table` without being stored again.
        pred_table: the table of this epoch, to be filled by `add_model_predictions`.

    Raises:
        NoRunError: when training begins without a run.
    """

    left_out: ClassVar[frozenset[str]] = Hosted.left_out | {"data_table", "data_table_ref", "pred_table"}

    def __init__(
        self,
        data_table_columns: Sequence[str],
        pred_table_columns: Sequence[str],
        *args: Any,
        run: trailmark.Run | None = None,
        **kwargs: Any,
    ) -> None:
        del args, kwargs  # W&B's class takes whatever comes, and passes nothing on
        super().__init__(run=run)
        self.data_table_columns = data_table_columns
        self.pred_table_columns = pred_table_columns
        self.data_table: trailmark.Table | Any = None
        self.data_table_ref: trailmark.Table | Any = None
        self.pred_table: trailmark.Table | Any = None
        self._epochs = Epochs()

    @abc.abstractmethod
    def add_ground_truth(self, logs: Logs = None) -> None:
        """Add the samples: ``self.data_table.add_data(...)`` for each."""

    @abc.abstractmethod
    def add_model_predictions(self, epoch: int, logs: Logs = None) -> None:
        """Add what `self.model` says of the samples: ``self.pred_table.add_data(...)`` for each."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Make and log the table of samples."""
        self._begin()
        self._epochs.begin_fit()
        self.init_data_table(self.data_table_columns)
        self.add_ground_truth(logs)
        self.log_data_table()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Make and log the table of predictions."""
        self.init_pred_table(self.pred_table_columns)
        self.add_model_predictions(self._epochs.number(epoch), logs)
        self.log_pred_table()

    def init_data_table(self, column_names: Sequence[str]) -> None:
        """Begin the table of samples."""
        self.data_table = trailmark.Table(columns=column_names, allow_mixed_types=True)

    def init_pred_table(self, column_names: Sequence[str]) -> None:
        """Begin the table of predictions."""
        self.pred_table = trailmark.Table(columns=column_names, allow_mixed_types=True)

    def log_data_table(self, name: str = "val", type: str = "dataset", table_name: str = "val_data") -> None:  # noqa: A002 (W&B's name)
        """Keep the table of samples as `table_name` in the artifact `name`, which this run uses."""
        artifact = trailmark.Artifact(name, type=type)
        artifact.add(self.data_table, table_name)
        used = self.run.use_artifact(artifact)
        self.data_table_ref = self.data_table if used.is_draft else used.get(table_name)

    def log_pred_table(
        self,
        type: str = "evaluation",  # noqa: A002 (W&B's name)
        table_name: str = "eval_data",
        aliases: Sequence[str] | None = None,
    ) -> None:
        """Keep the table of predictions as `table_name` in a version of the artifact `run_<id>_pred`."""
        artifact = trailmark.Artifact(f"run_{self.run.id}_pred", type=type)
        artifact.add(self.pred_table, table_name)
        self.run.log_artifact(artifact, aliases=aliases or ["latest"])
