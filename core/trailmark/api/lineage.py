"""Lineage: which journals of a run's directory count for a reader, and how their rows belong together.

An *attempt* is one start of one rank: its primary journal and those of its workers (forked or spawned processes). A
resumed run has several; those of the run that a fork began from come before its own. A *line* is a chain of journals
whose rows of equal step are one row: the primaries of all attempts of a rank, as each goes on with the one before.
Every other journal is a line of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark.errors import UsageError
from trailmark.journal.runstate import step_limits

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.records import Header


class Source(NamedTuple):
    """One journal, and what it counts for."""

    path: Path
    header: Header
    inherited: bool  # it was written by the run that this one is a fork of
    limit: int | None  # the last step that counts; later ones were taken back by a rewind or a fork
    rank: int
    generation: int  # attempts of one rank in the order in which they count, from 0
    line: int  # 0: the rank's own
    began_at: float  # when its attempt would have begun, had all earlier ones run without a break; 0: unknown


def own_run(headers: dict[str, Header]) -> str:
    """Return the id of the run that the journals make up; others among them are inherited."""
    primaries = [header for header in headers.values() if header.role == "primary" and header.rank == 0]
    return max(primaries or headers.values(), key=lambda header: header.time).run


def find_sources(directory: Path, headers: dict[str, Header], rank: int | str | None) -> list[Source]:
    """Return the journals that count for `rank` (None or "all": for any), by rank, then oldest attempt first.

    `headers` are by the journals' file names.

    Raises:
        UsageError: `rank` is no rank.
    """
    if not (rank is None or rank == "all" or (isinstance(rank, int) and not isinstance(rank, bool))):
        raise UsageError(f"rank is a number, or None or 'all' for all ranks, got {rank!r}")
    wanted = {name: header for name, header in headers.items() if header.role != "editor"}
    if not wanted:
        return []
    own, begun, limits = own_run(wanted), _first_times(wanted), step_limits(headers)
    found: list[Source] = []
    for number in sorted({header.rank for header in wanted.values()}):
        if rank not in (None, "all", number):
            continue
        attempts: dict[tuple[bool, float, int], list[str]] = {}
        for name, header in wanted.items():
            if header.rank == number:
                attempts.setdefault((header.run == own, begun[header.run], header.attempt), []).append(name)
        for generation, (key, names) in enumerate(sorted(attempts.items())):
            names.sort(key=lambda name: (headers[name].role != "primary", not headers[name].time, headers[name].time))
            first = headers[names[0]]
            for name in names:
                own_line = name == names[0] and first.role == "primary"
                found.append(
                    Source(
                        path=directory / name,
                        header=headers[name],
                        inherited=not key[0],
                        limit=limits.get(name),
                        rank=number,
                        generation=generation,
                        line=0 if own_line else len(found) + 1,
                        began_at=first.time and first.time - first.runtime_s,
                    )
                )
    return found


def _first_times(headers: dict[str, Header]) -> dict[str, float]:
    """Return when the first journal of each run was begun."""
    times: dict[str, float] = {}
    for header in headers.values():
        times[header.run] = min(header.time, times.get(header.run, header.time))
    return times
