"""What the tests of the index share: `disagreements` holds all that an index says against what the local Api reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark.api import Api
from trailmark.api.stored import StoredMedia
from trailmark.journal.runstate import load
from trailmark.media.histogram import Histogram
from trailmark.media.kinds import restore
from trailmark.server.index.columns import as_column
from trailmark.server.store import schema
from trailmark.server.store.lines import page
from trailmark.server.store.points import Points
from trailmark.server.store.states import unpack, unpack_details
from trailmark.server.store.stored import StoredSeries, find_series

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark.api.run import Run
    from trailmark.server.index.indexer import Indexer

_SAME_NAMES = (
    *("project", "id", "name", "state", "entity", "notes", "job_type", "archived", "deleted", "host"),
    *("exit_time", "exit_code", "rows", "lost_rows", "last_step", "attempts", "start_time", "last_time", "runtime_s"),
)
_IN_DETAILS = ("environment", "metrics", "ranks", "error", "exit_signal", "resume", "forked_from", "starting_step")


def disagreements(indexer: Indexer) -> list[str]:
    """Return in words how the index differs from what `trailmark.Api` reads of its root."""
    return list(_disagreements(indexer))


def directories(root: Path) -> list[Path]:
    """Return the folders of all runs in a root."""
    return sorted({path.parent for path in root.glob("[!.]*/[!.]*/*.journal")})


def _disagreements(indexer: Indexer) -> Iterator[str]:
    api = Api(indexer.root)
    with indexer.database.read() as connection:
        found = {(row.project, row.id): row for row in connection.execute(sa.select(schema.runs))}
        for directory in directories(indexer.root):
            row = found.pop((directory.parent.name, directory.name), None)
            if row is None:
                yield f"{directory} is not in the index"
                continue
            run = api.run(f"{directory.parent.name}/{directory.name}")
            for text in (*_of_state(connection, row, directory), *_of_lines(connection, row, run)):
                yield f"{directory.name}: {text}"
            for text in _of_series(connection, row, run):
                yield f"{directory.name}: {text}"
        for project, run_id in found:
            yield f"{project}/{run_id} is in the index, and not in the root"


def _of_state(connection: sa.Connection, row: Any, directory: Path) -> Iterator[str]:
    state = load(directory)
    assert state is not None
    pairs = [(name, getattr(row, name), getattr(state, name)) for name in _SAME_NAMES]
    pairs += [("group", row.run_group, state.group), ("tags", unpack(row.tags), state.tags)]
    details = unpack_details(row.details)
    pairs += [(name, getattr(details, name), getattr(state, name)) for name in _IN_DETAILS]
    pairs.append(("unreadable", details.unreadable, state.unreadable))
    for name, table in (("config", schema.config_values), ("summary", schema.summary_values)):
        values = connection.execute(sa.select(table.c.key, table.c.value).where(table.c.run == row.number))
        pairs.append((name, {key: unpack(value) for key, value in values}, getattr(state, name)))
    links = connection.execute(
        sa.select(schema.artifact_links.c.name, schema.artifact_links.c.version, schema.artifact_links.c.action)
        .where(schema.artifact_links.c.run == row.number)
        .order_by(schema.artifact_links.c.number)
    )
    pairs.append(
        (
            "artifacts",
            [tuple(link) for link in links],
            [(link.name, link.version, link.action) for link in state.artifacts],
        )
    )
    for name, got, expected in pairs:
        if repr(_ordered(got)) != repr(_ordered(expected)):
            yield f"{name} is {got!r}, expected {expected!r}"


def _ordered(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, dict) else value


def _of_lines(connection: sa.Connection, row: Any, run: Run) -> Iterator[str]:
    got = page(connection, row.number, 0, 1_000_000)
    if [line.number for line in got] != [*range(len(got))]:
        yield f"lines are numbered {[line.number for line in got][:20]}"
    for rank in run.ranks or [0]:
        texts = sorted((line.stream, line.time, line.text) for line in got if line.rank == rank)
        expected = sorted((line.stream, line.time, line.text) for line in run.console(rank=rank))
        if texts != expected:
            yield f"lines of rank {rank} are {texts[:5]!r}, expected {expected[:5]!r}"
    alerts = connection.execute(
        sa.select(schema.alerts.c.title).where(schema.alerts.c.run == row.number).order_by(schema.alerts.c.number)
    )
    if [alert.title for alert in alerts] != [alert.title for alert in run.alerts]:
        yield "alerts differ"


def _of_series(connection: sa.Connection, row: Any, run: Run) -> Iterator[str]:
    table = schema.series.c
    rows = connection.execute(sa.select(table.stream, table.rank, table.key, table.kind).where(table.run == row.number))
    unseen = {tuple(found) for found in rows}
    for stream, rank, key in _logged(run):
        for kind, expected in _expected(run, stream, rank, key).items():
            unseen.discard((stream, rank, key, kind))
            found = find_series(connection, [(row.number, key)], stream=stream, rank=rank, kind=kind)
            where = f"{kind} {stream} {key!r} of rank {rank}"
            stored = found.get((row.number, key))
            if stored is not None:
                yield from (f"{where}: {text}" for text in _of_points(stored, expected, run))
            elif len(expected.step):
                yield f"{where} is missing"
    for stream, rank, key, kind in unseen:
        stored = find_series(connection, [(row.number, key)], stream=stream, rank=rank, kind=kind)[row.number, key]
        if stored.count:
            yield f"{kind} {stream} {key!r} of rank {rank} has {stored.count} points that nobody logged"


def _expected(run: Run, stream: str, rank: int, key: str) -> dict[str, Points]:
    """Return the points that a key should have, by kind."""
    steps, times, values = run.series(key, rank=rank, stream=stream)
    listed = values.tolist()
    dense = [row[key] for row in run.history([key], rank=rank, stream=stream, format="rows")]
    holes = {number for number, value in enumerate(dense) if value is None}
    numbers = [n for n, value in enumerate(listed) if type(value) in (int, float, bool) and n not in holes]
    objects = sorted({*range(len(listed))} - holes - {*numbers})
    exact = values[numbers]
    if holes or values.dtype.kind == "O":  # beside None, integers come as floats
        exact = as_column([dense[n] if holes else listed[n] for n in numbers])
    return {
        "number": Points(steps[numbers], times[numbers], exact),
        "object": Points(steps[objects], times[objects], [listed[n] for n in objects]),
    }


def _of_points(stored: StoredSeries, expected: Points, run: Run) -> Iterator[str]:
    points = stored.points()
    if not stored.count == len(points.step) == len(expected.step):
        yield f"{stored.count} points ({len(points.step)} found), expected {len(expected.step)}"
    elif points.step.tobytes() != expected.step.tobytes():
        yield f"the steps {points.step[:20]}, expected {expected.step[:20]}"
    elif points.time.tobytes() != expected.time.tobytes():
        yield f"the times {points.time[:20]}, expected {expected.time[:20]}"
    elif stored.name.kind == "object":
        got = [_plain(restore(record, StoredMedia(run.dir))) for record in points.values]
        if repr(got) != repr([_plain(value) for value in expected.values]):
            yield f"{got[:3]!r}, expected {expected.values[:3]!r}"
    elif len(points.step):
        got_type, expected_type = points.values.dtype, expected.values.dtype
        if got_type != expected_type or points.values.tobytes() != expected.values.tobytes():
            yield f"{points.values[:20]} ({got_type}), expected {expected.values[:20]} ({expected_type})"


def _logged(run: Run) -> Iterator[tuple[str, int, str]]:
    """Yield stream, rank and key of everything that was logged."""
    for stream in ("history", "system"):
        for rank in run.ranks:
            keys = run.history(rank=rank, stream=stream, format="numpy")
            yield from ((stream, rank, key) for key in keys if key not in ("_step", "_runtime", "_timestamp"))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Histogram):
        return value.to_record() if hasattr(value, "to_record") else vars(value)
    return getattr(value, "_record", value)
