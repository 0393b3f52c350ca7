"""How good a model is, in scikit-learn's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_summary_metrics
from trailmark.sklearn.summary import summary_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart


def values(chart: Chart, dataset: str) -> dict[str, float]:
    """Return the metrics on a dataset."""
    table = chart.table
    rows = zip(*(table.get_column(name) for name in ("metric_name", "dataset", "metric_value")), strict=True)
    return {name: value for name, of, value in rows if of == dataset}


def test_of_a_classifier(begin: Callable[..., Run], root: Path, two: Any, digest: Callable[[Any], str]) -> None:
    """The numbers are scikit-learn's, of both datasets and with all digits; the model stays as it is."""
    model = LogisticRegression().fit(two.X_train, two.y_train)
    before, run = digest(model), begin()
    chart = plot_summary_metrics(model, two.X_train, two.y_train, two.X_test, two.y_test)
    run.finish()
    for dataset, X, y in (("train", two.X_train, two.y_train), ("test", two.X_test, two.y_test)):  # noqa: N806
        guess = model.predict(X)
        assert values(chart, dataset) == pytest.approx(
            {
                "accuracy_score": metrics.accuracy_score(y, guess),
                "precision": metrics.precision_score(y, guess, average="weighted"),
                "recall": metrics.recall_score(y, guess, average="weighted"),
                "f1_score": metrics.f1_score(y, guess, average="weighted"),
            }
        )
    assert list(trailmark.Api(root).run(run.path).series("summary_metrics").value) == [chart]
    assert set(chart.table.get_column("model_name")) == {"LogisticRegression"}
    assert digest(model) == before


def test_of_a_regressor() -> None:
    """The numbers are scikit-learn's, also where there are several outputs and gaps."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 3))  # noqa: N806
    for y in (X[:, 0] + rng.normal(size=50), np.column_stack([X[:, 0] + rng.normal(size=50), X[:, 1]])):
        model = LinearRegression().fit(X, y)
        found = values(summary_chart(model, X_test=X, y_test=y), "test")
        assert found == pytest.approx(
            {
                "mae": metrics.mean_absolute_error(y, model.predict(X)),
                "mse": metrics.mean_squared_error(y, model.predict(X)),
                "r2_score": metrics.r2_score(y, model.predict(X)),
            }
        )
        gap = y.copy()
        gap[0] = np.nan
        chart = summary_chart(model, X_test=X, y_test=gap)
        assert values(chart, "test")["mae"] == pytest.approx(metrics.mean_absolute_error(y[1:], model.predict(X[1:])))
        assert "1 of 50 samples" in chart.spec["title"]["subtitle"]


def test_of_several_labels_a_sample() -> None:
    """Columns of zeros and ones are judged as scikit-learn does."""
    X = np.random.default_rng(0).normal(size=(40, 2))  # noqa: N806
    y = (X > 0).astype(int)
    model = KNeighborsClassifier().fit(X, y)
    found = values(summary_chart(model, X, y), "train")
    assert found["f1_score"] == pytest.approx(metrics.f1_score(y, model.predict(X), average="weighted"))
    assert found["accuracy_score"] == pytest.approx(metrics.accuracy_score(y, model.predict(X)))


def test_of_many_training_samples(monkeypatch: pytest.MonkeyPatch, two: Any) -> None:
    """Of many samples to train a part is predicted, and the chart says so; test samples are taken in full."""
    monkeypatch.setattr("trailmark.sklearn.summary._MOST_TRAINING_ROWS", 20)
    model = LogisticRegression().fit(two.X_train, two.y_train)
    chart = summary_chart(model, two.X_train, list(two.y_train), two.X_train, two.y_train)
    assert f"train: 20 of {len(two.y_train)} samples" in chart.spec["title"]["subtitle"]
    assert values(chart, "test")["accuracy_score"] == model.score(two.X_train, two.y_train)


def test_predictions_that_are_known(two: Any) -> None:
    """Predictions that are passed are not asked for again."""
    model = LogisticRegression().fit(two.X_train, two.y_train)
    chart = summary_chart(model, y_test=two.y_test, y_pred=two.y_test)
    assert values(chart, "test")["accuracy_score"] == 1


def test_what_cannot_be_judged(two: Any) -> None:
    """The error says what was got, or what is missing."""
    model = LogisticRegression().fit(two.X_train, two.y_train)
    with pytest.raises(UsageError, match="a classifier or a regressor, got a KMeans"):
        summary_chart(KMeans(2, n_init=1).fit(two.X_train), two.X_train, two.y_train)
    with pytest.raises(UsageError, match="pass X and y"):
        summary_chart(model, two.X_train)
    with pytest.raises(UsageError, match="X_test has 2, y_test has 3"):
        summary_chart(model, X_test=two.X_test[:2], y_test=two.y_test[:3])
