"""Colours and effects."""

from __future__ import annotations

import pytest

from trailmark.capture.style import change, restyle


@pytest.mark.parametrize(
    ("style", "parameters", "expected"),
    [
        ("", "31", "31"),
        ("31", "32", "32"),
        ("31", "1", "31;1"),
        ("31;1", "", ""),
        ("31;1", "0", ""),
        ("31;1", "0;4", "4"),
        ("31;1", "22", "31"),
        ("31;44", "39", "44"),
        ("", "38;5;208", "38;5;208"),
        ("38;5;208", "1", "38;5;208;1"),
        ("", "38;2;1;2;3;48;2;4;5;6", "38;2;1;2;3;48;2;4;5;6"),
        ("", "38:2::1:2:3", "38:2::1:2:3"),
        ("38:2::1:2:3", "91", "91"),
        ("", "4:3", "4:3"),
        ("1", "999", "1"),
        ("1", "38;5", "1"),
        ("1", "38;2;1", "1"),
        ("1", "?;x;12345678901234567890", "1"),
        ("", "1;1;1;31;31", "1;31"),
    ],
)
def test_style_is_what_the_parameters_leave(style: str, parameters: str, expected: str) -> None:
    """Parameters replace what they concern, and keep the rest."""
    assert restyle(style, parameters) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("", "31", "\x1b[31m"), ("31", "", "\x1b[0m"), ("31", "1;32", "\x1b[0;1;32m"), ("1", "1", ""), ("", "", "")],
)
def test_change_leads_from_style_to_style(old: str, new: str, expected: str) -> None:
    """The sequence between two styles undoes the first one."""
    assert change(old, new) == expected
