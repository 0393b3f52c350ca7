"""What a person reads when a run finishes: how it went, and its metrics as sparklines."""

from __future__ import annotations

import collections
import shlex
from collections.abc import Mapping
from time import time as clock
from typing import TYPE_CHECKING, Any

from trailmark._run.settings import find_root
from trailmark._sparkline import sparkline
from trailmark._term import termlog
from trailmark.errors import JournalError
from trailmark.journal.reader import Entry, Reader
from trailmark.media.kinds import described

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark._run.run import Run

MAX_METRICS = 12
_MAX_BYTES = 1 << 26  # reading back more than this would keep the person waiting
_SPARKLINE_WIDTH = 40


def report(run: Run, exit_code: int) -> None:
    """Write to the terminal how `run` went in this attempt."""
    writer = run.writer
    with writer.lock:
        state = writer.fold.settle()
    how = "finished" if exit_code == 0 else f"failed (exit code {exit_code})"
    seconds = clock() - writer.header.time
    termlog(f"run {run.name} {how}: {state.rows} row{'' if state.rows == 1 else 's'} in {_duration(seconds)}")
    shown = {key: text for key, value in run.summary.items() if (text := _text(value))}
    sections = collections.Counter(key.partition("/")[0] for key in shown)
    # Sections that alone would fill the report, as those of a watched model, come after what the user logged.
    keys = sorted(shown, key=lambda key: sections[key.partition("/")[0]] >= MAX_METRICS)[:MAX_METRICS]
    lines = _sparklines(writer.path, keys) if state.rows > 1 else {}
    width = max((len(key) for key in keys), default=0)
    for key in keys:
        termlog(f"  {key:<{width}}  {lines.get(key, '')}  {shown[key]}")
    name = run.path if run.path_on_disk.parents[1] == find_root() else shlex.quote(str(run.path_on_disk))
    termlog(f"look at it with `trailmark show {name}`")


def _sparklines(path: Path, keys: list[str]) -> dict[str, str]:
    values: dict[str, list[float]] = {key: [] for key in keys}
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        for item in Reader(path).read():
            for rows in [] if isinstance(item, Entry) else item:
                if rows.layout.stream == "history":
                    for column, name in enumerate(rows.layout.names):
                        if name in values:
                            values[name] += rows.array[f"v{column}"].tolist()
    except (OSError, JournalError):  # the folder was removed; the numbers are still in memory
        return {}
    return {key: sparkline(numbers, _SPARKLINE_WIDTH) for key, numbers in values.items() if len(numbers) > 1}


def _text(value: Any) -> str:
    """Return a number of the summary, the first of those that `define_metric` asked for, or what media are; else ''."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, Mapping) and "_type" in value:
        return described(dict(value))
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "_type" in value[0]:
        return f"{len(value)} of {described(dict(value[0]))}" if len(value) > 1 else described(dict(value[0]))
    if isinstance(value, Mapping):
        return next((f"{name} {text}" for name, part in value.items() if (text := _text(part))), "")
    return ""


def _duration(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004 (two minutes: below, seconds say more)
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
