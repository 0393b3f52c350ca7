"""The page that `trailmark show` writes for people."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, Any

from trailmark.cli.measure import draw, measure, remark
from trailmark.cli.screen import STATES, Part, Screen
from trailmark.cli.show import definition_text, flat
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, duration, moment, number, plural, short, size
from trailmark.journal.fold import definition_of
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trailmark.api.run import Run

_MOST_FILES = 20
_MEDIA = "media/"  # files of logged values, which are many
_LAST_LINES = 5
_CURVE = (12, 40)  # how wide a curve may be, in characters
_BESIDE_CURVE = 66  # what the other columns need


class Page:
    """Everything that is known of a run, in sections; those that would be empty are left out."""

    def __init__(self, screen: Screen, run: Run, rank: int) -> None:
        self.screen = screen
        self.run = run
        self.rank = rank
        least, most = _CURVE
        self._curve_width = min(max(screen.width - _BESIDE_CURVE, least), most)

    def write(self, keys: Sequence[str], key_count: int, *, system: bool) -> None:
        """Write the page, with the curves of `keys`, which are some of `key_count`."""
        run = self.run
        self._head()
        title = f"Metrics of rank {self.rank}" if self.rank else "Metrics"
        self._metrics(title, keys, "default")
        if len(keys) < key_count:
            self.screen.line((f"  … and {plural(key_count - len(keys), 'more metric')}; --keys GLOB picks some", "dim"))
        if system:
            self._metrics("System", list(run.keys("system")), "system")
        self._values("Config", ((key, short(value, rounded=False)) for key, value in flat(run.config)))
        self._values("Summary", ((key, short(value)) for key, value in flat(self._told_apart())))
        self._values("Definitions", ((name, definition_text(metric)) for name, metric in run.metrics.items()))
        self._values("Environment", ((key, _environment_text(key, value)) for key, value in flat(run.environment)))
        self._files()
        self._artifacts()
        self._alerts()
        self._last_lines()
        self._error()

    def _head(self) -> None:
        run, screen = self.run, self.screen
        style = STATES[run.state][2]
        screen.line(screen.sign(run.state), " ", (run.name, "bold"), f"  {run.path}")
        ago = age(time.time() - run.start_time)
        how = "for" if run.state == "running" else "after"
        told = [
            (run.state, style),
            (f" {how} {duration(run.runtime_s)}", ""),
            (f" · begun {moment(run.start_time)}, {ago} ago" if ago != "now" else " · begun just now", "dim"),
        ]
        screen.line("  ", *told)
        facts = [
            f"step {number(run.last_step)}" if run.last_step is not None else "nothing logged",
            plural(len(run.keys()), "metric"),
            f"{len(run.ranks)} ranks" if len(run.ranks) > 1 else "",
            f"attempt {run.attempts}" if run.attempts > 1 else "",
            f"group {run.group}" if run.group else "",
            run.job_type or "",
            f"forked from {run.forked_from}" if run.forked_from else "",
            f"on {run.host}" if run.host else "",
            "archived" if run.archived else "",
            "deleted" if run.deleted else "",
        ]
        screen.line("  ", (" · ".join(fact for fact in facts if fact), "dim"))
        if run.tags:
            screen.line("  ", (" ".join(f"#{tag}" for tag in run.tags), "cyan"))
        state = load(run.dir)
        if state is not None and state.lost_rows:
            screen.line("  ", (f"{plural(state.lost_rows, 'row')} could not be written: lost", "red"))
        for name, reason in state.unreadable.items() if state is not None else ():
            screen.paragraph(f"{name} is not read: {reason}", "red", indent=2)
        if run.notes:
            screen.paragraph(run.notes, "italic", indent=2)

    def _title(self, title: str, remark: str = "") -> None:
        self.screen.line()
        self.screen.line((title, "bold"), (f"  {remark}" if remark else "", "dim"))

    def _metrics(self, title: str, keys: Sequence[str], stream: str) -> None:
        if not keys:
            return
        self._title(title)
        columns = (
            Column("", widest=36),
            Column("", widest=self._curve_width, optional=1),
            Column("last", right=True),
            Column("min", right=True, optional=2),
            Column("max", right=True, optional=2),
            Column("values", right=True, optional=3),
            Column("", optional=4, widest=28),
        )
        self.screen.lines(table(columns, [self._metric(key, stream) for key in keys], self.screen.width, indent=2))

    def _metric(self, key: str, stream: str) -> list[Part]:
        series = self.run.series(key, rank=self.rank, stream=stream)
        measured = measure(key, series)
        metric = definition_of(self.run.metrics, key)
        goal = metric.goal if metric else None
        curve = draw(series, self._curve_width, unicode=self.screen.unicode) if measured.points else ""
        told = remark(measured)
        is_number = isinstance(measured.last, (int, float))
        in_place = not curve and not is_number  # an image, a table, a text: the place of the curve says what it is
        return [
            (key, ""),
            (told, "dim") if in_place else (curve, "cyan"),
            (number(measured.last) if is_number else "", "bold"),
            (_number(measured.low), "green" if goal == "minimize" else "dim"),
            (_number(measured.high), "green" if goal == "maximize" else "dim"),
            (f"{measured.points:,}", "dim"),
            ("" if in_place else told, "yellow" if measured.nan or measured.infinite else "dim"),
        ]

    def _told_apart(self) -> dict[str, Any]:
        """Return the summary without what the table of metrics tells already: last values."""
        logged = self.run.keys()
        return {
            key: value
            for key, value in self.run.summary.items()
            if not key.startswith("_") and (key not in logged or (isinstance(value, dict) and "_type" not in value))
        }

    def _values(self, title: str, values: Iterable[tuple[str, str]]) -> None:
        rows: list[list[Part]] = [[(key, "dim"), (value, "")] for key, value in values]
        if rows:
            self._title(title)
            columns = (Column("", widest=48), Column("", widest=10_000))
            self.screen.lines(table(columns, rows, self.screen.width, indent=2, header=False))

    def _files(self) -> None:
        found = self.run.files()
        files = [file for file in found if not file.name.startswith(_MEDIA)]
        media = [file for file in found if file.name.startswith(_MEDIA)]
        if not found:
            return
        self._title("Files", str(self.run.dir / "files"))
        rows: list[list[Part]] = [[(file.name, ""), (size(file.size), "dim")] for file in files[:_MOST_FILES]]
        columns = (Column("", widest=80), Column("", right=True))
        self.screen.lines(table(columns, rows, self.screen.width, indent=2, header=False))
        if len(files) > _MOST_FILES:
            self.screen.line((f"  … and {plural(len(files) - _MOST_FILES, 'more file')}", "dim"))
        if media:
            what = plural(len(media), "file")
            self.screen.line((f"  {_MEDIA}  {what} of media, {size(sum(file.size for file in media))}", "dim"))

    def _artifacts(self) -> None:
        rows: list[list[Part]] = [
            [
                (link.action, "dim"),
                (f"{link.project}/{link.name}:v{link.version}", ""),
                (link.type, "dim"),
                (size(link.size), "dim"),
            ]
            for link in self.run.artifacts
        ]
        if rows:
            self._title("Artifacts")
            columns = (Column(""), Column("", widest=80), Column("", optional=1), Column("", right=True, optional=2))
            self.screen.lines(table(columns, rows, self.screen.width, indent=2, header=False))

    def _alerts(self) -> None:
        alerts = self.run.alerts
        if alerts:
            self._title("Alerts")
        for alert in alerts:
            style = {"ERROR": "red", "WARN": "yellow"}.get(alert.level, "cyan")
            self.screen.line((f"  {moment(alert.time)}  ", "dim"), (f"{alert.level} {alert.title}", style))
            if alert.text:
                self.screen.paragraph(alert.text, indent=4)

    def _last_lines(self) -> None:
        if self.run.state == "finished" or self.run.error:  # else the traceback tells more
            return
        lines = self.run.console(rank=self.rank)
        if lines:
            self._title("Last lines", f"of {len(lines):,}; `trailmark tail` shows more")
        for line in lines[-_LAST_LINES:]:
            bar = ("│ " if self.screen.unicode else "| ", "red" if line.stream == "stderr" else "dim")
            self.screen.line("  ", bar, *self.screen.printed(line.text))

    def _error(self) -> None:
        error = (self.run.error or "").rstrip()
        if not error:
            return
        self._title("Error")
        *before, last = error.split("\n")
        if before:
            self.screen.paragraph("\n".join(before), "dim", indent=2)
        self.screen.paragraph(last, "bold red", indent=2)


def _environment_text(key: str, value: Any) -> str:
    if key.endswith("_bytes") and isinstance(value, (int, float)):
        return size(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return shlex.join(value)
    return short(value, rounded=False)


def _number(value: float | None) -> str:
    return "" if value is None else number(value)
