"""What one `log()` costs the training loop, and what it leaves on the disk.

Three cases: two scalars a row, a hundred, and one 0-d torch tensor. Each call is timed on its own; making the row is
not. Where a tracker drops tensors, the conversion that its user must write is timed with it. Slow trackers make fewer
calls, since one call costs the same.
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import OURS, Bar, Benchmark, answer, median, parser, ratio, scratch, work
from trackers import TRACKERS

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = {"two": (2, 20_000), "hundred": (100, 2_000), "tensor": (1, 5_000)}  # values a row, calls
TITLES = {"two": "two scalars", "hundred": "100 scalars", "tensor": "one 0-d torch tensor"}
LEAST_CALLS = 100


def make_rows(case: str) -> Callable[[int], dict[str, Any]]:
    """Return the function that makes row number `i`."""
    if case == "two":
        return lambda i: {"loss": 1.0 / (i + 1), "acc": i * 1e-5}
    if case == "hundred":
        names = [f"layer{index}/norm" for index in range(100)]
        return lambda i: {name: i + position * 0.01 for position, name in enumerate(names)}
    import torch

    tensors = torch.rand(64, generator=torch.Generator().manual_seed(0)).unbind()
    return lambda i: {"loss": tensors[i % 64]}


def measure(case: str, tracker_name: str, calls: int, folder: Path) -> dict[str, Any]:
    """Log `calls` rows in this process, and return times (seconds and microseconds) and sizes."""
    make = make_rows(case)
    tracker = TRACKERS[tracker_name]
    clock = time.perf_counter_ns
    started = clock()
    tracker.load()
    loaded = clock()
    log = tracker.begin(folder)
    begun = clock()
    if case == "tensor" and not tracker.takes_tensors:
        log = _converting(log)
    times = [0] * calls
    gc.collect()
    for index in range(calls):
        row = make(index)
        before = clock()
        log(row)
        times[index] = clock() - before
    memory = _processes()
    ending = clock()
    tracker.finish()
    ended = clock()
    ordered = sorted(times)
    return {
        "calls": calls,
        "p50_us": ordered[calls // 2] / 1e3,
        "p99_us": ordered[calls * 99 // 100] / 1e3,
        "max_us": ordered[-1] / 1e3,
        "import_s": (loaded - started) / 1e9,
        "init_s": (begun - loaded) / 1e9,
        "loop_s": sum(times) / 1e9,
        "finish_s": (ended - ending) / 1e9,
        "total_s": (begun - started + sum(times) + ended - ending) / 1e9,
        **memory,
    }


def _converting(log: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda row: log({key: value.item() for key, value in row.items()})


def _processes() -> dict[str, Any]:
    """Return how many processes and threads there are for this tracker, and their memory."""
    import psutil

    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return {
        "processes": len(family),
        "threads": sum(process.num_threads() for process in family),
        "rss_mb": sum(process.memory_info().rss for process in family) / 1e6,
    }


def _sizes(folder: Path) -> tuple[int, int]:
    """Return the bytes of all files, and of journals alone."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    sizes = {path: path.stat().st_size for path in files}
    return sum(sizes.values()), sum(size for path, size in sizes.items() if path.suffix == ".journal")


def run(benchmark: Benchmark) -> None:
    """Measure every case in rounds."""
    for case in benchmark.arguments.cases:
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in benchmark.present}
        benchmark.results[case] = results
        width, calls = CASES[case]
        for number in range(benchmark.arguments.rounds):
            for name in benchmark.order(number):
                count = max(LEAST_CALLS, calls // TRACKERS[name].slowness)
                with scratch() as place:
                    folder = Path(place) / "data"
                    benchmark.say(f"{case}: round {number + 1}, {name}")
                    result = work(__file__, folder, case=case, tracker=name, calls=count)
                    total, journal = _sizes(folder)
                result["bytes_per_scalar"] = total / (count * width)
                result["journal_bytes_per_scalar"] = journal / (count * width)
                results[name].append(result)
        show(benchmark, case)


def show(benchmark: Benchmark, case: str) -> None:
    """Print the medians of one case, with ratios to ours."""
    results = benchmark.results[case]
    ours = median(results[OURS], "p50_us") if results.get(OURS) else None
    rows = {}
    for name, rounds in results.items():
        p50 = median(rounds, "p50_us")
        rows[name] = [
            f"{p50:.2f}",
            ratio(p50, ours),
            f"{median(rounds, 'p99_us'):.1f}",
            f"{median(rounds, 'calls'):,.0f}",
            f"{median(rounds, 'import_s') + median(rounds, 'init_s'):.2f}",
            f"{median(rounds, 'finish_s'):.2f}",
            f"{median(rounds, 'total_s'):.2f}",
            f"{median(rounds, 'bytes_per_scalar'):.1f}",
            f"{median(rounds, 'processes'):.0f}/{median(rounds, 'threads'):.0f}",
            f"{median(rounds, 'rss_mb'):.0f}",
        ]
    columns = "p50 µs,/ours,p99 µs,calls,start s,finish s,total s,B/scalar,procs/threads,RSS MB"
    benchmark.table(f"log(): {TITLES[case]}", columns.split(","), rows)


def bars(benchmark: Benchmark) -> list[Bar]:
    """Return what the design asks for."""

    def figure(case: str, name: str, key: str = "p50_us") -> float | None:
        rounds = benchmark.results.get(case, {}).get(name)
        return median(rounds, key) if rounds else None

    def share(case: str, peer: str) -> float | None:
        ours, theirs = figure(case, OURS), figure(case, peer)
        return ours / theirs if ours and theirs else None

    return [
        Bar("two scalars, p50: ours / wandb offline", share("two", "wandb"), 1 / 20),
        Bar("two scalars, p50: ours / trackio", share("two", "trackio"), 1 / 2),
        Bar("two scalars, p50: ours / tensorboard", share("two", "tensorboard"), 1 / 10),
        Bar("100 scalars, p50: ours / trackio", share("hundred", "trackio"), 1 / 2),
        Bar("journal, two scalars a row", figure("two", OURS, "journal_bytes_per_scalar"), 24, "B/scalar"),
        Bar("journal, 100 scalars a row", figure("hundred", OURS, "journal_bytes_per_scalar"), 10, "B/scalar"),
    ]


def _cases(text: str) -> list[str]:
    cases = text.split(",")
    if not set(cases) <= set(CASES):
        raise argparse.ArgumentTypeError(f"cases are {', '.join(CASES)}")
    return cases


def main() -> None:
    """Run the benchmark, or one worker of it."""
    made = parser(__doc__ or "", rounds=3)
    made.add_argument("--cases", type=_cases, default=list(CASES), help=f"some of {','.join(CASES)}")
    arguments = made.parse_args()
    if arguments.worker:
        task = arguments.worker
        answer(measure(task["case"], task["tracker"], task["calls"], Path(task["folder"])))
        return
    Benchmark("log_latency", arguments).complete(run, bars)


if __name__ == "__main__":
    main()
