"""Some rows and columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.tables.buffers import from_numpy
from trailmark.media.tables.selection import Where, sort_keys, sorted_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.media.tables.column import Column
    from trailmark.media.tables.parquet import Source

_ROW = "\0row"  # no user's column


def select(
    source: Source | None,
    held: dict[str, Column],
    names: list[str],
    where: Any,
    limit: int | None,
    offset: int,
    order: str | Sequence[str] | None,
) -> list[Column]:
    """Return columns of some rows, as `Table.select` describes; cells are in `source`, or without one in `held`."""
    condition = None if where is None else Where(where, {name: column.kind for name, column in held.items()})
    keys = [] if order is None else sort_keys(order, held)
    needed = list(dict.fromkeys([*names, *(name for name, _ in keys)]))
    stop = None if limit is None else offset + limit
    if source is None:
        columns = _from_memory(held, needed, condition)
    else:
        columns = _from_files(source, held, needed, condition, None if keys else stop)
    if not keys:
        return [columns[name].snapshot(offset, stop) for name in names]
    arrays = {}
    for name, _ in keys:
        encoded = columns[name].encoded()
        if encoded.encoding != "native":
            raise MediaError(f"order: column {name!r} holds what has no order ({columns[name].kind})")
        arrays[name] = encoded.array
    rows = sorted_rows(keys, arrays)[offset:stop]
    return [columns[name].take(rows) for name in names]


def _from_files(
    source: Source, held: dict[str, Column], needed: list[str], condition: Where | None, stop: int | None
) -> dict[str, Column]:
    columns = {name: held[name].like() for name in needed}
    expression = None if condition is None else condition.expression
    for batch in source.batches(needed, expression, stop):
        for name, column in columns.items():
            column.add_part(batch[name])
    return columns


def _from_memory(held: dict[str, Column], needed: list[str], condition: Where | None) -> dict[str, Column]:
    import numpy as np
    import pyarrow as pa

    if condition is None:
        return {name: held[name] for name in needed}
    about = {name: held[name].encoded() for name in (held if condition.names is None else condition.names)}
    is_null = pa.types.is_null
    expression = condition.expression(
        {name: "nothing" if is_null(one.array.type) else one.encoding for name, one in about.items()}
    )
    table = pa.table({name: encoded.array for name, encoded in about.items()})
    if expression is None:
        return {name: held[name] for name in needed}
    numbered = table.append_column(_ROW, from_numpy(np.arange(table.num_rows)))
    try:
        rows = numbered.filter(expression)[_ROW].to_numpy()
    except (KeyError, pa.ArrowException) as error:
        raise MediaError(f"where: {expression} cannot be applied to the columns {list(about)}: {error}") from error
    return {name: held[name].take(rows) for name in needed}
