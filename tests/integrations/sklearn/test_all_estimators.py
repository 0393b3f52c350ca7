"""`plot_model` over every estimator that scikit-learn has, each with every kind of data that it takes."""

from __future__ import annotations

import functools
import hashlib
import io
import pickle
import random
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn import metrics
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (which makes them known)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.utils import all_estimators

import trailmark
from trailmark.sklearn import plot_model
from trailmark.sklearn.estimator import kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark import Run

ROWS, TRAIN = 90, 60
LETTERS = np.array(["ant", "bee", "cat"])

# What cannot be made without arguments gets these.
ARGUMENTS = {
    "ClassifierChain": {"estimator": LogisticRegression()},
    "FixedThresholdClassifier": {"estimator": LogisticRegression()},
    "GridSearchCV": {"estimator": Ridge(), "param_grid": {"alpha": [0.1, 1.0]}, "cv": 2},
    "HalvingGridSearchCV": {"estimator": Ridge(), "param_grid": {"alpha": [0.1, 1.0]}, "cv": 2},
    "HalvingRandomSearchCV": {"estimator": Ridge(), "param_distributions": {"alpha": [0.1, 1.0]}, "cv": 2},
    "MultiOutputClassifier": {"estimator": LogisticRegression()},
    "MultiOutputRegressor": {"estimator": Ridge()},
    "OneVsOneClassifier": {"estimator": LogisticRegression()},
    "OneVsRestClassifier": {"estimator": LogisticRegression()},
    "OutputCodeClassifier": {"estimator": LogisticRegression(), "random_state": 0},
    "OrthogonalMatchingPursuitCV": {"max_iter": 3},
    "PLSCanonical": {"n_components": 1},
    "QuantileRegressor": {"solver": "highs"},
    "RadiusNeighborsClassifier": {"radius": 10.0},
    "RadiusNeighborsRegressor": {"radius": 10.0},
    "CCA": {"n_components": 1},
    "LogisticRegressionCV": {"Cs": 2},
    "RANSACRegressor": {"estimator": LinearRegression(), "random_state": 0},
    "RandomizedSearchCV": {"estimator": Ridge(), "param_distributions": {"alpha": [0.1, 1.0]}, "n_iter": 2, "cv": 2},
    "RegressorChain": {"estimator": Ridge()},
    "SelfTrainingClassifier": {"estimator": LogisticRegression()},
    "StackingClassifier": {"estimators": [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))], "cv": 2},
    "StackingRegressor": {"estimators": [("a", Ridge()), ("b", LinearRegression())], "cv": 2},
    "TunedThresholdClassifierCV": {"estimator": LogisticRegression(), "cv": 2},
    "VotingClassifier": {"estimators": [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))]},
    "VotingRegressor": {"estimators": [("a", Ridge()), ("b", LinearRegression())]},
}
OLD_NAMES = {"estimator": "base_estimator"}
# Small, so that the sweep takes a minute; a parameter that an estimator lacks is not set.
SMALL = {"n_estimators": 4, "max_iter": 40, "random_state": 0, "n_init": 2, "n_clusters": 3, "cv": 2, "n_jobs": None}
TWO_CLASSES = {"FixedThresholdClassifier", "TunedThresholdClassifierCV"}
SEVERAL_OUTPUTS = {
    "ClassifierChain",
    "MultiOutputClassifier",
    "MultiOutputRegressor",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "RegressorChain",
}
DETECTORS = {"EllipticEnvelope", "IsolationForest", "LocalOutlierFactor", "OneClassSVM", "SGDOneClassSVM"}
POSITIVE = {
    "CategoricalNB",
    "ComplementNB",
    "GammaRegressor",
    "IsotonicRegression",
    "MultinomialNB",
    "PoissonRegressor",
}


def _cases() -> list[tuple[str, str]]:
    """Return the names of estimators and the forms of their data."""
    kinds = {one: set(_classes(one)) for one in ("classifier", "regressor", "cluster")}
    names = set().union(*kinds.values(), DETECTORS, {"GridSearchCV", "HalvingGridSearchCV", "Pipeline"})
    texts = (kinds["classifier"] | {"Pipeline"}) - SEVERAL_OUTPUTS
    return sorted(
        [(name, form) for name in names for form in ("dense", "frame", "sparse")] + [(name, "text") for name in texts]
    )


@functools.cache
def _classes(of: str | None = None) -> dict[str, Any]:
    """Return all estimators of a kind, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports all of scikit-learn, also what is deprecated
        return dict(all_estimators(type_filter=of))


def _made(name: str) -> Any:
    """Return an estimator, small and seeded."""
    made = _classes()[name]
    given = ARGUMENTS.get(name, {})
    if name == "Pipeline":
        from sklearn.preprocessing import StandardScaler

        given = {"steps": [("scale", StandardScaler()), ("fit", LogisticRegression())]}
    try:
        model = made(**given)
    except TypeError as error:
        renamed = {OLD_NAMES.get(key, key): value for key, value in given.items()}
        try:
            model = made(**renamed)
        except TypeError:
            pytest.skip(f"cannot be made without arguments: {error}")
    own = model.get_params(deep=False)
    model.set_params(**{key: value for key, value in SMALL.items() if key in own and key not in given})
    return model


def _data(name: str, what: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return samples, (90, 4) or (90, 6), and targets that suit an estimator."""
    order = np.random.RandomState(0).permutation(150)[:ROWS]  # the same in every version of numpy
    if what == "regressor":
        X, y = load_diabetes(return_X_y=True)  # noqa: N806
        X, y = X[order][:, :6] * 20, y[order]  # noqa: N806
    else:
        X, y = load_iris(return_X_y=True)  # noqa: N806
        X, y = X[order], y[order]  # noqa: N806
    if name in POSITIVE:
        X = np.round(np.abs(X))  # noqa: N806
    if name == "IsotonicRegression":
        X = X[:, :1]  # noqa: N806
    if name in TWO_CLASSES:
        y = (y > 0).astype(int)
    if name in SEVERAL_OUTPUTS:
        y = np.column_stack([y > 0, y > 1]).astype(int) if what == "classifier" else np.column_stack([y, y[::-1]])
    return X, y


def _as(form: str, X: Any) -> Any:  # noqa: N803
    if form == "frame":
        return pd.DataFrame(X, columns=[f"feature {place}" for place in range(X.shape[1])])
    return scipy.sparse.csr_matrix(X) if form == "sparse" else X


class _Pickler(pickle.Pickler):
    """Pickles models, without what search trees count of their own queries: any `predict` adds to that."""

    def reducer_override(self, value: Any) -> Any:
        if type(value).__name__.startswith(("KDTree", "BallTree")):
            return np.asarray, (np.asarray(value.data),)
        return NotImplemented


def _state(model: Any) -> tuple[str, Any, Any]:
    """Return what must stay as it is: the model, and the states of the random generators."""
    file = io.BytesIO()
    _Pickler(file, 5).dump(model)
    arrays = pickle.dumps(np.random.get_state())  # noqa: NPY002
    return hashlib.sha256(file.getvalue()).hexdigest(), random.getstate(), arrays


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Use one thread, as there is more waiting than work in models of this size."""
    with pytest.importorskip("threadpoolctl").threadpool_limits(1):
        yield


@pytest.fixture(scope="module", autouse=True)
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand in for the fixture that gives each test a root of its own: here all have one."""
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def run(root: Path) -> Iterator[Run]:
    """Return one run for all, as beginning one takes longer than many a model."""
    settings = {"quiet": True, "silent": True, "console": "off", "system": False, "git": False, "requirements": False}
    with trailmark.init(project="sweep", dir=root, settings=settings, reinit="create_new") as run:
        yield run


@pytest.mark.parametrize(("name", "form"), _cases())
def test_every_estimator(name: str, form: str, run: Run) -> None:
    """The charts of a model are right, and the model and the random generators stay as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an estimator's own, about data as small as these
        model, data = _fitted(name, form)
        before = _state(model)
        charts = plot_model(model, *data, run=run)
        assert _state(model) == before
        CHECKS[kind(model)](model, data, charts)


def _fitted(name: str, form: str) -> tuple[Any, tuple[Any, Any, Any, Any]]:
    """Return a fitted estimator and training and test data; skip what it cannot be fitted to by itself."""
    made = _made(name)
    what = kind(made)
    X, y = _data(name, what)  # noqa: N806
    if form == "text":
        y = LETTERS[y]
    X_train, X_test = (_as("dense" if form == "text" else form, part) for part in (X[:TRAIN], X[TRAIN:]))  # noqa: N806
    model = clone(made)
    state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        model.fit(X_train, y[:TRAIN])
    except Exception as error:  # of scikit-learn's, whatever it refuses
        if form == "dense":
            raise
        pytest.skip(f"cannot be fitted to it: {error!s:.60}")
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])  # noqa: NPY002
    return model, (X_train, X_test, y[:TRAIN], y[TRAIN:])


def _columns(chart: Any) -> dict[str, list[Any]]:
    return {str(name): list(chart.table.get_column(name)) for name in chart.table.columns}


def _check_classifier(model: Any, data: tuple[Any, ...], charts: dict[str, Any]) -> None:
    """Counts are those of the confusion matrix, metrics those of scikit-learn, and curves those of all classes."""
    X_test, y_train, y_test = data[1:]  # noqa: N806
    assert {"summary_metrics", "class_proportions"} <= set(charts)
    with_state = np.random.get_state()  # noqa: NPY002
    predicted = np.asarray(model.predict(X_test))
    np.random.set_state(with_state)  # noqa: NPY002
    proportions = _columns(charts["class_proportions"])
    summary = _columns(charts["summary_metrics"])
    found = {
        (metric, dataset): value
        for metric, dataset, value in zip(
            summary["metric_name"], summary["dataset"], summary["metric_value"], strict=True
        )
    }
    assert found["accuracy_score", "test"] == pytest.approx(metrics.accuracy_score(y_test, predicted))
    f1 = metrics.f1_score(y_test, predicted, average="weighted", zero_division=0)
    assert found["f1_score", "test"] == pytest.approx(f1)
    assert np.isfinite(list(found.values())).all()
    if y_test.ndim == 1:
        assert sum(proportions["count"]) == len(y_train) + len(y_test)
        _check_confusion(_columns(charts["confusion_matrix"]), y_test, predicted)
    if hasattr(model, "predict_proba") and y_test.ndim == 1:
        assert {"roc", "precision_recall", "calibration_curve"} <= set(charts)
        classes = set(map(str, np.unique(np.concatenate([y_train, y_test]))))
        assert set(map(str, _columns(charts["roc"])["class"])) <= classes | {"micro average", "macro average"}


def _check_confusion(table: dict[str, list[Any]], actual: Any, predicted: Any) -> None:
    classes = np.unique(np.concatenate([actual, predicted]))
    expected = metrics.confusion_matrix(actual, predicted, labels=classes)
    counts = {
        (str(row), str(column)): count
        for row, column, count in zip(table["Actual"], table["Predicted"], table["Count"], strict=True)
    }
    assert sum(counts.values()) == len(actual)
    for row, one in zip(expected, classes, strict=True):
        for count, other in zip(row, classes, strict=True):
            assert counts.get((str(one), str(other)), 0) == count


def _check_regressor(model: Any, data: tuple[Any, ...], charts: dict[str, Any]) -> None:
    """Residuals are actual minus predicted values of each sample, metrics those of scikit-learn."""
    X_test, y_train, y_test = data[1:]  # noqa: N806
    assert {"summary_metrics", "residuals"} <= set(charts)
    predicted = np.asarray(model.predict(X_test)).reshape(y_test.shape)
    table = _columns(charts["residuals"])
    on_test = np.array(table["dataset"]) == "test"
    assert len(on_test) == y_train.size + y_test.size
    expected = (y_test - predicted).T.reshape(-1)
    np.testing.assert_allclose(np.array(table["residuals"])[on_test], expected, atol=1e-9)
    r2 = np.array(
        [metrics.r2_score(*pair) for pair in zip(y_test.T, predicted.T, strict=True)]
        if y_test.ndim > 1
        else [metrics.r2_score(y_test, predicted)]
    )
    np.testing.assert_allclose(np.unique(np.array(table["score"])[on_test]), np.unique(r2))
    summary = _columns(charts["summary_metrics"])
    values = dict(
        zip(zip(summary["metric_name"], summary["dataset"], strict=True), summary["metric_value"], strict=True)
    )
    assert values["mae", "test"] == pytest.approx(metrics.mean_absolute_error(y_test, predicted))
    assert values["r2_score", "test"] == pytest.approx(r2.mean())
    assert "outlier_candidates" in charts
    assert len(charts["outlier_candidates"].table) == len(y_train)
    assert np.nanmin(_columns(charts["outlier_candidates"])["distance"]) >= 0


def _check_clusterer(model: Any, data: tuple[Any, ...], charts: dict[str, Any]) -> None:
    """Silhouettes are those of scikit-learn, and each sample is in its cluster."""
    X = data[0]  # noqa: N806
    labels = model.labels_ if hasattr(model, "labels_") else model.predict(X)
    if len(labels) != X.shape[0]:  # FeatureAgglomeration's are of the features
        assert charts == {}
        return
    table = _columns(charts["silhouette_plot"])
    assert sorted(table["row"]) == list(range(TRAIN))
    given = labels[np.array(table["row"])]
    assert table["colors"] == ["noise" if label < 0 else str(label) for label in given]
    inside = labels >= 0
    if 2 <= len(np.unique(labels[inside])) < inside.sum():
        dense = np.asarray(X.todense()) if scipy.sparse.issparse(X) else np.asarray(X)
        expected = np.full(TRAIN, np.nan)
        expected[inside] = metrics.silhouette_samples(dense[inside], labels[inside])
        np.testing.assert_allclose(table["x2"], expected[np.array(table["row"])], atol=1e-7)


def _check_detector(model: Any, data: tuple[Any, ...], charts: dict[str, Any]) -> None:
    """As many samples are below 0 as the detector calls outliers."""
    table = _columns(charts["outlier_scores"])
    counts = np.array(table["count"])
    assert counts.sum() == TRAIN
    known = getattr(model, "negative_outlier_factor_", None)
    outliers = (model.predict(data[0]) < 0) if known is None else (known < model.offset_)
    assert counts[np.array(table["found"]) == "outlier"].sum() == outliers.sum()


CHECKS = {
    "classifier": _check_classifier,
    "regressor": _check_regressor,
    "clusterer": _check_clusterer,
    "outlier_detector": _check_detector,
}
