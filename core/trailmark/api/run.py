"""`Run`: one run, as a reader sees it.

What `trailmark ls` shows comes of the run's folded state and is read at once; rows, console lines and files are read
when they are asked for. Nothing is changed but by `update` and `delete`.
"""

from __future__ import annotations

import copy
import secrets
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.api import edits, files
from trailmark.api.console import ConsoleLine, fold_lines, merge_lines
from trailmark.api.fields import iso
from trailmark.api.lineage import Source, find_sources
from trailmark.api.nested import Summary
from trailmark.errors import Error, RunNotFoundError, UsageError
from trailmark.journal.reader import read_header
from trailmark.journal.runstate import RunState, journal_paths, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from trailmark.api.contents import Contents, Shelf
    from trailmark.api.files import File
    from trailmark.api.histograms import Histograms
    from trailmark.api.history import Query, Series
    from trailmark.artifacts.artifact import Artifact
    from trailmark.journal.records import Alert, ArtifactLink, Header, Metric

_DESCRIBING = (
    *("id", "project", "entity", "path", "name", "state", "notes", "tags", "group", "job_type", "archived"),
    *("created_at", "heartbeat_at", "runtime_s", "exit_code", "error", "host", "forked_from", "attempts", "ranks"),
    *("last_step", "config", "summary", "environment"),
)


class JournalFault(NamedTuple):
    """A place of one of a run's journals that cannot be read."""

    journal: str  # the file's name
    offset: int  # bytes from the start of the file
    size: int  # bytes that cannot be read
    reason: str


class Run:
    """One run, as a reader sees it. Made by `Api.run` and `Api.runs`.

    `name`, `notes`, `tags`, `group`, `job_type`, `archived`, `deleted`, `config` and `summary` may be changed; `update`
    records the changes.

    Attributes:
        dir: the run's directory.
    """

    def __init__(self, directory: Path, shelf: Shelf, state: RunState | None = None) -> None:
        self.dir = directory
        self._shelf = shelf
        self._state = state
        self._values: dict[str, Any] = {}  # what callers see, and may have changed
        self._headers: dict[str, Header] = {}

    # -- state -----------------------------------------------------------------------------------------------------

    def load(self, force: bool = False) -> Run:  # noqa: FBT001, FBT002 (W&B's signature)
        """Read the run's state, with `force` also if it was read before, and return the run.

        `force` drops what was changed here and not recorded by `update`.

        Raises:
            RunNotFoundError: the run was deleted.
        """
        if force or self._state is None:
            state = load(self.dir)
            if state is None:
                raise self._gone()
            self._state = state
        if force:
            self._values.clear()
        return self

    def _gone(self) -> RunNotFoundError:
        return RunNotFoundError(f"there is no run in {self.dir} (any more)")

    @property
    def _now(self) -> RunState:
        if self._state is None:
            self.load()
        if self._state is None:
            raise AssertionError("load gives a state or raises")
        return self._state

    def _value(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = copy.deepcopy(getattr(self._now, name))
        return self._values[name]

    @property
    def id(self) -> str:
        """The id, unique in the root."""
        return self.dir.name

    @property
    def project(self) -> str:
        """The set of runs that this one belongs to."""
        return self.dir.parent.name

    @property
    def entity(self) -> str | None:
        """Whose run it is, on a server that several people use."""
        return self._now.entity

    @property
    def path(self) -> str:
        """``project/id``, which `Api.run` takes."""
        return f"{self.project}/{self.id}"

    @property
    def url(self) -> str | None:
        """The address of the run in the dashboard that serves its root now; None without one."""
        from trailmark._dashboard import find_dashboard

        found = find_dashboard(self.dir.parent.parent)
        return found.page(self.project, self.id) if found else None

    @property
    def state(self) -> str:
        """The state when the run was loaded: running, finished, failed, crashed or preempted."""
        return self._now.state

    @property
    def name(self) -> str:
        """The name that people see."""
        return str(self._value("name"))

    @name.setter
    def name(self, name: str) -> None:
        self._values["name"] = str(name)

    @property
    def notes(self) -> str | None:
        """A remark of any length."""
        notes: str | None = self._value("notes")
        return notes

    @notes.setter
    def notes(self, notes: str | None) -> None:
        self._values["notes"] = notes

    @property
    def tags(self) -> list[str]:
        """Words to find the run by."""
        tags: list[str] = self._value("tags")
        return tags

    @tags.setter
    def tags(self, tags: Sequence[str]) -> None:
        self._values["tags"] = [tags] if isinstance(tags, str) else [str(tag) for tag in tags]

    @property
    def group(self) -> str | None:
        """The runs that it is shown together with."""
        group: str | None = self._value("group")
        return group

    @group.setter
    def group(self, group: str | None) -> None:
        self._values["group"] = group

    @property
    def job_type(self) -> str | None:
        """What it does in its group: train, eval and the like."""
        job_type: str | None = self._value("job_type")
        return job_type

    @job_type.setter
    def job_type(self, job_type: str | None) -> None:
        self._values["job_type"] = job_type

    @property
    def archived(self) -> bool:
        """Whether lists leave it out."""
        return bool(self._value("archived"))

    @archived.setter
    def archived(self, archived: bool) -> None:
        self._values["archived"] = bool(archived)

    @property
    def deleted(self) -> bool:
        """Whether it was deleted in the dashboard: lists leave it out until it is taken back or `trailmark gc` runs."""
        return bool(self._value("deleted"))

    @deleted.setter
    def deleted(self, deleted: bool) -> None:
        self._values["deleted"] = bool(deleted)

    @property
    def config(self) -> dict[str, Any]:
        """The inputs of the run."""
        config: dict[str, Any] = self._value("config")
        return config

    @property
    def summary(self) -> Summary:
        """The results of the run: a dict by logged key, in which nested keys are found step by step too."""
        if "summary" not in self._values:
            self._values["summary"] = Summary(copy.deepcopy(self._now.summary))
        summary: Summary = self._values["summary"]
        return summary

    @property
    def start_time(self) -> float:
        """When the run began, in seconds since 1970-01-01 UTC."""
        return self._now.start_time

    @property
    def created_at(self) -> str:
        """When the run began, as ISO 8601 text in UTC."""
        return iso(self._now.start_time)

    @property
    def heartbeat_at(self) -> str:
        """When the run was last heard of, as ISO 8601 text in UTC."""
        return iso(self._now.last_time)

    @property
    def runtime_s(self) -> float:
        """Seconds spent running, over all attempts."""
        return self._now.runtime_s

    @property
    def exit_code(self) -> int | None:
        """The exit code; None if the last attempt did not end by itself."""
        return self._now.exit_code

    @property
    def error(self) -> str | None:
        """The traceback of the exception that ended the run."""
        return self._now.error

    @property
    def host(self) -> str:
        """The machine that the run ran on."""
        return self._now.host

    @property
    def environment(self) -> dict[str, Any]:
        """Host, command, Python, git, … as far as they were captured."""
        return copy.deepcopy(self._now.environment)

    @property
    def metadata(self) -> dict[str, Any]:
        """W&B's name for `environment`."""
        return self.environment

    @property
    def last_step(self) -> int | None:
        """The largest step that was logged; None if none was."""
        return self._now.last_step

    @property
    def lastHistoryStep(self) -> int:  # noqa: N802 (W&B's name)
        """The largest step that was logged; -1 if none was (W&B's name and value)."""
        return -1 if self._now.last_step is None else self._now.last_step

    @property
    def attempts(self) -> int:
        """How often the run was started."""
        return self._now.attempts

    @property
    def ranks(self) -> list[int]:
        """The ranks that wrote to the run."""
        return list(self._now.ranks)

    @property
    def forked_from(self) -> str | None:
        """The run and step that this one is a fork of: ``project/id?_step=n``."""
        return self._now.forked_from

    @property
    def metrics(self) -> dict[str, Metric]:
        """What `define_metric` said, by metric or glob."""
        return dict(self._now.metrics)

    @property
    def alerts(self) -> list[Alert]:
        """What the run called attention to, in order of time."""
        own = {source.path.name for source in self._sources(None) if not source.inherited}
        found = [alert for name, journal in self._now.journals.items() if name in own for alert in journal.alerts]
        return sorted(found, key=lambda alert: alert.time)

    def keys(self, stream: str = "default") -> dict[str, int]:
        """Return the keys that rank 0 logged, and how many records hold each."""
        from trailmark.api.history import stream_named

        state = self._now
        return dict(state.counts if stream_named(stream) == "history" else state.system_counts)

    def to_dict(self) -> dict[str, Any]:
        """Return what is known of the run without reading its rows, as plain data."""
        values = {name: getattr(self, name) for name in _DESCRIBING}
        return {**copy.deepcopy(values), "summary": dict(self.summary), "keys": self.keys()}

    def __repr__(self) -> str:
        return f"<Run {self.path} {self.name!r} {self.state}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from trailmark._display import run_html

        return run_html(self.name, self.path, self.state, self.summary, self.url, self.dir)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _sources(self, rank: int | str | None) -> list[Source]:
        """Return the journals that count, as they are on the disk now."""
        paths = journal_paths(self.dir)
        if not paths:
            raise self._gone()
        for path in paths:
            header = None if path.name in self._headers else read_header(path)
            if header is not None:
                self._headers[path.name] = header
        headers = {path.name: self._headers[path.name] for path in paths if path.name in self._headers}
        if len(headers) < len(paths):  # one is damaged, or not there yet: the state knows what to make of that
            state = load(self.dir)
            journals = state.journals if state else {}
            headers = {name: journal.header for name, journal in journals.items() if journal.header}
        return find_sources(self.dir, headers, rank)

    def _read(self, query: Query, rank: int | str | None) -> list[tuple[Source, Contents]]:
        sources = self._sources(rank)
        if query.stream == "system":
            sources = [source for source in sources if not source.inherited]
        return [(source, self._shelf.contents(source.path)) for source in sources]

    def series(
        self, key: str, *, rank: int | str | None = 0, attempts: bool = False, stream: str = "default"
    ) -> Series:
        """Return the steps, times and values of one key as numpy arrays, all of them; empty if it was not logged.

        Equal steps, attempts and ranks are treated as by `history`.
        """
        from trailmark.api import history

        query = history.Query(stream=history.stream_named(stream), attempts=attempts)
        return history.series(self._read(query, rank), key, query)

    def histograms(
        self, key: str, num_bins: int | None = None, *, rank: int | str | None = 0, attempts: bool = False
    ) -> Histograms:
        """Return the histograms of one key over time as numpy arrays: steps, times, counts, edges, numbers of NaN.

        With `num_bins` all are put into that many common bins, from the lowest edge of any to the highest, for a heat
        map; the sum of each stays. Without it they have the bins that they were logged with.

        Raises:
            UsageError: the key holds no histograms, or they have different numbers of bins and no `num_bins` is given.
        """
        from trailmark.api.histograms import histograms

        return histograms(self.series(key, rank=rank, attempts=attempts), key, num_bins)

    def history(
        self,
        keys: str | Sequence[str] | int | None = None,
        samples: int | Sequence[str] | None = None,
        x_axis: str = "_step",
        pandas: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
        stream: str = "default",
        *,
        rank: int | str | None = 0,
        attempts: bool = False,
        format: str | None = None,  # noqa: A002 (W&B's name)
    ) -> Any:
        """Return the rows that hold any of `keys`, all of them unless `samples` says how many.

        Columns are `_step`, `_runtime` (seconds that the run had been running), `_timestamp` (seconds since 1970-01-01
        UTC) and the keys. W&B's order of arguments, with `samples` first, is understood.

        Args:
            keys: what to return, by default all that was logged.
            samples: return about this many rows, with the smallest and the largest values among them.
            x_axis: "_step", "_runtime", "_timestamp" or a metric. Rows are in its order; one that lacks the metric
                takes the value that it had last, and those before its first value are left out.
            pandas: False stands for ``format="rows"``.
            stream: "default", or "system" for what was measured of the machine.
            rank: the rank in a distributed job; None or "all" for all, apart, with a column `_rank`.
            attempts: do not let newer attempts supersede older ones, but return the rows of all, apart, with a column
                `_attempt`.
            format: "pandas", "polars", "numpy" (a dict of arrays) or "rows" (a list of dicts).

        Raises:
            UsageError: an argument is not one of what it may be.
            MissingPackageError: pandas or polars is not installed.
            JournalError: a journal cannot be read.
        """
        from trailmark.api import history

        if isinstance(keys, int) or (samples is not None and not isinstance(samples, int)):
            keys, samples = samples, keys
        if isinstance(keys, int) or isinstance(samples, str) or (samples is not None and not isinstance(samples, int)):
            raise UsageError(f"history takes keys (names) and samples (a number), got {samples!r} and {keys!r}")
        query = history.Query(
            keys=_names(keys),
            samples=samples,
            x_axis=x_axis,
            stream=history.stream_named(stream),
            attempts=attempts,
            all_ranks=rank in (None, "all"),
            format=format or ("pandas" if pandas else "rows"),
        )
        read = self._read(query, rank)
        definitions = dict(self._now.metrics)
        for _, contents in read:
            definitions.update(contents.definitions.state.metrics)
        return history.history(read, definitions, query)

    def system_history(
        self,
        keys: str | Sequence[str] | None = None,
        samples: int | None = None,
        *,
        rank: int | str | None = 0,
        format: str | None = None,  # noqa: A002 (as in `history`)
    ) -> Any:
        """Return what was measured of the machine, as `history` does: `history` with ``stream="system"``."""
        return self.history(keys, samples, stream="system", rank=rank, format=format)

    def scan_history(
        self,
        keys: str | Sequence[str] | None = None,
        page_size: int = 1000,
        min_step: int | None = None,
        max_step: int | None = None,
        *,
        rank: int | str | None = 0,
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows that hold any of `keys` in the order of steps, each value exactly as it was logged.

        Without `keys` a row has the keys that were logged in it; with them, None where it lacks one. `page_size` rows
        are made at a time. Rows from `min_step` up to, but without, `max_step` are returned, as by W&B.

        Raises:
            UsageError: an argument is not one of what it may be.
            JournalError: a journal cannot be read.
        """
        from trailmark.api import history

        if page_size < 1:
            raise UsageError(f"page_size is at least 1, got {page_size!r}")
        query = history.Query(keys=_names(keys), all_ranks=rank in (None, "all"))
        return history.scan(self._read(query, rank), query, (min_step, max_step), page_size)

    # -- console and files -----------------------------------------------------------------------------------------

    def console(self, stream: str | None = None, *, rank: int | str | None = 0) -> list[ConsoleLine]:
        """Return what the run printed to `stream` ("stdout", "stderr"; None: to any), one attempt after the other.

        Within an attempt, lines are in the order in which they were begun; of a line that was written again, as
        progress bars are, the last text.
        """
        attempts: dict[tuple[int, int], list[list[ConsoleLine]]] = {}
        for source in self._sources(rank):
            if not source.inherited:
                lines = fold_lines(list(self._shelf.contents(source.path).console), stream)
                attempts.setdefault((source.rank, source.generation), []).append(lines)
        return [line for processes in attempts.values() for line in merge_lines(processes)]

    def files(self, names: str | Iterable[str] | None = None) -> list[File]:
        """Return the files that were saved with the run, by name; with `names` only those of them that are there."""
        return files.list_files(self.dir, names)

    def file(self, name: str) -> File:
        """Return one of the saved files.

        Raises:
            UsageError: there is no such file; the message names close ones.
        """
        return files.find_file(self.dir, name)

    # -- artifacts -------------------------------------------------------------------------------------------------

    @property
    def artifacts(self) -> list[ArtifactLink]:
        """What the run recorded of artifacts: those that it logged, used and linked, in the order of its doing so."""
        return list(self._now.artifacts)

    def logged_artifacts(self, per_page: int = 100) -> list[Artifact]:
        """Return the versions that the run made, in the order of its doing so; those deleted since are left out.

        `per_page` has no effect, for W&B's sake.
        """
        del per_page
        return self._artifacts("logged")

    def used_artifacts(self, per_page: int = 100) -> list[Artifact]:
        """Return the versions that the run used, as `logged_artifacts` does."""
        del per_page
        return self._artifacts("used")

    def _artifacts(self, action: str) -> list[Artifact]:
        from trailmark.api.artifacts import Readers
        from trailmark.api.provenance import artifacts_of

        found = artifacts_of(self.dir.parent.parent, self._now, action)
        for artifact in found:
            artifact.lineage = Readers(self._shelf)
        return found

    def faults(self) -> list[JournalFault]:
        """Return the damaged places of all journals; what lies around them is read nevertheless."""
        found = []
        for path in journal_paths(self.dir):
            contents = self._shelf.contents(path)
            found += [JournalFault(path.name, *fault) for fault in contents.faults]
        return found

    # -- changes ---------------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Record what was changed here, and read the run's state again.

        Raises:
            Error: the run's directory cannot be written.
        """
        if edits.write(self._now, self._values):
            self.load(force=True)

    def delete(self, delete_artifacts: bool = False, *, force: bool = False) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
        """Delete the run with all its files, and with `delete_artifacts` the versions that it alone logged.

        Raises:
            UsageError: the run is running, and `force` is not given.
            Error: its directory cannot be removed.
        """
        state = load(self.dir)
        if state is not None and state.state == "running" and not force:
            raise UsageError(f"run {self.path} is running: finish it first, or call delete(force=True)")
        artifacts = self._artifacts_of_its_own(state) if delete_artifacts and state else []
        # Renamed first, so that nobody ever sees half a run; names with a dot in front are no runs.
        doomed = self.dir.with_name(f".deleted-{self.id}-{secrets.token_hex(4)}")
        try:
            self.dir.rename(doomed)
            shutil.rmtree(doomed)
        except OSError as error:
            raise Error(f"run {self.path} cannot be deleted: {error}") from error
        for artifact in artifacts:
            artifact.delete(delete_aliases=True)

    def _artifacts_of_its_own(self, state: RunState) -> list[Artifact]:
        """Return the versions that the run made, and that no other run logged too."""
        from trailmark.api.provenance import Provenance, artifacts_of

        root = self.dir.parent.parent
        made = [found for found in artifacts_of(root, state, "logged") if found.logged_by_id == self.id]
        known = Provenance(root, self._shelf)
        return [artifact for artifact in made if not known.others_that_logged(artifact, self.path)]


def _names(keys: str | Sequence[str] | None) -> list[str] | None:
    if keys is None:
        return None
    names = [keys] if isinstance(keys, str) else list(keys)
    for name in names:
        if not isinstance(name, str):
            raise UsageError(f"keys are names of logged values, got {name!r}")
    return names
