"""The same chart of other trackers' servers: what an answer with several long runs takes, and how many points it has.

Each tracker writes the runs in its own way, its server is started as its manual says, and its own dashboard's request
is made over HTTP. A peer without a server that answers for several runs (wandb) is left out. Trackers that keep fewer
points answer with fewer; the table says how many, and whether the one point that stands out is among them.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from trackers import PROJECT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE_S = 120.0
SPIKE = 1e6


def value_at(step: int, points: int) -> float:
    """Return the value of a curve at a step: it falls, and one point of it stands out."""
    return SPIKE if step == points // 3 else 1.0 / (1.0 + step / 1000)


def write_tensorboard(folder: Path, runs: int, points: int) -> None:
    """Write event files, one folder a run."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    for number in range(runs):
        writer = EventFileWriter(str(folder / f"run{number}"))
        for step in range(points):
            summary = Summary(value=[Summary.Value(tag="loss", simple_value=value_at(step, points))])
            writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
        writer.close()


def write_mlflow(folder: Path, runs: int, points: int) -> None:
    """Write metrics in batches of a thousand, the most that one call takes."""
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = client.create_experiment(PROJECT)
    for _ in range(runs):
        run = client.create_run(experiment).info.run_id
        for first in range(0, points, 1000):
            steps = range(first, min(first + 1000, points))
            client.log_batch(
                run, [Metric("loss", value_at(step, points), int(time.time() * 1000), step) for step in steps]
            )


def write_trackio(folder: Path, runs: int, points: int) -> None:
    """Write rows through its own storage, in batches, as its sender does."""
    os.environ["TRACKIO_DIR"] = str(folder)
    from trackio.sqlite_storage import SQLiteStorage

    for number in range(runs):
        rows = [{"loss": value_at(step, points)} for step in range(points)]
        SQLiteStorage.bulk_log(project=PROJECT, run=f"run{number}", metrics_list=rows, steps=list(range(points)))


def write_trailmark(folder: Path, runs: int, points: int) -> None:
    """Log rows as a training script does."""
    import trailmark

    settings = {"system": False, "console": "off", "silent": True, "git": False, "requirements": False}
    for number in range(runs):
        with trailmark.init(project=PROJECT, id=f"run{number}", dir=folder, settings=settings) as run:
            for step in range(points):
                run.log({"loss": value_at(step, points)})


WRITERS = {
    "trailmark": write_trailmark,
    "tensorboard": write_tensorboard,
    "mlflow": write_mlflow,
    "trackio": write_trackio,
}


def _command(name: str, folder: Path, port: int) -> list[str]:
    if name == "trailmark":
        ui = ["ui", "--no-browser", "--no-token", "--port", str(port)]
        return [sys.executable, "-m", "trailmark", "--root", str(folder), *ui]
    if name == "tensorboard":
        return [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", str(port)]
    if name == "mlflow":
        store = f"sqlite:///{folder}/mlflow.db"
        return [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port)]
    code = f"import trackio; trackio.show(project={PROJECT!r}, open_browser=False, server_port={port})"
    return [sys.executable, "-c", f"{code}; import time; time.sleep(3600)"]


def _asked(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        return json.loads(answer.read())


def _trailmark_chart(url: str, runs: int) -> list[list[float]]:
    import numpy as np

    names = [f"run{number}" for number in range(runs)]
    body = {"project": PROJECT, "runs": names, "keys": ["loss"], "x": "step", "resolution": 1000}
    request = urllib.request.Request(
        f"{url}/api/v1/series/query", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        content = answer.read()
    size = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + size])
    arrays, at = [], 4 + size
    for array in header["arrays"]:
        kind = np.dtype(f"<{array['type']}")
        arrays.append(np.frombuffer(content, kind, array["length"], at))
        at += -(-kind.itemsize * array["length"] // 8) * 8
    return [arrays[series["y" if series["exact"] else "max"]].tolist() for series in header["series"]]


def _tensorboard_chart(url: str, runs: int) -> list[list[float]]:
    del runs
    found = _asked(f"{url}/data/plugin/scalars/tags")
    query = "&".join(f"runs={run}" for run in found)
    boundary = "trailmark"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in [("tag", "loss"), *(("runs", run) for run in found)]
    )
    request = urllib.request.Request(
        f"{url}/data/plugin/scalars/scalars_multirun?tag=loss&{query}",
        (parts + f"--{boundary}--\r\n").encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        return [[point[2] for point in points] for points in json.loads(answer.read()).values()]


def _mlflow_chart(url: str, runs: int) -> list[list[float]]:
    found = _asked(f"{url}/api/2.0/mlflow/runs/search", {"experiment_ids": ["1"], "max_results": runs})["runs"]
    query = "&".join(f"run_ids={run['info']['run_id']}" for run in found)
    path = f"ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}&metric_key=loss&max_results=320"
    by_run: dict[str, list[float]] = {}
    for metric in _asked(f"{url}/{path}")["metrics"]:
        by_run.setdefault(metric["run_id"], []).append(metric["value"])
    return list(by_run.values())


def _trackio_chart(url: str, runs: int) -> list[list[float]]:
    found = []
    for number in range(runs):
        answer = _asked(f"{url}/api/get_logs", {"project": PROJECT, "run": f"run{number}"})
        rows = answer.get("data", answer) if isinstance(answer, dict) else answer
        found.append([row["loss"] for row in rows if "loss" in row])
    return found


CHARTS = {
    "trailmark": _trailmark_chart,
    "tensorboard": _tensorboard_chart,
    "mlflow": _mlflow_chart,
    "trackio": _trackio_chart,
}


@contextlib.contextmanager
def _serving(name: str, folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {**environment(folder), "TRACKIO_DIR": str(folder)}
    with (folder / "server.log").open("wb") as log:
        command = _command(name, folder, port)
        process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # it may have workers, which do not end by themselves
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(f"{url} does not answer")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:  # an answer, too
        return True
    except OSError:
        return False


def measure(folder: Path, name: str, runs: int, points: int) -> dict[str, Any]:
    """Write the runs with tracker `name`, and time its server's answer for one chart of them, the best of three.

    Returns:
        `seconds` of an answer, `points` in it a run, and `spike`, whether the point that stands out is in it.
    """
    WRITERS[name](folder, runs, points)
    best, chart = float("inf"), []
    with _serving(name, folder) as url:
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:  # until it has read all runs
            with contextlib.suppress(urllib.error.HTTPError, KeyError):
                chart = CHARTS[name](url, runs)
            if len(chart) == runs and all(chart):
                break
            time.sleep(1)
        for _ in range(3):
            began = time.perf_counter()
            chart = CHARTS[name](url, runs)
            best = min(best, time.perf_counter() - began)
    spikes = [any(value >= SPIKE / 2 for value in values) for values in chart]
    return {"seconds": best, "points": len(chart[0]) if chart else 0, "spike": all(spikes) and bool(spikes)}
