"""How a run shows itself in a notebook: a few lines of HTML that need no style sheet, script or network.

Colours are those of the notebook, light or dark, but for the state. Whatever was logged is text, and never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, TypeGuard

from trailmark.media.kinds import described

if TYPE_CHECKING:
    from pathlib import Path

MAX_RESULTS = 12
_MAX_CHARACTERS = 80

# The colours of the dashboard's states; they are seen on white and on black.
_COLOURS = {
    "running": "#2f7fd6",
    "finished": "#2f9e63",
    "failed": "#d64545",
    "crashed": "#b455b4",
    "preempted": "#b8860b",
}


def run_html(name: str, path: str, state: str, summary: Mapping[str, Any], url: str | None, folder: Path) -> str:
    """Return the HTML of a run.

    Args:
        name: the name that people see.
        path: ``project/id``.
        state: running, finished, failed, crashed or preempted.
        summary: its results, as they come from a journal.
        url: where a dashboard shows it; None: `trailmark ui` is named.
        folder: where it is kept.
    """
    dot = f'<span style="color:{_COLOURS.get(state, "inherit")}">&#9679;</span>'
    title = escape(name)
    if url is not None:
        title = f'<a href="{escape(url)}" target="_blank" rel="noopener">{title}</a>'
    faint = "opacity:.65"
    head = f'{dot} <b>{title}</b> <span style="{faint}">{escape(state)} &middot; {escape(path)}</span>'
    results = [(key, text) for key, value in summary.items() if (text := _text(value))]
    rows = "".join(
        f'<tr><td style="text-align:left;{faint}">{escape(key)}</td>'
        f'<td style="text-align:right;font-variant-numeric:tabular-nums">{escape(text)}</td></tr>'
        for key, text in results[:MAX_RESULTS]
    )
    more = f"<div>and {len(results) - MAX_RESULTS} more</div>" if len(results) > MAX_RESULTS else ""
    where = "" if url else f"<div>kept in <code>{escape(str(folder))}</code>; <code>trailmark ui</code> shows it</div>"
    foot = f'<div style="{faint};font-size:90%">{more}{where}</div>' if more or where else ""
    return f'<div style="line-height:1.6">{head}{f"<table>{rows}</table>" if rows else ""}{foot}</div>'


def _text(value: Any) -> str:
    """Return a result as a person reads it: a number, a word, what media are; of several the first; else nothing."""
    if isinstance(value, list) and value and _is_media(value[0]):
        return f"{len(value)} of {described(value[0])}" if len(value) > 1 else described(value[0])
    if _is_media(value):
        return described(value)
    if isinstance(value, Mapping):
        return next((f"{name} {text}" for name, part in value.items() if (text := _text(part))), "")
    if isinstance(value, str) and len(value) > _MAX_CHARACTERS:
        return value[: _MAX_CHARACTERS - 1] + "…"
    if isinstance(value, float):
        return f"{value:.5g}"
    return str(value) if isinstance(value, str | bool | int) else ""


def _is_media(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and "_type" in value
