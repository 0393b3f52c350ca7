"""`Html`: a page, as a file of UTF-8 text.

Nothing of it runs here. Who shows it does so in a sandboxed frame, as what is logged may come from anywhere.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from trailmark.errors import MediaError
from trailmark.media.media import Media
from trailmark.media.source import (
    Source,
    caption_text,
    checked_file,
    fields,
    optional,
    read,
    read_open,
    stored_file,
)

if TYPE_CHECKING:
    from typing_extensions import Self

    from trailmark.media.media import Folder, Stored

# Links leave the frame that the page is shown in; fonts and margins are those of a page of today.
INJECTED = (
    '<meta charset="utf-8"><base target="_blank"><style>'
    "body{margin:8px;font-family:system-ui,sans-serif;line-height:1.4}"
    "table{border-collapse:collapse}td,th{padding:2px 6px}img,svg,video{max-width:100%}"
    "</style>"
)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_PLACES = (  # where it goes in: at the front of the head, or before what follows the start of a page without one
    (re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE), "{}"),
    (re.compile(r"<html(?:\s[^>]*)?>", re.IGNORECASE), "<head>{}</head>"),
    (re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE), "<head>{}</head>"),
)


class Html(Media):
    """A page of HTML, or a part of one.

    Args:
        data: HTML as text; or the path of a file of UTF-8, as text that names an existing file or as a path object; or
            an open file of text or UTF-8.
        inject: put a small style sheet in, one that links open outside the frame, and the encoding; without it the text
            is kept byte for byte.
        data_is_not_path: take text for HTML even if a file has that name.
        caption: text that is shown with it.

    Raises:
        MediaError: the file cannot be read, or is not UTF-8.
    """

    kind = "html"

    def __init__(
        self,
        data: str | os.PathLike[str] | TextIO | Any,
        inject: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        data_is_not_path: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        *,
        caption: str | None = None,
    ) -> None:
        self.caption = caption_text(caption)
        text = _text(data, data_is_not_path=data_is_not_path)
        self._html: str | None = _injected(text) if inject else text
        self._source: Source | None = Source("html", data=_utf8(self._html))

    @property
    def html(self) -> str:
        """The text, with what was put in.

        Raises:
            MediaError: the file cannot be read.
        """
        if self._html is None:
            self._html = _decoded(read(self._opened()), str(self._opened()))
        return self._html

    def store(self, folder: Folder) -> dict[str, Any]:
        """Have the page written."""
        source = self._source or Source("html", self._opened())
        return fields(path=source.put(folder, self.kind), caption=self.caption)

    @classmethod
    def from_record(cls, record: dict[str, Any], stored: Stored) -> Self:
        """Return the page that `record` was made of."""
        self = cls.__new__(cls)
        self._file = stored_file(record, stored)
        self._html = self._source = None
        self.caption = optional(record, "caption", str)
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Html):
            return NotImplemented
        return (self.caption, self.html) == (other.caption, other.html)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = f"{len(self._html)} characters" if self._html is not None else str(self.path)
        return f"Html({known}{f', caption={self.caption!r}' if self.caption is not None else ''})"

    def _repr_html_(self) -> str:
        return f'<iframe sandbox="allow-scripts" width="100%" height="400" srcdoc="{html.escape(self.html)}"></iframe>'


def _text(data: Any, *, data_is_not_path: bool) -> str:
    if isinstance(data, str) and (data_is_not_path or not _is_file(data)):
        return data
    if isinstance(data, (str, os.PathLike)):
        path = checked_file(Path(data), "Html")
        return _decoded(read(path), repr(str(path)))
    if hasattr(data, "read"):
        return _decoded(read_open(data, "Html"), repr(data))
    raise MediaError(f"Html takes text, a path or an open file, got {type(data).__name__}")


def _is_file(text: str) -> bool:
    """Whether text is the path of a file, or looks like one that is missing."""
    if "<" in text or "\n" in text:
        return False
    try:
        found = os.path.isfile(text)  # noqa: PTH113 (of text of any length)
    except ValueError:  # a NUL
        return False
    return found or (text.lower().endswith((".html", ".htm")) and " " not in text)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MediaError(f"Html takes UTF-8, and {where} is not: {error}; convert it") from error


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MediaError(f"Html takes text that UTF-8 can hold: {error}") from error


def _injected(text: str) -> str:
    """Return a page with `INJECTED` in its head."""
    plain = _COMMENT.sub(lambda comment: " " * len(comment.group()), text)  # tags in comments are none
    for place, part in _PLACES:
        found = place.search(plain) if "doctype" not in place.pattern else place.match(plain)
        if found:
            return text[: found.end()] + part.format(INJECTED) + text[found.end() :]
    return INJECTED + text
