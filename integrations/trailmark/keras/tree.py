"""Which of the Keras packages a program uses, found without loading TensorFlow or another backend.

`keras` 3 and `tf_keras` are different trees of classes, and both may be loaded: `import tensorflow` brings Keras 3
along, while nothing loads `tf_keras` unless it was asked for. So `tf_keras` goes first where it is loaded. `tf.keras`
is one of them in each version of TensorFlow; up to 2.15 it is the package `keras` of the same number.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from trailmark.adapter import framework

if TYPE_CHECKING:
    from types import ModuleType

_LEGACY = "TF_USE_LEGACY_KERAS"  # makes `tf.keras` the package tf_keras; TensorFlow takes these values for yes
_YES = ("1", "true", "True")


def tree() -> ModuleType:
    """Return the Keras that is loaded, else the one that `import tensorflow` or the environment would give.

    Raises:
        MissingPackageError: there is none.
        UsageError: a file of the user's has the name of Keras.
    """
    if "tf_keras" in sys.modules or (os.environ.get(_LEGACY) in _YES and importlib.util.find_spec("tf_keras")):
        return framework("keras", "tf_keras")
    return framework("keras")
