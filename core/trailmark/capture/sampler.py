"""What the machine and the run's processes do now, by psutil.

Counters are relative to when the sampler was made, and rates to the sample before. What this machine does not tell is
left out. `docs/capture.md` lists the metrics and their units.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from trailmark._term import termwarn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trailmark.capture.gpu import Gpus

    Values = dict[str, float | int]

_MIB = 1 << 20
_GIB = 1 << 30
# What psutil raises where a container or a kernel hides something.
_REFUSALS = (psutil.Error, OSError, NotImplementedError, RuntimeError)


class Sampler:
    """Samples this machine, and the process `pid` with all its descendants."""

    def __init__(self, paths: Iterable[str | os.PathLike[str]] = ("/",), gpus: Gpus | None = None) -> None:
        self._paths = _mounts(paths)
        self._gpus = gpus
        self._processes: dict[int, psutil.Process] = {}
        self._spent: dict[int, float] = {}  # CPU seconds of each process at the last sample
        self._resident = 0  # bytes of all processes at the last sample
        self._sampled_at = time.monotonic()
        self._cpu_times: tuple[float, float] | None = None
        self._disk_start: Any = None
        self._network_start: tuple[int, int] | None = None
        self._probes: list[Callable[[], Values]] = [
            self._own,
            self._cpu,
            self._memory,
            self._disk_usage,
            self._disk_traffic,
            self._network,
            self._gpu,
        ]
        self.sample()  # the rates need something to compare with

    def sample(self) -> Values:
        """Return the value of each metric that can be had now."""
        values: Values = {}
        for probe in list(self._probes):
            values.update(self._ask(probe))
        return values

    def _ask(self, probe: Callable[[], Values]) -> Values:
        try:
            return probe()
        except _REFUSALS:
            return {}
        except Exception as error:  # noqa: BLE001 (a surprise: said once, and not asked for again)
            self._probes.remove(probe)
            name = probe.__name__.strip("_").replace("_", " ")
            termwarn(f"the {name} metrics are left out: {type(error).__name__}: {error}", repeat=False)
            return {}

    def close(self) -> None:
        """Let go of the GPUs' library."""
        if self._gpus is not None:
            self._gpus.close()

    def _own(self) -> Values:
        now = time.monotonic()
        elapsed_s, self._sampled_at = now - self._sampled_at, now
        known, self._processes = self._processes, {}
        spent_before, self._spent = self._spent, {}
        busy_s, threads, resident = 0.0, 0, 0
        self._resident = 0
        for pid in _tree(os.getpid()):
            try:
                process = known.get(pid) or psutil.Process(pid)
                with process.oneshot():
                    times = process.cpu_times()
                    threads += process.num_threads()
                    resident += process.memory_info().rss
            except _REFUSALS:  # it has just ended, or belongs to somebody else
                continue
            self._processes[pid] = process
            self._spent[pid] = times.user + times.system
            # A process that is new here spent all its time since the last sample; of the first sample nothing counts.
            before = spent_before.get(pid, 0.0) if spent_before else self._spent[pid]
            busy_s += max(self._spent[pid] - before, 0.0)
        if not self._processes:
            return {}
        self._resident = resident
        return {
            "proc.cpu": 100.0 * busy_s / elapsed_s if elapsed_s > 0 else 0.0,
            "proc.cpu.threads": threads,
            "proc.memory.rssMB": resident / _MIB,
        }

    def _cpu(self) -> Values:
        times = psutil.cpu_times()
        # Linux counts the time of guests in user and nice too.
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        idle = times.idle + getattr(times, "iowait", 0.0)
        before, self._cpu_times = self._cpu_times, (total, idle)
        if before is None or total <= before[0]:
            return {}
        share = 1.0 - (idle - before[1]) / (total - before[0])
        return {"cpu": 100.0 * min(max(share, 0.0), 1.0)}

    def _memory(self) -> Values:
        memory = psutil.virtual_memory()
        values: Values = {
            "memory_percent": float(memory.percent),
            "proc.memory.availableMB": memory.available / _MIB,
        }
        if self._resident:
            values["proc.memory.percent"] = 100.0 * self._resident / memory.total
        return values

    def _disk_usage(self) -> Values:
        values: Values = {}
        for path in self._paths:
            try:
                usage = psutil.disk_usage(path)
            except OSError:  # it was unmounted
                continue
            values[f"disk.{path}.usagePercent"] = float(usage.percent)
            values[f"disk.{path}.usageGB"] = usage.used / _GIB
        return values

    def _disk_traffic(self) -> Values:
        now = psutil.disk_io_counters(nowrap=False)
        if now is None:
            return {}
        self._disk_start = start = self._disk_start or now
        return {
            "disk.in": (now.read_bytes - start.read_bytes) / _MIB,
            "disk.out": (now.write_bytes - start.write_bytes) / _MIB,
        }

    def _network(self) -> Values:
        cards = psutil.net_io_counters(pernic=True, nowrap=False)
        real = [counters for name, counters in cards.items() if not name.startswith("lo")]
        if not real:
            return {}
        now = sum(counters.bytes_sent for counters in real), sum(counters.bytes_recv for counters in real)
        self._network_start = start = self._network_start or now
        return {"network.sent": now[0] - start[0], "network.recv": now[1] - start[1]}

    def _gpu(self) -> Values:
        return self._gpus.sample(self._processes) if self._gpus is not None else {}


def _mounts(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Return the distinct mount points that hold `paths`."""
    mounts: dict[str, None] = {}
    for path in paths:
        place = Path(path).resolve()
        while place != place.parent and not (place.exists() and place.is_mount()):
            place = place.parent
        mounts[str(place)] = None
    return list(mounts)


def _tree(pid: int) -> list[int]:
    """Return `pid` and its descendants."""
    if sys.platform != "linux" or not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def _children(pid: int) -> list[int]:
    """Return the children of a process by the kernel's own lists.

    psutil looks at every process of the machine instead, which takes 30 times as long on a busy one.
    """
    try:
        tasks = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        return [int(child) for task in tasks for child in task.read_bytes().split()]
    except OSError:  # it, or one of its threads, has just ended
        return []
