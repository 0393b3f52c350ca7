"""Curves drawn with characters: a sparkline of one line, and a plot with axes on a braille canvas.

Each dot column shows the smallest and the largest value that falls on it, so no spike is lost. NaN breaks the curve.
Nothing here prints.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark._sparkline import BLOCKS, sparkline
from trailmark.cli.text import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Array = np.ndarray[Any, Any]

_DOTS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]])  # the bits of a braille character, by dot row and column


def curve(steps: Array, values: Array, width: int, blocks: str = BLOCKS) -> str:
    """Return `values` over `steps` as a sparkline of `width` characters, each the mean of what falls on it.

    A stretch without a value is bridged; one where all values are NaN or infinite is left blank.
    """
    steps, values = _ordered(steps, values)
    good = np.isfinite(values)
    if not good.any() or steps[0] == steps[-1]:
        return sparkline(values[good][-1:].tolist(), 1, blocks)
    cells = np.floor(_fractions(steps, steps[0], steps[-1]) * (width - 1) + 0.5).astype(int)
    counts = np.bincount(cells[good], minlength=width)
    # Halved, since the sum of the largest numbers of float64 is none.
    means = np.bincount(cells[good], values[good] / 2, width) / np.maximum(counts, 1)
    filled = np.flatnonzero(counts)
    heights = np.interp(np.arange(width), filled, means[filled])
    heights[(counts == 0) & (np.bincount(cells, minlength=width) > 0)] = math.nan
    return sparkline(heights.tolist(), width, blocks)


def histogram(counts: Sequence[float], width: int, blocks: str = BLOCKS) -> str:
    """Return the counts of a histogram's bins in at most `width` characters."""
    width = min(width, len(counts))
    sums = [sum(counts[index * len(counts) // width : (index + 1) * len(counts) // width]) for index in range(width)]
    return sparkline(sums, width, blocks)


def plot(steps: Array, values: Array, width: int, height: int, *, unicode: bool = True) -> Iterator[tuple[str, str]]:
    """Yield the lines of a plot that is `width` characters wide and `height` high: each its axis, and its curve."""
    steps, values = _ordered(steps, values)
    good = np.isfinite(values)
    if not good.any():
        yield "no finite values", ""
        return
    low, high = _limits(values[good])
    left, right = _limits(steps)
    rows = max(height - 2, 2)
    y_ticks = {_cell(at, low, high, rows): label for at, label in ticks(low, high, max(rows // 3, 2)).items()}
    margin = max(map(len, y_ticks.values())) + 1
    columns = max(width - margin - 1, 8)
    canvas = np.zeros((rows * 4, columns * 2) if unicode else (rows, columns), dtype=bool)
    _draw(canvas, _fractions(steps, left, right), _fractions(values, low, high), good)
    for row, line in enumerate(_braille(canvas) if unicode else _stars(canvas)):
        label = y_ticks.get(rows - 1 - row, "")
        yield f"{label:>{margin - 1}} {'┤' if label else '│'}", line.rstrip()
    x_ticks = {
        _cell(at, left, right, columns): label for at, label in ticks(left, right, max(columns // 16, 2)).items()
    }
    yield " " * margin + "└" + "".join("┬" if column in x_ticks else "─" for column in range(columns)), ""
    yield " " * (margin + 1) + _labels(x_ticks, columns), ""


def ticks(low: float, high: float, count: int) -> dict[float, str]:
    """Return about `count` round numbers from `low` to `high`, and their labels.

    They differ by 1, 2 or 5 times a power of ten.
    """
    rough = high / count - low / count
    if not 1e-300 < rough < 1e300:  # noqa: PLR2004 (powers of ten fail near the ends of float64)
        return {value: number(value) for value in (low, high)}
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    digits = max(4, math.ceil(math.log10(max(abs(low), abs(high)) / step)) + 1)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    found = [index * step for index in range(first, last + 1)]
    if len(found) < 2:  # noqa: PLR2004 (one number does not tell a scale)
        return ticks(low, high, 2 * count)
    return {value: number(value, digits) for value in found}


def _ordered(steps: Array, values: Array) -> tuple[Array, Array]:
    order = np.argsort(steps, kind="stable")
    return np.asarray(steps, dtype=np.float64)[order], np.asarray(values, dtype=np.float64)[order]


def _fractions(values: Array, low: float, high: float) -> Array:
    """Return where `values` lie from `low` (0) to `high` (1)."""
    with np.errstate(invalid="ignore"):  # infinities, which are not drawn
        if math.isfinite(high - low):
            return (values - low) / (high - low)
        return (values / 2 - low / 2) / (high / 2 - low / 2)  # a range that float64 itself cannot hold


def _limits(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if low < high:
        return low, high
    room = abs(low) / 2 or 1.0
    largest = sys.float_info.max
    return max(low - room, -largest), min(high + room, largest)


def _cell(value: float, low: float, high: float, cells: int) -> int:
    return min(max(int(_fractions(np.array([value]), low, high)[0] * cells), 0), cells - 1)


def _draw(canvas: Array, x: Array, y: Array, good: Array) -> None:
    """Set the dots of the curve through (x, y), both 0 to 1; x ascends."""
    rows, columns = canvas.shape
    breaks = np.cumsum(~good)[good]
    across = np.minimum((x[good] * columns).astype(int), columns - 1)
    up = np.minimum((y[good] * rows).astype(int), rows - 1)
    starts = np.flatnonzero(np.diff(across, prepend=-1))
    lows, highs = np.minimum.reduceat(up, starts), np.maximum.reduceat(up, starts)
    ends = np.append(starts[1:], len(across)) - 1
    before: tuple[int, int, int] | None = None
    for start, end, low, high in zip(starts, ends, lows, highs, strict=True):
        column = int(across[start])
        canvas[rows - 1 - high : rows - low, column] = True
        if before and before[2] == breaks[start]:
            _connect(canvas, before[0], before[1], column, int(up[start]))
        before = (column, int(up[end]), int(breaks[end]))


def _connect(canvas: Array, x0: int, y0: int, x1: int, y1: int) -> None:
    count = max(x1 - x0, abs(y1 - y0), 1)
    x = np.rint(np.linspace(x0, x1, count + 1)).astype(int)
    y = np.rint(np.linspace(y0, y1, count + 1)).astype(int)
    canvas[len(canvas) - 1 - y, x] = True


def _braille(canvas: Array) -> Iterator[str]:
    rows, columns = canvas.shape
    cells = (canvas.reshape(rows // 4, 4, columns // 2, 2) * _DOTS[:, None, :]).sum(axis=(1, 3))
    for line in cells:
        yield "".join(chr(0x2800 + cell) if cell else " " for cell in line)


def _stars(canvas: Array) -> Iterator[str]:
    for line in canvas:
        yield "".join("*" if dot else " " for dot in line)


def _labels(x_ticks: dict[int, str], columns: int) -> str:
    """Return the line below the axis: each tick's number under it, where there is room."""
    line = ""
    for column, text in sorted(x_ticks.items()):
        start = min(max(column - len(text) // 2, 0), columns - len(text))
        if start >= len(line) + bool(line):
            line = line.ljust(start) + text
    return line
