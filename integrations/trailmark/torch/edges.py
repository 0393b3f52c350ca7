"""Which bin a number is in: the arithmetic that is fast, and where it differs from the edges that are stated.

The edges of a histogram are those of `numpy.linspace(low, high, 65)`. A number is put in its bin by
``floor((number - low) * scale)`` in float64. That never decreases with the number, so its bins are intervals too, and
whether they are the stated ones can be checked at the edges alone, for numbers of 32 bits and fewer: their neighbours
are far apart next to the rounding of float64. Only next to zero they are not, and then the few numbers between the edge
that is stated and the one that the arithmetic has are counted over again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

BINS = 64

# A number on an edge belongs above it. The slope is a little too steep, so that rounding never puts it below.
_STEEPER = 1 + 2.0**-48

Array = np.ndarray[Any, Any]


class Moved(NamedTuple):
    """The numbers from `first` on and below `end` are counted in the bin `counted_in` and belong to `belongs_to`."""

    first: float
    end: float
    counted_in: int
    belongs_to: int


def scale_of(low: float, high: float) -> float:
    """Return how many bins there are to a unit."""
    return BINS / (high - low) * _STEEPER


def edges_of(low: float, high: float) -> list[float]:
    """Return the stated edges."""
    edges: list[float] = np.linspace(low, high, BINS + 1).tolist()
    return edges


def moved(ranges: list[tuple[float, float]]) -> list[list[Moved]]:
    """Return for each range what the arithmetic puts in another bin than the edges say, of numbers that float32 has."""
    if not ranges:
        return []
    low, high = (np.array(limits)[:, None] for limits in zip(*ranges, strict=True))
    scale = np.array([scale_of(*limits) for limits in ranges])[:, None]
    number = np.arange(1, BINS)
    edges = number * ((high - low) / BINS) + low
    above = edges.astype(np.float32)  # becomes the smallest number of 32 bits that is not below the edge
    above = np.where(above < edges, np.nextafter(above, np.float32(np.inf)), above)
    below = np.nextafter(above, np.float32(-np.inf))
    late = np.floor((above - low) * scale) < number
    early = np.floor((below - low) * scale) >= number
    found: list[list[Moved]] = [[] for _ in ranges]
    for at, bin_ in np.argwhere(late | early).tolist():
        k, stated = bin_ + 1, float(above[at, bin_])
        actual = _passes(ranges[at][0], float(scale[at, 0]), k)
        if late[at, bin_]:
            found[at].append(Moved(stated, actual, k - 1, k))
        else:
            found[at].append(Moved(actual, stated, k, k - 1))
    return found


def _passes(low: float, scale: float, k: int) -> float:
    """Return the smallest number of 32 bits that the arithmetic puts in bin `k` or above."""
    first, last = -_ORDER_OF_INFINITY, _ORDER_OF_INFINITY
    while first < last:
        middle = (first + last) // 2
        if (_in_order(middle) - low) * scale >= k:
            last = middle
        else:
            first = middle + 1
    return _in_order(first)


_ORDER_OF_INFINITY = 0x7F800000


def _in_order(number: int) -> float:
    """Return the number of 32 bits at a place in their order, zero being at 0."""
    value = float(np.array(abs(number), np.uint32).view(np.float32))
    return -value if number < 0 else value
