"""What the tests of the Keras adapter share: the Keras at hand, a small model and data, and Keras's own warnings.

Without KERAS_BACKEND, tf_keras is tested where it is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

HOSTS_WARNINGS = (
    "non-integer arguments to randrange:DeprecationWarning",  # Keras 2.15 seeds its layers by randint(1, 1e9)
    "__array__ implementation doesn't accept a copy:DeprecationWarning",  # variables of Keras 3 and numpy 2
    "Explicitly requested dtype int64:UserWarning",  # Keras 3 hands JAX integers as they are
    "You are saving your model as an HDF5 file:UserWarning",  # what tests of .h5 are about
    "Can save best model only with:UserWarning",  # Keras's own word on a metric that is missing
    "Your input ran out of data:UserWarning",  # Keras 3.0 on TensorFlow, where an execution is not full
    "The structure of `inputs` doesn't match:UserWarning",
    ".*:ResourceWarning",  # TensorFlow leaves executors and sockets to the collector
)


def pytest_configure(config: pytest.Config) -> None:
    """Let the warnings of Keras and its backends be."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for warning in HOSTS_WARNINGS:
        config.addinivalue_line("filterwarnings", f"ignore:{warning}")


@pytest.fixture(scope="session")
def keras() -> Any:
    """Return the Keras that is tested."""
    if "KERAS_BACKEND" not in os.environ and importlib.util.find_spec("tf_keras"):
        importlib.import_module("tf_keras")
    from trailmark.keras.tree import tree

    return tree()


@pytest.fixture
def classes(keras: Any) -> Any:
    """Return the adapter, whose classes are of the Keras that is tested."""
    del keras
    return trailmark.keras


@pytest.fixture
def data() -> tuple[Any, Any]:
    """Return 20 samples of 4 numbers, and whether the sum of each is positive."""
    inputs = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    return inputs, (inputs.sum(axis=1) > 0).astype("float32")


@pytest.fixture
def make_model(keras: Any) -> Callable[..., Any]:
    """Return what makes the same small network with dropout each time; arguments go to `compile`."""

    def make(optimizer: Any = "adam", **options: Any) -> Any:
        keras.backend.clear_session()  # Keras 3.0 keeps its global generator beyond set_random_seed
        keras.utils.set_random_seed(7)
        layers = keras.layers
        model = keras.Sequential(
            [
                layers.Input((4,)),
                layers.Dense(8, activation="tanh"),
                layers.Dropout(0.5),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], **options)
        return model

    return make


@pytest.fixture
def fit(make_model: Callable[..., Any], data: tuple[Any, Any]) -> Callable[..., Any]:
    """Return what fits the small network, 5 batches an epoch, and returns it; arguments go to `fit`."""

    def fit(*callbacks: Any, model: Any = None, epochs: int = 2, **options: Any) -> Any:
        model = model or make_model()
        options = {"batch_size": 4, "verbose": 0, **options}
        model.fit(*data, epochs=epochs, callbacks=list(callbacks), **options)
        return model

    return fit


@pytest.fixture
def stored(root: Path) -> Callable[[Run], Any]:
    """Return what finishes a run and reads it."""

    def stored(run: Run) -> Any:
        run.finish()
        return trailmark.Api(root).run(run.path)

    return stored
