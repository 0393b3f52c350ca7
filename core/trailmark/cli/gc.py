"""`trailmark gc`: what may go, and letting it go.

Without options only what can be made again, or was left behind, goes: caches of states, unfinished copies, notes of
jobs that are over, directories without a file, blobs that no version of an artifact has. Runs go only by choice, never
while they run, and each is first renamed so that no half of one is left where runs are.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from trailmark._term import termwarn
from trailmark.api.listing import project_names
from trailmark.cli.lookup import folders, root_of
from trailmark.cli.screen import Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, clean, parse_span, plural, size
from trailmark.errors import ArtifactError, UsageError
from trailmark.journal.runstate import CACHE_NAME, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trailmark.journal.runstate import RunState

_LEFTOVER = re.compile(r"\..+-[0-9a-f]{8}")  # how Trailmark names a file until it is complete
_JOBS = ".jobs"  # a folder of a project, where ranks learn which run is theirs
_ARTIFACTS = ".artifacts"  # a folder of a project, where versions are
_BLOBS = ".blobs"  # a folder of the root
_DOOMED = ".deleted-"  # the start of the name of a run that is being deleted
_SETTLED_S = 3600  # what changed within the last hour may still be in use
_NOTE_S = 86400
_SHOWN = 30  # runs that are listed for a person
_WORDS = {
    "run": ("run", "runs"),
    "cache": ("cache of a state", "caches of states"),
    "leftover": ("leftover file", "leftover files"),
    "note": ("note of a job that is over", "notes of jobs that are over"),
    "empty": ("empty directory", "empty directories"),
    "blobs": ("", ""),
}


class Litter(NamedTuple):
    """Something that may go."""

    kind: str  # a key of _WORDS
    path: Path
    size_bytes: int
    run: RunState | None = None


class Wanted(NamedTuple):
    """Which runs shall go: those that are all that is asked for."""

    archived: bool = False
    deleted: bool = False
    older_than_s: float | None = None
    states: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.archived or self.deleted or self.older_than_s is not None or bool(self.states)

    def takes(self, run: RunState) -> bool:
        """Whether `run` shall go."""
        if run.state == "running" or (self.archived and not run.archived) or (self.deleted and not run.deleted):
            return False
        if self.states and run.state not in self.states:
            return False
        return self.older_than_s is None or time.time() - run.last_time > self.older_than_s


@click.command("gc")
@click.argument("project", required=False)
@click.option("--force", is_flag=True, help="Delete; without it, only tell what would be.")
@click.option("--archived", is_flag=True, help="Also runs that are archived.")
@click.option("--deleted", is_flag=True, help="Also runs that were deleted in the dashboard.")
@click.option("--older-than", metavar="SPAN", help="Also runs whose last sign of life is older: 12h, 30d, 2w, 1y.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["finished", "failed", "crashed", "preempted"]),
    help="Also runs in this state; may be given several times.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before runs are deleted.")
@click.pass_context
def command(
    context: click.Context,
    project: str | None,
    *,
    force: bool,
    archived: bool,
    deleted: bool,
    older_than: str | None,
    states: tuple[str, ...],
    yes: bool,
) -> None:
    """Delete what is not needed: state caches, leftover files, empty directories; by choice also runs.

    Nothing is deleted without --force. Runs go if they are all that --archived, --deleted, --older-than and --state
    ask for; a run that is running never goes.
    """
    older_than_s = parse_span(older_than) if older_than is not None else None
    if older_than is not None and older_than_s is None:
        raise UsageError(f"--older-than takes a span such as 12h, 30d or 1y, got {older_than!r}")
    root, screen = root_of(context), Screen()
    found = list(litter(root, project, Wanted(archived, deleted, older_than_s, states)))
    _report(screen, root, found)
    runs = sum(item.kind == "run" for item in found)
    if not found:
        return
    if not force:
        if screen.terminal:
            screen.line(("Nothing was deleted; --force does it.", "dim"))
        return
    if runs and not yes:
        click.confirm(f"Delete {plural(runs, 'run')} for good?", abort=True, err=True)
    freed = sum(item.size_bytes for item in found if delete(item))
    if screen.terminal:
        screen.line((f"Deleted; {size(freed)} are free.", "green"))


def litter(root: Path, project: str | None, wanted: Wanted) -> Iterator[Litter]:
    """Yield what may go, in one project or in all."""
    going: set[Path] = set()
    found = folders(root, project)
    for folder in sorted(found) if wanted else ():
        run = load(folder.path)
        if run is not None and wanted.takes(run) and not folder.path.is_symlink():
            going.add(folder.path)
            yield Litter("run", folder.path, _size(folder.path), run)
    for name in [project] if project else project_names(root):
        yield from _of_project(root / name, going)
    if project is None:  # all projects share them
        yield from _blobs(root)


def _blobs(root: Path) -> Iterator[Litter]:
    """Yield the folder of blobs, if there is anything in it that no version of an artifact has."""
    from trailmark.artifacts.garbage import collect_garbage

    try:
        unneeded_bytes = collect_garbage(root, dry_run=True)
    except ArtifactError as error:  # whatever is needed cannot be told from what is not
        termwarn(f"blobs are left alone: {error}")
        return
    if unneeded_bytes:
        yield Litter("blobs", root / _BLOBS, unneeded_bytes)


def _of_project(project: Path, going: set[Path]) -> Iterator[Litter]:
    inside = [Path(entry) for entry in _entries(project)]
    for path in sorted(inside):
        if path in going or path.is_symlink() or not path.is_dir():
            continue
        if path.name == _JOBS:
            yield from _notes(path, project)
        elif path.name == _ARTIFACTS:
            yield from _of_artifacts(path)
        elif path.name.startswith(_DOOMED):
            yield Litter("leftover", path, _size(path))
        elif not path.name.startswith("."):
            yield from _of_run(path)
    if not inside and _settled(project):
        yield Litter("empty", project, 0)


def _of_run(directory: Path) -> Iterator[Litter]:
    empty = True
    for path in _files(directory):
        if path == directory / CACHE_NAME:
            yield Litter("cache", path, _size(path))
        elif _LEFTOVER.fullmatch(path.name) and _settled(path):
            yield Litter("leftover", path, _size(path))
        else:
            empty = False
    if empty and _settled(directory):
        yield Litter("empty", directory, 0)


def _of_artifacts(folder: Path) -> Iterator[Litter]:
    """Yield what is left of versions, and collections, that were being made or deleted when the process was killed."""
    for path in [Path(entry) for entry in _entries(folder)]:
        if _LEFTOVER.fullmatch(path.name):
            if _settled(path):
                yield Litter("leftover", path, _size(path))
        elif path.is_dir() and not path.is_symlink():
            for inner in [Path(entry) for entry in _entries(path)]:
                if _LEFTOVER.fullmatch(inner.name) and _settled(inner):
                    yield Litter("leftover", inner, _size(inner))


def _notes(folder: Path, project: Path) -> Iterator[Litter]:
    """Yield the notes by which ranks found their run, if that is over."""
    for path in _files(folder):
        try:
            run = load(project / path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError):  # not a note, but it lies among them
            run = None
        if _settled(path, _NOTE_S) and (run is None or run.state != "running"):
            yield Litter("note", path, _size(path))


def delete(item: Litter) -> bool:
    """Delete it, unless it is in use by now; True if it is gone."""
    path = item.path
    if item.run is not None:
        return _delete_run(path)
    if item.kind == "empty":
        return _delete_empty(path)
    if item.kind == "blobs":
        from trailmark.artifacts.garbage import collect_garbage

        return collect_garbage(path.parent) > 0
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return True


def _delete_run(directory: Path) -> bool:
    from trailmark.api.contents import Shelf
    from trailmark.api.run import Run

    state = load(directory)
    if state is None or state.state == "running":  # deleted or resumed while the question stood
        return False
    Run(directory, Shelf(), state).delete()
    return True


def _delete_empty(directory: Path) -> bool:
    """Delete directories without files. One that has got a file meanwhile refuses by itself, and stays."""
    try:
        for folder, _, _ in os.walk(directory, topdown=False):
            Path(folder).rmdir()
    except OSError:
        return False
    return True


def _report(screen: Screen, root: Path, found: list[Litter]) -> None:
    if not screen.terminal:
        for item in found:
            screen.row(item.kind, str(item.size_bytes), clean(str(item.path)))
        return
    if not found:
        screen.line(("✓ " if screen.unicode else "+ ", "green"), f"Nothing to delete in {root}")
        return
    columns = (
        Column(""),
        Column("", widest=60),
        Column("", optional=2),
        Column("", optional=1),
        Column("", right=True),
    )
    runs = [item for item in found if item.run is not None]
    rows = [_cells(screen, item, item.run) for item in runs[:_SHOWN] if item.run]
    screen.lines(table(columns, rows, screen.width, header=False))
    if len(runs) > _SHOWN:
        screen.line((f"… and {plural(len(runs) - _SHOWN, 'more run')}", "dim"))
    for kind, (noun, nouns) in _WORDS.items():
        items = [item for item in found if item.kind == kind]
        total = sum(item.size_bytes for item in items)
        if items and kind == "blobs":
            screen.line("blobs that no version has", (f" · {size(total)}", "dim"))
        elif items:
            screen.line((f"{len(items):,} ", "bold"), noun if len(items) == 1 else nouns, (f" · {size(total)}", "dim"))


def _cells(screen: Screen, item: Litter, run: RunState) -> list[Part]:
    marks = [run.state, *(mark for mark in ("archived", "deleted") if getattr(run, mark))]
    return [
        screen.sign(run.state),
        (f"{run.project}/{run.id}", ""),
        (run.name, "bold"),
        (f"{', '.join(marks)}, {age(time.time() - run.last_time)} ago", "dim"),
        (size(item.size_bytes), ""),
    ]


def _entries(directory: Path) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return [entry.path for entry in entries]
    except FileNotFoundError:  # deleted meanwhile
        return []


def _files(directory: Path) -> list[Path]:
    return [Path(folder, name) for folder, _, names in os.walk(directory) for name in sorted(names)]


def _settled(path: Path, age_s: float = _SETTLED_S) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > age_s
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a directory."""
    paths = _files(path) if path.is_dir() and not path.is_symlink() else [path]
    return sum(_bytes(file) for file in paths)


def _bytes(file: Path) -> int:
    """Return the bytes that are freed with a file: none if it has another name, as files of artifacts may."""
    try:
        status = file.lstat()
    except FileNotFoundError:  # deleted meanwhile
        return 0
    return status.st_size if status.st_nlink == 1 else 0
