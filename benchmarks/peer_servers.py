"""The servers that are compared, each behind the same few calls: write runs, serve them, ask for a chart and a list.

Each writes runs in its own way and is started as its manual says; what is asked for is what its own dashboard asks
for. A peer without a server that answers for several runs (wandb) is not here.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from trackers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT_S = 120.0
SPIKE = 1e6


def value_at(step: int, points: int) -> float:
    """Return the value of a curve at a step: it falls, and one point of it stands out."""
    return SPIKE if step == points // 3 else 1.0 / (1.0 + step / 1000)


def fetch(url: str, body: Any = None, kind: str = "application/json") -> bytes:
    """Return the answer to a GET, or to a POST of a body: bytes as they are, anything else as JSON."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        found: bytes = answer.read()
    return found


class Server:
    """One tracker's server."""

    def write(self, folder: Path, runs: int, points: int) -> None:
        """Write runs of one metric, "loss", with `points` values of `value_at`."""
        raise NotImplementedError

    def command(self, folder: Path, port: int) -> list[str]:
        """Return the command that serves a folder."""
        raise NotImplementedError

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Return of each run the values that a chart is drawn of."""
        raise NotImplementedError

    def listed(self, url: str, runs: int) -> int:
        """Return how many runs the server lists, of at most `runs`."""
        raise NotImplementedError


class Trailmark(Server):
    """`trailmark ui`."""

    def write(self, folder: Path, runs: int, points: int) -> None:
        """Log rows as a training script does."""
        import trailmark

        settings = {"system": False, "console": "off", "silent": True, "git": False, "requirements": False}
        for number in range(runs):
            with trailmark.init(project=PROJECT, id=f"run{number}", dir=folder, settings=settings) as run:
                for step in range(points):
                    run.log({"loss": value_at(step, points)})

    def command(self, folder: Path, port: int) -> list[str]:
        """Without a token, as the others have none."""
        ui = ["ui", "--no-browser", "--no-token", "--port", str(port)]
        return [sys.executable, "-m", "trailmark", "--root", str(folder), *ui]

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Return the envelopes' upper edges."""
        import numpy as np

        names = [f"run{number}" for number in range(runs)]
        body = {"project": PROJECT, "runs": names, "keys": ["loss"], "x": "step", "resolution": 1000}
        content = fetch(f"{url}/api/v1/series/query", body)
        size = int.from_bytes(content[:4], "little")
        header = json.loads(content[4 : 4 + size])
        arrays, at = [], 4 + size
        for array in header["arrays"]:
            kind = np.dtype(f"<{array['type']}")
            arrays.append(np.frombuffer(content, kind, array["length"], at))
            at += -(-kind.itemsize * array["length"] // 8) * 8
        return [arrays[series["y" if series["exact"] else "max"]].tolist() for series in header["series"]]

    def listed(self, url: str, runs: int) -> int:
        """Ask for the table."""
        found = json.loads(fetch(f"{url}/api/v1/projects/{PROJECT}/runs/query", {"limit": runs}))
        return len(found["runs"])


class TensorBoard(Server):
    """TensorBoard, with its default data server."""

    def write(self, folder: Path, runs: int, points: int) -> None:
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

    def command(self, folder: Path, port: int) -> list[str]:
        """Over all runs of the folder."""
        return [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", str(port)]

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Ask for all runs at once, as the time series page does."""
        del runs
        boundary = "trailmark"
        names = json.loads(fetch(f"{url}/data/plugin/scalars/tags"))
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in [("tag", "loss"), *(("runs", run) for run in names)]
        )
        body = (parts + f"--{boundary}--\r\n").encode()
        answer = fetch(f"{url}/data/plugin/scalars/scalars_multirun", body, f"multipart/form-data; boundary={boundary}")
        return [[point[2] for point in points] for points in json.loads(answer).values()]

    def listed(self, url: str, runs: int) -> int:
        """Ask for the runs that have scalars."""
        del runs
        return len(json.loads(fetch(f"{url}/data/plugin/scalars/tags")))


class Mlflow(Server):
    """MLflow, over SQLite."""

    def write(self, folder: Path, runs: int, points: int) -> None:
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

    def command(self, folder: Path, port: int) -> list[str]:
        """With as many workers as by default."""
        store = f"sqlite:///{folder}/mlflow.db"
        return [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port)]

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Ask for the runs, and for 320 points of each."""
        query = "&".join(f"run_ids={run['info']['run_id']}" for run in self._runs(url, runs))
        path = f"ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}&metric_key=loss&max_results=320"
        by_run: dict[str, list[float]] = {}
        for metric in json.loads(fetch(f"{url}/{path}"))["metrics"]:
            by_run.setdefault(metric["run_id"], []).append(metric["value"])
        return list(by_run.values())

    def listed(self, url: str, runs: int) -> int:
        """Ask for the runs of the experiment."""
        return len(self._runs(url, runs))

    def _runs(self, url: str, runs: int) -> list[Any]:
        body = {"experiment_ids": ["1"], "max_results": runs}
        found: list[Any] = json.loads(fetch(f"{url}/api/2.0/mlflow/runs/search", body))["runs"]
        return found


class Trackio(Server):
    """trackio's dashboard."""

    def write(self, folder: Path, runs: int, points: int) -> None:
        """Write rows through its own storage, in batches, as its sender does."""
        os.environ["TRACKIO_DIR"] = str(folder)
        from trackio.sqlite_storage import SQLiteStorage

        for number in range(runs):
            rows = [{"loss": value_at(step, points)} for step in range(points)]
            SQLiteStorage.bulk_log(project=PROJECT, run=f"run{number}", metrics_list=rows, steps=list(range(points)))

    def command(self, folder: Path, port: int) -> list[str]:
        """Run what `trackio show` runs, on a port of our choice."""
        del folder  # which is in the environment
        code = f"import trackio; trackio.show(project={PROJECT!r}, open_browser=False, server_port={port})"
        return [sys.executable, "-c", f"{code}; import time; time.sleep(3600)"]

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Ask for one run after the other."""
        found = []
        for number in range(runs):
            answer = json.loads(fetch(f"{url}/api/get_logs", {"project": PROJECT, "run": f"run{number}"}))
            rows = answer.get("data", answer) if isinstance(answer, dict) else answer
            found.append([row["loss"] for row in rows if "loss" in row])
        return found

    def listed(self, url: str, runs: int) -> int:
        """Ask for the runs of the project."""
        del runs
        answer = json.loads(fetch(f"{url}/api/get_runs_for_project", {"project": PROJECT}))
        return len(answer.get("data", answer) if isinstance(answer, dict) else answer)


class Aim(Server):
    """`aim up`."""

    def write(self, folder: Path, runs: int, points: int) -> None:
        """Track values as a training script does."""
        import aim

        repo = aim.Repo.from_path(str(folder), init=True)
        for _ in range(runs):
            run = aim.Run(repo=repo, experiment=PROJECT, system_tracking_interval=None, log_system_params=False)
            for step in range(points):
                run.track(value_at(step, points), name="loss", step=step)
            run.close()

    def command(self, folder: Path, port: int) -> list[str]:
        """With as many workers as by default."""
        code = "from aim.cli.cli import cli_entry_point; cli_entry_point()"
        return [sys.executable, "-c", code, "up", "--yes", "--repo", str(folder), "--port", str(port)]

    def chart(self, url: str, runs: int) -> list[list[float]]:
        """Ask for 500 points of each run, as its explorer does."""
        import numpy as np

        del runs
        answer = fetch(f"{url}/api/runs/search/metric/?q=metric.name%20%3D%3D%20%22loss%22&p=500")
        values = [run["traces"][0]["values"] for run in self._decoded(answer) if run["traces"]]
        return [np.frombuffer(each["blob"], each["dtype"]).tolist() for each in values]

    def listed(self, url: str, runs: int) -> int:
        """Ask for a page of the runs explorer."""
        return len(self._decoded(fetch(f"{url}/api/runs/search/run/?limit={runs}&exclude_traces=true")))

    def _decoded(self, content: bytes) -> list[Any]:
        from aim.storage.treeutils import decode_tree

        found = decode_tree(_aim_pairs(content))
        return [value for name, value in found.items() if not str(name).startswith("progress")]


def _aim_pairs(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values from aim's stream, in which each has its length before it, as a little-endian u32."""
    at, parts = 0, []
    while at < len(content):
        [size] = struct.unpack_from("<I", content, at)
        parts.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    yield from zip(parts[::2], parts[1::2], strict=True)


SERVERS: dict[str, Server] = {
    "trailmark": Trailmark(),
    "trackio": Trackio(),
    "tensorboard": TensorBoard(),
    "mlflow": Mlflow(),
    "aim": Aim(),
}
