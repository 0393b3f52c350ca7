"""The chart of an outlier detector: how far each sample is from what it takes for an outlier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.errors import UsageError
from trailmark.sklearn.estimator import name_of, random_kept, require_fitted, unwrapped
from trailmark.sklearn.inputs import row_count
from trailmark.sklearn.looks import colours, drawn, frame, ink

if TYPE_CHECKING:
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_BINS = 40


def detector_chart(model: Any, X: Any, model_name: str | None = None) -> Chart:  # noqa: N803
    """Return a histogram of all scores, where those below 0 are outliers.

    The table has a row for each bin that is not empty: low, high, count and found ("outlier" or "inlier").

    Args:
        model: a fitted outlier detector or pipeline.
        X: (n, features); those that it was fitted to, if it cannot judge others.
        model_name: stands in the title; the model's class by default.

    Raises:
        UsageError: the model is not fitted, or tells nothing of X.
    """
    require_fitted(model, "plot_model()")
    found = decisions(model, X)
    scores = found[np.isfinite(found)]
    if not len(scores):
        raise UsageError(f"{name_of(model)} gives no finite score")
    # Bins of even width, one of which begins at 0.
    width = (scores.max() - scores.min()) / _BINS or 1.0
    edges = width * np.arange(np.floor(scores.min() / width), np.floor(scores.max() / width) + 2)
    counts = np.histogram(scores, edges)[0]
    kept = counts > 0
    outliers = int((scores < 0).sum())
    notes = [f"{outliers:,} of {len(scores):,} samples ({outliers / len(scores):.1%}) are below 0: outliers"]
    if len(scores) < len(found):
        notes.append(f"{len(found) - len(scores):,} scores are not finite")
    return drawn(
        _spec(f"Outlier scores of {model_name or name_of(model)}", notes),
        low=edges[:-1][kept],
        high=edges[1:][kept],
        count=counts[kept],
        found=np.where(edges[:-1][kept] < 0, "outlier", "inlier"),
    )


def decisions(model: Any, X: Any) -> Array:  # noqa: N803
    """Return the score of each sample, (n,): below 0 of outliers.

    Raises:
        UsageError: the model tells none.
    """
    if callable(getattr(model, "decision_function", None)):
        with random_kept(model):
            return np.asarray(model.decision_function(X), np.float64).reshape(-1)
    last = unwrapped(model)
    known = getattr(last, "negative_outlier_factor_", None)  # of LocalOutlierFactor, which judges its own samples only
    if known is None or len(known) != row_count(X):
        raise UsageError(f"{name_of(model)} scores none but the samples that it was fitted to: pass these")
    return np.asarray(known - last.offset_)


def _spec(title: str, subtitle: list[str]) -> dict[str, Any]:
    spec = frame(title)
    spec["title"]["subtitle"] = subtitle
    blue, orange = colours()[:2]
    told = {"type": "quantitative", "format": ".4~g"}
    spec["layer"] = [
        {
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {"field": "low", "type": "quantitative", "bin": {"binned": True}, "title": "Decision function"},
                "x2": {"field": "high"},
                "y": {"field": "count", "type": "quantitative", "title": "Samples", "axis": {"domain": False}},
                "color": {
                    "field": "found",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": ["inlier", "outlier"], "range": [blue, orange]},
                },
                "tooltip": [
                    {"field": "low", "title": "from", **told},
                    {"field": "high", "title": "to", **told},
                    {"field": "count", "type": "quantitative", "title": "samples", "format": ",d"},
                ],
            },
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": ink()},
            "encoding": {"x": {"datum": 0}},
        },
    ]
    return spec
