"""The trackers that are compared, each behind the same few calls.

A tracker is loaded, begun in an empty folder, logged to, finished, and read back with its own reader. Everything is
left at its default, apart from what keeps it off the network. `begin` returns the tracker's own function, so that
nothing of ours stands between a measurement and it.
"""

from __future__ import annotations

import importlib.metadata
import os
import struct
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Log = Callable[[dict[str, Any]], Any]

# For workers: no network, no account, no reports.
ENVIRONMENT = {
    "AIM_UI_TELEMETRY_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "HF_HUB_OFFLINE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
}
PROJECT = "bench"


class Tracker:
    """One tracker. `slowness` divides the number of calls that it is asked for."""

    name = ""
    module: Any = None  # that of `load`, where it has one
    slowness = 1
    takes_tensors = True  # else the caller converts, as its documentation says
    has_images = False  # whether `image` makes a value that a row may hold

    def load(self) -> None:
        """Import what a training script imports."""
        raise NotImplementedError

    def begin(self, folder: Path) -> Log:
        """Begin a run in `folder`; return what logs a row."""
        raise NotImplementedError

    def image(self, pixels: Any) -> Any:
        """Return the value that stands for an array of pixels, (height, width, 3), in a row."""
        return self.module.Image(pixels)

    def finish(self) -> None:
        """Finish the run."""
        raise NotImplementedError

    def read(self, folder: Path, key: str) -> list[float]:
        """Return the values of `key`, in the order in which the tracker gives them."""
        raise NotImplementedError

    @property
    def version(self) -> str | None:
        """The installed version; None if it is not installed."""
        try:
            return importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return None


class Trailmark(Tracker):
    """This project."""

    name = "trailmark"
    has_images = True

    def load(self) -> None:
        """Import the package."""
        import trailmark

        self.module = trailmark

    def begin(self, folder: Path) -> Log:
        """Begin a run below `folder`."""
        self.run = self.module.init(project=PROJECT, dir=str(folder))
        return self.run.log  # type: ignore[no-any-return]

    def finish(self) -> None:
        """Finish the run."""
        self.run.finish()

    def read(self, folder: Path, key: str) -> list[float]:
        """Read the history through the Api."""
        import trailmark

        [run] = trailmark.Api(folder).runs(PROJECT)
        return [float(value) for value in run.history(keys=[key], format="numpy")[key]]

    @property
    def version(self) -> str | None:
        """The version of the package on the path, which need not be installed."""
        try:
            from trailmark._version import __version__
        except ImportError:
            return None
        return __version__


class Wandb(Tracker):
    """Weights & Biases, offline."""

    name = "wandb"
    has_images = True

    def load(self) -> None:
        """Import the package."""
        import wandb

        self.module = wandb

    def begin(self, folder: Path) -> Log:
        """Begin an offline run."""
        self.run = self.module.init(project=PROJECT, dir=str(folder), mode="offline")
        return self.run.log  # type: ignore[no-any-return]

    def finish(self) -> None:
        """Finish the run."""
        self.run.finish()

    def read(self, folder: Path, key: str) -> list[float]:
        """Read the transaction log, of which wandb has no reader in Python: its framing is that of LevelDB's logs."""
        from wandb.proto import wandb_internal_pb2

        [path] = folder.glob("wandb/*run-*/run-*.wandb")
        values = []
        for payload in _leveldb_records(path.read_bytes()):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(payload)
            values += [float(item.value_json) for item in record.history.item if key in (item.key, *item.nested_key)]
        return values


class Trackio(Tracker):
    """Hugging Face's trackio."""

    name = "trackio"
    has_images = True
    takes_tensors = False  # it leaves them out, with a warning

    def load(self) -> None:
        """Import the package."""
        import trackio

        self.module = trackio

    def begin(self, folder: Path) -> Log:
        """Begin a run; `TRACKIO_DIR` is set by the harness."""
        del folder
        self.module.init(project=PROJECT, name="run")
        return self.module.log  # type: ignore[no-any-return]

    def finish(self) -> None:
        """Finish the run, which waits for its queue."""
        self.module.finish()

    def read(self, folder: Path, key: str) -> list[float]:
        """Read through its storage class, as its dashboard does."""
        del folder
        from trackio.sqlite_storage import SQLiteStorage

        return [float(row[key]) for row in SQLiteStorage.get_logs(PROJECT, "run") if key in row]


class TensorBoard(Tracker):
    """TensorBoard's own event writer, with one call a scalar, as its users write."""

    name = "tensorboard"
    takes_tensors = False

    def load(self) -> None:
        """Import the writer and the messages that it writes."""
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self.event, self.summary, self.writer_class = event_pb2.Event, summary_pb2.Summary, EventFileWriter

    def begin(self, folder: Path) -> Log:
        """Begin an event file."""
        writer, event, summary, steps = self.writer_class(str(folder)), self.event, self.summary, [0]
        self.writer = writer

        def log(row: dict[str, Any]) -> None:
            step = steps[0]
            for tag, value in row.items():
                content = summary(value=[summary.Value(tag=tag, simple_value=value)])
                writer.add_event(event(step=step, wall_time=time.time(), summary=content))
            steps[0] = step + 1

        return log

    def finish(self) -> None:
        """Close the event file."""
        self.writer.close()

    def read(self, folder: Path, key: str) -> list[float]:
        """Read all events, without the reservoir that its dashboard samples with."""
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
        events.Reload()
        return [float(event.value) for event in events.Scalars(key)]


class TensorBoardX(TensorBoard):
    """TensorBoardX."""

    name = "tensorboardX"
    takes_tensors = True

    def load(self) -> None:
        """Import the writer."""
        import tensorboardX

        self.writer_class = tensorboardX.SummaryWriter

    def begin(self, folder: Path) -> Log:
        """Begin an event file."""
        writer, steps = self.writer_class(str(folder)), [0]
        self.writer = writer

        def log(row: dict[str, Any]) -> None:
            step = steps[0]
            for tag, value in row.items():
                writer.add_scalar(tag, value, step)
            steps[0] = step + 1

        return log


class Mlflow(Tracker):
    """MLflow with its default store, SQLite, and its default, synchronous calls."""

    name = "mlflow"
    slowness = 40

    def load(self) -> None:
        """Import the package."""
        import mlflow

        self.module = mlflow

    def begin(self, folder: Path) -> Log:
        """Begin a run in a database in `folder`."""
        mlflow, steps = self.module, [0]
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.set_experiment(PROJECT)
        mlflow.start_run()

        def log(row: dict[str, Any]) -> None:
            mlflow.log_metrics(row, step=steps[0])
            steps[0] += 1

        return log

    def finish(self) -> None:
        """End the run."""
        self.module.end_run()

    def read(self, folder: Path, key: str) -> list[float]:
        """Read through its client."""
        import mlflow

        client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
        experiment = client.get_experiment_by_name(PROJECT)
        [run] = client.search_runs([experiment.experiment_id])
        return [metric.value for metric in client.get_metric_history(run.info.run_id, key)]


class Aim(Tracker):
    """Aim, in its local repository."""

    name = "aim"
    slowness = 10

    def load(self) -> None:
        """Import the package."""
        import aim

        self.module = aim

    def begin(self, folder: Path) -> Log:
        """Begin a run in a repository in `folder`."""
        repo = self.module.Repo.from_path(str(folder), init=True)
        run, steps = self.module.Run(repo=repo, experiment=PROJECT), [0]
        self.run = run

        def log(row: dict[str, Any]) -> None:
            run.track(row, step=steps[0])
            steps[0] += 1

        return log

    def finish(self) -> None:
        """Close the run."""
        self.run.close()

    def read(self, folder: Path, key: str) -> list[float]:
        """Query the metric, after `aim storage reindex`: a run that was killed is not found otherwise."""
        import aim

        aim_command = [sys.executable, "-c", "from aim.cli.cli import cli_entry_point; cli_entry_point()"]
        reindex = ["storage", "--repo", str(folder), "reindex", "--yes"]
        subprocess.run([*aim_command, *reindex], check=True, stdout=subprocess.DEVNULL)
        repo = aim.Repo.from_path(str(folder))
        [found] = [each for run in repo.query_metrics(f"metric.name == {key!r}").iter_runs() for each in run]
        steps, (values, *_) = found.data.numpy()  # in no order; its dashboard sorts by step
        return [float(value) for value in values[steps.argsort()]]


TRACKERS: dict[str, Tracker] = {
    tracker.name: tracker
    for tracker in (Trailmark(), Wandb(), Trackio(), TensorBoard(), TensorBoardX(), Mlflow(), Aim())
}


def _leveldb_records(data: bytes) -> Iterator[bytes]:
    """Yield the records of a log in LevelDB's format, up to the first that is torn.

    Format: https://github.com/google/leveldb/blob/main/doc/log_format.md, here after a header of 7 bytes.
    """
    block, head = 32768, 7  # a checksum, the size and the kind of a part
    position, parts = 7, b""
    while position + head <= len(data):
        left = block - position % block
        if left < head:
            position += left
            continue
        size, kind = struct.unpack_from("<HB", data, position + 4)
        position += head
        if kind == 0 or position + size > len(data):
            return
        parts += data[position : position + size]
        position += size
        if kind in (1, 4):  # whole, or the last part
            yield parts
            parts = b""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a worker that writes to `folder` only, and whose code is compiled once."""
    own = {"TRACKIO_DIR": str(folder), "TRAILMARK_DIR": str(folder), "XDG_CONFIG_HOME": str(folder.parent / "config")}
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **ENVIRONMENT, **own}
