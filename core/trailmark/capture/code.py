"""Saving source code with a run, below ``files/code``: only on request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark._term import termwarn
from trailmark.capture.files import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark.journal.writer import Writer

    Choice = Callable[..., bool]  # takes a path, and the root if it likes, both absolute

FOLDER = "code"
MAX_FILE_BYTES = 10 << 20  # no source: data with an ending that lies
MAX_FILES = 10_000
_SUFFIXES = {".py", ".ipynb"}
_NEVER = {"__pycache__", "node_modules", "site-packages", "venv"}
_SIGNS = ("pyvenv.cfg", "conda-meta")  # what the folder of an environment holds


def save_program(writer: Writer, files_dir: Path, program: Path, root: Path | None = None) -> list[str]:
    """Save the program's file; return its path below `files_dir`, in a list that is empty if it cannot be read.

    It is saved as it lies below `root`, if it does, so that it finds its place among what `save_code` saves.
    """
    root = root if root is not None and root in program.parents else program.parent
    return _save(writer, files_dir, program, root)


def save_code(
    writer: Writer,
    files_dir: Path,
    root: str | os.PathLike[str] = ".",
    *,
    include: Choice | None = None,
    exclude: Choice | None = None,
) -> list[str]:
    """Save the source files below `root`; return their paths below `files_dir`, sorted.

    By default these are ``.py`` and ``.ipynb``. `include` chooses others, `exclude` leaves some of them out; each is
    called with a file's path, and with `root` too if it takes two arguments. Hidden folders, environments, packages
    and the runs themselves are left out in any case, and links to folders are not followed.
    """
    start = Path(root).resolve()
    wanted = _choice(include, start) if include else _is_source
    unwanted = _choice(exclude, start) if exclude else lambda _: False
    runs = writer.directory.resolve().parent.parent
    saved: list[str] = []
    for path in _walk(start, runs):
        if wanted(path) and not unwanted(path):
            if len(saved) == MAX_FILES:
                termwarn(f"{start} holds more than {MAX_FILES:,} source files: only these are saved")
                break
            saved += _save(writer, files_dir, path, start)
    return sorted(saved)


def _save(writer: Writer, files_dir: Path, path: Path, root: Path) -> list[str]:
    name = f"{FOLDER}/{path.relative_to(root).as_posix()}"
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            termwarn(f"{path} is not saved: it is larger than {MAX_FILE_BYTES >> 20} MiB", repeat=False)
            return []
        data = path.read_bytes()
    except OSError as error:
        termwarn(f"{path} is not saved: {error}", repeat=False)
        return []
    return [name] if write_file(writer, files_dir, name, data) else []


def _walk(start: Path, runs: Path) -> Iterator[Path]:
    """Yield the regular files below `start`, those of a folder sorted."""
    for folder, folders, names in os.walk(start):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not _is_foreign(here / name, runs))
        yield from (here / name for name in sorted(names) if (here / name).is_file())


def _is_foreign(folder: Path, runs: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _NEVER or folder == runs:
        return True
    return any((folder / sign).exists() for sign in _SIGNS)


def _is_source(path: Path) -> bool:
    return path.suffix in _SUFFIXES and not path.name.startswith(".")


def _choice(function: Choice, root: Path) -> Callable[[Path], Any]:
    """Return `function` as a function of one path, whether it takes the root too (as W&B's may) or not."""
    import inspect

    try:
        inspect.signature(function).bind("path", "root")
    except (TypeError, ValueError):
        return lambda path: function(str(path))
    return lambda path: function(str(path), str(root))
