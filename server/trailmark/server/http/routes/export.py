"""`…/export`: the table of runs, or all points of series, as csv or parquet."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from trailmark.errors import UsageError
from trailmark.server.http.briefs import brief_json
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.sheet_files import as_arrow, csv_answer, parquet_answer
from trailmark.server.http.values import unmarked
from trailmark.server.store.runs import RunQuery, query_runs
from trailmark.server.store.series import run_numbers
from trailmark.server.store.stored import find_series

router = APIRouter(tags=["export"])

Names = Annotated[Sequence[str], Query()]  # given as often as there are names: one may hold any character

_MOST_RUNS = 1_000_000
_FIELDS = ("id", "name", "state", "created_at", "runtime_s", "last_step", "tags", "group", "job_type", "host", "notes")
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}, "description": "A file"}
}


@router.get("/projects/{project}/export", response_class=Response, responses=_FILES)
def export(  # the parameters are the address
    service: Served,
    project: str,
    what: Literal["runs", "series"] = "runs",
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 (as docs/http.md has it)
    filters: str = "",
    search: str = "",
    order: Names = (),
    columns: Names = (),
    *,
    archived: bool = False,
    runs: Names = (),
    keys: Names = (),
    stream: Literal["history", "system"] = "history",
    rank: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
) -> Response:
    """Give the table of runs, or all points of some series, as a file."""
    if what == "runs":
        query = RunQuery(
            project=project,
            filters=_filters(filters),
            search=search,
            order=order or "-created_at",
            columns=_once(columns),
            ids=_once(runs) or None,
            archived=archived,
            limit=_MOST_RUNS,
        )
        return _runs(service, query, format)
    if not runs or not keys:
        raise UsageError("what=series needs runs and keys: runs=a&runs=b&keys=loss")
    return _series(service, project, (_once(runs), _once(keys)), (stream, rank), format)


def _runs(service: Service, query: RunQuery, form: str) -> Response:
    with service.read() as connection:
        service.need_project(connection, query.project)
        found = query_runs(connection, query, service.columns).runs
    names = [*_FIELDS, *query.columns]
    rows = []
    for brief in found:
        told = brief_json(brief)
        rows.append([*(told[name] for name in _FIELDS), *(brief.columns.get(name) for name in query.columns)])
    if form == "csv":
        return csv_answer("runs", names, rows)
    return parquet_answer("runs", iter([as_arrow(names, rows)]))


def _series(
    service: Service, project: str, wanted: tuple[list[str], list[str]], source: tuple[str, int], form: str
) -> Response:
    runs, keys = wanted
    with service.read() as connection:
        service.need_project(connection, project)
        numbers = run_numbers(connection, project, runs)
    chosen = [(run, numbers[run]) for run in dict.fromkeys(runs) if run in numbers]
    columns = ["run", "step", "time", *keys]
    if form == "csv":
        return csv_answer("series", columns, _rows(service, chosen, keys, source))
    return parquet_answer("series", _tables(service, chosen, keys, source))


def _read(
    service: Service, number: int, keys: list[str], source: tuple[str, int]
) -> tuple[Any, Any, list[tuple[Any, Any]]]:
    """Return steps, times and for each key its values and where they are, of all rows of a run that have any key."""
    stream, rank = source
    with service.read() as connection:
        found = find_series(connection, [(number, key) for key in keys], stream=stream, rank=rank)
        parts = [found[number, key].points() if (number, key) in found else None for key in keys]
    known = [part for part in parts if part is not None]
    if not known:
        return np.empty(0, np.int64), np.empty(0), [(np.empty(0), np.empty(0, np.bool_))] * len(keys)
    # Of the system, several samples may have one step, and times tell them apart; of the history, steps do.
    places = np.unique(np.concatenate([part.time if stream == "system" else part.step for part in known]))
    step, time = np.zeros(len(places), np.int64), np.zeros(len(places))
    columns = []
    for part in parts:
        there = np.zeros(len(places), np.bool_)
        values = np.zeros(len(places), np.float64 if part is None else part.values.dtype)
        if part is not None:
            at = np.searchsorted(places, part.time if stream == "system" else part.step)
            step[at], time[at], values[at], there[at] = part.step, np.maximum(time[at], part.time), part.values, True
        columns.append((values, there))
    return step, time, columns


def _rows(
    service: Service, runs: list[tuple[str, int]], keys: list[str], source: tuple[str, int]
) -> Iterator[Sequence[Any]]:
    for run, number in runs:
        step, time, columns = _read(service, number, keys, source)
        cells = [
            [value if here else None for value, here in zip(values.tolist(), there.tolist(), strict=True)]
            for values, there in columns
        ]
        for row in zip(step.tolist(), time.tolist(), *cells, strict=True):
            yield (run, *row)


def _tables(service: Service, runs: list[tuple[str, int]], keys: list[str], source: tuple[str, int]) -> Iterator[Any]:
    """Yield a table a run; the values of all are float64, so that they have one schema."""
    import pyarrow as pa

    heads = [("run", pa.string()), ("step", pa.int64()), ("time", pa.float64())]
    schema = pa.schema([*heads, *((key, pa.float64()) for key in keys)])
    yield schema.empty_table()
    for run, number in runs:
        step, time, columns = _read(service, number, keys, source)
        arrays = [pa.array([run] * len(step), pa.string()), pa.array(step), pa.array(time)]
        arrays += [pa.array(values.astype(np.float64), mask=~there) for values, there in columns]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _filters(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"filters are JSON, got {text[:100]!r}: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"filters are a JSON object, got {text[:100]!r}")
    result: dict[str, Any] = unmarked(found)
    return result
