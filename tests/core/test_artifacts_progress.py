"""Tests of the progress bar."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trailmark import _term
from trailmark.artifacts import progress

if TYPE_CHECKING:
    import pytest


def show(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, patience_s: float) -> None:
    """Show a bar that is half full."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_PATIENCE_S", patience_s)
    with progress.Bar("hashing 3 files", 2_000_000) as bar:
        bar.show(1_000_000)
        bar.show(1_500_000)


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What takes long is shown on stderr, with what is done and how far it is."""
    show(monkeypatch, terminal=True, patience_s=-1)
    out, err = capsys.readouterr()
    assert "hashing 3 files" in err
    assert "/2.0 MB" in err
    assert not out


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is done soon shows no bar."""
    show(monkeypatch, terminal=True, patience_s=60)
    assert capsys.readouterr() == ("", "")


def test_no_terminal_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Log files of clusters get no bar, and neither does who wants silence."""
    show(monkeypatch, terminal=False, patience_s=-1)
    monkeypatch.setattr(_term, "_silent", True)
    show(monkeypatch, terminal=True, patience_s=-1)
    assert capsys.readouterr() == ("", "")


def test_no_stderr_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without stderr works."""
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(progress, "_PATIENCE_S", -1)
    with progress.Bar("hashing", 1) as bar:
        bar.show(1)
    assert bar._shown is None
