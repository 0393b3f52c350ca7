"""The token that opens the dashboard of a root: made once, kept in ``<root>/.index/token``, readable by its owner only.

It stays the same from one start of the server to the next, so that open pages and bookmarks go on working. Whoever
deletes the file gets a new token at the next start.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING

from trailmark._term import termwarn

if TYPE_CHECKING:
    from pathlib import Path

_FORM = re.compile(r"[\w-]{22,}", re.ASCII)  # 128 bits or more
_BYTES = 24
_OWNER_ONLY = 0o600


def keep_token(root: Path) -> str:
    """Return the token of `root`, made if there is none; a root that cannot be written gets one for this time only."""
    path = root / ".index" / "token"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _read(path) or _make(path)
    except OSError as error:
        termwarn(f"the token is for this time only, as it cannot be kept in {path}: {error.strerror or error}")
        return secrets.token_urlsafe(_BYTES)


def known_token(root: Path) -> str | None:
    """Return the token of `root` if it has one that may be trusted."""
    try:
        return _read(root / ".index" / "token")
    except OSError:  # not there, or not ours to read and so not ours to use
        return None


def _read(path: Path) -> str | None:
    """Return the token in a file; None if there is none, or if others than its owner could have read or made it."""
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            status = os.fstat(file.fileno())
            text = file.read(1024).strip()
    except FileNotFoundError:
        return None
    private = status.st_uid == os.getuid() and not status.st_mode & 0o077
    return text if private and _FORM.fullmatch(text) else None


def _make(path: Path) -> str:
    """Write a new token to a file of its own and give that the name, so that nobody ever reads half of one."""
    token = secrets.token_urlsafe(_BYTES)
    fresh = path.with_name(f"token.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(file, "w", encoding="ascii") as stream:
        stream.write(token + "\n")
    fresh.replace(path)
    return token
