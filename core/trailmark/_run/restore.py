"""`restore`: a saved file of this or another run, back in the working folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark._run.current import current
from trailmark._run.saved import copy_whole
from trailmark._run.settings import find_root
from trailmark.errors import RunNotFoundError, UsageError

if TYPE_CHECKING:
    from typing import TextIO


def restore(
    name: str,
    run_path: str | None = None,
    replace: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    root: str | os.PathLike[str] | None = None,
) -> TextIO:
    """Copy a file that a run saved to `root` (the current folder if there is none), and return it opened for reading.

    A file that is there already is returned as it is, unless `replace`.

    Args:
        name: the file's path below the run's files.
        run_path: ``project/id`` of the run; the current run if it is not given.
        replace: overwrite a file that is there.
        root: where to.

    Raises:
        UsageError: neither a run path is given nor is there a current run, or `name` leads out of the run's files.
        RunNotFoundError: there is no such run.
        FileNotFoundError: the run has no such file.
    """
    if run_path is None:
        run = current.need("trailmark.restore() without run_path")
        return run.restore(name, None, replace, root)
    return restore_from(find_run(run_path), name, replace=replace, root=root)


def restore_from(
    directory: Path, name: str, *, replace: bool = False, root: str | os.PathLike[str] | None = None
) -> TextIO:
    """Do what `restore` does with the file `name` of the run in `directory`."""
    files = (directory / "files").resolve()
    source = files / os.path.normpath(name)
    if not source.resolve().is_relative_to(files):
        raise UsageError(f"restore({name!r}) leads out of the run's files")
    target = Path(root or ".") / source.relative_to(files)
    if replace or not target.is_file():
        if not source.is_file():
            raise FileNotFoundError(f"the run {directory.parent.name}/{directory.name} has no file {name!r}")
        copy_whole(source, target)
    return target.open(encoding="utf-8", errors="surrogateescape")


def find_run(run_path: str) -> Path:
    """Return the folder of the run ``project/id``, in the root of the current run or else in the usual one."""
    parts = run_path.strip("/").split("/")[-2:]  # W&B's paths begin with an entity
    root = current.run.path_on_disk.parents[1] if current.run else find_root()
    directory = root.joinpath(*parts)
    if len(parts) != 2 or not {".", ".."}.isdisjoint(parts) or not directory.is_dir():  # noqa: PLR2004 (project and id)
        raise RunNotFoundError(f"run_path is 'project/id' of a run in {root}; there is no {run_path!r}")
    return directory
