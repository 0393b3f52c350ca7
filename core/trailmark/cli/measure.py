"""What a metric's values amount to: the numbers and the curve that stand for them. Nothing here prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark._sparkline import BLOCKS
from trailmark.cli import plot
from trailmark.cli.text import number, short
from trailmark.media.histogram import Histogram

if TYPE_CHECKING:
    from trailmark.api.history import Series

ASCII_BLOCKS = "_,.-~=+*#"  # for terminals that cannot write more


class Measured(NamedTuple):
    """A metric in numbers. Those of NaN alone, and of what is no number, are None."""

    key: str
    points: int
    last: Any
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    nan: int = 0
    infinite: int = 0


def numbers(series: Series) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Return the values of a series as float64; None if there is anything but numbers."""
    if series.value.dtype.kind in "biuf":
        return series.value.astype(np.float64)
    if not all(isinstance(value, (int, float)) for value in series.value):
        return None
    return np.array([_as_float(value) for value in series.value], dtype=np.float64)


def measure(key: str, series: Series) -> Measured:
    """Return what a series amounts to; `low`, `high` and `mean` are of its finite values."""
    values = numbers(series)
    last = series.value[-1] if len(series.value) else None
    last = last.item() if isinstance(last, np.generic) else last
    if values is None:
        return Measured(key, len(series.value), last)
    finite = values[np.isfinite(values)]
    nan = int(np.isnan(values).sum())
    infinite = len(values) - len(finite) - nan
    if not len(finite):
        return Measured(key, len(values), last, nan=nan, infinite=infinite)
    exact = series.value[np.isfinite(values)] if series.value.dtype.kind in "iuO" else finite
    low, high = exact[finite.argmin()], exact[finite.argmax()]
    mean = float(np.mean(finite / 2) * 2)  # halved, since the sum of the largest numbers is none
    return Measured(key, len(values), last, _plain(low), _plain(high), mean, nan, infinite)


def draw(series: Series, width: int, *, unicode: bool) -> str:
    """Return a series in at most `width` characters: a curve, or the last histogram."""
    # Without the full block, which would touch the curve in the line above.
    blocks = BLOCKS[:-1] if unicode else ASCII_BLOCKS
    values = numbers(series)
    if values is not None:
        return plot.curve(series.step, values, width, blocks) if len(values) else ""
    last = series.value[-1]
    return plot.histogram(last.histogram, width, blocks) if isinstance(last, Histogram) else ""


def remark(measured: Measured) -> str:
    """Return what the numbers do not say: NaN, infinities, and what a value is that is no number."""
    last = measured.last
    if isinstance(last, Histogram):
        return f"{number(sum(last.histogram))} in {number(last.bins[0])} … {number(last.bins[-1])}"
    if measured.low is None and not isinstance(last, (int, float)):
        return short(last)
    parts = [(measured.nan, "NaN"), (measured.infinite, "infinite")]
    return ", ".join(f"{count:,} {name}" for count, name in parts if count)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer that is larger than any float
        return float("inf") if value > 0 else float("-inf")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
