"""What the tests of scikit-learn's charts share: data, fitted models, and what was said at the terminal."""

from __future__ import annotations

import hashlib
import pickle
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_configure(config: pytest.Config) -> None:
    """Exempt what old versions of scikit-learn do with new ones of numpy, pandas and scipy."""
    for line in (
        "ignore:is_sparse is deprecated",  # scikit-learn 1.1 and pandas 2, of each data frame
        "ignore:Unknown solver options. iprint",  # scikit-learn 1.5 and scipy 1.18, of each logistic regression
        "ignore:Setting the shape on a NumPy array:DeprecationWarning:sklearn",  # 1.7's load_digits and numpy 2.5
    ):
        config.addinivalue_line("filterwarnings", line)


class Split(NamedTuple):
    """Samples to train and to test."""

    X_train: Any
    X_test: Any
    y_train: Any
    y_test: Any


@pytest.fixture(scope="session")
def iris() -> Split:
    """Return three classes, split."""
    X, y = load_iris(return_X_y=True)  # noqa: N806
    return Split(*train_test_split(X, y, random_state=0))


@pytest.fixture(scope="session")
def flowers(iris: Split) -> Any:
    """Return a classifier of three classes, fitted badly enough for its charts to differ."""
    return LogisticRegression(C=0.01).fit(iris.X_train[:, :2], iris.y_train)


@pytest.fixture(scope="session")
def two(iris: Split) -> Split:
    """Return the two classes that are hard to tell apart, by their names, and two features."""
    train, test = iris.y_train > 0, iris.y_test > 0
    names = np.array(["setosa", "versicolor", "virginica"])
    return Split(iris.X_train[train, :2], iris.X_test[test, :2], names[iris.y_train[train]], names[iris.y_test[test]])


@pytest.fixture
def digest() -> Callable[[Any], str]:
    """Return what tells whether a model has changed."""
    return lambda model: hashlib.sha256(pickle.dumps(model)).hexdigest()
