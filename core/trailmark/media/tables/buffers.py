"""Arrow arrays made of the memory of numpy's, and numpy's of theirs.

`pyarrow.array` and `to_numpy` import pandas wherever it is installed, to ask whether they were given a part of it. That
takes a second, in the middle of training, and is not needed for what is made here: numbers, booleans, times and texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Array = np.ndarray[Any, Any]

_CHARACTERS = frozenset("?bhilqBHILQfdMm")  # of numpy's types that Arrow has, too; of times those in s, ms, us and ns
# Arrow's names of types; its own `to_pandas_dtype` asks pandas, and some versions fail without it.
_DTYPES = {
    "bool": "?",
    **{f"{sign}int{bits}": f"{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "halffloat": "f2",
    "float": "f4",
    "double": "f8",
}
_TIMES = {"timestamp": "M8", "duration": "m8"}


def from_numpy(array: Array, missing: Array | None = None) -> Any:
    """Return a copy of a one-dimensional array as a pyarrow.Array; NaT is null.

    Args:
        array: of the types that numpy and Arrow have in common, in the byte order of this machine.
        missing: where there is nothing, an array of bool.

    Raises:
        TypeError: it is of another type.
    """
    import numpy as np
    import pyarrow as pa

    if array.dtype.char not in _CHARACTERS or not array.dtype.isnative or array.ndim != 1:
        raise TypeError(f"Arrow has no array of {array.dtype} and {array.ndim} dimensions")
    kind = pa.from_numpy_dtype(array.dtype)
    if array.dtype.kind in "Mm":
        absent = np.isnat(array)
        missing = absent if absent.any() else missing
    values = np.packbits(array, bitorder="little") if array.dtype.kind == "b" else array.copy()
    present = None if missing is None else _buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(kind, len(array), [present, _buffer(values)])


def from_cells(cells: Sequence[Any], dtype: str) -> Any:
    """Return numbers, booleans or moments without a time zone, and None, as a pyarrow.Array.

    Raises:
        OverflowError: a number is beyond the range of the type.
    """
    import numpy as np

    missing = _missing(cells)
    if missing is not None and dtype[0] not in "Mm":  # None among times is NaT
        cells = [0 if cell is None else cell for cell in cells]
    return from_numpy(np.array(cells, dtype), missing)


def from_texts(cells: Sequence[Any], kind: Any) -> Any:
    """Return texts or bytes, and None, as a pyarrow.Array.

    Args:
        cells: all of one type.
        kind: pyarrow's string, large_string, binary or large_binary, whichever has room for them.

    Raises:
        UnicodeEncodeError: a text is none of UTF-8.
    """
    import numpy as np
    import pyarrow as pa

    is_text = kind in (pa.string(), pa.large_string())
    missing = _missing(cells)
    if missing is not None:
        nothing = "" if is_text else b""
        cells = [nothing if cell is None else cell for cell in cells]
    if is_text and (joined := "".join(cells)).isascii():
        data = joined.encode()
    else:
        cells = list(map(str.encode, cells)) if is_text else cells
        data = b"".join(cells)
    offsets = np.zeros(len(cells) + 1, np.int64 if kind in (pa.large_string(), pa.large_binary()) else np.int32)
    np.cumsum(np.fromiter(map(len, cells), offsets.dtype, len(cells)), out=offsets[1:])
    present = None if missing is None else _buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(kind, len(cells), [present, _buffer(offsets), pa.py_buffer(data)])


def _missing(cells: Sequence[Any]) -> Array | None:
    """Return where cells are None; None if nowhere."""
    import numpy as np

    return np.array([cell is None for cell in cells], bool) if None in cells else None


def to_numpy(array: Any) -> Array:
    """Return a copy of a pyarrow.ChunkedArray without nulls, of numbers, booleans or times, as numpy's.

    Raises:
        TypeError: it is of another type.
    """
    import numpy as np

    name = str(array.type).partition("[")[0]
    if name not in _DTYPES and name not in _TIMES:
        raise TypeError(f"numpy has no array of {array.type}")
    dtype = np.dtype(_DTYPES.get(name) or f"{_TIMES[name]}[{array.type.unit}]")
    parts = [_values(chunk, dtype) for chunk in array.chunks]
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def _values(chunk: Any, dtype: np.dtype[Any]) -> Array:
    import numpy as np

    data, start, stop = chunk.buffers()[1], chunk.offset, chunk.offset + len(chunk)
    if data is None or start == stop:
        return np.empty(0, dtype)
    if dtype.kind == "b":
        return np.unpackbits(np.frombuffer(data, np.uint8), count=stop, bitorder="little")[start:].astype(bool)
    return np.frombuffer(data, dtype, len(chunk), start * dtype.itemsize)


def _buffer(array: Array) -> Any:
    import pyarrow as pa

    return pa.py_buffer(array)
