"""The calibration curve of the model itself, beside scikit-learn's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.calibration import CalibrationDisplay, calibration_curve
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import brier_score_loss

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_calibration_curve
from trailmark.sklearn.calibration import calibration_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart


def column(chart: Chart, name: str, of: str) -> Any:
    """Return the values of a class."""
    classes = np.asarray(chart.table.get_column("class"))
    return np.asarray(chart.table.get_column(name))[classes == of]


def test_two_classes(begin: Callable[..., Run], root: Path, two: Any, digest: Callable[[Any], str]) -> None:
    """The curve of the second class is CalibrationDisplay's of the same model, which stays as it is."""
    model = LogisticRegression().fit(two.X_train, two.y_train)
    before, run = digest(model), begin()
    chart = plot_calibration_curve(model, two.X_test, two.y_test, "mine")
    run.finish()
    display = CalibrationDisplay.from_estimator(model, two.X_test, two.y_test, n_bins=10)
    np.testing.assert_allclose(column(chart, "fraction_of_positives", "virginica"), display.prob_true)
    np.testing.assert_allclose(column(chart, "mean_predicted_value", "virginica"), display.prob_pred)
    assert sum(chart.table.get_column("samples")) == len(two.y_test)
    assert set(chart.table.get_column("model")) == {"mine"}
    assert list(trailmark.Api(root).run(run.path).series("calibration_curve").value) == [chart]
    assert digest(model) == before


def test_each_class_against_the_rest(flowers: Any, iris: Any) -> None:
    """Of three classes each has its curve and its Brier score."""
    probabilities = flowers.predict_proba(iris.X_test[:, :2])
    chart = calibration_chart(iris.y_test, probabilities, ["a", "b", "c"], n_bins=5)
    for place, name in enumerate("abc"):
        of_class = iris.y_test == place
        share, mean = calibration_curve(of_class, probabilities[:, place], n_bins=5)
        np.testing.assert_allclose(column(chart, "fraction_of_positives", name), share)
        np.testing.assert_allclose(column(chart, "mean_predicted_value", name), mean)
        expected = brier_score_loss(of_class, probabilities[:, place])
        assert column(chart, "brier_score", name)[0] == pytest.approx(expected)


def test_edges() -> None:
    """Probabilities on the edges of bins, 0 and 1 among them, are where scikit-learn puts them."""
    y, probabilities = np.arange(11) % 2, np.linspace(0, 1, 11)
    chart = calibration_chart(y, probabilities, n_bins=10)
    share, mean = calibration_curve(y, probabilities, n_bins=10)
    np.testing.assert_allclose(column(chart, "fraction_of_positives", "1"), share)
    np.testing.assert_allclose(column(chart, "mean_predicted_value", "1"), mean)
    assert (column(chart, "low", "1") <= mean).all()
    assert (mean <= column(chart, "high", "1")).all()


def test_several_labels_a_sample() -> None:
    """Each column of zeros and ones is a class."""
    chart = calibration_chart([[1, 0], [0, 1]], [[0.9, 0.2], [0.2, 0.8]], ["red", "round"], n_bins=2)
    assert list(column(chart, "fraction_of_positives", "red")) == [0.0, 1.0]


def test_many_classes() -> None:
    """The ten with the largest Brier scores are drawn, as the chart says."""
    rng = np.random.default_rng(0)
    chart = calibration_chart(rng.integers(0, 30, 500), rng.dirichlet(np.ones(30), 500))
    assert len(set(chart.table.get_column("class"))) == 10
    assert "the 10 of 30 classes" in chart.spec["title"]["subtitle"]


def test_class_that_does_not_occur(capsys: pytest.CaptureFixture[str]) -> None:
    """A class without samples has no curve, which is said."""
    chart = calibration_chart([0, 2], [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    assert set(chart.table.get_column("class")) == {"0", "2"}
    assert "no samples of 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (RidgeClassifier(), "has no predict_proba"),
        (KMeans(2, n_init=1), "takes a classifier, got a KMeans"),
        (LogisticRegression(), "call its fit first"),
    ],
)
def test_model_without_probabilities(begin: Callable[..., Run], two: Any, model: Any, message: str) -> None:
    """The error says what the model lacks."""
    begin()
    if not isinstance(model, LogisticRegression):
        model.fit(two.X_train, two.y_train)
    with pytest.raises(UsageError, match=message):
        plot_calibration_curve(model, two.X_test, two.y_test)


@pytest.mark.parametrize(
    ("y", "probabilities", "n_bins", "message"),
    [
        ([0, 1], [-0.5, 2.0], 10, "between 0 and 1"),
        ([0, 0], [0.1, 0.2], 10, "no samples of 1"),
        ([0, 1], [0.1, 0.2], 0, "n_bins must be 1"),
        ([0, 1, 2], [0.1, 0.2, 0.3], 5, "2 columns of scores, and 3 classes"),
    ],
)
def test_what_cannot_be_drawn(y: Any, probabilities: Any, n_bins: int, message: str) -> None:
    """The error says what was got."""
    with pytest.raises(UsageError, match=message):
        calibration_chart(y, probabilities, n_bins=n_bins)
