"""Which machine this is, as far as process ids go."""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import Path


@functools.cache
def machine_id() -> str:
    """Return a name of what can see this process's pid: the host since its last boot, and the pid name space.

    Two containers on one host differ, and so does the same host after a reboot.
    """
    system = os.uname()
    parts = [system.nodename]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        parts.append(f"{system.sysname}-{system.release}")
    return "/".join(parts)


def process_started(pid: int) -> float | None:
    """Return when the process `pid` of this machine started; None if there is none.

    The unit is seconds, the zero point is the kernel's (Linux: the boot): fit to compare, on one machine.
    """
    if sys.platform != "linux":
        import psutil

        try:
            return float(psutil.Process(pid).create_time())
        except psutil.Error:
            return None
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat.rpartition(b")")[2].split()  # the name before it may hold spaces and parentheses
    # A zombie has ended, and only waits for its parent to ask. proc(5): field 3 is the state, 22 the start.
    return None if fields[0] == b"Z" else int(fields[19]) / os.sysconf("SC_CLK_TCK")


def process_began_at() -> float:
    """Return when this process began, in seconds since 1970-01-01 UTC."""
    started = process_started(os.getpid())
    if started is None:
        return time.time()
    return started if sys.platform != "linux" else time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + started
