"""Tests of the lock between processes."""

from __future__ import annotations

import errno
import fcntl
import threading
from typing import TYPE_CHECKING

import pytest

from trailmark.artifacts.lock import locked

if TYPE_CHECKING:
    from pathlib import Path


def holds(path: Path, *, shared: bool) -> bool:
    """Whether the lock can be had at once by somebody else."""
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_one_at_a_time(tmp_path: Path) -> None:
    """While it is held nobody else gets it, and afterwards it is free; its folder is made."""
    path = tmp_path / "new/.lock"
    with locked(path):
        assert not holds(path, shared=True)
    assert holds(path, shared=False)


def test_shared_locks_go_together(tmp_path: Path) -> None:
    """Those who share it do not wait for one another, and keep others out who want it alone."""
    path = tmp_path / ".lock"
    with locked(path, shared=True), locked(path, shared=True):
        assert holds(path, shared=True)
        assert not holds(path, shared=False)


def test_waiting(tmp_path: Path) -> None:
    """Who waits gets it when it is free."""
    path, got = tmp_path / ".lock", threading.Event()

    def wait() -> None:
        with locked(path):
            got.set()

    with locked(path):
        waiter = threading.Thread(target=wait)
        waiter.start()
        assert not got.wait(0.05)
    assert got.wait(10)
    waiter.join()


def test_no_locks_are_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks locks nothing; other faults are raised."""
    fault = OSError(errno.ENOLCK, "No locks available")

    def refuse(_file: int, _operation: int) -> None:
        raise fault

    monkeypatch.setattr(fcntl, "flock", refuse)
    with locked(tmp_path / ".lock"):
        pass
    fault = OSError(errno.EIO, "Input/output error")
    with pytest.raises(OSError, match="Input/output"), locked(tmp_path / ".lock"):
        pass
