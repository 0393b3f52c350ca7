"""How a notebook shows a table: its first rows."""

from __future__ import annotations

import html
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trailmark.media.tables.table import Table

_ROWS, _COLUMNS, _CHARACTERS = 20, 50, 200


def to_html(table: Table) -> str:
    """Return the first 20 rows and 50 columns as HTML; cells are text of at most 200 characters, or draw themselves."""
    names = table.columns[:_COLUMNS]
    more = len(table.columns) - len(names)
    shown = table.select(names, limit=_ROWS)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names) + ("<th>…</th>" if more else "")
    rows = "".join(
        f"<tr><th>{number}</th>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}{'<td>…</td>' if more else ''}</tr>"
        for number, row in islice(shown.iterrows(), _ROWS)
    )
    about = f"<p>{len(table):,} rows x {len(table.columns)} columns</p>"
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>{about}"


def _cell(cell: Any) -> str:
    draw = getattr(type(cell), "_repr_html_", None)
    if callable(draw):
        return str(draw(cell))
    text = cell if isinstance(cell, str) else "" if cell is None else repr(cell)
    return html.escape(text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…")
