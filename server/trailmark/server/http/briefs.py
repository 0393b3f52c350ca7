"""Briefs: a run as lists tell of it, in JSON, and the other forms that several routes answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark.server.http.values import plain
from trailmark.server.store.runs import from_row
from trailmark.server.store.schema import alerts, artifact_links, runs
from trailmark.server.store.values import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

    from trailmark.server.store.columns import Column, Key
    from trailmark.server.store.groups import Group
    from trailmark.server.store.runs import Brief


_TOLD = {
    **{name: name for name in ("id", "project", "name", "state", "job_type", "archived", "deleted", "notes", "host")},
    **{name: name for name in ("last_time", "runtime_s", "last_step", "rows", "revision")},
    "group": "run_group",
    "created_at": "start_time",
}
_of_row = from_row(_TOLD.values())


def brief_json(brief: Brief) -> dict[str, Any]:
    """Return a `Brief`, the columns of which JSON has a form for, as `docs/http.md` has it."""
    told: dict[str, Any] = dict(zip(_TOLD, _of_row(brief.row), strict=True))
    told["tags"] = decode(brief.row.tags)
    told["user"] = None if brief.user is None else str(brief.user)
    told["columns"] = brief.columns
    return told


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
