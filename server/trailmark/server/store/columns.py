"""Columns: what a project's runs have in config and summary, and which series they logged: all there is to choose."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from trailmark.journal.fold import definition_of
from trailmark.server.store.schema import runs, series
from trailmark.server.store.states import unpack_details
from trailmark.server.store.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from trailmark.journal.records import Metric

_MOST_PROJECTS = 100  # of which it is kept what their runs have


class Column(NamedTuple):
    """A value that runs may have: its name as a field, how many runs have it, and of which kinds it is."""

    name: str
    runs: int
    kinds: list[str]  # of number, text, bool, list, object, null


class Key(NamedTuple):
    """A series that runs may have."""

    key: str
    stream: str  # history or system
    kind: str  # number or object
    types: list[str]  # of objects: the `_type`s of their records
    runs: int
    points: int  # of rank 0
    step_metric: str | None
    hidden: bool
    goal: str | None


class Columns(NamedTuple):
    """All there is to show of a project."""

    config: list[Column]
    summary: list[Column]
    keys: list[Key]
    tags: list[str]
    groups: list[str]
    job_types: list[str]


class Offers:
    """What projects offered when somebody asked last, as far as it still holds. Any thread may use it.

    Runs that are over are counted once; those that still write, and those that changed since, each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}  # by project; that which was asked for last, last

    def of(self, connection: Connection, project: str) -> Tally:
        """Return the tally of the runs of a project, those deleted left out."""
        shown = (runs.c.project == project, runs.c.deleted.is_(False))
        over = (*shown, runs.c.state != "running")
        with self._lock:
            kept = self._kept.pop(project, None)
            # A run that changed, left or came has another revision than any that was counted.
            if kept is None or kept.runs != _count(connection, *over, runs.c.revision <= kept.revision)[0]:
                kept = _Kept(-1, 0, Tally())
            runs_over, revision = _count(connection, *over)
            if runs_over > kept.runs:
                more = Tally.of(connection, *over, runs.c.revision > kept.revision)
                kept = _Kept(revision, runs_over, kept.tally.plus(more))
            self._kept[project] = kept
            while len(self._kept) > _MOST_PROJECTS:
                del self._kept[next(iter(self._kept))]
        if not _count(connection, *shown, runs.c.state == "running")[0]:
            return kept.tally
        return kept.tally.plus(Tally.of(connection, *shown, runs.c.state == "running"))


class _Kept(NamedTuple):
    revision: int  # of the run among them that changed last
    runs: int
    tally: Tally


def _count(connection: Connection, *which: Any) -> tuple[int, int]:
    """Return how many runs these are, and the revision of the one that changed last."""
    chosen = sa.select(sa.func.count(), sa.func.max(runs.c.revision)).where(*which)
    count, revision = connection.execute(chosen).one()
    return count, -1 if revision is None else revision


def project_columns(connection: Connection, project: str, offers: Offers | None = None) -> Columns:
    """Return what there is to show of the runs of a project, those deleted left out.

    `offers` are kept from one call to the next.
    """
    found = (offers or Offers()).of(connection, project)
    return Columns(
        _columns(found, "config"),
        _columns(found, "summary"),
        _keys(((*name, *counts) for name, counts in found.series.items()), found.metrics()),
        sorted(found.tags),
        sorted(found.groups),
        sorted(found.job_types),
    )


def run_keys(connection: Connection, number: int, details: bytes) -> list[Key]:
    """Return the series of one run, by name."""
    chosen = sa.select(
        series.c.key,
        series.c.stream,
        series.c.kind,
        series.c.types,
        sa.literal(1),
        sa.func.sum(sa.case((series.c.rank == 0, series.c.count), else_=0)),
    )
    chosen = chosen.where(series.c.run == number).group_by(series.c.key, series.c.stream, series.c.kind, series.c.types)
    return _keys(connection.execute(chosen), unpack_details(details).metrics)


def _keys(rows: Iterable[Any], metrics: Mapping[str, Metric]) -> list[Key]:
    found: dict[tuple[str, str, str], Key] = {}
    for key, stream, kind, types, count, points in rows:
        known = found.get((key, stream, kind))
        names = {*types.split(), *(known.types if known else ())}
        total = known.runs if known else 0
        metric = definition_of(metrics, key) if stream == "history" else None
        found[key, stream, kind] = Key(
            key,
            stream,
            kind,
            sorted(names),
            total + count,
            int(points or 0) + (known.points if known else 0),
            metric.step_metric if metric else None,
            metric.hidden if metric else False,
            metric.goal if metric else None,
        )
    return [found[name] for name in sorted(found)]


def _columns(found: Tally, table: str) -> list[Column]:
    counts: dict[str, dict[str, int]] = {}
    for (name, kind), runs_of in [*found.values[table].items(), *found.nested[table].items()]:
        kinds = counts.setdefault(name, {})
        kinds[kind] = kinds.get(kind, 0) + runs_of
    return [Column(name, sum(kinds.values()), sorted(kinds)) for name, kinds in sorted(counts.items())]
