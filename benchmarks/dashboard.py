"""What the dashboard costs in a browser: a large project until it is usable, scrolling, zooming, and live runs.

Of ours alone, in Debian's Chromium without a screen, through Playwright. The project has the runs, metrics and steps
that are asked for; the index is complete before anything is measured. A panel counts as painted when its canvas has a
pixel that is not the background. Frames are those that the browser draws while it scrolls by a fixed way per frame.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import OURS, Bar, Benchmark, parser, scratch
from trackers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

LIVE = "live"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SHOWN_PANELS = 6  # what a person sees before scrolling

# Seconds from the beginning of the navigation until the list has rows, and that many panels are painted.
USABLE = """(wanted) => new Promise((done) => {
  const painted = (canvas) => {
    const { width, height } = canvas;
    if (!width || !height) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) return true;
    return false;
  };
  const look = () => {
    const rows = document.querySelectorAll('[data-run]').length;
    const charts = [...document.querySelectorAll('[data-panel] canvas')].filter(painted).length;
    if (rows > 0 && charts >= wanted) done(performance.now()); else requestAnimationFrame(look);
  };
  look();
})"""

# Frames per second while the board is scrolled down, `pixels` a frame, and the longest frame.
SCROLL = """({frames, pixels}) => new Promise((done) => {
  const board = document.querySelector('[data-panel]').closest('[class*=board]');
  const times = [];
  const step = (now) => {
    times.push(now);
    board.scrollTop += pixels;
    if (times.length <= frames) requestAnimationFrame(step);
    else {
      const spans = times.slice(1).map((time, at) => time - times[at]);
      done({fps: 1000 * spans.length / (times.at(-1) - times[0]), longest: Math.max(...spans), end: board.scrollTop});
    }
  };
  requestAnimationFrame(step);
})"""

# Milliseconds from the end of the drag until a chart changed for the last time within a second.
REPAINTED = """() => new Promise((done) => {
  const canvas = document.querySelector('[data-panel] canvas');
  const began = performance.now();
  let before = canvas.toDataURL(), last = 0;
  const look = () => {
    const now = performance.now() - began;
    const shown = document.querySelector('[data-panel] canvas').toDataURL();
    if (shown !== before) { before = shown; last = now; }
    if (now < 1000) requestAnimationFrame(look); else done(last);
  };
  requestAnimationFrame(look);
})"""


def write_project(root: Path, runs: int, metrics: int, steps: int) -> None:
    """Write finished runs with falling curves, through the journal's own writer."""
    from trailmark.journal.records import ConfigChange, Exit, Header
    from trailmark.journal.writer import Writer, writer_name

    keys = tuple(f"group{number // 10}/metric{number}" for number in range(metrics))
    for number in range(runs):
        began = time.time() - 1e5
        header = Header(run=f"run{number:05}", writer=writer_name(0), time=began, project=PROJECT)
        header.name = f"run-{number}"
        writer = Writer(root / PROJECT / header.run, header)
        writer.append(ConfigChange(time=began, set={"lr": 10.0 ** -(number % 6), "layers": number % 9}))
        with writer.lock:
            layout = writer.layout(keys, "f" * metrics)
            for step in range(steps if layout else 0):
                value = math.exp(-step / steps * (1 + number % 7)) + 0.01 * math.sin(step * 1.7 + number)
                values = tuple(value * (1 + metric / 10) for metric in range(metrics))
                writer.append_row(layout, step, began + step, values)  # type: ignore[arg-type]
        writer.close(Exit(time=began + steps))


def serve(root: Path) -> tuple[subprocess.Popen[str], str]:
    """Start `trailmark ui`, and return it with its address."""
    ui = ["ui", "--no-browser", "--no-token", "--port", "0"]
    command = [sys.executable, "-m", "trailmark", "--root", str(root), *ui]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().rstrip("\n").partition("\t")[2]


def fresh(context: BrowserContext, address: str, page: str) -> Page:
    """Open a page in a tab of its own."""
    tab = context.new_page()
    tab.goto(address + page, wait_until="commit")
    return tab


def usable(context: BrowserContext, address: str) -> float:
    """Return the seconds until the workspace of the project can be used."""
    tab = fresh(context, address, f"p/{PROJECT}")
    seconds = float(tab.evaluate(USABLE, SHOWN_PANELS)) / 1000
    tab.close()
    return seconds


def scroll(context: BrowserContext, address: str, frames: int) -> dict[str, float]:
    """Return frames per second while all panels are scrolled by."""
    tab = fresh(context, address, f"p/{PROJECT}")
    tab.evaluate(USABLE, SHOWN_PANELS)
    found: dict[str, float] = tab.evaluate(SCROLL, {"frames": frames, "pixels": 25})
    tab.close()
    return found


def zoom(context: BrowserContext, address: str) -> float:
    """Return the milliseconds from a zoom box to the last change of the chart."""
    tab = fresh(context, address, f"p/{PROJECT}")
    tab.evaluate(USABLE, SHOWN_PANELS)
    box = tab.locator(".u-over").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + box["width"] * 0.3, middle)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    tab.mouse.up()
    milliseconds = float(tab.evaluate(REPAINTED))
    tab.close()
    return milliseconds


def live(context: BrowserContext, address: str, root: Path, runs: int, seconds: float) -> float:
    """Return the share of the main thread that live runs take, each of which logs ten times a second."""
    command = [sys.executable, __file__, "--train", str(runs), str(seconds + 8), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as trainer:
        assert trainer.stdout is not None
        trainer.stdout.readline()
        tab = fresh(context, address, f"p/{LIVE}")
        tab.evaluate(USABLE, 1)
        client = context.new_cdp_session(tab)
        client.send("Performance.enable")
        share = _busy_share(client, tab, seconds)
        tab.close()
        trainer.terminate()
    return share


def _busy_share(client: Any, tab: Page, seconds: float) -> float:
    def busy() -> tuple[float, float]:
        found = {entry["name"]: entry["value"] for entry in client.send("Performance.getMetrics")["metrics"]}
        return found["TaskDuration"], found["Timestamp"]

    before = busy()
    tab.wait_for_timeout(seconds * 1000)
    after = busy()
    return (after[0] - before[0]) / (after[1] - before[1])


def train(runs: int, seconds: float, root: Path) -> None:
    """Log to several runs, ten times a second each, as a training script does."""
    import trailmark

    quiet = {"system": False, "console": "off", "silent": True, "git": False, "requirements": False}
    begun = [
        trailmark.init(project=LIVE, id=f"live{number}", dir=root, reinit="create_new", settings=quiet)
        for number in range(runs)
    ]
    print("begun", flush=True)
    end = time.monotonic() + seconds
    step = 0
    while time.monotonic() < end:
        for number, run in enumerate(begun):
            run.log({"loss": 1 / (step + 1) + number / 10, "accuracy": 1 - 1 / (step + 2)})
        step += 1
        time.sleep(0.1)
    for run in begun:
        run.finish()


def measured(benchmark: Benchmark, root: Path) -> Iterator[dict[str, float]]:
    """Yield the figures of one round after the other."""
    from playwright.sync_api import sync_playwright

    arguments = benchmark.arguments
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    process, address = serve(root)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            for number in range(arguments.rounds):
                benchmark.say(f"round {number + 1}")
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                result = {"usable_s": usable(context, address), "zoom_ms": zoom(context, address)}
                scrolled = scroll(context, address, arguments.frames)
                result |= {"fps": scrolled["fps"], "longest_ms": scrolled["longest"]}
                result["live_share"] = live(context, address, root, arguments.live, arguments.seconds)
                context.close()
                yield result
            browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def run(benchmark: Benchmark) -> None:
    """Write the project and its index once, then measure in rounds."""
    arguments = benchmark.arguments
    size = f"{arguments.runs:,} runs x {arguments.metrics} metrics x {arguments.steps:,} steps"
    with scratch() as place:
        root = Path(place)
        benchmark.say(f"writing {size}")
        write_project(root, arguments.runs, arguments.metrics, arguments.steps)
        benchmark.say("indexing")
        subprocess.run([sys.executable, "-m", "trailmark", "--root", str(root), "reindex"], check=True, env=os.environ)
        rounds = list(measured(benchmark, root))
    middle = {key: statistics.median(found[key] for found in rounds) for key in rounds[0]}
    benchmark.results = {"rounds": rounds}
    columns = ["usable (s)", "scroll (frames/s)", "longest frame (ms)", "zoom to paint (ms)", "live: main thread"]
    row = [
        f"{middle['usable_s']:.2f}",
        f"{middle['fps']:.0f}",
        f"{middle['longest_ms']:.0f}",
        f"{middle['zoom_ms']:.0f}",
        f"{middle['live_share']:.0%}",
    ]
    benchmark.table(f"dashboard, {size}", columns, {OURS: row})
    benchmark.bars = [
        Bar(f"{size}: usable", middle["usable_s"], 2.0, "s"),
        Bar("scrolling: time of a frame (50 frames/s)", 1000 / middle["fps"], 20.0, "ms"),
        Bar("zoom box to paint", middle["zoom_ms"], 150.0, "ms"),
        Bar(f"{arguments.live} live runs at 10 Hz: main thread", 100 * middle["live_share"], 25.0, "%"),
    ]


def main() -> None:
    """Run the benchmark, or the training of its live runs."""
    made = parser(__doc__ or "", rounds=3)
    made.add_argument("--runs", type=int, default=1000, help="of the project (%(default)s)")
    made.add_argument("--metrics", type=int, default=50, help="of each run (%(default)s)")
    made.add_argument("--steps", type=int, default=10_000, help="of each metric (%(default)s)")
    made.add_argument("--frames", type=int, default=200, help="to scroll (%(default)s)")
    made.add_argument("--live", type=int, default=20, help="live runs (%(default)s)")
    made.add_argument("--seconds", type=float, default=10.0, help="to watch them (%(default)s)")
    made.add_argument("--train", nargs=3, metavar=("RUNS", "SECONDS", "ROOT"), help="only log to live runs")
    arguments = made.parse_args()
    if arguments.train:
        train(int(arguments.train[0]), float(arguments.train[1]), Path(arguments.train[2]))
        return
    arguments.peers = [OURS]
    Benchmark("dashboard", arguments).complete(run)


if __name__ == "__main__":
    main()
