"""`plot_summary_metrics`: how good a model is, in a few numbers, on the data it was fitted to and on others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.classes import class_target, classes_of
from trailmark.sklearn.estimator import kind, name_of, predictions, require_fitted
from trailmark.sklearn.inputs import row_count, rows, same_length, sample, say_dropped, target, without_missing
from trailmark.sklearn.looks import drawn, frame, subtitled
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_MOST_TRAINING_ROWS = 10_000  # which give an accuracy to half a percent; some models predict slowly


def plot_summary_metrics(
    model: Any,
    X: Any = None,  # noqa: N803 (W&B's signature)
    y: Any = None,
    X_test: Any = None,  # noqa: N803 (W&B's signature)
    y_test: Any = None,
    *,
    run: Any = None,
) -> Chart:
    """Log the metrics of a classifier or a regressor under `summary_metrics`.

    Classifiers: accuracy_score, and precision, recall and f1_score weighted by the classes. Regressors: mae, mse and
    r2_score. The table has the columns metric_name, metric_value, model_name and dataset ("train" or "test"). Test data
    are taken in full; of more than 10,000 samples to train, that many, drawn at random.

    Args:
        model: a fitted classifier or regressor.
        X: what it was fitted to, (n, features); without it there is no "train".
        y: (n,) or (n, outputs).
        X_test: other samples; without them there is no "test".
        y_test: their target.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: the model is neither, or is not fitted, or samples and targets do not agree.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_summary_metrics()")
    return show("summary_metrics", summary_chart(model, X, y, X_test, y_test), run)


def summary_chart(
    model: Any,
    X: Any = None,  # noqa: N803
    y: Any = None,
    X_test: Any = None,  # noqa: N803
    y_test: Any = None,
    y_pred: Any = None,
    model_name: str | None = None,
) -> Chart:
    """Return the chart of `plot_summary_metrics`; `y_pred` are predictions of the test data, where they are known."""
    call = "plot_summary_metrics()"
    require_fitted(model, call)
    measure = _MEASURES.get(kind(model))
    if measure is None:
        raise UsageError(f"{call} takes a classifier or a regressor, got a {name_of(model)}")
    found: dict[str, dict[str, float]] = {}
    notes = []
    if X is not None and y is not None:
        n = same_length(call, X=X, y=y)
        chosen = sample(n, _MOST_TRAINING_ROWS)
        if chosen is not None:
            notes.append(f"train: {len(chosen):,} of {n:,} samples, drawn at random")
        found["train"], note = measure(call, model, rows(X, chosen), rows(_indexable(y), chosen), None)
        notes.append(note and f"train: {note}")
    if y_test is not None and (X_test is not None or y_pred is not None):
        same_length(call, X_test=X_test, y_test=y_test, y_pred=y_pred)
        found["test"], note = measure(call, model, X_test, y_test, y_pred)
        notes.append(note and f"test: {note}")
    if not found:
        raise UsageError(f"{call} needs samples with their target: pass X and y, or X_test and y_test, or all four")
    names = list(next(iter(found.values())))
    cells = [(name, dataset) for name in names for dataset in found]
    return subtitled(
        drawn(
            _spec(len(found), of_one=measure is _of_classes),
            metric_name=[name for name, _ in cells],
            metric_value=[found[dataset][name] for name, dataset in cells],
            model_name=[model_name or name_of(model)] * len(cells),
            dataset=[dataset for _, dataset in cells],
        ),
        model_name or name_of(model),
        *notes,
    )


def _indexable(y: Any) -> Any:
    return y if hasattr(y, "shape") or isinstance(y, list) else np.asarray(y)


def _of_classes(call: str, model: Any, X: Any, y: Any, y_pred: Any) -> tuple[dict[str, float], str]:  # noqa: N803
    """Return the metrics of a classifier, and what there is to say of them."""
    truth, kept, note = _complete(call, class_target(y, "y"))
    given = predictions(model, rows(X, kept)) if y_pred is None else rows(class_target(y_pred, "y_pred"), kept)
    truth, guess = class_target(truth, "y"), class_target(given, "y_pred")
    if truth.ndim > guess.ndim:  # one-hot rows
        truth = truth.argmax(axis=1)
    if truth.ndim == 1:
        classes = classes_of(truth, guess)  # metrics sort what they get, which takes seconds of a million strings
        truth, guess = classes.places(truth, "y"), classes.places(guess, "y_pred")
    average = {"average": "weighted", "zero_division": 0}
    return {
        "accuracy_score": float(metrics.accuracy_score(truth, guess)),
        "precision": float(metrics.precision_score(truth, guess, **average)),
        "recall": float(metrics.recall_score(truth, guess, **average)),
        "f1_score": float(metrics.f1_score(truth, guess, **average)),
    }, note


def _of_numbers(call: str, model: Any, X: Any, y: Any, y_pred: Any) -> tuple[dict[str, float], str]:  # noqa: N803
    """Return the metrics of a regressor, and what there is to say of them."""
    truth, kept, note = _complete(call, target(y, "y"))
    guess = predictions(model, rows(X, kept)) if y_pred is None else rows(target(y_pred, "y_pred"), kept)
    return {
        "mae": float(metrics.mean_absolute_error(truth, guess)),
        "mse": float(metrics.mean_squared_error(truth, guess)),
        # Of one sample it is not defined, and scikit-learn warns.
        "r2_score": float(metrics.r2_score(truth, guess)) if len(truth) > 1 else float("nan"),
    }, note


_MEASURES = {"classifier": _of_classes, "regressor": _of_numbers}


def _complete(call: str, y: Array) -> tuple[Array, Array | None, str]:
    """Return the targets that have a value, where they stand, and what is to be said of the others."""
    kept = without_missing(y)
    if kept is None:
        return y, None, ""
    return rows(y, kept), kept, say_dropped(call, row_count(y), len(kept))


def _spec(sets: int, *, of_one: bool) -> dict[str, Any]:
    """Return bars, a group for each metric, with their numbers.

    Scores of classifiers share a scale from 0 to 1. The metrics of regressors have units of their own: each is drawn
    relative to its largest value.
    """
    spec = frame("Summary metrics", height={"step": 20, "for": "offset"} if sets > 1 else {"step": 30})
    spec["transform"] = [
        {"calculate": "abs(datum.metric_value)", "as": "_size"},
        {"joinaggregate": [{"op": "max", "field": "_size", "as": "_largest"}], "groupby": ["metric_name"]},
        {"calculate": "datum._largest ? datum.metric_value / datum._largest : 0", "as": "_relative"},
    ]
    length = "metric_value" if of_one else "_relative"
    spec["transform"].append({"calculate": f"max(datum.{length}, 0)", "as": "_end"})
    bar = {"field": length, "type": "quantitative", "title": None}
    scale = {"domain": [0, 1.08], "nice": False} if of_one else {"padding": 46, "nice": False}
    axis = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "domain": False} if of_one else None
    spec["encoding"] = {
        "y": {
            "field": "metric_name",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"ticks": False, "domain": False},
            "scale": {"paddingInner": 0.3},
        },
        "x": {**bar, "scale": scale, "axis": axis},
        "tooltip": [
            {"field": "metric_name", "type": "nominal", "title": "metric"},
            {"field": "dataset", "type": "nominal"},
            {"field": "metric_value", "type": "quantitative", "title": "value", "format": ".6~g"},
        ],
    }
    if sets > 1:
        spec["encoding"]["yOffset"] = {"field": "dataset", "type": "nominal", "sort": None}
    colour = {"field": "dataset", "type": "nominal", "sort": None, "title": None} if sets > 1 else None
    spec["layer"] = [
        {
            "mark": {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True},
            "encoding": {"color": colour} if colour else {},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 11},
            "encoding": {
                "x": {**bar, "field": "_end"},  # right of zero also where a bar goes to the left
                "text": {"field": "metric_value", "type": "quantitative", "format": ".4~g"},
            },
        },
    ]
    return spec
