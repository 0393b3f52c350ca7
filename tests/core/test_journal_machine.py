"""Tests of `trailmark.journal.machine`."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from journal_support import run_python
from trailmark.journal.machine import machine_id, process_began_at, process_started


def test_processes_of_one_machine_agree() -> None:
    """Another process on this machine gives the machine the same name."""
    printed = run_python("from trailmark.journal.machine import machine_id; print(machine_id())")
    assert printed.strip() == machine_id()


def test_a_process_started_once() -> None:
    """The start of a process is the same whenever it is asked for, and differs from an earlier process's."""
    mine = process_started(os.getpid())
    assert mine is not None
    assert mine == process_started(os.getpid())
    parent = process_started(os.getppid())
    assert parent is None or parent <= mine


def test_no_process_has_no_start() -> None:
    """A pid that nobody has gives None."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert process_started(done.pid) is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of zombies on Linux")
def test_a_zombie_has_ended() -> None:
    """A process that has ended, but that its parent has not asked for, is none."""
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read()  # until it has closed its end
    deadline = time.monotonic() + 30
    while process_started(child.pid) is not None and time.monotonic() < deadline:
        os.sched_yield()
    assert process_started(child.pid) is None
    child.stdout.close()
    child.wait()


def test_this_process_began_before_now() -> None:
    """The beginning of this process is a time of day, in the past."""
    assert 0 < process_began_at() <= time.time()
