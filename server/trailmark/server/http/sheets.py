"""Sheets: a page of a logged table: filtered, searched, ordered, with the numbers of its rows in the whole table."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.errors import UsageError
from trailmark.media.tables.cell_text import to_text
from trailmark.server.http.values import plain
from trailmark.server.store.values import EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trailmark.media.tables.table import Table

OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "contains": "contains"}
_ROW = "\0number"  # no user's column
_NUMBERS = (int, float)


class Wanted(NamedTuple):
    """What of a table is asked for."""

    columns: Sequence[str] | None  # None: all
    search: str  # a text in any column of texts, in small or capital letters
    filters: Sequence[tuple[str, str, Any]]  # column, one of `OPERATORS`, value; all of them hold
    order: Sequence[tuple[str, bool]]  # column, and whether the largest come first
    offset: int
    limit: int


def page_json(table: Table, wanted: Wanted) -> dict[str, Any]:
    """Return what the table route answers, without the step.

    Raises:
        UsageError: it has no such column, or cells that cannot be compared in this way (also a MediaError).
    """
    kinds = table.types
    names = list(kinds) if wanted.columns is None else list(wanted.columns)
    for name in names:
        if name not in kinds:
            raise UsageError(f"the table has no column {name[:100]!r}")
    if wanted.search or wanted.filters or wanted.order:
        rows = _rows(table, wanted)
        total = len(rows)
        rows = rows[wanted.offset : wanted.offset + wanted.limit]
        columns = [table.sheet.column(name).take(rows).cells() for name in names] if len(rows) else []
    else:
        total = len(table)
        part = table.select(names, limit=wanted.limit, offset=wanted.offset)
        rows = np.arange(wanted.offset, wanted.offset + len(part))
        columns = [part.get_column(name) for name in names] if len(rows) else []
    return {
        "columns": [{"name": name, "type": kinds[name]} for name in names],
        "total": total,
        "rows": [[cell_json(cell) for cell in row] for row in zip(*columns, strict=True)],
        "numbers": rows.tolist(),
    }


def _rows(table: Table, wanted: Wanted) -> NDArray[np.int64]:
    """Return the numbers of the rows that match, in order."""
    conditions = [_condition(*each, table.types) for each in wanted.filters]
    texts = [name for name, kind in table.types.items() if kind == "string"] if wanted.search else []
    involved = dict.fromkeys([*(name for name, _, _ in conditions), *(name for name, _ in wanted.order), *texts])
    for name in involved:
        if name not in table.types:
            raise UsageError(f"the table has no column {name[:100]!r}")
    if wanted.search and not texts:
        return np.empty(0, dtype=np.int64)
    numbered = table.select(list(involved))
    numbered.add_column(_ROW, np.arange(len(table)))
    if wanted.search:
        numbered = numbered.select(where=_any_contains(texts, wanted.search))
    order = [f"{'-' * down}{name}" for name, down in wanted.order] or None
    found = numbered.select([_ROW], where=conditions or None, order=order)
    rows: NDArray[np.int64] = np.asarray(found.get_column(_ROW), dtype=np.int64)
    return rows


def _condition(column: str, operator: str, value: Any, kinds: dict[str, str | None]) -> tuple[str, str, Any]:
    if operator not in OPERATORS:
        raise UsageError(f"op is one of {', '.join(OPERATORS)}, got {operator[:40]!r}")
    kind = kinds.get(column)
    if value is not None and kind is not None and column in kinds:
        fits = {"number": _NUMBERS, "string": (str,), "boolean": (bool,)}.get(kind, (object,))
        if operator == "contains":
            fits = (str,)
        if not isinstance(value, fits) or (kind == "number" and isinstance(value, bool)):
            raise UsageError(f"the column {column[:100]!r} holds {kind}: {value!r:.100} cannot be compared with that")
    return column, OPERATORS[operator], value


def _any_contains(names: list[str], text: str) -> Any:
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its functions are made when it is imported: checkers do not see them
    found = None
    for name in names:
        here = pc.match_substring(pc.field(name), text, ignore_case=True)
        found = here if found is None else found | here
    return found


def cell_json(cell: Any) -> Any:
    """Return a cell in terms of JSON: numbers and texts as `plain`, all else as `trailmark.media.tables.cell_text`."""
    if cell is None or isinstance(cell, (str, bool)):
        return cell
    if type(cell) in _NUMBERS:
        return plain(cell)
    return _values(json.loads(to_text(cell)))


def _values(value: Any) -> Any:
    if isinstance(value, list):
        return [_values(item) for item in value]
    if isinstance(value, dict):
        kind = value.get("_type")
        if kind == "float":
            return {"$number": value["value"]}
        if kind == "int":
            return {"$number": str(int(value["hex"], 16))}
        return {key: _values(item) for key, item in value.items()}
    is_large = type(value) is int and abs(value) > EXACT
    return {"$number": str(value)} if is_large or (isinstance(value, float) and not math.isfinite(value)) else value
