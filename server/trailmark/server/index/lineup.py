"""`Lineup`: which journals a run has, and how their rows count among one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark.api.lineage import Source, find_sources
from trailmark.errors import JournalError
from trailmark.journal.reader import read_header
from trailmark.journal.records import Header
from trailmark.journal.runstate import step_limits
from trailmark.journal.writer import SUFFIX, rank_and_time
from trailmark.server.index.journal import exit_state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class _Shape(NamedTuple):
    """What of a source decides what becomes of its rows."""

    name: str
    rank: int
    attempt: int  # the place of its attempt among those of its rank that are looked at
    inherited: bool
    is_main: bool
    limit: int | None


class Lineup:
    """The journals of one run.

    Attributes:
        headers: of all journals, with those that hold no rows, by file name.
        sources: those that hold rows, in the order in which they count, by file name.
        limits: of those whose later steps were taken back the last step that counts, by file name.
        newest: of each rank the newest attempt, as `Source.generation`.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.headers: dict[str, Header] = {}
        self._supposed: set[str] = set()  # journals whose header is not there yet, or damaged
        self.sources: dict[str, Source] = {}
        self.limits: dict[str, int] = {}
        self.newest: dict[int, int] = {}

    def update(self, names: Iterable[str]) -> bool:
        """Take in which journals there are now; return whether rows of those known before count otherwise now."""
        names = list(names)
        new = [name for name in names if name not in self.headers]
        gone = self.headers.keys() - names
        settled = [name for name in [*self._supposed] if name not in gone and self._read(name)]
        if not new and not gone and not settled:
            return False
        known = self.headers.keys() - gone - self._supposed - set(settled)
        before = _shapes(self.sources.values(), known)
        for name in gone:
            del self.headers[name]
            self._supposed.discard(name)
        for name in new:
            if not self._read(name):
                self.headers[name] = nameless(self._directory, name)
                self._supposed.add(name)
        self.limits = step_limits(self.headers)
        self.sources = {found.path.name: found for found in find_sources(self._directory, self.headers, None)}
        self.newest = {}
        for source in self.sources.values():
            self.newest[source.rank] = max(source.generation, self.newest.get(source.rank, 0))
        return bool(gone) or bool(settled) or before != _shapes(self.sources.values(), known)

    def is_as_before(self, name: str) -> bool:
        """Whether the journal still begins with the header that it had."""
        try:
            header = read_header(self._directory / name)
        except JournalError:
            return False
        return header == self.headers.get(name)

    def _read(self, name: str) -> bool:
        """Read the header of a journal; False if it has none (yet)."""
        path = self._directory / name
        try:
            header = read_header(path)
        except JournalError:
            header = None
        if header is None and (state := exit_state(path)) is not None:
            header = state.header
        if header is None:
            return False
        self.headers[name] = header
        self._supposed.discard(name)
        return True

    @property
    def is_simple(self) -> bool:
        """Whether no rank has more than one journal with rows."""
        ranks = [source.rank for source in self.sources.values()]
        return len(ranks) == len(set(ranks))


def nameless(directory: Path, name: str) -> Header:
    """Return what can be said of a journal whose header cannot be read, as `trailmark.journal.runstate` does."""
    writer = name.removesuffix(SUFFIX)
    rank, when = rank_and_time(writer)
    return Header(run=directory.name, writer=writer, time=when, rank=rank, role="worker")


def _shapes(sources: Iterable[Source], names: Iterable[str]) -> list[_Shape]:
    names = set(names)
    attempts: dict[int, list[int]] = {}
    found = []
    for source in sources:
        if source.path.name in names:
            known = attempts.setdefault(source.rank, [])
            if source.generation not in known:
                known.append(source.generation)
            place = known.index(source.generation)
            shape = _Shape(source.path.name, source.rank, place, source.inherited, source.line == 0, source.limit)
            found.append(shape)
    return found
