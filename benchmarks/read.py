"""What reading costs: a million rows of a journal as numpy arrays, and a list of ten thousand runs.

Of ours alone: the bars are times, as no peer keeps this many rows in reach of one call. Files are warm, as they are
for who has just trained. Each figure is the best of its rounds, which is what the code costs.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import OURS, Bar, Benchmark, answer, parser, scratch, work
from trackers import PROJECT, environment

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = ("loss", "acc")
ROWS_OF_A_SHORT_RUN = 20


def write_long_run(folder: Path, rows: int) -> None:
    """Log `rows` rows of two scalars into one run."""
    import trailmark

    run = trailmark.init(project=PROJECT, dir=str(folder), settings={"system": False, "silent": True})
    for index in range(rows):
        run.log({"loss": 1.0 / (index + 1), "acc": index * 1e-6})
    run.finish()


def write_short_runs(folder: Path, runs: int) -> None:
    """Write `runs` finished runs, through the journal's own writer, as `init` would take minutes for them."""
    from trailmark.journal.records import ConfigChange, Exit, Header
    from trailmark.journal.writer import Writer, writer_name

    for number in range(runs):
        header = Header(run=f"run{number:05}", writer=writer_name(0), time=time.time(), project=PROJECT)
        header.name = f"short-run-{number}"
        writer = Writer(folder / PROJECT / header.run, header)
        writer.append(ConfigChange(time=time.time(), set={"lr": 10.0 ** -(number % 6), "layers": number % 9}))
        with writer.lock:
            layout = writer.layout(KEYS, "ff")
            for step in range(ROWS_OF_A_SHORT_RUN if layout else 0):
                writer.append_row(layout, step, time.time(), (1.0 / (step + number + 1), step * 0.05))  # type: ignore[arg-type]
        writer.close(Exit(time=time.time()))


def _clock(work_once: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work_once()
    return time.perf_counter() - started, result


def read_long_run(folder: Path, rows: int) -> dict[str, Any]:
    """Read one run in three ways; return seconds and bytes."""
    import numpy as np

    import trailmark
    from trailmark.journal.reader import Entry, Reader

    [path] = (folder / PROJECT).glob("*/*.journal")

    def journal() -> Any:
        blocks = [found for item in Reader(path).read() if not isinstance(item, Entry) for found in item]
        return np.concatenate([block.array["v0"] for block in blocks if block.layout.names == KEYS])

    def api() -> Any:
        [run] = trailmark.Api(str(folder)).runs(PROJECT)
        return run.history(keys=["loss"], format="numpy")["loss"]

    seconds: dict[str, Any] = {"bytes": path.stat().st_size}
    for name, once in (("journal_s", journal), ("api_s", api)):
        seconds[name], values = _clock(once)
        if len(values) != rows or values[rows - 1] != 1.0 / rows:
            raise AssertionError(f"{name} gave {len(values)} rows, not the {rows} that were logged")
    return seconds


def list_runs(folder: Path, runs: int) -> dict[str, Any]:
    """List the runs of a project in this process; return seconds."""
    import trailmark

    def api() -> Any:
        return [(run.name, run.state, run.summary["loss"]) for run in trailmark.Api(str(folder)).runs(PROJECT)]

    def best() -> Any:
        found = trailmark.Api(str(folder)).runs(PROJECT, filters={"config.lr": 1.0}, order="+summary_metrics.loss")
        return [run.summary["loss"] for run in found]

    seconds: dict[str, Any] = {}
    seconds["list_s"], listed = _clock(api)
    seconds["filter_s"], losses = _clock(best)
    if len(listed) != runs or losses != sorted(losses):
        raise AssertionError(f"{len(listed)} runs listed, not the {runs} that were written, or in a wrong order")
    return seconds


def command_line(folder: Path) -> dict[str, Any]:
    """Call `trailmark ls`, with all that a process costs."""
    command = [sys.executable, "-m", "trailmark", "ls", PROJECT]
    done, _ = _clock(lambda: subprocess.run(command, env=environment(folder), check=True, capture_output=True))
    return {"ls_s": done}


def run(benchmark: Benchmark) -> None:
    """Write once, then read in rounds."""
    arguments = benchmark.arguments
    with scratch() as place:
        long, short = Path(place) / "long", Path(place) / "short"
        benchmark.say(f"writing {arguments.rows:,} rows")
        write_long_run(long, arguments.rows)
        benchmark.say(f"writing {arguments.runs:,} runs")
        write_short_runs(short, arguments.runs)
        rounds: list[dict[str, Any]] = []
        for _ in range(arguments.rounds):
            result = work(__file__, long, action="read", count=arguments.rows)
            result |= work(__file__, short, action="list", count=arguments.runs)
            rounds.append(result | command_line(short))
    best = {key: min(result[key] for result in rounds) for key in rounds[0]}
    benchmark.results = {"rounds": rounds}
    rows, runs = f"{arguments.rows:,} rows", f"{arguments.runs:,} runs"
    columns = [f"{rows}, reader", f"{rows}, Api", f"{runs}, Api", "filtered, ordered", "trailmark ls"]
    keys = ["journal_s", "api_s", "list_s", "filter_s", "ls_s"]
    benchmark.table("reading (s)", columns, {OURS: [f"{best[key]:.3f}" for key in keys]})
    benchmark.bars = [
        Bar(f"{rows} of a journal to numpy", best["journal_s"], 0.5, "s"),
        Bar(f"{rows} through the Api", best["api_s"], 1.0, "s"),
        Bar(f"trailmark ls over {runs}", best["ls_s"], 1.5, "s"),
    ]


def main() -> None:
    """Run the benchmark, or one worker of it."""
    made = parser(__doc__ or "", rounds=5)
    made.add_argument("--rows", type=int, default=1_000_000, help="of the long run (%(default)s)")
    made.add_argument("--runs", type=int, default=10_000, help="in the list (%(default)s)")
    arguments = made.parse_args()
    arguments.peers = [OURS]
    if arguments.worker:
        action = read_long_run if arguments.worker["action"] == "read" else list_runs
        answer(action(Path(arguments.worker["folder"]), arguments.worker["count"]))
        return
    Benchmark("read", arguments).complete(run)


if __name__ == "__main__":
    main()
