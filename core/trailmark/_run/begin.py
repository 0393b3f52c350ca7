"""How a run begins: a new one, one that goes on, one rewound, or a fork of another.

`plan` decides it from what is on the disk and refuses what cannot be. It writes nothing but a fork's copies.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from trailmark._run.names import check_name, new_id
from trailmark.errors import RunNotFoundError, UsageError
from trailmark.journal.records import Header
from trailmark.journal.runstate import RunState, journal_paths, load

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark._run.settings import Settings

_MOMENT = re.compile(r"(?P<run>[^?]+)\?_step=(?P<step>-?\d+)")
_UNDONE = ("crashed", "failed", "preempted")


class Beginning(NamedTuple):
    """Where a run is written, and what it goes on from."""

    directory: Path
    earlier: RunState | None = None  # the run as it stood
    rewind: int | None = None  # the last step of it that counts
    forked_from: str | None = None
    step: int = 0  # where a run of which nothing earlier is known goes on
    attempt: int = 1
    runtime_s: float = 0.0  # what earlier attempts spent running

    @property
    def next_step(self) -> int:
        """Where the first row without a step goes."""
        if self.rewind is not None:
            return self.rewind + 1
        last = self.earlier.last_step if self.earlier else None
        return self.step if last is None else last + 1


def plan(root: Path, settings: Settings, fork_from: str | None = None, resume_from: str | None = None) -> Beginning:
    """Return how the run begins that `init` was asked for.

    Raises:
        UsageError: the arguments contradict each other, or the disk.
        RunNotFoundError: the run to go on with is not there.
    """
    project = root / check_name("project", settings.project)
    if sum(value is not None for value in (fork_from, resume_from, settings.resume)) > 1:
        raise UsageError("resume, resume_from and fork_from exclude each other: give one of them")
    if fork_from is not None:
        return _fork(project, settings, fork_from)
    if resume_from is not None:
        return _rewind(project, settings, resume_from)
    if settings.resume == "auto":
        return _resume_latest(project, settings)
    return _named(project, settings)


def _named(project: Path, settings: Settings) -> Beginning:
    if settings.id is None:
        if settings.resume in ("must", "never"):
            raise UsageError(f"resume={settings.resume!r} needs the id of the run: init(id=…, resume=…)")
        return Beginning(_unused(project))
    directory = project / check_name("id", settings.id)
    earlier = load(directory)
    if earlier is None or 0 not in earlier.ranks:  # another rank of the job may have been faster
        if settings.resume == "must":
            raise RunNotFoundError(
                f"resume='must', but there is no run {settings.id!r} in {project}: "
                "check id, project and dir, or use resume='allow'"
            )
        return Beginning(directory)
    if settings.resume in (None, "never"):
        raise UsageError(
            f"the run {settings.id!r} is already in {project}: go on with it by resume='allow' or 'must', "
            "or give another id"
        )
    return _again(earlier, directory, shared=settings.mode == "shared")


def _resume_latest(project: Path, settings: Settings) -> Beginning:
    """Go on with the newest run that was begun by resume='auto' and did not finish."""
    if settings.id is not None:
        directory = project / check_name("id", settings.id)
        return _again(load(directory), directory)
    newest: RunState | None = None
    for directory in project.iterdir() if project.is_dir() else ():
        run = load(directory)
        if run and run.resume == "auto" and (newest is None or run.start_time > newest.start_time):
            newest = run
    if newest is not None and newest.state in _UNDONE:
        return _again(newest, newest.path)
    return Beginning(_unused(project))


def _rewind(project: Path, settings: Settings, moment: str) -> Beginning:
    name, step = _parse("resume_from", moment)
    if settings.id not in (None, name):
        raise UsageError(f"resume_from={moment!r} goes on with the run {name!r}, but id={settings.id!r} was given")
    earlier = _existing(project, name, "resume_from")
    return _again(earlier, earlier.path)._replace(rewind=step)


def _fork(project: Path, settings: Settings, moment: str) -> Beginning:
    name, step = _parse("fork_from", moment)
    parent = _existing(project, name, "fork_from")
    directory = project / check_name("id", settings.id) if settings.id else _unused(project)
    if journal_paths(directory):
        raise UsageError(f"the run {settings.id!r} is already in {project}: a fork needs an id of its own")
    import shutil

    # Copies, so that the fork's folder is the whole run, whatever becomes of its parent.
    directory.mkdir(parents=True, exist_ok=True)
    for path in journal_paths(parent.path):
        shutil.copyfile(path, directory / path.name)
    _share_media(parent.path, directory)
    moment = f"{parent.project}/{parent.id}?_step={step}"
    return _again(parent, directory)._replace(rewind=step, forked_from=moment)


def _share_media(parent: Path, fork: Path) -> None:
    """Give a fork the media of its parent: as further names of the files, which nobody writes to, where that can be."""
    import shutil

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:  # no such links on this file system, or too many of this file
            shutil.copyfile(source, target)

    media = parent / "files" / "media"
    if media.is_dir():
        shutil.copytree(media, fork / "files" / "media", copy_function=link, ignore=shutil.ignore_patterns(".*"))


def _again(earlier: RunState | None, directory: Path, *, shared: bool = False) -> Beginning:
    """Return the next attempt at a run, or with `shared` one more writer of the attempt that is under way."""
    if earlier is None:
        return Beginning(directory)
    attempt = max(header.attempt for header in _headers(earlier, rank=0)) + (not shared)
    return Beginning(directory, earlier, attempt=attempt, runtime_s=earlier.runtime_s)


def joined(directory: Path, rank: int) -> Beginning:
    """Return how another rank begins in the run that rank 0 made, or makes at this moment."""
    run = load(directory)
    if run is None:
        return Beginning(directory)
    first = max(_headers(run, rank=0), key=lambda header: header.time)
    attempt = max(header.attempt for header in _headers(run, rank)) + 1
    # Where rank 0 has begun this attempt, or else will begin it.
    step = first.starting_step if first.attempt >= attempt else (-1 if run.last_step is None else run.last_step) + 1
    return Beginning(directory, step=step, attempt=attempt, runtime_s=first.runtime_s)


def _headers(run: RunState, rank: int) -> list[Header]:
    """Return the headers of those that wrote for `rank`; one that says nothing, if there are none."""
    headers = [journal.header for journal in run.journals.values() if journal.header and journal.header.rank == rank]
    return headers or [Header(run=run.id, writer="", time=0.0, rank=rank, attempt=0)]


def _existing(project: Path, name: str, argument: str) -> RunState:
    directory = project.parent / name if "/" in name else project / name
    run = load(directory)
    if run is None:
        raise RunNotFoundError(f"{argument} names the run {name!r}, which is not in {directory.parent}")
    return run


def _parse(argument: str, moment: str) -> tuple[str, int]:
    found = _MOMENT.fullmatch(moment)
    if not found:
        raise UsageError(f"{argument} is '<run id>?_step=<step>', got {moment!r}")
    return found["run"], int(found["step"])


def _unused(project: Path) -> Path:
    directory = project / new_id()
    while directory.exists():
        directory = project / new_id()
    return directory
