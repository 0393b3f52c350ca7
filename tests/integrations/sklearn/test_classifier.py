"""All charts of a classifier by one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
import pytest
from scipy import sparse
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import confusion_matrix, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_classifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

ALL = [
    "feature_importances",
    "confusion_matrix",
    "summary_metrics",
    "class_proportions",
    "calibration_curve",
    "roc",
    "precision_recall",
]


def test_all_charts_are_one_row(begin: Callable[..., Run], root: Path, two: Any, digest: Callable[[Any], str]) -> None:
    """Seven charts are at one step, come back as they were returned, and the model stays as it is."""
    model = LogisticRegression().fit(two.X_train, two.y_train)
    before, run = digest(model), begin()
    charts = plot_classifier(model, *two)
    run.log({"next": 1})
    run.finish()
    assert list(charts) == ALL
    stored = trailmark.Api(root).run(run.path)
    for key, chart in charts.items():
        series = stored.series(key)
        assert list(series.value) == [chart]
        assert list(series.step) == [0]
    assert list(stored.series("next").step) == [1]
    assert digest(model) == before


def test_classes_are_in_the_order_of_the_model(begin: Callable[..., Run], two: Any) -> None:
    """Scores belong to the classes of the model, also where the test data lack one."""
    begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    there = two.y_test == "virginica"
    charts = plot_classifier(model, two.X_train, two.X_test[there], two.y_train, two.y_test[there])
    assert set(charts) == {*ALL} - {"roc"}
    table = charts["precision_recall"].table
    assert set(table.get_column("class")) == {"virginica"}
    full = plot_classifier(model, *two)
    areas = dict(zip(full["roc"].table.get_column("class"), full["roc"].table.get_column("auc"), strict=True))
    assert areas["virginica"] == roc_auc_score(two.y_test == "virginica", model.predict_proba(two.X_test)[:, 1])


def test_what_is_passed_is_not_asked_for(begin: Callable[..., Run], two: Any) -> None:
    """Predictions and scores are taken as they are given."""
    begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    scores = np.where(two.y_test == "virginica", 0.9, 0.1)
    X_train, X_test, y_train, y_test = two  # noqa: N806
    charts = plot_classifier(model, X_train, X_test, y_train, y_test, y_test, scores, {"virginica": "V"})
    assert set(charts["roc"].table.get_column("auc")) == {1.0}
    assert set(charts["roc"].table.get_column("class")) == {"V"}
    assert list(charts["confusion_matrix"].table.get_column("Count"))[1] == 0


@pytest.mark.parametrize("kind", ["frame", "sparse", "lists", "labels"])
def test_kinds_of_samples(begin: Callable[..., Run], iris: Any, kind: str) -> None:
    """Frames, sparse matrices, lists and words give the same charts as arrays."""
    begin()
    model = KNeighborsClassifier() if kind == "sparse" else LogisticRegression(C=0.1)
    plain = plot_classifier(model.fit(iris.X_train, iris.y_train), *iris)
    words = np.array(["0", "1", "2"])
    X_train, X_test, y_train, y_test = {  # noqa: N806
        "frame": lambda: (
            *(pandas.DataFrame(X, columns=list("abcd")) for X in iris[:2]),
            *map(pandas.Series, iris[2:]),
        ),
        "sparse": lambda: (*map(sparse.csr_matrix, iris[:2]), *iris[2:]),
        "lists": lambda: tuple(part.tolist() for part in iris),
        "labels": lambda: (*iris[:2], *(pandas.Series(words[y], dtype="category") for y in iris[2:])),
    }[kind]()
    charts = plot_classifier(model.fit(X_train, y_train), X_train, X_test, y_train, y_test)
    assert list(charts) == list(plain)
    for key in ("confusion_matrix", "roc", "precision_recall", "class_proportions"):
        assert charts[key].table == plain[key].table


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        (RandomForestClassifier(5, random_state=0), set()),
        (make_pipeline(StandardScaler(), LogisticRegression()), set()),
        (GridSearchCV(LogisticRegression(max_iter=1000), {"C": [0.1, 1.0]}, cv=2), set()),
        (GaussianNB(), {"feature_importances"}),
        (RidgeClassifier(), {"calibration_curve"}),
        (SVC(), {"feature_importances", "calibration_curve"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_models(
    begin: Callable[..., Run], iris: Any, capsys: pytest.CaptureFixture[str], model: Any, missing: set[str]
) -> None:
    """A chart that a model cannot give is left out with a warning, and the others are drawn."""
    begin()
    charts = plot_classifier(model.fit(iris.X_train, iris.y_train), *iris)
    assert {*ALL} - set(charts) == missing
    assert capsys.readouterr().err.count("warning") == len(missing)
    expected = confusion_matrix(iris.y_test, model.predict(iris.X_test)).reshape(-1)
    assert list(charts["confusion_matrix"].table.get_column("Count")) == expected.tolist()


@pytest.mark.parametrize("model", [RandomForestClassifier(5), MultiOutputClassifier(LogisticRegression())])
def test_several_labels_a_sample(begin: Callable[..., Run], model: Any) -> None:
    """Samples of several classes have all charts but the confusion matrix."""
    begin()
    X = np.random.default_rng(0).normal(size=(80, 3))  # noqa: N806
    y = (X[:, :2] > 0).astype(int)
    y[0] = 1
    charts = plot_classifier(model.fit(X, y), X, X, y, y, labels=["red", "round"])
    expected = {*ALL} - {"confusion_matrix"}
    assert set(charts) in (expected, expected - {"feature_importances"})
    assert {"red", "round"} <= set(charts["roc"].table.get_column("class"))


def test_class_that_training_lacked(begin: Callable[..., Run], two: Any) -> None:
    """Test samples of a class that the model never saw are rows of the matrix, and the rest in curves."""
    begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    y_test = two.y_test.copy()
    y_test[:3] = "alien"
    charts = plot_classifier(model, two.X_train, two.X_test, two.y_train, y_test)
    assert set(charts) == {*ALL}
    assert "alien" in charts["confusion_matrix"].table.get_column("Actual")
    assert set(charts["roc"].table.get_column("class")) == {"versicolor", "virginica"}


def test_missing_values(begin: Callable[..., Run], two: Any) -> None:
    """Test samples without a class are left out of each chart."""
    begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    y_test = [None, *two.y_test[1:]]
    charts = plot_classifier(model, two.X_train, two.X_test, two.y_train, y_test)
    assert set(charts) == {*ALL}
    assert sum(charts["confusion_matrix"].table.get_column("Count")) == len(y_test) - 1
    for key in {*ALL} - {"feature_importances"}:
        assert "have no value" in charts[key].spec["title"]["subtitle"], key


def test_misuse_is_refused_before_anything_is_logged(begin: Callable[..., Run], root: Path, two: Any) -> None:
    """Wrong models, lengths, labels and names are errors, and leave no row."""
    run = begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    regression = LinearRegression().fit(two.X_train, two.X_train[:, 0])
    X_train, X_test, y_train, y_test = two  # noqa: N806
    wrong: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
        ((regression, *two), {}, "which is a regressor"),
        ((LogisticRegression(), *two), {}, "call its fit first"),
        ((model, X_train, X_test, y_train, y_test[:-1]), {}, "as many samples"),
        ((model, *two, None, np.zeros((3, 2))), {}, "y_probas has 3"),
        ((model, *two), {"labels": ["x"]}, "labels has 1 names"),
        ((model, *two), {"feature_names": ["x"]}, "feature_names has 1 names"),
    ]
    for arguments, options, message in wrong:
        with pytest.raises(UsageError, match=message):
            plot_classifier(*arguments, **options)
    run.finish()
    assert len(trailmark.Api(root).run(run.path).series("roc").value) == 0


def test_title_has_the_name(begin: Callable[..., Run], two: Any) -> None:
    """Charts of several models can be told apart."""
    begin()
    model = LogisticRegression().fit(two.X_train, two.y_train)
    named: dict[str, dict[str, Any]] = {"LogisticRegression": {}, "mine": {"model_name": "mine"}}
    for name, options in named.items():
        for key, chart in plot_classifier(model, *two, **options).items():
            if (key, name) != ("feature_importances", "mine"):
                assert str(chart.spec["title"]).count(name) == 1, key
