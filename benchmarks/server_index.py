"""What it costs to make the index from nothing: `trailmark reindex`, over a few long runs and over many small ones."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from written_runs import journal_bytes, write_project

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, runs: int, metrics: int, steps: int) -> dict[str, Any]:
    """Write the journals of a root."""
    write_project(folder, runs, metrics, steps)
    return {"journal_bytes": journal_bytes(folder), "points": runs * metrics * steps}


def index(folder: Path, runs: int) -> dict[str, Any]:
    """Make the index, and return its seconds, as the command says them, and its bytes."""
    command = [sys.executable, "-m", "trailmark", "--root", str(folder), "reindex"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = dict(line.split("\t") for line in done.stdout.splitlines())
    if int(told["runs"]) != runs or done.stderr:
        raise AssertionError(f"{told['runs']} of {runs} runs are in the index: {done.stderr}")
    size = (folder / ".index" / "index.db").stat().st_size
    return {"seconds": float(told["seconds"]), "index_bytes": size}
