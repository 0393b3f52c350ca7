"""`plot_clusterer`: all charts of a clusterer by one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.elbow import elbow_chart
from trailmark.sklearn.estimator import name_of, require_fitted
from trailmark.sklearn.inputs import same_length
from trailmark.sklearn.parts import log_charts
from trailmark.sklearn.silhouette import silhouette_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trailmark.plot import Chart

_CALL = "plot_clusterer()"
_RANGES = range(1, 10, 2)


def plot_clusterer(
    model: Any,
    X_train: Any,  # noqa: N803 (W&B's signature)
    cluster_labels: Any = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    model_name: str = "Clusterer",
    *,
    log_elbow_curve: bool = False,
    run: Any = None,
) -> dict[str, Chart]:
    """Log all charts of a fitted clusterer in one row, and return them by their keys.

    This is `silhouette_plot`, and `elbow_curve` if it is asked for. One that cannot be drawn of this model or these
    data is left out with a warning.

    Args:
        model: a fitted clusterer or pipeline.
        X_train: (n, features), the samples that were clustered.
        cluster_labels: (n,), the cluster of each, integers or strings; by default those of the model.
        labels: names of the clusters, by label or in the order of the labels.
        model_name: what charts call it; by default its class.
        log_elbow_curve: fit clones with 1, 3, 5, 7 and 9 clusters, too, as `plot_elbow_curve` does: slow.
        run: where to log; the current run by default.

    Raises:
        UsageError: the model is not fitted, or there is not one label a sample.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    require_fitted(model, _CALL)
    if X_train is None:
        raise UsageError(f"{_CALL} needs the samples, X_train")
    same_length(_CALL, X_train=X_train, cluster_labels=cluster_labels)
    name = name_of(model) if model_name == "Clusterer" else model_name
    parts: dict[str, Callable[[], Chart]] = {
        "silhouette_plot": lambda: silhouette_chart(model, X_train, cluster_labels, labels, model_name=name)
    }
    if log_elbow_curve:
        parts["elbow_curve"] = lambda: elbow_chart(model, X_train, _RANGES, 1, found)
    return log_charts(_CALL, parts, found)
