"""Files that a run keeps: copies below its `files` folder, so that the run's folder is the whole run."""

from __future__ import annotations

import os
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

from trailmark._term import termwarn
from trailmark.errors import UsageError
from trailmark.journal.records import File

if TYPE_CHECKING:
    from trailmark.journal.writer import Writer

Policy = Literal["live", "now", "end"]


class _Saved(NamedTuple):
    source: Path
    target: Path
    policy: str


class SavedFiles:
    """Copies files into the run: at once ("now"), at once and whenever they change ("live"), or at finish ("end").

    A part of the run: `tick` looks for changes.
    """

    def __init__(self, writer: Writer, folder: Path) -> None:
        self.folder = folder
        self._writer = writer
        self._pending: dict[Path, _Saved] = {}
        self._copied: dict[Path, tuple[int, int]] = {}  # target -> mtime in ns and size of what was copied

    def save(self, pattern: str, base_path: str | os.PathLike[str] | None, policy: str) -> list[str]:
        """Save the files that match the glob `pattern`; return the paths of the copies.

        Raises:
            UsageError: the policy is unknown, or a file is not below `base_path`.
        """
        if policy not in ("live", "now", "end"):
            raise UsageError(f"policy is 'live', 'now' or 'end', got {policy!r}")
        import glob as globbing

        found = sorted(Path(match) for match in globbing.glob(pattern, recursive=True))  # noqa: PTH207 (a pattern may be absolute)
        if not found:
            termwarn(f"save({pattern!r}) matches no file", repeat=False)
        targets = []
        for source in found:
            if source.is_file():
                target = self.folder / _name(source, base_path)
                targets.append(str(target))
                self._take(_Saved(source.absolute(), target, policy))
        return targets

    def start(self) -> None:
        """Nothing to do: files come by `save`."""

    def tick(self) -> None:
        """Copy live files that changed."""
        for saved in list(self._pending.values()):
            if saved.policy == "live":
                self._copy(saved)

    def stop(self) -> None:
        """Copy what changed, and what was left for the end."""
        for saved in list(self._pending.values()):
            self._copy(saved)
        self._pending.clear()

    def _take(self, saved: _Saved) -> None:
        if saved.policy != "now":
            self._pending[saved.target] = saved
        if saved.policy != "end":
            self._copy(saved)

    def _copy(self, saved: _Saved) -> None:
        try:
            status = saved.source.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._copied.get(saved.target) == stamp or saved.source == saved.target:
                return
            saved.target.parent.mkdir(parents=True, exist_ok=True)
            temporary = saved.target.with_name(f".{saved.target.name}-{os.urandom(4).hex()}")
            import shutil

            shutil.copyfile(saved.source, temporary)
            temporary.replace(saved.target)
        except OSError as error:
            termwarn(f"{saved.source} is not saved: {error}", repeat=False)
            return
        self._copied[saved.target] = stamp
        path = saved.target.relative_to(self.folder).as_posix()
        self._writer.append(File(time=time.time(), path=path, size=stamp[1], policy=saved.policy))


def _name(source: Path, base_path: str | os.PathLike[str] | None) -> PurePosixPath:
    """Return where below `files` a file goes: as below `base_path` or here; one from elsewhere keeps one folder."""
    absolute = source.absolute()
    if base_path is not None:
        base = Path(base_path).absolute()
        try:
            relative = absolute.relative_to(base)
        except ValueError:
            raise UsageError(f"{absolute} is not below base_path={os.fspath(base_path)!r}") from None
    elif source.is_absolute() or ".." in source.parts:
        relative = Path(*absolute.parts[-2:]) if len(absolute.parts) > 2 else Path(absolute.name)  # noqa: PLR2004
    else:
        relative = source
    if ".." in relative.parts:
        raise UsageError(f"{source} leads out of the run's files: give base_path")
    return PurePosixPath(relative.as_posix())
