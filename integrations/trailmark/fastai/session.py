"""What one callback records in a run: rows of training, rows of epochs, and what belongs to a fit as a whole.

A session lasts as long as its callback; a fit begins with its first training epoch, as validation alone fires the same
events without one. Faults of ours are told once and stop nothing; exceptions of the training pass through.
"""

from __future__ import annotations

import math
import pickle
import time
import weakref
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastai.torch_core import rank_distrib

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import RunFinishedError, UsageError
from trailmark.fastai.announced import AnnouncedSteps, announced_steps
from trailmark.fastai.files import log_dataset
from trailmark.fastai.gathered import gathered, input_dimensions
from trailmark.fastai.predictions import shown
from trailmark.fastai.sample import Sample
from trailmark.fastai.saved_model import SavedModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trailmark.fastai.callback import WandbCallback


class Session:
    """The recording of one callback. A copy begins with the same run, and knows of no fit.

    Args:
        run: the run that was given; None is the current one of each fit.
    """

    def __init__(self, run: trailmark.Run | None) -> None:
        self._run: trailmark.Run | bytes | None = run
        self.fit: Fit | None = None
        self.watched: tuple[weakref.ref[Any], weakref.ref[Any]] | None = None
        self.dataset_of: weakref.ref[Any] | None = None  # the run that the data set was logged to

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs: a run is kept as bytes, and is opened again only if the copy is trained with."""
        run = self._run
        return {"run": run if run is None or isinstance(run, bytes) else pickle.dumps(run)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["run"])  # type: ignore[misc]  # a copy begins anew

    def run(self) -> trailmark.Run:
        """Return the run to record in.

        Raises:
            NoRunError: there is none.
            RunFinishedError: it is finished.
        """
        if isinstance(self._run, bytes):
            self._run = pickle.loads(self._run)  # noqa: S301 (of this callback's own)
        run = run_of(self._run, "WandbCallback")
        if run.finished:
            raise RunFinishedError(f"WandbCallback cannot log to {run.path}, which is finished: call trailmark.init()")
        return run


class Fit:
    """A fit that is being recorded.

    Args:
        asked: the callback, for its arguments.
        session: that of the callback.

    Raises:
        NoRunError: there is no run.
        UsageError: `log_dataset` names no folder.
    """

    def __init__(self, asked: WandbCallback, session: Session) -> None:
        self.asked, self.learn = asked, asked.learn
        self.run = session.run()
        self.began_at = _epochs_before(self.run)
        self.done = 0  # epochs of this fit
        self.in_epoch = False
        self.step = self.run.step  # that of the newest row
        self.batch_began_s: float | None = None
        self.dimensions_known = False
        self.predicted_at = -1
        with _harmless("the config of the learner"):
            self.run.config.update(gathered(self.learn), allow_val_change=True)
        self.steps: AnnouncedSteps | None = None
        self._watch(session)
        self._log_dataset(session)
        self.sample = self._sample() if asked.log_preds and asked.n_preds > 0 else None
        self.saved: SavedModel | None = None
        if asked.log_model:
            with _harmless("the model"):
                self.saved = SavedModel(self.learn, asked.model_name)

    def _watch(self, session: Session) -> None:
        model = getattr(self.learn.model, "module", self.learn.model)
        is_watched = session.watched is not None and [one() for one in session.watched] == [model, self.run]
        if self.asked.log is not None and not is_watched:
            with _harmless("gradients and parameters"):
                trailmark.watch(model, log=self.asked.log, run=self.run)
                session.watched = weakref.ref(model), weakref.ref(self.run)
        if self.asked.log is not None:
            self.steps = announced_steps(self.learn.opt, model)

    def _log_dataset(self, session: Session) -> None:
        path = self.asked.log_dataset
        if path is False or (session.dataset_of is not None and session.dataset_of() is self.run):
            return
        if path is True:
            path = getattr(self.learn.dls, "path", ".")
            if Path(path) == Path():
                trailmark.termwarn(
                    "log_dataset=True: the data have no folder of their own; give its path as log_dataset", repeat=False
                )
                return
        if not Path(path).is_dir():
            raise UsageError(f"log_dataset is True or the path of a folder, got {str(path)!r}, which is none")
        session.dataset_of = weakref.ref(self.run)
        with _harmless("the data set"):
            log_dataset(path, self.asked.dataset_name, {"path": str(path)}, run=self.run)

    def _sample(self) -> Sample | None:
        with _harmless("a sample of the validation set"):
            given = self.asked.valid_dl
            if given is not None:
                return Sample(given, self.asked.n_preds, None)
            if len(self.learn.dls.loaders) > 1 and len(self.learn.dls.valid) > 0:
                return Sample(self.learn.dls.valid, self.asked.n_preds, self.asked.seed)
        return None

    # -- events --------------------------------------------------------------------------------------------------

    def begin_batch(self) -> None:
        """Start the clock, and note what the inputs look like."""
        self.batch_began_s = time.perf_counter()
        if not self.dimensions_known:
            self.dimensions_known = True
            with _harmless("the shapes of the inputs"):
                self.run.config.update(input_dimensions(self.learn.xb), allow_val_change=True)

    def begin_step(self) -> None:
        """Have the gradients recorded that the optimizer is about to use, if the model is watched."""
        if self.steps is not None:
            with _harmless("gradients and parameters"):
                self.steps.step()

    def end_batch(self) -> None:
        """Log the row of a training batch."""
        learn = self.learn
        with _harmless("a row of training"):
            row = {"epoch": self.began_at + self.done + (learn.iter + 1) / learn.n_iter}
            if len(learn.yb):  # else the recorder takes no losses either
                row["train_loss"] = getattr(learn, "smooth_loss", None)
                row["raw_loss"] = learn.loss.detach().mean()
            row |= {f"{name}_{n}": value for n, group in enumerate(learn.opt.hypers) for name, value in group.items()}
            if self.batch_began_s is not None:
                took_s = time.perf_counter() - self.batch_began_s
                row["train_samples_per_sec"] = _count(learn.xb) / took_s
            self.step = self.run.step
            self.run.log(row)

    def end_epoch(self) -> None:
        """Log the row of an epoch, at the step of its last batch."""
        self.done += 1
        self.in_epoch = False
        with _harmless("a row of an epoch"):
            row = {"epoch": self.began_at + self.done, **self.metrics()}
            self.run.log(row, step=self.step)
        if self.saved is not None:
            with _harmless("the model"):
                self.saved.end_epoch(self.metrics())
        if self.asked.log_preds_every_epoch or self.learn.epoch + 1 >= self.learn.n_epoch:
            self.log_predictions()

    def cancel(self) -> None:
        """Log what is logged once a fit, when it ends before its last epoch."""
        if self.predicted_at != self.done:
            self.log_predictions()

    def end(self) -> None:
        """Log the model."""
        if self.saved is not None:
            with _harmless("the model"):
                self.saved.end_fit(self.run)

    def log_predictions(self) -> None:
        """Log predictions for the sample, at the step of the last batch."""
        if self.sample is None:
            return
        self.predicted_at = self.done
        sample, self.sample = self.sample, None  # what failed once is not tried again
        with _harmless("samples of predictions"):
            with closing(sample.predict(self.learn)) as predicted:
                found = shown(predicted, sample.loader, sample.count)
            self.run.log(found, step=self.step)
            self.sample = sample

    def metrics(self) -> dict[str, Any]:
        """Return the metrics of the epoch that ended, under fastai's names."""
        recorder = getattr(self.learn, "recorder", None)
        if recorder is None:
            return {}
        names, values = list(recorder.metric_names)[1:], list(recorder.log)[1:]  # without "epoch"
        if recorder.add_time:
            names, values = names[:-1], values[:-1]
        if len(values) < len(names) and getattr(recorder, "cancel_train", False):
            names = names[len(names) - len(values) :]  # the values of validation come last
        return {name: value for name, value in zip(names, values, strict=False) if name != "train_loss"}


@contextmanager
def _harmless(what: str) -> Iterator[None]:
    """Tell of a fault once, and let training go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (any fault of recording costs less than the training)
        trailmark.termwarn(f"{what} could not be logged: {type(error).__name__}: {error}", repeat=False)


def _epochs_before(run: trailmark.Run) -> int:
    """Return how many epochs were recorded in the run before this fit, a broken one counting as a whole."""
    epoch = run.summary.get("epoch") if run.step else None
    return math.ceil(epoch) if isinstance(epoch, (int, float)) and math.isfinite(epoch) else 0


def _count(inputs: Any) -> int:
    """Return how many items are in a batch."""
    first = inputs
    while isinstance(first, (tuple, list)):
        first = first[0]
    return len(next(iter(first.values())) if isinstance(first, dict) else first)


def is_recorded(learn: Any) -> bool:
    """Whether a fit of this learner is one to record: on the main rank, and no search for a learning rate."""
    return not hasattr(learn, "lr_finder") and not hasattr(learn, "gather_preds") and rank_distrib() == 0
