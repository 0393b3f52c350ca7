"""`/projects/{project}/runs`: which runs match, and one run whole."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.api.listing import many_objects
from trailmark.server.http.briefs import brief_json, group_json
from trailmark.server.http.details import run_json
from trailmark.server.http.served import Served
from trailmark.server.http.values import json_answer, plain, unmarked
from trailmark.server.store.runs import RunQuery, query_runs

router = APIRouter(tags=["runs"])

MOST_RUNS = 10_000  # in one answer
Name = Annotated[str, Field(max_length=1_000)]


class Asked(BaseModel):
    """Which runs, and what of them; all parts are optional."""

    model_config = ConfigDict(extra="forbid")

    filters: dict[str, Any] = {}
    search: str = ""
    order: str | Annotated[list[Name], Field(min_length=1, max_length=20)] = "-created_at"
    columns: Annotated[list[Name], Field(max_length=2_000)] = []
    group_by: Annotated[list[Name], Field(max_length=10)] = []
    group: Annotated[list[Any], Field(max_length=10)] | None = None
    ids: list[str] | None = None
    archived: bool = False
    deleted: bool = False
    offset: Annotated[int, Field(ge=0, le=1 << 53)] = 0
    limit: Annotated[int, Field(ge=0, le=MOST_RUNS)] = 100


class Brief(BaseModel):
    """A run, as lists tell of it. Times are seconds since 1970-01-01 UTC."""

    id: str
    project: str
    name: str
    state: str
    tags: list[str]
    group: str | None
    job_type: str | None
    archived: bool
    deleted: bool
    notes: str | None
    host: str
    user: str | None
    created_at: float
    last_time: float
    runtime_s: float
    last_step: int | None
    rows: int
    revision: int
    columns: dict[str, Any]


class Found(BaseModel):
    """A page of runs, or of groups."""

    total: int
    runs: list[Brief] | None = None
    groups: list[dict[str, Any]] | None = None
    cursor: int


@router.post("/projects/{project}/runs/query", responses={200: {"model": Found}})
def query(request: Request, service: Served, project: str, asked: Asked) -> Response:
    """Find runs of a project: filtered, searched, ordered, grouped, by page, with the columns that are asked for."""
    parts = asked.model_dump()
    parts["filters"], parts["group"] = unmarked(asked.filters), unmarked(asked.group)
    with many_objects(), service.read() as connection:
        service.need_project(connection, project)
        page = query_runs(connection, RunQuery(project=project, **parts), service.columns, plain)
        cursor = service.indexer.database.revision(connection)
    answer: dict[str, Any] = {"total": page.total, "cursor": cursor}
    if page.groups is None:
        answer["runs"] = [brief_json(brief) for brief in page.runs]
    else:
        answer["groups"] = [group_json(group) for group in page.groups]
    return json_answer(request, answer)


@router.get("/projects/{project}/runs/{run}")
def get_run(request: Request, service: Served, project: str, run: str) -> Response:
    """Tell all that is known of a run without reading its series."""
    with service.read() as connection:
        return json_answer(request, run_json(service, connection, service.run_row(connection, project, run)))
