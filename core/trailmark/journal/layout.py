"""Layouts: fixed-width rows of numbers.

The key set of a row (its keys and their kinds, in order) is written once, as a `Keys` record with a number. A row
of that key set is then a packed payload: ``0xC1`` (a byte that MessagePack never uses), the number (u24), step
(i64), time (f64), and the values in order (``i``: i64, ``f``: f64, ``b``: one byte), little-endian and without
padding. Consecutive rows of one key set are one array to numpy.

Key set number 0 is the end mark: its payload is the word and the offset (u64) of the exit record, so that the state
of a finished run is found from the end of the file.
"""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING, Any

from trailmark.journal.frames import HEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from trailmark.journal.aggregate import Aggregate

ROW_MARK = 0xC1
END_MARK = struct.Struct("<IQ")
MAX_KEY_SETS = (1 << 24) - 1
MIN_STEP = -(1 << 63)

_STRUCT_CODES = {"i": "q", "f": "d", "b": "?"}
_NUMPY_CODES = {"i": "<i8", "f": "<f8", "b": "?"}
_KINDS = frozenset(_STRUCT_CODES)
KINDS: dict[type, str] = {float: "f", int: "i", bool: "b"}


class Layout:
    """One key set of one journal: how its rows are packed, and what `Fold` has yet to make of them.

    Attributes:
        word: the first four bytes of its rows.
        size: bytes of a row without its frame's head.
        count: rows since the fold last settled.
        last: the newest of them: its offset in the file, time, step and values; None if there are none.
        top_step: the largest step of any row.
        aggregates: columns whose values are folded one by one, each with its `Aggregate`.

    Raises:
        ValueError: the key set cannot be.
    """

    __slots__ = (
        "_dtype",
        "aggregates",
        "count",
        "kinds",
        "last",
        "names",
        "number",
        "pack",
        "size",
        "stream",
        "top_step",
        "word",
    )

    def __init__(self, number: int, names: Sequence[str], kinds: str, stream: str = "history") -> None:
        if not 0 < number <= MAX_KEY_SETS or len(names) != len(kinds) or not _KINDS.issuperset(kinds):
            raise ValueError(f"no key set has the number {number}, {len(names)} names and the kinds {kinds!r:.99}")
        packer = struct.Struct("<Iqd" + "".join(_STRUCT_CODES[kind] for kind in kinds))
        self.number = number
        self.word = number << 8 | ROW_MARK
        self.names = tuple(names)
        self.kinds = kinds
        self.stream = stream
        self.size = packer.size
        self.pack = packer.pack
        self.count = 0
        self.last: tuple[int, float, int, tuple[Any, ...]] | None = None
        self.top_step = MIN_STEP
        self.aggregates: list[tuple[int, Aggregate]] = []
        self._dtype: np.dtype[Any] | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """A row with its frame's head, as a numpy record; its values are the fields ``v0``, ``v1`` and so on."""
        if self._dtype is None:
            self._dtype = _record_dtype(self.kinds)
        return self._dtype


@functools.lru_cache(maxsize=1024)
def _record_dtype(kinds: str) -> np.dtype[Any]:
    import numpy as np

    head = [("length", "<u4"), ("crc", "<u4"), ("word", "<u4"), ("step", "<i8"), ("time", "<f8")]
    dtype = np.dtype(head + [(f"v{index}", _NUMPY_CODES[kind]) for index, kind in enumerate(kinds)])
    if dtype.itemsize - HEAD.size != struct.calcsize("<Iqd" + "".join(_STRUCT_CODES[kind] for kind in kinds)):
        raise AssertionError("numpy and struct disagree about the width of a row")
    return dtype
