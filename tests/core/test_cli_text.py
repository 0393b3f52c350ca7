"""How the command line writes values."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailmark.cli import text


@settings(deadline=None)
@given(st.text())
def test_clean_text_has_nothing_that_a_terminal_obeys(given_text: str) -> None:
    """Whatever text goes in, no control character and no change of direction comes out."""
    cleaned = text.clean(given_text)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066" for c in cleaned)


def test_clean_text_shows_what_was_there() -> None:
    """Control characters appear as escapes, and other text stays."""
    assert text.clean("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    assert text.clean("naïve 模型 [red]x") == "naïve 模型 [red]x"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (-3, "-3"),
        (2**70, "1.180e+21"),
        (-(10**400), "-1.000e+400"),
        (True, "true"),
        (0.123456, "0.1235"),
        (12.0, "12"),
        (12345.678, "12,346"),
        (1e-30, "1e-30"),
        (1.5e300, "1.5e+300"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_a_number_is_short(value: float, expected: str) -> None:
    """Integers are whole with thousands marked, other numbers have four digits."""
    assert text.number(value) == expected


def test_a_value_for_a_person_is_one_line() -> None:
    """Lists and mappings are written flat, with numbers rounded."""
    assert text.short({"lr": 0.12345, "opt": ["adam", None]}) == "{lr: 0.1235, opt: [adam, —]}"
    assert text.short({"_type": "histogram", "counts": [1, 2], "range": [0, 1]}) == "histogram of 3 values"
    assert text.short("two\nlines") == "two\\nlines"


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_a_number_for_a_program_is_exact(value: float) -> None:
    """What is written for a program is read back as the same number."""
    assert json.loads(text.exact(value)) == value


def test_integers_for_a_program_keep_any_size() -> None:
    """An integer beyond 64 bits is written in full."""
    assert text.exact(2**80) == str(2**80)


def test_text_for_a_program_stays_in_its_column() -> None:
    """A tab or a newline in a value does not end the column or the line."""
    assert text.exact("a\tb\nc") == "a\\tb\\nc"
    assert text.exact(None) == ""


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, "0.0s"),
        (4.26, "4.3s"),
        (9.96, "10s"),
        (59.6, "1m00s"),
        (200, "3m20s"),
        (18420, "5h07m"),
        (1047600, "12d03h"),
        (math.nan, "—"),
        (-1, "—"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds: float, expected: str) -> None:
    """Spans of time are short, and never round up to 60 seconds."""
    assert text.duration(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.2, "now"), (-5, "now"), (40, "40s"), (600, "10m"), (7300, "2h"), (2e6, "23d"), (4e8, "12y")],
)
def test_an_age_has_one_unit(seconds: float, expected: str) -> None:
    """Ages are one number with one unit; a clock that is ahead gives no negative age."""
    assert text.age(seconds) == expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [("90s", 90), ("45m", 2700), ("12h", 43200), ("30d", 2592000), ("2w", 1209600), ("1.5d", 129600), ("7", 604800)],
)
def test_a_span_is_understood(given_text: str, expected: float) -> None:
    """People may give spans in seconds to years; a bare number is days."""
    assert text.parse_span(given_text) == expected


@pytest.mark.parametrize("given_text", ["", "d", "1x", "-3d", "1d2h", "nan"])
def test_what_is_no_span_is_none(given_text: str) -> None:
    """Text that is no span is not guessed at."""
    assert text.parse_span(given_text) is None


@pytest.mark.parametrize(
    ("size_bytes", "expected"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (123456, "123 kB"), (5e15, "5,000.0 TB")]
)
def test_a_size_is_in_decimal_units(size_bytes: float, expected: str) -> None:
    """Sizes are shown as file managers show them."""
    assert text.size(size_bytes) == expected


def test_times_for_programs_are_utc() -> None:
    """Times are ISO 8601 with milliseconds and a Z."""
    assert text.iso(1700000000.5) == "2023-11-14T22:13:20.500Z"
