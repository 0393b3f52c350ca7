"""`Run`: one execution that is being recorded.

A run owns the writer of this process, the step counter, and the parts that accompany it. How it begins is decided in
`trailmark._run.begin`, how it ends in `trailmark._run.endings`; `trailmark.init` puts it all together.
"""

from __future__ import annotations

import datetime
import importlib
import operator
import os
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from time import time as clock
from typing import TYPE_CHECKING, Any

import msgspec

from trailmark._run.artifacts import Artifacts
from trailmark._run.config import Config
from trailmark._run.media_files import MediaFiles
from trailmark._run.metric import make_metric
from trailmark._run.saved import SavedFiles
from trailmark._run.summary import Summary
from trailmark._term import termwarn
from trailmark.errors import LogTypeError, UsageError
from trailmark.journal.layout import KINDS
from trailmark.journal.records import (
    Alert,
    ConfigChange,
    Console,
    Exit,
    Metric,
    Preempting,
    Row,
    SummaryChange,
)
from trailmark.journal.runstate import combine, load
from trailmark.media.normalize import flat_row, is_media, plain, with_media

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import TextIO

    from typing_extensions import Self

    from trailmark._run.begin import Beginning
    from trailmark._run.pulse import Pulse
    from trailmark._run.settings import Settings
    from trailmark.journal.writer import Writer

_ROW_FIELDS = frozenset(("_step", "_timestamp", "_runtime"))  # each row has these; giving them as data sets them
_ALERT_WAIT_S = 60.0
_LEVELS = ("INFO", "WARN", "ERROR")


class Run(Artifacts):
    """One execution that is being recorded. Made by `trailmark.init`.

    Any thread may use it. A fork and a process that gets it pickled go on in the same run, with a journal of their own.
    """

    def __init__(self, settings: Settings, writer: Writer, beginning: Beginning) -> None:
        super().__init__(settings, writer, beginning)
        self._step = beginning.next_step
        self._ending = threading.Lock()
        self._alerted: dict[str, float] = {}
        self._before_end: list[Callable[[], object]] = []
        self.pulse: Pulse | None = None
        self.files = SavedFiles(writer, self._files_folder)
        self.media = MediaFiles(writer, self._files_folder)
        self._config = Config(self._record_config, allow_val_change=settings.allow_val_change)
        if beginning.earlier is not None:
            vars(self._config)["_values"].update(beginning.earlier.config)
        self._summary = Summary(self._read_summary, self._record_summary, self._summary_value)

    # -- logging -------------------------------------------------------------------------------------------------

    def log(self, data: Mapping[str, Any], step: int | None = None, commit: bool | None = None) -> None:  # noqa: FBT001 (W&B's signature)
        """Record a row: `data` at a step. When this returns, no death of the process loses it.

        Without `step` the row is at the current step, and the next one follows, unless `commit` is false. With `step`
        the row is there; a larger one than the current becomes the current, and `commit=True` moves on to the next.
        A smaller step, also a negative one, is as good as any. Rows of one step are merged when they are read: the
        last value of a key counts.

        Images, tables and other media are written to files by other threads; the row refers to them at once, and a
        process that is killed loses those that are not complete yet. Figures of matplotlib and plotly, pictures of PIL
        and data frames become media by themselves.

        Nested mappings become dotted keys. Numbers of numpy, torch, JAX and TensorFlow become Python's; arrays of up
        to 32 values become lists, larger ones histograms. NaN, infinities and integers of any size are kept.

        Raises:
            LogTypeError: `data` is not a mapping of str keys, `step` not an integer, or a list mixes kinds of media.
            MediaError: a file of a media object cannot be read.
            TooLargeError: a value has more than 16 MiB.
            RunFinishedError: the run is finished.
        """
        writer = self._writer
        try:
            layout = writer.layouts.get((*data, *map(type, data.values())))
        except (TypeError, AttributeError):  # no dict; `_log_new` says what is wrong with it
            layout = None
        if layout is None:
            self._log_new(data, step, commit)
            return
        if step is not None and type(step) is not int:
            step = _as_step(step)
        try:
            with writer.lock:
                at = self._step if step is None else step
                writer.append_row(layout, at, clock(), (*data.values(),))
                if step is None:
                    if commit is None or commit:
                        self._step = at + 1
                elif at >= self._step:
                    self._step = at + 1 if commit else at
        except struct.error:  # an integer has more than 64 bits
            self._log_new(data, step, commit)

    def _log_new(self, data: Mapping[str, Any], step: int | None, commit: bool | None) -> None:  # noqa: FBT001
        """Log what needs a look at each value: the first row of a key set, tensors, strings, nested mappings."""
        if not isinstance(data, Mapping):
            raise LogTypeError(
                f"log() takes a mapping of names to values, got {type(data).__name__}: write log({{'name': value}})"
            )
        self._check_open("log()")
        row = flat_row(data)
        step = None if step is None else _as_step(step)
        now = clock()
        if not _ROW_FIELDS.isdisjoint(row):
            step, now = _take_row_fields(row, step, now)
        if not any(map(is_media, row.values())):
            self._write_row(data, row, step, now, commit)
            return
        near = self._step if step is None else step  # another thread may move on: files are only named by it
        with self.media.of_row(row, near) as row:
            self._write_row(data, row, step, now, commit)

    def _write_row(
        self,
        data: Mapping[str, Any],
        row: dict[str, Any],
        step: int | None,
        now: float,
        commit: bool | None,  # noqa: FBT001
    ) -> None:
        writer = self._writer
        with writer.lock:
            at = self._step if step is None else step
            if row and not self._put_packed(data, row, at, now) and not writer.put(Row(step=at, time=now, data=row)):
                writer.lose_row()
            if step is None:
                self._step = at + 1 if commit is None or commit else at
            elif at >= self._step:
                self._step = at + 1 if commit else at

    def _put_packed(self, data: Mapping[str, Any], row: dict[str, Any], step: int, now: float) -> bool:
        """Write `row` packed, if it holds nothing but numbers of 64 bits."""
        types = [*map(type, row.values())]
        if any(kind not in KINDS for kind in types):
            return False
        names, values = (*row,), (*row.values(),)
        if any(kind is int and not -(1 << 63) <= value < 1 << 63 for kind, value in zip(types, values, strict=True)):
            return False
        layout = self._writer.layout(names, "".join(KINDS[kind] for kind in types))
        if layout is None:
            return False
        if (*data,) == names and [*map(type, data.values())] == types:
            signature = (*names, *types)
            self._writer.layouts[signature] = layout  # next time `log` finds it at once
        self._writer.append_row(layout, step, now, values)
        return True

    def define_metric(
        self,
        name: str,
        step_metric: str | Metric | None = None,
        step_sync: bool | None = None,  # noqa: FBT001 (W&B's signature)
        hidden: bool | None = None,  # noqa: FBT001
        summary: str | Sequence[str] | None = None,
        goal: str | None = None,
        overwrite: bool | None = None,  # noqa: FBT001
    ) -> Metric:
        """Say what a metric is drawn over and what its summary is; `name` may be a glob such as ``val/*``.

        A key's own definition goes before globs, and of globs the one with the most literal characters holds. It holds
        for the rows after it. Summaries (min, max, mean, last, first, best, none; several with commas) leave NaN out
        and count it; "best" also keeps the step and the other values of the best row, which is the smallest unless
        `goal` is "maximize".

        Raises:
            UsageError: an argument is not one of what it may be.
        """
        self._check_open("define_metric()")
        metric = make_metric(name, step_metric, step_sync, hidden, summary, goal, overwrite)
        self._writer.append(metric)
        return metric

    # -- what is recorded beside rows ----------------------------------------------------------------------------

    @property
    def config(self) -> Config:
        """The inputs of the run."""
        return self._config

    @config.setter
    def config(self, values: Any) -> None:
        self._config.update(values)

    @property
    def config_static(self) -> dict[str, Any]:
        """A plain copy of the config."""
        return self._config.as_dict()

    @property
    def summary(self) -> Summary:
        """The results of the run."""
        return self._summary

    def _summary_value(self, key: str, value: Any) -> Any:
        value = with_media(value, key)
        return self.media.records(key, self._step, value) if is_media(value) else plain(value, f"summary.{key}")

    def _record_config(self, changed: dict[str, Any], removed: list[str]) -> None:
        self._check_open("config")
        self._writer.append(ConfigChange(time=clock(), set=changed, removed=removed))

    def _record_summary(self, changed: dict[str, Any], removed: list[str]) -> None:
        self._check_open("summary")
        self._writer.append(SummaryChange(time=clock(), set=changed, removed=removed))

    def _read_summary(self) -> dict[str, Any]:
        with self._writer.lock:
            own = self._writer.fold.settle()
            if self._earlier is None:
                return {key: value for key, (_, value) in own.summary.items()}
            return combine(self.path_on_disk, {**self._earlier.journals, self._writer.path.name: own}).summary

    def alert(
        self,
        title: str,
        text: str = "",
        level: str | Any | None = None,
        wait_duration: float | datetime.timedelta | None = None,
    ) -> None:
        """Record that a person should look: `level` INFO, WARN or ERROR.

        An alert of the same title within `wait_duration` (seconds, or a timedelta; 60 by default) is not repeated.

        Raises:
            UsageError: the level is unknown.
        """
        self._check_open("alert()")
        name = str(getattr(level, "value", level) or "INFO").upper()
        if name not in _LEVELS:
            raise UsageError(f"level is one of {', '.join(_LEVELS)}, got {level!r}")
        wait_s = _ALERT_WAIT_S if wait_duration is None else wait_duration
        if isinstance(wait_s, datetime.timedelta):
            wait_s = wait_s.total_seconds()
        now = clock()
        if now - self._alerted.get(title, float("-inf")) < wait_s:
            return
        self._alerted[title] = now
        self._writer.append(Alert(time=now, title=str(title), text=str(text), level=name))
        termwarn(f"alert ({name}): {title}{': ' if text else ''}{text}")

    def mark_preempting(self) -> None:
        """Record that the scheduler is about to stop this run: it becomes `preempted`, not `crashed`."""
        self._check_open("mark_preempting()")
        self._writer.append(Preempting(time=clock()))

    def write_logs(self, text: str) -> None:
        """Record text as if it had been printed to stdout."""
        self._check_open("write_logs()")
        first = self._writer.fold.state.console_lines.get("logs", 0)
        self._writer.append(Console(time=clock(), stream="logs", first=first, lines=text.splitlines()))

    def save(
        self,
        glob_str: str | os.PathLike[str],
        base_path: str | os.PathLike[str] | None = None,
        policy: str = "live",
        glob: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
    ) -> list[str]:
        """Keep the files that match a glob with the run, or with `glob=False` one file; return the paths of the copies.

        Below the run's `files` a file lies as it lies below `base_path` (or the current folder). `policy` is "now",
        "live" (copied again whenever the file changes) or "end" (copied at finish).

        Raises:
            UsageError: the policy is unknown, or a file is not below `base_path`.
        """
        self._check_open("save()")
        pattern = os.fspath(glob_str)
        if not glob:
            from glob import escape

            pattern = escape(pattern)
        return self.files.save(pattern, base_path, policy)

    def restore(
        self,
        name: str,
        run_path: str | None = None,
        replace: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
        root: str | os.PathLike[str] | None = None,
    ) -> TextIO:
        """Copy a saved file of this run, or of `run_path`, to `root`, and return it opened; see `trailmark.restore`."""
        from trailmark._run.restore import find_run, restore_from

        return restore_from(find_run(run_path) if run_path else self.path_on_disk, name, replace=replace, root=root)

    def log_code(
        self, root: str = ".", name: str | None = None, include_fn: Any = None, exclude_fn: Any = None
    ) -> None:
        """Keep the source files below `root` with the run (`.py` and notebooks, or what `include_fn` says)."""
        from trailmark.capture.code import save_code

        self._check_open("log_code()")
        del name  # W&B names an artifact by it; the run's own copy needs no name
        save_code(self._writer, self._files_folder, Path(root), include=include_fn, exclude=exclude_fn)

    # -- watching a model of torch -------------------------------------------------------------------------------

    def watch(self, models: Any, *arguments: Any, **options: Any) -> Any:
        """Record gradients and parameters of `models` of torch as they train; see `trailmark.watch`."""
        return _torch().watch(models, *arguments, run=self, **options)

    def unwatch(self, models: Any = None) -> None:
        """Stop watching `models`, or all that this run watches; see `trailmark.unwatch`."""
        _torch().unwatch(models, run=self)

    # -- end -----------------------------------------------------------------------------------------------------

    def finish(self, exit_code: int | None = None, quiet: bool | None = None) -> None:  # noqa: FBT001 (W&B's signature)
        """Finish the run; a second call does nothing.

        Waits for media to be written as long as they are, and for nothing else longer than `finish_timeout_s`.
        """
        self.end(exit_code or 0, quiet=quiet)

    def on_finish(self, call: Callable[[], object]) -> None:
        """Have `call()` called when the run finishes in this process, while it still takes rows.

        What it raises is a warning. A process that is killed calls nothing.
        """
        self._before_end.append(call)

    def end(
        self,
        exit_code: int,
        *,
        error: str | None = None,
        signal: str | None = None,
        quiet: bool | None = None,
    ) -> None:
        """Finish the run with all that is known of its end."""
        from trailmark._run.current import current
        from trailmark._run.endings import endings
        from trailmark._run.report import report

        with self._ending:
            if self._writer.closed:
                return
            calls, self._before_end = self._before_end if self.owned else [], []
            for call in calls:
                self._call(call)
            if self.pulse is not None and self.owned:
                self.pulse.stop(self._settings.finish_timeout_s)
            record = Exit(time=clock(), code=exit_code, error=error, signal=signal)
            lost = self._writer.close(record)
        endings.remove(self)
        current.forget(self)
        if lost:
            termwarn(f"{lost} rows of run {self.name} were lost, as its journal could not be written")
        if self.owned and not (quiet or self._settings.quiet or self._settings.silent or self.disabled):
            report(self, exit_code)

    def _call(self, call: Callable[[], object]) -> None:
        """Call what `on_finish` was given."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 (of whoever gave it; the run finishes all the same)
            termwarn(f"a call at the end of run {self.name} failed: {type(error).__name__}: {error}")

    def close_silently(self) -> None:
        """Accept calls without a word from now on: the process is about to die of a signal."""
        self._silent_end = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.end(0)
            return
        import traceback

        text = "".join(traceback.format_exception(kind, error, trace))
        self.end(255 if issubclass(kind, KeyboardInterrupt) else 1, error=text)

    @property
    def step(self) -> int:
        """The current step: where a row without a step goes."""
        return self._step

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to write to the run; see `trailmark._run.attach`."""
        return {
            "header": msgspec.msgpack.encode(self._writer.header),
            "directory": str(self._writer.directory),
            "settings": self._settings.given,
            "config": self._config.as_dict(),
            "step": self._step,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        from trailmark._run.attach import attach

        return attach, (self.__getstate__(),)

    def __repr__(self) -> str:
        return f"<Run {self.path} {self.name!r}{' finished' if self.finished else ''}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from trailmark._display import run_html

        state = "running"
        if self._writer.closed:
            ended = load(self.path_on_disk)
            state = ended.state if ended else "finished"
        return run_html(self.name, self.path, state, self._read_summary(), self.url, self.path_on_disk)


def _torch() -> Any:
    """Return the adapter of torch, which stands above this floor and is loaded only if somebody has a model."""
    return importlib.import_module("trailmark.torch")


def _as_step(step: Any) -> int:
    try:
        number = operator.index(step)
    except TypeError:
        if not (isinstance(step, float) and step.is_integer()):
            raise LogTypeError(
                f"step must be an integer, got {step!r} of type {type(step).__name__}: log what is no count as data"
            ) from None
        number = int(step)
    if not -(1 << 63) <= number < (1 << 63) - 1:
        raise LogTypeError(f"step={number} does not fit into 64 bits")
    return number


def _take_row_fields(row: dict[str, Any], step: int | None, now: float) -> tuple[int | None, float]:
    """Take `_step` and `_timestamp` out of `row`: they set what every row has anyway."""
    given_step, given_time = row.pop("_step", None), row.pop("_timestamp", None)
    row.pop("_runtime", None)  # follows from the time
    if step is None and given_step is not None:
        step = _as_step(given_step)
    if isinstance(given_time, (int, float)):
        now = float(given_time)
    return step, now
