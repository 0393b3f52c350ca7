"""`WandbCallback`: hands the events of a learner to the recording of its fit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastai.callback.core import Callback

from trailmark.errors import UsageError
from trailmark.fastai.session import Fit, Session, is_recorded

if TYPE_CHECKING:
    import trailmark

_LOGS = (None, "gradients", "parameters", "all")
_AFTER_SAVING = 62  # fastai's SaveModelCallback has 61: what it saved in an epoch is there when the epoch is recorded


class WandbCallback(Callback):
    """Record the trainings of a learner of fastai.

    Given to the learner, it records each fit; given to `fit`, that fit. Rows, names and files are those of W&B's
    callback of fastai; `docs/fastai.md` lists them. A validation, a prediction and `lr_find` are not recorded, and in
    distributed training the main rank records, whether the others have a callback or not.

    Args:
        log: what `trailmark.watch` records of the model: "gradients", "parameters", "all" or None.
        log_preds: log predictions for a sample of the validation set at the end of each fit.
        log_preds_every_epoch: log them after each epoch.
        log_model: log the model that fastai's `SaveModelCallback` saves as an artifact; without such a callback the
            best model is saved, and loaded again at the end, as with it.
        model_name: the name of the artifact, by default that of the file, "model".
        log_dataset: the folder of the data set, to be logged as an artifact; True takes that of the loaders.
        dataset_name: the name of that artifact, by default the folder's.
        valid_dl: the loader whose first items are the sample, in place of a choice from the validation set. It stays
            out of pickles, and so out of an exported learner.
        n_preds: how many items the sample has.
        seed: what the choice depends on.
        reorder: taken as in W&B's callback, and without effect: predictions come in the order of the sample.
        run: the run, by default the current one when a fit begins.

    Raises:
        UsageError: an argument is none of what it may be.
    """

    order = _AFTER_SAVING
    remove_on_fetch = True  # while another callback fetches predictions, fastai takes this one off

    def __init__(
        self,
        log: str | None = None,
        log_preds: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        log_preds_every_epoch: bool = False,  # noqa: FBT001, FBT002
        log_model: bool = False,  # noqa: FBT001, FBT002
        model_name: str | None = None,
        log_dataset: bool | str | os.PathLike[str] = False,  # noqa: FBT001, FBT002
        dataset_name: str | None = None,
        valid_dl: Any = None,
        n_preds: int = 36,
        seed: int = 12345,
        reorder: bool = True,  # noqa: FBT001, FBT002
        *,
        run: trailmark.Run | None = None,
    ) -> None:
        if log not in _LOGS:
            raise UsageError(f"log is one of 'gradients', 'parameters', 'all' and None, got {log!r}")
        if not isinstance(log_dataset, (bool, str, os.PathLike)):
            raise UsageError(f"log_dataset is True, False or the path of a folder, got {log_dataset!r}")
        super().__init__()
        self.log, self.log_preds, self.log_preds_every_epoch = log, log_preds, log_preds_every_epoch
        self.log_model, self.model_name = log_model, model_name
        self.log_dataset, self.dataset_name = log_dataset, dataset_name
        self.valid_dl, self.n_preds, self.seed, self.reorder = valid_dl, n_preds, seed, reorder
        # fastai warns of attributes that a learner or its model has too, so all that changes is behind one name.
        self.trailmark_session = Session(run)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "valid_dl": None}

    def before_fit(self) -> None:
        """Forget a fit that broke off."""
        if not hasattr(self.learn, "gather_preds"):
            self.trailmark_session.fit = None

    def before_train(self) -> None:
        """Begin to record a fit at its first training epoch; validation alone has none."""
        session = self.trailmark_session
        if session.fit is None and is_recorded(self.learn):
            session.fit = Fit(self, session)
        if session.fit is not None:
            session.fit.in_epoch = True

    def before_batch(self) -> None:
        """Start the clock of a training batch."""
        if self.learn.training and (fit := self._epoch()):
            fit.begin_batch()

    def before_step(self) -> None:
        """Record gradients: accumulated, unscaled and clipped by the callbacks before."""
        if fit := self._epoch():
            fit.begin_step()

    def after_batch(self) -> None:
        """Log the row of a training batch."""
        if self.learn.training and (fit := self._epoch()):
            fit.end_batch()

    def after_epoch(self) -> None:
        """Log the row of an epoch, and predictions if they are due."""
        if fit := self._epoch():
            fit.end_epoch()

    def after_cancel_fit(self) -> None:
        """Log the predictions of a fit that was stopped early, while the model is still as it trained."""
        if fit := self.trailmark_session.fit:
            fit.cancel()

    def after_fit(self) -> None:
        """Log the model."""
        if fit := self.trailmark_session.fit:
            fit.end()
            self.trailmark_session.fit = None

    def _epoch(self) -> Fit | None:
        """Return the fit that is being recorded, within an epoch that trains."""
        fit = self.trailmark_session.fit
        return fit if fit is not None and fit.in_epoch else None


WandbCallback.__module__ = "trailmark.fastai"  # where it is found in pickles, whatever becomes of this file
