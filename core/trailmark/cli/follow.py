"""What is appended to the journals of a run, as events in the order of time.

Only what came since the last look is read. Nothing here prints or waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.errors import JournalError
from trailmark.journal.reader import Entry, Reader, Rows, read_header
from trailmark.journal.records import Alert, AnyRecord, Console, Exit, Header, Preempting, Row
from trailmark.journal.runstate import journal_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Metrics(NamedTuple):
    """Values that were logged at a step."""

    time: float
    rank: int
    step: int
    values: dict[str, Any]


class Line(NamedTuple):
    """A line that the process printed. One with a number that was there before replaces it."""

    time: float
    rank: int
    stream: str
    number: int
    text: str
    source: str  # the journal; lines are numbered in each


class Note(NamedTuple):
    """Something that befell the run: an alert, a new attempt, the scheduler's warning."""

    time: float
    rank: int
    record: Alert | Preempting | Header


Event = Metrics | Line | Note


class Journal:
    """One journal that is followed."""

    def __init__(self, path: Path, header: Header) -> None:
        self.header = header
        self.reader = Reader(path)
        self.ended = False

    def poll(self, *, rank: int | None, most: int | None) -> Iterator[Event]:
        """Yield what was appended; of each stretch of rows only the last `most`, unless that is None.

        With `rank` only what that rank did; otherwise metrics of rank 0, and all else of every rank.
        """
        own = self.header.rank
        if rank is not None and own != rank:
            return
        try:
            for item in self.reader.read():
                if isinstance(item, Entry):
                    yield from self._record(item.record, with_metrics=own == (rank or 0))
                elif own == (rank or 0):
                    yield from _rows(item, own, most)
        except JournalError:  # it was deleted with its run, which the caller finds out
            self.ended = True

    def _record(self, record: AnyRecord, *, with_metrics: bool) -> Iterator[Event]:
        rank = self.header.rank
        if isinstance(record, Row):
            if with_metrics and record.stream == "history":
                yield Metrics(record.time, rank, record.step, record.data)
        elif isinstance(record, Console):
            for number, text in enumerate(record.lines, record.first):
                yield Line(record.time, rank, record.stream, number, text, self.header.writer)
        elif isinstance(record, Exit):
            self.ended = True
        elif isinstance(record, (Alert, Preempting)) or (
            isinstance(record, Header) and _is_primary(record) and record.attempt > 1
        ):
            yield Note(record.time, rank, record)


class Follower:
    """The journals of a run's directory, those that are still to come included."""

    def __init__(self, directory: Path, rank: int | None = None) -> None:
        self.directory = directory
        self.rank = rank
        self.journals: dict[str, Journal] = {}

    def poll(self, most: int | None = None) -> list[Event]:
        """Return what happened since the last call, in the order of time; rows of one step are one event."""
        self._find()
        newest = self._newest()
        events: list[Event] = []
        for journal in self.journals.values():
            # A fork holds copies of its parent's journals: those are not what happens to it.
            if newest is None or journal.header.run == newest.header.run:
                events += journal.poll(rank=self.rank, most=most)
        return _merged(sorted(events, key=lambda event: event.time))

    @property
    def ended(self) -> bool:
        """Whether the newest attempt has said that it is over."""
        newest = self._newest()
        return newest is not None and newest.ended

    def _newest(self) -> Journal | None:
        """Return the journal of rank 0 in the newest attempt."""
        primaries = [journal for journal in self.journals.values() if _is_primary(journal.header)]
        return max(primaries, key=lambda journal: journal.header.time, default=None)

    def _find(self) -> None:
        for path in journal_paths(self.directory):
            if path.name in self.journals:
                continue
            try:
                header = read_header(path)
            except JournalError:  # deleted between two looks
                continue
            if header is not None:  # else its first record is still on its way
                self.journals[path.name] = Journal(path, header)


def _is_primary(header: Header) -> bool:
    return header.role == "primary" and header.rank == 0


def _rows(together: list[Rows], rank: int, most: int | None) -> Iterator[Event]:
    first = 0 if most is None else -most
    found = [
        (offset, Metrics(row[4], rank, row[3], dict(zip(rows.layout.names, row[5:], strict=True))))
        for rows in together
        if rows.layout.stream == "history" and most != 0
        for offset, row in zip(rows.offsets[first:].tolist(), rows.array[first:].tolist(), strict=True)
    ]
    for _, event in sorted(found, key=lambda pair: pair[0]):
        yield event


def _merged(events: list[Event]) -> list[Event]:
    """Return the events with those metrics joined that were logged at one step."""
    merged: list[Event] = []
    open_steps: dict[int, int] = {}  # rank -> place in `merged` of its newest metrics
    for event in events:
        if isinstance(event, Metrics):
            place = open_steps.get(event.rank)
            before = merged[place] if place is not None else None
            if place is not None and isinstance(before, Metrics) and before.step == event.step:
                merged[place] = before._replace(values={**before.values, **event.values})
                continue
            open_steps[event.rank] = len(merged)
        merged.append(event)
    return merged
