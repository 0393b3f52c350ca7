"""What tests of the HTTP interface share: reading binary answers."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np


class Read(NamedTuple):
    """A binary answer."""

    header: dict[str, Any]
    arrays: list[Any]


def read_arrays(data: bytes) -> Read:
    """Return header and arrays of an answer of the type `application/vnd.trailmark.arrays`."""
    end = 4 + int.from_bytes(data[:4], "little")
    assert end % 8 == 0
    header = json.loads(data[4:end])
    arrays = []
    for each in header["arrays"]:
        array = np.frombuffer(data, np.dtype(f"<{each['type']}"), each["length"], end)
        arrays.append(array)
        end += -(-array.nbytes // 8) * 8
    assert end == len(data)
    return Read(header, arrays)
