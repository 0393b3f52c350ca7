"""Rebuilding: series whose rows did not simply follow one another, put together by the rules of `trailmark.api.table`.

Steps that were logged again, newer attempts over older ones, workers beside their primary: the rules are those of the
local Api, and so is the code; this module only takes out of it what is a number, and leaves all else as the journal
has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from trailmark.api import table
from trailmark.api.contents import Contents, LooseRow
from trailmark.server.index.columns import as_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from trailmark.api.columns import Column
    from trailmark.api.lineage import Source
    from trailmark.api.stored import StoredMedia
    from trailmark.journal.reader import Rows

    Values = NDArray[Any]


class Rebuilt(NamedTuple):
    """All points of one key."""

    key: str
    step: Values  # int64; of the system in the order of time
    time: Values  # float64
    values: Values  # int64, float64 or bool
    object_step: Values
    object_time: Values
    objects: list[Any]  # values that are no numbers, as the journal has them


class Held:
    """A value that is passed through as it is."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class View:
    """The rows of a journal up to an offset, with values that are no numbers held back from being restored."""

    def __init__(self, contents: Contents, end: int) -> None:
        self.stored: StoredMedia = contents.stored
        self.packed = [part for rows in contents.packed if len((part := _before(rows, end)).array)]
        self.loose = [_held(item) for item in contents.loose if item.offset < end]

    def keys(self, stream: str) -> set[str]:
        """Return the keys of a stream."""
        found = {name for rows in self.packed if rows.layout.stream == stream for name in rows.layout.names}
        return found.union(*(item.row.data for item in self.loose if item.row.stream == stream))


def rebuild(read: Sequence[tuple[Source, View]], stream: str, keys: Collection[str]) -> Iterator[Rebuilt]:
    """Yield the points of `keys` of one rank; `read` is in the order of `trailmark.api.lineage.find_sources`."""
    pairs = cast("list[tuple[Source, Contents]]", list(read))
    for group in _logged_together(read, stream, keys):
        found = table.build(pairs, group, stream=stream)
        whole = (found.heads.step, found.heads.time)
        for key in group:
            yield _points(key, *whole, found.columns[key])


def last_steps(read: Sequence[tuple[Source, View]], stream: str, keys: Collection[str]) -> dict[str, int]:
    """Return the largest step of each of `keys` that is in `read`."""
    found: dict[str, int] = {}
    pairs = cast("list[tuple[Source, Contents]]", list(read))
    for group in _logged_together(read, stream, keys):
        heads = table.build(pairs, group, stream=stream).heads
        if len(heads.step):
            found.update(dict.fromkeys(group, int(heads.step.max())))
    return found


def _logged_together(read: Iterable[tuple[Source, View]], stream: str, keys: Collection[str]) -> Iterator[list[str]]:
    """Yield groups of keys that are in the same rows: only these may share steps and times."""
    homes: dict[str, list[tuple[int, int]]] = {key: [] for key in keys}
    alone = set()
    for number, (_, view) in enumerate(read):
        layouts = {rows.layout.word: rows.layout for rows in view.packed if rows.layout.stream == stream}
        for word, layout in layouts.items():
            for name in homes.keys() & set(layout.names):
                homes[name].append((number, word))
        for item in view.loose:
            if item.row.stream == stream:
                alone.update(homes.keys() & item.row.data.keys())
    groups: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for key, places in homes.items():
        if key in alone:
            yield [key]
        else:
            groups.setdefault(tuple(places), []).append(key)
    yield from groups.values()


def _points(key: str, step: Values, time: Values, column: Column) -> Rebuilt:
    array = column.array
    if column.there is not None and not column.there.all():
        step, time, array = step[column.there], time[column.there], array[column.there]
    none = np.empty(0, np.int64), np.empty(0, np.float64)
    if array.dtype.kind != "O":
        return Rebuilt(key, step, time, array, *none, [])
    values = array.tolist()
    numbers = [n for n, value in enumerate(values) if type(value) in (int, float, bool)]
    objects = [n for n, value in enumerate(values) if isinstance(value, Held)]
    chosen = as_column([values[n] for n in numbers]) if numbers else none[1]
    return Rebuilt(
        key, step[numbers], time[numbers], chosen, step[objects], time[objects], [values[n].value for n in objects]
    )


def _before(rows: Rows, end: int) -> Rows:
    if int(rows.offsets[-1]) < end:
        return rows
    first = rows.offsets < end
    return rows._replace(array=rows.array[first], offsets=rows.offsets[first])


def _held(item: LooseRow) -> LooseRow:
    data = {
        key: value if value is None or type(value) in (int, float, bool) else Held(value)
        for key, value in item.row.data.items()
    }
    row = type(item.row)(step=item.row.step, time=item.row.time, data=data, stream=item.row.stream)
    return LooseRow(item.offset, row)
