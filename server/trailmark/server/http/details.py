"""Details: all that is known of one run without reading its series, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark.server.http.briefs import alerts_of, brief_json, links_of, rows_json
from trailmark.server.http.values import plain
from trailmark.server.store.columns import run_keys
from trailmark.server.store.runs import brief_of
from trailmark.server.store.schema import config_values, runs, summary_values
from trailmark.server.store.states import unpack_details
from trailmark.server.store.values import decode

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from trailmark.journal.records import Metric
    from trailmark.server.http.service import Service

_MOST_ALERTS = 1_000


def run_json(service: Service, connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Return what `GET /projects/{project}/runs/{run}` answers."""
    details = unpack_details(row.details)
    return {
        **brief_json(brief_of(row)),
        "config": _values(connection, config_values, row.number),
        "summary": _values(connection, summary_values, row.number),
        "environment": plain(details.environment),
        "keys": rows_json(run_keys(connection, row.number, row.details)),
        "metrics": {name: _metric(metric) for name, metric in details.metrics.items()},
        "error": details.error,
        "exit_code": row.exit_code,
        "exit_time": row.exit_time,
        "forked_from": details.forked_from,
        "attempts": row.attempts,
        "ranks": details.ranks,
        "lost_rows": row.lost_rows,
        "alerts": alerts_of(connection, runs.c.number == row.number, limit=_MOST_ALERTS),
        "artifacts": links_of(connection, row.number),
        "unreadable": details.unreadable,
        "path": str(service.root / row.project / row.id),
    }


def _metric(metric: Metric) -> dict[str, Any]:
    names = ("step_metric", "step_sync", "hidden", "summary", "goal")
    return {name: getattr(metric, name) for name in names}


def _values(connection: Connection, table: sa.Table, number: int) -> dict[str, Any]:
    chosen = sa.select(table.c.key, table.c.value).where(table.c.run == number).order_by(table.c.key)
    return {key: plain(decode(value)) for key, value in connection.execute(chosen)}
