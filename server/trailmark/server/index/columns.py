"""Columns: appended rows as arrays, the values of keys that were logged together beside one another.

What of a row is a number (an integer, a float or a bool) becomes a column; all else becomes objects, as the journal has
it; None is nothing. A column is int64, float64 or bool; numbers of several kinds, and integers beyond 64 bits, become
float64, as close as that comes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from trailmark.api.contents import LooseRow
    from trailmark.journal.reader import Rows

    Values = NDArray[Any]

_INT64 = range(-(1 << 63), 1 << 63)
Piece: TypeAlias = "tuple[Values, Values, Values, dict[str, Values]]"  # offsets, steps, times, values by key


class Columns(NamedTuple):
    """Numbers of keys that were logged in the same rows, in the order in which they were written."""

    stream: str  # history or system
    step: Values  # int64
    time: Values  # float64, seconds since 1970-01-01 UTC
    values: dict[str, Values]  # int64, float64 or bool
    is_increasing: bool  # whether each step is larger than the one before


class Objects(NamedTuple):
    """Values of one key that are no numbers, in the order in which they were written."""

    stream: str
    key: str
    step: Values
    time: Values
    records: list[Any]
    is_increasing: bool


class Nothing(NamedTuple):
    """Where None was logged for a key."""

    first: int  # the least step
    hides: bool  # whether a value was logged at one of its steps, which then may not count


class Gathered(NamedTuple):
    """What rows amount to."""

    columns: list[Columns]
    objects: list[Objects]
    nothing: dict[tuple[str, str], Nothing]  # by stream and key


def gather(packed: Sequence[Rows], loose: Sequence[LooseRow]) -> Gathered:
    """Return rows of one journal as columns and objects. Of equal steps that follow one another the last counts."""
    pieces: dict[str, list[Piece]] = {"history": [], "system": []}
    for group in _by_layout(packed):
        pieces.setdefault(group[0].layout.stream, []).append(_piece(group))
    objects: dict[tuple[str, str], list[tuple[int, float, Any]]] = {}
    holes: dict[tuple[str, str], set[int]] = {}
    for stream, piece in _loose_pieces(loose, objects, holes):
        pieces.setdefault(stream, []).append(piece)
    columns = [found for stream, items in pieces.items() for found in _joined(stream, items)]
    nothing = {key: Nothing(min(steps), _hides(*key, steps, columns, objects)) for key, steps in holes.items()}
    return Gathered(columns, [_objects(*key, values) for key, values in objects.items()], nothing)


def _hides(
    stream: str, key: str, holes: set[int], columns: list[Columns], objects: dict[tuple[str, str], list[Any]]
) -> bool:
    if not holes.isdisjoint(row[0] for row in objects.get((stream, key), ())):
        return True
    logged = [found.step for found in columns if found.stream == stream and key in found.values]
    return any(bool(np.isin(list(holes), steps).any()) for steps in logged)


def as_column(values: list[Any]) -> Values:
    """Return numbers as int64, float64 or bool; none as float64."""
    kinds = {*map(type, values)}
    if kinds == {bool}:
        return np.array(values, dtype=np.bool_)
    if values and kinds <= {int, bool} and min(values) in _INT64 and max(values) in _INT64:
        return np.array(values, dtype=np.int64)
    return np.fromiter(map(_as_float, values), np.float64, len(values))


def _as_found(values: list[Any]) -> Values:
    """Return numbers as an array: of objects, if they are of several kinds, as some of them may not count."""
    return as_column(values) if len({*map(type, values)}) == 1 else np.fromiter(values, object, len(values))


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond the range of floats
        return math.inf if value > 0 else -math.inf


def _by_layout(packed: Iterable[Rows]) -> Iterable[list[Rows]]:
    groups: dict[int, list[Rows]] = {}
    for rows in packed:
        groups.setdefault(rows.layout.word, []).append(rows)
    return groups.values()


def _piece(group: list[Rows]) -> Piece:
    array = group[0].array if len(group) == 1 else np.concatenate([rows.array for rows in group])
    offsets = group[0].offsets if len(group) == 1 else np.concatenate([rows.offsets for rows in group])
    values = {name: array[f"v{column}"] for column, name in enumerate(group[0].layout.names)}
    return offsets, array["step"], array["time"], values


def _loose_pieces(
    loose: Iterable[LooseRow],
    objects: dict[tuple[str, str], list[tuple[int, float, Any]]],
    holes: dict[tuple[str, str], set[int]],
) -> Iterable[tuple[str, Piece]]:
    """Return the numbers of loose rows; other values go into `objects`, the steps of None into `holes`."""
    tables: dict[tuple[str, ...], tuple[list[int], list[int], list[float], list[list[Any]]]] = {}
    for offset, row in loose:
        names = []
        for key, value in row.data.items():
            if type(value) in (int, float, bool):
                names.append(key)
            elif value is None:
                holes.setdefault((row.stream, key), set()).add(row.step)
            else:
                objects.setdefault((row.stream, key), []).append((row.step, row.time, value))
        if names:
            table = tables.setdefault((row.stream, *names), ([], [], [], []))
            table[0].append(offset)
            table[1].append(row.step)
            table[2].append(row.time)
            table[3].append([row.data[name] for name in names])
    for (stream, *names), (offsets, steps, times, values) in tables.items():
        columns = [_as_found([*column]) for column in zip(*values, strict=True)]
        arrays = np.array(offsets, np.int64), np.array(steps, np.int64), np.array(times, np.float64)
        yield stream, (*arrays, dict(zip(names, columns, strict=True)))


def _joined(stream: str, pieces: list[Piece]) -> Iterable[Columns]:
    """Return columns, a set of them for all keys that are in the same pieces."""
    if len(pieces) == 1:
        _, step, time, values = pieces[0]
        plain = all(array.dtype.kind != "O" for array in values.values()) and bool((step[1:] > step[:-1]).all())
        return [Columns(stream, step, time, values, True) if plain else _columns(stream, pieces, values)]
    homes: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        for key in piece[3]:
            homes.setdefault(key, []).append(number)
    together: dict[tuple[int, ...], list[str]] = {}
    for key, numbers in homes.items():
        together.setdefault(tuple(numbers), []).append(key)
    return [_columns(stream, [pieces[number] for number in numbers], keys) for numbers, keys in together.items()]


def _columns(stream: str, pieces: list[Piece], keys: Iterable[str]) -> Columns:
    """Return the rows of pieces that have the same keys, in the order in which they were written."""
    order = None
    _, step, time, _ = pieces[0]
    if len(pieces) > 1:
        order = np.argsort(np.concatenate([piece[0] for piece in pieces]), kind="stable")
        step = np.concatenate([piece[1] for piece in pieces])[order]
        time = np.concatenate([piece[2] for piece in pieces])[order]
    is_increasing = bool((step[1:] > step[:-1]).all())
    if not is_increasing:
        last = np.flatnonzero(np.append(step[1:] != step[:-1], True))
        step, time = step[last], time[last]
        order = last if order is None else order[last]
        is_increasing = bool((step[1:] > step[:-1]).all())
    values = {key: _chosen([piece[3][key] for piece in pieces], order) for key in keys}
    return Columns(stream, step, time, values, is_increasing)


def _chosen(arrays: list[Values], order: Values | None) -> Values:
    """Return those values, of several arrays one after the other, that count: of the kind that they have together."""
    count = sum(map(len, arrays))
    if len({array.dtype.kind for array in arrays}) > 1 and order is not None and len(order) < count:
        arrays = [*map(_as_objects, arrays)]  # some do not count, and neither does their kind
    whole = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    chosen = whole if order is None else whole[order]
    return as_column(chosen.tolist()) if chosen.dtype.kind == "O" else chosen


def _as_objects(values: Values) -> Values:
    return values.astype(object)


def _objects(stream: str, key: str, rows: list[tuple[int, float, Any]]) -> Objects:
    kept = [row for row, after in zip(rows, [*rows[1:], None], strict=True) if after is None or after[0] != row[0]]
    step = np.array([row[0] for row in kept], np.int64)
    time = np.array([row[1] for row in kept], np.float64)
    return Objects(stream, key, step, time, [row[2] for row in kept], bool((step[1:] > step[:-1]).all()))
