"""Columns: the values of one key, row by row, and how numpy, pandas and polars get them without loss.

A column holds numbers as int64, float64 or bool, and everything else as Python objects. A row that lacks the key, or
for which None was logged, is a hole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    Values = NDArray[Any]

EXACT = 1 << 53  # integers up to this are exact as float64
_INT64 = range(-(1 << 63), 1 << 63)


class Part(NamedTuple):
    """Values of one key: the numbers of the records (or rows) that hold them, ascending, and the values."""

    records: Values
    array: Values

    def shifted(self, by: int) -> Part:
        """Return the same values, of the records that come `by` later."""
        return self._replace(records=self.records + by) if by else self


class Column(NamedTuple):
    """The values of one key; where `there` is false, `array` means nothing."""

    array: Values
    there: NDArray[np.bool_] | None = None  # None: there are no holes

    def take(self, rows: Values) -> Column:
        """Return the column of these rows."""
        return Column(self.array[rows], None if self.there is None else self.there[rows])

    def holds(self) -> NDArray[np.bool_]:
        """Return for each row whether it has a value; None is none."""
        there = np.ones(len(self.array), dtype=np.bool_) if self.there is None else self.there
        return there & _not_none(self.array) if self.array.dtype.kind == "O" else there

    def objects(self, hole: Any = None) -> list[Any]:
        """Return the values as Python has them, with `hole` in holes."""
        values: list[Any] = self.array.tolist()
        if self.there is None or self.there.all():
            return values
        return [value if there else hole for value, there in zip(values, self.there.tolist(), strict=True)]

    def numpy(self) -> Values:
        """Return an array; holes are NaN among numbers that float64 has exactly, else None among objects."""
        if self.there is None or self.there.all():
            return self.array
        kind = self.array.dtype.kind
        if kind == "f" or (kind == "i" and _all_exact(self.array[self.there])):
            return np.where(self.there, self.array, np.nan)
        return as_objects(self.objects())

    def pandas(self) -> Any:
        """Return what a pandas DataFrame takes; integers and bools with holes get pandas' nullable types."""
        import pandas as pd

        kind = self.array.dtype.kind
        if self.there is None or self.there.all() or kind == "f":
            return pd.Series(self.numpy(), dtype=object) if kind == "O" else self.numpy()
        holes = ~self.there
        if kind == "i":
            return pd.arrays.IntegerArray(np.where(holes, 1, self.array), holes)
        if kind == "b":
            return pd.arrays.BooleanArray(np.where(holes, False, self.array), holes)
        return pd.Series(self.numpy(), dtype=object)

    def polars(self, name: str) -> pl.Series:
        """Return a polars series; holes are null. What polars has no type for stays a Python object."""
        import polars as pl

        if self.array.dtype.kind != "O":
            series = pl.Series(name, np.ascontiguousarray(self.array))
            return series if self.there is None else series.set(pl.Series(~self.there), None)
        objects = self.objects()
        kinds = {type(value) for value in objects if value is not None}
        known: dict[frozenset[type], Any] = {
            frozenset(): pl.Null,
            frozenset((str,)): pl.Utf8,  # its name before polars 0.20.4
            frozenset((bytes,)): pl.Binary,
        }
        return pl.Series(name, objects, dtype=known.get(frozenset(kinds), pl.Object))


def as_objects(values: list[Any]) -> Values:
    """Return a one-dimensional array of these objects, whatever they are."""
    return np.fromiter(values, dtype=object, count=len(values))


def as_array(values: list[Any]) -> Values:
    """Return an array of int64, float64 or bool if all values are of that kind, else of objects."""
    kinds = {*map(type, values)}
    if kinds == {float}:
        return np.array(values, dtype=np.float64)
    if kinds == {bool}:
        return np.array(values, dtype=np.bool_)
    if kinds == {int} and min(values) in _INT64 and max(values) in _INT64:
        return np.array(values, dtype=np.int64)
    return as_objects(values)


def assemble(parts: Sequence[Part], count: int, *, exact: bool) -> Column:
    """Return the column of `count` rows that has the values of `parts`, whose `records` are rows here.

    Where a row is given more than one value the last counts. Integers and floats that come together become float64 if
    no integer changes by that, unless `exact` asks for each number as it was logged.
    """
    arrays = [part.array for part in parts]
    kinds = {array.dtype.kind for array in arrays}
    if kinds == {"i", "f"} and not exact and all(array.dtype.kind == "f" or _all_exact(array) for array in arrays):
        arrays = [array.astype(np.float64, copy=False) for array in arrays]
    elif len(kinds) > 1:
        arrays = [as_objects(array.tolist()) for array in arrays]
    if parts and _is_every_row(parts, count):
        column = Column(np.concatenate(arrays))
    else:
        values = np.zeros(count, dtype=arrays[0].dtype if arrays else np.float64)
        there = np.zeros(count, dtype=np.bool_)
        for part, array in zip(parts, arrays, strict=True):
            values[part.records] = array
            there[part.records] = True
        column = Column(values, None if there.all() else there)
    return column if exact or column.array.dtype.kind != "O" else _narrow(column)


def _is_every_row(parts: Sequence[Part], count: int) -> bool:
    """Tell whether `parts`, one after the other, are all `count` rows in order."""
    ends = [0, *(int(part.records[-1]) + 1 for part in parts)]
    return ends[-1] == count == sum(len(part.records) for part in parts) and all(
        part.records[0] == end and is_increasing(part.records) for part, end in zip(parts, ends[:-1], strict=True)
    )


def _narrow(column: Column) -> Column:
    """Return a column of objects as one of numbers, if that is what it holds; None becomes a hole."""
    values = column.array
    there = column.holds()
    held: list[Any] = values[there].tolist()
    kinds = {*map(type, held)}
    if kinds == {int, float} and _all_exact([value for value in held if type(value) is int]):
        held = [*map(float, held)]
    array = as_array(held) if held else as_objects([])
    if array.dtype.kind == "O":
        return Column(values, None if there.all() else there)
    if there.all():
        return Column(array)
    filled = np.zeros(len(values), dtype=array.dtype)
    filled[there] = array
    return Column(filled, there)


def _not_none(values: Values) -> NDArray[np.bool_]:
    return np.fromiter((value is not None for value in values), np.bool_, len(values))


def _all_exact(values: Values | list[int]) -> bool:
    """Tell whether all of these integers are the same as float64."""
    if not len(values):
        return True
    low, high = (min(values), max(values)) if isinstance(values, list) else (values.min(), values.max())
    return bool(low >= -EXACT and high <= EXACT)


def as_numbers(values: Values) -> Values | None:
    """Return values as numbers that can be compared, large integers about; None if they are none."""
    kind = values.dtype.kind
    if kind != "O":
        return values.astype(np.int8) if kind == "b" else values
    if not all(isinstance(value, (int, float)) for value in values):
        return None
    try:
        return values.astype(np.float64)
    except OverflowError:
        return None


def is_increasing(numbers: Values) -> bool:
    """Tell whether each number is larger than the one before."""
    return bool((numbers[1:] > numbers[:-1]).all())
