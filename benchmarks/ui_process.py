"""`trailmark ui` in a process of its own, as a person starts it; it ends with the block that it serves."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Ui:
    """A server that answers: its address, which ends with a slash, and its process."""

    url: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(root: Path, *options: str) -> Iterator[Ui]:
    """Serve a root on a free port, without a token, from when its address is printed.

    Raises:
        ChildProcessError: it ended without printing one.
    """
    ui = ["ui", "--no-browser", "--no-token", "--port", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "trailmark", "--root", str(root), *ui], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().rstrip("\n").partition("\t")[2]
        if not url:
            raise ChildProcessError(f"`trailmark ui` ended with {process.wait(30)} before it served {root}")
        yield Ui(url, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
