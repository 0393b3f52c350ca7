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
    width = min(width, len(values))
    edges = [index * len(values) // width for index in range(width + 1)] if width else [0]
    parts = [[value for value in values[i:j] if math.isfinite(value)] for i, j in itertools.pairwise(edges)]
    means = [sum(part) / len(part) if part else math.nan for part in parts]
    finite = [mean for mean in means if math.isfinite(mean)]
    if not finite:
        return " " * width
    low, high = min(finite), max(finite)
    scale = (len(blocks) - 1) / (high - low) if high > low and math.isfinite(high - low) else 0.0
    return "".join(blocks[round((mean - low) * scale)] if math.isfinite(mean) else " " for mean in means)
