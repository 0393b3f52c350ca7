"""Keras: callbacks that log metrics, checkpoints, evaluations and predictions.

    from trailmark.keras import WandbMetricsLogger

    model.fit(x, y, callbacks=[WandbMetricsLogger()])

The classes derive from those of the Keras that the program uses: `keras` 3 on any backend, `tf_keras`, or Keras 2.15,
which is `tf.keras` of TensorFlow 2.15. A class is made when its name is first asked for; only then is Keras imported,
and never a backend of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark.keras.derive import HOMES, derived
from trailmark.keras.tree import tree

if TYPE_CHECKING:
    from trailmark.keras.callback import WandbCallback
    from trailmark.keras.eval_callback import WandbEvalCallback
    from trailmark.keras.metrics_logger import WandbMetricsLogger
    from trailmark.keras.model_checkpoint import WandbModelCheckpoint

__all__ = ["WandbCallback", "WandbEvalCallback", "WandbMetricsLogger", "WandbModelCheckpoint"]


def __getattr__(name: str) -> type:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return derived(name, tree())


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
