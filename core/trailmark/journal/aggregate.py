"""Running statistics of one key, for the summaries that `define_metric` asks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np


class Aggregate(msgspec.Struct, omit_defaults=True):
    """Statistics of the numbers logged under one key.

    NaN is left out of them, and counted; what is no number is only a first and a last value. Adding an array gives bit
    for bit what adding its values one by one gives.
    """

    wants: list[str] = []  # of min, max, mean, last, first, best, none
    goal: str | None = None
    count: int = 0
    nan: int = 0
    total: float = 0.0
    min: Any = None  # Any, not float: integers come back as integers
    max: Any = None
    first: Any = None
    last: Any = None
    seen: bool = False
    best: Any = None
    best_step: int | None = None
    best_row: dict[str, Any] = {}

    @property
    def wants_best(self) -> bool:
        """Whether the summary of this key keeps the best value and its row."""
        return "best" in self.wants

    def add(self, value: Any) -> None:
        """Take one value."""
        if not self.seen:
            self.seen, self.first = True, value
        self.last = value
        if not isinstance(value, (int, float)):
            return
        if value != value:  # noqa: PLR0124 (NaN alone differs from itself)
            self.nan += 1
            return
        self.count += 1
        try:
            self.total += value
        except OverflowError:  # an integer beyond the range of floats
            self.total += math.inf if value > 0 else -math.inf
        if self.min is None or value < self.min:
            self.min = value
        if self.max is None or value > self.max:
            self.max = value

    def add_array(self, values: np.ndarray[Any, Any]) -> None:
        """Take the values of a column, in order."""
        import numpy as np

        if not self.seen:
            self.seen, self.first = True, values[0].item()
        self.last = values[-1].item()
        numbers = values[~np.isnan(values)] if values.dtype.kind == "f" else values
        self.nan += len(values) - len(numbers)
        if not len(numbers):
            return
        self.count += len(numbers)
        # A running sum in the order of the rows; numpy's own sum is pairwise and differs in the last bits.
        with np.errstate(over="ignore", invalid="ignore"):  # inf and inf - inf are results here
            self.total = np.add.accumulate(np.concatenate(([self.total], numbers)))[-1].item()
        # The first of equal ones, as above: 0.0 and -0.0 are equal.
        low, high = numbers[numbers.argmin()].item(), numbers[numbers.argmax()].item()
        self.min = low if self.min is None or low < self.min else self.min
        self.max = high if self.max is None or high > self.max else self.max

    def add_best(self, value: Any, step: int, row: dict[str, Any]) -> None:
        """Keep `row`, which others of its step may still add to, if `value` is the best so far."""
        if not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124
            return
        if self.best is None or (value > self.best if self.goal == "maximize" else value < self.best):
            self.best, self.best_step, self.best_row = value, step, row

    def shown(self) -> dict[str, Any]:
        """Return the part of a summary that was asked for; `nan` tells how many NaN were left out."""
        parts = {
            "min": self.min,
            "max": self.max,
            "mean": self.total / self.count if self.count else None,
            "first": self.first,
            "last": self.last,
            "best": self.best,
        }
        shown = {name: parts[name] for name in self.wants if name in parts}
        if self.wants_best:
            shown["best_step"] = self.best_step
            # Metrics only: a histogram of that step is found in the history, and would bloat every list of runs.
            shown["at_best"] = {
                key: value for key, value in self.best_row.items() if not isinstance(value, (dict, list))
            }
        if self.nan:
            shown["nan"] = self.nan
        return shown

    def merge(self, later: Aggregate) -> Aggregate:
        """Return the statistics of these values followed by those of `later`."""
        merged = Aggregate(
            wants=later.wants or self.wants,
            goal=later.goal or self.goal,
            count=self.count + later.count,
            nan=self.nan + later.nan,
            total=self.total + later.total,
            min=min((v for v in (self.min, later.min) if v is not None), default=None),
            max=max((v for v in (self.max, later.max) if v is not None), default=None),
            first=self.first if self.seen else later.first,
            last=later.last if later.seen else self.last,
            seen=self.seen or later.seen,
            best=self.best,
            best_step=self.best_step,
            best_row=self.best_row,
        )
        if later.best is not None and later.best_step is not None:
            merged.add_best(later.best, later.best_step, later.best_row)
        return merged
