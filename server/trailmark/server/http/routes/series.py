"""`/series/query`: points of series and their envelopes; the answer is binary arrays."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.errors import UsageError
from trailmark.server.http.arrays import MEDIA_TYPE, Arrays
from trailmark.server.http.served import Served
from trailmark.server.store.series import Envelope, SeriesRequest, Wanted, query

router = APIRouter(tags=["series"])

MOST_SERIES = 10_000  # in one answer
MOST_POINTS = 20_000_000  # in one answer, all series together
BINARY: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}, "description": "Arrays"}}

Name = Annotated[str, Field(max_length=10_000)]
Names = Annotated[list[Name], Field(max_length=MOST_SERIES)]
Rank = Annotated[int, Field(ge=0, lt=1 << 31)]
Resolution = Annotated[int, Field(ge=1, le=1_000_000)]
Range = tuple[float, float] | None
Stream = Literal["history", "system"]


class One(BaseModel):
    """One series, and from which point on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    run: Name
    key: Name
    start: Annotated[int | None, Field(alias="from", ge=0, lt=1 << 62)] = None
    epoch: Annotated[int | None, Field(ge=0, lt=1 << 62)] = None


class Asked(BaseModel):
    """Which series, along which axis, and how finely."""

    model_config = ConfigDict(extra="forbid")

    project: Name
    series: Annotated[list[One], Field(max_length=MOST_SERIES)] | None = None
    runs: Names | None = None
    keys: Names | None = None
    stream: Stream = "history"
    rank: Rank = 0
    x: Name = "step"
    range: Range = None
    resolution: Resolution = 1000


@router.post("/series/query", response_class=Response, responses=BINARY)
def query_series(service: Served, asked: Asked) -> Response:
    """Give points of series, or the exact envelope of them where they are more than the resolution."""
    wanted = _wanted(asked)
    if len(wanted) * asked.resolution > MOST_POINTS:
        raise UsageError(f"{len(wanted)} series of {asked.resolution} points are too many: ask for less at a time")
    request = SeriesRequest(asked.project, wanted, asked.stream, asked.rank, asked.x, asked.range, asked.resolution)
    with service.read() as connection:
        service.need_project(connection, asked.project)
        found = query(connection, request)
    arrays = Arrays()
    return arrays.answer({"series": [_envelope(each, arrays) for each in found]})


def _wanted(asked: Asked) -> list[Wanted]:
    if asked.series is not None:
        if asked.runs is not None or asked.keys is not None:
            raise UsageError("ask for series, or for runs and keys, not for both")
        return [Wanted(each.run, each.key, each.start, each.epoch) for each in asked.series]
    if asked.runs is None or asked.keys is None:
        raise UsageError("ask for series, or for runs and keys")
    if len(asked.runs) * len(asked.keys) > MOST_SERIES:
        raise UsageError(f"an answer has at most {MOST_SERIES} series: ask for less at a time")
    return [Wanted(run, key) for run in asked.runs for key in asked.keys]


def _envelope(each: Envelope, arrays: Arrays) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": each.run,
        "key": each.key,
        "exact": each.exact,
        "count": each.count,
        "epoch": each.epoch,
        "x": arrays.add(each.x),
        "y": arrays.add(each.y),
    }
    if each.reset:
        told["reset"] = True
    parts = {"x_end": each.x_end, "min": each.low, "max": each.high, "nan": each.nan}
    told.update((name, arrays.add(part)) for name, part in parts.items() if part is not None)
    return told
