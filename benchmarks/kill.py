"""What SIGKILL takes: rows whose `log()` had returned, against rows that can be read afterwards.

A worker logs numbered rows as fast as it can and counts each, once `log()` has returned, in a file that it maps into
memory, which no death of the worker loses. At a random moment it is killed. Then the tracker's own reader says which
rows there are. A row that was counted and is not there is lost. Rows must also come in order and each once.

Of ours, three ways of logging are killed: one thread, four threads of one run, and a process with two forks (each of
which writes to the run that it inherited).
"""

from __future__ import annotations

import collections
import itertools
import mmap
import os
import random
import signal
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import OURS, Bar, Benchmark, WorkerFailedError, answer, command, parser, scratch, work
from trackers import TRACKERS, environment

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS = {"one thread": 1, "4 threads": 4, "2 forks": 3}
START_TIMEOUT_S = 60
SETTLE_S = 5.0  # what a tracker's other processes may take until all is readable
LONGEST_LIFE_S = 0.6


class Counters:
    """Numbers in a file that is mapped into memory: how many rows each writer has had acknowledged."""

    def __init__(self, path: Path, count: int) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * count))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8 * count)
        self.count = count

    def set(self, writer: int, value: int) -> None:
        """Store how many rows writer number `writer` has had acknowledged."""
        struct.pack_into("<Q", self._map, 8 * writer, value)

    def values(self) -> list[int]:
        """Return the number of each writer."""
        return list(struct.unpack_from(f"<{self.count}Q", self._map))


def log_until_killed(tracker_name: str, how: str, folder: Path) -> None:
    """Log numbered rows, in the way `how`, without end."""
    tracker = TRACKERS[tracker_name]
    tracker.load()
    log = tracker.begin(folder)
    counters = Counters(folder.parent / "counters", WRITERS[how])
    if how == "2 forks":
        number = 1 if os.fork() == 0 else 2 if os.fork() == 0 else 0
        _log(log, counters, number)
    for number in range(1, WRITERS[how]):
        threading.Thread(target=_log, args=(log, counters, number), daemon=True).start()
    _log(log, counters, 0)


def _log(log: Callable[[dict[str, Any]], Any], counters: Counters, writer: int) -> None:
    key, number = f"row{writer}", 0
    while True:
        log({key: number})
        number += 1
        counters.set(writer, number)


def kill_once(name: str, how: str, place: Path, life_s: float) -> dict[str, Any]:
    """Start a worker, kill it after `life_s` seconds of logging, and compare."""
    folder = place / "data"
    folder.mkdir()
    counters = Counters(place / "counters", WRITERS[how])
    task = {"action": "log", "tracker": name, "how": how, "folder": str(folder)}
    with (place / "output").open("wb") as output:
        worker = subprocess.Popen(
            command(__file__, task),
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _await_rows(worker, counters, place / "output")
            time.sleep(life_s)
        finally:
            _kill(worker, everyone=how == "2 forks")
    acknowledged = counters.values()
    killed = time.monotonic()
    while True:
        found = work(__file__, folder, action="read", tracker=name, how=how)
        result = compare(acknowledged, found)
        result["readable_after_s"] = time.monotonic() - killed
        if not result["lost"] or result["readable_after_s"] > SETTLE_S:
            return result
        time.sleep(0.5)


def _await_rows(worker: subprocess.Popen[bytes], counters: Counters, output: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not all(counters.values()):
        if worker.poll() is not None or time.monotonic() > deadline:
            raise WorkerFailedError(f"the worker logs nothing:\n{output.read_text(errors='replace')}")
        time.sleep(0.002)


def _kill(worker: subprocess.Popen[bytes], *, everyone: bool) -> None:
    """Kill the process that logs; with `everyone` its forks at once with it. Helpers of a tracker stay alive."""
    if everyone:
        os.killpg(worker.pid, signal.SIGKILL)
    else:
        worker.kill()
    worker.wait()


def compare(acknowledged: list[int], found: list[list[float]]) -> dict[str, Any]:
    """Return how many acknowledged rows are lost, come twice, or stand in the wrong order.

    The row that was being logged when the kill came may be there or not.
    """
    lost = twice = disordered = 0
    for count, values in zip(acknowledged, found, strict=True):
        numbers = [int(value) for value in values]
        lost += count - len(set(numbers) & set(range(count)))
        twice += sum(times - 1 for times in collections.Counter(numbers).values())
        disordered += sum(later < earlier for earlier, later in itertools.pairwise(numbers))
    return {"acknowledged": sum(acknowledged), "lost": lost, "twice": twice, "disordered": disordered}


def read(tracker_name: str, how: str, folder: Path) -> list[list[float]]:
    """Return the rows of each writer, as the tracker's own reader gives them; none where it finds nothing at all."""
    try:
        return [TRACKERS[tracker_name].read(folder, f"row{writer}") for writer in range(WRITERS[how])]
    except (KeyError, ValueError, OSError) as error:
        if tracker_name == OURS:
            raise
        print(f"nothing to read: {error!r}")
        return [[] for _ in range(WRITERS[how])]


def run(benchmark: Benchmark) -> None:
    """Kill every tracker, in rotating order, and ours more often."""
    moments = random.Random(benchmark.arguments.seed)
    results: dict[str, list[dict[str, Any]]] = {f"{name}, one thread": [] for name in benchmark.present}
    for number in range(benchmark.arguments.rounds):
        for name in benchmark.order(number):
            _kill_and_keep(benchmark, results, name, "one thread", moments)
    for how in WRITERS if OURS in benchmark.present else ():
        for _ in range(benchmark.arguments.kills):
            _kill_and_keep(benchmark, results, OURS, how, moments)
    benchmark.results = results
    show(benchmark)


def _kill_and_keep(
    benchmark: Benchmark,
    results: dict[str, list[dict[str, Any]]],
    name: str,
    how: str,
    moments: random.Random,
) -> None:
    kept = results.setdefault(f"{name}, {how}", [])
    with scratch() as place:
        result = kill_once(name, how, Path(place), moments.uniform(0.0, LONGEST_LIFE_S))
    kept.append(result)
    if result["lost"] or len(kept) % 25 == 0:
        benchmark.say(f"{name}, {how}: kill {len(kept)}: {result}")


def show(benchmark: Benchmark) -> None:
    """Print, for each tracker and way of logging, what was lost."""
    rows: dict[str, list[str]] = {}
    for label, kills in benchmark.results.items():
        total = sum(kill["acknowledged"] for kill in kills)
        lost = sum(kill["lost"] for kill in kills)
        rows[label] = [
            str(len(kills)),
            f"{total:,}",
            f"{lost:,}",
            f"{lost / total:.2%}" if total else "",
            str(sum(kill["lost"] > 0 for kill in kills)),
            f"{sum(kill['twice'] for kill in kills):,}",
            f"{sum(kill['disordered'] for kill in kills):,}",
        ]
    columns = ["kills", "rows acknowledged", "lost", "of all", "kills with loss", "twice", "out of order"]
    benchmark.table("SIGKILL at a random moment", columns, rows)


def bars(benchmark: Benchmark) -> list[Bar]:
    """Return what the design asks for: all that returned is there, in order, once."""
    kills = {label: kills for label, kills in benchmark.results.items() if label.startswith(OURS)}
    return [
        Bar(f"{label}: {what} rows in {len(results)} kills", sum(kill[key] for kill in results), 0)
        for label, results in kills.items()
        for what, key in (("lost", "lost"), ("repeated", "twice"), ("misplaced", "disordered"))
    ]


def main() -> None:
    """Run the benchmark, or one worker of it."""
    made = parser(__doc__ or "", rounds=5)
    made.add_argument("--kills", type=int, default=200, help="further kills of ours, for each way (%(default)s)")
    made.add_argument("--seed", type=int, default=0, help="of the moments (%(default)s)")
    arguments = made.parse_args()
    if arguments.worker:
        task = arguments.worker
        if task["action"] == "log":
            log_until_killed(task["tracker"], task["how"], Path(task["folder"]))
        answer(read(task["tracker"], task["how"], Path(task["folder"])))
        return
    Benchmark("kill", arguments).complete(run, bars)


if __name__ == "__main__":
    main()
