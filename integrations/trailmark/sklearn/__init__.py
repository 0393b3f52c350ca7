"""Charts of scikit-learn's models: W&B's `plot_*` functions, which log a chart and return it with its table.

    import trailmark

    with trailmark.init(project="digits"):
        trailmark.sklearn.plot_classifier(model, X_train, X_test, y_train, y_test)

Each takes fitted models and never fits, changes or copies them, but for those that say so (learning and elbow curves,
which fit clones). This module imports scikit-learn when one of its names is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from trailmark.adapter import framework

if TYPE_CHECKING:
    from trailmark.sklearn.calibration import plot_calibration_curve
    from trailmark.sklearn.classifier import plot_classifier
    from trailmark.sklearn.clusterer import plot_clusterer
    from trailmark.sklearn.confusion import plot_confusion_matrix
    from trailmark.sklearn.curves import plot_precision_recall, plot_roc
    from trailmark.sklearn.elbow import plot_elbow_curve
    from trailmark.sklearn.importances import plot_feature_importances
    from trailmark.sklearn.learning import plot_learning_curve
    from trailmark.sklearn.model import plot_model
    from trailmark.sklearn.outliers import plot_outlier_candidates
    from trailmark.sklearn.proportions import plot_class_proportions
    from trailmark.sklearn.regressor import plot_regressor
    from trailmark.sklearn.residuals import plot_residuals
    from trailmark.sklearn.silhouette import plot_silhouette
    from trailmark.sklearn.summary import plot_summary_metrics

_HOMES = {
    "plot_calibration_curve": "calibration",
    "plot_class_proportions": "proportions",
    "plot_classifier": "classifier",
    "plot_clusterer": "clusterer",
    "plot_confusion_matrix": "confusion",
    "plot_elbow_curve": "elbow",
    "plot_feature_importances": "importances",
    "plot_learning_curve": "learning",
    "plot_model": "model",
    "plot_outlier_candidates": "outliers",
    "plot_precision_recall": "curves",
    "plot_regressor": "regressor",
    "plot_residuals": "residuals",
    "plot_roc": "curves",
    "plot_silhouette": "silhouette",
    "plot_summary_metrics": "summary",
}

__all__ = [
    "plot_calibration_curve",
    "plot_class_proportions",
    "plot_classifier",
    "plot_clusterer",
    "plot_confusion_matrix",
    "plot_elbow_curve",
    "plot_feature_importances",
    "plot_learning_curve",
    "plot_model",
    "plot_outlier_candidates",
    "plot_precision_recall",
    "plot_regressor",
    "plot_residuals",
    "plot_roc",
    "plot_silhouette",
    "plot_summary_metrics",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'trailmark.sklearn' has no attribute {name!r}")
    framework("sklearn")
    value = getattr(importlib.import_module(f"trailmark.sklearn.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
