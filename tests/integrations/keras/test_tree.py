"""Which Keras is chosen, and what is loaded by it."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Script = Callable[..., subprocess.CompletedProcess[str]]

NAMES = ("WandbCallback", "WandbEvalCallback", "WandbMetricsLogger", "WandbModelCheckpoint")


@pytest.mark.parametrize("name", NAMES)
def test_classes_derive_from_those_of_keras(classes: Any, keras: Any, name: str) -> None:
    """Each is a callback of the Keras at hand, always the same class, and the checkpoint is its checkpoint."""
    kind = getattr(classes, name)
    assert issubclass(kind, keras.callbacks.Callback)
    assert kind is getattr(classes, name)
    assert issubclass(kind, keras.callbacks.ModelCheckpoint) == (name == "WandbModelCheckpoint")
    assert kind.__doc__


def test_importing_the_module_loads_no_keras(script: Script) -> None:
    """Keras is imported with the first name, and no backend but its own; numpy is not needed before."""
    done = script(
        "import sys, trailmark, trailmark.keras\n"
        "print(sorted({'keras', 'tf_keras', 'tensorflow', 'torch', 'jax', 'numpy'} & {*sys.modules}))\n"
    )
    assert done.stdout == "[]\n", done.stderr


def test_only_its_own_backend_is_loaded(script: Script) -> None:
    """With Keras 3 on torch or JAX, TensorFlow stays out."""
    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        pytest.skip("Keras itself loads TensorFlow here")
    done = script("import sys\nfrom trailmark.keras import WandbCallback\nprint('tensorflow' in sys.modules)\n")
    assert done.stdout == "False\n", done.stderr


def test_a_checkpoint_can_be_copied(classes: Any) -> None:
    """Classes made here are found again by pickle, with what they were made with."""
    copied = pickle.loads(pickle.dumps(classes.WandbModelCheckpoint("m.keras", save_freq=3)))
    assert (type(copied), copied.filepath, copied.save_freq) == (classes.WandbModelCheckpoint, "m.keras", 3)
