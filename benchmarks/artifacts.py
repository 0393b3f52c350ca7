"""What logging a folder as an artifact costs: 20,000 files of 100 kB the first time, and again unchanged.

Hashing bounds the first time, so the measure is `sha256sum` with as many processes as we have threads, on the same
warm files. The peers log the same folder in their own way: wandb offline (add_dir copies every file to its staging
folder and hashes MD5), mlflow (log_artifacts copies). Peak memory is that of the process beyond what it had before.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
from harness import OURS, Bar, Benchmark, WorkerFailedError, answer, median, parser, ratio, scratch, work
from trackers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

HASHING = "sha256sum"
FILES_OF_A_FOLDER = 500
AGE_S = 86400  # what was there before this process began is linked, what is newer is copied
FIRST_OF_SECOND = 20  # how many times faster the second log must be
SHARE_OF_HASHING = 0.7


def make_folder(folder: Path, files: int, size: int) -> None:
    """Write files of random bytes, each another one, that look a day old."""
    data = os.urandom(size)
    stamp = time.time() - AGE_S
    for number in range(files):
        path = folder / f"{number // FILES_OF_A_FOLDER:03}" / f"{number:06}.bin"
        if number % FILES_OF_A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(number.to_bytes(8, "little") + data[8:])
        os.utime(path, (stamp, stamp))


def sha256sum(data: Path, threads: int) -> float:
    """Hash all files with `sha256sum`, `threads` at a time; return seconds."""
    script = f"find {data} -type f -print0 | xargs -0 -P{threads} -n 200 sha256sum > /dev/null"
    started = time.perf_counter()
    subprocess.run(["bash", "-c", script], check=True)
    return time.perf_counter() - started


def _trailmark(folder: Path, data: Path) -> float:
    import trailmark

    run = trailmark.init(project=PROJECT, dir=str(folder), settings={"system": False, "silent": True})
    started = time.perf_counter()
    artifact = trailmark.Artifact("data", "dataset")
    artifact.add_dir(str(data))
    version = run.log_artifact(artifact)
    taken = time.perf_counter() - started
    if version.version != "v0":
        raise AssertionError(f"{version} is not the one version that there should be")
    run.finish()
    return taken


def _wandb(folder: Path, data: Path) -> float:
    for kind in ("CACHE", "DATA"):  # else it stages in the home folder, and the disk that this takes is not counted
        os.environ[f"WANDB_{kind}_DIR"] = str(folder / kind.lower())
    import wandb

    run = wandb.init(project=PROJECT, dir=str(folder), mode="offline")
    started = time.perf_counter()
    artifact = wandb.Artifact("data", "dataset")
    artifact.add_dir(str(data))
    run.log_artifact(artifact)
    run.finish()  # the artifact is written by then
    return time.perf_counter() - started


def _mlflow(folder: Path, data: Path) -> float:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    if mlflow.get_experiment_by_name(PROJECT) is None:
        mlflow.create_experiment(PROJECT, artifact_location=(folder / "artifacts").as_uri())
    mlflow.set_experiment(PROJECT)
    with mlflow.start_run():
        started = time.perf_counter()
        mlflow.log_artifacts(str(data))
        return time.perf_counter() - started


LOGGERS: dict[str, Callable[[Path, Path], float]] = {OURS: _trailmark, "wandb": _wandb, "mlflow": _mlflow}


def log_once(tracker: str, folder: Path, data: Path) -> dict[str, Any]:
    """Log the folder in this process; return seconds and MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = LOGGERS[tracker](folder, data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": taken, "peak_mb": (peak - before) / 1024}


def disk_mb(folder: Path) -> float:
    """Return what a tracker keeps on the disk, files linked from elsewhere not counted."""
    sizes = (path.lstat() for path in folder.rglob("*"))
    return sum(status.st_blocks * 512 for status in sizes if status.st_nlink == 1) / 1e6


def run(benchmark: Benchmark) -> None:
    """Make the folder once; in each round every tracker logs it twice, in fresh processes."""
    arguments = benchmark.arguments
    threads = len(os.sched_getaffinity(0))
    total_mb = arguments.files * arguments.size / 1e6
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in [HASHING, *benchmark.present]}
    with scratch() as place:
        data = Path(place) / "data"
        benchmark.say(f"writing {arguments.files:,} files, {total_mb:,.0f} MB")
        make_folder(data, arguments.files, arguments.size)
        sha256sum(data, threads)  # warms the files
        for number in range(arguments.rounds):
            rounds[HASHING].append({"first": sha256sum(data, threads)})
            for tracker in benchmark.order(number):
                folder = Path(place) / f"{tracker}{number}"
                try:
                    rounds[tracker].append(_round(tracker, folder, data))
                except WorkerFailedError as error:
                    benchmark.say(f"{tracker} failed: {error}")
                subprocess.run(["rm", "-rf", str(folder)], check=False)
    benchmark.results = rounds
    _report(benchmark, rounds, total_mb)


def _round(tracker: str, folder: Path, data: Path) -> dict[str, Any]:
    first = work(__file__, folder, tracker=tracker, data=str(data))
    kept = disk_mb(folder)
    second = work(__file__, folder, tracker=tracker, data=str(data))
    return {"first": first["seconds"], "second": second["seconds"], "peak_mb": first["peak_mb"], "disk_mb": kept}


def _report(benchmark: Benchmark, rounds: dict[str, list[dict[str, Any]]], total_mb: float) -> None:
    ours = {key: median(rounds[OURS], key) for key in ("first", "second", "peak_mb")}
    rows = {}
    for name, results in rounds.items():
        if not results:
            continue
        first = median(results, "first")
        cells = [f"{first:.2f} s", f"{total_mb / first:,.0f} MB/s", ratio(first, ours["first"])]
        if name != HASHING:
            second = median(results, "second")
            cells += [f"{second:.3f} s", ratio(second, ours["second"])]
            cells += [f"{median(results, 'peak_mb'):.0f} MB", f"{median(results, 'disk_mb'):,.0f} MB"]
        rows[name] = cells
    columns = ["first", "", "of ours", "again", "of ours", "peak memory", "disk"]
    benchmark.table(f"{benchmark.arguments.files:,} files, {total_mb:,.0f} MB", columns, rows)
    hashing = median(rounds[HASHING], "first")
    benchmark.bars = [
        Bar("first, of sha256sum", ours["first"] / hashing, 1 / SHARE_OF_HASHING, "x"),
        Bar("again, of the first", ours["second"] / ours["first"], 1 / FIRST_OF_SECOND, "x"),
        Bar("peak memory", ours["peak_mb"], 100, "MB"),
    ]


def main() -> None:
    """Run the benchmark, or one worker of it."""
    made = parser(__doc__ or "", rounds=3)
    made.add_argument("--files", type=int, default=20_000, help="in the folder (%(default)s)")
    made.add_argument("--size", type=int, default=100_000, help="of each, in bytes (%(default)s)")
    arguments = made.parse_args()
    arguments.peers = [name for name in arguments.peers if name in LOGGERS]
    if arguments.worker:
        task = arguments.worker
        answer(log_once(task["tracker"], Path(task["folder"]), Path(task["data"])))
        return
    harness.WORKER_TIMEOUT_S = 600  # wandb copies and hashes 2 GB file by file
    Benchmark("artifacts", arguments).complete(run)


if __name__ == "__main__":
    main()
