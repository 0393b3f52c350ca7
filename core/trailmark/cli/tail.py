"""`trailmark tail`: a run as it goes on."""

from __future__ import annotations

import fnmatch
import re
import sys
import time
from typing import TYPE_CHECKING

import click

from trailmark.cli.lookup import complete_run, find_run, root_of
from trailmark.cli.screen import Part, Screen
from trailmark.cli.text import clean, duration, exact, iso, short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trailmark.cli.follow import Event, Follower, Line, Metrics, Note
    from trailmark.journal.runstate import RunState

POLL_S = 0.2
_LIFE_S = 2.0  # how often to ask whether a run that says nothing is still alive
_INTERRUPTED = 130  # what a shell expects of a process that Ctrl-C ended


@click.command("tail")
@click.argument("run", default="latest", metavar="[RUN]", shell_complete=complete_run)
@click.option(
    "--lines",
    "-n",
    type=click.IntRange(min=0),
    metavar="N",
    default=10,
    show_default=True,
    help="Begin with so many.",
)
@click.option("--metrics", "-m", is_flag=True, help="Only metrics.")
@click.option("--console", "-c", is_flag=True, help="Only what the run prints.")
@click.option("--keys", "-k", multiple=True, metavar="GLOB", help="Only metrics whose name matches; repeatable.")
@click.option(
    "--rank",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only this rank; otherwise metrics of 0, console of all.",
)
@click.pass_context
def command(
    context: click.Context,
    run: str,
    *,
    lines: int,
    metrics: bool,
    console: bool,
    keys: tuple[str, ...],
    rank: int | None,
) -> None:
    """Follow a run: its metrics and what it prints, as they come. Without RUN, the newest.

    It ends with the run, or by Ctrl-C. A pipe gets time, kind (metrics, stdout, stderr, or what happened) and the
    rest parted by tabs; of a line that is redrawn, such as a progress bar, the first and the last state.
    """
    from trailmark.cli.follow import Follower

    follower = Follower(find_run(root_of(context), run), rank)
    both = metrics == console
    wire = Wire(Screen(), keys, metrics=metrics or both, console=console or both)
    try:
        _follow(follower, wire, lines)
    except KeyboardInterrupt:
        context.exit(_INTERRUPTED)


def _follow(follower: Follower, wire: Wire, lines: int) -> None:
    from trailmark.journal.runstate import load

    events = [event for event in follower.poll(most=lines) if wire.takes(event)]
    asked_at = -_LIFE_S
    wire.write(events[len(events) - lines :] if lines < len(events) else events)
    while True:
        state: RunState | None = None
        if follower.ended or time.monotonic() - asked_at >= _LIFE_S:
            state, asked_at = load(follower.directory), time.monotonic()
            over = state is None or state.state != "running"
            wire.write([event for event in follower.poll() if wire.takes(event)], last=over)
            if over:
                wire.end(follower.directory, state)
                return
        time.sleep(POLL_S)
        wire.write([event for event in follower.poll() if wire.takes(event)])


class Wire:
    """Writes events to the screen as they come."""

    def __init__(self, screen: Screen, keys: tuple[str, ...], *, metrics: bool, console: bool) -> None:
        self.screen = screen
        self._keys = re.compile("|".join(map(fnmatch.translate, keys))) if keys else None
        self._metrics = metrics
        self._console = console
        self._widths: dict[str, int] = {}  # how wide the values of a key have been: they stand below each other
        self._waiting: dict[tuple[str, str], Line] = {}  # lines that were redrawn, by journal and stream
        self._numbers: dict[tuple[str, str], int] = {}  # the highest line that was written
        self._redrawable: tuple[str, str, int] | None = None  # the line that is the terminal's last

    def takes(self, event: Event) -> bool:
        """Whether `event` was asked for."""
        from trailmark.cli.follow import Line, Metrics

        if isinstance(event, Metrics):
            return self._metrics and any(self._shows(key) for key in event.values)
        return self._console or not isinstance(event, Line)

    def write(self, events: list[Event], *, last: bool = False) -> None:
        """Write events; with `last` also what was held back."""
        from trailmark.cli.follow import Line, Metrics

        for event in events:
            if isinstance(event, Metrics):
                self._write_metrics(event)
            elif isinstance(event, Line):
                self._write_line(event)
            else:
                self._write_note(event)
        if last:
            for line in self._waiting.values():
                self._put_line(line)
            self._waiting.clear()
        if events or last:
            sys.stdout.flush()

    def end(self, directory: Path, run: RunState | None) -> None:
        """Write how the run ended."""
        if run is None:
            self._put([("the run was deleted", "yellow")], time.time(), "deleted", str(directory))
            return
        text = f"{run.state} after {duration(run.runtime_s)}"
        parts = [self.screen.sign(run.state), (f" {run.name} ", "bold"), (text, self.screen.sign(run.state)[1])]
        self._put(parts, run.exit_time or run.last_time, run.state, exact(run.name), exact(run.runtime_s))
        sys.stdout.flush()

    def _shows(self, key: str) -> bool:
        return self._keys is None or self._keys.match(key) is not None

    def _put(self, parts: Sequence[Part], when: float, *fields: str) -> None:
        """Write one line: `parts` to a terminal, `fields` to a pipe."""
        self._redrawable = None
        if self.screen.terminal:
            self.screen.line((time.strftime("%H:%M:%S  ", time.localtime(when)), "dim"), *parts)
        else:
            self.screen.row(iso(when), *fields)

    def _write_metrics(self, event: Metrics) -> None:
        values = {key: value for key, value in event.values.items() if self._shows(key)}
        parts: list[Part] = [(_rank(event.rank), "yellow"), ("step ", "dim"), (self._padded("", event.step), "cyan")]
        for key, value in values.items():
            parts += [(f"  {key} ", "dim"), (self._padded(key, value), "")]
        cells = [f"{clean(key)}={exact(value)}" for key, value in values.items()]
        self._put(parts, event.time, "metrics", f"step={event.step}", *cells)

    def _padded(self, key: str, value: object) -> str:
        text = short(value)
        self._widths[key] = max(self._widths.get(key, 0), min(len(text), 12))
        return text.ljust(self._widths[key])

    def _write_line(self, line: Line) -> None:
        place = (line.source, line.stream)
        if line.number > self._numbers.get(place, -1):
            before = self._waiting.pop(place, None)
            if before is not None:
                self._put_line(before)
            self._numbers[place] = line.number
            self._put_line(line)
        elif self.screen.terminal and self._redrawable == (*place, line.number):
            sys.stdout.write("\x1b[1A\x1b[2K")  # up, and erase: the line is drawn again in its place
            self._put_line(line)
        else:
            self._waiting[place] = line

    def _put_line(self, line: Line) -> None:
        bar = ("│ " if self.screen.unicode else "| ", "red" if line.stream == "stderr" else "dim")
        parts = [(_rank(line.rank), "yellow"), bar, *self.screen.printed(line.text)] if self.screen.terminal else []
        self._put(
            parts, line.time, line.stream, *([str(line.rank)] if line.rank else []), self.screen.stripped(line.text)
        )
        self._redrawable = (line.source, line.stream, line.number)

    def _write_note(self, note: Note) -> None:
        from trailmark.journal.records import Alert, Preempting

        record = note.record
        if isinstance(record, Alert):
            title = f"{record.level} {record.title}"
            parts = [("! ", "yellow"), (title, "bold yellow"), (f"  {record.text}", "")]
            self._put(parts, note.time, "alert", exact(record.level), exact(record.title), exact(record.text))
        elif isinstance(record, Preempting):
            self._put([("the scheduler is about to stop the run", "yellow")], note.time, "preempting")
        else:
            self._put([(f"attempt {record.attempt} begins", "cyan")], note.time, "attempt", str(record.attempt))


def _rank(rank: int) -> str:
    return f"[{rank}] " if rank else ""
