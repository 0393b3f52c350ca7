"""Cells as JSON, exactly: what a column holds that Arrow has no type for.

None, booleans, texts, lists and numbers are what they are in JSON. Everything else is an object that says under
``_type`` what it is:

- ``{"_type": "float", "value": "NaN"}``, ``"Infinity"``, ``"-Infinity"``
- ``{"_type": "int", "hex": "0x…"}``, of an integer of more than 4,000 digits
- ``{"_type": "bytes", "base64": …}``
- ``{"_type": "array", "npy": …}``, a file of numpy's own format in base64
- ``{"_type": "timestamp", "value": …, "zone": …}``, ISO 8601; ``date`` and ``time`` alike
- ``{"_type": "duration", "days": …, "seconds": …, "microseconds": …}`` or ``{…, "nanoseconds": …}``
- ``{"_type": "dict", "value": {…}}``, of a dict that has a key ``_type`` itself
- the records of histograms and media
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import math
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError, MissingPackageError
from trailmark.media.histogram import Histogram
from trailmark.media.kinds import restore
from trailmark.media.media import Media
from trailmark.media.tables.cell import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from trailmark.media.media import Stored

_LONG = 13_000  # bits: below the 4,300 digits that Python turns into text
_UTC = datetime.timezone.utc


class Record(dict[str, Any]):
    """The record of a media object, in the place of the object."""


def to_text(cell: Any) -> str:
    """Return a cell as JSON."""
    return json.dumps(_encoded(cell), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str, stored: Stored | None) -> Any:
    """Return the cell that `to_text` wrote; media are found in `stored`.

    Raises:
        MediaError: this is no text of a cell.
    """
    try:
        return _decoded(json.loads(text), stored)
    except (MediaError, MissingPackageError):
        raise
    except (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise MediaError(f"a cell is damaged: {text!r:.80}: {error}") from error


def _encoded(cell: Any) -> Any:
    encode = _PLAIN.get(type(cell))
    if encode is not None:
        return encode(cell)
    if type(cell) is Record:
        return dict(cell)
    if isinstance(cell, Histogram):
        return cell.to_record()
    if isinstance(cell, Media):
        return _known_of(cell)
    return _tagged(cell)


def _encoded_float(cell: float) -> Any:
    return cell if math.isfinite(cell) else {"_type": "float", "value": json.dumps(cell)}


def _encoded_int(cell: int) -> Any:
    return cell if cell.bit_length() < _LONG else {"_type": "int", "hex": hex(cell)}


def _encoded_dict(cell: dict[str, Any]) -> dict[str, Any]:
    inside = {key: _encoded(item) for key, item in cell.items()}
    return {"_type": "dict", "value": inside} if "_type" in inside else inside


def _itself(cell: Any) -> Any:
    return cell


_PLAIN: dict[type, Callable[[Any], Any]] = {
    type(None): _itself,
    bool: _itself,
    str: _itself,
    float: _encoded_float,
    int: _encoded_int,
    list: lambda cell: [_encoded(item) for item in cell],
    dict: _encoded_dict,
}


def _known_of(media: Media) -> dict[str, Any]:
    """Return the record of a media object, or what is known of it without storing it."""
    kept = media._kept  # noqa: SLF001 (of the base, for its own package)
    return kept[1] if kept is not None else media.record or {"_type": media.kind}


def _tagged(cell: Any) -> dict[str, Any]:
    kind = kind_of(cell)
    if kind == "bytes":
        return {"_type": "bytes", "base64": base64.b64encode(cell).decode()}
    if kind == "array":
        return {"_type": "array", "npy": base64.b64encode(to_npy(cell)).decode()}
    if kind == "duration":
        if not isinstance(cell, datetime.timedelta):
            return {"_type": kind, "nanoseconds": int(cell.astype("m8[ns]").astype("int64"))}
        return {"_type": kind, "days": cell.days, "seconds": cell.seconds, "microseconds": cell.microseconds}
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    tagged = {"_type": kind, "value": text}
    zone = zone_name(getattr(cell, "tzinfo", None)) if kind == "timestamp" else None
    return {**tagged, "zone": zone} if zone else tagged


def _decoded(value: Any, stored: Stored | None) -> Any:
    if type(value) is list:
        return [_decoded(item, stored) for item in value]
    if type(value) is not dict:
        return value
    kind = value.get("_type")
    if kind is None:
        return {key: _decoded(item, stored) for key, item in value.items()}
    if kind == "dict":
        return {key: _decoded(item, stored) for key, item in value["value"].items()}
    decode = _TAGS.get(kind)
    if decode is not None:
        return decode(value)
    return value if stored is None and kind != "histogram" else restore(value, stored)  # type: ignore[arg-type]


def to_npy(array: np.ndarray[Any, Any]) -> bytes:
    """Return an array as a file of numpy's format."""
    from numpy.lib import format as npy

    file = io.BytesIO()
    npy.write_array(file, array, allow_pickle=False)
    return file.getvalue()


def from_npy(data: bytes) -> np.ndarray[Any, Any]:
    """Return the array that `to_npy` wrote; no pickle is loaded.

    Raises:
        MediaError: this is no array.
    """
    from numpy.lib import format as npy

    try:
        array: np.ndarray[Any, Any] = npy.read_array(io.BytesIO(data), allow_pickle=False)
    except Exception as error:  # (what numpy's parser of headers meets, and sizes beyond the memory)
        raise MediaError(f"a cell is damaged, it cannot be read as an array: {error}") from error
    return array


def zone_name(zone: datetime.tzinfo | None) -> str | None:
    """Return the name of a time zone by which `zone_of` finds it: "Europe/Berlin", "+02:00"; None if it has none."""
    if zone is None:
        return None
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if isinstance(name, str):
        return name
    if zone is _UTC:
        return "UTC"
    if isinstance(zone, datetime.timezone):
        seconds = zone.utcoffset(None).total_seconds()
        if seconds % 60 == 0:
            hours, minutes = divmod(abs(int(seconds)) // 60, 60)
            return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"
    return None


def zone_of(name: str) -> datetime.tzinfo:
    """Return the time zone of a name; UTC if this machine does not know it, as the moment stays the same."""
    if name == "UTC":
        return _UTC
    if name[:1] in ("+", "-"):
        minutes = int(name[1:3]) * 60 + int(name[4:6])
        return datetime.timezone(datetime.timedelta(minutes=-minutes if name[0] == "-" else minutes))
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC


def precise_timestamp(nanoseconds: int, zone: str | None) -> Any:
    """Return a moment that has nanoseconds, since 1970: numpy's, or pandas' if it has a time zone.

    Raises:
        MissingPackageError: it has a zone, and pandas is not installed.
    """
    import numpy as np

    if zone is None:
        return np.datetime64(nanoseconds, "ns")
    try:
        import pandas as pd
    except ImportError:
        raise MissingPackageError("pandas", "a timestamp with nanoseconds and a time zone") from None
    return pd.Timestamp(nanoseconds, tz="UTC").tz_convert(zone_of(zone))


def _timestamp(value: dict[str, Any]) -> Any:
    import numpy as np

    text, zone = value["value"], value.get("zone")
    whole, dot, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if dot and len(digits) > 6:  # noqa: PLR2004 (digits of a microsecond)
        if not rest[len(digits) :]:
            return np.datetime64(text)
        second = datetime.datetime.fromisoformat(whole + rest[len(digits) :])
        since = second - datetime.datetime(1970, 1, 1, tzinfo=_UTC)
        nanoseconds = (since.days * 86_400 + since.seconds) * 10**9 + int(digits.ljust(9, "0"))
        return precise_timestamp(nanoseconds, zone or rest[len(digits) :])
    moment = datetime.datetime.fromisoformat(text)
    return moment.astimezone(zone_of(zone)) if zone else moment


def _duration(value: dict[str, Any]) -> Any:
    if "nanoseconds" in value:
        import numpy as np

        return np.timedelta64(value["nanoseconds"], "ns")
    return datetime.timedelta(value["days"], value["seconds"], value["microseconds"])


_TAGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "float": lambda value: float(value["value"]),
    "int": lambda value: int(value["hex"], 16),
    "bytes": lambda value: base64.b64decode(value["base64"]),
    "array": lambda value: from_npy(base64.b64decode(value["npy"])),
    "timestamp": _timestamp,
    "date": lambda value: datetime.date.fromisoformat(value["value"]),
    "time": lambda value: datetime.time.fromisoformat(value["value"]),
    "duration": _duration,
}
