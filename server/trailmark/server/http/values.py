"""Values in JSON: what was logged or configured, in a form that loses nothing.

JSON has no NaN, no Infinity, no integers that every reader keeps beyond 2^53, and no bytes; each is a one-key object
here: ``{"$number": "NaN"}``, ``{"$number": "9007199254740993"}``, ``{"$bytes": "<base64>"}``.
"""

from __future__ import annotations

import base64
import gzip
import math
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from trailmark.server.store.values import EXACT

if TYPE_CHECKING:
    from starlette.requests import Request

_GZIP_FROM_BYTES = 2_000  # less fits into two packets of a network as it is
_GZIP_LEVEL = 1  # half the bytes of level 6 at a fifth of its time; this is for a local network at most

_encoder = msgspec.json.Encoder()


def plain(value: Any) -> Any:  # noqa: PLR0911 (one kind, one line)
    """Return `value` in terms of JSON."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"$number": _named(value)}
    if kind is int:
        return value if -EXACT <= value <= EXACT else {"$number": str(value)}
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    if isinstance(value, msgspec.msgpack.Ext):
        value = value.data
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(value).decode()}
    return str(value)


def unmarked(value: Any) -> Any:
    """Return what `plain` made `value` of, as filters take it."""
    if isinstance(value, list):
        return [unmarked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        if isinstance(text := value.get("$number"), str):
            return _number(text)
        if isinstance(text := value.get("$bytes"), str):
            return base64.b64decode(text)
    return {key: unmarked(item) for key, item in value.items()}


def _named(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _number(text: str) -> float | int:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def json_answer(request: Request, value: Any) -> Response:
    """Return `value`, which is plain, as an answer; a long one is compressed if the asker understands that."""
    body = _encoder.encode(value)
    sent = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(body) >= _GZIP_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        sent["Content-Encoding"] = "gzip"
    return Response(body, 200, sent, media_type="application/json")
