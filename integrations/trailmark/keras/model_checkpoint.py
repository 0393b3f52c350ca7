"""`WandbModelCheckpoint`: Keras's `ModelCheckpoint`, whose files become versions of an artifact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.errors import UsageError
from trailmark.keras.best import Best
from trailmark.keras.counting import Epochs
from trailmark.keras.hosted import Hosted, tolerated

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    Logs = Mapping[str, Any] | None

_OF_KERAS_2 = frozenset({"options", "period", "load_weights_on_restart"})


class WandbModelCheckpoint(Hosted):
    """Save the model as Keras's `ModelCheckpoint` does, and log what was saved as the artifact `run_<id>_model`.

    A version is of type "model", has the aliases `latest`, `epoch_<e>` (from 0, as `epoch/epoch`) or
    `epoch_<e>_batch_<b>`, and `best` if no value of `monitor` was better so far. Where Keras saves nothing, as with
    `save_best_only` after an epoch without progress, nothing is logged. On ranks other than zero Keras saves and
    nothing is logged.

    The arguments are Keras's; further ones, such as `options` of Keras 2, go to its class.

    Args:
        filepath: where Keras saves; may have placeholders such as ``{epoch}``, ``{batch}`` and ``{val_loss:.3f}``.
        monitor: the metric that says what is best.
        verbose: 1 has Keras print what it saves.
        save_best_only: save only if `monitor` is better than it ever was.
        save_weights_only: save weights, not the model.
        mode: "min", "max", or "auto" to go by the name of `monitor`.
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what the first value must be better than.
        run: the run to log to, instead of the one that is current when training begins.

    Raises:
        UsageError: an argument is not known to this version of Keras.
        NoRunError: when training begins without a run.
    """

    host = "ModelCheckpoint"

    if TYPE_CHECKING:
        filepath: str
        best: float | None
        save_best_only: bool

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        save_weights_only: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        *,
        run: trailmark.Run | None = None,
        **kwargs: Any,
    ) -> None:
        if unknown := sorted(kwargs.keys() - _OF_KERAS_2):
            raise UsageError(f"{type(self).__name__} takes no argument {', '.join(unknown)}: leave it out")
        self._best = Best(monitor, mode, initial_value_threshold)
        self._epochs = Epochs()
        try:
            super().__init__(
                run=run,
                filepath=filepath,
                monitor=monitor,
                verbose=verbose,
                save_best_only=save_best_only,
                save_weights_only=save_weights_only,
                mode=mode,
                save_freq=save_freq,
                initial_value_threshold=initial_value_threshold,
                **kwargs,
            )
        except TypeError as error:
            if not kwargs or "unexpected keyword" not in str(error):
                raise
            raise UsageError(
                f"{type(self).__name__} of this version of Keras takes no such argument ({error}): leave it out"
            ) from error

    def on_train_begin(self, logs: Logs = None) -> None:
        """Find the run."""
        super().on_train_begin(logs)
        self._epochs.begin_fit()
        self._begin()

    def _save_model(self, epoch: int, batch: int | None, logs: Logs) -> None:
        # No public hook of Keras tells whether it saved; this one is there in all versions from 2.6 on.
        path = str(self._get_file_path(epoch, batch, logs))
        before, best = _state(path), self.best
        super()._save_model(epoch, batch, logs)
        number = self._epochs.number(epoch)
        improved = self._best.improves(logs)
        if self.save_best_only:
            improved = self.best != best
        always = not self.save_best_only and getattr(self, "period", 1) == 1  # an argument of Keras 2
        if always or improved or _state(path) != before:
            aliases = [f"epoch_{number}" if batch is None else f"epoch_{number}_batch_{batch}"]
            self._log(path, aliases + ["best"] * improved, dict(logs or {}), number)

    def _log(self, path: str, aliases: list[str], logs: dict[str, Any], epoch: int) -> None:
        """Log the files of a checkpoint."""
        run = self.run
        if run.rank:
            return
        with tolerated(f"the checkpoint {path} is not logged"):
            score = logs.get(self._best.monitor)
            metadata = {"epoch": epoch, "monitor": self._best.monitor, "filepath": path}
            if score is not None:
                metadata["score"] = float(score)
            artifact = trailmark.Artifact(f"run_{run.id}_model", type="model", metadata=metadata)
            if Path(path).is_dir():
                artifact.add_dir(path, policy="mutable")
            elif "://" in path:
                artifact.add_reference(path)
            else:
                for file in _files(path):
                    artifact.add_file(file, policy="mutable")
            if not run.disabled and not artifact.files():
                raise FileNotFoundError(f"Keras left no file at {path}")
            run.log_artifact(artifact, aliases=["latest", *aliases])


def _files(path: str) -> list[Path]:
    """Return the files of a checkpoint at `path`: it, what is in it, or what begins with it, as TensorFlow's do."""
    place = Path(path)
    if place.is_dir():
        return sorted(file for file in place.rglob("*") if file.is_file())
    if place.is_file():
        return [place]
    if not place.parent.is_dir():
        return []
    return sorted(file for file in place.parent.iterdir() if file.name.startswith(f"{place.name}.") and file.is_file())


def _state(path: str) -> dict[Path, tuple[int, int]]:
    """Return the time and size of each file of a checkpoint."""
    return {file: (stat.st_mtime_ns, stat.st_size) for file in _files(path) for stat in [file.stat()]}
