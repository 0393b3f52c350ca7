"""What a regressor leaves unexplained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import trailmark
from trailmark.errors import NoRunError, UsageError
from trailmark.sklearn import plot_residuals
from trailmark.sklearn.residuals import residuals_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

X, Y = load_diabetes(return_X_y=True)
X_TRAIN, X_TEST, Y_TRAIN, Y_TEST = train_test_split(X, Y, random_state=0)
LINEAR = LinearRegression().fit(X_TRAIN, Y_TRAIN)


def column(chart: Any, name: str) -> Any:
    """Return a column of a chart's table."""
    return np.asarray(chart.table.get_column(name))


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key, and is the one that is returned."""
    run = begin()
    chart = plot_residuals(LINEAR, X_TRAIN, Y_TRAIN, X_TEST, Y_TEST)
    run.finish()
    assert trailmark.Api(root).run(run.path).series("residuals").value == [chart]


def test_values_of_both_sets() -> None:
    """Each sample of both sets has its actual and predicted value and their difference."""
    chart = residuals_chart(LINEAR, {"train": (X_TRAIN, Y_TRAIN), "test": (X_TEST, Y_TEST)})
    on_test = column(chart, "dataset") == "test"
    assert on_test.sum() == len(Y_TEST)
    assert (~on_test).sum() == len(Y_TRAIN)
    np.testing.assert_array_equal(column(chart, "y_true")[on_test], Y_TEST)
    np.testing.assert_array_equal(column(chart, "y_pred")[on_test], LINEAR.predict(X_TEST))
    np.testing.assert_array_equal(column(chart, "residuals")[on_test], Y_TEST - LINEAR.predict(X_TEST))
    assert set(column(chart, "train_score")) == {LINEAR.score(X_TRAIN, Y_TRAIN)}
    assert set(column(chart, "test_score")) == {LINEAR.score(X_TEST, Y_TEST)}


def test_as_scikit_learn_displays_them() -> None:
    """Actual and predicted values are those of `PredictionErrorDisplay`."""
    metrics = pytest.importorskip("sklearn.metrics")
    if not hasattr(metrics, "PredictionErrorDisplay"):
        pytest.skip("scikit-learn has it from 1.2 on")
    display = metrics.PredictionErrorDisplay(y_true=Y_TEST, y_pred=LINEAR.predict(X_TEST))
    chart = residuals_chart(LINEAR, {"data": (X_TEST, Y_TEST)})
    np.testing.assert_array_equal(column(chart, "residuals"), display.y_true - display.y_pred)


def test_one_set_has_one_score() -> None:
    """Without test samples nobody knows which the samples are: the score is in its own column alone."""
    chart = residuals_chart(LINEAR, {"data": (X_TEST, Y_TEST)})
    assert np.isnan(column(chart, "train_score")).all()
    assert set(column(chart, "score")) == {LINEAR.score(X_TEST, Y_TEST)}
    assert chart.spec["title"]["subtitle"] == [f"R² {LINEAR.score(X_TEST, Y_TEST):.3f}"]


@pytest.mark.parametrize(
    "model",
    [
        RandomForestRegressor(3, random_state=0),
        make_pipeline(StandardScaler(), Ridge()),
        GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, cv=2),
        TransformedTargetRegressor(LinearRegression(), func=np.log, inverse_func=np.exp),
    ],
    ids=["forest", "pipeline", "search", "transformed target"],
)
def test_model_stays_as_it_is(model: Any, digest: Callable[[Any], str]) -> None:
    """The fitted model predicts, and is neither fitted nor changed."""
    model.fit(X_TRAIN, Y_TRAIN)
    before = digest(model)
    chart = residuals_chart(model, {"data": (X_TEST, Y_TEST)})
    assert digest(model) == before
    np.testing.assert_allclose(column(chart, "residuals"), Y_TEST - model.predict(X_TEST))


@pytest.mark.parametrize("form", ["frame", "sparse", "list"])
def test_kinds_of_samples(form: str) -> None:
    """Frames, sparse matrices and lists give what arrays give."""
    given = {"frame": pd.DataFrame(X_TEST), "sparse": scipy.sparse.csr_matrix(X_TEST), "list": X_TEST.tolist()}[form]
    model = Ridge().fit(X_TRAIN, Y_TRAIN)
    y = pd.Series(Y_TEST, index=range(7, 7 + len(Y_TEST))) if form == "frame" else Y_TEST
    chart = residuals_chart(model, {"data": (given, y)})
    np.testing.assert_allclose(column(chart, "residuals"), Y_TEST - model.predict(X_TEST))


def test_several_outputs() -> None:
    """Each output has its samples and its own score."""
    both = np.column_stack([Y_TRAIN, -(Y_TRAIN**2)])
    model = LinearRegression().fit(X_TRAIN, both)
    chart = residuals_chart(model, {"data": (X_TRAIN, both)})
    predicted = model.predict(X_TRAIN)
    for output in range(2):
        of_output = column(chart, "output") == output
        np.testing.assert_allclose(column(chart, "residuals")[of_output], (both - predicted)[:, output])
        assert set(column(chart, "score")[of_output]) == {r2_score(both[:, output], predicted[:, output])}


def test_missing_targets_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Samples without a target are left out, which is said, and rows keep their places."""
    y = Y_TEST.copy()
    y[:3] = np.nan
    chart = residuals_chart(LINEAR, {"data": (X_TEST, y)})
    np.testing.assert_array_equal(column(chart, "row"), np.arange(3, len(y)))
    assert "3 of 111 samples have no value" in chart.spec["title"]["subtitle"][1]
    assert "leaves out samples" in capsys.readouterr().err


def test_many_samples(capsys: pytest.CaptureFixture[str]) -> None:
    """Of many samples those farthest from 0 and a part of the others are drawn; histogram and score are of all."""
    generator = np.random.default_rng(1)
    samples = generator.normal(size=(50_000, 2))
    y = samples.sum(axis=1) + generator.standard_t(3, size=50_000)
    model = LinearRegression().fit(samples, y)
    chart = residuals_chart(model, {"data": (samples, y)})
    residuals = y - model.predict(samples)
    farthest = np.argsort(-np.abs(residuals))[:200]
    assert set(farthest.tolist()) <= set(column(chart, "row").tolist())
    assert 1800 <= len(chart.table) <= 2000
    np.testing.assert_array_equal(column(chart, "residuals"), residuals[column(chart, "row")])
    assert column(chart, "score")[0] == model.score(samples, y)
    assert sum(one["count"] for one in chart.spec["layer"][2]["data"]["values"]) == 50_000
    assert f"{len(chart.table):,} of 50,000 samples drawn" in chart.spec["title"]["subtitle"][1]
    assert capsys.readouterr().err.count("draws 2,000 of many samples") == 1


def test_one_sample() -> None:
    """A single sample has a residual and no score."""
    chart = residuals_chart(LINEAR, {"data": (X_TEST[:1], Y_TEST[:1])})
    assert len(chart.table) == 1
    assert np.isnan(column(chart, "score")[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((LinearRegression(), X_TEST, Y_TEST), "is not: call its fit first"),
        ((LINEAR, X_TEST, Y_TEST[:5]), "X has 111, y has 5"),
        ((LINEAR, X_TEST, ["a"] * len(X_TEST)), "targets that are numbers"),
        ((LINEAR, X_TEST, Y_TEST, X_TRAIN), "both X_test and y_test"),
        ((LINEAR, X_TEST, np.column_stack([Y_TEST, Y_TEST])), r"predicts \(111,\)"),
    ],
)
def test_misuse(begin: Callable[..., Run], arguments: tuple[Any, ...], message: str) -> None:
    """What cannot be right raises an error that says what to do."""
    begin()
    with pytest.raises(UsageError, match=message):
        plot_residuals(*arguments)


def test_without_a_run() -> None:
    """Before `init` the call that is missing is named."""
    with pytest.raises(NoRunError, match=r"trailmark\.init"):
        plot_residuals(LINEAR, X_TEST, Y_TEST)
