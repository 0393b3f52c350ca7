"""Sparklines: a curve in a line of text."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY
from trailmark._sparkline import BLOCKS, sparkline

LARGEST = sys.float_info.max


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        (range(8), 8, BLOCKS),
        (range(8), 40, BLOCKS),
        (range(16), 8, BLOCKS),
        ([1, 0], 2, "█▁"),
        ([3, 3, 3], 3, "▁▁▁"),
        ([5], 10, "▁"),
        ([], 10, ""),
        ([1, 2], 0, ""),
        ([1, 2], -1, ""),
        ([0, math.nan, 1], 3, "▁ █"),
        ([0, math.inf, -math.inf, 1], 4, "▁  █"),
        ([math.nan, math.nan], 2, "  "),
        ([0, math.nan, 1, 1], 2, "▁█"),
        ([-LARGEST, 0, LARGEST], 3, "▁▅█"),
        ([LARGEST] * 4, 2, "▁▁"),
        ([0.0, 5e-324], 2, "▁▁"),
        ([True, False], 2, "█▁"),
        ([2**62, 2**63], 2, "▁█"),
    ],
)
def test_curves(values: list[float], width: int, expected: str) -> None:
    """The lowest is the lowest block, the highest the highest; what is not finite is a blank."""
    assert sparkline(values, width) == expected


def test_other_blocks() -> None:
    """A terminal without Unicode gets other characters."""
    assert sparkline(range(4), 4, "_.-^") == "_.-^"


@PROPERTY
@given(st.lists(st.floats()), st.integers(0, 50))
def test_any_values(values: list[float], width: int) -> None:
    """There is a character for each value, as far as there is room."""
    line = sparkline(values, width)
    assert len(line) == min(width, len(values))
    assert set(line) <= {*BLOCKS, " "}
