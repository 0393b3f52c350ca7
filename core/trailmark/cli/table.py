"""Tables that fit the terminal: columns that do not fit are left out, least important first, then the widest is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark.cli.screen import Part, cells, cut
from trailmark.cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GAP = 2  # spaces between columns
_LEAST = 8  # what remains of a column that is cut, in characters


class Column(NamedTuple):
    """A column of a table."""

    title: str
    right: bool = False  # numbers stand below each other by their last digit
    optional: int = 0  # the columns with the highest number are left out first; those with 0 never
    widest: int = 40  # longer cells are cut
    gap: int = _GAP  # spaces before it


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[Part]], width: int, *, indent: int = 0, header: bool = True
) -> list[list[Part]]:
    """Return the lines of a table that is at most `width` wide, each as parts of one style."""
    body: list[list[Part]] = [
        [(cut(clean(text), columns[i].widest), style) for i, (text, style) in enumerate(row)] for row in rows
    ]
    head: list[Part] = [(column.title, "dim") for column in columns]
    everything = [head, *body] if header else body
    widths = [max((cells(row[i][0]) for row in everything), default=0) for i in range(len(columns))]
    kept = _fitting(columns, widths, width - indent)
    return [_line(columns, row, widths, kept, indent) for row in everything]


def _fitting(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    """Return the columns that are shown; `widths` of those that must be cut are made smaller."""

    def total() -> int:
        return sum(widths[i] + columns[i].gap for i in kept) - (columns[kept[0]].gap if kept else 0)

    kept = [i for i in range(len(columns)) if widths[i]]
    while total() > width and any(columns[i].optional for i in kept):
        # Of equal ones the last, which stands furthest right.
        kept.remove(max(kept, key=lambda i: (columns[i].optional, i)))
    while total() > width:
        widest = max(kept, key=lambda i: widths[i])
        if widths[widest] <= _LEAST:
            break
        widths[widest] = max(widths[widest] - (total() - width), _LEAST)
    return kept


def _line(
    columns: Sequence[Column], row: Sequence[Part], widths: list[int], kept: list[int], indent: int
) -> list[Part]:
    line: list[Part] = [(" " * indent, "")] if indent else []
    for i in kept:
        text, style = row[i]
        text = cut(text, widths[i])
        room = " " * (widths[i] - cells(text))
        gap = "" if i == kept[0] else " " * columns[i].gap
        line.append((gap + room, "") if columns[i].right else (gap, ""))
        line.append((text, style))
        if not columns[i].right and i != kept[-1]:
            line.append((room, ""))
    return line
