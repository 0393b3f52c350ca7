"""Briefs: a run as lists tell of it, in JSON, and the other forms that several routes answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark.server.http.values import plain
from trailmark.server.store.schema import alerts, artifact_links, runs
from trailmark.server.store.values import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

    from trailmark.server.store.columns import Column, Key
    from trailmark.server.store.groups import Group
    from trailmark.server.store.runs import Brief


def brief_json(brief: Brief) -> dict[str, Any]:
    """Return a `Brief` as `docs/http.md` has it."""
    row = brief.row
    return {
        "id": row.id,
        "project": row.project,
        "name": row.name,
        "state": row.state,
        "tags": decode(row.tags),
        "group": row.run_group,
        "job_type": row.job_type,
        "archived": row.archived,
        "deleted": row.deleted,
        "notes": row.notes,
        "host": row.host,
        "user": None if brief.user is None else str(brief.user),
        "created_at": row.start_time,
        "last_time": row.last_time,
        "runtime_s": row.runtime_s,
        "last_step": row.last_step,
        "rows": row.rows,
        "revision": row.revision,
        "columns": {name: plain(value) for name, value in brief.columns.items()},
    }


def group_json(group: Group) -> dict[str, Any]:
    """Return a group of runs as `docs/http.md` has it."""
    spreads = {name: plain(each._asdict()) for name, each in group.columns.items()}
    return {**group._asdict(), "values": plain(group.values), "columns": spreads}


def rows_json(rows: Iterable[Column | Key]) -> list[dict[str, Any]]:
    """Return columns or keys as `docs/http.md` has them."""
    return [row._asdict() for row in rows]


def alerts_of(connection: Connection, *where: Any, limit: int) -> list[dict[str, Any]]:
    """Return alerts of the runs that match, newest first."""
    chosen = (
        sa.select(runs.c.project, runs.c.id, runs.c.name, alerts.c.time, alerts.c.title, alerts.c.text, alerts.c.level)
        .join(runs, runs.c.number == alerts.c.run)
        .where(*where)
        .order_by(alerts.c.time.desc(), alerts.c.run, alerts.c.number.desc())
        .limit(limit)
    )
    names = ("project", "run", "name", "time", "title", "text", "level")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(chosen)]


def links_of(connection: Connection, number: int) -> list[dict[str, Any]]:
    """Return what a run recorded of artifacts, in the order of its doing so."""
    chosen = sa.select(artifact_links).where(artifact_links.c.run == number).order_by(artifact_links.c.number)
    return [_link_json(row) for row in connection.execute(chosen)]


def _link_json(row: Row[Any]) -> dict[str, Any]:
    names: Sequence[str] = ("action", "project", "name", "digest", "type", "size", "use_as", "time")
    made = {name: getattr(row, name) for name in names}
    return {**made, "version": f"v{row.version}", "aliases": decode(row.aliases)}
