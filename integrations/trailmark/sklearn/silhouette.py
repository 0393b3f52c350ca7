"""`plot_silhouette`: how much nearer each sample is to its own cluster than to the next one, and where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.metrics import silhouette_samples

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import name_of, predictions, require_fitted, unwrapped
from trailmark.sklearn.features import complete, features, take
from trailmark.sklearn.inputs import row_count, sample, say_dropped, say_sampled, target
from trailmark.sklearn.looks import colours, drawn, frame, ink
from trailmark.sklearn.projection import project
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trailmark.plot import Chart
    from trailmark.sklearn.projection import Projection

    Array = np.ndarray[Any, Any]

_CALL = "plot_silhouette()"
_LIMIT = 5_000  # samples: 25 million distances take about a second
_NOISE = "noise"
_SIDES = 0.46  # of the width, for each of both parts


class Clusters(NamedTuple):
    """Samples and what cluster they are in.

    Attributes:
        rows: (n,), the places of the samples in what was given.
        values: (n, features), finite.
        labels: (n,), as they were given.
        noise: (n,), of bool: samples in no cluster.
        notes: what the subtitle tells of samples that are left out.
    """

    rows: Array
    values: Any
    labels: Array
    noise: Array
    notes: list[str]


def plot_silhouette(
    clusterer: Any = None,
    X: Any = None,  # noqa: N803
    cluster_labels: Any = None,
    labels: Sequence[Any] | Mapping[Any, Any] | None = None,
    metric: str = "euclidean",
    kmeans: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    run: Any = None,
) -> Chart:
    """Draw the silhouette of each sample, cluster by cluster, and where the samples lie; logged as "silhouette_plot".

    Values are those of `sklearn.metrics.silhouette_samples`, in the features that the last step of a pipeline gets.
    Samples with negative numbers as labels, as DBSCAN gives to noise, are in no cluster: they have no silhouette, lie
    among the points in grey, and count for no other. Where there is one cluster only, there are no silhouettes, which
    is said, and points alone are drawn. Of more than 5,000 samples a random part, with each cluster's share, is taken.

    The table has a row for each sample, in the order of the bars: x and y (the two features there are, or the principal
    components of more), colors (the name of its cluster), centerx and centery (the middle of its cluster), y_sil (where
    its bar stands), x1 and x2 (from and to where it goes: 0 and the silhouette), color_sil (as colors), silhouette_avg
    (the mean of all) and row (its place in X).

    Args:
        clusterer: a fitted clusterer or a pipeline; None if `cluster_labels` say all.
        X: (n, features), the samples that were clustered; (n, n) distances with ``metric="precomputed"``. Those with
            NaN are left out.
        cluster_labels: (n,), the cluster of each, integers or strings; by default those of the clusterer.
        labels: names of the clusters, by label or in the order of the labels.
        metric: as everywhere in scikit-learn.
        kmeans: draw the middle of each cluster, too.
        run: where to log; the current run by default.

    Raises:
        UsageError: there is not one label a sample, or X holds no numbers.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    return show(
        "silhouette_plot", silhouette_chart(clusterer, X, cluster_labels, labels, metric, centres=kmeans), found
    )


def silhouette_chart(
    clusterer: Any,
    X: Any,  # noqa: N803
    cluster_labels: Any = None,
    labels: Any = None,
    metric: str = "euclidean",
    *,
    centres: bool = True,
    model_name: str | None = None,
) -> Chart:
    """Return the chart of `plot_silhouette`."""
    if X is None:
        raise UsageError(f"{_CALL} needs the samples, X")
    if clusterer is not None and (cluster_labels is None or hasattr(clusterer, "named_steps")):
        require_fitted(clusterer, _CALL)
    given = labels_of(clusterer, X) if cluster_labels is None else _labels(cluster_labels, row_count(X))
    seen = features(None if metric == "precomputed" else clusterer, X, _CALL)
    clusters = _clusters(seen.values, given, precomputed=metric == "precomputed")
    silhouettes = _silhouettes(clusters, metric)
    projection = project(clusters.values, seen.names)
    middles = _centres(clusterer, clusters, projection) if centres else np.full((len(clusters.rows), 2), np.nan)
    name = model_name or ("" if clusterer is None else name_of(clusterer))
    return _chart(name, clusters, silhouettes, projection, middles, labels)


def labels_of(clusterer: Any, X: Any) -> Array:  # noqa: N803
    """Return the cluster of each sample, (n,): what the clusterer found of those it was fitted to, else predicts.

    Raises:
        UsageError: it tells of none, or of others.
    """
    samples = row_count(X)
    known = getattr(unwrapped(clusterer), "labels_", None)
    if known is not None and len(known) == samples:
        return np.asarray(known)
    if callable(getattr(clusterer, "predict", None)):
        return _labels(predictions(clusterer, X), samples)
    told = "has no labels_" if known is None else f"has {len(known):,} labels"
    raise UsageError(
        f"{_CALL} needs the cluster of each of {samples:,} samples, but {name_of(clusterer)} {told} and cannot "
        "predict: pass the X that it was fitted to, or cluster_labels"
    )


def _labels(cluster_labels: Any, samples: int) -> Array:
    found = target(cluster_labels, "cluster_labels")
    if found.shape != (samples,):
        raise UsageError(f"{_CALL} needs a label for each of {samples:,} samples, got {found.shape}")
    if found.dtype.kind == "f" and np.array_equal(found, np.floor(found)):
        found = found.astype(np.int64)
    if found.dtype.kind not in "biuU":
        raise UsageError(f"cluster_labels must be integers or strings, got {found.dtype}")
    return found


def _clusters(values: Any, labels: Array, *, precomputed: bool) -> Clusters:
    """Return the samples that are drawn: those without NaN, and of too many a part of each cluster."""
    n, notes = values.shape[0], []
    rows = np.arange(n)
    fine = complete(values)
    if fine is not None:
        notes.append(say_dropped(_CALL, n, len(fine)))
        rows = fine
    chosen = sample(len(rows), _LIMIT, stratify=labels[rows])
    if chosen is not None:
        notes.append(say_sampled(_CALL, len(rows), len(chosen)))
        rows = rows[chosen]
    if not len(rows):
        raise UsageError(f"{_CALL}: none of the {n:,} samples has all values")
    values = take(values, rows if len(rows) < n else None)
    if precomputed and len(rows) < n:
        values = values[:, rows]
    noise = labels[rows] < 0 if labels.dtype.kind == "i" else np.zeros(len(rows), bool)
    if noise.any():
        notes.append(f"{noise.sum():,} samples are noise")
    return Clusters(rows, values, labels[rows], noise, notes)


def _silhouettes(clusters: Clusters, metric: str) -> Array:
    """Return the silhouette of each sample, (n,): in [-1, 1], NaN of noise and where they are not defined."""
    found = np.full(len(clusters.rows), np.nan)
    inside = np.flatnonzero(~clusters.noise)
    count = len(np.unique(clusters.labels[inside]))
    if not 2 <= count < len(inside):  # noqa: PLR2004
        trailmark.termwarn(
            f"{_CALL}: there are no silhouettes of {count} cluster{'s' * (count != 1)} of {len(inside):,} samples, "
            "only of 2 or more clusters that are fewer than the samples; the points alone are drawn"
        )
        return found
    values = take(clusters.values, inside if len(inside) < len(found) else None)
    if metric == "precomputed" and len(inside) < len(found):
        values = values[:, inside]
    found[inside] = silhouette_samples(values, clusters.labels[inside], metric=metric)
    return found


def _centres(clusterer: Any, clusters: Clusters, projection: Projection) -> Array:
    """Return where the middle of each sample's cluster is drawn, (n, 2); NaN of noise."""
    placed = np.full((len(clusters.rows), 2), np.nan)
    known = getattr(unwrapped(clusterer), "cluster_centers_", None)
    known = known.toarray() if known is not None and hasattr(known, "toarray") else known
    for label in np.unique(clusters.labels[~clusters.noise]):
        members = clusters.labels == label
        if (
            known is not None
            and clusters.labels.dtype.kind in "iu"
            and label < len(known)
            and np.shape(known)[1:] == projection.centre.shape
        ):
            placed[members] = projection.place(np.asarray(known[label], np.float64))
        else:
            placed[members] = projection.points[members].mean(axis=0)
    return placed


def _names(clusters: Clusters, given: Any) -> dict[Any, str]:
    """Return what the legend calls each label, in their order."""
    found = np.unique(clusters.labels[~clusters.noise]).tolist()
    if given is None:
        return {label: str(label) for label in found}
    if hasattr(given, "items"):
        return {label: str(given.get(label, label)) for label in found}
    names = [str(name) for name in given]
    if all(isinstance(label, int) for label in found):
        return {label: names[label] if label < len(names) else str(label) for label in found}
    if len(names) < len(found):
        raise UsageError(f"labels has {len(names)} names, but there are {len(found)} clusters")
    return dict(zip(found, names, strict=False))


def _chart(
    name: str, clusters: Clusters, silhouettes: Array, projection: Projection, centres: Array, labels: Any
) -> Chart:
    names = _names(clusters, labels)
    order = np.lexsort((-np.nan_to_num(silhouettes, nan=-2), clusters.labels, clusters.noise))
    codes = np.searchsorted(list(names), clusters.labels[order]) if names else np.zeros(len(order), int)
    noise = clusters.noise[order]
    shown = np.array([*names.values(), _NOISE])[np.where(noise, len(names), codes)]
    gap = max(1, len(order) // 50)
    # There is no mean of nothing, and no warning is due.
    average = float(silhouettes[~clusters.noise].mean()) if np.isfinite(silhouettes).any() else np.nan
    spec = _spec(f"Silhouettes{f' of {name}' * bool(name)}", clusters, projection, average, [*names.values()])
    return drawn(
        spec,
        x=projection.points[order, 0],
        y=projection.points[order, 1],
        colors=shown,
        centerx=centres[order, 0],
        centery=centres[order, 1],
        y_sil=np.where(noise, np.nan, np.arange(len(order)) + gap * codes),
        x1=np.where(noise, np.nan, 0.0),
        x2=silhouettes[order],
        color_sil=shown,
        silhouette_avg=np.full(len(order), average),
        row=clusters.rows[order],
    )


def _spec(title: str, clusters: Clusters, projection: Projection, average: float, names: list[str]) -> dict[str, Any]:
    palette = colours()
    domain, used = list(names), [palette[place % len(palette)] for place in range(len(names))]
    if clusters.noise.any():
        domain, used = [*domain, _NOISE], [*used, ink()]
    colour = {"type": "nominal", "title": "cluster", "scale": {"domain": domain, "range": used}}
    spec = frame(title, height=340)
    has_bars = not np.isnan(average)
    count = f"{len(names)} cluster{'s' * (len(names) != 1)}"
    told = f"{average:.3f} on average over {count}" if has_bars else count
    spec["title"]["subtitle"] = [told, *clusters.notes]
    size = len(clusters.rows)
    spec["layer"] = [*(_bars(average, colour, size) if has_bars else []), *_points(projection, colour, size)]
    if has_bars:
        spec["resolve"] = {"scale": {"x": "independent", "y": "independent"}}
        for layer in spec["layer"][2:]:
            layer["encoding"]["x"]["scale"]["range"] = [{"expr": f"width * {1 - _SIDES}"}, {"expr": "width"}]
            layer["encoding"]["x"]["axis"]["orient"] = "bottom"
            if layer["encoding"]["y"]["axis"]:
                layer["encoding"]["y"]["axis"]["orient"] = "right"
        spec["layer"] = [{"layer": spec["layer"][:2]}, {"layer": spec["layer"][2:]}]
    return spec


def _bars(average: float, colour: dict[str, Any], count: int) -> list[dict[str, Any]]:
    # Bars reach a pixel into the next ones, as seams would show where they touch.
    end = f"datum.y_sil + {1 + count / 250:.4g}"
    scale = {"nice": False, "range": [0, {"expr": f"width * {_SIDES}"}]}
    y = {"field": "y_sil", "type": "quantitative", "scale": {"reverse": True, "nice": False}, "axis": None}
    x = {"type": "quantitative", "title": "Silhouette", "scale": scale, "axis": {"tickCount": 5}}
    told = [
        {"field": "color_sil", "type": "nominal", "title": "cluster"},
        {"field": "x2", "type": "quantitative", "title": "silhouette", "format": ".4f"},
        {"field": "row", "type": "quantitative", "title": "sample", "format": ",d"},
    ]
    return [
        {
            "transform": [{"filter": "isValid(datum.x2)"}, {"calculate": end, "as": "_y_end"}],
            "mark": {"type": "rect"},
            "encoding": {
                "x": {**x, "field": "x1"},
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "_y_end"},
                "color": {**colour, "field": "color_sil"},
                "tooltip": told,
            },
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": ink()},
            "encoding": {"x": {**x, "datum": average}},
        },
    ]


def _points(projection: Projection, colour: dict[str, Any], count: int) -> list[dict[str, Any]]:
    many = count > 500  # noqa: PLR2004 (where they begin to hide each other)
    told = [
        {"field": "colors", "type": "nominal", "title": "cluster"},
        {"field": "row", "type": "quantitative", "title": "sample", "format": ",d"},
    ]

    middles = [{"op": op, "field": field, "as": field} for op, field in (("min", "centerx"), ("min", "centery"))]
    return [
        {
            "mark": {"type": "point", "filled": True, "size": 12 if many else 30, "opacity": 0.45 if many else 0.65},
            "encoding": {**_place(projection, "x", "y"), "color": {**colour, "field": "colors"}, "tooltip": told},
        },
        {
            "transform": [
                {"filter": "isValid(datum.centerx)"},
                {"aggregate": middles, "groupby": ["colors"]},
            ],
            "mark": {
                "type": "point",
                "shape": "cross",
                "size": 110,
                "fill": "white",
                "stroke": "#333333",
                "strokeWidth": 1.2,
                "opacity": 1,
            },
            "encoding": _place(projection, "centerx", "centery"),
        },
    ]


def _place(projection: Projection, x: str, y: str) -> dict[str, Any]:
    """Return the encoding of a place by two columns."""
    return {
        axis: {
            "field": field,
            "type": "quantitative",
            "title": title or None,
            "scale": {"zero": False},
            "axis": {"grid": False, "tickCount": 5} if title else None,
        }
        for axis, field, title in zip("xy", (x, y), projection.axes, strict=True)
    }
