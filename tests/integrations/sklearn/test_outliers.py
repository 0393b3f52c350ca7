"""Cook's distance, against fits that leave out each sample in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeRegressor

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_outlier_candidates
from trailmark.sklearn.leverage import leverage
from trailmark.sklearn.outliers import outliers_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

X, Y = (array[:80] for array in load_diabetes(return_X_y=True))


def distances(chart: Any) -> Any:
    """Return the distances of a chart, in the order of the samples."""
    rows = np.asarray(chart.table.get_column("instance_indicies"))
    assert rows.tolist() == sorted(rows)
    return np.asarray(chart.table.get_column("distance"))


def left_out(features: Any, y: Any, *, intercept: bool = True) -> Any:
    """Return Cook's distances as they are defined: how far predictions move when each sample is left out of the fit."""
    predicted = LinearRegression(fit_intercept=intercept).fit(features, y).predict(features)
    design = np.column_stack([np.ones(len(y)), features]) if intercept else features
    coefficients = np.linalg.matrix_rank(design)
    variance = np.square(y - predicted).sum() / (len(y) - coefficients)
    found = []
    for sample in range(len(y)):
        others = np.arange(len(y)) != sample
        without = LinearRegression(fit_intercept=intercept).fit(features[others], y[others]).predict(features)
        found.append(np.square(predicted - without).sum() / (coefficients * variance))
    return np.array(found)


SHAPES = {
    "plain": X,
    "far from zero": X * 1e5 + 1e6,
    "very different sizes": X * 10.0 ** np.arange(10) % 5,
    "singular": np.column_stack([X, X[:, 0] - 2 * X[:, 1]]),
    "constant column": np.column_stack([X, np.full(len(X), 3.0)]),
}


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_exact_for_least_squares(shape: str, *, intercept: bool) -> None:
    """Distances are those that fits without each sample give."""
    features = SHAPES[shape]
    model = LinearRegression(fit_intercept=intercept).fit(features, Y)
    expected = left_out(features, Y, intercept=intercept)
    np.testing.assert_allclose(distances(outliers_chart(model, features, Y)), expected, rtol=1e-6, atol=1e-9)


def test_behind_a_pipeline() -> None:
    """Leverage is of the features that reach the last step."""
    model = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), LinearRegression())
    model.fit(X[:, :3], Y)
    features = model[:-1].transform(X[:, :3])
    np.testing.assert_allclose(distances(outliers_chart(model, X[:, :3], Y)), left_out(features, Y), rtol=1e-6)


@pytest.mark.parametrize("form", ["sparse", "frame"])
def test_kinds_of_samples(form: str) -> None:
    """Sparse matrices and frames give what arrays give."""
    rounded = np.where(X > 0, X, 0)
    given = scipy.sparse.csr_matrix(rounded) if form == "sparse" else pd.DataFrame(rounded)
    model = LinearRegression().fit(rounded, Y)
    bare = distances(outliers_chart(model, rounded, Y))
    model = LinearRegression().fit(given, Y)
    np.testing.assert_allclose(distances(outliers_chart(model, given, Y)), bare, rtol=1e-5, atol=1e-9)


def test_words_behind_an_encoder() -> None:
    """Samples of words are seen as the encoder makes them."""
    words = pd.DataFrame({"colour": np.array(["red", "green", "blue"])[np.arange(80) % 3]})
    model = make_pipeline(OneHotEncoder(drop="first"), LinearRegression()).fit(words, Y)
    features = model[0].transform(words).toarray()
    np.testing.assert_allclose(distances(outliers_chart(model, words, Y)), left_out(features, Y), rtol=1e-6)


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key, with the threshold and the share of samples beyond it."""
    run = begin()
    chart = plot_outlier_candidates(LinearRegression().fit(X, Y), X, Y)
    run.finish()
    assert trailmark.Api(root).run(run.path).series("outlier_candidates").value == [chart]
    assert set(chart.table.get_column("influence_threshold")) == {4 / 80}
    assert chart.table.get_column("outlier_percentage")[0] == 100 * (distances(chart) > 4 / 80).mean()


def test_other_models_are_a_hint(digest: Callable[[Any], str]) -> None:
    """The residuals of another model are taken as they are, which the chart says; the model is not fitted again."""
    model = DecisionTreeRegressor(max_depth=2, random_state=0).fit(X, Y)
    before = digest(model)
    chart = outliers_chart(model, X, Y)
    assert digest(model) == before
    assert "a hint: the residuals of DecisionTreeRegressor" in chart.spec["title"]["subtitle"][1]
    diagonal, coefficients = leverage(X, intercept=True)
    residuals = Y - model.predict(X)
    variance = np.square(residuals).sum() / (len(Y) - coefficients)
    expected = np.square(residuals) / (coefficients * variance) * diagonal / np.square(1 - diagonal)
    np.testing.assert_allclose(distances(chart), expected)


def test_features_that_the_model_leaves_out() -> None:
    """Where `LinearRegression` leaves out directions that are very short, distances are not exact, and it is said."""
    features = X * 10.0 ** np.arange(-4, 6)
    model = LinearRegression().fit(features, Y)
    told = outliers_chart(model, features, Y).spec["title"]["subtitle"]
    assert any("a hint" in line for line in told) == (model.rank_ < X.shape[1])


def test_largest_of_several_outputs() -> None:
    """Of several outputs the largest distance counts."""
    both = np.column_stack([Y, np.roll(Y, 5)])
    found = distances(outliers_chart(LinearRegression().fit(X, both), X, both))
    expected = np.maximum(left_out(X, both[:, 0]), left_out(X, both[:, 1]))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_sample_that_decides_alone() -> None:
    """A sample that alone decides a coefficient has no distance, which the chart says."""
    features = np.column_stack([X[:, :2], np.arange(80) == 7])
    chart = outliers_chart(LinearRegression().fit(features, Y), features, Y)
    assert np.flatnonzero(np.isnan(distances(chart))).tolist() == [7]
    assert "1 that alone decide a coefficient have none" in chart.spec["title"]["subtitle"]


def test_missing_values_are_left_out() -> None:
    """Samples whose target is missing are left out, and the others keep their places."""
    y = Y.copy()
    y[4] = np.nan
    chart = outliers_chart(LinearRegression().fit(X, Y), X, y)
    assert 4 not in chart.table.get_column("instance_indicies")
    assert len(chart.table) == 79


def test_many_samples() -> None:
    """Of many samples the largest distances are always drawn; the share beyond the threshold is of all."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(30_000, 3))
    y = features.sum(axis=1) + generator.standard_t(2, size=30_000)
    model = LinearRegression().fit(features, y)
    chart = outliers_chart(model, features, y)
    diagonal, coefficients = leverage(features, intercept=True)
    pull = np.square(y - model.predict(features)) * diagonal / np.square(1 - diagonal)
    assert set(np.argsort(-pull)[:200].tolist()) <= set(chart.table.get_column("instance_indicies"))
    assert len(chart.table) <= 2000
    variance = np.square(y - model.predict(features)).sum() / (30_000 - coefficients)
    share = (pull / (coefficients * variance) > 4 / 30_000).mean()
    assert chart.table.get_column("outlier_percentage")[0] == pytest.approx(100 * share)


@pytest.mark.parametrize("intercept", [True, False])
def test_leverage_sums_to_the_coefficients(*, intercept: bool) -> None:
    """The leverages are within 0 and 1 and sum to the number of coefficients, dense and sparse alike."""
    for features in SHAPES.values():
        for given in (features, scipy.sparse.csr_matrix(features)):
            diagonal, coefficients = leverage(given, intercept=intercept)
            assert diagonal.sum() == pytest.approx(coefficients)
            assert diagonal.min() >= 0
            assert diagonal.max() <= 1


@pytest.mark.parametrize(
    ("features", "y", "message"),
    [
        (np.random.default_rng(0).normal(size=(10, 20)), Y[:10], "more samples than coefficients, got 10 samples"),
        (X, ["a"] * 80, "targets that are numbers"),
        (X, Y[:5], "X has 80, y has 5"),
    ],
)
def test_misuse(begin: Callable[..., Run], features: Any, y: Any, message: str) -> None:
    """What cannot be right raises an error that says what was got."""
    begin()
    model = LinearRegression().fit(features, np.arange(len(features)))
    with pytest.raises(UsageError, match=message):
        plot_outlier_candidates(model, features, y)
