"""Other trackers' servers beside ours: a chart of several long runs, opening many runs, memory, and bytes on the disk.

Trackers that keep fewer points answer with fewer; the table says how many, and whether the one point that stands out is
among them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

from peer_servers import SERVERS, SPIKE
from trackers import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE_S = 120.0
REPEATS = 3  # of a chart, the fastest of which counts


def measure_chart(folder: Path, name: str, runs: int, points: int) -> dict[str, Any]:
    """Write the runs with tracker `name`, and time its server's answer for one chart of them.

    Returns:
        `seconds` of an answer, `points` in it a run, `spike`, whether the point that stands out is in it, and
        `bytes_per_scalar` of all that is on the disk by then, an index among it.
    """
    server, best = SERVERS[name], float("inf")
    server.write(folder, runs, points)
    chart: list[list[float]] = []

    def is_whole() -> bool:
        nonlocal chart
        chart = server.chart(url, runs)
        return len(chart) == runs and all(chart)

    with _serving(name, folder) as (url, process):
        _until(is_whole, process)
        for _ in range(REPEATS):
            began = time.perf_counter()
            chart = server.chart(url, runs)
            best = min(best, time.perf_counter() - began)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != _LOG)
    spikes = [any(value >= SPIKE / 2 for value in values) for values in chart]
    return {
        "seconds": best,
        "points": len(chart[0]),
        "spike": all(spikes),
        "bytes_per_scalar": size / (runs * points),
    }


def measure_opening(folder: Path, name: str, runs: int, points: int) -> dict[str, Any]:
    """Write many short runs with tracker `name`, and serve them twice: the first time its own indexes may be made.

    Returns:
        `first_seconds` and `seconds` from the start of the server until it lists all runs, and `memory_bytes` of all
        its processes after that, in which pages that they share count once.
    """
    server = SERVERS[name]
    server.write(folder, runs, points)
    found: dict[str, Any] = {}
    for figure in ("first_seconds", "seconds"):
        began = time.perf_counter()
        with _serving(name, folder) as (url, process):
            _until(lambda: server.listed(url, runs) == runs, process)
            found[figure] = time.perf_counter() - began
            found["memory_bytes"] = _memory_bytes(process.pid)
    return found


_LOG = "server.log"


@contextlib.contextmanager
def _serving(name: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {**environment(folder), "TRACKIO_DIR": str(folder)}
    with (folder / _LOG).open("wb") as log:
        command = SERVERS[name].command(folder, port)
        process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # it may have workers, which do not end by themselves
            process.wait()


def _until(is_there: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Ask until it is there; a server that begins refuses connections, or knows nothing yet."""
    deadline, fault = time.monotonic() + DEADLINE_S, None
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if is_there():
                return
        except (OSError, KeyError) as error:  # urllib's errors are OSErrors
            fault = error
        time.sleep(0.05)
    raise TimeoutError(f"the server ended ({process.poll()}), or does not answer as it should: {fault!r}")


def _memory_bytes(pid: int) -> int:
    import psutil

    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.memory_full_info().pss for process in family)
