"""What the dashboard costs in a browser: a large project until it is usable, scrolling, zooming, and live runs.

Of ours alone, in Debian's Chromium without a screen, through Playwright. The project has the runs, metrics and steps
that are asked for; the index is complete before anything is measured. `--root` keeps it for the next time. Frames are
those that the browser draws while it scrolls by a fixed way per frame; the main thread's share is time of the
processor. Each figure is the best of its rounds. Each round zooms once more with answers that
are held back, which has to show in the figure (of short runs the page has every point, and waits for no answer).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dashboard_page
from harness import OURS, Bar, Benchmark, parser, scratch
from live_runs import LEAST_HZ, RATE_HZ, training
from trackers import PROJECT
from ui_process import serving
from written_runs import write_project

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
BUCKETED_STEPS = 5000  # a zoom into the middle of so many is drawn anew of what the server answers


@dataclass(frozen=True)
class Size:
    """How large a project is."""

    runs: int
    metrics: int
    steps: int

    def __str__(self) -> str:
        """As titles say it."""
        return f"{self.runs:,} runs x {self.metrics} metrics x {self.steps:,} steps"


def live(context: BrowserContext, url: str, root: Path, number: int, arguments: argparse.Namespace) -> float:
    """Return the share of the main thread that new runs take, all of which are on the page; they are removed."""
    project = f"live{os.getpid()}-{number}"
    try:
        with training(root, project, arguments.live, arguments.least_hz):
            tab, _ = dashboard_page.opened(context, url, project, 1)
            share = dashboard_page.busy(context, tab, arguments.seconds)
            tab.close()
    finally:
        shutil.rmtree(root / project, ignore_errors=True)
    return share


def measured(benchmark: Benchmark, root: Path, url: str, size: Size) -> Iterator[dict[str, float]]:
    """Yield the figures of one round after the other."""
    from playwright.sync_api import sync_playwright

    arguments = benchmark.arguments
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        for number in range(arguments.rounds):
            benchmark.say(f"round {number + 1}")
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            result = {"usable_s": dashboard_page.usable(context, url, PROJECT)}
            zoomed = dashboard_page.zoom(context, url, PROJECT)
            result |= {"zoom_first_ms": zoomed["first"], "zoom_ms": zoomed["last"]}
            if size.steps >= BUCKETED_STEPS:
                result["zoom_held_ms"] = dashboard_page.check_zoom(context, url, PROJECT)
            scrolled = dashboard_page.scroll(context, url, PROJECT, arguments.frames)
            result |= {"fps": scrolled["fps"], "longest_ms": scrolled["longest"]}
            result["live_share"] = live(context, url, root, number, arguments)
            context.close()
            yield result
        browser.close()


def prepare(benchmark: Benchmark, root: Path) -> None:
    """Write the project unless it is there, and its index."""
    arguments = benchmark.arguments
    size = Size(arguments.runs, arguments.metrics, arguments.steps)
    if not (root / PROJECT).is_dir():
        benchmark.say(f"writing {size}")
        write_project(root, size.runs, size.metrics, size.steps)
        benchmark.say("indexing")
        subprocess.run([sys.executable, "-m", "trailmark", "--root", str(root), "reindex"], check=True)


def size_of(url: str) -> Size:
    """Return how large the project is, as the server has it."""
    with urllib.request.urlopen(f"{url}api/v1/projects/{PROJECT}/columns", timeout=60) as answer:
        keys = [key for key in json.load(answer)["keys"] if key["stream"] == "history"]
    runs, points = keys[0]["runs"], keys[0]["points"]
    return Size(runs, len(keys), points // runs)


def run(benchmark: Benchmark) -> None:
    """Measure in rounds, and tell."""
    arguments = benchmark.arguments
    with contextlib.ExitStack() as stack:
        root = Path(arguments.root or stack.enter_context(scratch()))
        prepare(benchmark, root)
        url = stack.enter_context(serving(root)).url
        size = size_of(url)
        rounds = list(measured(benchmark, root, url, size))
    benchmark.results = {"rounds": rounds}
    best = {key: min(found[key] for found in rounds) for key in rounds[0]}
    best["fps"] = max(found["fps"] for found in rounds)
    columns = {
        "usable (s)": f"{best['usable_s']:.2f}",
        "scroll (frames/s)": f"{best['fps']:.0f}",
        "longest frame (ms)": f"{best['longest_ms']:.0f}",
        "zoom: first paint (ms)": f"{best['zoom_first_ms']:.0f}",
        "last (ms)": f"{best['zoom_ms']:.0f}",
        f"answers held {dashboard_page.HELD_MS} ms": f"{best['zoom_held_ms']:.0f}" if "zoom_held_ms" in best else "",
        "live: main thread": f"{best['live_share']:.0%}",
    }
    benchmark.table(f"dashboard, {size}", list(columns), {OURS: list(columns.values())})
    benchmark.bars = [
        Bar(f"{size}: usable", best["usable_s"], 2.0, "s"),
        Bar("scrolling: time of a frame (50 frames/s)", 1000 / best["fps"], 20.0, "ms"),
        Bar("zoom box to the last paint", best["zoom_ms"], 150.0, "ms"),
        Bar(f"{arguments.live} live runs at {RATE_HZ} Hz: main thread", 100 * best["live_share"], 25.0, "%"),
    ]


def main() -> None:
    """Run the benchmark."""
    made = parser(__doc__ or "", rounds=3)
    made.add_argument("--runs", type=int, default=1000, help="of the project (%(default)s)")
    made.add_argument("--metrics", type=int, default=50, help="of each run (%(default)s)")
    made.add_argument("--steps", type=int, default=10_000, help="of each metric (%(default)s)")
    made.add_argument("--frames", type=int, default=200, help="to scroll (%(default)s)")
    made.add_argument("--live", type=int, default=20, help="live runs (%(default)s)")
    made.add_argument("--seconds", type=float, default=10.0, help="to watch them (%(default)s)")
    made.add_argument("--least-hz", type=float, default=LEAST_HZ, help="each logs so often, or it fails (%(default)s)")
    made.add_argument("--root", metavar="DIR", help="where the project stays; it is written if it is not there")
    arguments = made.parse_args()
    arguments.peers = [OURS]
    Benchmark("dashboard", arguments).complete(run)


if __name__ == "__main__":
    main()
