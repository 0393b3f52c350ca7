"""`/objects` and `…/steps`: what was logged that is no number: media, tables, texts, lists and mappings."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.errors import UsageError
from trailmark.server.http.served import Served
from trailmark.server.http.values import json_answer, plain
from trailmark.server.store import objects
from trailmark.server.store.series import run_numbers

router = APIRouter(tags=["objects"])

MOST_OBJECTS = 2_000  # in one answer
Name = Annotated[str, Field(max_length=10_000)]


class Asked(BaseModel):
    """Of which runs and keys, and of which step."""

    model_config = ConfigDict(extra="forbid")

    project: Name
    runs: Annotated[list[Name], Field(max_length=MOST_OBJECTS)]
    keys: Annotated[list[Name], Field(max_length=MOST_OBJECTS)]
    step: Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)] | None = None
    rank: Annotated[int, Field(ge=0, lt=1 << 31)] = 0


class Object(BaseModel):
    """What a run logged under a key at a step."""

    run: str
    key: str
    count: int
    step: int
    time: float
    value: Any


class Objects(BaseModel):
    """Objects of several runs and keys."""

    objects: list[Object]


@router.post("/objects/query", responses={200: {"model": Objects}})
def query_objects(request: Request, service: Served, asked: Asked) -> Response:
    """Give what was logged newest, or newest up to a step, of each run and key that has one."""
    if len(asked.runs) * len(asked.keys) > MOST_OBJECTS:
        raise UsageError(f"an answer has at most {MOST_OBJECTS} objects: ask for less at a time")
    made = []
    with service.read() as connection:
        service.need_project(connection, asked.project)
        numbers = run_numbers(connection, asked.project, asked.runs)
        for run in asked.runs:
            for key in asked.keys if run in numbers else ():
                found = objects.at_step(connection, numbers[run], key, asked.step, rank=asked.rank)
                if found is not None:
                    told = {"run": run, "key": key, "count": found.count, "step": found.step, "time": found.time}
                    made.append({**told, "value": plain(found.value)})
    return json_answer(request, {"objects": made})


@router.get("/projects/{project}/runs/{run}/steps")
def get_steps(
    request: Request,
    service: Served,
    project: str,
    run: str,
    key: str,
    rank: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
) -> Response:
    """List the steps at which a run logged an object under a key."""
    with service.read() as connection:
        number = service.run_row(connection, project, run).number
        found = objects.steps(connection, number, key, rank=rank)
    return json_answer(request, {"steps": [int(step) for step in found]})
