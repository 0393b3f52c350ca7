"""What the tests of the reading side share: journals written record by record, with any header."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from trailmark.api import Api
from trailmark.journal.records import (
    Alert,
    ConfigChange,
    Console,
    Edit,
    Environment,
    Exit,
    Header,
    Metric,
    Row,
    SummaryChange,
)
from trailmark.journal.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.api.run import Run
    from trailmark.journal.records import AnyRecord

START = 1_700_000_000.0  # 2023-11-14T22:13:20Z
_KINDS = {float: "f", int: "i", bool: "b"}


class Journal:
    """One journal that is being written. Each record is a second after the one before."""

    def __init__(self, directory: Path, number: int, **header: Any) -> None:
        self.time: float = header.setdefault("time", START + 1000.0 * number)
        header.setdefault("run", directory.name)
        header.setdefault("project", directory.parent.name)
        header.setdefault("writer", f"20231114T22{number:04d}-r{header.get('rank', 0)}-{number:08x}")
        self.writer = Writer(directory, Header(**header))
        assert self.writer.open()

    def tick(self) -> float:
        """Return the time of the next record."""
        self.time += 1.0
        return self.time

    def log(self, step: int, data: dict[str, Any], *, time: float | None = None, stream: str = "history") -> None:
        """Write a row: packed if it holds numbers only, as `Run.log` does."""
        now = self.tick() if time is None else time
        numbers = all(type(v) in _KINDS and (type(v) is not int or -(2**63) <= v < 2**63) for v in data.values())
        if not numbers:
            assert self.writer.append(Row(step=step, time=now, data=data, stream=stream))
            return
        with self.writer.lock:
            layout = self.writer.layout([*data], "".join(_KINDS[type(v)] for v in data.values()), stream)
            assert layout is not None
            self.writer.append_row(layout, step, now, (*data.values(),))

    def write(self, *records: AnyRecord) -> None:
        """Write records as they are."""
        for record in records:
            assert self.writer.append(record)

    def config(self, **values: Any) -> None:
        """Record inputs."""
        self.write(ConfigChange(time=self.tick(), set=values))

    def summary(self, **values: Any) -> None:
        """Record results."""
        self.write(SummaryChange(time=self.tick(), set=values))

    def edit(self, **values: Any) -> None:
        """Record changes of name, notes, tags and the like."""
        self.write(Edit(time=self.tick(), set=values))

    def environment(self, **values: Any) -> None:
        """Record where the run runs."""
        self.write(Environment(time=self.tick(), values=values))

    def metric(self, name: str, **values: Any) -> None:
        """Record a metric definition."""
        self.write(Metric(name=name, **values))

    def alert(self, title: str) -> None:
        """Record an alert."""
        self.write(Alert(time=self.tick(), title=title))

    def print(self, first: int, *lines: str, stream: str = "stdout") -> None:
        """Record console lines from number `first` on."""
        self.write(Console(time=self.tick(), stream=stream, first=first, lines=[*lines]))

    def finish(self, code: int = 0, error: str | None = None) -> None:
        """End the journal as `finish` of a run does."""
        self.writer.close(Exit(time=self.tick(), code=code, error=error))

    def kill(self) -> None:
        """End the journal as SIGKILL does."""
        os.close(self.writer._fd)
        self.writer._fd = -1
        self.writer.closed = True


class Recorder:
    """Writes the journals of one run."""

    def __init__(self, root: Path, project: str = "p", run: str = "r") -> None:
        self.root = root
        self.directory = root / project / run
        self.journals: list[Journal] = []

    def journal(self, **header: Any) -> Journal:
        """Begin a journal; without `attempt` it is the first of its rank."""
        journal = Journal(self.directory, len(self.journals), **header)
        self.journals.append(journal)
        return journal

    def worker(self, parent: Journal, **header: Any) -> Journal:
        """Begin the journal of a process that `parent`'s forked."""
        of = parent.writer.header
        inherited = {"rank": of.rank, "attempt": of.attempt, "run": of.run, "runtime_s": of.runtime_s}
        return self.journal(role="worker", parent=of.writer, **{**inherited, **header})

    def read(self) -> Run:
        """Return the run as a reader sees it now."""
        return Api(self.root).run(f"{self.directory.parent.name}/{self.directory.name}")


def finished_run(root: Path, project: str, run: str, *, time: float = START, **values: Any) -> Journal:
    """Write a small finished run: `values` are of its header, or config=, summary= and edit= with dicts."""
    records = {name: values.pop(name, {}) for name in ("config", "summary", "edit")}
    journal = Journal(root / project / run, 0, time=time, **values)
    for name, given in records.items():
        if given:
            getattr(journal, name)(**given)
    journal.finish()
    return journal


def same(value: Any, other: Any) -> bool:
    """Tell whether two values are equal and of one type, all the way down; NaN equals NaN."""
    if type(value) is not type(other):
        return False
    if isinstance(value, dict):
        return list(value) == list(other) and all(same(value[key], other[key]) for key in value)
    if isinstance(value, (list, tuple)):
        return len(value) == len(other) and all(map(same, value, other))
    return bool(value == other or (value != value and other != other))  # noqa: PLR0124 (NaN alone differs from itself)
