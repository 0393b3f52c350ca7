"""Cells as arrays of Arrow, and back, exactly.

A column has one of four encodings:

- ``native``: an Arrow type that holds every cell exactly: integers, floats, boolean, string, binary, timestamps (with
  their time zone), dates, times, durations, and lists and structs of those.
- ``vector``: a list of a fixed-width number for each cell: one-dimensional numpy arrays of one type.
- ``npy``: binary, a file of numpy's own format for each cell: arrays of any shape and type.
- ``json``: string, the JSON of `trailmark.media.tables.cell_text`: media, histograms, mixed cells, and what no native
  type holds exactly (an integer of 80 bits, dicts of different keys, times of different zones).

None is Arrow's null in all of them, and NaN is NaN.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.tables.buffers import from_cells, from_numpy, from_texts, to_numpy
from trailmark.media.tables.cell_text import from_npy, from_text, precise_timestamp, to_npy, to_text, zone_name, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trailmark.media.media import Stored

_EXACT = 1 << 53  # integers up to here are floats
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_LEAVES = ("bool", "string", "large_string", "binary", "large_binary", "null")


@dataclasses.dataclass(frozen=True)
class Encoded:
    """Cells as Arrow holds them."""

    array: Any  # a pyarrow.ChunkedArray
    encoding: str  # "native", "vector", "npy" or "json"
    stored: Stored | None = None  # where media are found

    def __len__(self) -> int:
        return len(self.array)

    def slice(self, start: int, stop: int) -> Encoded:
        """Return the cells from `start` to before `stop`."""
        return self.with_array(self.array.slice(start, stop - start))

    def with_array(self, array: Any) -> Encoded:
        """Return other cells that are held in the same way."""
        return Encoded(array, self.encoding, self.stored)

    def cells(self) -> list[Any]:
        """Return the cells.

        Raises:
            MediaError: one is damaged, or a time beyond those of Python.
        """
        import pyarrow as pa

        try:
            return self._cells()
        except (MediaError, MissingPackageError):
            raise
        except (pa.ArrowException, ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise MediaError(f"cells ({self.array.type}, held as {self.encoding}) cannot be read: {error}") from error

    def _cells(self) -> list[Any]:
        if self.encoding == "native":
            return _native_cells(self.array)
        if self.encoding == "json":
            return [None if text is None else from_text(text, self.stored) for text in self.array.to_pylist()]
        if self.encoding == "npy":
            return [None if data is None else from_npy(data) for data in self.array.to_pylist()]
        return _vectors(self.array)


def encode(kind: str | None, cells: Sequence[Any]) -> Encoded:
    """Return cells of one kind, as `as_cell` makes them, in Arrow."""
    import pyarrow as pa

    if kind == "array":
        return _encode_arrays(cells)
    try:
        array = _native(kind, cells)
    except (OverflowError, TypeError, ValueError, pa.ArrowException):
        array = None
    if array is not None:
        return Encoded(_chunked(array), "native")
    texts = [None if cell is None else to_text(cell) for cell in cells]
    return Encoded(_chunked(from_texts(texts, pa.large_string() if _is_large(texts) else pa.string())), "json")


def combine(kind: str | None, pieces: Sequence[Encoded]) -> Encoded:
    """Return pieces of a column one after the other, with one encoding and type for all."""
    import pyarrow as pa

    pieces = [piece for piece in pieces if len(piece)] or list(pieces[:1])
    if not pieces:
        return encode(kind, [])
    stored = pieces[0].stored
    if len({piece.encoding for piece in pieces}) == 1 and all(piece.stored is stored for piece in pieces):
        arrays = [piece.array for piece in pieces]
        target = _common_type([array.type for array in arrays])
        if target is not None:
            try:
                chunks = [chunk for array in arrays for chunk in array.cast(target).chunks]
                return Encoded(pa.chunked_array(chunks, target), pieces[0].encoding, stored)
            except pa.ArrowInvalid:  # an integer that is no float: as JSON it stays what it is
                pass
    cells = [cell for piece in pieces for cell in piece.cells()]
    return encode(kind, cells) if kind is not None else pieces[0]


def from_arrow(array: Any) -> tuple[Encoded | None, str | None]:
    """Return an array of Arrow and the kind of its cells; None for both where cells have to be converted one by one.

    Args:
        array: a pyarrow.Array or ChunkedArray.
    """
    import pyarrow as pa

    types = pa.types
    array = _chunked(array)
    if types.is_dictionary(array.type):
        array = _chunked(pa.chunked_array([chunk.dictionary_decode() for chunk in array.chunks], array.type.value_type))
    if types.is_float16(array.type):  # before pyarrow 15, Parquet had none
        array = _widened(array)
    elif types.is_date64(array.type):
        array = array.cast(pa.date32())
    elif str(array.type) in ("string_view", "binary_view"):
        array = array.cast(pa.large_string() if str(array.type) == "string_view" else pa.large_binary())
    kind = _kind_of_type(array.type)
    if kind is None and not types.is_null(array.type):
        return None, None
    return Encoded(array, "native"), kind


def _widened(array: Any) -> Any:
    import pyarrow as pa

    cells = [None if cell is None else float(cell) for cell in array.to_pylist()]
    return _chunked(pa.array(cells, pa.float32()))


def _kind_of_type(kind: Any) -> str | None:
    """Return the kind of the cells of an Arrow type; None if it is null or holds what cells are not."""
    from pyarrow import types

    found = next(
        (
            name
            for name, tests in {
                "boolean": (types.is_boolean,),
                "number": (types.is_integer, types.is_float32, types.is_float64),
                "string": (types.is_string, types.is_large_string),
                "bytes": (types.is_binary, types.is_large_binary),
                "timestamp": (types.is_timestamp,),
                "date": (types.is_date32,),
                "time": (types.is_time,),
                "duration": (types.is_duration,),
            }.items()
            if any(test(kind) for test in tests)
        ),
        None,
    )
    if found is None and _is_nested(kind):
        return "dict" if types.is_struct(kind) else "list"
    return found


def _is_nested(kind: Any) -> bool:
    """Whether a type is of lists and structs that come back as they went in."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind):
        return _is_nested(kind.value_type) or _is_leaf(kind.value_type)
    if types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        names = [field.name for field in fields]
        simple = all(_is_nested(field.type) or _is_leaf(field.type) for field in fields)
        return bool(fields) and len(set(names)) == len(names) and simple
    return False


def _is_leaf(kind: Any) -> bool:
    from pyarrow import types

    return str(kind) in _LEAVES[:-1] or types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind)


def _chunked(array: Any) -> Any:
    import pyarrow as pa

    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _is_large(texts: Iterable[str | bytes | None]) -> bool:
    """Whether texts do not fit in one array with offsets of 32 bits."""
    return sum(4 * len(text) for text in texts if text is not None) >= 1 << 31


def _common_type(types: list[Any]) -> Any:
    """Return a type that values of all of these may be cast to, if they fit; None if there is none."""
    import pyarrow as pa

    is_ = pa.types
    known = list(dict.fromkeys(kind for kind in types if not is_.is_null(kind)))
    if len(known) <= 1:
        return known[0] if known else pa.null()
    families: list[tuple[tuple[Callable[[Any], bool], ...], Any]] = [
        ((is_.is_unsigned_integer,), pa.uint64()),
        ((is_.is_integer,), pa.int64()),
        ((is_.is_integer, is_.is_floating), pa.float64()),
        ((is_.is_string, is_.is_large_string), pa.large_string()),
        ((is_.is_binary, is_.is_large_binary), pa.large_binary()),
        ((is_.is_timestamp,), pa.timestamp(_finest(known), getattr(known[0], "tz", None))),
        ((is_.is_duration,), pa.duration(_finest(known))),
    ]
    if len({getattr(kind, "tz", None) for kind in known}) > 1:
        return None
    fit = (target for tests, target in families if all(any(test(kind) for test in tests) for kind in known))
    return next(fit, None)


def _finest(types: list[Any]) -> Any:
    return min((getattr(kind, "unit", "us") for kind in types), key=_NS.__getitem__)


def _native(kind: str | None, cells: Sequence[Any]) -> Any:
    """Return cells as an array of a type of Arrow's own; None, or an error of pyarrow, if there is none."""
    import pyarrow as pa

    present = set(map(type, cells)) - {type(None)}
    if not present:
        return pa.nulls(len(cells), default_type(kind))
    if kind == "boolean":
        return from_cells(cells, "?")
    if kind == "date":
        return pa.array(cells, default_type(kind))
    encoders: dict[str | None, Callable[[set[type], Sequence[Any]], Any]] = {
        "number": _numbers,
        "string": _texts,
        "bytes": _texts,
        "timestamp": _timestamps,
        "duration": _durations,
        "time": _times,
        "list": _nested,
        "dict": _nested,
    }
    encode_ = encoders.get(kind)
    return None if encode_ is None else encode_(present, cells)


def _texts(present: set[type], cells: Sequence[Any]) -> Any:
    import pyarrow as pa

    if present == {str}:
        return from_texts(cells, pa.large_string() if _is_large(cells) else pa.string())
    return from_texts(cells, pa.large_binary() if _is_large(cells) else pa.binary())


def _times(_present: set[type], cells: Sequence[Any]) -> Any:
    import pyarrow as pa

    return None if any(cell is not None and (cell.tzinfo or cell.fold) for cell in cells) else pa.array(cells)


def _nested(_present: set[type], cells: Sequence[Any]) -> Any:
    import pyarrow as pa

    target = _type_of_cells(cells)
    return None if target is None or pa.types.is_null(target) else pa.array(cells, target)


def default_type(kind: str | None) -> Any:
    """Return the Arrow type of a column of a kind that holds nothing but None."""
    import pyarrow as pa

    types: dict[str | None, Any] = {
        None: pa.null(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "bytes": pa.binary(),
        "timestamp": pa.timestamp("us"),
        "date": pa.date32(),
        "time": pa.time64("us"),
        "duration": pa.duration("us"),
    }
    return types.get(kind, pa.string())


def _numbers(present: set[type], cells: Sequence[Any]) -> Any:
    if float not in present:
        try:
            return from_cells(cells, "i8")
        except OverflowError:  # numpy below 1.25 took negative numbers for great ones
            return None if any(cell is not None and cell < 0 for cell in cells) else from_cells(cells, "u8")
    if int in present and not all(-_EXACT <= cell <= _EXACT for cell in cells if type(cell) is int):
        return None
    return from_cells(cells, "f8")


def _timestamps(_present: set[type], cells: Sequence[Any]) -> Any:
    """Return moments of one time zone, or none, in microseconds or, if one needs them, nanoseconds."""
    import pyarrow as pa

    present = [cell for cell in cells if cell is not None]
    zones = {zone_name(zone) if (zone := getattr(cell, "tzinfo", None)) else "" for cell in present}
    if len(zones) != 1 or None in zones:
        return None
    zone = zones.pop() or None
    if all(type(cell) is datetime.datetime for cell in present):
        if zone is None:
            return from_cells(cells, "M8[us]")
        counts = [None if cell is None else (cell - _EPOCH) // datetime.timedelta(microseconds=1) for cell in cells]
        return from_cells(counts, "i8").cast(pa.timestamp("us", zone))
    counts = [None if cell is None else _nanoseconds(cell) for cell in cells]
    return from_cells(counts, "i8").cast(pa.timestamp("ns", zone))


def _nanoseconds(cell: Any) -> int:
    if type(cell).__module__ == "numpy":
        return int(cell.astype("M8[ns]").astype("int64"))
    since = (cell.to_pydatetime(warn=False) if hasattr(cell, "nanosecond") else cell).replace(tzinfo=cell.tzinfo)
    since -= _EPOCH if cell.tzinfo else _EPOCH.replace(tzinfo=None)
    return int(since // datetime.timedelta(microseconds=1)) * 1000 + int(getattr(cell, "nanosecond", 0))


def _durations(present: set[type], cells: Sequence[Any]) -> Any:
    import pyarrow as pa

    if present == {datetime.timedelta}:
        return pa.array(cells, pa.duration("us"))
    counts = [
        None
        if cell is None
        else cell // datetime.timedelta(microseconds=1) * 1000
        if isinstance(cell, datetime.timedelta)
        else int(cell.astype("m8[ns]").astype("int64"))
        for cell in cells
    ]
    return from_cells(counts, "i8").cast(pa.duration("ns"))


def _type_of_cells(cells: Iterable[Any]) -> Any:
    """Return the Arrow type that holds all of these cells exactly; None if there is none."""
    import pyarrow as pa

    found: Any = pa.null()
    by_type: dict[type, list[Any]] = {}
    for cell in cells:
        by_type.setdefault(type(cell), []).append(cell)
    by_type.pop(type(None), None)
    if set(by_type) == {int, float}:
        return pa.float64() if all(-_EXACT <= cell <= _EXACT for cell in by_type[int]) else None
    if len(by_type) > 1:
        return None
    for kind, same in by_type.items():
        if kind is int:
            found = pa.int64() if all(-(1 << 63) <= cell < 1 << 63 for cell in same) else None
        elif kind is list:
            inner = _type_of_cells([item for cell in same for item in cell])
            found = None if inner is None else pa.list_(pa.string() if pa.types.is_null(inner) else inner)
        elif kind is dict:
            found = _type_of_dicts(same)
        else:
            found = {float: pa.float64(), bool: pa.bool_(), str: pa.string(), bytes: pa.binary()}.get(kind)
    return found


def _type_of_dicts(cells: list[dict[str, Any]]) -> Any:
    """Return a struct, if all have the same keys in one order."""
    import pyarrow as pa

    names = list(cells[0])
    if not names or any(list(cell) != names for cell in cells):
        return None
    fields = []
    for name in names:
        inner = _type_of_cells([cell[name] for cell in cells])
        if inner is None:
            return None
        fields.append(pa.field(name, pa.string() if pa.types.is_null(inner) else inner))
    return pa.struct(fields)


def _encode_arrays(cells: Sequence[Any]) -> Encoded:
    import numpy as np
    import pyarrow as pa

    arrays = [cell for cell in cells if cell is not None]
    dtypes = {array.dtype for array in arrays}
    # float16 is none of them, as Parquet had none before pyarrow 15
    if len(dtypes) == 1 and all(array.ndim == 1 for array in arrays):
        dtype = dtypes.pop()
        size = sum(map(len, arrays))
        if dtype.isnative and dtype.kind in "iuf" and dtype.name in _WIDTHS and size < 1 << 31:
            lengths = [0 if cell is None else len(cell) for cell in cells]
            values = from_numpy(np.concatenate(arrays))
            offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
            missing = np.array([cell is None for cell in cells] + [False])
            marked = from_numpy(offsets, missing if missing.any() else None)
            return Encoded(_chunked(pa.ListArray.from_arrays(marked, values)), "vector")
    data = [None if cell is None else to_npy(cell) for cell in cells]
    return Encoded(_chunked(from_texts(data, pa.large_binary() if _is_large(data) else pa.binary())), "npy")


_WIDTHS = frozenset(("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"))


def _vectors(array: Any) -> list[Any]:
    """Return each list as an array of its own."""
    cells: list[Any] = []
    for chunk in array.chunks:
        values = to_numpy(_chunked(chunk.values))
        offsets, present = chunk.offsets.to_pylist(), chunk.is_valid().to_pylist()
        cells += [
            values[offsets[row] : offsets[row + 1]].copy() if is_there else None for row, is_there in enumerate(present)
        ]
    return cells


def _native_cells(array: Any) -> list[Any]:
    from pyarrow import types

    if types.is_timestamp(array.type):
        return _moments(array)
    if types.is_duration(array.type) and array.type.unit == "ns":
        return _spans(array)
    if types.is_time64(array.type) and array.type.unit == "ns":
        array = array.cast("time64[us]", safe=False)
    cells: list[Any] = array.to_pylist()
    return cells


def _moments(array: Any) -> list[Any]:
    """Return timestamps in their zone; those that have nanoseconds as such."""
    import pyarrow as pa

    scale, zone = _NS[array.type.unit], array.type.tz
    if zone is None and scale >= _NS["us"]:
        plain: list[Any] = array.to_pylist()
        return plain
    where = None if zone is None else zone_of(zone)
    start = _EPOCH if zone else _EPOCH.replace(tzinfo=None)
    cells: list[Any] = []
    for count in array.cast(pa.int64()).to_pylist():
        if count is None:
            cells.append(None)
        elif count * scale % 1000:
            cells.append(precise_timestamp(count * scale, zone))
        else:
            moment = start + datetime.timedelta(microseconds=count * scale // 1000)
            cells.append(moment.astimezone(where) if where else moment)
    return cells


def _spans(array: Any) -> list[Any]:
    """Return durations; those that have nanoseconds as numpy's."""
    import numpy as np
    import pyarrow as pa

    return [
        None
        if count is None
        else np.timedelta64(count, "ns")
        if count % 1000
        else datetime.timedelta(microseconds=count // 1000)
        for count in array.cast(pa.int64()).to_pylist()
    ]
