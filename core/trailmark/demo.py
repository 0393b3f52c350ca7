"""`trailmark demo`: a few small real models are trained and everything about them is recorded.

Scikit-learn's MLP learns to read its 8x8 pixel digits, epoch by epoch, with different hyperparameters. The data comes
with scikit-learn, so nothing is downloaded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trailmark._init import init
from trailmark._run.settings import find_root
from trailmark._term import termlog
from trailmark.artifacts.artifact import Artifact
from trailmark.errors import MissingPackageError
from trailmark.media.histogram import Histogram
from trailmark.media.images.image import Image
from trailmark.media.tables.table import Table
from trailmark.plot import confusion_matrix, roc_curve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

    from trailmark._run.run import Run

    Array = np.ndarray[Any, Any]

PROJECT = "demo"
TRIALS: tuple[dict[str, Any], ...] = (
    {"name": "small", "hidden_layer_sizes": [32], "learning_rate_init": 1e-3, "alpha": 1e-4, "batch_size": 64},
    {"name": "wide", "hidden_layer_sizes": [128], "learning_rate_init": 1e-3, "alpha": 1e-4, "batch_size": 64},
    {"name": "deep", "hidden_layer_sizes": [64, 64, 64], "learning_rate_init": 1e-3, "alpha": 1e-4, "batch_size": 64},
    {"name": "fast", "hidden_layer_sizes": [64], "learning_rate_init": 3e-2, "alpha": 1e-4, "batch_size": 128},
    {"name": "regularised", "hidden_layer_sizes": [64], "learning_rate_init": 1e-3, "alpha": 3.0, "batch_size": 64},
)


def main(root: str | None = None, epochs: int = 20) -> list[str]:
    """Train the models of `TRIALS` and return the paths (``project/id``) of their runs.

    Raises:
        MissingPackageError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError:
        raise MissingPackageError("scikit-learn", "`trailmark demo`") from None
    folder = find_root(root)
    termlog(f"training {len(TRIALS)} small neural networks to read handwritten digits")
    images, labels = load_digits(return_X_y=True)
    data = train_test_split(images / 16, labels, test_size=0.25, random_state=0, stratify=labels)
    paths = [_train(dict(trial), data, folder, epochs) for trial in TRIALS]
    _show_where_to_look(folder, paths)
    return paths


def _train(trial: dict[str, Any], data: Sequence[Any], root: Path, epochs: int) -> str:
    from sklearn.neural_network import MLPClassifier

    name = trial.pop("name")
    config = {**trial, "epochs": epochs, "dataset": "sklearn digits", "model": "MLPClassifier"}
    with init(
        project=PROJECT,
        name=name,
        config=config,
        tags=["demo", "digits"],
        notes="An MLP reads 8x8 pixel digits.",
        job_type="train",
        reinit="finish_previous",
        dir=root,
        settings={"quiet": True},
    ) as run:
        _define_metrics(run)
        model = MLPClassifier(**trial, random_state=0)
        metrics: dict[str, float] = {}
        for epoch, batch_losses in _fit(model, data[0], data[2], epochs):
            for loss in batch_losses:
                run.log({"train/batch_loss": loss})
            metrics = _evaluate(model, data)
            run.log({"epoch": epoch, **metrics, **_parameters(model), "parameters/filters": _filters(model)})
            print(f"{name:>12}  epoch {epoch:2}  {_bar(metrics['val/accuracy'])} {metrics['val/accuracy']:.1%}")  # noqa: T201 (printed on purpose: the console is recorded)
        run.summary["parameters"] = sum(weights.size for weights in [*model.coefs_, *model.intercepts_])
        run.log(_results(model, data))
        _keep(run, model)
        _alert(run, metrics["val/accuracy"])
        return run.path


def _define_metrics(run: Run) -> None:
    run.define_metric("val/*", step_metric="epoch")
    run.define_metric("val/accuracy", step_metric="epoch", summary="max,last")
    run.define_metric("val/loss", step_metric="epoch", summary="best")


def _fit(model: Any, images: Array, labels: Array, epochs: int) -> Iterator[tuple[int, list[float]]]:
    """Fit batch by batch; after each epoch yield its number and the losses of its batches."""
    import numpy as np

    order = np.random.default_rng(0)
    size = model.batch_size
    for epoch in range(1, epochs + 1):
        losses = []
        shuffled = order.permutation(len(images))
        for start in range(0, len(images) - size + 1, size):
            batch = shuffled[start : start + size]
            model.partial_fit(images[batch], labels[batch], classes=np.arange(10))
            losses.append(float(model.loss_))
        yield epoch, losses


def _evaluate(model: Any, data: Sequence[Any]) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, log_loss

    train_images, val_images, train_labels, val_labels = data
    return {
        "train/accuracy": float(accuracy_score(train_labels, model.predict(train_images))),
        "val/accuracy": float(accuracy_score(val_labels, model.predict(val_images))),
        "val/loss": float(log_loss(val_labels, model.predict_proba(val_images))),
    }


def _parameters(model: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for layer, weights in enumerate(model.coefs_):
        shown[f"parameters/layer_{layer}"] = Histogram(weights)
        shown[f"parameters/layer_{layer}_norm"] = float((weights**2).sum() ** 0.5)
    return shown


def _filters(model: Any) -> Image:
    """Return what the first units look for in a digit, side by side: dark against it, bright for it."""
    import numpy as np

    weights = model.coefs_[0].T[:16].reshape(16, 8, 8)
    reach = np.abs(weights).max() or 1.0
    grid = np.pad(weights / reach, ((0, 0), (1, 1), (1, 1))).reshape(2, 8, 10, 10).swapaxes(1, 2).reshape(20, 80)
    return Image(np.kron(grid / 2 + 0.5, np.ones((8, 8))), caption="weights of 16 units of the first layer")


def _results(model: Any, data: Sequence[Any]) -> dict[str, Any]:
    """Return pictures, a table and charts of what the model makes of the validation set."""
    _, images, _, labels = data
    probabilities = model.predict_proba(images)
    guesses, names = probabilities.argmax(1), [str(digit) for digit in range(10)]
    table = Table(columns=["image", "label", "guess", "probability"])
    for image, label, guess, row in zip(images, labels, guesses, probabilities, strict=True):
        table.add_data(Image(image.reshape(8, 8)), int(label), int(guess), float(row.max()))
    wrong = [
        Image(image.reshape(8, 8), caption=f"{label}, taken for {guess}")
        for image, label, guess in zip(images, labels, guesses, strict=True)
        if label != guess
    ]
    return {
        "val/mistakes": wrong,
        "val/predictions": table,
        "val/confusion": confusion_matrix(y_true=labels, preds=guesses, class_names=names),
        "val/roc": roc_curve(labels, probabilities, labels=names),
    }


def _keep(run: Run, model: Any) -> None:
    """Keep the weights as a version of the artifact that all runs of the demo share."""
    import numpy as np

    artifact = Artifact("digits-mlp", type="model", metadata=run.config_static)
    with artifact.new_file("weights.npz", "wb") as file:
        np.savez(file, *model.coefs_, *model.intercepts_)
    run.log_artifact(artifact, aliases=[run.name])


def _alert(run: Run, accuracy: float) -> None:
    if accuracy < 0.93 or math.isnan(accuracy):  # noqa: PLR2004 (what a person would call bad for this task)
        run.alert("low accuracy", f"{run.name} ended at {accuracy:.1%} on the validation set", level="WARN")


def _bar(fraction: float, width: int = 24) -> str:
    filled = round(fraction * width)
    return "█" * filled + "░" * (width - filled)


def _show_where_to_look(root: Path, paths: list[str]) -> None:
    option = "" if root == find_root() else f" --root {root}"
    termlog(f"{len(paths)} runs are in {root / PROJECT}; look at them:")
    shown = {
        f"ui {PROJECT}": "all of it, in the browser",
        f"ls {PROJECT}": "the runs of the project, newest first",
        f"show {paths[0]}": "one run: config, metrics, environment",
        f"artifact ls {PROJECT}": "the models that they kept",
        f"export {paths[0]} -o run.csv": "one run as a table",
    }
    width = max(map(len, shown))
    for command, about in shown.items():
        termlog(f"  trailmark{option} {command:{width}}  {about}")
    termlog("  python -c \"import trailmark; print(trailmark.Api().run('" + paths[0] + "').history())\"")
