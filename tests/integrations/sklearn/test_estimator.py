"""What an estimator is, whether it is fitted, and what it scores."""

from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from trailmark.errors import UsageError
from trailmark.sklearn.estimator import kind, name_of, predictions, require_fitted, scores, unwrapped

X = np.random.default_rng(0).normal(size=(40, 3))
Y = np.arange(40) % 3


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (LogisticRegression(), "classifier"),
        (LinearRegression(), "regressor"),
        (KMeans(), "clusterer"),
        (DBSCAN(), "clusterer"),
        (IsolationForest(), "outlier_detector"),
        (StandardScaler(), "other"),
        (make_pipeline(StandardScaler(), SVC()), "classifier"),
        (GridSearchCV(LinearRegression(), {}), "regressor"),
        (object(), "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_kind(model: Any, expected: str) -> None:
    """Estimators, pipelines and searches are what they declare to be, in each version."""
    assert kind(model) == expected


def test_kind_of_what_declares_nothing() -> None:
    """A class that knows nothing of scikit-learn goes by what it has."""
    foreign = type("Foreign", (), {"predict_proba": None})()
    old = type("Old", (), {"_estimator_type": "regressor"})()
    assert (kind(foreign), kind(old)) == ("classifier", "regressor")


def test_kind_of_guests() -> None:
    """Models of xgboost and lightgbm are classifiers and regressors."""
    xgboost, lightgbm = pytest.importorskip("xgboost"), pytest.importorskip("lightgbm")
    assert kind(xgboost.XGBClassifier()) == kind(lightgbm.LGBMClassifier()) == "classifier"
    assert kind(xgboost.XGBRegressor()) == kind(lightgbm.LGBMRegressor()) == "regressor"


def test_unwrapped() -> None:
    """What does the work is found in a pipeline in a search in a pipeline."""
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    model = make_pipeline(StandardScaler(), GridSearchCV(inner, {"logisticregression__C": [1.0]})).fit(X, Y)
    assert unwrapped(model) is model[-1].best_estimator_[-1]
    assert name_of(model) == "LogisticRegression"


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {"C": [1.0]}),
        KMeans(2, n_init=1),
    ],
    ids=lambda model: type(model).__name__,
)
def test_fitted(model: Any) -> None:
    """A model is refused until it is fitted, with the call that is missing."""
    with pytest.raises(UsageError, match="call its fit first"):
        require_fitted(model, "plot_x()")
    require_fitted(model.fit(X, Y), "plot_x()")


@pytest.mark.parametrize(
    ("model", "message"),
    [(None, "got a NoneType"), (LogisticRegression, "the class LogisticRegression"), (3, "got a int")],
)
def test_no_model(model: Any, message: str) -> None:
    """What is no model, or a class of one, is named."""
    with pytest.raises(UsageError, match=message):
        require_fitted(model, "plot_x()")


def test_scores_are_probabilities() -> None:
    """Probabilities are taken where there are any."""
    model = LogisticRegression().fit(X, Y)
    found = scores(model, X)
    assert found is not None
    assert found[1] == "probability"
    np.testing.assert_array_equal(found[0], model.predict_proba(X))


@pytest.mark.parametrize(("classes", "shape"), [(2, (40,)), (3, (40, 3))])
def test_scores_are_decisions(classes: int, shape: tuple[int, ...]) -> None:
    """Without probabilities the decision function is taken."""
    model = RidgeClassifier().fit(X, Y % classes)
    found = scores(model, X)
    assert found is not None
    assert (found[0].shape, found[1]) == (shape, "decision")


def test_decisions_of_pairs_are_no_scores() -> None:
    """Decisions of one class against one other belong to no class."""
    y = np.arange(40) % 4
    assert scores(SVC(decision_function_shape="ovo").fit(X, y), X) is None


def test_model_without_scores() -> None:
    """A model that only predicts has none."""
    assert scores(LinearRegression().fit(X, Y), X) is None


@pytest.mark.parametrize("model", [RandomForestClassifier(3), MultiOutputClassifier(LogisticRegression())])
def test_scores_of_several_outputs(model: Any) -> None:
    """A list of arrays becomes the probability of 1 in each output, also of one that never was 1."""
    y = np.column_stack([Y == 0, Y == 1]).astype(int)
    if isinstance(model, RandomForestClassifier):
        y = np.column_stack([y, np.zeros(40, int)])
    found = scores(model.fit(X, y), X)
    assert found is not None
    assert found[0].shape == y.shape
    np.testing.assert_array_equal(found[0][:, 1], model.predict_proba(X)[1][:, 1])


def test_predicting_moves_no_generator() -> None:
    """A model that draws when it predicts leaves Python's, numpy's and its own generators where they were."""
    for own in (None, np.random.RandomState(3)):
        model = DummyClassifier(strategy="stratified", random_state=own).fit(X, Y)
        before = random.getstate(), pickle.dumps(np.random.get_state())  # noqa: NPY002
        first = predictions(model, X)
        assert (random.getstate(), pickle.dumps(np.random.get_state())) == before  # noqa: NPY002
        np.testing.assert_array_equal(predictions(model, X), first)
