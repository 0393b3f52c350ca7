"""`plot_regressor`: all charts of a regressor by one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import kind, name_of, require_fitted
from trailmark.sklearn.inputs import same_length
from trailmark.sklearn.learning import learning_chart
from trailmark.sklearn.outliers import outliers_chart
from trailmark.sklearn.parts import log_charts
from trailmark.sklearn.residuals import residuals_chart
from trailmark.sklearn.summary import summary_chart

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark.plot import Chart

_CALL = "plot_regressor()"


def plot_regressor(
    model: Any,
    X_train: Any,  # noqa: N803 (W&B's signature)
    X_test: Any,  # noqa: N803 (W&B's signature)
    y_train: Any,
    y_test: Any,
    model_name: str = "Regressor",
    *,
    log_learning_curve: bool = False,
    run: Any = None,
) -> dict[str, Chart]:
    """Log all charts of a fitted regressor in one row, and return them by their keys.

    These are `summary_metrics`, `residuals` of training and test samples, and `outlier_candidates` of the training
    samples. One that cannot be drawn of this model or these data is left out with a warning.

    Args:
        model: a fitted regressor, pipeline or search.
        X_train: what it was fitted to, (n, features); None if there is nothing of it.
        X_test: other samples; None if there are none.
        y_train: (n,) or (n, outputs), numbers.
        y_test: the same for `X_test`.
        model_name: what charts call it; by default its class.
        log_learning_curve: fit clones to parts of the training data, too, as `plot_learning_curve` does: slow.
        run: where to log; the current run by default.

    Raises:
        UsageError: the model is no fitted regressor, or samples and targets are not as many.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    require_fitted(model, _CALL)
    if kind(model) != "regressor":
        raise UsageError(f"{_CALL} takes a regressor, got a {name_of(model)}, which is a {kind(model)}: see plot_model")
    sets = {"train": (X_train, y_train), "test": (X_test, y_test)}
    for dataset, (X, y) in list(sets.items()):  # noqa: N806
        if (X is None) != (y is None):
            raise UsageError(f"{_CALL} needs both X_{dataset} and y_{dataset}, or neither")
        if X is None:
            del sets[dataset]
        else:
            same_length(_CALL, **{f"X_{dataset}": X, f"y_{dataset}": y})
    if not sets:
        raise UsageError(f"{_CALL} needs samples with their targets")
    name = name_of(model) if model_name == "Regressor" else model_name
    parts: dict[str, Callable[[], Chart]] = {
        "summary_metrics": lambda: summary_chart(model, X_train, y_train, X_test, y_test, None, name),
        "residuals": lambda: residuals_chart(model, sets, name),
    }
    if "train" in sets:
        parts["outlier_candidates"] = lambda: outliers_chart(model, X_train, y_train, name)
        if log_learning_curve:
            parts["learning_curve"] = lambda: learning_chart(model, X_train, y_train, found)
    return log_charts(_CALL, parts, found)
