"""`…/console`: what a run printed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trailmark.errors import UsageError
from trailmark.server.http.served import Served
from trailmark.server.http.values import json_answer
from trailmark.server.store import lines
from trailmark.server.store.patterns import MAX_LENGTH

router = APIRouter(tags=["console"])

_INT64 = 1 << 62
Count = Annotated[int, Query(ge=0, le=10_000)]


class Line(BaseModel):
    """A line that a run printed, with its ANSI colours."""

    number: int
    time: float
    stream: str
    rank: int
    text: str


class Lines(BaseModel):
    """Some lines, and how many there are in all."""

    total: int
    lines: list[Line]


@router.get("/projects/{project}/runs/{run}/console", responses={200: {"model": Lines}})
def get_lines(
    request: Request,
    service: Served,
    project: str,
    run: str,
    first: Annotated[int, Query(ge=-_INT64, le=_INT64)] = 0,
    count: Count = 1000,
    stream: str = "",
    rank: str = "",
) -> Response:
    """Give lines from `first` on, which counts from the end if it is negative."""
    chosen: dict[str, Any] = {"stream": stream or None, "rank": _rank(rank)}
    with service.read() as connection:
        number = service.run_row(connection, project, run).number
        total = lines.count(connection, number, **chosen)
        found = lines.page(connection, number, first, count, **chosen)
    return json_answer(request, {"total": total, "lines": [line._asdict() for line in found]})


@router.get("/projects/{project}/runs/{run}/console/search", responses={200: {"model": Lines}})
def search_lines(
    request: Request,
    service: Served,
    project: str,
    run: str,
    pattern: Annotated[str, Query(max_length=MAX_LENGTH)],
    limit: Count = 1000,
    stream: str = "",
    rank: str = "",
) -> Response:
    """Find the lines that match a regular expression, in small and capital letters."""
    with service.read() as connection:
        number = service.run_row(connection, project, run).number
        total, found = lines.search(connection, number, pattern, limit, stream=stream or None, rank=_rank(rank))
    return json_answer(request, {"total": total, "lines": [line._asdict() for line in found]})


def _rank(rank: str) -> int | None:
    if rank in ("", "all"):
        return None
    if not (rank.isascii() and rank.isdigit() and len(rank) < 10):  # noqa: PLR2004 (more ranks than machines)
        raise UsageError(f"rank is a number, got {rank[:40]!r}")
    return int(rank)
