"""Sparklines and plots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailmark.cli import plot as plots
from trailmark.cli.plot import curve, histogram, ticks

ANY_FLOATS = st.lists(st.floats(width=64), min_size=1, max_size=50)


def array(*values: float) -> np.ndarray:
    """Return values as float64."""
    return np.array(values, dtype=np.float64)


def plot(*arguments: Any, **options: Any) -> list[str]:
    """Return the lines of a plot."""
    return [axis + curve for axis, curve in plots.plot(*arguments, **options)]


def test_a_curve_rises_where_the_values_rise() -> None:
    """The lowest value has the lowest block, the highest the highest."""
    assert curve(np.arange(8), np.arange(8.0), 8) == "▁▂▃▄▅▆▇█"


def test_few_values_fill_the_width() -> None:
    """Between values a curve goes straight, as a line chart does."""
    assert curve(np.array([0, 7]), array(0, 7), 8) == "▁▂▃▄▅▆▇█"


def test_a_curve_is_drawn_over_the_step() -> None:
    """Values lie where their steps are, whatever the order in which they came."""
    assert curve(np.array([7, 0, 1]), array(7, 0, 0), 8) == curve(np.array([0, 1, 7]), array(0, 0, 7), 8)


def test_a_stretch_of_nan_is_blank() -> None:
    """Where all values are NaN there is a gap, and one NaN among others is none."""
    values = array(*range(8))
    values[3:5] = np.nan
    assert curve(np.arange(8), values, 8) == "▁▂▃  ▆▇█"
    assert " " not in curve(np.arange(8), values, 3)


@pytest.mark.parametrize(("values", "expected"), [((5.0,), "▁"), ((np.nan,), ""), ((np.inf, -np.inf), ""), ((), "")])
def test_a_curve_of_next_to_nothing(values: tuple[float, ...], expected: str) -> None:
    """One value is one block; no finite value is no curve."""
    assert curve(np.arange(len(values)), array(*values), 10) == expected


@settings(deadline=None)
@given(ANY_FLOATS, st.integers(1, 30))
def test_any_values_give_a_curve_of_that_width(values: list[float], width: int) -> None:
    """Whatever the numbers, a curve is no wider than asked and warns of nothing."""
    assert len(curve(np.arange(len(values)), array(*values), width)) in (0, 1, width)


def test_a_histogram_shows_where_the_counts_are() -> None:
    """Bins are joined evenly to fit the width."""
    assert histogram([0, 0, 4, 4], 2) == "▁█"
    assert histogram([1, 8], 40) == "▁█"
    assert histogram([], 10) == ""


def test_a_plot_has_the_size_that_was_asked_for() -> None:
    """All lines fit the width, and axes are part of the height."""
    lines = plot(np.arange(100), np.sin(np.arange(100) / 9), 60, 12)
    assert len(lines) == 12
    assert max(map(len, lines)) == 60


def test_a_plot_shows_a_spike_among_many_values() -> None:
    """One value of a hundred thousand is not lost: its column reaches the top."""
    values = np.zeros(100_000)
    values[50_000] = 1
    top = plot(np.arange(100_000), values, 60, 12)[0]
    assert top.rstrip("⡀⢀⠁⠈⡇⢸").endswith(" ")
    assert top != top.rstrip("⡇⢸")


def test_a_plot_breaks_at_nan() -> None:
    """The curve is not drawn across values that are NaN, and goes on after them."""
    values = np.ones(100)
    values[40:60] = np.nan
    [line] = [line for _, line in plots.plot(np.arange(100), values, 62, 8) if line]
    assert [part != "" for part in (line[:22].strip(), line[26:34].strip(), line[38:].strip())] == [True, False, True]


def test_a_plot_without_unicode_is_ascii() -> None:
    """A terminal that cannot write braille gets stars."""
    lines = plot(np.arange(9), np.arange(9.0), 40, 8, unicode=False)
    assert sum(line.count("*") for line in lines) >= 8
    assert not any(0x2800 <= ord(char) < 0x2900 for line in lines for char in line)


@settings(max_examples=50, deadline=None)
@given(ANY_FLOATS, st.lists(st.integers(-(2**63), 2**63 - 1), min_size=50, max_size=50))
def test_any_values_can_be_plotted(values: list[float], steps: list[int]) -> None:
    """Whatever the numbers, lines fit the width, and nothing warns or fails."""
    lines = plot(np.array(steps[: len(values)]), array(*values), 50, 8)
    assert lines
    assert max(map(len, lines)) <= 50


@pytest.mark.parametrize("value", [0.0, 5e-324, 1.7e308, -1.7e308])
def test_equal_values_are_a_straight_line(value: float) -> None:
    """A constant is a line from end to end, however small or large it is."""
    [line] = [line for _, line in plots.plot(np.arange(9), np.full(9, value), 40, 8) if line]
    assert " " not in line


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, ["0", "5", "10"]),
        (0.013, 2.36, ["1", "2"]),
        (-1e-30, 1e-30, ["-1e-30", "0", "1e-30"]),
        (1000.0001, 1000.0003, ["1000.0001", "1000.0002", "1000.0003"]),
        (0, 5e-324, ["0", "4.941e-324"]),
    ],
)
def test_ticks_are_round_numbers_that_differ(low: float, high: float, expected: list[str]) -> None:
    """Ticks have labels with as many digits as it takes to tell them apart."""
    assert list(ticks(low, high, 3).values()) == expected
