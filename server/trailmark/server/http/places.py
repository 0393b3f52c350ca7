"""Places: what a name in an address means on the disk. No name leads out of the folder that it is looked for in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from trailmark.server.http.faults import RequestError, not_found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LONGEST_BYTES = 255  # of a file's name, on every file system in use


def checked_name(name: str, what: str) -> str:
    """Return `name` if it names something in a folder, and not the folder's own files, which begin with a dot.

    Raises:
        RequestError: it does not (404, as there can be no such thing).
    """
    if (
        not name
        or name.startswith(".")
        or not {"/", "\\", "\0"}.isdisjoint(name)
        or len(os.fsencode(_encodable(name))) > _LONGEST_BYTES
    ):
        raise not_found(f"there is no {what} {name[:100]!r}")
    return name


def file_below(folder: Path, path: str, what: str = "file") -> Path:
    """Return the file `path`, with forward slashes, below `folder`.

    Raises:
        RequestError: there is none (404), or it leads out of the folder, by its name or by a link.
    """
    missing = not_found(f"there is no {what} {path[:200]!r}")
    parts = path.split("/")
    if "\\" in path or "\0" in path or not {"", ".", ".."}.isdisjoint(parts):
        raise missing
    try:
        home = folder.resolve(strict=True)
        found = home.joinpath(*parts).resolve(strict=True)
        inside = found.is_relative_to(home) and found.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # not there, a loop of links, half of a surrogate pair
        raise missing from error
    if not inside:
        raise missing
    return found


def _encodable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def run_folder(root: Path, project: str, run: str) -> Path:
    """Return the folder of a run.

    Raises:
        RequestError: there is none (404).
    """
    names: Sequence[tuple[str, str]] = ((project, "project"), (run, "run"))
    folder = root.joinpath(*(checked_name(name, what) for name, what in names))
    if not folder.is_dir():
        raise RequestError(404, f"there is no run {run!r} in project {project!r}")
    return folder
