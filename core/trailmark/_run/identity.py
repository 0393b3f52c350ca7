"""What a run is: its id, names, places and states."""

from __future__ import annotations

import os
from time import time as clock
from typing import TYPE_CHECKING, Any

from trailmark.errors import RunFinishedError
from trailmark.journal.records import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trailmark._dashboard import Dashboard
    from trailmark._run.begin import Beginning
    from trailmark._run.settings import Settings
    from trailmark.journal.runstate import RunState
    from trailmark.journal.writer import Writer


class Identity:
    """The part of `Run` that says which run it is. Names, notes, tags, group and job type change by assignment."""

    def __init__(self, settings: Settings, writer: Writer, beginning: Beginning) -> None:
        self._settings = settings
        self._writer = writer
        self._earlier: RunState | None = beginning.earlier
        self._starting_step = beginning.next_step
        self._edits: dict[str, Any] = {}
        self._silent_end = False
        self._pid = os.getpid()

    @property
    def id(self) -> str:
        """The id, unique in the root."""
        return self._writer.header.run

    @property
    def project(self) -> str:
        """The set of runs that this one belongs to."""
        return self._writer.header.project

    @property
    def entity(self) -> str:
        """Whose run it is, on a server that several people use."""
        return self._writer.header.entity or ""

    @property
    def path(self) -> str:
        """``project/id``, which `Api.run` takes."""
        return f"{self.project}/{self.id}"

    @property
    def path_on_disk(self) -> Path:
        """The folder of the run."""
        return self._writer.directory

    @property
    def writer(self) -> Writer:
        """The writer of this process's journal."""
        return self._writer

    @property
    def _files_folder(self) -> Path:
        return self._writer.directory / "files"

    @property
    def dir(self) -> str:
        """The folder for files of the run; it is made when it is asked for."""
        if not self.disabled:
            self._files_folder.mkdir(parents=True, exist_ok=True)
        return str(self._files_folder)

    @property
    def name(self) -> str:
        """The name that people see."""
        return str(self._edits.get("name", self._writer.header.name) or self.id)

    @name.setter
    def name(self, name: str) -> None:
        self._edit("name", str(name))

    @property
    def notes(self) -> str | None:
        """A remark of any length."""
        notes: str | None = self._edits.get("notes", self._writer.header.notes)
        return notes

    @notes.setter
    def notes(self, notes: str | None) -> None:
        self._edit("notes", notes)

    @property
    def tags(self) -> tuple[str, ...]:
        """Words to find the run by."""
        return tuple(self._edits.get("tags", self._writer.header.tags))

    @tags.setter
    def tags(self, tags: Sequence[str]) -> None:
        self._edit("tags", [tags] if isinstance(tags, str) else [str(tag) for tag in tags])

    @property
    def group(self) -> str:
        """The runs that it is shown together with."""
        return str(self._edits.get("group", self._writer.header.group) or "")

    @group.setter
    def group(self, group: str | None) -> None:
        self._edit("group", group)

    @property
    def job_type(self) -> str:
        """What it does in its group, such as train or eval."""
        return str(self._edits.get("job_type", self._writer.header.job_type) or "")

    @job_type.setter
    def job_type(self, job_type: str | None) -> None:
        self._edit("job_type", job_type)

    def _edit(self, field: str, value: Any) -> None:
        self._check_open(field)
        self._edits[field] = value
        self._writer.append(Edit(time=clock(), set={field: value}))

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def starting_step(self) -> int:
        """The first step of this attempt."""
        return self._starting_step

    @property
    def start_time(self) -> float:
        """When the run began, in seconds since 1970-01-01 UTC."""
        return self._earlier.start_time if self._earlier else self._writer.header.time

    @property
    def resumed(self) -> bool:
        """Whether this goes on with an earlier attempt."""
        return self._earlier is not None and not self._writer.header.forked_from

    @property
    def rank(self) -> int:
        """The rank of this process in a distributed job, else 0."""
        return self._writer.header.rank

    @property
    def disabled(self) -> bool:
        """Whether nothing is written (``mode="disabled"``)."""
        return self._settings.mode == "disabled"

    @property
    def offline(self) -> bool:
        """Whether the run stays on this machine."""
        return self._settings.mode != "online" or not self._settings.base_url

    @property
    def url(self) -> str | None:
        """The address of the run in the dashboard that serves its root now; None without one."""
        found = self._dashboard
        return found.page(self.project, self.id) if found else None

    @property
    def project_url(self) -> str | None:
        """The address of the project there; None without a dashboard."""
        found = self._dashboard
        return found.page(self.project) if found else None

    @property
    def _dashboard(self) -> Dashboard | None:
        from trailmark._dashboard import find_dashboard

        return find_dashboard(self._writer.directory.parent.parent)

    @property
    def finished(self) -> bool:
        """Whether the run has ended in this process."""
        return self._writer.closed

    @property
    def owned(self) -> bool:
        """Whether this process began the run, and is not a fork of the one that did."""
        return self._pid == os.getpid()

    def _check_open(self, call: str) -> None:
        if self._writer.closed and not self._silent_end:
            raise RunFinishedError(
                f"{call} was called after run {self.name} was finished: call trailmark.init() for a new run, "
                f"or init(id={self.id!r}, resume='must') to go on with it"
            )
