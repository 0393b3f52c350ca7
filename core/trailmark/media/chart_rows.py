"""The rows of a table as a Vega-Lite specification takes them: JSON's values, and only the columns that it mentions."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
from typing import TYPE_CHECKING, Any

from trailmark.media.array import as_numpy
from trailmark.media.media import Media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trailmark.media.tables.table import Table

_SPECIAL = re.compile(r"""([\\.\[\]'"])""")  # what leads into nested values in Vega's names of fields


def field_name(column: str) -> str:
    """Return how a field of a specification names a column, dots and brackets included."""
    return _SPECIAL.sub(r"\\\1", column)


def sources(spec: dict[str, Any]) -> list[str]:
    """Return the names of the data that a specification expects from outside."""
    own = spec.get("datasets")
    inside = set(own) if isinstance(own, dict) else set()
    found: dict[str, None] = {}
    for data in _data(spec):
        name = data.get("name")
        generated = {"values", "url", "sequence", "graticule", "sphere"} & set(data)
        if isinstance(name, str) and name not in inside and not generated:
            found.setdefault(name)
    return list(found)


def _data(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "data" and isinstance(value, dict):
                yield value
            elif key not in ("datasets", "usermeta"):
                yield from _data(value)
    elif isinstance(part, list):
        for value in part:
            yield from _data(value)


def rows(table: Table, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the columns that `spec` mentions, as JSON's values."""
    names = _mentioned([str(name) for name in table.columns], spec)
    columns = [plain(table.get_column(name, convert_to="numpy")) for name in names]
    if not columns:
        return [{} for _ in range(len(table))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _mentioned(columns: list[str], spec: dict[str, Any]) -> list[str]:
    """Return the columns whose names are part of any text of a specification: more than it draws, never fewer."""
    texts = "\n".join(_texts({key: value for key, value in spec.items() if key not in ("config", "usermeta")}))
    if '"content": "data"' in json.dumps(spec):  # a tooltip of whole rows
        return columns
    escaped = [(name, {name, field_name(name), json.dumps(name)[1:-1], name.replace("'", "\\'")}) for name in columns]
    return [name for name, forms in escaped if any(form in texts for form in forms)]


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


def plain(values: Any) -> list[Any]:
    """Return the values of a column as JSON has them."""
    import numpy as np

    if isinstance(values, np.ndarray) and values.dtype.kind in "biuUSM" and values.ndim == 1:
        values = values.astype("datetime64[us]").tolist() if values.dtype.kind == "M" else values.tolist()
    elif isinstance(values, np.ndarray) and values.dtype.kind == "f" and values.ndim == 1:
        finite = np.isfinite(values)
        return (
            values.tolist()
            if finite.all()
            else [x if f else None for x, f in zip(values.tolist(), finite, strict=True)]
        )
    return [value if type(value) in (str, int, bool) else _plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, (float, decimal.Decimal)):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int, Media)):
        return None if isinstance(value, Media) else value
    if isinstance(value, datetime.date):
        # Midnight is written out, as a date alone is midnight in Greenwich to JavaScript.
        return value.isoformat() if isinstance(value, datetime.datetime) else f"{value.isoformat()}T00:00:00"
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return _plain_array(value)


def _plain_array(value: Any) -> Any:
    array = as_numpy(value)
    if array is None or (array.dtype.kind == "O" and not array.ndim):
        return str(value)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]")
    return _plain(array.tolist())
