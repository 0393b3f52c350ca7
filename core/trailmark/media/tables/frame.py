"""Columns of data frames, arrays and Arrow tables as columns of tables, and back, without a loop over the rows.

What is taken in is copied, unless it is a polars or Arrow table, which nobody can change. Missing values of pandas
(NA, NaT, None, and NaN in a column of objects that are no numbers) become None; NaN in a column of floats stays NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.array import as_numpy
from trailmark.media.tables.arrow import Encoded, from_arrow
from trailmark.media.tables.buffers import from_numpy
from trailmark.media.tables.buffers import to_numpy as as_numpy_array
from trailmark.media.tables.cell import ANY
from trailmark.media.tables.column import Column, check_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    Array = np.ndarray[Any, Any]


def columns_of_frame(frame: Any) -> tuple[dict[str, Any], int]:
    """Return the columns of a data frame of pandas or polars, or of a pyarrow.Table, by name, and the number of rows.

    Raises:
        MediaError: it is none, or its columns have no names of their own.
    """
    package, kind = type(frame).__module__.partition(".")[0], type(frame).__name__
    if package == "polars" and kind in ("DataFrame", "LazyFrame"):
        frame = (frame.collect() if kind == "LazyFrame" else frame).to_arrow()
        package, kind = "pyarrow", "Table"
    if package == "pyarrow" and kind == "Table":
        return dict(zip(check_names(frame.column_names), frame.columns, strict=True)), len(frame)
    if kind != "DataFrame" or not hasattr(frame, "iloc"):
        raise MediaError(
            f"dataframe takes a DataFrame of pandas or polars or a pyarrow.Table, got {type(frame).__name__}: "
            f"rows as lists go to `data`"
        )
    names = check_names(frame.columns)
    return {name: frame.iloc[:, number] for number, name in enumerate(names)}, len(frame)


def columns_of_array(array: Array) -> list[Array]:
    """Return the columns of a two-dimensional array.

    Raises:
        MediaError: it has another number of dimensions.
    """
    if array.ndim != 2:  # noqa: PLR2004
        raise MediaError(f"data takes an array of rows and columns, got one of shape {array.shape}: reshape it")
    return [array[:, number] for number in range(array.shape[1])]


def is_columnar(values: Any) -> bool:
    """Whether `values` are an array, series or tensor of some library, and no list."""
    return not isinstance(values, (list, tuple)) and (hasattr(values, "__array__") or hasattr(values, "chunks"))


def fill(column: Column, values: Any) -> None:
    """Add the values of an array, a series, a tensor or an Arrow array to a column.

    Raises:
        MediaError: they are none of this column.
    """
    array = _as_arrow(values)
    encoded, kind = from_arrow(array) if array is not None else (None, None)
    if encoded is None:
        column.extend(_as_cells(values, array))
        return
    if kind not in (column.kind, None) and column.kind not in (None, ANY):
        column.extend(encoded.cells())  # which tells
        return
    missing = encoded.array.null_count
    if missing and not column.optional:
        column.extend([None])  # which tells
    if column.kind == ANY and kind is not None:  # each cell says of what kind it is
        column.extend(encoded.cells())
        return
    column.kind = column.kind or kind
    column.add_part(encoded)


def _as_arrow(values: Any) -> Any:
    """Return what shares no memory with `values` that somebody may change, as an Arrow array; None if none fits."""
    import pyarrow as pa

    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if type(values).__module__.partition(".")[0] == "polars":
        return values.to_arrow()
    try:
        if hasattr(values, "iloc"):
            return _from_series(values)
        array = as_numpy(values)
        if array is None or array.ndim != 1 or array.dtype.kind not in "biufMm" or hasattr(array, "mask"):
            return None
        return _from_numpy(array)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None  # the values are looked at one by one, and tell


def _from_series(series: Any) -> Any:
    import pyarrow as pa

    kind = series.dtype
    if type(kind).__name__ == "CategoricalDtype":
        return _from_series(series.astype(kind.categories.dtype)) if not series.isna().any() else None
    if getattr(kind, "kind", None) in ("b", "i", "u", "f", "M", "m") and hasattr(kind, "isnative"):
        return _from_numpy(series.to_numpy())
    if getattr(kind, "kind", None) == "O" and hasattr(kind, "isnative"):
        return None
    array = pa.array(series, from_pandas=True)
    return pa.chunked_array([pa.concat_arrays([array])]) if isinstance(array, pa.Array) else array


def _from_numpy(array: Array) -> Any:
    import numpy as np

    kind = array.dtype.kind
    if kind in "Mm":
        unit = np.datetime_data(array.dtype)[0]
        if kind == "M" and unit in ("Y", "M"):
            array = array.astype("M8[D]")
        elif unit in ("W", "D", "h", "m") and not (kind == "M" and unit == "D"):
            array = array.astype(f"{kind}8[s]")
    if array.dtype == np.float16:  # before pyarrow 15, Parquet had none
        array = array.astype(np.float32)
    return from_numpy(array.astype(array.dtype.newbyteorder("="), copy=False))


def _as_cells(values: Any, array: Any) -> list[Any]:
    if hasattr(values, "iloc"):
        return _without_missing(values)
    if array is not None:
        return list(array.to_pylist())
    found = as_numpy(values)
    if found is None:
        return list(values)
    if found.dtype.kind in "Mm" or found.ndim > 1:
        return list(found)
    cells: list[Any] = found.tolist()
    return cells


def _without_missing(series: Any) -> list[Any]:
    """Return the objects of a series of pandas; NaN among what are no numbers is None."""
    cells = list(series.astype(object))
    others = {type(cell) for cell in cells if cell is not None and not _is_nan(cell)}
    if any(issubclass(kind, (int, float)) and kind is not bool for kind in others) or not others:
        return cells
    return [None if _is_nan(cell) else cell for cell in cells]


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, float) and cell != cell  # noqa: PLR0124


def to_pandas(columns: Sequence[Column]) -> Any:
    """Return a pandas.DataFrame: numbers, texts and times as pandas has them, everything else as objects.

    Integers of which some are None are of pandas' type Int64, as floats would not hold them.

    Raises:
        MissingPackageError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise MissingPackageError("pandas", "Table.get_dataframe()") from None
    if not columns:
        return pd.DataFrame()
    series = {column.name: _series(column.encoded(), pd) for column in columns}
    return pd.DataFrame(series, columns=list(series))


def _series(encoded: Encoded, pd: Any) -> Any:
    from pyarrow import types

    kind = encoded.array.type
    if encoded.encoding == "native":
        is_integer = types.is_integer(kind)
        if is_integer and encoded.array.null_count:
            name = str(kind).replace("uint", "UInt").replace("int", "Int", 1) if str(kind)[0] == "i" else None
            return pd.Series(encoded.cells(), dtype=name or str(kind).replace("uint", "UInt"))
        if is_integer or types.is_floating(kind) or types.is_string(kind) or types.is_large_string(kind):
            return encoded.array.to_pandas()
        if types.is_timestamp(kind) or types.is_duration(kind) or (types.is_boolean(kind) and _is_full(encoded)):
            return encoded.array.to_pandas()
    return pd.Series(encoded.cells(), dtype=object)


def _is_full(encoded: Encoded) -> bool:
    return not encoded.array.null_count


def to_numpy(encoded: Encoded, cells: Callable[[], list[Any]]) -> Array:
    """Return a column as an array: of numbers, booleans or times without None as such, texts as texts.

    Arrays of one shape and type become one array with one dimension more; everything else is of type object.
    """
    import numpy as np
    from pyarrow import types

    kind = encoded.array.type
    full = encoded.encoding == "native" and _is_full(encoded)
    plain = types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
    zoneless = types.is_timestamp(kind) and kind.tz is None
    if full and (plain or zoneless or types.is_duration(kind)):
        return as_numpy_array(encoded.array)
    values = cells()
    if full and (types.is_string(kind) or types.is_large_string(kind)):
        return np.array(values, dtype=str)
    arrays = encoded.encoding in ("vector", "npy") and bool(values)
    if arrays and len({(getattr(cell, "shape", None), getattr(cell, "dtype", None)) for cell in values}) == 1:
        return np.stack(values) if values[0] is not None else np.array(values, dtype=object)
    array = np.empty(len(values), dtype=object)
    for number, cell in enumerate(values):
        array[number] = cell
    return array
