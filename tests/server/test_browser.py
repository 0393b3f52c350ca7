"""Opening the dashboard in a browser."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

from trailmark.server.browser import has_display, open_page

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ADDRESS = "http://127.0.0.1:7007/p/a%20b?token=abc&x=1"


def test_no_display_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody would see it, no browser is opened."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()


def test_the_token_is_in_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is given a file that leads to the address, and only its owner can read that."""
    opened: list[str] = []
    called = threading.Event()

    def take(address: str) -> None:
        opened.append(address)
        called.set()

    monkeypatch.setattr("webbrowser.open", take)
    open_page(ADDRESS, tmp_path)
    assert called.wait(60)
    page = tmp_path / "open.html"
    assert opened == [page.as_uri()]
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert ADDRESS.replace("&", "&amp;") in page.read_text()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a place for the file the browser stays closed, and the person opens the address that was printed."""
    open_page(ADDRESS, tmp_path / "missing")
    assert "browser is not opened" in capsys.readouterr().err
