"""Folding: the one place where the records of a journal become a state.

`Fold` takes the records of one journal in order, from the writer as it writes them or from a reader, and keeps their
`JournalState`. The same rows give the same state whether they come one by one or as numpy blocks. A state is what an
exit record carries and what caches keep, and folding can go on from it.

`trailmark.journal.runstate` combines the journals of a run.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

import msgspec

from trailmark.journal.aggregate import Aggregate
from trailmark.journal.records import (
    Alert,
    AnyRecord,
    ConfigChange,
    Console,
    Edit,
    Environment,
    Exit,
    File,
    Header,
    Metric,
    Preempting,
    Row,
    SummaryChange,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trailmark.journal.layout import Layout
    from trailmark.journal.reader import Rows

Stamped = tuple[float, Any]  # when it was set, and the value


class JournalState(msgspec.Struct, omit_defaults=True):
    """What the records of one journal amount to."""

    header: Header | None = None
    rows: int = 0
    last_step: int | None = None
    last_time: float = 0.0
    config: dict[str, Stamped] = {}
    summary: dict[str, Stamped] = {}
    removed_config: dict[str, float] = {}
    removed_summary: dict[str, float] = {}
    metrics: dict[str, Metric] = {}
    aggregates: dict[str, Aggregate] = {}
    counts: dict[str, int] = {}  # rows that hold each key
    system_counts: dict[str, int] = {}
    open_row: tuple[int, dict[str, Any]] | None = None  # the newest step's merged row, kept for summary="best"
    edits: dict[str, Stamped] = {}
    environment: dict[str, Any] = {}
    files: dict[str, File] = {}
    alerts: list[Alert] = []
    console_lines: dict[str, int] = {}
    preempting: bool = False
    exit_time: float | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    error: str | None = None
    lost_rows: int = 0


class Fold:
    """Folds the records of one journal, in order, into `state`.

    Packed rows are only noted on their layout when they are written; `settle` moves what they amount to into the
    state, so that a row of a hundred keys costs the writer no more than a row of one.
    """

    def __init__(self, state: JournalState | None = None) -> None:
        self.state = state or JournalState()
        self.layouts: set[Layout] = set()
        self._steps: list[int] = []
        best = [aggregate for aggregate in self.state.aggregates.values() if aggregate.wants_best]
        self.has_best = bool(best) or any("best" in metric.summary for metric in self.state.metrics.values())
        if self.state.open_row is not None:
            for aggregate in best:  # rows to come of that step still belong to the best row
                if aggregate.best_step == self.state.open_row[0]:
                    aggregate.best_row = self.state.open_row[1]

    def add_layout(self, layout: Layout) -> None:
        """Make `layout` known: its rows are folded from now on."""
        self.layouts.add(layout)
        self._attach(layout)

    def record(self, record: AnyRecord) -> None:
        """Fold any record but `Keys` and packed rows."""
        handler = _HANDLERS.get(type(record))
        if handler is not None:
            handler(self, record)
        seen = getattr(record, "time", 0.0)
        self.state.last_time = max(self.state.last_time, seen)

    def row(self, layout: Layout, step: int, values: tuple[Any, ...]) -> None:
        """Fold one packed row into the aggregates of its keys (`layout.last` and `.count` are the caller's)."""
        for column, aggregate in layout.aggregates:
            aggregate.add(values[column])
        if self.has_best:
            self._best(step, zip(layout.names, values, strict=True))

    def batch(self, together: list[Rows]) -> None:
        """Fold packed rows that a reader found, those of several key sets in the order in which they were written."""
        for rows in together:
            if rows.layout not in self.layouts:
                self.add_layout(rows.layout)
        shared = sum(len(rows.layout.aggregates) > 0 for rows in together) > 1
        for rows in together:
            layout, array = rows.layout, rows.array
            last = array[-1].tolist()
            layout.count += len(array)
            layout.last = (int(rows.offsets[-1]), last[4], last[3], last[5:])
            if layout.stream == "history":
                self._steps += [int(array["step"].min()), int(array["step"].max())]
                if not self.has_best and not shared:
                    for column, aggregate in layout.aggregates:
                        aggregate.add_array(array[f"v{column}"])
        if self.has_best or shared:
            self._in_order(together)

    def _in_order(self, together: list[Rows]) -> None:
        rows = [
            (offset, rows.layout, row[3], row[5:])
            for rows in together
            if rows.layout.stream == "history"
            for offset, row in zip(rows.offsets.tolist(), rows.array.tolist(), strict=True)
        ]
        for _, layout, step, values in sorted(rows, key=lambda row: row[0]):
            self.row(layout, step, values)

    def settle(self) -> JournalState:
        """Move what was noted on layouts into the state, and return it."""
        state = self.state
        noted = [layout for layout in self.layouts if layout.last is not None]
        for layout in sorted(noted, key=lambda layout: layout.last[0] if layout.last else 0):
            _, time, step, values = layout.last or (0, 0.0, 0, ())
            layout.last = None
            state.last_time = max(state.last_time, time)
            counts = state.counts if layout.stream == "history" else state.system_counts
            for name in layout.names:
                counts[name] = counts.get(name, 0) + layout.count
            if layout.stream == "history":
                state.rows += layout.count
                self._steps.append(step)
                self._show(time, zip(layout.names, values, strict=True))
            layout.count = 0
        if self._steps:
            newest = max(self._steps)
            state.last_step = newest if state.last_step is None else max(state.last_step, newest)
            self._steps.clear()
        return state

    def definition(self, key: str) -> Metric | None:
        """Return the metric definition that holds for `key`: its own, else the most specific glob's."""
        return definition_of(self.state.metrics, key)

    def _attach(self, layout: Layout) -> None:
        if layout.stream == "history":
            found = [(column, self._aggregate(name)) for column, name in enumerate(layout.names)]
            layout.aggregates = [(column, aggregate) for column, aggregate in found if aggregate is not None]

    def _aggregate(self, key: str) -> Aggregate | None:
        metric = self.definition(key)
        if metric is None or not metric.summary or key.startswith("_"):
            return None
        aggregate = self.state.aggregates.setdefault(key, Aggregate())
        aggregate.wants = metric.summary
        aggregate.goal = metric.goal
        return aggregate

    def _show(self, time: float, items: Iterable[tuple[str, Any]]) -> None:
        """Put the newest values of keys, or their aggregates, into the summary."""
        summary = self.state.summary
        for key, value in items:
            aggregate = self.state.aggregates.get(key)
            if aggregate is None or not aggregate.wants:
                summary[key] = (time, value)
            elif "none" not in aggregate.wants:
                summary[key] = (time, aggregate.shown())
            self.state.removed_summary.pop(key, None)

    def _best(self, step: int, items: Iterable[tuple[str, Any]]) -> None:
        """Keep the merged row of the newest step, and hand it to the aggregates whose best value it holds."""
        state = self.state
        if state.open_row is None or state.open_row[0] != step:
            state.open_row = (step, {})
        row = state.open_row[1]
        for key, value in items:
            row[key] = value
            aggregate = state.aggregates.get(key)
            if aggregate is not None and aggregate.wants_best:
                aggregate.add_best(value, step, row)

    def _take_row(self, record: Row) -> None:
        if record.stream != "history":
            return
        self.settle()
        for key, value in record.data.items():
            aggregate = self._aggregate(key)
            if aggregate is not None:
                aggregate.add(value)
            self.state.counts[key] = self.state.counts.get(key, 0) + 1
        if self.has_best:
            self._best(record.step, record.data.items())
        self.state.rows += 1
        self._steps.append(record.step)
        self._show(record.time, record.data.items())

    def _take_metric(self, record: Metric) -> None:
        self.settle()
        metrics = self.state.metrics
        known = metrics.get(record.name)
        metrics[record.name] = record if known is None or record.overwrite else merged_metric(known, record)
        self.has_best = any("best" in metric.summary for metric in metrics.values())
        for layout in self.layouts:
            self._attach(layout)

    def _take_config(self, record: ConfigChange) -> None:
        _change(self.state.config, self.state.removed_config, record)

    def _take_summary(self, record: SummaryChange) -> None:
        self.settle()
        _change(self.state.summary, self.state.removed_summary, record)

    def _take_edit(self, record: Edit) -> None:
        self.state.edits.update((name, (record.time, value)) for name, value in record.set.items())

    def _take_console(self, record: Console) -> None:
        lines = self.state.console_lines
        lines[record.stream] = max(lines.get(record.stream, 0), record.first + len(record.lines))

    def _take_exit(self, record: Exit) -> None:
        state = self.state
        state.exit_time, state.exit_code, state.exit_signal = record.time, record.code, record.signal
        state.error, state.lost_rows = record.error, record.lost_rows

    def _take_header(self, record: Header) -> None:
        self.state.header = record

    def _take_environment(self, record: Environment) -> None:
        self.state.environment.update(record.values)

    def _take_file(self, record: File) -> None:
        self.state.files[record.path] = record

    def _take_alert(self, record: Alert) -> None:
        self.state.alerts.append(record)

    def _take_preempting(self, _: Preempting) -> None:
        self.state.preempting = True


_HANDLERS: dict[type, Callable[[Fold, Any], None]] = {
    Header: Fold._take_header,
    Row: Fold._take_row,
    ConfigChange: Fold._take_config,
    SummaryChange: Fold._take_summary,
    Metric: Fold._take_metric,
    Console: Fold._take_console,
    Environment: Fold._take_environment,
    File: Fold._take_file,
    Alert: Fold._take_alert,
    Edit: Fold._take_edit,
    Preempting: Fold._take_preempting,
    Exit: Fold._take_exit,
}


def _change(
    values: dict[str, Stamped], removed: dict[str, float], record: ConfigChange | SummaryChange
) -> None:
    for key, value in record.set.items():
        values[key] = (record.time, value)
        removed.pop(key, None)
    for key in record.removed:
        values.pop(key, None)
        removed[key] = record.time


def definition_of(metrics: Mapping[str, Metric], key: str) -> Metric | None:
    """Return the definition that holds for `key`: its own, else the glob with the most literal characters.

    Of globs equally specific, the one defined last holds.
    """
    if key in metrics:
        return metrics[key]
    globs = [name for name in metrics if "*" in name and fnmatch.fnmatchcase(key, name.replace("[", "[[]"))]
    if not globs:
        return None
    order = {name: index for index, name in enumerate(metrics)}
    return metrics[max(globs, key=lambda name: (len(name) - name.count("*"), order[name]))]


def merged_metric(known: Metric, new: Metric) -> Metric:
    """Return `known` with what `new` says on top, as a second `define_metric` without `overwrite` does."""
    return Metric(
        name=new.name,
        step_metric=new.step_metric or known.step_metric,
        step_sync=new.step_sync or known.step_sync,
        hidden=new.hidden or known.hidden,
        summary=[*known.summary, *(item for item in new.summary if item not in known.summary)],
        goal=new.goal or known.goal,
    )
