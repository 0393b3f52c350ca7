"""`plot_residuals`: what a fitted regressor leaves unexplained, of the samples that it is given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.metrics import r2_score

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import name_of, predictions, require_fitted
from trailmark.sklearn.inputs import same_length, say_dropped, target, without_missing
from trailmark.sklearn.looks import colours, drawn, frame, ink
from trailmark.sklearn.shown import show
from trailmark.sklearn.spread import say_spread, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_CALL = "plot_residuals()"
_BINS = 40
_MOST_OUTPUTS = 5  # with a colour for each, of training and test samples
_SIDE = {"range": [{"expr": "width * 0.84"}, {"expr": "width"}]}  # the histogram's place, beside the points
_MAIN = {"zero": False, "range": [0, {"expr": "width * 0.81"}]}


class Judged(NamedTuple):
    """The samples of one data set and one output.

    Attributes:
        dataset: "train", "test", or "data" where there is only one.
        output: the number of the output; None if the model has one only.
        rows: (n,), the places of the samples in what was given.
        actual: (n,).
        predicted: (n,).
        score: R²; NaN if it is not defined.
        notes: what the subtitle tells of samples that are left out.
    """

    dataset: str
    output: int | None
    rows: Array
    actual: Array
    predicted: Array
    score: float
    notes: tuple[str, ...]


def plot_residuals(
    regressor: Any,
    X: Any,  # noqa: N803
    y: Any,
    X_test: Any = None,  # noqa: N803
    y_test: Any = None,
    *,
    model_name: str | None = None,
    run: Any = None,
) -> Chart:
    """Draw actual minus predicted over predicted values of a fitted regressor; logged as "residuals".

    The model predicts and is never fitted again. Give it the test samples as ``plot_residuals(model, X_test, y_test)``,
    or training and test samples as ``plot_residuals(model, X_train, y_train, X_test, y_test)`` to compare them.

    Scores and the histogram are of all samples. Of more than 2,000 in a data set, those 200 that are farthest from 0
    and a random part of the others are drawn and stand in the table: dataset ("train" and "test", or "data"), y_pred,
    residuals, train_score and test_score (R², where there is such a data set), y_true, score (R² of this data set and
    output), row (its place in X), and output (its number) where there are several.

    Args:
        regressor: a fitted regressor, pipeline or search.
        X: (n, features), of any kind that the model takes.
        y: (n,) or (n, outputs), numbers; samples without a value are left out.
        X_test: more samples, that the model was not trained on; then X are those that it was.
        y_test: their targets.
        model_name: stands in the title; the model's class by default.
        run: where to log; the current run by default.

    Raises:
        UsageError: the model is not fitted, or X and y do not belong together or hold no numbers.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    if (X_test is None) != (y_test is None):
        raise UsageError(f"{_CALL} needs both X_test and y_test, or neither")
    sets = {"data": (X, y)} if X_test is None else {"train": (X, y), "test": (X_test, y_test)}
    return show("residuals", residuals_chart(regressor, sets, model_name), found)


def residuals_chart(regressor: Any, sets: Mapping[str, tuple[Any, Any]], model_name: str | None = None) -> Chart:
    """Return the chart of `plot_residuals`, of X and y by the names of the data sets."""
    require_fitted(regressor, _CALL)
    judged = [one for dataset, (X, y) in sets.items() for one in _judged(regressor, X, y, dataset)]
    return _chart(model_name or name_of(regressor), judged)


def _judged(model: Any, X: Any, y: Any, dataset: str) -> list[Judged]:  # noqa: N803
    """Return the samples of a data set, once for each output.

    Raises:
        UsageError: X and y do not belong together, or the targets are no numbers.
    """
    same_length(_CALL, X=X, y=y)
    actual = target(y, "y")
    if actual.dtype.kind not in "biuf":
        raise UsageError(f"{_CALL} needs targets that are numbers, got {actual.flat[0]!r} in y: is it a classifier's?")
    predicted = predictions(model, X)
    if predicted.size != actual.size or predicted.dtype.kind not in "biuf":
        raise UsageError(f"{_CALL}: the model predicts {predicted.shape}, {predicted.dtype}, but y is {actual.shape}")
    actual = actual.astype(np.float64).reshape(len(actual), -1)
    predicted = predicted.astype(np.float64).reshape(actual.shape)
    outputs = actual.shape[1]
    kept = without_missing(actual, predicted)
    notes = () if kept is None else (say_dropped(_CALL, len(actual), len(kept)),)
    places = np.arange(len(actual)) if kept is None else kept
    found = []
    for output in range(outputs):
        columns = actual[places, output], predicted[places, output]
        found.append(Judged(dataset, output if outputs > 1 else None, places, *columns, r2(*columns), notes))
    return found


def r2(actual: Array, predicted: Array) -> float:
    """Return the coefficient of determination, at most 1; NaN of one sample and of infinities, which have none."""
    if len(actual) < 2 or not (np.isfinite(actual).all() and np.isfinite(predicted).all()):  # noqa: PLR2004
        return math.nan
    return float(r2_score(actual, predicted))


def _chart(name: str, judged: list[Judged]) -> Chart:
    notes = [note for one in judged if not one.output for note in one.notes]
    columns: dict[str, list[Any]] = {}
    shown = [one for one in judged if (one.output or 0) < _MOST_OUTPUTS]
    if len(shown) < len(judged):
        notes.append(f"the first {_MOST_OUTPUTS} of {len({one.output for one in judged})} outputs")
    scores = {dataset: _mean([one.score for one in judged if one.dataset == dataset]) for dataset in ("train", "test")}
    for one in shown:
        places = spread(np.abs(one.actual - one.predicted))
        if places is not None and not one.output:
            notes.append(
                f"{one.dataset}: ".replace("data: ", "")
                + say_spread(_CALL, len(one.actual), len(places), "farthest from 0")
            )
        for column, values in _rows(one, slice(None) if places is None else places, scores).items():
            columns.setdefault(column, []).append(values)
    table = {column: np.concatenate(parts) for column, parts in columns.items() if parts[0] is not None}
    told = ", ".join(
        f"{one.score:.3f} {_series(one)}".removesuffix(" data") for one in shown if not math.isnan(one.score)
    )
    subtitle = [f"R² {told}"] * bool(told) + list(dict.fromkeys(notes))
    return drawn(_spec(f"Residuals of {name}", subtitle, shown), **table)


def _rows(one: Judged, places: Any, scores: dict[str, float]) -> dict[str, Any]:
    n = len(one.rows[places])
    return {
        "dataset": np.full(n, one.dataset),
        "y_pred": one.predicted[places],
        "residuals": (one.actual - one.predicted)[places],
        "train_score": np.full(n, scores["train"]),
        "test_score": np.full(n, scores["test"]),
        "y_true": one.actual[places],
        "score": np.full(n, one.score),
        "row": one.rows[places],
        "output": None if one.output is None else np.full(n, one.output),
    }


def _mean(scores: list[float]) -> float:
    return float(np.mean(scores)) if scores else math.nan


def _series(one: Judged) -> str:
    """Return what the legend calls a data set and an output."""
    return one.dataset if one.output is None else f"{one.dataset}, output {one.output}"


def _spec(title: str, subtitle: list[str], judged: list[Judged]) -> dict[str, Any]:
    several = judged[0].output is not None
    series = [_series(one) for one in judged]
    palette = colours()
    colour = {
        "field": "_series",
        "type": "nominal",
        "title": None,
        "scale": {"domain": series, "range": [palette[place % len(palette)] for place in range(len(series))]},
    }
    if len(series) == 1:
        colour["legend"] = None
    spec = frame(title)
    spec["title"]["subtitle"] = subtitle
    name = "datum.dataset + ', output ' + datum.output" if several else "datum.dataset"
    spec["transform"] = [{"calculate": name, "as": "_series"}]
    spec["layer"] = [_zero(), _points(colour, sum(len(one.rows) for one in judged)), _histogram(colour, judged)]
    spec["resolve"] = {"scale": {"x": "independent"}, "axis": {"x": "independent"}}
    return spec


def _zero() -> dict[str, Any]:
    mark = {"type": "rule", "strokeDash": [4, 4], "color": ink()}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"y": {"datum": 0}}}


def _points(colour: dict[str, Any], count: int) -> dict[str, Any]:
    many = count > 500  # noqa: PLR2004 (where they begin to hide each other)
    told = [
        {"field": "_series", "type": "nominal", "title": "data"},
        *(
            {"field": field, "type": "quantitative", "title": title, "format": ".6~g"}
            for field, title in (("y_true", "actual"), ("y_pred", "predicted"), ("residuals", "residual"))
        ),
        {"field": "row", "type": "quantitative", "title": "row"},
    ]
    return {
        "mark": {"type": "point", "filled": True, "size": 16 if many else 36, "opacity": 0.45 if many else 0.65},
        "encoding": {
            "x": {
                "field": "y_pred",
                "type": "quantitative",
                "title": "Predicted",
                "scale": _MAIN,
                "axis": {"tickCount": 8},
            },
            "y": {
                "field": "residuals",
                "type": "quantitative",
                "title": "Actual \N{MINUS SIGN} predicted",
                "scale": {"zero": False},
            },
            "color": colour,
            "tooltip": told,
        },
    }


def _histogram(colour: dict[str, Any], judged: list[Judged]) -> dict[str, Any]:
    """Return bars beside the points: the share of all samples of a series in each bin of the residuals."""
    residuals = [difference[np.isfinite(difference)] for difference in (one.actual - one.predicted for one in judged)]
    edges = np.histogram_bin_edges(np.concatenate(residuals), _BINS)
    values = []
    for one, difference in zip(judged, residuals, strict=True):
        counts = np.histogram(difference, edges)[0].tolist()
        for low, high, count in zip(edges[:-1].tolist(), edges[1:].tolist(), counts, strict=True):
            if count:
                share = count / len(difference)
                values.append({"low": low, "high": high, "count": count, "share": share, "_series": _series(one)})
    told = {"type": "quantitative", "format": ".4~g"}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "binSpacing": 1, "opacity": 0.55},
        "encoding": {
            "y": {"field": "low", "type": "quantitative", "bin": {"binned": True}},
            "y2": {"field": "high"},
            "x": {"field": "share", "type": "quantitative", "stack": None, "axis": None, "scale": _SIDE},
            "color": colour,
            "tooltip": [
                {"field": "_series", "type": "nominal", "title": "data"},
                {"field": "low", "title": "from", **told},
                {"field": "high", "title": "to", **told},
                {"field": "count", "type": "quantitative", "title": "samples", "format": ",d"},
                {"field": "share", "type": "quantitative", "title": "share", "format": ".1%"},
            ],
        },
    }
