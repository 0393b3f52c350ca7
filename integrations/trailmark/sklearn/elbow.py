"""`plot_elbow_curve`: how close samples are to the centre of their cluster, over the number of clusters.

It fits a clone for each number. The clusterer itself is not fitted.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import name_of, random_kept, unwrapped
from trailmark.sklearn.features import features
from trailmark.sklearn.inputs import row_count
from trailmark.sklearn.looks import colours, drawn, frame
from trailmark.sklearn.progress import outcomes
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark import Run
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_CALL = "plot_elbow_curve()"
_NUMBERS = ("n_clusters", "n_components")  # the latter of mixtures
_LARGE = 100_000  # errors from which on axes count in thousands


def plot_elbow_curve(
    clusterer: Any,
    X: Any,  # noqa: N803
    cluster_ranges: Sequence[int] = range(1, 10, 2),
    n_jobs: int | None = 1,
    show_cluster_time: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    run: Any = None,
) -> Chart:
    """Fit clones of a clusterer with more and more clusters, and draw their errors; logged as "elbow_curve".

    The error is the sum of the squared distances of all samples to the mean of their cluster, which k-means calls
    inertia, so that any clusterer that takes a number of clusters has one. The global random generator is put back.

    The table has a row for each number: cluster_ranges, errors, and clustering_time (of the fit, in seconds).

    Args:
        clusterer: one with n_clusters (or n_components), or a pipeline or search that ends in one; fitted or not. It is
            cloned, never fitted.
        X: (n, features), of any kind that it takes.
        cluster_ranges: the numbers of clusters. Those that are larger than n are left out, which is said.
        n_jobs: how many clones are fitted at once; -1: one for each core.
        show_cluster_time: draw the time of each fit, too.
        run: where to log; the current run by default.

    Raises:
        UsageError: the clusterer takes no number of clusters, or no clone could be fitted.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    return show(
        "elbow_curve", elbow_chart(clusterer, X, cluster_ranges, n_jobs, found, with_time=show_cluster_time), found
    )


def elbow_chart(
    clusterer: Any,
    X: Any,  # noqa: N803
    cluster_ranges: Sequence[int],
    n_jobs: int | None,
    run: Run,
    *,
    with_time: bool = True,
) -> Chart:
    """Return the chart of `plot_elbow_curve`."""
    model, parameter = _with_number(clusterer)
    numbers = _numbers(cluster_ranges, row_count(X))
    with random_kept(model):
        jobs = [(clone(model).set_params(**{parameter: number}), X) for number in numbers]
        answers = outcomes(_clustered, jobs, n_jobs, "elbow curve", run)
    failures = [answer for answer in answers if isinstance(answer, Exception)]
    if len(failures) == len(answers):
        raise UsageError(f"{_CALL} could fit none of {len(answers)} clones: {failures[0]}") from failures[0]
    if failures:
        trailmark.termwarn(f"{_CALL} leaves out {len(failures)} of {len(answers)} fits that failed: {failures[0]}")
    fitted = [at for at, answer in enumerate(answers) if not isinstance(answer, Exception)]
    columns = {
        "cluster_ranges": [numbers[at] for at in fitted],
        "errors": [answers[at][0] for at in fitted],
        "clustering_time": [answers[at][1] for at in fitted],
    }
    spec = _spec(f"Elbow curve of {name_of(clusterer)}", columns["cluster_ranges"], with_time=with_time)
    if max(columns["errors"]) >= _LARGE:
        spec["layer"][-1]["encoding"]["y"]["axis"]["format"] = "~s"
    return drawn(spec, **columns)


def _with_number(clusterer: Any) -> tuple[Any, str]:
    """Return what is to be cloned, and how it calls the number of clusters.

    Raises:
        UsageError: it has none.
    """
    if isinstance(clusterer, type) or not hasattr(clusterer, "get_params"):
        raise UsageError(f"{_CALL} takes a clusterer of scikit-learn, got {clusterer!r:.80}")
    model = getattr(clusterer, "best_estimator_", clusterer)
    path, last = "", model
    while hasattr(last, "named_steps"):
        name, last = last.steps[-1]
        path += f"{name}__"
    for number in _NUMBERS:
        if number in last.get_params(deep=False):
            return model, path + number
    raise UsageError(
        f"{_CALL} needs a clusterer with a number of clusters, as KMeans has; {name_of(clusterer)} finds it by itself"
    )


def _numbers(asked: Any, samples: int) -> list[int]:
    try:
        numbers = sorted({int(number) for number in asked if int(number) == number})
    except (TypeError, ValueError):
        numbers = []
    if not numbers or numbers[0] < 1:
        raise UsageError(f"cluster_ranges must hold numbers of clusters from 1 on, got {asked!r:.80}")
    fitting = [number for number in numbers if number <= samples]
    if not fitting:
        raise UsageError(f"cluster_ranges begins at {numbers[0]:,} clusters, but X has {samples:,} samples")
    if len(fitting) < len(numbers):
        trailmark.termwarn(f"{_CALL} leaves out more clusters than the {samples:,} samples of X")
    return fitting


def _clustered(model: Any, X: Any) -> tuple[float, float] | Exception:  # noqa: N803
    """Return the error and the seconds of a fit; or why there is none."""
    try:
        start = time.perf_counter()
        model.fit(X)
        took_s = time.perf_counter() - start
        last = unwrapped(model)
        if hasattr(last, "inertia_"):
            return float(last.inertia_), took_s
        labels = last.labels_ if hasattr(last, "labels_") else model.predict(X)
        return inertia(features(model, X, _CALL).values, np.asarray(labels)), took_s
    except Exception as error:  # noqa: BLE001 (of a foreign model, anything; the curve is drawn without it)
        return error


def inertia(values: Any, labels: Array) -> float:
    """Return the sum of the squared distances of samples to the mean of their cluster.

    Args:
        values: (n, features), an array or a sparse matrix by rows.
        labels: (n,).

    Raises:
        UsageError: there is not one label a sample.
    """
    if labels.shape != (values.shape[0],):
        raise UsageError(f"{_CALL} needs a label for each of {values.shape[0]:,} samples, got {labels.shape}")
    total = 0.0
    for label in np.unique(labels):
        members = values[np.flatnonzero(labels == label)]
        if hasattr(members, "multiply"):
            mean = np.asarray(members.mean(axis=0)).reshape(-1)
            total += float(members.multiply(members).sum()) - members.shape[0] * float(mean @ mean)
        else:
            total += float(np.square(members - members.mean(axis=0)).sum())
    return total


def _spec(title: str, numbers: list[int], *, with_time: bool) -> dict[str, Any]:
    blue, orange = colours()[:2]
    ticks = {"values": numbers, "format": "d"} if len(numbers) <= 20 else {"format": "d"}  # noqa: PLR2004 (all fit)
    number = {
        "field": "cluster_ranges",
        "type": "quantitative",
        "title": "Clusters",
        "axis": {**ticks, "grid": False},
        "scale": {"zero": False, "nice": False, "padding": 12},
    }
    told = {"type": "quantitative", "format": ".4~g"}
    tooltip = [
        {"field": "cluster_ranges", "type": "quantitative", "title": "clusters"},
        {"field": "errors", "title": "error", **told},
        {"field": "clustering_time", "title": "seconds of the fit", **told},
    ]
    spec = frame(title)
    spec["encoding"] = {"x": number, "tooltip": tooltip}
    spec["layer"] = [_line("errors", "Squared distance to the centres", blue, [1, 0], "left")]
    if with_time:
        spec["layer"].insert(0, _line("clustering_time", "Seconds of the fit", orange, [5, 4], "right"))
    spec["resolve"] = {"scale": {"y": "independent"}}
    return spec


def _line(field: str, title: str, colour: str, dash: list[int], side: str) -> dict[str, Any]:
    """Return a line with an axis of its own."""
    axis = {"titleColor": colour, "grid": side == "left", "orient": side}
    points = {"size": 45, "color": colour}
    return {
        "mark": {"type": "line", "color": colour, "strokeDash": dash, "strokeWidth": 1.8, "point": points},
        "encoding": {"y": {"field": field, "type": "quantitative", "title": title, "axis": axis}},
    }
