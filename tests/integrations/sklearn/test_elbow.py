"""Elbow curves, against what k-means calls inertia."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.cluster import DBSCAN, AgglomerativeClustering, BisectingKMeans, KMeans
from sklearn.datasets import load_iris
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_elbow_curve
from trailmark.sklearn.elbow import inertia

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

X = load_iris().data


def column(chart: Any, name: str) -> list[Any]:
    """Return a column of a chart's table."""
    return list(chart.table.get_column(name))


def test_as_k_means_has_it(begin: Callable[..., Run]) -> None:
    """Errors are the inertia of a fit with each number of clusters."""
    begin()
    chart = plot_elbow_curve(KMeans(4, n_init=2, random_state=0), X, [5, 1, 3])
    assert column(chart, "cluster_ranges") == [1, 3, 5]
    expected = [KMeans(clusters, n_init=2, random_state=0).fit(X).inertia_ for clusters in (1, 3, 5)]
    assert column(chart, "errors") == pytest.approx(expected, rel=1e-12)
    assert min(column(chart, "clustering_time")) > 0


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key; the line of times is there unless it is switched off."""
    run = begin()
    chart = plot_elbow_curve(KMeans(n_init=1, random_state=0), X, range(1, 4), show_cluster_time=False)
    run.finish()
    assert trailmark.Api(root).run(run.path).series("elbow_curve").value == [chart]
    assert len(chart.spec["layer"]) == 1


@pytest.mark.parametrize(
    "model",
    [
        AgglomerativeClustering(),
        BisectingKMeans(random_state=0),
        GaussianMixture(random_state=0),
        make_pipeline(StandardScaler(), KMeans(n_init=1, random_state=0)),
    ],
    ids=["agglomerative", "bisecting", "mixture", "pipeline"],
)
def test_other_clusterers(begin: Callable[..., Run], model: Any) -> None:
    """Any clusterer that takes a number of clusters has errors: those to the means of the clusters that it finds."""
    begin()
    chart = plot_elbow_curve(model, X, [2, 3])
    assert column(chart, "cluster_ranges") == [2, 3]
    assert column(chart, "errors")[0] > column(chart, "errors")[1] > 0


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_inertia(form: str) -> None:
    """The error is the inertia that k-means ends with."""
    model = KMeans(3, n_init=1, random_state=0, tol=0).fit(X)
    given = scipy.sparse.csr_matrix(X) if form == "sparse" else X
    assert inertia(given, model.labels_) == pytest.approx(model.inertia_)


def test_nothing_moves(begin: Callable[..., Run], digest: Callable[[Any], str]) -> None:
    """The clusterer is not fitted, and the global generators, from which clones draw, stay where they are."""
    begin()
    model = KMeans(3, n_init=1).fit(pd.DataFrame(X, columns=list("abcd")))

    def state() -> tuple[Any, ...]:
        return digest(model), random.getstate(), digest(np.random.get_state())  # noqa: NPY002

    before = state()
    plot_elbow_curve(model, pd.DataFrame(X, columns=list("abcd")), [2, 3])
    assert state() == before


def test_more_clusters_than_samples(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers that are larger than n are left out, which is said."""
    begin()
    chart = plot_elbow_curve(KMeans(n_init=1, random_state=0), X[::30], [1, 2, 50])
    assert column(chart, "cluster_ranges") == [1, 2]
    assert "more clusters than the 5 samples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "numbers", "message"),
    [
        (DBSCAN(), [1, 2], "DBSCAN finds it by itself"),
        (KMeans, [1, 2], "takes a clusterer"),
        (KMeans(n_init=1), [], "numbers of clusters from 1 on"),
        (KMeans(n_init=1), [0], "numbers of clusters from 1 on"),
        (KMeans(n_init=1), [200], "begins at 200 clusters"),
        (KMeans(n_init=1, max_iter=-1), [1, 2], "could fit none of 2 clones"),
    ],
)
def test_misuse(begin: Callable[..., Run], model: Any, numbers: Any, message: str) -> None:
    """What cannot be right raises an error that says what was got."""
    begin()
    with pytest.raises(UsageError, match=message):
        plot_elbow_curve(model, X, numbers)
