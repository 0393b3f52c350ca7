"""All charts of a model by one call: of regressors, of clusterers, and of whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_diabetes
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor
from sklearn.preprocessing import StandardScaler

import trailmark
from trailmark.errors import NoRunError, UsageError
from trailmark.sklearn import plot_clusterer, plot_model, plot_regressor
from trailmark.sklearn.detector import detector_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

PATIENTS = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
REGRESSOR = Ridge().fit(PATIENTS[0], PATIENTS[2])


def test_regressor(begin: Callable[..., Run], root: Path, digest: Callable[[Any], str]) -> None:
    """All charts of a regressor are in one row, are returned by their keys, and leave the model as it is."""
    run = begin()
    before = digest(REGRESSOR)
    X_train, X_test, y_train, y_test = PATIENTS  # noqa: N806
    charts = plot_regressor(REGRESSOR, X_train, X_test, y_train, y_test, "my ridge")
    assert digest(REGRESSOR) == before
    run.finish()
    stored = trailmark.Api(root).run(run.path)
    assert set(charts) == {"summary_metrics", "residuals", "outlier_candidates"}
    for key, chart in charts.items():
        assert stored.series(key).value == [chart]
        assert list(stored.series(key).step) == [0]
    assert charts["residuals"].spec["title"]["text"] == "Residuals of my ridge"


def test_slow_charts_are_asked_for(begin: Callable[..., Run]) -> None:
    """Learning and elbow curves are drawn only when they are asked for."""
    begin()
    assert "learning_curve" in plot_model(REGRESSOR, *PATIENTS, log_learning_curve=True)
    points = PATIENTS[0]
    clusterer = KMeans(3, n_init=1, random_state=0).fit(points)
    assert set(plot_model(clusterer, points)) == {"silhouette_plot"}
    assert set(plot_model(clusterer, points, log_elbow_curve=True)) == {"silhouette_plot", "elbow_curve"}


def test_chart_that_cannot_be_drawn(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """A chart that the data do not allow is left out with a warning, and the others are drawn."""
    begin()
    wide = np.random.default_rng(0).normal(size=(20, 60))
    model = LinearRegression().fit(wide, wide[:, 0])
    charts = plot_regressor(model, wide, None, wide[:, 0], None)
    assert set(charts) == {"summary_metrics", "residuals"}
    assert "leaves out outlier_candidates" in capsys.readouterr().err


def test_clusterer(begin: Callable[..., Run], root: Path) -> None:
    """The chart of a clusterer takes labels and names as W&B's function does."""
    run = begin()
    points = PATIENTS[0]
    model = KMeans(2, n_init=1, random_state=0).fit(points)
    charts = plot_clusterer(model, points, model.labels_, ["low", "high"], "mine")
    run.finish()
    assert trailmark.Api(root).run(run.path).series("silhouette_plot").value == [charts["silhouette_plot"]]
    assert set(charts["silhouette_plot"].table.get_column("colors")) == {"low", "high"}
    assert charts["silhouette_plot"].spec["title"]["text"] == "Silhouettes of mine"


def test_classifier(begin: Callable[..., Run], flowers: Any, iris: Any) -> None:
    """A classifier gets the charts of `plot_classifier`, and of one set of samples those that need no other."""
    begin()
    data = iris.X_train[:, :2], iris.X_test[:, :2], iris.y_train, iris.y_test
    names = ["setosa", "versicolor", "virginica"]
    charts = plot_model(flowers, *data, labels=names, model_name="flowers")
    assert {"class_proportions", "confusion_matrix", "roc", "summary_metrics"} <= set(charts)
    assert set(charts["roc"].table.get_column("class")) >= set(names)
    alone = plot_model(flowers, X_test=data[1], y_test=data[3])
    assert set(charts) - set(alone) == {"class_proportions"}
    assert sum(alone["confusion_matrix"].table.get_column("Count")) == len(iris.y_test)
    assert set(alone["summary_metrics"].table.get_column("dataset")) == {"test"}
    trained = plot_model(flowers, X_train=data[0], y_train=data[2])
    assert set(trained["summary_metrics"].table.get_column("dataset")) == {"train"}


@pytest.mark.parametrize("dataset", ["train", "test"])
def test_regressor_of_one_set(begin: Callable[..., Run], dataset: str) -> None:
    """A regressor may be judged by one set alone; outliers are of the samples that it was fitted to."""
    begin()
    charts = plot_model(REGRESSOR, **{f"X_{dataset}": PATIENTS[0], f"y_{dataset}": PATIENTS[2]})
    assert ("outlier_candidates" in charts) == (dataset == "train")
    assert set(charts["residuals"].table.get_column("dataset")) == {dataset}


@pytest.mark.parametrize("model", [IsolationForest(n_estimators=10, random_state=0), LocalOutlierFactor()])
def test_outlier_detector(begin: Callable[..., Run], root: Path, model: Any) -> None:
    """All samples are in the histogram of an outlier detector, those that it calls outliers below 0."""
    run = begin()
    points = PATIENTS[0]
    predicted = model.fit_predict(points)
    charts = plot_model(model, points)
    run.finish()
    assert trailmark.Api(root).run(run.path).series("outlier_scores").value == [charts["outlier_scores"]]
    table = charts["outlier_scores"].table
    low, high, count = (np.asarray(table.get_column(name)) for name in ("low", "high", "count"))
    assert count.sum() == len(points)
    assert count[np.asarray(table.get_column("found")) == "outlier"].sum() == (predicted < 0).sum()
    assert not ((low < 0) & (high > 0)).any()


def test_detector_of_its_own_samples() -> None:
    """A detector that judges only what it was fitted to says so."""
    with pytest.raises(UsageError, match="scores none but the samples that it was fitted to"):
        detector_chart(LocalOutlierFactor().fit(PATIENTS[0]), PATIENTS[1])


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (Ridge(), PATIENTS, "is not: call its fit first"),
        (REGRESSOR, (), "needs samples with their targets"),
        (REGRESSOR, (PATIENTS[0], PATIENTS[2]), r"write plot_model\(model, X_train=X, y_train=y\)"),
        (REGRESSOR, (PATIENTS[0], None, PATIENTS[2][:5]), "as many samples"),
        (StandardScaler().fit(PATIENTS[0]), PATIENTS, "StandardScaler is none"),
        (KMeans(2, n_init=1).fit(PATIENTS[0]), (), "needs the samples"),
        (DBSCAN, (PATIENTS[0],), "got the class DBSCAN"),
    ],
)
def test_misuse(begin: Callable[..., Run], model: Any, arguments: Any, message: str) -> None:
    """What cannot be right raises an error that says what to do."""
    begin()
    with pytest.raises(UsageError, match=message):
        plot_model(model, *arguments)


def test_without_a_run() -> None:
    """Before `init` the call that is missing is named."""
    for call in (plot_model, plot_regressor):
        with pytest.raises(NoRunError, match=r"trailmark\.init"):
            call(REGRESSOR, *PATIENTS)


def test_kinds_are_not_mixed_up(begin: Callable[..., Run], flowers: Any) -> None:
    """A classifier is no regressor, which is said."""
    begin()
    with pytest.raises(UsageError, match="takes a regressor, got a LogisticRegression"):
        plot_regressor(flowers, *PATIENTS)


def test_disabled_run(begin: Callable[..., Run], root: Path) -> None:
    """In a disabled run charts are drawn and nothing is written."""
    begin(mode="disabled")
    assert "residuals" in plot_model(REGRESSOR, *PATIENTS)
    trailmark.finish()
    assert not [path for path in root.rglob("*") if path.is_file() and path.name != ".gitignore"]
