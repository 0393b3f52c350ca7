"""Tables: the rows of a run, put together from its journals.

The rules:

1. Rows of equal step of one line (see `trailmark.api.lineage`) are one row; the last value of a key counts.
2. Key by key, a newer attempt supersedes what older ones logged from the first to the last step at which it logged the
   key, so that a restart from a checkpoint leaves neither a zigzag nor a hole.
3. Workers belong to their attempt, but their rows stay rows of their own.
4. Ranks are apart.
5. Rows that a rewind or a fork took back do not count.

Samples of the system belong to no step of the run: of these, rule 1 holds within a journal, and rule 2 does not.

A row's time is that of the last record that gave it one of its values.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from trailmark.api.columns import Column, Part, assemble, is_increasing
from trailmark.api.rows import JournalRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from trailmark.api.contents import Contents
    from trailmark.api.lineage import Source

    Values = NDArray[Any]
    SourcedParts: TypeAlias = dict[str, list[tuple[Source, Part]]]  # by key

BUILT_IN = ("_step", "_runtime", "_timestamp", "_rank", "_attempt")  # columns that are no keys


class Heads(NamedTuple):
    """What rows have beside values of keys, an array each."""

    step: Values  # int64
    time: Values  # float64, seconds since 1970-01-01 UTC
    runtime: Values  # float64, seconds that the run had been running
    rank: Values  # int64
    attempt: Values  # int64, as numbered in the journals, from 1
    apart: Values  # int64; rows that differ in it follow one another but do not belong together
    line: Values  # int64; of rows that belong together, those that differ in it are never one

    def take(self, rows: Values) -> Heads:
        """Return those of these rows."""
        return Heads(*(field[rows] for field in self))


class Table(NamedTuple):
    """Rows in order: by rank and attempt where those are apart, then by step; of the system, by time."""

    heads: Heads
    columns: dict[str, Column]

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.heads.step)

    def take(self, rows: Values) -> Table:
        """Return the table of these rows."""
        return Table(self.heads.take(rows), {name: column.take(rows) for name, column in self.columns.items()})


def build(
    read: Iterable[tuple[Source, Contents]],
    keys: Sequence[str] | None,
    *,
    stream: str = "history",
    attempts: bool = False,
    exact: bool = False,
) -> Table:
    """Return the rows that hold any of `keys` (None: that hold anything), with a column for each key.

    Args:
        read: the journals that count, in the order of `trailmark.api.lineage.find_sources`.
        keys: the names of the columns, in order.
        stream: "history" or "system".
        attempts: keep the rows of all attempts, apart.
        exact: keep integers and floats of one key apart, instead of making them float64 where that is exact.
    """
    journals = [journal for pair in read if len(journal := JournalRows(*pair, keys, stream))]
    names = keys
    if names is None:
        logged = dict.fromkeys(name for journal in journals for name in journal.names())
        names = [name for name in logged if name not in BUILT_IN]
    parts: SourcedParts = {name: [] for name in names}
    begin = 0
    for journal in journals:
        for name, found in journal.parts(names).items():
            parts[name] += [(journal.source, part.shifted(begin)) for part in found]
        begin += len(journal)
    records = _records(journals, by_attempt=attempts, is_system=stream == "system")
    if stream == "history" and not attempts and len({journal.source.generation for journal in journals}) > 1:
        records, parts = _without_superseded(records, parts)
    heads, row_of = _merged(records)
    table = Table(heads, {})
    for name, sourced in parts.items():
        chosen = [part for _, part in sourced]
        if row_of is not None:
            chosen = [Part(row_of[part.records], part.array) for part in _last_of_each_row(chosen, row_of)]
        table.columns[name] = assemble(chosen, table.size, exact=exact)
    if stream == "system":
        return table.take(np.lexsort((heads.time, heads.apart)))
    return table


def _records(journals: list[JournalRows], *, by_attempt: bool, is_system: bool) -> Heads:
    sources = [journal.source for journal in journals]
    counts = [len(journal) for journal in journals]
    groups = [(source.rank, source.generation if by_attempt else 0) for source in sources]
    apart = [sorted(set(groups)).index(group) for group in groups]
    lines = [*range(len(sources))] if is_system else [source.line for source in sources]
    times = [journal.time for journal in journals]
    runtimes = [time - (source.began_at or time.min()) for source, time in zip(sources, times, strict=True)]
    return Heads(
        _concatenated([journal.step for journal in journals], np.int64),
        _concatenated(times, np.float64),
        _concatenated(runtimes, np.float64),
        _repeated([source.rank for source in sources], counts),
        _repeated([source.header.attempt for source in sources], counts),
        _repeated(apart, counts),
        _repeated(lines, counts),
    )


def _repeated(numbers: list[int], counts: list[int]) -> Values:
    if len(numbers) == 1:
        return np.broadcast_to(np.int64(numbers[0]), counts[0])  # takes no memory
    return np.repeat(np.array(numbers, dtype=np.int64), counts)


def _concatenated(arrays: list[Values], dtype: Any) -> Values:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)


def _without_superseded(records: Heads, parts: SourcedParts) -> tuple[Heads, SourcedParts]:
    """Return the records that are left with a value when newer attempts have superseded older ones."""
    used = np.zeros(len(records.step), dtype=np.bool_)
    kept: SourcedParts = {}
    for name, items in parts.items():
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        for source, part in items:
            steps = records.step[part.records]
            low, high = int(steps.min()), int(steps.max())
            known = spans.get((source.rank, source.generation), (low, high))
            spans[source.rank, source.generation] = (min(low, known[0]), max(high, known[1]))
        kept[name] = []
        for source, part in items:
            steps = records.step[part.records]
            stays = np.ones(len(steps), dtype=np.bool_)
            for (rank, generation), (low, high) in spans.items():
                if rank == source.rank and generation > source.generation:
                    stays &= (steps < low) | (steps > high)
            if stays.any():
                part = part if stays.all() else Part(part.records[stays], part.array[stays])  # noqa: PLW2901
                kept[name].append((source, part))
                used[part.records] = True
    if used.all():
        return records, kept
    new_number = np.cumsum(used) - 1
    for name, items in kept.items():
        kept[name] = [(source, Part(new_number[part.records], part.array)) for source, part in items]
    return records.take(used), kept


def _merged(records: Heads) -> tuple[Heads, Values | None]:
    """Return what rows the records make up, and each record's row (None: its own)."""
    step, line, apart = records.step, records.line, records.apart
    one_line = not len(step) or (line[0] == line[-1] and apart[0] == apart[-1] and (line == line[0]).all())
    if one_line and is_increasing(step):
        return records, None
    order = np.argsort(step, kind="stable") if one_line else np.lexsort((line, step, apart))
    starts = np.ones(len(order), dtype=np.bool_)
    starts[1:] = step[order][1:] != step[order][:-1]
    if not one_line:
        starts[1:] |= (line[order][1:] != line[order][:-1]) | (apart[order][1:] != apart[order][:-1])
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.cumsum(starts) - 1
    last = order[np.append(np.flatnonzero(starts)[1:], len(order)) - 1]
    return records.take(last), row_of


def _last_of_each_row(parts: list[Part], row_of: Values) -> list[Part]:
    """Return `parts` such that values assigned one after the other leave each row with the one logged last."""
    parts = sorted(parts, key=lambda part: int(part.records[0]))
    if all(earlier.records[-1] < later.records[0] for earlier, later in pairwise(parts)):
        return parts
    records = np.sort(np.concatenate([part.records for part in parts]))
    last = np.full(int(row_of.max()) + 1, -1, dtype=np.int64)
    last[row_of[records]] = records
    chosen = [(part, last[row_of[part.records]] == part.records) for part in parts]
    return [Part(part.records[is_last], part.array[is_last]) for part, is_last in chosen if is_last.any()]
