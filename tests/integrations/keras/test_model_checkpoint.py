"""`WandbModelCheckpoint`: what Keras saved is in the artifact, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run


def versions(root: Path, run: Run) -> list[tuple[str, list[str]]]:
    """Return the file and the aliases of each version that a run logged."""
    run.finish()
    artifacts = trailmark.Api(root).run(run.path).logged_artifacts()
    assert {artifact.collection_name for artifact in artifacts} <= {f"run_{run.id}_model"}
    return [(artifact.files()[0].path, sorted(artifact.aliases)) for artifact in artifacts]


def test_each_epoch_is_a_version(classes: Any, begin: Callable[..., Run], fit: Any, root: Path) -> None:
    """Each saved file is a version with W&B's aliases, and loads as the model that was saved."""
    run = begin()
    model = fit(classes.WandbModelCheckpoint("m{epoch}.keras", monitor="loss"), epochs=2)
    found = versions(root, run)
    assert [path for path, _ in found] == ["m1.keras", "m2.keras"]
    losses = model.history.history["loss"]
    best = losses.index(min(losses))
    aliases = [sorted([f"epoch_{epoch}", *["best"] * (epoch == best), *["latest"] * epoch]) for epoch in range(2)]
    assert [given for _, given in found] == aliases
    from trailmark.keras.tree import tree

    keras: Any = tree()
    path = trailmark.Api(root).artifact(f"p/run_{run.id}_model:latest").file()
    loaded = keras.models.load_model(path).get_weights()
    assert all(np.array_equal(*pair) for pair in zip(loaded, model.get_weights(), strict=True))


def test_skipped_saves_log_nothing(classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, root: Path) -> None:
    """With `save_best_only` and placeholders, epochs without progress neither fail nor log."""
    run = begin()
    checkpoint = classes.WandbModelCheckpoint("m{epoch}-{score:.0f}.keras", "score", save_best_only=True, mode="max")
    fit(_scored(keras), checkpoint, epochs=3)
    assert versions(root, run) == [("m1-1.keras", ["epoch_0"]), ("m2-3.keras", ["best", "epoch_1", "latest"])]


def _scored(keras: Any) -> Any:
    """Return a callback that adds a score to what Keras reports: 1, 3 and 2."""

    class Scored(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["score"] = [1.0, 3.0, 2.0][epoch]

    return Scored()


def test_batches_are_versions_too(classes: Any, begin: Callable[..., Run], fit: Any, root: Path) -> None:
    """`save_freq=n` saves within epochs, and the alias has the batch."""
    run = begin()
    fit(classes.WandbModelCheckpoint("m-{epoch}-{batch}.keras", save_freq=3), epochs=1)
    assert versions(root, run) == [("m-1-3.keras", ["epoch_0_batch_2", "latest"])]


def test_weights_alone(classes: Any, begin: Callable[..., Run], fit: Any, root: Path) -> None:
    """`save_weights_only` logs the file of weights."""
    run = begin()
    fit(classes.WandbModelCheckpoint("m.weights.h5", save_weights_only=True), epochs=2)
    assert [path for path, _ in versions(root, run)] == ["m.weights.h5", "m.weights.h5"]


def test_folders_and_checkpoints_of_keras_2(
    classes: Any, keras: Any, begin: Callable[..., Run], fit: Any, root: Path
) -> None:
    """A SavedModel is a folder, and TensorFlow's weights are several files: all of them are in the version."""
    if keras.__version__ >= "3":
        pytest.skip("Keras 3 saves neither")
    run = begin()
    fit(classes.WandbModelCheckpoint("model"), classes.WandbModelCheckpoint("w", save_weights_only=True), epochs=1)
    run.finish()
    found = [{file.path for file in one.files()} for one in trailmark.Api(root).run(run.path).logged_artifacts()]
    assert "saved_model.pb" in found[0]
    assert found[1] == {"w.index", "w.data-00000-of-00001"}


def test_a_missing_metric_is_no_end(classes: Any, begin: Callable[..., Run], fit: Any) -> None:
    """Without the metric that says what is best, training ends as with Keras's own callback."""
    begin()
    assert fit(classes.WandbModelCheckpoint("m.keras", "nonesuch", mode="min", save_best_only=True)).get_weights()


def test_other_ranks_save_and_log_nothing(
    classes: Any, begin: Callable[..., Run], fit: Any, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Keras saves on each rank as it will, and rank zero's version is the only one."""
    begin(id="job").finish()
    for name, value in (("RANK", "1"), ("LOCAL_RANK", "1"), ("WORLD_SIZE", "2")):
        monkeypatch.setenv(name, value)
    run = begin(id="job", resume="allow")
    assert run.rank == 1
    fit(classes.WandbModelCheckpoint("m.keras"), epochs=1)
    assert (tmp_path / "m.keras").exists()
    assert versions(root, run) == []


def test_what_keras_does_not_know_is_refused(classes: Any) -> None:
    """An argument of another version of Keras is named."""
    with pytest.raises(UsageError, match="nonesuch"):
        classes.WandbModelCheckpoint("m.keras", nonesuch=1)
