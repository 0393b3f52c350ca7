"""Threads of captures."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from trailmark.capture.background import start_thread

if TYPE_CHECKING:
    import pytest


def test_work_is_done_in_a_daemon_thread() -> None:
    """The work runs under its name, in a thread that does not keep the program alive."""
    seen: list[threading.Thread] = []
    thread = start_thread("trailmark-test", lambda: seen.append(threading.current_thread()))
    assert thread is not None
    thread.join(20)
    assert seen == [thread]
    assert (thread.name, thread.daemon) == ("trailmark-test", True)


def test_fault_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that fails ends with one warning."""

    def fail() -> None:
        raise OSError("no disk")

    thread = start_thread("trailmark-fault", fail)
    assert thread is not None
    thread.join(20)
    assert "trailmark-fault ended early: OSError: no disk" in capsys.readouterr().err


def test_refusal_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no thread can be started there is none, and one warning."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert start_thread("trailmark-refused", lambda: None) is None
    assert "trailmark-refused does not run: can't start new thread" in capsys.readouterr().err
