"""What the benchmarks share: workers in processes of their own, rounds in rotating order, tables, bars and JSON.

Trackers are compared in one run on one machine: in each round every tracker does the same work in a fresh process, and
the next round begins with another one, so that what disturbs the machine disturbs all of them. Ratios carry over to
other machines, times do not. A tracker that is not installed is named as such.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from trackers import TRACKERS, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OURS = "trailmark"
WORKER_TIMEOUT_S = 300


class WorkerFailedError(Exception):
    """A worker ended badly; the message holds what it said."""


@dataclass
class Bar:
    """A figure that must not be passed: `value` is to be at most `limit`; None: could not be measured."""

    what: str
    value: float | None
    limit: float
    unit: str = ""

    @property
    def verdict(self) -> str:
        """Whether the bar is cleared: pass, miss or not measured."""
        if self.value is None:
            return "not measured"
        return "pass" if self.value <= self.limit else "miss"


@dataclass
class Benchmark:
    """A benchmark's name, arguments and results."""

    name: str
    arguments: argparse.Namespace
    results: dict[str, Any] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)
    console: Console = field(default_factory=lambda: Console(width=None if sys.stdout.isatty() else 140))

    @property
    def present(self) -> list[str]:
        """The trackers asked for that are installed, in the order of `TRACKERS`."""
        return [name for name in self.arguments.peers if TRACKERS[name].version]

    @property
    def missing(self) -> list[str]:
        """The trackers asked for that are not installed."""
        return [name for name in self.arguments.peers if not TRACKERS[name].version]

    def order(self, number: int) -> list[str]:
        """Return the trackers in the order of a round."""
        shift = number % max(1, len(self.present))
        return self.present[shift:] + self.present[:shift]

    def say(self, text: str) -> None:
        """Tell what is going on, on stderr."""
        print(text, file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: dict[str, list[str]]) -> None:
        """Print rows of cells by their label, ours in bold, and name what is not installed."""
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
        for column in ("", *columns):
            table.add_column(column, justify="right" if column else "left")
        for label, cells in rows.items():
            table.add_row(label, *cells, style="bold" if label.startswith(OURS) else "")
        for name in self.missing:
            table.add_row(name, "not installed")
        self.console.print(table)

    def complete(self, run: Callable[[Benchmark], None], bars: Callable[[Benchmark], list[Bar]] | None = None) -> None:
        """Measure and print everything; a worker that fails ends it all, with what it said."""
        try:
            run(self)
        except WorkerFailedError as error:
            raise SystemExit(str(error)) from None
        if bars is not None:
            self.bars = bars(self)
        self.close()

    def close(self) -> None:
        """Print the bars, and write JSON if that was asked for."""
        if self.bars:
            table = Table(title="bars", title_justify="left", box=SIMPLE_HEAD)
            for column in ("", "measured", "at most", ""):
                table.add_column(column, justify="left" if not column else "right")
            for bar in self.bars:
                value = "" if bar.value is None else f"{bar.value:.4g} {bar.unit}".strip()
                table.add_row(bar.what, value, f"{bar.limit:.4g} {bar.unit}".strip(), bar.verdict)
            self.console.print(table)
        if self.arguments.json:
            Path(self.arguments.json).write_text(json.dumps(self.document(), indent=1) + "\n", encoding="utf-8")

    def document(self) -> dict[str, Any]:
        """Return all there is to know of this run of the benchmark."""
        return {
            "benchmark": self.name,
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "machine": machine(),
            "versions": {name: TRACKERS[name].version or "not installed" for name in self.arguments.peers},
            "arguments": {key: value for key, value in vars(self.arguments).items() if key not in {"json", "worker"}},
            "bars": [{**vars(bar), "verdict": bar.verdict} for bar in self.bars],
            "results": self.results,
        }


def parser(description: str, *, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with the arguments that all benchmarks have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--peers", type=_names, default=list(TRACKERS), help=f"some of {','.join(TRACKERS)}")
    made.add_argument("--rounds", type=int, default=rounds, help="how often each tracker is measured (%(default)s)")
    made.add_argument("--json", metavar="FILE", help="also write all results to a file")
    made.add_argument("--worker", type=json.loads, help=argparse.SUPPRESS)
    return made


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = sorted(set(names) - set(TRACKERS))
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(TRACKERS)}")
    return list(dict.fromkeys([OURS, *names]))  # ratios are to ours


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder for what trackers write."""
    return tempfile.TemporaryDirectory(prefix="trailmark-bench-", ignore_cleanup_errors=True)


def work(script: str, folder: Path, **task: Any) -> Any:
    """Run `script` as a worker on `task`, in `folder`; return what it answers with `answer`.

    Raises:
        WorkerFailedError: it ended with an error or without an answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    task["folder"] = str(folder)
    done = subprocess.run(
        command(script, task),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=WORKER_TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not answers:
        raise WorkerFailedError(f"{task}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return json.loads(answers[-1].removeprefix(_MARK))


def command(script: str, task: dict[str, Any]) -> list[str]:
    """Return the command line of a worker."""
    return [sys.executable, str(Path(script).resolve()), "--worker", json.dumps(task)]


def answer(value: Any) -> None:
    """Give a worker's result to `work`."""
    print(f"\n{_MARK}{json.dumps(value)}", flush=True)


_MARK = "answer: "


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def median(results: list[dict[str, Any]], key: str) -> float:
    """Return the median over rounds of one figure."""
    return float(statistics.median(result[key] for result in results))


def ratio(value: float, ours: float | None) -> str:
    """Return how often ours goes into a peer's figure, as text."""
    return f"{value / ours:.1f}x" if ours else ""
