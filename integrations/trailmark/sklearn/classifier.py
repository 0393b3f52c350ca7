"""`plot_classifier`: all charts of a classifier by one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.calibration import calibration_chart
from trailmark.sklearn.classes import class_target, classes_of
from trailmark.sklearn.confusion import confusion_chart
from trailmark.sklearn.curves import precision_recall_chart, roc_chart
from trailmark.sklearn.estimator import kind, name_of, predictions, require_fitted, scores
from trailmark.sklearn.importances import importances_chart, names_of, own_importances
from trailmark.sklearn.inputs import rows, same_length, without_missing
from trailmark.sklearn.looks import subtitled
from trailmark.sklearn.proportions import proportions_chart
from trailmark.sklearn.summary import summary_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trailmark import Run
    from trailmark.plot import Chart

_CALL = "plot_classifier()"


def plot_classifier(
    model: Any,
    X_train: Any,  # noqa: N803 (W&B's signature)
    X_test: Any,  # noqa: N803 (W&B's signature)
    y_train: Any,
    y_test: Any,
    y_pred: Any = None,
    y_probas: Any = None,
    labels: Any = None,
    is_binary: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    model_name: str = "Classifier",
    feature_names: Sequence[Any] | None = None,
    log_learning_curve: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    run: Any = None,
) -> dict[str, Chart]:
    """Log all charts of a fitted classifier in one row, and return them by their keys.

    These are `feature_importances`, `confusion_matrix`, `summary_metrics`, `class_proportions`, `calibration_curve`,
    `roc` and `precision_recall`. One that cannot be drawn of this model or these data is left out with a warning.

    Args:
        model: a fitted classifier, pipeline or search.
        X_train: what it was fitted to, (n, features).
        X_test: other samples.
        y_train: (n,) classes, or (n, classes) of zeros and ones.
        y_test: the same for `X_test`.
        y_pred: the predictions for `X_test`; by default the model is asked.
        y_probas: its scores for `X_test`, (n, classes) or (n,) of the second class; by default the model is asked for
            probabilities, or else for its decision function.
        labels: the names of the classes in their order, or a dict of names by class.
        is_binary: has no meaning: the number of classes says it.
        model_name: what charts call it; by default its class.
        feature_names: the names of the columns of X, or of what reaches the last step of a pipeline.
        log_learning_curve: fit clones to parts of the training data, too, as `plot_learning_curve` does: slow.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: the model is no fitted classifier, or samples and targets are not as many.
        NoRunError: there is no run.
    """
    del is_binary
    found: Run = run_of(run, _CALL)
    require_fitted(model, _CALL)
    if kind(model) != "classifier":
        raise UsageError(
            f"{_CALL} takes a classifier, got a {name_of(model)}, which is a {kind(model)}: see plot_model"
        )
    same_length(_CALL, X_train=X_train, y_train=y_train)
    same_length(_CALL, X_test=X_test, y_test=y_test, y_pred=y_pred, y_probas=_by_sample(y_probas))
    _check_names(model, y_train, y_test, labels, feature_names)
    name = name_of(model) if model_name == "Classifier" else model_name
    drawn: dict[str, Chart] = {}
    for key, chart in _charts(model, (X_train, y_train, X_test, y_test), y_pred, y_probas, labels, name, feature_names):
        drawn[key] = subtitled(chart, "" if name in str(chart.spec.get("title")) else name)
        found.log({key: chart}, commit=False)
    if log_learning_curve:
        from trailmark.sklearn.learning import plot_learning_curve

        drawn["learning_curve"] = plot_learning_curve(model, X_train, y_train, run=found)
    elif drawn:
        found.log({}, commit=True)
    return drawn


def _check_names(model: Any, y_train: Any, y_test: Any, labels: Any, feature_names: Sequence[Any] | None) -> None:
    """Refuse names that do not fit, before anything is logged."""
    importances = own_importances(model)
    if feature_names is not None and importances is not None:
        names_of(model, feature_names, len(importances.values))
    targets = [class_target(y, name) for y, name in ((y_train, "y_train"), (y_test, "y_test"))]
    if labels is not None and all(one.ndim == 1 for one in targets):
        kept = [class_target(rows(one, without_missing(one)), "y") for one in targets]
        classes_of(*kept, labels=labels, known=_known(model))


def _charts(
    model: Any,
    data: tuple[Any, Any, Any, Any],
    y_pred: Any,
    y_probas: Any,
    labels: Any,
    name: str,
    feature_names: Sequence[Any] | None,
) -> Iterator[tuple[str, Chart]]:
    """Yield the charts that can be drawn, with their keys."""
    X_train, y_train, X_test, y_test = data  # noqa: N806
    known = _known(model)
    guess = predictions(model, X_test) if y_pred is None else y_pred
    asked = scores(model, X_test) if y_probas is None else (_by_sample(y_probas), "probability")
    parts: dict[str, Callable[[], Chart]] = {
        "feature_importances": lambda: importances_chart(model, feature_names),
        "confusion_matrix": lambda: confusion_chart(y_test, guess, labels, known=known),
        "summary_metrics": lambda: summary_chart(model, X_train, y_train, X_test, y_test, guess, name),
        "class_proportions": lambda: proportions_chart(y_train, y_test, labels, known=known),
    }
    if asked is None:
        trailmark.termwarn(
            f"{name} has neither predict_proba nor decision_function with a column for each class: no ROC, "
            "precision-recall and calibration curves",
            repeat=False,
        )
    else:
        given, scale = asked
        if scale == "probability":
            parts["calibration_curve"] = lambda: calibration_chart(y_test, given, labels, known, name)
        else:
            trailmark.termwarn(f"{name} has no predict_proba: no calibration curve", repeat=False)
        parts["roc"] = lambda: roc_chart(y_test, given, labels, known=known)
        parts["precision_recall"] = lambda: precision_recall_chart(y_test, given, labels, known=known)
    for key, draw in parts.items():
        try:
            chart = draw()
        except Exception as error:  # noqa: BLE001 (a chart that cannot be drawn is not to end the program)
            trailmark.termwarn(f"{_CALL} leaves out {key}: {error}", repeat=False)
            continue
        yield key, chart


def _known(model: Any) -> Any:
    """Return the classes of a model, in the order of its scores; None if it has several outputs, or does not say."""
    classes = getattr(model, "classes_", None)
    return None if classes is None or isinstance(classes, list) or np.ndim(classes) != 1 else classes


def _by_sample(y_probas: Any) -> Any:
    """Return scores with samples first: of several outputs scikit-learn gives a list of (n, 2)."""
    if isinstance(y_probas, list) and y_probas and np.ndim(y_probas[0]) == 2:  # noqa: PLR2004
        return np.column_stack([np.asarray(output)[:, -1] for output in y_probas])
    return y_probas
