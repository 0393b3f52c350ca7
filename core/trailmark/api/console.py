"""Console: the lines that a run printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trailmark.journal.records import Console


class ConsoleLine(NamedTuple):
    """One line that a run printed, as it looked in the end."""

    stream: str  # stdout or stderr
    number: int  # in its stream and process, from 0
    time: float  # when its first text was printed, in seconds since 1970-01-01 UTC
    text: str


def fold_lines(records: Iterable[Console], stream: str | None = None) -> list[ConsoleLine]:
    """Return the lines of one process in the order in which they were begun.

    A line that was written again (a progress bar) keeps its place and time, and has the last text.
    """
    lines: dict[tuple[str, int], ConsoleLine] = {}
    for record in records:
        if stream is None or record.stream == stream:
            for number, text in enumerate(record.lines, record.first):
                known = lines.get((record.stream, number))
                begun = known.time if known else record.time
                lines[record.stream, number] = ConsoleLine(record.stream, number, begun, text)
    return list(lines.values())


def merge_lines(processes: Iterable[list[ConsoleLine]]) -> list[ConsoleLine]:
    """Return the lines of several processes in the order in which they were begun."""
    return sorted((line for lines in processes for line in lines), key=lambda line: line.time)
