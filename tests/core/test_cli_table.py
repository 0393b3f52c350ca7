"""Tables that fit the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from trailmark.cli.screen import cells
from trailmark.cli.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.cli.screen import Part


def texts(lines: Sequence[Sequence[Part]]) -> list[str]:
    """Return the text of lines."""
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_columns_stand_below_each_other() -> None:
    """Text is flush left, numbers are flush right, and titles go with them."""
    columns = (Column("name"), Column("step", right=True))
    rows = [[("a", ""), ("5", "")], [("long", ""), ("1,000", "")]]
    assert texts(table(columns, rows, 80)) == ["name   step", "a         5", "long  1,000"]


def test_a_column_that_does_not_fit_is_left_out() -> None:
    """The column with the highest number goes first, and one without a number never."""
    columns = (Column("a"), Column("b", optional=1), Column("c", optional=2))
    rows = [[("1" * 10, ""), ("2" * 10, ""), ("3" * 10, "")]]
    assert texts(table(columns, rows, 34))[1] == f"{'1' * 10}  {'2' * 10}  {'3' * 10}"
    assert texts(table(columns, rows, 33))[1] == f"{'1' * 10}  {'2' * 10}"
    assert texts(table(columns, rows, 12))[1] == "1" * 10


def test_the_widest_column_is_cut_when_nothing_can_be_left_out() -> None:
    """What is cut ends in an ellipsis."""
    rows = [[("name-of-a-run", ""), ("id", "")]]
    assert texts(table((Column(""), Column("")), rows, 14, header=False)) == ["name-of-a…  id"]


def test_an_empty_column_takes_no_room() -> None:
    """A column without title and text is as if it were not there."""
    rows = [[("a", ""), ("", ""), ("b", "")]]
    assert texts(table((Column(""), Column(""), Column("")), rows, 80, header=False)) == ["a  b"]


def test_wide_characters_take_two_places() -> None:
    """Columns after Chinese text are still aligned."""
    rows = [[("模型", ""), ("x", "")], [("four", ""), ("x", "")]]
    first, second = texts(table((Column(""), Column("")), rows, 80, header=False))
    assert cells(first) == cells(second) == 7


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=5), st.integers(24, 100))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str]], width: int) -> None:
    """Whatever the text, lines fit."""
    body = [[(first, ""), (second, "")] for first, second in rows]
    lines = table((Column("first"), Column("second", optional=1)), body, width, indent=2)
    assert all(cells(line) <= width for line in texts(lines))
