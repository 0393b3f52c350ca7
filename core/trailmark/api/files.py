"""Files: what was saved in the `files` folder of a run."""

from __future__ import annotations

import difflib
import os
import re
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = "files"
_UNFINISHED = re.compile(r"\..+-[0-9a-f]{8}")  # how Trailmark names a file until it is complete


class File(NamedTuple):
    """One saved file."""

    name: str  # below the run's `files` folder, with forward slashes
    size: int  # bytes
    path: Path
    mtime: float  # when it was last changed, in seconds since 1970-01-01 UTC

    def open(self, mode: str = "r", **options: Any) -> IO[Any]:
        """Open the file for reading, as the built-in `open` does; text is UTF-8 unless `encoding` says otherwise.

        Raises:
            UsageError: `mode` is one for writing.
        """
        if set(mode) - set("rbt"):
            raise UsageError(f"files of a run are opened for reading, mode 'r' or 'rb', got {mode!r}")
        if "b" not in mode:
            options.setdefault("encoding", "utf-8")
        return self.path.open(mode, **options)

    def download(self, root: str | os.PathLike[str] = ".", *, replace: bool = False, exist_ok: bool = False) -> Path:
        """Copy the file below `root` and return the copy's path.

        Raises:
            UsageError: there is a file already, and neither `replace` nor `exist_ok` (leave it) is given.
        """
        target = Path(root) / self.name
        if target.exists() and not replace:
            if exist_ok:
                return target
            raise UsageError(f"{target} is there already: download(replace=True) overwrites it")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path, target)
        return target


def list_files(directory: Path, names: str | Iterable[str] | None = None) -> list[File]:
    """Return the files of the run in `directory`, by name; with `names` only those of them that are there."""
    wanted = None if names is None else {names} if isinstance(names, str) else set(names)
    folder = directory / FOLDER
    found = []
    for parent, _, children in os.walk(folder):
        for child in children:
            path = Path(parent) / child
            name = path.relative_to(folder).as_posix()
            if (wanted is None or name in wanted) and not _UNFINISHED.fullmatch(child):
                try:
                    status = path.stat()
                except OSError:  # a link to a file that is gone
                    continue
                found.append(File(name, status.st_size, path, status.st_mtime))
    return sorted(found)


def find_file(directory: Path, name: str) -> File:
    """Return the file `name` of the run in `directory`.

    Raises:
        UsageError: there is none; the message names close ones.
    """
    files = {file.name: file for file in list_files(directory)}
    if name not in files:
        close = difflib.get_close_matches(name, files, 3, 0.5)
        hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"it has {', '.join(files) or 'none'}"
        raise UsageError(f"run {directory.name} has no file {name!r}; {hint}")
    return files[name]
