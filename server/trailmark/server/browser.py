"""Opening the dashboard in the person's browser, where there is one to be seen."""

from __future__ import annotations

import html
import os
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

from trailmark._term import termwarn

if TYPE_CHECKING:
    from pathlib import Path


def has_display() -> bool:
    """Tell whether a browser that this process opens would be seen by the person who started it."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(address: str, folder: Path) -> None:
    """Open `address` in the browser, through a page in `folder`, and do not wait for it.

    Every user of the machine sees the arguments of a browser's process; the token in the address stays in a file that
    only its owner reads.
    """
    page = folder / "open.html"
    shown = html.escape(address, quote=True)
    text = f'<!doctype html><meta http-equiv="refresh" content="0; url={shown}"><a href="{shown}">Trailmark</a>\n'
    try:
        page.unlink(missing_ok=True)
        with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        termwarn(f"the browser is not opened, as {page} cannot be written: {error.strerror or error}")
        return
    # `webbrowser` waits for some browsers until they are closed.
    threading.Thread(target=webbrowser.open, args=[page.as_uri()], daemon=True).start()
