"""How the charts of scikit-learn are used, for the contract of all adapters."""

from __future__ import annotations

import pickle
import random
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier

from trailmark.sklearn import plot_classifier

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "confusion_matrix"
MAKES_RUN = False


class Plots:
    """The run that charts go to, as functions have no object that could remember it."""

    def __init__(self, run: Any) -> None:
        self.run = run


def adapter(run: Any = None) -> Plots:
    """Return what remembers the run."""
    return Plots(run)


def train(adapter: Plots | None, steps: int, event: Callable[[int], None] | None = None) -> bytes:
    """Train a classifier by parts, whose order the global generator draws, and plot it after each."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (the one that the model draws from)
    X, y = load_iris(return_X_y=True)  # noqa: N806
    model = SGDClassifier(loss="log_loss")
    for step in range(steps):
        model.partial_fit(X, y, classes=[0, 1, 2])
        if adapter is not None:
            plot_classifier(model, X, X, y, y, run=adapter.run)
        if event is not None:
            event(step)
    return pickle.dumps((model.coef_, model.intercept_, random.getstate(), np.random.get_state()))  # noqa: NPY002
