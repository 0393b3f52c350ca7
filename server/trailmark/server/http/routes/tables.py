"""`…/table`: pages of a table that a run logged, or that is in an artifact."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.api.stored import StoredMedia
from trailmark.errors import ArtifactError, MediaError, UsageError
from trailmark.media.chart import Chart
from trailmark.media.kinds import restore
from trailmark.media.tables.joined_table import JoinedTable
from trailmark.media.tables.partitioned_table import PartitionedTable
from trailmark.media.tables.table import Table
from trailmark.server.http.faults import not_found
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.sheets import Wanted, page_json
from trailmark.server.http.values import json_answer, unmarked
from trailmark.server.store import objects

router = APIRouter(tags=["objects"])

Name = Annotated[str, Field(max_length=10_000)]


class Condition(BaseModel):
    """What holds of a cell."""

    model_config = ConfigDict(extra="forbid")

    column: Name
    op: str
    value: Any = None


class Direction(BaseModel):
    """A column to order by."""

    model_config = ConfigDict(extra="forbid")

    column: Name
    descending: bool = False


class Asked(BaseModel):
    """Which table, and what of it."""

    model_config = ConfigDict(extra="forbid")

    key: Name | None = None
    step: Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)] | None = None
    rank: Annotated[int, Field(ge=0, lt=1 << 31)] = 0
    artifact: Name | None = None
    path: Name | None = None
    columns: Annotated[list[Name], Field(max_length=2_000)] | None = None
    search: Name = ""
    filters: Annotated[list[Condition], Field(max_length=100)] = []
    order: Annotated[list[Direction], Field(max_length=20)] = []
    offset: Annotated[int, Field(ge=0, le=1 << 53)] = 0
    limit: Annotated[int, Field(ge=0, le=10_000)] = 100


@router.post("/projects/{project}/runs/{run}/table")
def query_table(request: Request, service: Served, project: str, run: str, asked: Asked) -> Response:
    """Give rows of a table: filtered, searched, ordered, by page."""
    step: int | None
    if asked.artifact is not None:
        step, value = None, _of_artifact(service, project, asked)
    else:
        step, value = _of_run(service, project, run, asked)
    table = _table_of(value)
    wanted = Wanted(
        asked.columns,
        asked.search,
        [(each.column, each.op, unmarked(each.value)) for each in asked.filters],
        [(each.column, each.descending) for each in asked.order],
        asked.offset,
        asked.limit,
    )
    return json_answer(request, {"step": step, **page_json(table, wanted)})


def _of_run(service: Service, project: str, run: str, asked: Asked) -> tuple[int, Any]:
    if asked.key is None:
        raise UsageError("a table is named by key, or by artifact and path")
    with service.read() as connection:
        row = service.run_row(connection, project, run)
        found = objects.at_step(connection, row.number, asked.key, asked.step, rank=asked.rank)
    if found is None:
        raise not_found(f"run {run!r} logged no object {asked.key[:100]!r} by then")
    return found.step, restore(found.value, StoredMedia(service.root / row.project / row.id))


def _of_artifact(service: Service, project: str, asked: Asked) -> Any:
    if asked.path is None:
        raise UsageError("a table in an artifact is named by artifact and path")
    name = asked.artifact or ""
    try:
        artifact = service.api.artifact(name if "/" in name else f"{project}/{name}")
        found = artifact.get(asked.path)
    except MediaError:
        raise
    except ArtifactError as error:
        raise not_found(str(error)) from error
    if found is None:
        raise not_found(f"{name[:200]!r} has no value {asked.path[:200]!r}")
    return found


def _table_of(value: Any) -> Table:
    """Return the rows of a table, a chart, joined tables or a table in parts."""
    if isinstance(value, Chart):
        value = value.table
    if isinstance(value, (JoinedTable, PartitionedTable)):
        value = value.joined()
    if not isinstance(value, Table):
        raise UsageError("what was logged there is no table")
    return value
