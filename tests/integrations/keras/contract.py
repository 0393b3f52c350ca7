"""How the adapter is used: by `WandbMetricsLogger`, which logs a row an epoch."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
import random
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark.keras
from trailmark.keras.tree import tree

if TYPE_CHECKING:
    from collections.abc import Callable

if importlib.util.find_spec("tf_keras") and "KERAS_BACKEND" not in os.environ:
    importlib.import_module("tf_keras")  # TensorFlow brings Keras 3 along: where tf_keras is loaded, it is meant

KEY = "epoch/loss"
MAKES_RUN = False


def adapter(run: Any = None) -> Any:
    """Return what a user puts into ``callbacks=[…]``."""
    return trailmark.keras.WandbMetricsLogger(run=run)


def train(adapter: Any, steps: int, event: Callable[[int], None] | None = None) -> bytes:
    """Fit a network with dropout for `steps` epochs."""
    keras: Any = tree()
    keras.backend.clear_session()  # Keras 3.0 keeps its global generator beyond set_random_seed
    with warnings.catch_warnings():
        # Keras 2.15 seeds its layers by `random.randint(1, 1e9)`, and variables of Keras 3 know no `copy` of numpy 2.
        warnings.filterwarnings("ignore", "non-integer arguments to randrange", DeprecationWarning)
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        return _trained(keras, adapter, steps, event)


def _trained(keras: Any, adapter: Any, steps: int, event: Callable[[int], None] | None) -> bytes:
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(8, activation="tanh"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    inputs = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
    callbacks = [] if adapter is None else [adapter]
    if event is not None:
        callbacks.append(keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, _: event(epoch)))
    model.fit(inputs, inputs.sum(axis=1), batch_size=4, epochs=steps, verbose=0, callbacks=callbacks)
    return pickle.dumps([[weight.tolist() for weight in model.get_weights()], *_random_states(keras, model)])


def _random_states(keras: Any, model: Any) -> list[Any]:
    """Return the states of the random generators of Python, numpy, the model and the backend."""
    numpy: Any = np.random.get_state(legacy=False)  # noqa: NPY002 (the one that Keras draws from)
    states: list[Any] = [random.getstate(), numpy["state"]["key"].tolist(), numpy["state"]["pos"]]
    states += [variable.numpy().tolist() for variable in model.non_trainable_variables]
    if hasattr(keras, "random"):  # Keras 3: what the next draw gives stands for the state that gives it
        states.append(np.asarray(keras.ops.convert_to_numpy(keras.random.uniform((3,)))).tolist())
    if "torch" in sys.modules:
        states.append(sys.modules["torch"].get_rng_state().tolist())
    if "tensorflow" in sys.modules:
        states.append(sys.modules["tensorflow"].random.uniform((3,)).numpy().tolist())
    return states
