"""Cells: the values that tables take, what they are kept as, and their kinds.

A cell is None, or of one of the kinds below; what is none of them becomes one as it does in `log` (see
`trailmark.media.normalize`). Lists, mappings and arrays are copied, so that the table does not change with them.

kind          in Python
------------  ---------------------------------------------------------------------------------------
number        int of any size, float
boolean       bool
string        str
bytes         bytes
timestamp     datetime.datetime; numpy.datetime64 (or pandas.Timestamp, with a zone) if it has nanoseconds
date          datetime.date
time          datetime.time
duration      datetime.timedelta; numpy.timedelta64 if it has nanoseconds
list          list of cells
dict          dict of cells, by str
array         numpy.ndarray of one or more dimensions, of any type but object
histogram     Histogram
image, …      the kinds of media
any           any of these
"""

from __future__ import annotations

import datetime
import reprlib
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.array import as_number
from trailmark.media.histogram import Histogram
from trailmark.media.kinds import as_media
from trailmark.media.media import Media
from trailmark.media.normalize import MAX_DEPTH, as_name, plain
from trailmark.media.source import array_of

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = "any"
ATOMS = frozenset((type(None), bool, int, float, bytes))  # types whose values are cells as they are
_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    bytes: "bytes",
    datetime.datetime: "timestamp",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "duration",
    list: "list",
    dict: "dict",
    Histogram: "histogram",
}
_NAMES = {"int": "number", "float": "number", "integer": "number", "text": "string", "str": "string", "bool": "boolean"}
_MISSING = frozenset(("NAType", "NaTType"))  # pandas.NA, and pandas.NaT, which is a datetime


def as_cell(value: Any, column: str, depth: int = 0) -> Any:
    """Return what a table keeps of `value`; `column` names it in messages.

    Raises:
        MediaError: it is nested without end, or a time that has no place in Python or numpy.
    """
    kind = type(value)
    if kind in ATOMS or (kind is str and value.isascii()):
        return value
    if depth > MAX_DEPTH:
        raise MediaError(f"a cell of column {column!r} is nested deeper than {MAX_DEPTH}: does it contain itself?")
    if isinstance(value, (Media, Histogram)):
        return value
    if isinstance(value, (list, tuple, Mapping)):
        return _nested(value, column, depth)
    time = _as_time(value, column)
    if time is not NotImplemented:
        return time
    media = as_media(value)
    return media if isinstance(media, Media) else _from_array(value, column, depth)


def _nested(value: Any, column: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {as_name(key): as_cell(item, column, depth + 1) for key, item in value.items()}
    return [as_cell(item, column, depth + 1) for item in value]


def _as_time(value: Any, column: str) -> Any:
    """Return a time, or None for one that is missing; NotImplemented for anything else."""
    kind = type(value)
    if kind.__name__ in _MISSING and kind.__module__.startswith("pandas."):
        return None
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return _python_time(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.datetime64, numpy.timedelta64)):
        return _numpy_time(value, column)
    return NotImplemented


def _from_array(value: Any, column: str, depth: int) -> Any:
    """Return scalars and arrays of any library, and what else `log` knows."""
    number = None if getattr(value, "ndim", 0) else as_number(value)
    if number is not None:
        return number
    array: Any = None if isinstance(value, (str, bytes)) else array_of(value, f"column {column!r}")
    if array is None or (array.ndim == 0 and array.dtype.kind not in "OMm"):
        found = plain(value if array is None else array.item(), column, depth)
        return found if isinstance(found, str) else as_cell(found, column, depth + 1)
    if array.ndim == 0:
        return as_cell(array[()], column, depth + 1)
    if array.dtype.hasobject or hasattr(array, "mask"):
        return as_cell(array.tolist(), column, depth + 1)
    return array.copy(order="C")


def _python_time(value: Any) -> Any:
    """Return a time of Python's; of pandas', only those with nanoseconds are left."""
    if getattr(value, "nanosecond", 0):
        return value.to_datetime64() if value.tzinfo is None else value
    if getattr(value, "nanoseconds", 0):
        return value.to_timedelta64()
    for convert in ("to_pydatetime", "to_pytimedelta"):
        if hasattr(value, convert):
            return getattr(value, convert)()
    return value


def _numpy_time(value: Any, column: str) -> Any:
    """Return a time of numpy's as Python's where that is exact, else in nanoseconds.

    Raises:
        MediaError: it is of neither.
    """
    import numpy as np

    if np.isnat(value):
        return None
    code = value.dtype.kind
    if not (code == "m" and np.datetime_data(value.dtype)[0] in ("Y", "M", "generic")):
        for unit in ("us", "ns"):
            try:
                found = value.astype(f"{code}8[{unit}]")
                if found.astype(value.dtype) != value or found != value:
                    continue
            except OverflowError:  # numpy 2.5 tells; before, the values differ
                continue
            item = found.item()
            if unit == "ns":
                return found
            if isinstance(item, (datetime.datetime, datetime.timedelta)):
                return item
    raise MediaError(
        f"column {column!r} takes times of the years 1 to 9999 and durations of fixed length, exact to nanoseconds, "
        f"got {value!r}"
    )


def kind_of(cell: Any) -> str | None:
    """Return the kind of a cell; None for None."""
    if cell is None:
        return None
    kind = _KINDS.get(type(cell))
    if kind is not None:
        return kind
    if isinstance(cell, Media):
        return cell.kind
    for base in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta, Histogram):
        if isinstance(cell, base):
            return _KINDS[base]
    code = cell.dtype.kind if not hasattr(cell, "__len__") else "array"
    return {"M": "timestamp", "m": "duration"}.get(code, "array")


def as_kind(dtype: Any) -> str | None:
    """Return the kind that W&B's `dtype` names; None if it is to be found out.

    Args:
        dtype: a kind by its name, a class such as `int`, `str`, `numpy.ndarray` or `Image`, `typing.Any`, or None.

    Raises:
        MediaError: it is nothing of these.
    """
    if dtype is None:
        return None
    if dtype is Any or dtype is object:
        return ANY
    name = _NAMES.get(dtype, dtype) if isinstance(dtype, str) else _kind_of_class(dtype)
    if name == ANY or name in kinds():
        return str(name)
    raise MediaError(
        f"dtype takes a class (int, str, datetime.datetime, numpy.ndarray, Image, …), typing.Any or one of "
        f"{', '.join(sorted(kinds()))}, any; got {dtype!r}"
    )


def _kind_of_class(dtype: Any) -> str | None:
    if not isinstance(dtype, type):
        return None
    if issubclass(dtype, Media):
        return dtype.kind
    if dtype in _KINDS or dtype.__module__ != "numpy":
        return _KINDS.get(dtype)
    import numpy as np

    by_code = {"b": "boolean", "i": "number", "u": "number", "f": "number", "U": "string", "S": "bytes"}
    times = {"M": "timestamp", "m": "duration"}
    return "array" if dtype is np.ndarray else {**by_code, **times}.get(np.dtype(dtype).kind)


def kinds() -> set[str]:
    """Return the names of all kinds but "any"."""
    from trailmark.media.kinds import CLASSES

    return {*_KINDS.values(), "array", *CLASSES}


def holds_media(cell: Any) -> bool:
    """Whether a cell is a media object, or has one in it."""
    if isinstance(cell, Media):
        return True
    if type(cell) is list:
        return any(map(holds_media, cell))
    return type(cell) is dict and any(map(holds_media, cell.values()))


def replace_media(cell: Any, replace: Callable[[Media], Any]) -> Any:
    """Return a cell with something else in place of each media object."""
    if isinstance(cell, Media):
        return replace(cell)
    if type(cell) is list:
        return [replace_media(item, replace) for item in cell]
    return {key: replace_media(item, replace) for key, item in cell.items()} if type(cell) is dict else cell


def equal(one: Any, other: Any) -> bool:
    """Whether two cells are equal: NaN is equal to NaN, an array only to one of its type, True not to 1."""
    kind = kind_of(one)
    if kind != kind_of(other):
        return False
    if kind == "list":
        return len(one) == len(other) and all(map(equal, one, other))
    if kind == "dict":
        return one.keys() == other.keys() and all(equal(item, other[key]) for key, item in one.items())
    if kind == "array":
        return one.dtype == other.dtype and one.shape == other.shape and _same_values(one, other)
    return bool(one == other) or (type(one) is float and type(other) is float and one != one and other != other)  # noqa: PLR0124 (NaN)


def _same_values(one: Any, other: Any) -> bool:
    import numpy as np

    if np.array_equal(one, other):
        return True
    return bool(one.dtype.kind in "fcMm" and np.array_equal(one, other, equal_nan=True)) or (
        one.dtype.kind == "V" and one.tobytes() == other.tobytes()
    )


def described(cell: Any) -> str:
    """Return a cell as messages show it."""
    return f"{reprlib.repr(cell)} ({kind_of(cell) or 'nothing'})"
