"""What a server of many indexed runs costs: until it answers, a page of their table over HTTP, and idle memory."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import server_index
from trackers import PROJECT
from ui_process import serving
from written_runs import write_project

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = 50  # columns of the table, as many of summary beside them
STEPS = 20
PAGE = 100  # rows that the dashboard asks for at a time
REPEATS = 10  # of each request, the fastest of which counts


def _config(number: int) -> dict[str, Any]:
    """Return inputs as people have them: numbers, words and switches."""
    values = (number * 0.37 % 1, f"choice{number % 7}", number % 2 == 0, number % 13)
    return {f"input{column}": values[column % len(values)] for column in range(CONFIG)}


def write(folder: Path, runs: int) -> dict[str, Any]:
    """Write runs with config and summary of `CONFIG` columns each, and index them."""
    write_project(folder, runs, CONFIG, STEPS, _config)
    return server_index.index(folder, runs)


def measure(folder: Path, runs: int) -> dict[str, Any]:
    """Open the indexed root, and ask for pages of the table.

    Returns:
        Seconds: `open` from the start of `trailmark ui` until the first page of the table is here; `page`, filtered and
        sorted, with all columns; `all` runs with all columns in one request. And `memory_bytes` after the pages.
    """
    began = time.perf_counter()
    with serving(folder) as ui:
        if _asked(ui.url, {"limit": PAGE})["total"] != runs:
            raise AssertionError("the index was not complete")
        opened = time.perf_counter() - began
        names = _got(f"{ui.url}api/v1/projects/{PROJECT}/columns")
        columns = [column["name"] for kind in ("config", "summary") for column in names[kind]]
        if len(columns) < 2 * CONFIG:
            raise AssertionError(f"{len(columns)} columns")
        sorted_by = {"order": "-summary.group0/metric3", "columns": columns}
        page = _fastest(ui.url, {**sorted_by, "filters": {"config.input0": {"$gt": 0.2}}, "limit": PAGE})
        memory = resident_bytes(ui.process.pid)
        everything = _fastest(ui.url, {**sorted_by, "limit": runs})
    return {"open": opened, "page": page, "all": everything, "memory_bytes": memory}


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and of those that it started."""
    import psutil

    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.memory_info().rss for process in family)


def _fastest(url: str, query: dict[str, Any]) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = _asked(url, query)
        best = min(best, time.perf_counter() - began)
        if len(found["runs"]) != min(query["limit"], found["total"]) or not found["runs"][0]["columns"]:
            raise AssertionError(f"{len(found['runs'])} of {found['total']} rows")
    return best


def _asked(url: str, query: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{url}api/v1/projects/{PROJECT}/runs/query", json.dumps(query).encode(), {"Content-Type": "application/json"}
    )
    return _got(request)


def _got(request: urllib.request.Request | str) -> Any:
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
