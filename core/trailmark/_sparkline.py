"""Sparklines: a curve in a line of text."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int, blocks: str = BLOCKS) -> str:
    """Return `values`, evenly spaced, in at most `width` characters: each the mean of the finite ones it stands for.

    A character without a finite value is blank.
    """
    width = max(min(width, len(values)), 0)
    edges = [index * len(values) // width for index in range(width + 1)] if width else [0]
    means = [_mean(values[i:j]) for i, j in itertools.pairwise(edges)]
    finite = [mean for mean in means if math.isfinite(mean)]
    if not finite:
        return " " * width
    low, high = min(finite) / 2, max(finite) / 2  # halves, as the range of float64 is no float64
    scale = (len(blocks) - 1) / (high - low) if high > low else 0.0
    scale = scale if math.isfinite(scale) else 0.0  # a range too small to divide by
    return "".join(blocks[round((mean / 2 - low) * scale)] if math.isfinite(mean) else " " for mean in means)


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the finite values, NaN if there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return sum(value / len(finite) for value in finite) if finite else math.nan
