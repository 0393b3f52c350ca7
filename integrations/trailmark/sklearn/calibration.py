"""`plot_calibration_curve`: whether, of the samples that a classifier gives 70 %, 70 % are of the class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.classes import Classes, class_target, classes_of
from trailmark.sklearn.estimator import kind, name_of, require_fitted, scores
from trailmark.sklearn.inputs import rows, same_length, say_dropped, without_missing
from trailmark.sklearn.looks import drawn, frame, ink, subtitled
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_BINS = 10
_MOST_CURVES = 10  # more cannot be told apart


def plot_calibration_curve(
    clf: Any,
    X: Any,  # noqa: N803 (W&B's signature)
    y: Any,
    clf_name: str = "Classifier",
    *,
    labels: Any = None,
    n_bins: int = _BINS,
    run: Any = None,
) -> Chart:
    """Log the share of a class over the probability that the classifier gave it, under `calibration_curve`.

    It is the fitted classifier that is judged, on the samples that are passed: pass others than it was fitted to. Of
    two classes the second is drawn, else each against the rest; of more than 10 classes, those whose probabilities are
    the worst by the Brier score.

    The table has the columns model, class, mean_predicted_value, fraction_of_positives, samples, low, high (the bin's
    edges) and brier_score. Bins are of equal width, as `sklearn.calibration.calibration_curve` has them; empty ones are
    left out.

    Args:
        clf: a fitted classifier with `predict_proba`.
        X: (n, features).
        y: (n,) classes, or (n, classes) of zeros and ones.
        clf_name: what the chart calls it; by default its class.
        labels: the names of the classes in the order of the model's, or a dict of names by class.
        n_bins: into how many bins the probabilities go.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: it is no fitted classifier, or gives no probabilities, or samples and classes do not agree.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_calibration_curve()")
    call = "plot_calibration_curve()"
    require_fitted(clf, call)
    if kind(clf) != "classifier":
        raise UsageError(f"{call} takes a classifier, got a {name_of(clf)}")
    found = scores(clf, X)
    if found is None or found[1] != "probability":
        raise UsageError(
            f"{call} needs probabilities, and {name_of(clf)} has no predict_proba: wrap it in "
            "sklearn.calibration.CalibratedClassifierCV before fitting it"
        )
    name = name_of(clf) if clf_name == "Classifier" else clf_name
    chart = calibration_chart(y, found[0], labels, getattr(clf, "classes_", None), name, n_bins)
    return show("calibration_curve", chart, run)


def calibration_chart(
    y: Any,
    probabilities: Any,
    labels: Any = None,
    known: Any = None,
    model_name: str = "Classifier",
    n_bins: int = _BINS,
) -> Chart:
    """Return the chart of `plot_calibration_curve`, of probabilities, (n, classes) or (n,) of the second class."""
    call = "plot_calibration_curve()"
    if n_bins < 1:
        raise UsageError(f"n_bins must be 1 or more, got {n_bins!r}")
    truth, scored = class_target(y, "y"), np.asarray(probabilities, np.float64)
    n = same_length(call, y=truth, probabilities=scored)
    kept = without_missing(truth, scored)
    notes = [model_name]
    if kept is not None:
        truth, scored = class_target(rows(truth, kept), "y"), scored[kept]
        notes.append(say_dropped(call, n, len(kept)))
    if scored.min() < 0 or scored.max() > 1:
        raise UsageError(f"probabilities lie between 0 and 1, got {scored.min():.4g} to {scored.max():.4g}")
    curves, names = _curves(truth, scored, labels, known, n_bins)
    order = sorted(curves, key=lambda place: -curves[place]["brier_score"][0])[:_MOST_CURVES]
    if len(curves) > _MOST_CURVES:
        notes.append(f"the {_MOST_CURVES} of {len(curves):,} classes with the largest Brier scores")
    drawn_curves = [(names[place], curves[place]) for place in sorted(order)]
    columns = {column: np.concatenate([curve[column] for _, curve in drawn_curves]) for column in drawn_curves[0][1]}
    of_row = [name for name, curve in drawn_curves for _ in curve["low"]]
    return subtitled(drawn(_spec(), model=[model_name] * len(of_row), **{"class": of_row}, **columns), *notes)


def _curves(
    truth: Array, scored: Array, labels: Any, known: Any, n_bins: int
) -> tuple[dict[int, dict[str, Array]], list[str]]:
    """Return the curve of each class that has samples, by its place, and the names of all."""
    scored = scored.reshape(len(scored), -1)
    if truth.ndim > 1:
        classes = classes_of(labels=labels, known=range(truth.shape[1]))
        is_class = truth.astype(bool)
    else:
        classes, is_class, scored = _against_rest(truth, scored, labels, known)
    if is_class.shape != scored.shape:
        raise UsageError(f"there are probabilities of {scored.shape[1]} classes, and {is_class.shape[1]} classes")
    names = classes.names[1:] if scored.shape[1] == 1 and truth.ndim == 1 else classes.names
    there = [place for place in range(scored.shape[1]) if is_class[:, place].any()]
    lacking = ", ".join(name for place, name in enumerate(names[: scored.shape[1]]) if place not in there)
    if not there:
        raise UsageError(f"there is nothing to draw: y has no samples of {lacking}")
    if lacking:
        trailmark.termwarn(f"y has no samples of {lacking:.80}: no calibration curve of them", repeat=False)
    return {place: _curve(is_class[:, place], scored[:, place], n_bins) for place in there}, names


def _against_rest(truth: Array, scored: Array, labels: Any, known: Any) -> tuple[Classes, Array, Array]:
    """Return the classes, and which samples are of each that has a curve, with its scores; of two, the second."""
    count = max(scored.shape[1], 2)
    classes = classes_of(truth, labels=labels, known=known, count=count)
    if known is not None and len(known) < count:
        raise UsageError(f"there is nothing to draw: the model knows the class {classes.names[0]!r} only")
    first = 1 if count == 2 else 0  # noqa: PLR2004
    drawn_scores = scored[:, -1:] if first else scored
    is_class = classes.places(truth, "y")[:, np.newaxis] == np.arange(first, count)
    return classes, is_class, drawn_scores


def _curve(is_class: Array, probability: Array, n_bins: int) -> dict[str, Array]:
    """Return one curve; bins hold their upper edge, the first one 0, too."""
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    place = np.searchsorted(edges[1:-1], probability)
    samples = np.bincount(place, minlength=n_bins)
    there = np.flatnonzero(samples)
    mean = np.bincount(place, weights=probability, minlength=n_bins)[there] / samples[there]
    share = np.bincount(place, weights=is_class, minlength=n_bins)[there] / samples[there]
    return {
        "mean_predicted_value": mean,
        "fraction_of_positives": share,
        "samples": samples[there],
        "low": edges[there],
        "high": edges[there + 1],
        "brier_score": np.full(len(there), np.mean((probability - is_class) ** 2)),
    }


def _spec() -> dict[str, Any]:
    spec = frame("Calibration curve", height=360)
    unit = {"domain": [0, 1], "nice": False}
    x = {"type": "quantitative", "title": "Mean predicted probability", "scale": unit, "axis": {"format": "%"}}
    y = {"type": "quantitative", "title": "Share of the class", "scale": unit, "axis": {"format": "%"}}
    colour = {"field": "_series", "type": "nominal", "title": None, "sort": None}
    x, y = {**x, "field": "mean_predicted_value"}, {**y, "field": "fraction_of_positives"}
    ideal = {
        "data": {"values": [{x["field"]: share, y["field"]: share} for share in (0, 1)]},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": ink()},
        "encoding": {"x": x, "y": y},
    }
    line = {
        "mark": {"type": "line", "strokeWidth": 1.8},
        "params": [{"name": "series", "select": {"type": "point", "fields": ["_series"]}, "bind": "legend"}],
        "encoding": {"x": x, "y": y, "color": colour, "opacity": _chosen(1)},
    }
    points = {
        "mark": {"type": "point", "filled": True, "tooltip": True},
        "encoding": {
            "x": x,
            "y": y,
            "color": colour,
            "opacity": _chosen(1),
            "size": {
                "field": "samples",
                "type": "quantitative",
                "scale": {"range": [20, 200]},
                "legend": {"title": "samples", "symbolFillColor": ink(), "tickCount": 4},
            },
            "tooltip": [
                {"field": "class", "type": "nominal"},
                {"field": "mean_predicted_value", "type": "quantitative", "title": "mean prediction", "format": ".4f"},
                {"field": "fraction_of_positives", "type": "quantitative", "title": "of the class", "format": ".4f"},
                {"field": "samples", "type": "quantitative", "format": ",d"},
                {"field": "brier_score", "type": "quantitative", "title": "Brier score", "format": ".4~g"},
            ],
        },
    }
    name = "datum['class'] + '  Brier ' + format(datum.brier_score, '.3f')"
    return {**spec, "transform": [{"calculate": name, "as": "_series"}], "layer": [ideal, line, points]}


def _chosen(value: float) -> dict[str, Any]:
    return {"condition": {"param": "series", "value": value}, "value": 0.12}
