"""Runs that log while something else is measured: a training of several, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness import WorkerFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE_HZ = 10
LEAST_HZ = 9.0  # below that, the machine was too busy to say anything


@dataclass
class Training:
    """What was logged, once it has ended: of each run, when its calls of `log()` returned (`time.monotonic`)."""

    logged: dict[str, list[float]] = field(default_factory=dict)


@contextlib.contextmanager
def training(root: Path, project: str, runs: int, least_hz: float) -> Iterator[Training]:
    """Have a process log to new runs of a project, `RATE_HZ` times a second each, while the block runs.

    Raises:
        WorkerFailedError: the process failed, or logged less often than `least_hz` times a second.
    """
    found = Training()
    command = [sys.executable, __file__, project, str(runs), str(root)]
    trainer = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert trainer.stdout is not None
        if trainer.stdout.readline() == "begun\n":
            yield found
        output, errors = trainer.communicate(timeout=60)  # which closes its input
        if trainer.returncode or not output:
            raise WorkerFailedError(f"the live runs ended with {trainer.returncode}\n{errors}")
        found.logged = json.loads(output)
        _check(found, least_hz)
    finally:
        trainer.kill()
        trainer.wait()


def _check(found: Training, least_hz: float) -> None:
    for run, times in found.logged.items():
        rate_hz = (len(times) - 1) / (times[-1] - times[0])
        if rate_hz < least_hz:
            raise WorkerFailedError(f"{run} logged {rate_hz:.1f} times a second instead of {RATE_HZ}")


def _train(project: str, runs: int, root: Path) -> dict[str, list[float]]:
    """Log to several runs, `RATE_HZ` times a second each, as a training script does, until the input ends."""
    import trailmark

    quiet = {"system": False, "console": "off", "silent": True, "git": False, "requirements": False}
    begun = [trailmark.init(project=project, dir=root, reinit="create_new", settings=quiet) for _ in range(runs)]
    print("begun", flush=True)
    ended = threading.Event()
    threading.Thread(target=_end_with_input, args=[ended], daemon=True).start()
    times: dict[str, list[float]] = {run.id: [] for run in begun}
    began, step = time.monotonic(), 0
    while not ended.wait(max(0.0, began + step / RATE_HZ - time.monotonic())):
        for number, run in enumerate(begun):
            run.log({"loss": 1 / (step + 1) + number / 10, "accuracy": 1 - 1 / (step + 2)})
            times[run.id].append(time.monotonic())
        step += 1
    for run in begun:
        run.finish()
    return times


def _end_with_input(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    print(json.dumps(_train(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))), flush=True)
