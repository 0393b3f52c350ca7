"""The rows of one journal, as far as they hold keys that are asked for: `JournalRows`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.api.columns import Part, as_array, as_objects, is_increasing
from trailmark.media.kinds import restore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from trailmark.api.contents import Contents, LooseRow
    from trailmark.api.lineage import Source
    from trailmark.journal.reader import Rows

    Values = NDArray[Any]


class JournalRows:
    """The records of one journal that hold a key that is asked for, in the order in which they were written."""

    def __init__(self, source: Source, contents: Contents, keys: Sequence[str] | None, stream: str) -> None:
        self.source = source
        self._stored = contents.stored
        wanted = None if keys is None else set(keys)
        limit = source.limit if stream == "history" else None

        def counts(names: Collection[str]) -> bool:
            return len(names) > 0 and (wanted is None or not wanted.isdisjoint(names))

        blocks = [rows for rows in list(contents.packed) if rows.layout.stream == stream and counts(rows.layout.names)]
        self._blocks = [part for rows in blocks if len((part := _up_to(rows, limit)).array)]
        loose = [item for item in list(contents.loose) if item.row.stream == stream and counts(item.row.data)]
        self._loose = [item for item in loose if limit is None or item.row.step <= limit]
        self._sort()

    def _sort(self) -> None:
        loose = self._loose
        steps = [rows.array["step"] for rows in self._blocks]
        times = [rows.array["time"] for rows in self._blocks]
        offsets = [rows.offsets for rows in self._blocks]
        self.step = _joined([*steps, np.array([item.row.step for item in loose], dtype=np.int64)], np.int64)
        self.time = _joined([*times, np.array([item.row.time for item in loose], dtype=np.float64)], np.float64)
        offset = _joined([*offsets, np.array([item.offset for item in loose], dtype=np.int64)], np.int64)
        self._place: Values | None = None  # of the n-th record as collected, in the file's order; None: the n-th
        if not is_increasing(offset):
            order = np.argsort(offset, kind="stable")
            self.step, self.time = self.step[order], self.time[order]
            self._place = np.empty(len(order), dtype=np.int64)
            self._place[order] = np.arange(len(order))

    def __len__(self) -> int:
        return len(self.step)

    def names(self) -> list[str]:
        """Return the keys, those that were logged first first."""
        firsts = [(int(rows.offsets[0]), rows.layout.names) for rows in self._blocks]
        firsts += [(item.offset, tuple(item.row.data)) for item in self._loose]
        return list(dict.fromkeys(name for _, names in sorted(firsts, key=lambda first: first[0]) for name in names))

    def parts(self, keys: Iterable[str]) -> dict[str, list[Part]]:
        """Return the values of keys."""
        found: dict[str, list[tuple[Values, Values]]] = {key: [] for key in keys}
        begin = 0
        for rows in self._blocks:
            end = begin + len(rows.array)
            places = np.arange(begin, end) if self._place is None else self._place[begin:end]
            for column, name in enumerate(rows.layout.names):
                if name in found:
                    found[name].append((places, rows.array[f"v{column}"]))
            begin = end
        loose = _columns_of(self._loose)
        for key in found.keys() & loose.keys():
            numbers, values = loose[key]
            places = np.array(numbers, dtype=np.int64) + begin
            found[key].append((places if self._place is None else self._place[places], self._restored(values)))
        return {key: [Part(*pair) for pair in pairs] for key, pairs in found.items() if pairs}

    def _restored(self, values: list[Any]) -> Values:
        """Return values as an array, with histograms and media in place of their records."""
        array = as_array(values)
        return array if array.dtype.kind != "O" else as_objects([restore(value, self._stored) for value in values])


def _up_to(rows: Rows, limit: int | None) -> Rows:
    """Return the rows whose step is at most `limit`."""
    if limit is None or not (beyond := rows.array["step"] > limit).any():
        return rows
    return rows._replace(array=rows.array[~beyond], offsets=rows.offsets[~beyond])


def _columns_of(loose: list[LooseRow]) -> dict[str, tuple[list[int], list[Any]]]:
    columns: dict[str, tuple[list[int], list[Any]]] = {}
    for number, item in enumerate(loose):
        for key, value in item.row.data.items():
            numbers, values = columns.setdefault(key, ([], []))
            numbers.append(number)
            values.append(value)
    return columns


def _joined(arrays: list[Values], dtype: Any) -> Values:
    if len(arrays) == 2 and not len(arrays[1]):  # noqa: PLR2004 (one block, and no loose rows)
        return np.ascontiguousarray(arrays[0], dtype=dtype)
    return np.concatenate(arrays).astype(dtype, copy=False)
