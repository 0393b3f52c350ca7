"""Arrays: the binary form of numbers in answers, ``application/vnd.trailmark.arrays``.

A little-endian ``uint32`` with the length of the header, the header (JSON in UTF-8, padded with spaces so that what
follows begins at a multiple of eight bytes), then the arrays one after another, each padded with zeros to a multiple of
eight. ``"arrays"`` of the header describes them: ``[{"type": "f8", "length": 1000}]``; types are ``f8``, ``i8``,
``i4`` and ``u1``, all little-endian. Other places of the header name an array by its index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MEDIA_TYPE = "application/vnd.trailmark.arrays"
_ALIGNMENT = 8
_TYPES = {"f8": "<f8", "i8": "<i8", "i4": "<i4", "u1": "|u1"}
_SENT_AS = {"f": "f8", "i": "i8", "b": "u1", "u": "i8"}  # by numpy's kind


class Arrays:
    """The arrays of one answer, gathered while its header is made."""

    def __init__(self) -> None:
        self._types: list[dict[str, Any]] = []
        self._parts: list[bytes] = []

    def add(self, array: NDArray[Any] | None) -> int | None:
        """Take an array in and return its index; None stays None."""
        if array is None:
            return None
        kind = "i4" if array.dtype == np.int32 else _SENT_AS[array.dtype.kind]
        data = np.ascontiguousarray(array, dtype=_TYPES[kind]).tobytes()
        self._types.append({"type": kind, "length": int(array.size)})
        self._parts.append(data)
        self._parts.append(b"\0" * (-len(data) % _ALIGNMENT))
        return len(self._types) - 1

    def encode(self, header: Mapping[str, Any]) -> bytes:
        """Return the bytes of an answer with `header` and all arrays."""
        text = msgspec.json.encode({**header, "arrays": self._types})
        text += b" " * (-(len(text) + 4) % _ALIGNMENT)
        return b"".join((len(text).to_bytes(4, "little"), text, *self._parts))

    def answer(self, header: Mapping[str, Any]) -> Response:
        """Return the answer with `header` and all arrays."""
        return Response(self.encode(header), headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)
