"""The columns of a table that a chart is asked to show: found, named in errors, and told numbers from words."""

from __future__ import annotations

import datetime
import decimal
import difflib
import re
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.kinds import as_media

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from trailmark.media.tables.table import Table

    Array = np.ndarray[Any, Any]

# Vega-Lite 5 writes field names into expressions of its own without escaping these.
_IMPOSSIBLE = re.compile(r'["\\\x00-\x1f\x7f]|^$')


def as_table(value: Any) -> Table:
    """Return a table, or a data frame as one.

    Raises:
        MediaError: it is neither.
    """
    from trailmark.media.tables.table import Table

    table = as_media(value)
    if not isinstance(table, Table):
        raise MediaError(f"a chart is drawn of a Table or a data frame, got a {type(value).__name__}")
    return table


def check_column(table: Table, column: Any, role: str) -> str:
    """Return the name of a column that is there and can be drawn.

    Raises:
        MediaError: it is not, or Vega-Lite cannot say its name.
    """
    names = [str(name) for name in table.columns]
    if column not in table.columns:
        listed = ", ".join(repr(name) for name in names[:20]) or "none"
        raise MediaError(f"{role}={column!r} is no column of the table, which has {listed}{nearest(column, names)}")
    name = str(column)
    if _IMPOSSIBLE.search(name):
        raise MediaError(
            f'the column {name!r} cannot be drawn: Vega-Lite takes no names that are empty or hold quotes ("), '
            "backslashes or control characters; rename it"
        )
    return name


def column_values(table: Table, column: str) -> Array:
    """Return the values of a column, (rows, …); of objects if they are no numbers, times or texts, or some are None."""
    values: Array = table.get_column(column, convert_to="numpy")
    return values


def table_of(**columns: Any) -> Table:
    """Return a table of columns: lists or arrays."""
    from trailmark.media.tables.table import Table

    table = Table(columns=[])
    for name, values in columns.items():
        table.add_column(name, values)
    return table


def scale_type(values: Iterable[Any]) -> str:
    """Return Vega-Lite's type of a column: "quantitative", "temporal" or "nominal"."""
    import numpy as np

    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return "quantitative" if dtype.kind in "iuf" else "temporal" if dtype.kind == "M" else "nominal"
    kinds = set()
    for value in values:
        if value is None:
            continue
        if isinstance(value, (bool, np.bool_)):
            kinds.add("nominal")
        elif isinstance(value, (int, float, decimal.Decimal, np.number)):
            kinds.add("quantitative")
        elif isinstance(value, (datetime.date, np.datetime64)):
            kinds.add("temporal")
        else:
            kinds.add("nominal")
        if len(kinds) > 1:
            return "nominal"
    return kinds.pop() if kinds else "quantitative"


def distinct(values: Array) -> list[Any]:
    """Return the distinct values of a column as they first occur; what cannot be compared as text."""
    return list(dict.fromkeys(value if value.__hash__ else str(value) for value in values.tolist()))


def nearest(value: Any, names: Iterable[Any]) -> str:
    """Return a question for the name that may have been meant; empty if none is near."""
    near = difflib.get_close_matches(str(value), [str(name) for name in names], n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
