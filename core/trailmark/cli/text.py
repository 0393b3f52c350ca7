"""How values are written for people and for pipes: numbers, spans of time, sizes, and text that others typed.

Nothing here prints. `clean` is what every text goes through that did not come from this package.
"""

from __future__ import annotations

import base64
import datetime
import json
import math
import re
import time
from typing import Any

from trailmark.media.kinds import described
from trailmark.media.media import Media

# Control characters, surrogates, line separators and what changes the direction of writing: a terminal obeys these.
_DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdwy]?)")


def clean(text: str) -> str:
    r"""Return `text` on one line, with characters that a terminal would obey written as escapes (``\n``, ``\x1b``)."""
    if text.isprintable():  # none of the dangerous characters are
        return text
    return _DANGEROUS.sub(lambda found: repr(found.group())[1:-1], text)


def number(value: float, digits: int = 4) -> str:
    """Return a number short enough for a table: integers whole with thousands marked, others to `digits` digits."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        if abs(value) < 10**15:
            return f"{value:,}"
        # Not through float: a logged integer may be larger than any float.
        text = str(abs(value))
        return f"{'-' if value < 0 else ''}{text[0]}.{text[1:digits]}e+{len(text) - 1}"
    if value.is_integer() and abs(value) < 10**9:
        return f"{value:,.0f}"
    text = f"{value:.{digits}g}"
    # 1.235e+04 is harder to read than 12,345, and 6 digits are as narrow.
    return f"{value:,.0f}" if "e+0" in text and abs(value) < 10**6 else text


def short(value: Any, *, rounded: bool = True) -> str:
    """Return any plain value for a person, on one line and with nothing a terminal would obey."""
    if value is None:
        return "—"
    if isinstance(value, (bool, int, float)):
        return number(value) if rounded or isinstance(value, bool) else repr(value)
    if isinstance(value, Media):
        value = value.record or {"_type": value.kind}
    if isinstance(value, dict):
        return clean(described(value)) if "_type" in value else _mapping(value, rounded=rounded)
    if not isinstance(value, (list, tuple)):
        return clean(str(value))
    items = [short(item, rounded=rounded) for item in value]
    several = len(items) > 1 and all(isinstance(item, Media) for item in value)
    return f"{len(items):,} of {items[0]}" if several else f"[{', '.join(items)}]"


def _mapping(value: dict[Any, Any], *, rounded: bool) -> str:
    return f"{{{', '.join(f'{clean(str(key))}: {short(item, rounded=rounded)}' for key, item in value.items())}}}"


def exact(value: Any) -> str:
    """Return any plain value for a program: nothing rounded, no tab or newline in it; None is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return clean(to_json(value))


def to_json(value: Any) -> str:
    """Return `value` as JSON on one line; NaN and infinities are written ``NaN``, ``Infinity`` and ``-Infinity``."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Media):
        return value.record
    if hasattr(value, "to_record"):  # a histogram
        return value.to_record()
    if isinstance(value, bytes):
        return {"_type": "bytes", "base64": base64.b64encode(value).decode()}
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return value.tolist()
    return str(value)


_encoder = json.JSONEncoder(ensure_ascii=False, default=_plain)


def duration(seconds: float) -> str:
    """Return a span of time in its two largest units: ``4.2s``, ``3m20s``, ``5h07m``, ``12d03h``."""
    if not math.isfinite(seconds) or seconds < 0:
        return "—"
    if seconds < 9.95:  # noqa: PLR2004 (below, a tenth of a second is worth its place)
        return f"{seconds:.1f}s"
    whole = round(seconds)
    for unit, below, part in (("d", "h", 3600), ("h", "m", 60), ("m", "s", 1)):
        size = _SPANS[unit]
        if whole >= size:
            return f"{whole // size}{unit}{whole % size // part:02d}{below}"
    return f"{whole}s"


def age(seconds: float) -> str:
    """Return how long ago something was, in one unit: ``now``, ``40s``, ``5m``, ``3h``, ``12d``, ``2y``."""
    if seconds < 1:
        return "now"
    for unit, least in (("y", 365 * 86400), ("d", 2 * 86400), ("h", 2 * 3600), ("m", 120)):
        if seconds >= least:
            return f"{int(seconds // _SPANS[unit])}{unit}"
    return f"{int(seconds)}s"


def parse_span(text: str) -> float | None:
    """Return the seconds that ``90s``, ``45m``, ``12h``, ``30d``, ``2w`` or ``1y`` mean; None if it is no such text."""
    found = _SPAN.fullmatch(text.strip().lower())
    return float(found.group(1)) * _SPANS[found.group(2) or "d"] if found else None


def size(size_bytes: float) -> str:
    """Return a number of bytes in decimal units, as file managers show them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:  # noqa: PLR2004
            return f"{size_bytes:.0f} {unit}" if unit == "B" or size_bytes >= 100 else f"{size_bytes:.1f} {unit}"  # noqa: PLR2004
        size_bytes /= 1000
    return f"{size_bytes:,.1f} TB"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return ``1 run``, ``2 runs``; `nouns` where the plural is no mere s."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def moment(seconds: float) -> str:
    """Return a time since 1970 as local date and time, for people."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def iso(seconds: float) -> str:
    """Return a time since 1970 as ISO 8601 in UTC with milliseconds, for programs."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
