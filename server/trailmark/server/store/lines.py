"""Lines: what runs printed, in the order in which the lines were begun, and the search among them.

A line that was written again, as progress bars are, keeps its number and time, and has the last text. Lines of several
processes are numbered as they come, so that whoever follows them gets new ones at the end; `LineWriter.sort` brings
them into the order of their times, which is that of every other reading of the same journals.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from trailmark.server.store import schema
from trailmark.server.store.database import insert
from trailmark.server.store.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trailmark.journal.records import Console

_INSERT_ROWS = 5000  # rows in one call of the driver


class Line(NamedTuple):
    """One line that a run printed."""

    number: int  # of all lines of the run, from 0
    time: float  # when its first text was printed, in seconds since 1970-01-01 UTC
    stream: str  # stdout or stderr
    rank: int
    text: str  # with its ANSI colours


class LineWriter:
    """Puts the console records of one run into the index. One is kept as long as the run is followed."""

    def __init__(self) -> None:
        self._next: int | None = None

    def begin(self) -> None:
        """Take it that the run has no lines yet."""
        self._next = 0

    def clear(self, connection: sa.Connection, run: int) -> None:
        """Remove all lines of a run."""
        connection.execute(sa.delete(schema.lines).where(schema.lines.c.run == run))
        self._next = 0

    def append(self, connection: sa.Connection, run: int, journal: str, rank: int, records: Iterable[Console]) -> None:
        """Take console records of one journal, in their order."""
        texts: dict[tuple[str, int], tuple[float, str]] = {}
        for record in records:
            for place, text in enumerate(record.lines, record.first):
                begun = texts.get((record.stream, place), (record.time, ""))[0]
                texts[record.stream, place] = (begun, text)
        known = self._known(connection, run, journal, texts)
        again = [
            {"b_stream": stream, "b_place": place, "text": _plain(text)}
            for (stream, place), (_, text) in texts.items()
            if (stream, place) in known
        ]
        if again:
            columns = schema.lines.c
            connection.execute(
                sa.update(schema.lines).where(
                    columns.run == run,
                    columns.journal == journal,
                    columns.stream == sa.bindparam("b_stream"),
                    columns.place == sa.bindparam("b_place"),
                ),
                again,
            )
        self._insert(connection, run, journal, rank, {key: text for key, text in texts.items() if key not in known})

    def sort(self, connection: sa.Connection, run: int) -> None:
        """Number the lines of a run in the order of their times; those of one process stay as they are.

        Of lines of one time, those of the journal whose name is less come first.
        """
        columns = schema.lines.c
        chosen = sa.select(columns.number, columns.journal, columns.time).where(columns.run == run)
        latest: dict[str, float] = {}
        keys = []
        for number, journal, time in connection.execute(chosen.order_by(columns.number)):
            latest[journal] = max(time, latest.get(journal, time))  # a clock may be set back
            keys.append((latest[journal], journal, number))
        moved = [{"b_number": old, "number": -1 - new} for new, (*_, old) in enumerate(sorted(keys)) if new != old]
        if moved:  # by way of numbers that no line has
            one = sa.update(schema.lines).where(columns.run == run, columns.number == sa.bindparam("b_number"))
            connection.execute(one, moved)
            all_moved = sa.update(schema.lines).where(columns.run == run, columns.number < 0)
            connection.execute(all_moved.values(number=-1 - columns.number))

    def _insert(
        self,
        connection: sa.Connection,
        run: int,
        journal: str,
        rank: int,
        texts: dict[tuple[str, int], tuple[float, str]],
    ) -> None:
        first = self._next
        if first is None:
            last = connection.scalar(sa.select(sa.func.max(schema.lines.c.number)).where(schema.lines.c.run == run))
            first = 0 if last is None else int(last) + 1
        rows = [
            {
                "run": run,
                "number": number,
                "time": begun,
                "rank": rank,
                "stream": stream,
                "journal": journal,
                "place": place,
                "text": _plain(text),
            }
            for number, ((stream, place), (begun, text)) in enumerate(texts.items(), first)
        ]
        for begin in range(0, len(rows), _INSERT_ROWS):
            insert(connection, schema.lines, rows[begin : begin + _INSERT_ROWS])
        self._next = first + len(rows)

    def _known(
        self, connection: sa.Connection, run: int, journal: str, texts: dict[tuple[str, int], Any]
    ) -> set[tuple[str, int]]:
        """Return which of these places have a line already."""
        if self._next == 0:
            return set()
        columns = schema.lines.c
        known: set[tuple[str, int]] = set()
        for stream in {stream for stream, _ in texts}:
            places = [place for of, place in texts if of == stream]
            found = connection.scalars(
                sa.select(columns.place).where(
                    columns.run == run,
                    columns.journal == journal,
                    columns.stream == stream,
                    columns.place.between(min(places), max(places)),
                )
            )
            known.update((stream, place) for place in found)
        return known


def count(connection: sa.Connection, run: int, stream: str | None = None, rank: int | None = None) -> int:
    """Return how many lines the run printed to `stream` (None: to any) on `rank` (None: on any)."""
    found = connection.scalar(sa.select(sa.func.count()).select_from(schema.lines).where(*_where(run, stream, rank)))
    return int(found or 0)


def page(
    connection: sa.Connection,
    run: int,
    first: int = 0,
    size: int = 1000,
    *,
    stream: str | None = None,
    rank: int | None = None,
) -> list[Line]:
    """Return `size` lines from the `first` on, counted among those of this stream and rank.

    A negative `first` counts from the end.
    """
    total = count(connection, run, stream, rank)
    begin = max(total + first, 0) if first < 0 else first
    rows = connection.execute(
        _select().where(*_where(run, stream, rank)).order_by(schema.lines.c.number).offset(begin).limit(size)
    )
    return [Line._make(row) for row in rows]


def search(
    connection: sa.Connection,
    run: int,
    pattern: str,
    limit: int = 1000,
    *,
    stream: str | None = None,
    rank: int | None = None,
) -> tuple[int, list[Line]]:
    """Return how many lines match, and the first `limit` of them. Upper and lower case are the same.

    ANSI colours are no part of what is searched.

    Raises:
        UsageError: `pattern` is no regular expression, or takes too long to match.
    """
    matches = Pattern(pattern, "i").search
    total = 0
    found = []
    for line in _all(connection, run, stream, rank):
        if matches(_ANSI.sub("", line.text) if "\x1b" in line.text else line.text):
            total += 1
            if total <= limit:
                found.append(line)
    return total, found


_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


def _all(connection: sa.Connection, run: int, stream: str | None, rank: int | None) -> Iterator[Line]:
    rows = connection.execution_options(yield_per=10_000).execute(
        _select().where(*_where(run, stream, rank)).order_by(schema.lines.c.number)
    )
    for row in rows:
        yield Line._make(row)


def _select() -> Any:
    columns = schema.lines.c
    return sa.select(columns.number, columns.time, columns.stream, columns.rank, columns.text)


def _where(run: int, stream: str | None, rank: int | None) -> list[sa.ColumnElement[bool]]:
    columns = schema.lines.c
    found = [columns.run == run]
    if stream is not None:
        found.append(columns.stream == stream)
    if rank is not None:
        found.append(columns.rank == rank)
    return found


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd") if "\0" in text else text
