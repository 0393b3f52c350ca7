"""Columns: what a project's runs have in config and summary, and which series they logged: all there is to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import sqlalchemy as sa

from trailmark.journal.fold import definition_of
from trailmark.journal.records import Metric  # noqa: TC001 (msgspec evaluates the annotations of structs)
from trailmark.server.store.schema import config_values, runs, series, summary_values
from trailmark.server.store.values import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_DEEPEST = 6  # mappings in mappings of which the values are columns of their own
_MOST_NESTED = 500  # columns that come of mappings; a config that is keyed by file names would have thousands


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


class _Metrics(msgspec.Struct):
    metrics: dict[str, Metric] = {}


_metrics = msgspec.msgpack.Decoder(_Metrics)


def project_columns(connection: Connection, project: str) -> Columns:
    """Return what there is to show of the runs of a project, those deleted left out."""
    rows = connection.execute(sa.select(runs.c.tags, runs.c.run_group, runs.c.job_type).where(*_shown(project))).all()
    return Columns(
        _columns(connection, config_values, "config", project),
        _columns(connection, summary_values, "summary", project),
        project_keys(connection, project),
        sorted({tag for row in rows for tag in decode(row.tags)}),
        sorted({row.run_group for row in rows if row.run_group}),
        sorted({row.job_type for row in rows if row.job_type}),
    )


def project_keys(connection: Connection, project: str) -> list[Key]:
    """Return the series of the runs of a project, by name; what the newest run says of a metric counts."""
    chosen = (
        sa.select(
            series.c.key,
            series.c.stream,
            series.c.kind,
            series.c.types,
            sa.func.count(sa.distinct(series.c.run)),
            sa.func.sum(sa.case((series.c.rank == 0, series.c.count), else_=0)),
        )
        .join(runs, runs.c.number == series.c.run)
        .where(*_shown(project))
        .group_by(series.c.key, series.c.stream, series.c.kind, series.c.types)
    )
    details = connection.scalars(sa.select(runs.c.details).where(*_shown(project)).order_by(runs.c.start_time))
    return _keys(connection.execute(chosen), details)


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
    return _keys(connection.execute(chosen), [details])


def _keys(rows: Iterable[Any], details: Iterable[bytes]) -> list[Key]:
    metrics: dict[str, Metric] = {}
    for each in details:
        metrics.update(_metrics.decode(each).metrics)
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


def _shown(project: str) -> tuple[Any, ...]:
    return (runs.c.project == project, runs.c.deleted.is_(False))


def _columns(connection: Connection, table: sa.Table, name: str, project: str) -> list[Column]:
    """Return the columns that a table of values makes, by name; those of mappings are the values in them."""
    head = sa.func.substr(table.c.value, 1, 1)
    chosen = (
        sa.select(table.c.key, head, sa.func.count())
        .join(runs, runs.c.number == table.c.run)
        .where(*_shown(project))
        .group_by(table.c.key, head)
    )
    counts: dict[str, dict[str, int]] = {}
    nested = set()
    for key, first, count in connection.execute(chosen):
        kind = kind_of(bytes(first))
        if kind == "object":
            nested.add(key)
        else:
            kinds = counts.setdefault(f"{name}.{key}", {})
            kinds[kind] = kinds.get(kind, 0) + count
    if nested:
        _add_nested(counts, connection.execute(_mappings(table, project, nested)), name)
    return [Column(column, sum(kinds.values()), sorted(kinds)) for column, kinds in sorted(counts.items())]


def _mappings(table: sa.Table, project: str, keys: set[str]) -> sa.Executable:
    return (
        sa.select(table.c.key, table.c.value)
        .join(runs, runs.c.number == table.c.run)
        .where(*_shown(project), table.c.key.in_(sorted(keys)))
    )


def _add_nested(counts: dict[str, dict[str, int]], values: Iterable[Any], name: str) -> None:
    known = len(counts)
    for key, value in values:
        found = decode(value)
        if isinstance(found, dict):
            for column, kind in _leaves(f"{name}.{key}", found, _DEEPEST):
                if column in counts or len(counts) < known + _MOST_NESTED:
                    kinds = counts.setdefault(column, {})
                    kinds[kind] = kinds.get(kind, 0) + 1


def _leaves(name: str, value: Any, depth: int) -> Iterable[tuple[str, str]]:
    """Yield the columns in a value, and their kinds; a record of media is one."""
    if isinstance(value, dict) and value and depth and "_type" not in value:
        for key, item in value.items():
            yield from _leaves(f"{name}.{key}", item, depth - 1)
    else:
        yield name, _kind(value)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return "list" if isinstance(value, list) else "object" if isinstance(value, dict) else "text"


def kind_of(first: bytes) -> str:  # noqa: PLR0911 (one kind, one line)
    """Return the kind of a value by the first byte of its MessagePack."""
    byte = first[0]
    if byte == 0xC0:  # noqa: PLR2004 (as MessagePack numbers its types)
        return "null"
    if byte in (0xC2, 0xC3):
        return "bool"
    if byte < 0x80 or byte >= 0xE0 or 0xCA <= byte <= 0xD3:  # noqa: PLR2004
        return "number"
    if byte < 0x90 or byte in (0xDE, 0xDF):  # noqa: PLR2004
        return "object"
    if byte < 0xA0 or byte in (0xDC, 0xDD):  # noqa: PLR2004
        return "list"
    if byte in (0xC7, 0xC8, 0xC9) or 0xD4 <= byte <= 0xD8:  # noqa: PLR2004 (extensions: integers beyond 64 bits)
        return "number"
    return "text"
