"""What a script pays before its first and after its last row: import, `init`, and `finish` of an empty run.

Every figure is taken in a fresh interpreter. `import` is the import alone; since an import may put work off, `init` is
measured with it too. `whole` is the wall time of the process, less that of an interpreter that does nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from harness import OURS, Bar, Benchmark, answer, median, parser, ratio, scratch, work
from trackers import TRACKERS


def measure(name: str, folder: Path) -> dict[str, Any]:
    """Import, begin and finish in this process; return milliseconds."""
    tracker = TRACKERS[name]
    before = len(sys.modules)
    started = time.perf_counter()
    tracker.load()
    loaded = time.perf_counter()
    modules = len(sys.modules) - before
    tracker.begin(folder)
    begun = time.perf_counter()
    tracker.finish()
    ended = time.perf_counter()
    return {
        "import_ms": (loaded - started) * 1e3,
        "init_ms": (begun - loaded) * 1e3,
        "finish_ms": (ended - begun) * 1e3,
        "init_finish_ms": (ended - loaded) * 1e3,
        "modules": modules,
        "modules_in_all": len(sys.modules) - before,
    }


def _warm(name: str, folder: Path) -> dict[str, Any]:
    """Begin and finish two runs in this process, and return the milliseconds of the second, whose code is loaded."""
    tracker = TRACKERS[name]
    tracker.load()
    tracker.begin(folder)
    tracker.finish()
    started = time.perf_counter()
    tracker.begin(folder)
    begun = time.perf_counter()
    tracker.finish()
    return {"warm_ms": (time.perf_counter() - started) * 1e3, "warm_init_ms": (begun - started) * 1e3}


def _empty_process() -> float:
    """Return the milliseconds of an interpreter that does nothing but import what workers import."""
    started = time.perf_counter()
    code = "import harness, trackers"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)
    return (time.perf_counter() - started) * 1e3


def run(benchmark: Benchmark) -> None:
    """Measure in rounds, after one round that only fills caches."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in benchmark.present}
    for number in range(benchmark.arguments.rounds + 1):
        for name in benchmark.order(number):
            with scratch() as place:
                empty = _empty_process()
                started = time.perf_counter()
                result = work(__file__, Path(place) / "data", tracker=name, action="measure")
                result["whole_ms"] = (time.perf_counter() - started) * 1e3 - empty
                result |= work(__file__, Path(place) / "warm", tracker=name, action="warm")
            if number:
                results[name].append(result)
    benchmark.results = {"startup": results}
    show(benchmark)


def show(benchmark: Benchmark) -> None:
    """Print the medians, with ratios to ours."""
    results = benchmark.results["startup"]
    ours = results.get(OURS)
    keys = ["import_ms", "init_ms", "finish_ms", "init_finish_ms", "warm_ms", "whole_ms"]
    rows = {}
    for name, rounds in results.items():
        cells = [f"{median(rounds, key):.1f}" for key in keys]
        cells.append(ratio(median(rounds, "whole_ms"), median(ours, "whole_ms") if ours else None))
        cells += [f"{median(rounds, 'modules'):.0f}", f"{median(rounds, 'modules_in_all'):.0f}"]
        rows[name] = cells
    columns = ["import", "init", "finish", "init+finish", "second run", "whole", "/ours", "modules imported", "in all"]
    benchmark.table("an empty run (ms)", columns, rows)


def bars(benchmark: Benchmark) -> list[Bar]:
    """Return what the design asks for."""
    results = benchmark.results["startup"]

    def figure(name: str, key: str) -> float | None:
        return median(results[name], key) if results.get(name) else None

    ours, theirs = figure(OURS, "import_ms"), figure("wandb", "import_ms")
    return [
        Bar("import trailmark", ours, 100, "ms"),
        Bar("import: ours / wandb", ours / theirs if ours and theirs else None, 1 / 4),
        Bar("init + finish of an empty run", figure(OURS, "init_finish_ms"), 50, "ms"),
    ]


def main() -> None:
    """Run the benchmark, or one worker of it."""
    arguments = parser(__doc__ or "", rounds=7).parse_args()
    if arguments.worker:
        action = measure if arguments.worker["action"] == "measure" else _warm
        answer(action(arguments.worker["tracker"], Path(arguments.worker["folder"])))
        return
    Benchmark("startup", arguments).complete(run, bars)


if __name__ == "__main__":
    main()
