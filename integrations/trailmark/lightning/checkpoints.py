"""Checkpoints of Lightning's `ModelCheckpoint` as versions of an artifact.

A file becomes "model.ckpt" in the version, and so does a folder, as sharded checkpoints are. What was logged is told by
path and time of change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import trailmark

if TYPE_CHECKING:
    from trailmark import Run

NAME_IN_ARTIFACT = "model.ckpt"
# What is said of the callback: Lightning's logger for W&B has the same.
_FIELDS = ("monitor", "mode", "save_last", "save_top_k", "save_weights_only", "_every_n_train_steps")


class Checkpoint(NamedTuple):
    """A checkpoint on the disk."""

    changed_ns: int
    is_last: bool  # so that of two that were written at once the last one is `latest`
    path: str
    score: Any
    is_best: bool


class Checkpoints:
    """The checkpoints that a run has as versions.

    Args:
        name: the artifact's name; ``model-<run id>`` if there is none.
        policy: "mutable", so that files are copied, or "immutable", as `Artifact.add_file` takes it.
    """

    def __init__(self, name: str | None, policy: str) -> None:
        self._name = name
        self._policy = policy
        self._logged: dict[str, int] = {}
        self._pending: dict[Any, Any] = {}

    def later(self, callback: Any) -> None:
        """Log the checkpoints of a callback when the training ends."""
        self._pending[getattr(callback, "state_key", type(callback).__name__)] = callback

    def log_pending(self, run: Run) -> None:
        """Log what was left for the end of the training."""
        pending, self._pending = self._pending, {}
        for callback in pending.values():
            self.log(run, callback)

    @property
    def are_pending(self) -> bool:
        """Whether there is something left for the end of the training."""
        return bool(self._pending)

    def log(self, run: Run, callback: Any) -> None:
        """Log all checkpoints of a callback that are new or have changed."""
        for checkpoint in _found(callback):
            if self._logged.get(checkpoint.path) == checkpoint.changed_ns:
                continue
            try:
                self._log(run, checkpoint, callback)
            except (OSError, trailmark.Error) as error:  # gone meanwhile, or the name is another type's
                trailmark.termwarn(f"the checkpoint {checkpoint.path} is not logged: {error}")

    def _log(self, run: Run, checkpoint: Checkpoint, callback: Any) -> None:
        path = Path(checkpoint.path)
        metadata = {
            "score": checkpoint.score,
            "original_filename": path.name,
            callback.__class__.__name__: {  # of a weak proxy, `__class__` is the callback's
                field: getattr(callback, field) for field in _FIELDS if hasattr(callback, field)
            },
        }
        artifact = trailmark.Artifact(self._name or f"model-{run.id}", type="model", metadata=metadata)
        if path.is_dir():
            artifact.add_dir(path, name=NAME_IN_ARTIFACT, policy=self._policy)
        else:
            artifact.add_file(path, name=NAME_IN_ARTIFACT, policy=self._policy)
        run.log_artifact(artifact, aliases=["latest", "best"] if checkpoint.is_best else ["latest"])
        self._logged[checkpoint.path] = checkpoint.changed_ns

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: callbacks are those of this one's trainer."""
        return {**vars(self), "_pending": {}}


def _found(callback: Any) -> list[Checkpoint]:
    """Return the checkpoints of a callback that are on this disk, the oldest first."""
    best, last = getattr(callback, "best_model_path", ""), getattr(callback, "last_model_path", "")
    scores = {
        last: getattr(callback, "current_score", None),
        best: getattr(callback, "best_model_score", None),
        **getattr(callback, "best_k_models", {}),
    }
    found = {}
    for path, score in scores.items():
        changed_ns = _changed_ns(Path(path)) if path else None
        if changed_ns is None:
            continue
        number = score.item() if hasattr(score, "item") else score
        checkpoint = Checkpoint(changed_ns, path == last, str(path), number, path == best)
        real = Path(path).resolve()  # `save_last="link"` makes a second name of a checkpoint
        if real not in found or not Path(path).is_symlink():
            found[real] = checkpoint
    return sorted(found.values(), key=lambda one: one[:3])


def _changed_ns(path: Path) -> int | None:
    """Return when a file, or the newest in a folder, was changed; None if it is not there."""
    try:
        if not path.is_dir():
            return path.stat().st_mtime_ns
        return max((one.stat().st_mtime_ns for one in path.rglob("*")), default=path.stat().st_mtime_ns)
    except OSError:
        return None
