"""`Tally`: what some runs have, counted: values of config and summary, series, and words.

Tallies of different runs add up, so that the runs that are over are counted once, however often somebody asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from trailmark.journal.records import Metric  # noqa: TC001 (msgspec evaluates the annotations of structs)
from trailmark.server.store.schema import runs, series
from trailmark.server.store.values import TABLES, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_DEEPEST = 6  # mappings in mappings of which the values are columns of their own
_MOST_NESTED = 500  # columns that come of mappings; a config that is keyed by file names would have thousands


class _Metrics(msgspec.Struct):
    metrics: dict[str, Metric] = {}


_metrics = msgspec.msgpack.Decoder(_Metrics)


class Tally:
    """What some runs have.

    Attributes:
        values: runs by table ("config", "summary"), column and kind; of values that are no mappings.
        nested: likewise, of the values in mappings.
        series: runs, and points of rank 0, by key, stream, kind and types.
        tags: all tags.
        groups: all groups.
        job_types: all types of job.
        defined: of metrics, the newest definition, with the start of its run and its place among that run's.
    """

    def __init__(self) -> None:
        self.values: dict[str, dict[tuple[str, str], int]] = {table: {} for table in TABLES}
        self.nested: dict[str, dict[tuple[str, str], int]] = {table: {} for table in TABLES}
        self.series: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        self.tags: set[str] = set()
        self.groups: set[str] = set()
        self.job_types: set[str] = set()
        self.defined: dict[str, tuple[float, int, Metric]] = {}

    @classmethod
    def of(cls, connection: Connection, *which: Any) -> Tally:
        """Return the tally of the runs for which `which` holds."""
        made = cls()
        made._count_rows(connection, which)
        for name in TABLES:
            made._count_values(connection, name, which)
        for key, stream, kind, types, count, points in connection.execute(_series(which)):
            made.series[key, stream, kind, types] = (count, int(points or 0))
        return made

    def plus(self, other: Tally) -> Tally:
        """Return the tally of these runs and those of `other`, none of which is in both."""
        made = Tally()
        for each in (self, other):
            for table in TABLES:
                for name, count in each.values[table].items():
                    made._add(made.values[table], name, count)
                for name, count in each.nested[table].items():
                    made._add_nested(table, name, count)
            for key, (count, points) in each.series.items():
                known = made.series.get(key, (0, 0))
                made.series[key] = (known[0] + count, known[1] + points)
            for metric, told in each.defined.items():
                made._define(metric, told)
            made.tags |= each.tags
            made.groups |= each.groups
            made.job_types |= each.job_types
        return made

    def metrics(self) -> dict[str, Metric]:
        """Return what was defined of metrics; what the newest run says counts, and comes last."""
        return {name: metric for name, (*_, metric) in sorted(self.defined.items(), key=lambda item: item[1][:2])}

    def _count_rows(self, connection: Connection, which: Iterable[Any]) -> None:
        columns = (runs.c.start_time, runs.c.tags, runs.c.run_group, runs.c.job_type, runs.c.details)
        for start, tags, group, job_type, details in connection.execute(sa.select(*columns).where(*which)):
            self.tags.update(decode(tags))
            self.groups.update([group] if group else ())
            self.job_types.update([job_type] if job_type else ())
            for place, (name, metric) in enumerate(_metrics.decode(details).metrics.items()):
                self._define(name, (start, place, metric))

    def _define(self, name: str, told: tuple[float, int, Metric]) -> None:
        if name not in self.defined or self.defined[name][:2] <= told[:2]:
            self.defined[name] = told

    def _count_values(self, connection: Connection, name: str, which: Iterable[Any]) -> None:
        table = TABLES[name]
        head = sa.func.substr(table.c.value, 1, 1)
        chosen = sa.select(table.c.key, head, sa.func.count()).join(runs, runs.c.number == table.c.run).where(*which)
        mappings = set()
        for key, first, count in connection.execute(chosen.group_by(table.c.key, head)):
            kind = kind_of(bytes(first))
            if kind == "object":
                mappings.add(key)
            else:
                self._add(self.values[name], (f"{name}.{key}", kind), count)
        if not mappings:
            return
        whole = sa.select(table.c.key, table.c.value).join(runs, runs.c.number == table.c.run)
        for key, value in connection.execute(whole.where(*which, table.c.key.in_(sorted(mappings)))):
            found = decode(value)
            for leaf in _leaves(f"{name}.{key}", found, _DEEPEST) if isinstance(found, dict) else ():
                self._add_nested(name, leaf, 1)

    @staticmethod
    def _add(counts: dict[tuple[str, str], int], name: tuple[str, str], count: int) -> None:
        counts[name] = counts.get(name, 0) + count

    def _add_nested(self, table: str, name: tuple[str, str], count: int) -> None:
        counts = self.nested[table]
        if name in counts or name in self.values[table] or len(counts) < _MOST_NESTED:
            self._add(counts, name, count)


def _series(which: Iterable[Any]) -> sa.Executable:
    names = (series.c.key, series.c.stream, series.c.kind, series.c.types)
    count = sa.func.count(sa.distinct(series.c.run))
    points = sa.func.sum(sa.case((series.c.rank == 0, series.c.count), else_=0))
    return sa.select(*names, count, points).join(runs, runs.c.number == series.c.run).where(*which).group_by(*names)


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
