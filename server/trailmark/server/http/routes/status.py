"""`/status` and `/alerts`: how the index is, and what runs called attention to."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trailmark.server.http.briefs import alerts_of
from trailmark.server.http.served import Served
from trailmark.server.http.values import json_answer
from trailmark.server.store.schema import runs

router = APIRouter(tags=["projects"])


class Indexing(BaseModel):
    """How far indexing is, in runs."""

    busy: bool
    done: int
    total: int


class Problem(BaseModel):
    """Something that cannot be read or written."""

    where: str
    message: str


class Status(BaseModel):
    """How the server and its index are."""

    version: str
    root: str
    cursor: int
    indexing: Indexing
    problems: list[Problem]
    access: str


class Alert(BaseModel):
    """Something that a run called attention to."""

    project: str
    run: str
    name: str
    time: float
    title: str
    text: str
    level: str


class Alerts(BaseModel):
    """Alerts, newest first."""

    alerts: list[Alert]


@router.get("/status", responses={200: {"model": Status}})
def get_status(request: Request, service: Served) -> Response:
    """Tell how the server and its index are."""
    return json_answer(request, service.status())


@router.get("/alerts", responses={200: {"model": Alerts}})
def get_alerts(
    request: Request,
    service: Served,
    project: str | None = None,
    limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
) -> Response:
    """List what runs called attention to, newest first."""
    where: list[Any] = [runs.c.deleted.is_(False)]
    if project is not None:
        where.append(runs.c.project == project)
    with service.read() as connection:
        return json_answer(request, {"alerts": alerts_of(connection, *where, limit=limit)})
