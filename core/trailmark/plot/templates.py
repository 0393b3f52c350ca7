"""Specifications as people write them: templates with places for columns and texts, as W&B's custom charts have them.

``${field:x}`` is the place of a column, ``${string:title}`` that of a text. A template is a dict, JSON, or the path of
a .json file. Where a column's name stands decides how it is written: as a field, in an expression, or as a text.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.chart_rows import field_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PLACE = re.compile(r"\$\{(field|string):([^${}]*)\}")
_IN_EXPRESSION = re.compile(r"\bdatum\.\$\{field:([^${}]*)\}")
_TEXTS = frozenset({"title", "subtitle", "text", "name", "description"})  # keys of what people read
_MAX_BYTES = 1 << 20


def read_template(source: Any) -> dict[str, Any] | None:
    """Return a template that is given as a dict, as JSON or as the path of a .json file; None for any other text.

    Raises:
        MediaError: the file cannot be read, or what stands there is no JSON object.
    """
    if isinstance(source, dict):
        return source
    if isinstance(source, os.PathLike):
        return _parsed(_read(Path(source)), str(source))
    if not isinstance(source, str):
        raise MediaError(f"a chart is drawn by a preset's name, a dict, JSON or a file, got a {type(source).__name__}")
    if source.lstrip().startswith("{"):
        return _parsed(source, "the specification")
    if source.endswith(".json"):
        return _parsed(_read(Path(source)), source)
    return None


def places(template: Any, kind: str) -> list[str]:
    """Return the names of the places for columns (kind "field") or texts (kind "string")."""
    found: dict[str, None] = {}
    for text in _texts(template):
        for place in _PLACE.finditer(text):
            if place[1] == kind:
                found.setdefault(place[2])
    return list(found)


def fill(template: dict[str, Any], columns: Mapping[str, str], strings: Mapping[str, str]) -> dict[str, Any]:
    """Return the specification that a template makes with these columns and texts, all of which are there."""

    def filled(part: Any, key: str) -> Any:
        if isinstance(part, dict):
            return {_text(str(name), "name"): filled(value, str(name)) for name, value in part.items()}
        if isinstance(part, list):
            return [filled(value, key) for value in part]
        return _text(part, key) if isinstance(part, str) else part

    def _text(text: str, key: str) -> str:
        if key in _TEXTS:
            return _put(text, strings, lambda name: columns[name])
        if _PLACE.fullmatch(text):
            return _put(text, strings, lambda name: field_name(columns[name]))
        text = _IN_EXPRESSION.sub(lambda place: f"datum['{_quoted(columns[place[1]])}']", text)
        return _put(text, strings, lambda name: _quoted(columns[name]))

    made: dict[str, Any] = filled(template, "")
    return made


def _put(text: str, strings: Mapping[str, str], column: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda place: column(place[2]) if place[1] == "field" else strings[place[2]], text)


def _quoted(name: str) -> str:
    """Return a name as it stands between quotes of an expression."""
    return name.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for key, value in part.items() for text in (str(key), *_texts(value))]
    return [text for value in part for text in _texts(value)] if isinstance(part, list) else []


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise MediaError(f"the specification {str(path)!r} cannot be read: {error}") from error
    if len(text) > _MAX_BYTES:
        raise MediaError(
            f"the specification {str(path)!r} has more than {_MAX_BYTES:,} bytes: put its data into a table"
        )
    return text


def _parsed(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MediaError(f"{what} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise MediaError(f"{what} must be a JSON object, got {text[:60]!r}")
    return found
