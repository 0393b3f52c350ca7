"""`Best`: the best value of a metric so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MODES = ("auto", "min", "max")
_LARGER_IS_BETTER = ("acc", "auc", "f1", "fmeasure", "precision", "recall", "r2", "iou")


class Best:
    """Tells which value of a metric is the best so far.

    Args:
        monitor: the metric, as Keras names it in its logs.
        mode: "min" or "max"; with "auto" names such as "val_accuracy" and "auc" mean that larger is better.
        value: what the first value must be better than.

    Raises:
        UsageError: the mode is none of these.
    """

    def __init__(self, monitor: str, mode: str = "auto", value: float | None = None) -> None:
        if mode not in MODES:
            raise UsageError(f"mode is one of {', '.join(MODES)}, got {mode!r}")
        self.monitor = monitor
        self.value = value
        self._larger = mode == "max" or (mode == "auto" and any(word in monitor.lower() for word in _LARGER_IS_BETTER))

    def improves(self, logs: Mapping[str, Any] | None) -> bool:
        """Take the value in `logs`; whether it is there, a number, and better than all before."""
        current = (logs or {}).get(self.monitor)
        if current is None:
            return False
        current = float(current)
        if math.isnan(current):
            return False
        if self.value is not None and not (current > self.value if self._larger else current < self.value):
            return False
        self.value = current
        return True
