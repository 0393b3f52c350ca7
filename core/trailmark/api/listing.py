"""Listing: which projects and runs are in a root."""

from __future__ import annotations

import contextlib
import gc
import os
from typing import TYPE_CHECKING, NamedTuple

from trailmark.journal.runstate import load
from trailmark.journal.writer import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trailmark.journal.runstate import RunState


class Project(NamedTuple):
    """A set of runs to compare."""

    name: str
    path: Path
    runs: int  # how many there are
    last_activity: float  # when one of them last wrote, in seconds since 1970-01-01 UTC


def project_names(root: Path) -> list[str]:
    """Return the names of the folders in `root` that may hold runs, in alphabetical order."""
    return _folders(root)


def run_directories(project: Path) -> list[Path]:
    """Return the folders in `project` that may hold a run, by name."""
    return [project / name for name in _folders(project)]


def has_run(directory: Path) -> bool:
    """Tell whether a run is in `directory`."""
    return _last_write(directory) is not None


def find_projects(root: Path) -> list[Project]:
    """Return the projects in `root` that hold runs, by name."""
    found = []
    for name in project_names(root):
        writes = [when for directory in run_directories(root / name) if (when := _last_write(directory)) is not None]
        if writes:
            found.append(Project(name, root / name, len(writes), max(writes)))
    return found


def load_states(directories: Iterable[Path]) -> Iterator[RunState]:
    """Yield the states of the runs in `directories`."""
    for directory in directories:
        state = load(directory)
        if state is not None:
            yield state


@contextlib.contextmanager
def many_objects() -> Iterator[None]:
    """Hold back the search for garbage while much is made that is none; it would take a quarter of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _folders(parent: Path) -> list[str]:
    try:
        with os.scandir(parent) as entries:
            return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _last_write(directory: Path) -> float | None:
    """Return when a journal in `directory` was last written; None if there is none."""
    try:
        with os.scandir(directory) as entries:
            return max((entry.stat().st_mtime for entry in entries if entry.name.endswith(SUFFIX)), default=None)
    except OSError:  # deleted meanwhile, or not ours to read
        return None
