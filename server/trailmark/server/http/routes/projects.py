"""`/projects`: which there are, their newest runs, and what there is to choose in each."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, Row

from trailmark.server.http.briefs import brief_json, rows_json
from trailmark.server.http.served import Served
from trailmark.server.http.sparks import spark_of
from trailmark.server.http.values import json_answer, plain
from trailmark.server.store.columns import project_columns
from trailmark.server.store.runs import brief_of
from trailmark.server.store.schema import runs

router = APIRouter(tags=["projects"])

_RECENT = 5  # runs of a project that the list shows


@router.get("/projects")
def list_projects(request: Request, service: Served) -> Response:
    """List the projects, the one with the newest activity first."""
    with service.read() as connection:
        found = [_project(connection, row) for row in connection.execute(_counts())]
    return json_answer(request, {"projects": found})


def _counts() -> sa.Executable:
    def number_of(condition: Any) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    shown = runs.c.deleted.is_(False)
    last = sa.func.max(runs.c.last_time)
    return (
        sa.select(
            runs.c.project,
            number_of(shown).label("runs"),
            number_of(sa.and_(shown, runs.c.state == "running")).label("running"),
            number_of(sa.and_(shown, runs.c.archived.is_(True))).label("archived"),
            last.label("last_time"),
        )
        .group_by(runs.c.project)
        .order_by(last.desc(), runs.c.project)
    )


def _project(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    chosen = (
        sa.select(runs)
        .where(runs.c.project == row.project, runs.c.deleted.is_(False), runs.c.archived.is_(False))
        .order_by(runs.c.start_time.desc(), runs.c.id)
        .limit(_RECENT)
    )
    recent = [
        {**brief_json(brief_of(run)), "spark": plain(spark_of(connection, run))}
        for run in connection.execute(chosen).all()
    ]
    return {
        "name": row.project,
        "runs": int(row.runs),
        "running": int(row.running),
        "archived": int(row.archived),
        "last_time": row.last_time,
        "recent": recent,
    }


@router.get("/projects/{project}/columns")
def get_columns(request: Request, service: Served, project: str) -> Response:
    """Tell what the runs of a project have: values of config and summary, series, tags, groups, job types."""
    with service.read() as connection:
        service.need_project(connection, project)
        found = project_columns(connection, project, service.offers)
    return json_answer(
        request,
        {
            "config": rows_json(found.config),
            "summary": rows_json(found.summary),
            "keys": rows_json(found.keys),
            "tags": found.tags,
            "groups": found.groups,
            "job_types": found.job_types,
        },
    )
