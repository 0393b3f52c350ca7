"""`plot_outlier_candidates`: Cook's distance, how far a sample pulls the predictions of a linear fit to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.linear_model import LinearRegression

from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import name_of, predictions, require_fitted, unwrapped
from trailmark.sklearn.features import complete, features, take
from trailmark.sklearn.inputs import same_length, sample, say_dropped, say_sampled, target, without_missing
from trailmark.sklearn.leverage import leverage
from trailmark.sklearn.looks import colours, drawn, frame, ink
from trailmark.sklearn.shown import show
from trailmark.sklearn.spread import say_spread, spread

if TYPE_CHECKING:
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_CALL = "plot_outlier_candidates()"
_MOST_WORK = 2e11  # multiplications, about ten seconds of one core
_MOST_FEATURES = 4000  # whose square is 128 MB
_NAMED = 5  # of the candidates, that have their number beside them


class Distances(NamedTuple):
    """Cook's distances of one output.

    Attributes:
        rows: (n,), the places of the samples in what was given.
        distance: (n,), NaN of samples that alone decide a coefficient.
        exact: whether the model is the least-squares fit that the leverage is of.
        notes: what the subtitle tells of samples that are left out.
    """

    rows: Array
    distance: Array
    exact: bool
    notes: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        """The distance from which on a sample is looked at: 4 / n."""
        return 4 / len(self.rows)

    @property
    def percentage(self) -> float:
        """The share of samples beyond the threshold, in percent."""
        return float(100 * (self.distance > self.threshold).mean())


def plot_outlier_candidates(
    regressor: Any,
    X: Any,  # noqa: N803
    y: Any,
    *,
    model_name: str | None = None,
    run: Any = None,
) -> Chart:
    """Draw Cook's distance of each sample that a regressor was fitted to; logged as "outlier_candidates".

    Of `LinearRegression`, also at the end of a pipeline, this is exact: how far all predictions would move if the model
    were fitted without the sample. Of other models it is what their residuals and the leverage of a least-squares fit
    to the same features make of it: a hint, as the chart says. The model predicts and is never fitted again. Of several
    outputs the one with the largest distance counts.

    The table has a row for each sample that is drawn: distance, instance_indicies (its place in X; W&B's spelling),
    outlier_percentage (of all samples) and influence_threshold (4 / n). Of more than 2,000 samples the 200 of the
    largest distance and a random part of the others are drawn.

    Args:
        regressor: a fitted regressor, pipeline or search.
        X: (n, features), the samples that it was fitted to. Those without a value are left out.
        y: (n,) or (n, outputs), their targets, numbers.
        model_name: stands in the title; the model's class by default.
        run: where to log; the current run by default.

    Raises:
        UsageError: the model is not fitted, X and y do not belong together or hold no numbers, or there are no more
            samples than coefficients, so that a least-squares fit leaves no residuals.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    return show("outlier_candidates", outliers_chart(regressor, X, y, model_name), found)


def outliers_chart(regressor: Any, X: Any, y: Any, model_name: str | None = None) -> Chart:  # noqa: N803
    """Return the chart of `plot_outlier_candidates`."""
    require_fitted(regressor, _CALL)
    same_length(_CALL, X=X, y=y)
    return _chart(model_name or name_of(regressor), _distances(regressor, X, y))


def _is_least_squares(last: Any, coefficients: int) -> bool:
    """Whether an estimator is the least-squares fit with so many coefficients."""
    if type(last) is not LinearRegression or getattr(last, "positive", False):
        return False
    # From scikit-learn 1.8 on it leaves out directions that are a millionth as long as the longest one.
    rank = getattr(last, "rank_", None)
    return rank is None or rank + bool(last.fit_intercept) == coefficients


def _distances(model: Any, X: Any, y: Any) -> Distances:  # noqa: N803
    actual = target(y, "y")
    if actual.dtype.kind not in "biuf":
        raise UsageError(f"{_CALL} needs targets that are numbers, got {actual.flat[0]!r} in y: is it a classifier's?")
    actual = actual.astype(np.float64).reshape(len(actual), -1)
    predicted = predictions(model, X).astype(np.float64)
    if predicted.size != actual.size:
        raise UsageError(f"{_CALL}: the model predicts {predicted.shape}, but y is {np.shape(y)}")
    residuals = actual - predicted.reshape(actual.shape)
    values = features(model, X, _CALL).values
    n, size = values.shape
    if size > _MOST_FEATURES:
        raise UsageError(f"{_CALL} takes up to {_MOST_FEATURES:,} features, got {size:,}: there is no leverage of more")
    fine = complete(values)
    placed = np.arange(n) if fine is None else fine
    known = without_missing(residuals[placed])
    placed = placed if known is None else placed[known]
    notes: tuple[str, ...] = (say_dropped(_CALL, n, len(placed)),) if len(placed) < n else ()
    chosen = sample(len(placed), max(4 * size, int(_MOST_WORK / (size + 1) ** 2)))
    if chosen is not None:
        notes += (say_sampled(_CALL, len(placed), len(chosen)),)
        placed = placed[chosen]
    last = unwrapped(model)
    used = take(values, None if len(placed) == n else placed)
    diagonal, coefficients = leverage(used, intercept=bool(getattr(last, "fit_intercept", True)))
    exact = _is_least_squares(last, coefficients)
    return Distances(placed, cook(residuals[placed], diagonal, coefficients), exact, notes)


def cook(residuals: Array, diagonal: Array, coefficients: int) -> Array:
    """Return Cook's distances, (n,), the largest of the outputs'; NaN where the leverage is 1.

    D = e² h / (p s² (1 - h)²) with s² = Σ e² / (n - p): R. D. Cook, Technometrics 19 (1977), 15-18.

    Args:
        residuals: (n, outputs).
        diagonal: (n,), the leverages h.
        coefficients: their number p, the intercept included.

    Raises:
        UsageError: there are no more samples than coefficients.
    """
    n = len(residuals)
    if n <= coefficients:
        raise UsageError(
            f"{_CALL} needs more samples than coefficients, got {n:,} samples and {coefficients:,}: a least-squares "
            "fit leaves no residuals"
        )
    variance = np.square(residuals).sum(axis=0) / (n - coefficients)
    alone = 1 - diagonal <= n * np.finfo(np.float64).eps
    pull = np.where(alone, np.nan, diagonal / np.square(np.where(alone, 1, 1 - diagonal)))
    relative = np.square(residuals) / np.where(variance > 0, variance, 1) / max(coefficients, 1)
    return np.asarray((relative * pull[:, None]).max(axis=1))


def _chart(name: str, found: Distances) -> Chart:
    places = spread(found.distance)
    notes = list(found.notes)
    if places is None:
        places = np.arange(len(found.rows))
    else:
        notes.append(say_spread(_CALL, len(found.rows), len(places), "of the largest distance"))
    alone = int(np.isnan(found.distance).sum())
    if alone:
        notes.append(f"{alone:,} that alone decide a coefficient have none")
    count = int((found.distance > found.threshold).sum())
    told = f"{count:,} of {len(found.rows):,} samples ({found.percentage:.1f} %) are beyond 4 / n"
    if not found.exact:
        notes.insert(0, f"a hint: the residuals of {name} with the leverage of a linear fit")
    n = len(places)
    return drawn(
        _spec(f"Outlier candidates of {name}", [f"Cook's distance: {told}", *notes], found.threshold),
        distance=found.distance[places],
        instance_indicies=found.rows[places],
        outlier_percentage=np.full(n, found.percentage),
        influence_threshold=np.full(n, found.threshold),
    )


def _spec(title: str, subtitle: list[str], threshold: float) -> dict[str, Any]:
    spec = frame(title)
    spec["title"]["subtitle"] = subtitle
    blue, orange = colours()[:2]
    distance = {"field": "distance", "type": "quantitative", "title": "Cook's distance", "axis": {"format": "~g"}}
    scale = {"zero": False, "nice": False}
    row = {"field": "instance_indicies", "type": "quantitative", "title": "Sample", "scale": scale}
    beyond = {"condition": {"test": f"datum.distance > {threshold!r}", "value": orange}, "value": blue}
    place = {"x": row, "y": distance}
    tooltip = [
        {"field": "instance_indicies", "type": "quantitative", "title": "sample", "format": ",d"},
        {"field": "distance", "type": "quantitative", "title": "distance", "format": ".4~g"},
    ]
    spec["layer"] = [
        {"mark": {"type": "rule", "strokeWidth": 1.2, "opacity": 0.8}, "encoding": {**place, "color": beyond}},
        {
            "mark": {"type": "point", "filled": True, "size": 22, "opacity": 1},
            "encoding": {**place, "color": beyond, "tooltip": tooltip},
        },
        _names(place, threshold),
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": ink()},
            "encoding": {"y": {"datum": threshold}},
        },
    ]
    return spec


def _names(place: dict[str, Any], threshold: float) -> dict[str, Any]:
    """Return the numbers of the first candidates."""
    descending = [{"field": "distance", "order": "descending"}]
    return {
        "transform": [
            {"filter": f"datum.distance > {threshold!r}"},
            {"window": [{"op": "row_number", "as": "_rank"}], "sort": descending},
            {"filter": f"datum._rank <= {_NAMED}"},
        ],
        "mark": {"type": "text", "align": "left", "dx": 5, "dy": -3, "fontSize": 11},
        "encoding": {**place, "text": {"field": "instance_indicies", "type": "quantitative", "format": ",d"}},
    }
