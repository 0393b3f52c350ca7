"""`plot_model`: the charts that suit a model, whatever it is, by one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.calibration import calibration_chart
from trailmark.sklearn.classifier import plot_classifier
from trailmark.sklearn.clusterer import plot_clusterer
from trailmark.sklearn.confusion import confusion_chart
from trailmark.sklearn.curves import precision_recall_chart, roc_chart
from trailmark.sklearn.detector import detector_chart
from trailmark.sklearn.estimator import kind, name_of, predictions, require_fitted, scores
from trailmark.sklearn.importances import importances_chart
from trailmark.sklearn.inputs import same_length
from trailmark.sklearn.parts import log_charts
from trailmark.sklearn.regressor import plot_regressor
from trailmark.sklearn.summary import summary_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trailmark import Run
    from trailmark.plot import Chart

_CALL = "plot_model()"


def plot_model(
    model: Any,
    X_train: Any = None,  # noqa: N803
    X_test: Any = None,  # noqa: N803
    y_train: Any = None,
    y_test: Any = None,
    *,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    feature_names: Sequence[Any] | None = None,
    model_name: str | None = None,
    log_learning_curve: bool = False,
    log_elbow_curve: bool = False,
    run: Any = None,
) -> dict[str, Chart]:
    """Log the charts that suit a fitted model in one row, and return them by their keys.

    Data are given in the order of `train_test_split`::

        trailmark.sklearn.plot_model(model, *train_test_split(X, y))

    A classifier gets the charts of `plot_classifier`, a regressor those of `plot_regressor`, a clusterer those of
    `plot_clusterer`, and an outlier detector `outlier_scores`, a histogram of its decision function. The model is never
    fitted, changed or copied, unless a learning or elbow curve is asked for, which fits clones.

    Args:
        model: a fitted estimator, pipeline or search.
        X_train: (n, features), the samples that the model was fitted to.
        X_test: other samples, by which classifiers and regressors are judged; where there are none, those that they
            were fitted to, which is said.
        y_train: the targets of `X_train`; clusterers and outlier detectors need none.
        y_test: the targets of `X_test`.
        labels: names of the classes or clusters.
        feature_names: names of the features, for importances.
        model_name: what charts call the model; its class by default.
        log_learning_curve: fit clones of a classifier or regressor to parts of the training samples: slow.
        log_elbow_curve: fit clones of a clusterer with other numbers of clusters: slow.
        run: where to log; the current run by default.

    Raises:
        UsageError: the model is not fitted, is of another kind, or lacks the data that its charts need.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    require_fitted(model, _CALL)
    what = kind(model)
    if what in ("classifier", "regressor"):
        _refuse_targets_for_samples(X_train, X_test, y_train, y_test)
    if what == "classifier":
        if (X_train is None) != (y_train is None) or (X_test is None) != (y_test is None) or X_train is X_test is None:
            raise _lacking()
        if X_train is None or X_test is None:
            dataset, X, y = ("train", X_train, y_train) if X_test is None else ("test", X_test, y_test)  # noqa: N806
            return _plot_one_set(model, X, y, dataset, labels, feature_names, model_name or name_of(model), found)
        data = X_train, X_test, y_train, y_test
        return plot_classifier(
            model,
            *data,
            labels=labels,
            feature_names=feature_names,
            log_learning_curve=log_learning_curve,
            model_name=model_name or "Classifier",
            run=found,
        )
    if what == "regressor":
        if X_train is None and X_test is None:
            raise _lacking()
        name = model_name or "Regressor"
        data = X_train, X_test, y_train, y_test
        return plot_regressor(model, *data, name, log_learning_curve=log_learning_curve, run=found)
    samples = X_test if X_train is None else X_train
    if what == "clusterer" and samples is not None:
        name = model_name or "Clusterer"
        return plot_clusterer(model, samples, None, labels, name, log_elbow_curve=log_elbow_curve, run=found)
    if what == "outlier_detector" and samples is not None:
        return log_charts(_CALL, {"outlier_scores": lambda: detector_chart(model, samples, model_name)}, found)
    if what == "other":
        raise UsageError(
            f"{_CALL} takes a classifier, a regressor, a clusterer or an outlier detector, and {name_of(model)} is none"
        )
    raise UsageError(f"{_CALL} needs the samples that the model was fitted to: plot_model(model, X)")


def _refuse_targets_for_samples(X_train: Any, X_test: Any, y_train: Any, y_test: Any) -> None:  # noqa: N803
    """Refuse ``plot_model(model, X, y)``, whose y is where `X_test` goes.

    Raises:
        UsageError: this is how it was called.
    """
    without_targets = y_train is None and y_test is None
    if (
        without_targets
        and X_train is not None
        and X_test is not None
        and np.ndim(getattr(X_test, "values", X_test)) == 1
    ):
        raise UsageError(
            f"{_CALL} takes data in the order of train_test_split (X_train, X_test, y_train, y_test); for one set of "
            "samples write plot_model(model, X_train=X, y_train=y) or plot_model(model, X_test=X, y_test=y)"
        )


def _lacking() -> UsageError:
    return UsageError(
        f"{_CALL} needs samples with their targets: plot_model(model, X_train, X_test, y_train, y_test), in the order "
        "of train_test_split, or one of both sets"
    )


def _plot_one_set(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    dataset: str,
    labels: Any,
    feature_names: Any,
    name: str,
    found: Run,
) -> dict[str, Chart]:
    """Log the charts of a classifier that need no more than one set of samples, "train" or "test"."""
    same_length(_CALL, X=X, y=y)
    classes = getattr(model, "classes_", None)
    known = None if classes is None or isinstance(classes, list) or np.ndim(classes) != 1 else classes
    sets: tuple[Any, Any, Any, Any] = (X, y, None, None) if dataset == "train" else (None, None, X, y)
    parts: dict[str, Callable[[], Chart]] = {
        "feature_importances": lambda: importances_chart(model, feature_names),
        "confusion_matrix": lambda: confusion_chart(y, predictions(model, X), labels, known=known),
        "summary_metrics": lambda: summary_chart(model, *sets, model_name=name),
    }
    asked = scores(model, X)
    if asked is not None:
        given, scale = asked
        if scale == "probability":
            parts["calibration_curve"] = lambda: calibration_chart(y, given, labels, known, name)
        parts["roc"] = lambda: roc_chart(y, given, labels, known=known)
        parts["precision_recall"] = lambda: precision_recall_chart(y, given, labels, known=known)
    return log_charts(_CALL, parts, found)
