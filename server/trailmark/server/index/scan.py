"""Scanning: which journals are in a root, how large they are and when they were last written to.

It looks at folders and at sizes and times of files, and opens none of them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from trailmark.api.listing import project_names
from trailmark.journal.writer import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path


class RunName(NamedTuple):
    """Which run of the root."""

    project: str
    id: str


class Look(NamedTuple):
    """How a journal looked, from outside."""

    size: int  # bytes
    mtime_ns: int
    inode: int = 0


def scan(root: Path) -> dict[RunName, dict[str, Look]]:
    """Return the folders in `root` that may hold runs, each with its journals by file name."""
    found: dict[RunName, dict[str, Look]] = {}
    for project in project_names(root):
        for run_id in _folders(os.path.join(root, project)):  # noqa: PTH118 (a Path costs more than the look)
            found[RunName(project, run_id)] = look(os.path.join(root, project, run_id))  # noqa: PTH118
    return found


def look(directory: str | os.PathLike[str]) -> dict[str, Look]:
    """Return the journals in the folder of a run by file name; none if it is gone."""
    try:
        with os.scandir(directory) as entries:
            named = [entry for entry in entries if entry.name.endswith(SUFFIX)]
    except OSError:  # deleted meanwhile, or not ours to read
        return {}
    found = {}
    for entry in named:
        try:
            status = os.stat(entry.path)  # noqa: PTH116 (DirEntry.stat gives old sizes on some network file systems)
        except OSError:
            continue
        found[entry.name] = Look(status.st_size, status.st_mtime_ns, status.st_ino)
    return dict(sorted(found.items()))


def changed_at(directory: str | os.PathLike[str]) -> int:
    """Return when a file was last added to or taken from `directory`, in ns; 0 if it is gone."""
    try:
        return os.stat(directory).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def _folders(parent: str) -> list[str]:
    try:
        with os.scandir(parent) as entries:
            return [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []
