"""Silhouettes, against scikit-learn's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.datasets import load_iris, make_blobs
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances, silhouette_samples, silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_silhouette
from trailmark.sklearn.projection import project
from trailmark.sklearn.silhouette import silhouette_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

X = load_iris().data
MODEL = KMeans(3, n_init=1, random_state=0).fit(X)


def by_sample(chart: Any, name: str) -> Any:
    """Return a column of a chart's table, in the order of the samples."""
    rows = np.asarray(chart.table.get_column("row"))
    return np.asarray(chart.table.get_column(name))[np.argsort(rows)]


def test_as_scikit_learn_has_them() -> None:
    """Each sample has its silhouette, its cluster, and its cluster's middle."""
    chart = silhouette_chart(MODEL, X)
    np.testing.assert_allclose(by_sample(chart, "x2"), silhouette_samples(X, MODEL.labels_))
    assert set(by_sample(chart, "x1")) == {0.0}
    assert by_sample(chart, "colors").tolist() == by_sample(chart, "color_sil").tolist()
    assert by_sample(chart, "colors").tolist() == [str(label) for label in MODEL.labels_]
    average = silhouette_score(X, MODEL.labels_)
    assert by_sample(chart, "silhouette_avg") == pytest.approx(average)
    assert chart.spec["title"]["subtitle"] == [f"{average:.3f} on average over 3 clusters"]


def test_bars_stand_by_cluster() -> None:
    """Bars of a cluster stand together, the longest first, and no two at one place."""
    table = silhouette_chart(MODEL, X).table
    at, length = (np.asarray(table.get_column(name)) for name in ("y_sil", "x2"))
    clusters = np.asarray(table.get_column("color_sil"))
    assert (np.diff(at) > 0).all()
    assert (np.flatnonzero(np.diff(at) > 1) == np.flatnonzero(clusters[1:] != clusters[:-1])).all()
    assert all((np.diff(length[clusters == name]) <= 0).all() for name in "012")


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key."""
    run = begin()
    chart = plot_silhouette(MODEL, X, MODEL.labels_, labels=["a", "b", "c"])
    run.finish()
    assert trailmark.Api(root).run(run.path).series("silhouette_plot").value == [chart]
    assert set(by_sample(chart, "colors")) == {"a", "b", "c"}


def test_points_are_principal_components() -> None:
    """More than two features are drawn by their principal components, up to the sign, and so are the middles."""
    chart = silhouette_chart(MODEL, X)
    pca = PCA(2).fit(X)
    for name, expected in zip("xy", pca.transform(X).T, strict=True):
        np.testing.assert_allclose(np.abs(by_sample(chart, name)), np.abs(expected), atol=1e-10)
    middles = pca.transform(MODEL.cluster_centers_)[MODEL.labels_]
    for name, expected in zip(("centerx", "centery"), middles.T, strict=True):
        np.testing.assert_allclose(np.abs(by_sample(chart, name)), np.abs(expected), atol=1e-10)


@pytest.mark.parametrize("shape", [(40, 1), (40, 2), (40, 5), (30, 600), (3, 600)])
@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_projection(shape: tuple[int, int], form: str) -> None:
    """Distances along the two directions are those of a full decomposition, whatever the shape."""
    values = np.random.default_rng(0).normal(size=shape)
    found = project(scipy.sparse.csr_matrix(values) if form == "sparse" else values).points
    assert found.shape == (shape[0], 2)
    if shape[1] > 2:
        moved = values - values.mean(axis=0)
        left, singular, _ = np.linalg.svd(moved, full_matrices=False)
        np.testing.assert_allclose(np.abs(found), np.abs(left[:, :2] * singular[:2]), atol=1e-8)
    else:
        np.testing.assert_array_equal(found[:, : shape[1]], values)


def test_one_feature() -> None:
    """A single feature is drawn along a line, and named."""
    frame = pd.DataFrame({"petal": X[:, 2]})
    chart = silhouette_chart(KMeans(2, n_init=1, random_state=0).fit(frame), frame)
    np.testing.assert_array_equal(by_sample(chart, "x"), X[:, 2])
    assert chart.spec["layer"][1]["layer"][0]["encoding"]["x"]["title"] == "petal"


def test_noise_is_in_no_cluster() -> None:
    """Samples that DBSCAN calls noise have no silhouette and do not count for those of others."""
    model = DBSCAN(eps=0.5, min_samples=8).fit(X)
    chart = silhouette_chart(model, X)
    inside = model.labels_ >= 0
    assert 0 < inside.sum() < len(X)
    expected = silhouette_samples(X[inside], model.labels_[inside])
    np.testing.assert_allclose(by_sample(chart, "x2")[inside], expected)
    assert np.isnan(by_sample(chart, "x2")[~inside]).all()
    assert set(by_sample(chart, "colors")[~inside]) == {"noise"}
    assert by_sample(chart, "silhouette_avg")[0] == pytest.approx(expected.mean())


@pytest.mark.parametrize(
    "labels",
    [
        MODEL.labels_ * 7 + 3,
        np.array(["ant", "bee", "cat"])[MODEL.labels_],
        MODEL.labels_.tolist(),
        MODEL.labels_ * 1.0,
    ],
    ids=["gaps", "words", "list", "float"],
)
def test_kinds_of_labels(labels: Any) -> None:
    """Labels with gaps, words, lists and whole floats are taken as they are."""
    chart = silhouette_chart(MODEL, X, labels)
    np.testing.assert_allclose(by_sample(chart, "x2"), silhouette_samples(X, MODEL.labels_))
    assert len(set(by_sample(chart, "colors"))) == 3
    assert not np.isnan(by_sample(chart, "centerx")).any()


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine", "precomputed"])
def test_metrics(metric: str) -> None:
    """Each metric of scikit-learn's, and distances that are known already."""
    given = pairwise_distances(X) if metric == "precomputed" else X
    chart = silhouette_chart(MODEL, given, MODEL.labels_, metric=metric)
    np.testing.assert_allclose(
        by_sample(chart, "x2"), silhouette_samples(given, MODEL.labels_, metric=metric), atol=1e-9
    )


def test_pipeline_and_sparse() -> None:
    """Distances are those between the features that the last step gets; sparse ones stay sparse."""
    model = make_pipeline(StandardScaler(with_mean=False), KMeans(3, n_init=1, random_state=0))
    sparse = scipy.sparse.csr_matrix(X)
    model.fit(sparse)
    chart = silhouette_chart(model, sparse)
    scaled = model[0].transform(sparse).toarray()
    np.testing.assert_allclose(by_sample(chart, "x2"), silhouette_samples(scaled, model[-1].labels_), atol=1e-7)


def test_other_samples_are_predicted() -> None:
    """Samples that the model was not fitted to are in the clusters that it predicts."""
    chart = silhouette_chart(MODEL, X[::2] + 0.01)
    assert by_sample(chart, "colors").tolist() == [str(label) for label in MODEL.predict(X[::2] + 0.01)]


@pytest.mark.parametrize("labels", [np.zeros(150, int), np.arange(150), np.full(150, -1)], ids=["one", "own", "noise"])
def test_no_silhouettes(labels: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Of one cluster, of a cluster each and of noise alone the points are drawn, and it is said why no more."""
    chart = silhouette_chart(MODEL, X, labels)
    assert len(chart.table) == 150
    assert np.isnan(by_sample(chart, "x2")).all()
    assert "there are no silhouettes of" in capsys.readouterr().err
    assert "resolve" not in chart.spec


def test_missing_values_are_left_out() -> None:
    """Samples with NaN are left out, and the others keep their places."""
    gaps = X.copy()
    gaps[[3, 77], 1] = np.nan
    chart = silhouette_chart(None, gaps, MODEL.labels_)
    kept = np.setdiff1d(np.arange(150), [3, 77])
    assert sorted(chart.table.get_column("row")) == kept.tolist()
    np.testing.assert_allclose(by_sample(chart, "x2"), silhouette_samples(X[kept], MODEL.labels_[kept]))


def test_many_samples(capsys: pytest.CaptureFixture[str]) -> None:
    """Of many samples a part of each cluster is taken, always the same one, which is said."""
    many, labels = make_blobs(200_000, centers=[[0, 0], [9, 9]], random_state=0)
    labels[:40] = 2  # a small cluster
    chart = silhouette_chart(None, many, labels)
    rows = by_sample(chart, "row")
    assert 4900 <= len(rows) <= 5000
    assert set(labels[rows]) == {0, 1, 2}
    np.testing.assert_allclose(by_sample(chart, "x2"), silhouette_samples(many[rows], labels[rows]))
    assert silhouette_chart(None, many, labels) == chart
    assert f"{len(rows):,} of 200,000 samples" in chart.spec["title"]["subtitle"][1]
    assert capsys.readouterr().err.count("draws a random part") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((MODEL, None), "needs the samples"),
        ((MODEL, X, [0, 1]), "a label for each of 150 samples"),
        ((KMeans(), X), "is not: call its fit first"),
        ((AgglomerativeClustering().fit(X), X[:5]), "has 150 labels and cannot predict"),
        ((MODEL, [["a", "b"]] * 150, MODEL.labels_), "features that are numbers"),
        ((MODEL, X, MODEL.labels_ + 0.5), "integers or strings"),
        ((MODEL, X, np.array(["a", "b", "c"])[MODEL.labels_], ["one"]), "labels has 1 names"),
    ],
)
def test_misuse(begin: Callable[..., Run], arguments: tuple[Any, ...], message: str) -> None:
    """What cannot be right raises an error that says what was got."""
    begin()
    with pytest.raises(UsageError, match=message):
        plot_silhouette(*arguments)
