"""Which samples are drawn where there are too many: those that stand out, and a random part of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark
from trailmark.sklearn.inputs import sample

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

LIMIT = 2000  # points, beyond which they hide each other
_OUTSTANDING = 200  # of them


def spread(values: Array) -> Array | None:
    """Return the sorted places of up to 2,000 values, the 200 largest among them; None if all are to be drawn.

    Which ones depends on the values alone, so that it is the same each time.
    """
    n = len(values)
    drawn = sample(n, LIMIT - _OUTSTANDING)
    if n <= LIMIT or drawn is None:
        return None
    largest = np.argpartition(-np.nan_to_num(values, nan=-np.inf), _OUTSTANDING)[:_OUTSTANDING]
    return np.union1d(drawn, largest)


def say_spread(call: str, total: int, shown: int, what: str) -> str:
    """Say once that not all samples are drawn, and return what a subtitle tells of it."""
    trailmark.termlog(
        f"{call} draws {LIMIT:,} of many samples: the {_OUTSTANDING} {what}, and others at random, always the same "
        "ones; the chart's subtitle says how many",
        repeat=False,
    )
    return f"{shown:,} of {total:,} samples drawn, the {_OUTSTANDING} {what} among them"
