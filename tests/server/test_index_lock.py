"""Tests of `trailmark.server.index.lock`: one server of several keeps the index."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from trailmark.server.index.lock import IndexLock

if TYPE_CHECKING:
    from pathlib import Path


def test_one_has_it_until_it_lets_go(tmp_path: Path) -> None:
    """Who has it may ask again; the folder is made where there is none."""
    first, second = IndexLock(tmp_path / "new" / "lock"), IndexLock(tmp_path / "new" / "lock")
    assert (first.acquire(), first.acquire(), second.acquire()) == (True, True, False)
    assert (first.is_held, second.is_held) == (True, False)
    second.release()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_a_copy_in_a_child_process_does_not_keep_it(tmp_path: Path) -> None:
    """A process that is just being started holds all files of its parent for a moment."""
    lock = IndexLock(tmp_path / "lock")
    assert lock.acquire()
    child = os.fork()
    if not child:
        signal.pause()
        os._exit(0)
    try:
        lock.release()
        other = IndexLock(tmp_path / "lock")
        assert other.acquire()
        other.release()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
