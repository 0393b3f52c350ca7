"""Which machine this is, as far as process ids go."""

from __future__ import annotations

import functools
import os
import platform
import socket
from pathlib import Path


@functools.cache
def machine_id() -> str:
    """Return a name of what can see this process's pid: the host, since its last boot, and the pid name space.

    Two containers on one host differ, and so does the same host after a reboot.
    """
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(os.readlink("/proc/self/ns/pid")))
    except OSError:
        parts.append(platform.platform())
    return "/".join(parts)
