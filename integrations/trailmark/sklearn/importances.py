"""`plot_feature_importances`: which features a model goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.classes import listed
from trailmark.sklearn.estimator import name_of, random_kept, require_fitted, unwrapped
from trailmark.sklearn.inputs import rows, same_length, sample, target
from trailmark.sklearn.looks import drawn, frame, ink, subtitled
from trailmark.sklearn.progress import outcomes
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark import Run
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_CALL = "plot_feature_importances()"
_MOST_PERMUTED = 10_000  # samples, which are predicted once for each feature and repeat
_MOST_CLASSES = 20  # that have a column of their own coefficients


class Importances(NamedTuple):
    """A value for each feature that the estimator saw, and where they are from."""

    values: Array  # (features,); coefficients of one output have their sign
    source: str
    spread: Array | None = None  # (features,), standard deviations
    by_class: dict[str, Array] | None = None


def plot_feature_importances(
    model: Any,
    feature_names: Sequence[Any] | None = None,
    title: str = "Feature importance",
    max_num_features: int = 50,
    *,
    permutation: tuple[Any, Any] | None = None,
    n_repeats: int = 5,
    n_jobs: int | None = None,
    run: Any = None,
) -> Chart:
    """Log how much a model goes by each feature, the most important ones first, under `feature_importances`.

    They are the model's own: `feature_importances_`, else `coef_`, of several classes or outputs the mean of their
    absolute values. The table has the columns feature_names and importances, and of several classes one more for the
    coefficients of each, or std where there are repeats.

    Args:
        model: a fitted estimator, pipeline or search.
        feature_names: those of the columns of X, or of what reaches the last step of a pipeline. By default the
            pipeline's own, those of the data frame that the model was fitted to, else x0, x1, ….
        title: what stands above.
        max_num_features: how many are kept and drawn.
        permutation: (X, y): measure, instead, by how much the score falls if the values of a feature are shuffled. It
            works for any model and is slow: of more than 10,000 samples, that many are taken, drawn at random.
        n_repeats: how often each feature is shuffled.
        n_jobs: how many repeats run at once.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: the model is not fitted, has no importances, or has another number of them than there are names.
        NoRunError: there is no run.
    """
    found: Run = run_of(run, _CALL)
    if max_num_features < 1:
        raise UsageError(f"max_num_features must be 1 or more, got {max_num_features!r}")
    if permutation is None:
        chart = importances_chart(model, feature_names, title, max_num_features)
    else:
        require_fitted(model, _CALL)
        measured, note = _permuted(model, *permutation, n_repeats, n_jobs, found)
        names = _columns_of(model, permutation[0], len(measured.values), feature_names)
        chart = subtitled(_chart(measured, names, title, max_num_features, name_of(model)), note)
    return show("feature_importances", chart, found)


def importances_chart(
    model: Any,
    feature_names: Sequence[Any] | None = None,
    title: str = "Feature importance",
    max_num_features: int = 50,
) -> Chart:
    """Return the chart of `plot_feature_importances`, of the model's own importances."""
    require_fitted(model, _CALL)
    found = own_importances(model)
    if found is None:
        raise UsageError(
            f"{name_of(model)} has neither feature_importances_ nor coef_: pass permutation=(X, y) to measure what "
            "shuffling each feature does"
        )
    return _chart(found, names_of(model, feature_names, len(found.values)), title, max_num_features, name_of(model))


def own_importances(model: Any) -> Importances | None:
    """Return what a model itself says of its features; None if nothing."""
    estimator = unwrapped(model)
    for name in ("feature_importances_", "coef_"):
        try:
            values = getattr(estimator, name, None)
        except Exception:  # noqa: BLE001, S112 (xgboost and others raise many things for what they do not have)
            continue
        if values is None:
            continue
        values = np.asarray(values.toarray() if hasattr(values, "toarray") else values, np.float64)
        if values.ndim == 2 and values.shape[0] == 1:  # noqa: PLR2004
            values = values[0]
        if values.ndim == 1 and len(values):
            return Importances(values, name)
        if values.ndim == 2 and values.size:  # noqa: PLR2004
            return Importances(np.abs(values).mean(axis=0), "mean of |coef_|", by_class=_by_class(estimator, values))
    return None


def _by_class(estimator: Any, values: Array) -> dict[str, Array] | None:
    """Return the coefficients of each class; None if rows are of pairs of classes, or too many."""
    classes = getattr(estimator, "classes_", None)
    if classes is None or len(classes) != len(values) or len(values) > _MOST_CLASSES:
        return None
    return {f"coef {name}": row for name, row in zip(np.asarray(classes).tolist(), values, strict=True)}


def _permuted(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    n_repeats: int,
    n_jobs: int | None,
    run: Run,
) -> tuple[Importances, str]:
    """Return by how much the score falls without each feature, and which samples were taken."""
    n = same_length(_CALL, X=X, y=y)
    if n_repeats < 1:
        raise UsageError(f"n_repeats must be 1 or more, got {n_repeats!r}")
    truth = target(y, "y")
    chosen = sample(n, _MOST_PERMUTED)
    X, truth = rows(X, chosen), rows(truth, chosen)  # noqa: N806
    jobs = [(model, X, truth, repeat) for repeat in range(n_repeats)]
    falls = np.column_stack(outcomes(_shuffled, jobs, n_jobs, f"Permuting features of {name_of(model)}", run))
    note = f"{n_repeats} repeats" + ("" if chosen is None else f", {len(chosen):,} of {n:,} samples, drawn at random")
    return Importances(falls.mean(axis=1), "fall of the score if shuffled", spread=falls.std(axis=1)), note


def _shuffled(model: Any, X: Any, y: Array, seed: int) -> Array:  # noqa: N803
    from sklearn.inspection import permutation_importance

    with random_kept(model):
        found = permutation_importance(model, X, y, n_repeats=1, random_state=seed)
    return np.asarray(found["importances"], np.float64)[:, 0]


def names_of(model: Any, given: Sequence[Any] | None, count: int) -> list[str]:
    """Return the names of the features that reach the estimator at the end of a pipeline.

    Raises:
        UsageError: those that are given are not as many.
    """
    names = None if given is None else [str(name) for name in given]
    if names is not None and len(names) == count:
        return names
    through = _through(model, names)
    if through is not None and len(through) == count:
        return through
    if names is not None:
        raise UsageError(
            f"feature_names has {len(names)} names ({listed(names)}), and {name_of(model)} has {count} importances: "
            "pass a name for each column of X, in their order"
        )
    estimator = unwrapped(model)
    for attribute in (
        "feature_names_in_",
        "feature_name_",
        "feature_names_",
    ):  # lightgbm's and catboost's are the others
        own = getattr(estimator, attribute, None)
        if own is not None and len(own) == count:
            return [str(name) for name in own]
    return [f"x{place}" for place in range(count)]


def _through(model: Any, names: list[str] | None) -> list[str] | None:
    """Return the names that a pipeline makes of those of its input; None if one of its steps does not know."""
    best = getattr(model, "best_estimator_", model)
    steps = getattr(best, "steps", None)
    if not isinstance(steps, list) or not hasattr(best, "named_steps"):
        return names if best is model else _through(best, names) if hasattr(best, "best_estimator_") else names
    known: Any = None if names is None else np.asarray(names, object)
    for _, step in steps[:-1]:
        if step is None or step == "passthrough":
            continue
        try:
            known = step.get_feature_names_out(known)
        except (AttributeError, ValueError, TypeError):
            return None
    return _through(steps[-1][1], None if known is None else [str(name) for name in known])


def _columns_of(model: Any, X: Any, count: int, given: Sequence[Any] | None) -> list[str]:  # noqa: N803
    """Return the names of the columns of X."""
    own = getattr(X, "columns", None)
    names = given if given is not None else own if own is not None else getattr(model, "feature_names_in_", None)
    if names is None:
        return [f"x{place}" for place in range(count)]
    if len(names) != count:
        raise UsageError(f"feature_names has {len(names)} names ({listed(names)}), and X has {count} columns")
    return [str(name) for name in names]


def _chart(found: Importances, names: list[str], title: str, most: int, model_name: str) -> Chart:
    order = np.argsort(-np.abs(found.values), kind="stable")[:most]
    columns: dict[str, Any] = {"feature_names": [names[place] for place in order], "importances": found.values[order]}
    if found.spread is not None:
        columns["std"] = found.spread[order]
    for name, values in (found.by_class or {}).items():
        columns[name] = values[order]
    notes = [f"{model_name}: {found.source}"]
    if len(order) < len(names):
        notes.append(f"{len(order):,} of {len(names):,} features")
    return subtitled(drawn(_spec(title, found.source, len(order), spread=found.spread is not None), **columns), *notes)


def _spec(title: str, source: str, bars: int, *, spread: bool) -> dict[str, Any]:
    spec = frame(title, height={"step": 20 if bars <= 40 else 13})  # noqa: PLR2004 (labels are of 11 pixels)
    spec["encoding"] = {
        "y": {
            "field": "feature_names",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"ticks": False, "domain": False},
            "scale": {"paddingInner": 0.25},
        },
        "tooltip": [
            {"field": "feature_names", "type": "nominal", "title": "feature"},
            {"field": "importances", "type": "quantitative", "title": source, "format": ".4~g"},
        ],
    }
    x = {"field": "importances", "type": "quantitative", "title": source, "axis": {"domain": False, "tickCount": 6}}
    spec["layer"] = [
        {"mark": {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True}, "encoding": {"x": x}},
    ]
    if spread:
        spec["transform"] = [
            {"calculate": "datum.importances - datum.std", "as": "_low"},
            {"calculate": "datum.importances + datum.std", "as": "_high"},
        ]
        ends = {"x": {"field": "_low", "type": "quantitative", "title": source}, "x2": {"field": "_high"}}
        spec["layer"].append({"mark": {"type": "rule", "color": ink()}, "encoding": ends})
    return spec
