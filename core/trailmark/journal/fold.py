"""Folding: the one place where the records of a journal become a state.

`Fold` takes the records of one journal in order, from the writer as it writes them or from a reader, and keeps
their `JournalState`. The same rows give the same state whether they come one by one or as numpy blocks, and in how
many sittings. A state is what an exit record carries and what caches keep, and folding can go on from it.

`trailmark.journal.runstate` combines the journals of a run.
"""

from __future__ import annotations

import fnmatch
import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from trailmark.journal.aggregate import Aggregate
from trailmark.journal.records import (
    Alert,
    AnyRecord,
    ArtifactLink,
    ConfigChange,
    Console,
    Edit,
    Environment,
    Exit,
    File,
    Header,
    MediaFile,
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
    """What the records of one journal amount to. Times are seconds since 1970-01-01 UTC."""

    header: Header | None = None
    rows: int = 0
    last_step: int | None = None  # the largest of any row
    row_time: float = 0.0  # of the last row of either stream
    record_time: float = 0.0  # the latest of all else
    config: dict[str, Stamped] = {}
    summary: dict[str, Stamped] = {}
    removed_config: dict[str, float] = {}
    removed_summary: dict[str, float] = {}
    metrics: dict[str, Metric] = {}
    aggregates: dict[str, Aggregate] = {}
    counts: dict[str, int] = {}  # rows that hold each key
    system_counts: dict[str, int] = {}
    aggregated: set[str] = set()  # keys whose summary shows their aggregate
    open_row: tuple[int, dict[str, Any]] | None = None  # the newest step and its merged row, for summary="best"
    open_best: list[str] = []  # keys whose best row that is
    cut: bool = False  # a row was left out, as its step was taken back
    edits: dict[str, Stamped] = {}
    environment: dict[str, Any] = {}
    files: dict[str, File] = {}
    artifacts: list[ArtifactLink] = []
    alerts: list[Alert] = []
    console_lines: dict[str, int] = {}
    preempting: bool = False
    exit_time: float | None = None
    exit_code: int | None = None
    exit_signal: str | None = None
    error: str | None = None
    lost_rows: int = 0

    @property
    def last_time(self) -> float:
        """When the journal was last written to, as far as its records tell."""
        return max(self.row_time, self.record_time)


class Fold:
    """Folds the records of one journal, in order, into `state`.

    Packed rows are only noted on their layout when they are written; `settle` moves what they amount to into the
    state, so that a row of a hundred keys costs the writer no more than a row of one.

    With `until_step`, rows of a larger step do not count, and neither do summary changes that follow such a row.
    """

    def __init__(self, state: JournalState | None = None, until_step: int | None = None) -> None:
        self.state = state or JournalState()
        self.layouts: set[Layout] = set()
        self.has_best = False
        self._until_step = until_step
        self._known: dict[str, Aggregate | None] = {}  # by key; emptied when a metric is defined
        self._find_best()
        if self.state.open_row is not None:
            for key in self.state.open_best:  # rows to come of that step still belong to the best row
                self.state.aggregates[key].best_row = self.state.open_row[1]

    def add_layout(self, layout: Layout) -> None:
        """Make `layout` known: its rows are folded from now on."""
        self.layouts.add(layout)
        self._attach(layout)

    def record(self, record: AnyRecord) -> None:
        """Fold any record but `Keys` and packed rows."""
        handler = self._handlers.get(type(record))
        if handler is not None:
            handler(self, record)

    def note(self, layout: Layout, place: int, step: int, time: float, values: tuple[Any, ...]) -> None:
        """Fold one packed row; `place` grows from row to row."""
        layout.last = (place, time, step, values)
        layout.count += 1
        if step > layout.top_step:  # noqa: PLR1730 (calling max costs more than all the rest)
            layout.top_step = step
        if layout.aggregates or self.has_best:
            self.row(layout, step, values)

    def row(self, layout: Layout, step: int, values: tuple[Any, ...]) -> None:
        """Fold one packed row into the aggregates of its keys, and into no more."""
        for column, aggregate in layout.aggregates:
            aggregate.add(values[column])
        if self.has_best and layout.stream == "history":
            self._best(step, zip(layout.names, values, strict=True))

    def batch(self, together: list[Rows]) -> None:
        """Fold packed rows that a reader found, those of several key sets in the order in which they were written."""
        if self._until_step is not None:
            together = self._cut(together, self._until_step)
        for rows in together:
            if rows.layout not in self.layouts:
                self.add_layout(rows.layout)
        one_by_one = self.has_best or sum(len(rows.layout.aggregates) > 0 for rows in together) > 1
        for rows in together:
            layout, array = rows.layout, rows.array
            _, _, _, step, time, *values = array[-1].tolist()
            layout.count += len(array)
            layout.last = (int(rows.offsets[-1]), time, step, tuple(values))
            layout.top_step = max(layout.top_step, int(array["step"].max()))
            for column, aggregate in () if one_by_one else layout.aggregates:
                aggregate.add_array(array[f"v{column}"])
        if one_by_one:
            self._in_order(together)

    def _cut(self, together: list[Rows], until_step: int) -> list[Rows]:
        left = kept(together, until_step)
        self.state.cut |= sum(len(rows.array) for rows in left) < sum(len(rows.array) for rows in together)
        return left

    def _in_order(self, together: list[Rows]) -> None:
        rows = [
            (offset, rows.layout, row[3], row[5:])
            for rows in together
            if rows.layout.aggregates or (self.has_best and rows.layout.stream == "history")
            for offset, row in zip(rows.offsets.tolist(), rows.array.tolist(), strict=True)
        ]
        for _, layout, step, values in sorted(rows, key=itemgetter(0)):
            self.row(layout, step, values)

    def settle(self) -> JournalState:
        """Move what was noted on layouts into the state, and return it."""
        noted = [(layout.last, layout) for layout in list(self.layouts) if layout.last is not None]
        for (_, time, _, values), layout in sorted(noted, key=lambda item: item[0][0]):
            count, layout.count, layout.last = layout.count, 0, None
            self._settle(layout, count, time, values)
        state = self.state
        if self.has_best and state.open_row is not None:
            row = state.open_row[1]
            state.open_best = [key for key, found in list(state.aggregates.items()) if found.best_row is row]
            for key in state.aggregated.intersection(state.open_best):  # the row may have grown since it was shown
                state.summary[key] = (state.summary[key][0], state.aggregates[key].shown())
        return state

    def _settle(self, layout: Layout, count: int, time: float, values: tuple[Any, ...]) -> None:
        state = self.state
        state.row_time = time
        counts = state.counts if layout.stream == "history" else state.system_counts
        for name in layout.names:
            counts[name] = counts.get(name, 0) + count
        if layout.stream == "history":
            self._count_rows(count, layout.top_step)
            self._show(time, zip(layout.names, values, strict=True))

    def _count_rows(self, count: int, top_step: int) -> None:
        state = self.state
        state.rows += count
        state.last_step = top_step if state.last_step is None else max(state.last_step, top_step)

    def definition(self, key: str) -> Metric | None:
        """Return the metric definition that holds for `key`: its own, else the most specific glob's."""
        return definition_of(self.state.metrics, key)

    def _attach(self, layout: Layout) -> None:
        if layout.stream == "history" and self.state.metrics:
            found = [(column, self._aggregate(name)) for column, name in enumerate(layout.names)]
            layout.aggregates = [(column, aggregate) for column, aggregate in found if aggregate is not None]

    def _aggregate(self, key: str) -> Aggregate | None:
        """Return what gathers the values of `key`, if its definition asks for a summary."""
        if key in self._known:
            return self._known[key]
        metric = self.definition(key)
        aggregate = None
        if metric is not None and metric.summary and not key.startswith("_"):
            aggregate = self.state.aggregates.setdefault(key, Aggregate())
            aggregate.wants, aggregate.goal = metric.summary, metric.goal
        self._known[key] = aggregate
        return aggregate

    def _find_best(self) -> None:
        self.has_best = any("best" in metric.summary for metric in self.state.metrics.values())

    def _show(self, time: float, items: Iterable[tuple[str, Any]]) -> None:
        """Put the newest values of keys, or their aggregates, into the summary."""
        for key, value in items:
            self._show_one(key, time, value, self.state.aggregates.get(key))

    def _show_one(self, key: str, time: float, value: Any, aggregate: Aggregate | None) -> None:
        state = self.state
        if aggregate is None or not aggregate.wants:
            state.summary[key] = (time, value)
            state.aggregated.discard(key)
        elif "none" not in aggregate.wants:
            state.summary[key] = (time, aggregate.shown())
            state.aggregated.add(key)
        state.removed_summary.pop(key, None)

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
        state = self.state
        if record.stream == "history" and self._until_step is not None and record.step > self._until_step:
            state.cut = True
            return
        self.settle()
        state.row_time = record.time
        counts = state.counts if record.stream == "history" else state.system_counts
        for key in record.data:
            counts[key] = counts.get(key, 0) + 1
        if record.stream != "history":
            return
        for key, value in record.data.items():
            aggregate = self._aggregate(key)
            if aggregate is not None:
                aggregate.add(value)
        if self.has_best:
            self._best(record.step, record.data.items())
        self._count_rows(1, record.step)
        self._show(record.time, record.data.items())

    def _take_metric(self, record: Metric) -> None:
        self.settle()
        metrics = self.state.metrics
        known = metrics.get(record.name)
        metrics[record.name] = record if known is None or record.overwrite else merged_metric(known, record)
        self._find_best()
        self._known.clear()
        for key in list(self.state.aggregates):
            self._redefine(key)
        for layout in list(self.layouts):
            self._attach(layout)

    def _redefine(self, key: str) -> None:
        """Show an aggregate as its definition, which may be new, has it."""
        state = self.state
        aggregate = self._aggregate(key)
        if aggregate is None:
            aggregate = state.aggregates.pop(key)
            aggregate.wants = []
        if key in state.aggregated:
            time, _ = state.summary.pop(key)
            state.aggregated.discard(key)
            self._show_one(key, time, aggregate.last, aggregate)

    def _take_config(self, record: ConfigChange) -> None:
        self._see(record.time)
        _change(self.state.config, self.state.removed_config, record)

    def _take_summary(self, record: SummaryChange) -> None:
        self._see(record.time)
        if self.state.cut:
            return
        self.settle()
        _change(self.state.summary, self.state.removed_summary, record)
        self.state.aggregated.difference_update(record.set, record.removed)

    def _take_edit(self, record: Edit) -> None:
        self._see(record.time)
        self.state.edits.update((name, (record.time, value)) for name, value in record.set.items())

    def _take_console(self, record: Console) -> None:
        self._see(record.time)
        lines = self.state.console_lines
        lines[record.stream] = max(lines.get(record.stream, 0), record.first + len(record.lines))

    def _take_exit(self, record: Exit) -> None:
        self._see(record.time)
        state = self.state
        state.exit_time, state.exit_code, state.exit_signal = record.time, record.code, record.signal
        state.error, state.lost_rows = record.error, record.lost_rows

    def _take_header(self, record: Header) -> None:
        self._see(record.time)
        self.state.header = record

    def _take_environment(self, record: Environment) -> None:
        self._see(record.time)
        self.state.environment.update(record.values)

    def _take_file(self, record: File) -> None:
        self._see(record.time)
        self.state.files[record.path] = record

    def _take_media_file(self, record: MediaFile) -> None:
        self._see(record.time)  # there may be a million of them: readers of rows keep what they say

    def _take_artifact(self, record: ArtifactLink) -> None:
        self._see(record.time)
        self.state.artifacts.append(record)

    def _take_alert(self, record: Alert) -> None:
        self._see(record.time)
        self.state.alerts.append(record)

    def _take_preempting(self, record: Preempting) -> None:
        self._see(record.time)
        self.state.preempting = True

    def _see(self, time: float) -> None:
        self.state.record_time = max(self.state.record_time, time)

    _handlers: ClassVar[dict[type, Callable[[Fold, Any], None]]] = {
        Header: _take_header,
        Row: _take_row,
        ConfigChange: _take_config,
        SummaryChange: _take_summary,
        Metric: _take_metric,
        Console: _take_console,
        Environment: _take_environment,
        File: _take_file,
        MediaFile: _take_media_file,
        ArtifactLink: _take_artifact,
        Alert: _take_alert,
        Edit: _take_edit,
        Preempting: _take_preempting,
        Exit: _take_exit,
    }


def kept(batch: list[Rows], until_step: int) -> list[Rows]:
    """Return the rows of `batch` that count if no step after `until_step` does; system samples always count."""
    left = []
    for rows in batch:
        mask = rows.array["step"] <= until_step
        if rows.layout.stream != "history" or mask.all():
            left.append(rows)
        elif mask.any():
            left.append(rows._replace(array=rows.array[mask], offsets=rows.offsets[mask]))
    return left


def _change(values: dict[str, Stamped], removed: dict[str, float], record: ConfigChange | SummaryChange) -> None:
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
    found = None
    for name, metric in list(metrics.items()):
        # The star is the only wildcard; brackets and question marks are for themselves.
        if "*" in name and fnmatch.fnmatchcase(key, re.sub(r"[\[?]", r"[\g<0>]", name)):
            literal = len(name) - name.count("*")
            if found is None or literal >= found[0]:
                found = literal, metric
    return found[1] if found else None


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
