"""Finding runs: all of a root, the newest ones, and the one that a person means by a few letters.

Directories are looked at before journals, and journals are folded only of the runs that are asked for.
"""

from __future__ import annotations

import heapq
import itertools
import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trailmark.api.listing import load_states, project_names, run_directories
from trailmark.errors import RunNotFoundError
from trailmark.journal.runstate import load
from trailmark.journal.writer import SUFFIX, rank_and_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import click

    from trailmark.journal.runstate import RunState

LATEST = ("latest", "@")
_COMPLETED = 200  # more would keep a person waiting for a tab
_SHOWN = 5  # candidates that an error names


class Folder(NamedTuple):
    """The directory of a run, and the name of its newest journal."""

    path: Path
    newest: str

    @property
    def latest_start(self) -> float:
        """A time, in seconds since 1970, before which the run began; its journals need not be opened for that."""
        began = rank_and_time(self.newest.removesuffix(SUFFIX))[1]
        return began + 1.0 if began else float("inf")

    def age_rank(self) -> tuple[bool, str]:
        """Return what sorts folders by `latest_start`, and takes less time than that."""
        return not (self.newest[:8].isdigit() and self.newest[8:9] == "T"), self.newest


def root_of(context: click.Context) -> Path:
    """Return the root that the command line or the settings name."""
    from trailmark._run.settings import find_root

    return find_root(context.obj)


def folders(root: Path, project: str | None = None) -> list[Folder]:
    """Return the directories of the runs of one project, or of all of them, in no particular order.

    Raises:
        RunNotFoundError: the project is not there; the message names close ones.
    """
    names = project_names(root)
    if project is not None and project not in names:
        if not names:
            raise RunNotFoundError(f"no project {project!r}: {root} holds no runs")
        raise RunNotFoundError(f"no project {project!r} in {root}{_suggestion(project, names)}")
    directories = [path for name in ([project] if project else names) for path in run_directories(root / name)]
    return [Folder(path, newest) for path in directories if (newest := _newest_journal(path))]


def all_states(found: Iterable[Folder]) -> list[RunState]:
    """Return the states of runs, the one begun last first."""
    states = load_states(folder.path for folder in found)
    return sorted(states, key=lambda run: (-run.start_time, run.id))


def newest_first(found: Iterable[Folder]) -> Iterator[RunState]:
    """Yield the states of runs, the one begun last first, and fold none before it is asked for."""
    waiting: list[tuple[float, str, RunState]] = []
    # A run began no later than its newest journal says, so those that can be newer come first.
    for folder in sorted(found, key=Folder.age_rank, reverse=True):
        while waiting and -waiting[0][0] > folder.latest_start:
            yield heapq.heappop(waiting)[2]
        state = load(folder.path)
        if state is not None:
            heapq.heappush(waiting, (-state.start_time, state.id, state))
    while waiting:
        yield heapq.heappop(waiting)[2]


def find_run(root: Path, text: str) -> Path:
    """Return the directory of the run that `text` means.

    It may be ``latest`` or ``@``, ``project/id``, an id, a name, the beginning of one id or name, or a path.

    Raises:
        RunNotFoundError: there is none, or more than one; the message names candidates.
    """
    for path in (root / text, Path(text)):
        if (os.sep in text or text in (".", "..")) and _newest_journal(path):
            return path
    found = folders(root)
    if not found:
        raise RunNotFoundError(f"no run {text!r}: {root} holds no runs")
    if text in LATEST:
        newest = next((run for run in newest_first(found) if not run.deleted), None)
        if newest is None:
            raise RunNotFoundError(f"no run {text!r}: all runs in {root} are deleted")
        return newest.path
    project, _, rest = text.rpartition("/")
    if project:
        found = [folder for folder in found if folder.path.parent.name == project] or folders(root, project)
    exact = [folder.path for folder in found if folder.path.name == rest]
    return _only(text, exact) if exact else _by_name(root, text, rest, found)


def complete_run(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids and names of newer runs that begin with `incomplete`, for the completion of shells."""
    newest = itertools.islice(newest_first(folders(root_of(context))), _COMPLETED)
    words = [word for run in newest for word in (run.id, run.name, f"{run.project}/{run.id}")]
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]


def _by_name(root: Path, text: str, name: str, found: list[Folder]) -> Path:
    """Return the run of that name, else the one run whose id or name begins so."""
    states = all_states(found)
    named = [state.path for state in states if state.name == name]
    if named:
        return _only(text, named)
    begun = [state.path for state in states if name and (state.id.startswith(name) or state.name.startswith(name))]
    if begun:
        return _only(text, begun)
    candidates = [state.id for state in states] + [state.name for state in states]
    raise RunNotFoundError(f"no run {text!r} in {root}{_suggestion(name, candidates)}")


def _only(text: str, paths: list[Path]) -> Path:
    if len(paths) == 1:
        return paths[0]
    shown = ", ".join(f"{path.parent.name}/{path.name}" for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    raise RunNotFoundError(f"{text!r} could mean {len(paths):,} runs: {shown}{more}")


def _suggestion(name: str, candidates: list[str]) -> str:
    lower = {candidate.lower(): candidate for candidate in candidates}
    close = [lower[match] for match in get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    return f"; did you mean {' or '.join(close)}?" if close else "; `trailmark ls` shows all"


def _newest_journal(directory: os.PathLike[str]) -> str:
    try:
        with os.scandir(directory) as entries:
            return max((entry.name for entry in entries if entry.name.endswith(SUFFIX)), default="")
    except OSError:  # deleted meanwhile, not a directory, or not ours to read: no run to show
        return ""
