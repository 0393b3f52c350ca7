"""What the server costs: charts of long runs, also beside other trackers' servers, and the bytes that numbers take.

Each figure is the best of its rounds, which is what the code costs; files are warm, as they are for who has just
looked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import server_chart
import server_peers
from harness import OURS, Bar, Benchmark, answer, parser, ratio, scratch, work
from trackers import TRACKERS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "curves": server_chart.write_curves,
    "write": server_chart.write_runs,
    "read": server_chart.read_charts,
    "peer": server_peers.measure,
}


def charts(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure charts of few runs, and of many long ones."""
    arguments = benchmark.arguments
    sizes = {"few": (arguments.runs, arguments.points), "many": (arguments.many_runs, arguments.many_points)}
    bars = []
    for name, limit_ms in (("few", 20), ("many", 300)):
        runs, points = sizes[name]
        task: dict[str, Any] = {"runs": runs, "points": points, "prefix": name}
        benchmark.say(f"writing {runs:,} runs of {points:,} points")
        work(__file__, place / name, action="write", **task)
        rounds = [work(__file__, place / name, action="read", **task) for _ in range(arguments.rounds)]
        benchmark.results[name] = rounds
        best = {axis: 1e3 * min(each[axis] for each in rounds) for axis in ("step", "relative")}
        zoom = {width: 1e3 * min(each["zoom"][width] for each in rounds) for width in rounds[0]["zoom"]}
        title = f"{runs:,} runs of {points:,} points, {server_chart.RESOLUTION:,} buckets each (ms)"
        columns = ["over steps", "over time", *(f"{int(width):,} of them" for width in zoom)]
        cells = [f"{value:.1f}" for value in (best["step"], best["relative"], *zoom.values())]
        benchmark.table(title, columns, {OURS: cells})
        bars.append(Bar(f"chart of {runs:,} x {points:,} points", max(best.values()), limit_ms, "ms"))
    return bars


def numbers(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure how fast curves of different kinds are written, and what they take."""
    points = benchmark.arguments.curve_points
    benchmark.say(f"writing curves of {points:,} points")
    rounds = [
        work(__file__, place / f"curves{number}", action="curves", points=points)
        for number in range(benchmark.arguments.rounds)
    ]
    benchmark.results["curves"] = rounds
    best = {
        name: {figure: min(each[name][figure] for each in rounds) for figure in rounds[0][name]} for name in rounds[0]
    }
    rows = {
        name: [f"{found['bytes_per_scalar']:.2f}", f"{1 / found['seconds_per_million']:.2f}"]
        for name, found in best.items()
    }
    title = f"curves of {points:,} points, {server_chart.KEYS} metrics a row, in the index"
    benchmark.table(title, ["bytes a scalar", "million scalars a second"], rows)
    slowest = max(found["seconds_per_million"] for found in best.values())
    bars = [Bar(f"index, {name}", found["bytes_per_scalar"], 8, "B a scalar") for name, found in best.items()]
    return [*bars, Bar("SeriesWriter, a million points", slowest, 1, "s")]


def beside(benchmark: Benchmark, place: Path) -> None:
    """Ask our server and those of others for the same chart, over HTTP."""
    arguments = benchmark.arguments
    runs, points = arguments.runs, arguments.peer_points
    found: dict[str, dict[str, Any]] = {}
    rows = {}
    for name in arguments.beside:
        if name in server_peers.CHARTS:
            if TRACKERS[name].version:
                benchmark.say(f"{name}: writing {runs:,} runs of {points:,} points, and asking for their chart")
                found[name] = work(__file__, place / name, action="peer", name=name, runs=runs, points=points)
                rows[name] = _compared(found[name], found[OURS])
            else:
                rows[name] = ["not installed"]
    benchmark.results["beside"] = found
    title = f"a chart of {runs:,} runs of {points:,} points, over HTTP, as the own dashboard asks for it"
    benchmark.table(title, ["ms", "ratio", "points a run", "the outlier is in it"], rows)


def _compared(found: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    shown = "yes" if found["spike"] else "no"
    return [f"{1e3 * found['seconds']:.1f}", ratio(found["seconds"], ours["seconds"]), f"{found['points']:,}", shown]


def run(benchmark: Benchmark) -> None:
    """Measure everything."""
    with scratch() as place:
        benchmark.bars = [*charts(benchmark, Path(place)), *numbers(benchmark, Path(place))]
        if benchmark.arguments.beside != [OURS]:
            beside(benchmark, Path(place))


def _arguments() -> argparse.Namespace:
    made = parser(__doc__ or "", rounds=5)
    made.add_argument("--runs", type=int, default=10, help="in the small chart (%(default)s)")
    made.add_argument("--points", type=int, default=100_000, help="of each of them (%(default)s)")
    made.add_argument("--many-runs", type=int, default=100, help="in the large chart (%(default)s)")
    made.add_argument("--many-points", type=int, default=1_000_000, help="of each of them (%(default)s)")
    made.add_argument("--curve-points", type=int, default=500_000, help="of each curve that is weighed (%(default)s)")
    made.add_argument("--peer-points", type=int, default=10_000, help="of each run beside peers (%(default)s)")
    return made.parse_args()


def main() -> None:
    """Run the benchmark, or one worker of it."""
    arguments = _arguments()
    if arguments.worker:
        task = arguments.worker
        answer(ACTIONS[task.pop("action")](Path(task.pop("folder")), **task))
        return
    arguments.beside, arguments.peers = arguments.peers, [OURS]
    Benchmark("server", arguments).complete(run)


if __name__ == "__main__":
    main()
