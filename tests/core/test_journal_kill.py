"""Tests that a killed process loses no row of the journal that was acknowledged.

`JOURNAL_KILLS=200 pytest tests/core/test_journal_kill.py` kills more often than the few times of every day.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journal_support import rows_of
from trailmark.journal.runstate import journal_paths, load

KILLS = int(os.environ.get("JOURNAL_KILLS", "20"))
DEADLINE_S = 60.0
VICTIM = Path(__file__).with_name("journal_victim.py")


def kill_at(directory: Path, counters: Path, processes: int, threads: int, rows: int) -> list[int]:
    """Let a victim log about `rows` rows, kill it, and return how many rows each thread had acknowledged."""
    size = 8 * processes * threads
    counters.write_bytes(bytes(size))
    victim = subprocess.Popen(
        [sys.executable, str(VICTIM), str(directory), str(counters), str(processes), str(threads)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    with counters.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as shared:
        deadline = time.monotonic() + DEADLINE_S
        while sum(counts := struct.unpack(f"{processes * threads}Q", shared[:])) < rows or not all(counts):
            assert victim.poll() is None, victim.communicate()[1].decode()
            assert time.monotonic() < deadline
            time.sleep(0.0005)  # between two looks; the moment of the kill is random all the same
        os.killpg(victim.pid, signal.SIGKILL)
        assert victim.stderr is not None
        victim.stderr.read()  # to the end, which comes when the last process is gone
        victim.stderr.close()
        victim.wait()
        return list(struct.unpack(f"{processes * threads}Q", shared[:]))


@pytest.mark.parametrize(("processes", "threads"), [(1, 4), (3, 2)], ids=["threads", "fork"])
def test_acknowledged_rows_survive_a_kill(tmp_path: Path, processes: int, threads: int) -> None:
    """After SIGKILL at any moment every acknowledged row of every thread is there, once and in order."""
    chance = random.Random(f"{processes} {threads}")
    for kill in range(-(-KILLS // 2)):
        directory = tmp_path / f"run{kill}"
        acknowledged = kill_at(directory, tmp_path / "counters", processes, threads, chance.randrange(1, 3000))
        found: dict[int, list[int]] = {number: [] for number in range(processes * threads)}
        for path in journal_paths(directory):
            for row in rows_of(path):
                assert row["step"] == row["data"]["count"]
                found[row["data"]["thread"]].append(row["data"]["count"])
        for number, counts in found.items():
            assert counts == list(range(1, len(counts) + 1))
            # A row may be written when the kill comes before it is acknowledged: one, as a thread waits for each.
            assert 0 <= len(counts) - acknowledged[number] <= 1
        assert len(journal_paths(directory)) == processes
        state = load(directory)
        assert state is not None
        assert state.rows == sum(map(len, found.values()))
