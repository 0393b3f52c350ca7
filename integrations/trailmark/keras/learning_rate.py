"""The learning rate of a model, in whatever form its optimizer has it."""

from __future__ import annotations

from typing import Any


def learning_rate(model: Any) -> float | None:
    """Return the learning rate that the next step takes; None if the model has no optimizer, or that no rate.

    It may be a number, a variable or tensor of any backend, or a schedule (of Keras 2), also of an optimizer inside.
    """
    optimizer: Any = getattr(model, "optimizer", None)
    rate: Any = getattr(optimizer, "learning_rate", None)
    if rate is None:
        optimizer = getattr(optimizer, "inner_optimizer", None)
        rate = getattr(optimizer, "learning_rate", None)
    if rate is None:
        return None
    if callable(rate) and not hasattr(rate, "shape"):
        return _number(rate(optimizer.iterations))
    return _number(rate)


def _number(rate: Any) -> float:
    try:
        return float(rate)
    except (TypeError, ValueError):  # a variable of an early Keras 3
        import numpy as np

        return float(np.asarray(rate))
