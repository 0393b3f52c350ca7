"""A project of finished runs with curves, written as journals: faster than logging it, and the same to a reader."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from trackers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _config(number: int) -> dict[str, Any]:
    return {"lr": 10.0 ** -(number % 6), "layers": number % 9}


def write_project(
    root: Path, runs: int, metrics: int, steps: int, config: Callable[[int], dict[str, Any]] = _config
) -> None:
    """Write finished runs with falling curves, through the journal's own writer.

    Args:
        root: where the project is made.
        runs: how many.
        metrics: in every row of each run.
        steps: rows of each run.
        config: returns the inputs of run number i.
    """
    from trailmark.journal.records import ConfigChange, Exit, Header
    from trailmark.journal.writer import Writer, writer_name

    keys = tuple(f"group{number // 10}/metric{number}" for number in range(metrics))
    for number in range(runs):
        began = time.time() - 1e5
        header = Header(run=f"run{number:05}", writer=writer_name(0), time=began, project=PROJECT)
        header.name = f"run-{number}"
        writer = Writer(root / PROJECT / header.run, header)
        writer.append(ConfigChange(time=began, set=config(number)))
        with writer.lock:
            layout = writer.layout(keys, "f" * metrics)
            for step in range(steps if layout else 0):
                value = math.exp(-step / steps * (1 + number % 7)) + 0.01 * math.sin(step * 1.7 + number)
                values = tuple(value * (1 + metric / 10) for metric in range(metrics))
                writer.append_row(layout, step, began + step, values)  # type: ignore[arg-type]
        writer.close(Exit(time=began + steps))


def journal_bytes(root: Path) -> int:
    """Return the size of all journals of a root."""
    return sum(path.stat().st_size for path in root.rglob("*.journal"))
