"""The model that a fit saves, as an artifact.

fastai's `SaveModelCallback` decides what is saved. If the learner has none, one of our own follows the fit without
being added to the learner: nothing stays behind, however the fit ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastai.callback.tracker import SaveModelCallback
from fastai.torch_core import num_distrib

import trailmark
from trailmark.fastai.files import artifact_name, log_model

if TYPE_CHECKING:
    from collections.abc import Mapping


class SavedModel:
    """What is saved of a model in a fit.

    Args:
        learn: the learner, whose fit has begun.
        name: what the artifact is called; None is the name of the file.
    """

    def __init__(self, learn: Any, name: str | None) -> None:
        self.name = name
        theirs = [callback for callback in learn.cbs if isinstance(callback, SaveModelCallback)]
        self.is_ours = not theirs
        self.saver: Any = theirs[-1] if theirs else SaveModelCallback(fname=name or "model")
        self.metadata: dict[str, Any] = {}
        if self.is_ours:
            self.saver.learn = learn
            self.saver("before_fit")

    def end_epoch(self, metrics: Mapping[str, Any]) -> None:
        """Save the model if it is to be saved after this epoch, and keep the metrics that belong to what was saved."""
        saver = self.saver
        if self.is_ours:
            saver("after_epoch")
        every = saver.every_epoch
        if saver.epoch % every == 0 if every else saver.at_end or saver.new_best:
            self.metadata = {"epoch": saver.epoch, **metrics}

    def end_fit(self, run: trailmark.Run) -> None:
        """Log what was saved. The best model is loaded again, as fastai does, unless several processes train."""
        saver = self.saver
        path = saver.last_saved_path
        if path is None:
            trailmark.termwarn(f"no model was saved: {saver.monitor} did not improve in any epoch", repeat=False)
            return
        # All ranks would have to take part in loading, and perhaps this one alone has a callback.
        if self.is_ours and num_distrib() <= 1:
            saver("after_fit")
        is_best = not saver.every_epoch and not saver.at_end
        log_model(
            path,
            self.name or artifact_name(Path(str(saver.fname)).name),
            self.metadata,
            aliases=["best"] if is_best else [],
            run=run,
        )
