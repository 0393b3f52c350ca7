"""What the server costs: charts of long runs, the index, the table of many runs, live rows, memory; also beside peers.

Each figure is the best of its rounds, which is what the code costs; files are warm, as they are for who has just
looked. `--parts` measures some of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import server_chart
import server_index
import server_live
import server_peers
import server_table
from harness import OURS, Bar, Benchmark, answer, parser, ratio, scratch, work
from live_runs import LEAST_HZ, RATE_HZ
from peer_servers import SERVERS
from trackers import TRACKERS

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "curves": server_chart.write_curves,
    "write": server_chart.write_runs,
    "read": server_chart.read_charts,
    "journals": server_index.write,
    "index": server_index.index,
    "table": server_table.write,
    "open": server_table.measure,
    "live": server_live.measure,
    "peer chart": server_peers.measure_chart,
    "peer opening": server_peers.measure_opening,
}
PEER_RUN_POINTS = 100
WRITTEN_TOGETHER = 10  # runs that one worker writes, so that none takes minutes


def charts(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure charts of few runs, and of many long ones."""
    arguments = benchmark.arguments
    sizes = {"few": (arguments.runs, arguments.points), "many": (arguments.many_runs, arguments.many_points)}
    bars = []
    for name, limit_ms in (("few", 20), ("many", 300)):
        runs, points = sizes[name]
        task: dict[str, Any] = {"runs": runs, "points": points, "prefix": name}
        benchmark.say(f"writing {runs:,} runs of {points:,} points")
        for first in range(0, runs, WRITTEN_TOGETHER):
            part = {"first": first, "end": min(first + WRITTEN_TOGETHER, runs)}
            work(__file__, place / name, action="write", points=points, prefix=name, **part)
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


def index(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure how fast the index is made from nothing."""
    arguments = benchmark.arguments
    sizes = {"long runs": (10, 8, arguments.points), "small runs": (arguments.table_runs, 8, 100)}
    bars, rows = [], {}
    for name, (runs, metrics, steps) in sizes.items():
        folder = place / name.replace(" ", "-")
        benchmark.say(f"indexing {runs:,} runs of {metrics} metrics x {steps:,} steps")
        written = work(__file__, folder, action="journals", runs=runs, metrics=metrics, steps=steps)
        rounds = [work(__file__, folder, action="index", runs=runs) for _ in range(arguments.rounds)]
        benchmark.results[name] = {"written": written, "rounds": rounds}
        seconds = min(each["seconds"] for each in rounds)
        megabytes, millions = written["journal_bytes"] / 1e6, written["points"] / 1e6
        label = f"{runs:,} runs of {metrics} x {steps:,}"
        rows[label] = [f"{value / seconds:.2f}" for value in (megabytes, millions)]
        rows[label] += [f"{runs / seconds:,.0f}", f"{rounds[0]['index_bytes'] / written['points']:.2f}"]
        bars.append(Bar(f"index, {name}: 50 MB of journal", 50 * seconds / megabytes, 1, "s"))
        bars.append(Bar(f"index, {name}: a million points", seconds / millions, 1, "s"))
    columns = ["MB of journal a second", "million points a second", "runs a second", "bytes a scalar"]
    benchmark.table("the index, from nothing", columns, rows)
    return bars


def table(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure a server of many indexed runs: opening it, its table, its memory."""
    runs = benchmark.arguments.table_runs
    benchmark.say(f"the table of {runs:,} runs")
    work(__file__, place / "table", action="table", runs=runs)
    rounds = [work(__file__, place / "table", action="open", runs=runs) for _ in range(benchmark.arguments.rounds)]
    benchmark.results["table"] = rounds
    best = {figure: min(each[figure] for each in rounds) for figure in rounds[0]}
    columns = ["opening (s)", f"{server_table.PAGE} rows, filtered, sorted (ms)", "all rows (ms)", "memory (MB)"]
    cells = [f"{best['open']:.2f}", f"{1e3 * best['page']:.1f}", f"{1e3 * best['all']:.1f}"]
    cells.append(f"{best['memory_bytes'] / 1e6:.0f}")
    size = f"{runs:,} runs x {2 * server_table.CONFIG} columns"
    benchmark.table(f"{size}, over HTTP", columns, {OURS: cells})
    return [
        Bar(f"{runs:,} indexed runs: until the first page is here", best["open"], 2, "s"),
        Bar(f"table of {size}: a page", 1e3 * best["page"], 100, "ms"),
        Bar("idle memory", best["memory_bytes"] / 1e6, 120, "MB"),
    ]


def live(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Measure the way from `log()` to the browser."""
    arguments = benchmark.arguments
    pace = {"seconds": arguments.seconds, "least_hz": arguments.least_hz}
    bars, rows = [], {}
    for runs in (1, arguments.live):
        benchmark.say(f"{runs} live runs")
        rounds = [
            work(__file__, place / f"live{runs}-{number}", action="live", runs=runs, **pace)
            for number in range(arguments.rounds)
        ]
        benchmark.results[f"live {runs}"] = rounds
        best = {figure: min(each[figure] for each in rounds) for figure in ("p50_ms", "p95_ms", "max_ms")}
        label = f"{runs} run{'s' if runs > 1 else ''} at {RATE_HZ} Hz"
        rows[label] = [f"{value:.0f}" for value in best.values()]
        bars.append(Bar(f"log() to event, p95, {label}", best["p95_ms"], 300, "ms"))
    benchmark.table("from log() to the event of the feed (ms)", ["p50", "p95", "longest"], rows)
    return bars


def beside(benchmark: Benchmark, place: Path) -> list[Bar]:
    """Have our server and those of others do the same, over HTTP; of ours alone there is nothing to compare."""
    arguments = benchmark.arguments
    peers = [name for name in arguments.beside if name in SERVERS]
    if peers == [OURS]:
        return []
    present = [name for name in peers if TRACKERS[name].version]
    charts: dict[str, Any] = {}
    openings: dict[str, Any] = {}
    size = {"runs": arguments.runs, "points": arguments.peer_points}
    many = {"runs": arguments.peer_runs, "points": PEER_RUN_POINTS}
    for name in present:
        benchmark.say(f"{name}: {size['runs']:,} runs of {size['points']:,} points, and their chart")
        charts[name] = work(__file__, place / f"{name}-chart", action="peer chart", name=name, **size)
        benchmark.say(f"{name}: {many['runs']:,} runs of {many['points']:,} points, and their list")
        openings[name] = work(__file__, place / f"{name}-list", action="peer opening", name=name, **many)
    benchmark.results["beside"] = {"charts": charts, "openings": openings}
    absent = {name: ["not installed"] for name in peers if name not in present}
    columns = ["ms", "ratio", "points a run", "the outlier is in it", "bytes a scalar on disk", "ratio"]
    title = f"a chart of {size['runs']:,} runs of {size['points']:,} points, as the own dashboard asks for it"
    benchmark.table(title, columns, {name: _chart_cells(charts[name], charts[OURS]) for name in present} | absent)
    columns = ["first time (s)", "ratio", "again (s)", "ratio", "memory (MB)", "ratio"]
    title = f"from the start of the server until it lists {many['runs']:,} runs of {many['points']:,} points"
    benchmark.table(title, columns, {name: _opening_cells(openings[name], openings[OURS]) for name in present} | absent)
    return []


def _chart_cells(found: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    size = "bytes_per_scalar"
    cells = [f"{1e3 * found['seconds']:.1f}", ratio(found["seconds"], ours["seconds"]), f"{found['points']:,}"]
    return [*cells, "yes" if found["spike"] else "no", f"{found[size]:.0f}", ratio(found[size], ours[size])]


def _opening_cells(found: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    cells = []
    for figure, unit in (("first_seconds", 1), ("seconds", 1), ("memory_bytes", 1e6)):
        cells += [f"{found[figure] / unit:.3g}", ratio(found[figure], ours[figure])]
    return cells


PARTS: dict[str, Callable[[Benchmark, Path], list[Bar]]] = {
    "charts": charts,
    "numbers": numbers,
    "index": index,
    "table": table,
    "live": live,
    "beside": beside,
}


def run(benchmark: Benchmark) -> None:
    """Measure everything that was asked for; what a part wrote is gone after it."""
    for part in benchmark.arguments.parts:
        with scratch() as place:
            benchmark.bars += PARTS[part](benchmark, Path(place))


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"parts are {', '.join(PARTS)}")
    return parts


def _arguments() -> argparse.Namespace:
    made = parser(__doc__ or "", rounds=3)
    made.add_argument("--parts", type=_parts, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    made.add_argument("--runs", type=int, default=10, help="in the small chart (%(default)s)")
    made.add_argument("--points", type=int, default=100_000, help="of each of them (%(default)s)")
    made.add_argument("--many-runs", type=int, default=100, help="in the large chart (%(default)s)")
    made.add_argument("--many-points", type=int, default=1_000_000, help="of each of them (%(default)s)")
    made.add_argument("--curve-points", type=int, default=500_000, help="of each curve that is weighed (%(default)s)")
    made.add_argument("--table-runs", type=int, default=1000, help="in the table, and to index (%(default)s)")
    made.add_argument("--live", type=int, default=20, help="live runs (%(default)s)")
    made.add_argument("--seconds", type=float, default=10.0, help="to follow them (%(default)s)")
    made.add_argument("--least-hz", type=float, default=LEAST_HZ, help="each logs so often, or it fails (%(default)s)")
    made.add_argument("--peer-points", type=int, default=10_000, help="of each run beside peers (%(default)s)")
    made.add_argument("--peer-runs", type=int, default=100, help="that are listed beside peers (%(default)s)")
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
