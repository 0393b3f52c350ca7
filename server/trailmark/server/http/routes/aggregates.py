"""`/series/aggregate` and `…/histograms`: what many runs, or many steps, come to; the answers are binary arrays."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from trailmark.errors import UsageError
from trailmark.server.http.arrays import Arrays
from trailmark.server.http.routes.series import (
    BINARY,
    MOST_POINTS,
    MOST_SERIES,
    Name,
    Names,
    Range,
    Rank,
    Resolution,
    Stream,
)
from trailmark.server.http.served import Served
from trailmark.server.store import aggregate, histograms

router = APIRouter(tags=["series"])


class RunGroup(BaseModel):
    """Runs that are drawn as one line."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    runs: Names


class AskedGroups(BaseModel):
    """Which groups of runs, which keys, along which axis, and how finely."""

    model_config = ConfigDict(extra="forbid")

    project: Name
    groups: Annotated[list[RunGroup], Field(max_length=1_000)]
    keys: Annotated[list[Name], Field(max_length=1_000)]
    stream: Stream = "history"
    rank: Rank = 0
    x: Name = "step"
    range: Range = None
    resolution: Resolution = 500


@router.post("/series/aggregate", response_class=Response, responses=BINARY)
def aggregate_series(service: Served, asked: AskedGroups) -> Response:
    """Give mean, median, least, largest, deviation and error of groups of runs, along an axis."""
    series = sum(len(group.runs) for group in asked.groups) * len(asked.keys)
    if series > MOST_SERIES or series * asked.resolution > MOST_POINTS:
        raise UsageError(f"{series} series of {asked.resolution} points are too many: ask for less at a time")
    request = aggregate.AggregateRequest(
        project=asked.project,
        groups=[aggregate.RunGroup(group.name, group.runs) for group in asked.groups],
        keys=asked.keys,
        stream=asked.stream,
        rank=asked.rank,
        x=asked.x,
        range=asked.range,
        resolution=asked.resolution,
    )
    with service.read() as connection:
        service.need_project(connection, asked.project)
        found = aggregate.aggregate(connection, request)
    arrays = Arrays()
    return arrays.answer({"groups": [_band(each, arrays) for each in found]})


def _band(each: aggregate.Band, arrays: Arrays) -> dict[str, Any]:
    parts = ("x", "mean", "median", "min", "max", "std", "stderr", "count")
    return {
        "name": each.name,
        "key": each.key,
        "runs": each.runs,
        **{part: arrays.add(getattr(each, part)) for part in parts},
    }


@router.get("/projects/{project}/runs/{run}/histograms", response_class=Response, responses=BINARY)
def get_histograms(
    service: Served,
    project: str,
    run: str,
    key: str,
    bins: Annotated[int, Query(ge=1, le=1_024)] = 64,
    columns: Annotated[int, Query(ge=1, le=10_000)] = 400,
    rank: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
) -> Response:
    """Give histograms over steps as a heat map."""
    with service.read() as connection:
        row = service.run_row(connection, project, run)
        found = histograms.heat_map(connection, row.number, key, bins=bins, columns=columns, rank=rank)
    arrays = Arrays()
    return arrays.answer(
        {
            "count": found.count,
            "columns": len(found.step),
            **{part: arrays.add(getattr(found, part)) for part in ("step", "time", "edges", "counts", "nan")},
        }
    )
