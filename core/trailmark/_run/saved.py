"""Files that a run keeps: copies below its `files` folder, so that the run's folder is the whole run.

A file is copied whole or not at all. Faults of the disk are warned of, and stop nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from trailmark._run.muted import MutedWriter
from trailmark._term import termwarn
from trailmark.errors import UsageError
from trailmark.journal.records import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trailmark.journal.writer import Writer

Policy = Literal["live", "now", "end"]
_Stamp = tuple[int, int]  # when a file was changed, in ns, and its size in bytes


class _Saved(NamedTuple):
    source: Path
    target: Path
    policy: str


class SavedFiles:
    """Copies files into the run: at once ("now"), at once and whenever they change ("live"), or at finish ("end").

    A part of the run: `tick` looks for changes. A live file is copied again when it has changed and then been still
    from one tick to the next, so that a checkpoint is not copied while it is being written. A worker process, which
    nobody waits for at its end, copies all at once.
    """

    def __init__(self, writer: Writer, folder: Path) -> None:
        self.folder = folder
        self._writer = writer
        self._pending: dict[Path, _Saved] = {}  # by target
        self._copied: dict[Path, _Stamp] = {}
        self._seen: dict[Path, _Stamp] = {}
        self._pid = 0  # of the process that ticks

    def save(self, pattern: str, base_path: str | os.PathLike[str] | None, policy: str) -> list[str]:
        """Save the files that match the glob `pattern`, and all below folders that do; return the paths of the copies.

        Raises:
            UsageError: the policy is unknown, or a file is not below `base_path`.
        """
        if policy not in ("live", "now", "end"):
            raise UsageError(f"policy is 'live', 'now' or 'end', got {policy!r}")
        if isinstance(self._writer, MutedWriter):
            return []
        policy = policy if self._pid == os.getpid() else "now"
        found = [
            _Saved(source, self._target(source, base_path or _base(pattern, match)), policy)
            for match, source in self._find(pattern)
        ]
        if not found:
            termwarn(f"save({pattern!r}) matches no file", repeat=False)
        targets = []
        for saved in found:
            if policy != "now":
                self._pending[saved.target] = saved
            if policy == "end" or self._copy(saved):
                targets.append(str(saved.target))
        return targets

    def start(self) -> None:
        """Take note of who ticks; files come by `save`."""
        self._pid = os.getpid()

    def tick(self) -> None:
        """Copy live files that changed and came to rest."""
        for saved in list(self._pending.values()):
            if saved.policy == "live":
                stamp = _stamp(saved.source)
                if stamp is not None and stamp == self._seen.get(saved.target) != self._copied.get(saved.target):
                    self._copy(saved)
                elif stamp is not None:
                    self._seen[saved.target] = stamp

    def stop(self, timeout_s: float) -> None:
        """Copy what changed, and what was left for the end, however long that takes."""
        del timeout_s
        for saved in list(self._pending.values()):
            if _stamp(saved.source) is not None or saved.target not in self._copied:  # else: it was there, and is kept
                self._copy(saved)
        self._pending.clear()

    def _find(self, pattern: str) -> Iterator[tuple[Path, Path]]:
        """Yield the files to save, each after the match of `pattern` that it is or is below; absolute paths."""
        import glob

        matches = [pattern] if os.path.lexists(pattern) else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
        root = self.folder.parents[2]
        leads_to_runs = _is_below(Path(pattern), root)
        for match in map(_absolute, matches):
            for source in _files(match):
                # Runs do not save one another unless told to, and none its own journals.
                in_run = _is_below(source, self.folder.parent)
                if _is_below(source, self.folder) if in_run else leads_to_runs or not _is_below(source, root):
                    yield match, source

    def _target(self, source: Path, base_path: str | os.PathLike[str]) -> Path:
        """Return where the copy goes; what the user wrote below `files` stays where it is."""
        if self.folder in source.parents:
            return source
        base = _absolute(base_path)
        if base not in source.parents:
            raise UsageError(f"{source} is not below base_path={os.fspath(base_path)!r}")
        return self.folder / source.relative_to(base)

    def _copy(self, saved: _Saved) -> bool:
        """Copy a file unless that was done; whether the copy is there."""
        try:
            status = saved.source.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._copied.get(saved.target) == stamp:
                return True
            if saved.source != saved.target:
                copy_whole(saved.source, saved.target)
            size_bytes = saved.target.stat().st_size
        except OSError as error:
            termwarn(f"{saved.source} is not saved: {error}", repeat=False)
            return False
        self._copied[saved.target] = stamp
        path = saved.target.relative_to(self.folder).as_posix()
        self._writer.append(File(time=time.time(), path=path, size=size_bytes, policy=saved.policy))
        return True


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file; `target` is the old or the new one at any time, and never a part.

    Raises:
        OSError: it cannot be read or written.
    """
    import shutil

    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{os.urandom(8).hex()}.part")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _base(pattern: str, match: Path) -> Path:
    """Return the `base_path` of a match if none is given: the current folder; one from elsewhere keeps one folder."""
    here = Path.cwd()
    if not Path(pattern).is_absolute() and here in match.parents:
        return here
    return match.parent if match.is_dir() else match.parent.parent


def _files(match: Path) -> Iterator[Path]:
    """Yield the file that `match` is, or all below the folder that it is; links to folders are not followed."""
    if match.is_file():
        yield match
    for folder, folders, names in os.walk(match, onerror=_warn) if match.is_dir() else ():
        folders.sort()
        yield from (path for path in (Path(folder, name) for name in sorted(names)) if path.is_file())


def _warn(error: OSError) -> None:
    termwarn(f"{error.filename} is not saved: {error}", repeat=False)


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:  # gone, or on its way: `_copy` tells, where it matters
        return None
    return status.st_mtime_ns, status.st_size


def _absolute(path: str | os.PathLike[str]) -> Path:
    """Return `path` as absolute, without ``..`` and with its links."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (pathlib keeps the dots)


def _is_below(path: Path, folder: Path) -> bool:
    """Whether `path` lies below `folder`, wherever `path` itself may link to."""
    place, folder = path.parent.resolve(), folder.resolve()
    return folder == place or folder in place.parents
