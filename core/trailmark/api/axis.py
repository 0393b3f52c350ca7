"""Axes: metrics that other metrics are drawn over.

A row that lacks such a metric takes the last value that it had in a row before; none is ever made up. Rows of other
ranks, or of attempts that are kept apart, lend nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.api.columns import Column, as_numbers
from trailmark.errors import UsageError
from trailmark.journal.fold import definition_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trailmark.api.table import Table
    from trailmark.journal.records import Metric

    Values = NDArray[Any]


def ordered_by(table: Table, axis: str, keys: Sequence[str] | None) -> Table:
    """Return the rows that hold any of `keys` and have a value of `axis`, in its order; NaN comes last.

    `axis` is a column of `table`, or "_step", "_runtime" or "_timestamp". Rows of equal value keep their order.

    Raises:
        UsageError: the values of `axis` have no order.
    """
    heads = table.heads
    if axis == "_step":
        return table
    if axis in ("_runtime", "_timestamp"):
        return table.take(np.lexsort((heads.time if axis == "_timestamp" else heads.runtime, heads.apart)))
    column = carried(table, table.columns[axis])
    table = table._replace(columns={**table.columns, axis: column})
    wanted = column.holds()
    if keys is not None:
        wanted = wanted & _any_of(table, keys)
    table = table.take(np.flatnonzero(wanted))
    return table.take(np.lexsort((_sortable(axis, table.columns[axis]), table.heads.apart)))


def with_step_metrics(table: Table, definitions: Mapping[str, Metric]) -> Table:
    """Fill in step metrics: in each row that holds a metric whose definition has `step_sync`."""
    filled: dict[str, Values] = {}
    for name, column in table.columns.items():
        metric = definition_of(definitions, name)
        if metric is None or not metric.step_sync or metric.step_metric not in table.columns:
            continue
        if metric.step_metric != name:
            known = filled.get(metric.step_metric)
            filled[metric.step_metric] = column.holds() if known is None else known | column.holds()
    for name, rows in filled.items():
        own = table.columns[name]
        column = carried(table, own)
        there = column.holds() & (own.holds() | rows)
        table.columns[name] = Column(column.array, None if there.all() else there)
    return table


def carried(table: Table, column: Column) -> Column:
    """Return `column` with each hole that comes after a value filled with that value."""
    holds = column.holds()
    if holds.all():
        return column
    rows = np.arange(table.size)
    source = np.maximum.accumulate(np.where(holds, rows, -1))
    begins = np.ones(table.size, dtype=np.bool_)
    begins[1:] = table.heads.apart[1:] != table.heads.apart[:-1]
    there = source >= np.maximum.accumulate(np.where(begins, rows, 0))
    return Column(column.array[np.maximum(source, 0)], None if there.all() else there)


def _any_of(table: Table, keys: Sequence[str]) -> Values:
    found = np.zeros(table.size, dtype=np.bool_)
    for key in keys:
        if key in table.columns:
            found |= table.columns[key].holds()
    return found


def _sortable(axis: str, column: Column) -> Values:
    numbers = as_numbers(column.array)
    if numbers is not None:
        return numbers
    try:
        return np.unique(column.array, return_inverse=True)[1]
    except TypeError:
        raise UsageError(f"x_axis={axis!r} holds values that have no order: give a metric of numbers") from None
