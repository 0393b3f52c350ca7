"""What watching a model costs a training step, on a step that is recorded and on one that is not.

The model has 50 million parameters; gradients and parameters are recorded. Each worker trains the model for some steps
without watching and for some with it, in turns, and takes the difference of the medians, so that the model's own time
drops out. The trackers are compared with the threads that torch takes by itself, and with one thread. On CUDA each step
is timed until the device is done, and the waits for the device within one are counted, by torch's own warning of them.
"""

from __future__ import annotations

import statistics
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import OURS, Bar, Benchmark, answer, median, parser, ratio, scratch, work
from trackers import TRACKERS

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, LAYERS = 2048, 12  # 50 million parameters
PEERS = ("trailmark", "wandb")
NEVER = 1_000_000  # as log_freq: no step is recorded any more


def training(device: str) -> tuple[Any, Callable[[], float]]:
    """Return a model, and what trains it for a step and returns its seconds."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = [layer for _ in range(LAYERS) for layer in (nn.Linear(WIDTH, WIDTH), nn.ReLU())]
    model = nn.Sequential(*layers).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    x = torch.randn(4, WIDTH, device=device)
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None

    def step() -> float:
        wait()
        begun = time.perf_counter()
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
        wait()
        return time.perf_counter() - begun

    return model, step


def measure(tracker_name: str, task: dict[str, Any]) -> dict[str, float]:
    """Train in this process, and return the cost of a step that is recorded and of one that is not."""
    import torch

    if task["threads"]:
        torch.set_num_threads(task["threads"])
    tracker = TRACKERS[tracker_name]
    tracker.load()
    log = tracker.begin(Path(task["folder"]))
    run = tracker.run  # type: ignore[attr-defined]
    model, step = training(task["device"])
    step()
    times: dict[str, list[float]] = {"bare": [], "recorded": [], "other": []}
    for turn in range(task["steps"] + 1):
        bare = step()
        run.watch(model, log="all", log_freq=1)
        recorded = step()
        run.unwatch(model)
        log({"turn": turn})
        run.watch(model, log="all", log_freq=NEVER)
        step()  # a first step may be recorded
        log({"turn": turn})
        other = step()
        run.unwatch(model)
        if turn:  # in the first one libraries are loaded
            for name, value in (("bare", bare), ("recorded", recorded), ("other", other)):
                times[name].append(value)
    waits = count_waits(run, model, step) if task["device"] == "cuda" else 0
    tracker.finish()
    medians = {name: statistics.median(values) * 1e3 for name, values in times.items()}
    return {
        "step_ms": medians["bare"],
        "recorded_ms": medians["recorded"] - medians["bare"],
        "other_ms": medians["other"] - medians["bare"],
        "waits": waits,
    }


def count_waits(run: Any, model: Any, step: Callable[[], float]) -> int:
    """Return how often a recorded step waits for the device; the step's own two waits are no such calls."""
    import torch

    run.watch(model, log="all", log_freq=1)
    torch.cuda.set_sync_debug_mode("warn")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        step()
    torch.cuda.set_sync_debug_mode("default")
    run.unwatch(model)
    return sum("synchronizing CUDA operation" in str(one.message) for one in caught)


def run(benchmark: Benchmark) -> None:
    """Measure all trackers in rounds."""
    device = benchmark.arguments.device
    for threads in (0, 1) if device == "cpu" else (0,):
        names = [name for name in benchmark.present if name in PEERS]
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        case = f"{device}, {f'{threads} thread' if threads else 'threads as torch takes them'}"
        benchmark.results[case] = results
        for number in range(benchmark.arguments.rounds):
            for name in (name for name in benchmark.order(number) if name in results):
                benchmark.say(f"{case}: round {number + 1}, {name}")
                with scratch() as place:
                    task = {"device": device, "threads": threads, "steps": benchmark.arguments.steps}
                    results[name].append(work(__file__, Path(place) / "data", tracker=name, **task))
        ours = median(results[OURS], "recorded_ms")
        rows = {
            name: [
                f"{median(rounds, 'step_ms'):.0f}",
                f"{median(rounds, 'recorded_ms'):.1f}",
                ratio(median(rounds, "recorded_ms"), ours),
                f"{median(rounds, 'other_ms'):.2f}",
                f"{median(rounds, 'waits'):.0f}" if device == "cuda" else "",
            ]
            for name, rounds in results.items()
        }
        columns = ["bare step ms", "recorded +ms", "/ours", "other step +ms", "waits"]
        benchmark.table(f"watch(log='all'), 50M parameters, {case}", columns, rows)


def bars(benchmark: Benchmark) -> list[Bar]:
    """Return what is asked of watching."""
    found = []
    for case, results in benchmark.results.items():
        ours, theirs = median(results[OURS], "recorded_ms"), None
        if "wandb" in results:
            theirs = median(results["wandb"], "recorded_ms")
        found.append(Bar(f"recorded step against wandb: {case}", ours / theirs if theirs else None, 1 / 5))
        if case.startswith("cuda"):
            found.append(Bar("waits for the device in a recorded step", median(results[OURS], "waits"), 1))
    return found


def main() -> None:
    """Run the benchmark, or one worker of it."""
    arguments = parser(__doc__ or "", rounds=3)
    arguments.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where the model is (%(default)s)")
    arguments.add_argument("--steps", type=int, default=5, help="how many steps of each kind are timed (%(default)s)")
    parsed = arguments.parse_args()
    if parsed.worker:
        answer(measure(parsed.worker["tracker"], parsed.worker))
        return
    Benchmark("watch_overhead", parsed).complete(run, bars)


if __name__ == "__main__":
    main()
