"""Batches: points on their way into chunks, and the tails in which they wait there.

A batch is rows of one stream and rank that were logged together: their steps, times, and the values of each key. A
tail is the batches of one flush, as one row of the table `tails`; only points that are not yet in chunks count, and
only those of the newest epoch of their series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from trailmark.server.store import codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Values = NDArray[Any]

NUMBER, OBJECT = "number", "object"


class Name(NamedTuple):
    """What tells the series of one run apart."""

    stream: str  # history or system
    rank: int
    key: str
    kind: str  # number or object


class Column(NamedTuple):
    """The values of one key in a batch."""

    first: int  # the number of its first point in the series
    epoch: int
    values: Any  # an array, or a list of objects


class Batch(NamedTuple):
    """Rows that were logged together."""

    stream: str
    rank: int
    kind: str
    step: Values
    time: Values
    columns: dict[str, Column]

    def column(self, name: Name, epoch: int) -> Column | None:
        """Return the values of one series in this epoch; None if there are none."""
        found = self.columns.get(name.key)
        if found is None or found.epoch != epoch:
            return None
        return found if (self.stream, self.rank, self.kind) == (name.stream, name.rank, name.kind) else None

    def part(self, begin: int) -> Batch:
        """Return the rows from `begin` on."""
        if not begin:
            return self
        columns = {
            key: Column(column.first + begin, column.epoch, column.values[begin:])
            for key, column in self.columns.items()
        }
        return self._replace(step=self.step[begin:], time=self.time[begin:], columns=columns)


class _Stored(msgspec.Struct, array_like=True):
    stream: str
    rank: int
    kind: str
    step: bytes
    time: bytes
    columns: list[tuple[str, int, int, str, bytes]]  # key, first, epoch, type, values


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[_Stored])
_DTYPES = {"f": np.dtype("<f8"), "i": np.dtype("<i8"), "b": np.dtype(np.bool_)}


def pack(batches: Iterable[Batch]) -> bytes:
    """Return a tail as bytes."""
    return codec.compress(_encoder.encode([_stored(batch) for batch in batches]))


def unpack(data: bytes, keys: frozenset[str] | None = None) -> list[Batch]:
    """Return the batches of a tail, with the columns of `keys` alone if they are given.

    Raises:
        codec.DamagedError: it is none.
    """
    found = []
    plain = codec.decompress(data)
    try:
        batches = _decoder.decode(plain)
    except msgspec.DecodeError as error:
        raise codec.DamagedError(f"a stored tail cannot be read: {error}") from error
    for stored in batches:
        columns = {
            key: Column(first, epoch, _values(kind, values))
            for key, first, epoch, kind, values in stored.columns
            if keys is None or key in keys
        }
        if columns:
            step, time = np.frombuffer(stored.step, np.int64), np.frombuffer(stored.time, np.float64)
            found.append(Batch(stored.stream, stored.rank, stored.kind, step, time, columns))
    return found


def _values(kind: str, data: bytes) -> Any:
    return codec.decode_value(data) if kind == "o" else np.frombuffer(data, _DTYPES[kind])


def _stored(batch: Batch) -> _Stored:
    columns = []
    for key, (first, epoch, values) in batch.columns.items():
        if batch.kind == OBJECT:
            columns.append((key, first, epoch, "o", codec.encode_value(values)))
        else:
            columns.append((key, first, epoch, values.dtype.kind, values.tobytes()))
    return _Stored(batch.stream, batch.rank, batch.kind, batch.step.tobytes(), batch.time.tobytes(), columns)


def merged(batches: Sequence[Batch]) -> list[Batch]:
    """Return the same points in fewer batches: those of the same keys that follow one another become one."""
    if len(batches) <= 1:
        return [*batches]
    groups: dict[tuple[Any, ...], list[Batch]] = {}
    for batch in batches:
        kinds = () if batch.kind == OBJECT else tuple(column.values.dtype.kind for column in batch.columns.values())
        groups.setdefault((batch.stream, batch.rank, batch.kind, tuple(batch.columns), kinds), []).append(batch)
    found = []
    for group in groups.values():
        together = [group[0]]
        for batch in group[1:]:
            if not _follows(together[-1], batch):
                found.append(_joined(together))
                together = []
            together.append(batch)
        found.append(_joined(together))
    return found


def _follows(earlier: Batch, batch: Batch) -> bool:
    count = len(earlier.step)
    return all(
        column.first + count == batch.columns[key].first and column.epoch == batch.columns[key].epoch
        for key, column in earlier.columns.items()
    )


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    columns = {}
    for key, column in first.columns.items():
        parts = [batch.columns[key].values for batch in batches]
        columns[key] = column._replace(values=joined_values(parts, first.kind))
    step, time = np.concatenate([batch.step for batch in batches]), np.concatenate([batch.time for batch in batches])
    return first._replace(step=step, time=time, columns=columns)


class Points(NamedTuple):
    """Consecutive points of one series."""

    step: Values
    time: Values
    values: Any  # an array, or a list of objects

    def part(self, begin: int, end: int | None = None) -> Points:
        """Return the points from number `begin` up to, but without, `end`."""
        return Points(self.step[begin:end], self.time[begin:end], self.values[begin:end])


def no_points(kind: str = NUMBER) -> Points:
    """Return no points."""
    return Points(np.empty(0, np.int64), np.empty(0), [] if kind == OBJECT else np.empty(0))


def join(parts: Sequence[Points], kind: str = NUMBER) -> Points:
    """Return the points of all parts, one after the other."""
    if not parts:
        return no_points(kind)
    if len(parts) == 1:
        return parts[0]
    step, time, values = zip(*parts, strict=True)
    return Points(np.concatenate(step), np.concatenate(time), joined_values(values, kind))


def joined_values(parts: Sequence[Any], kind: str) -> Any:
    """Return the values of parts, of which there is at least one, one after the other in memory."""
    if kind == OBJECT:
        return [item for part in parts for item in part]
    return np.concatenate(parts) if len(parts) > 1 else np.ascontiguousarray(parts[0])


class Piece(NamedTuple):
    """Points of one series in a batch: those from the row `skip` on."""

    batch: Batch
    skip: int
    column: Column

    @property
    def points(self) -> Points:
        """The points."""
        return Points(self.batch.step, self.batch.time, self.column.values).part(self.skip)


def pieces(batches: Iterable[Batch], name: Name, begin: int, epoch: int) -> list[Piece]:
    """Return where in `batches` the points of a series from the number `begin` on are, in their order."""
    found = []
    for batch in batches:
        column = batch.column(name, epoch)
        if column is not None and (skip := max(0, begin - column.first)) < len(batch.step):
            found.append(Piece(batch, skip, column))
    return sorted(found, key=lambda piece: piece.column.first)


def waiting(batches: Iterable[Batch], name: Name, begin: int, epoch: int) -> Points:
    """Return the points of a series from the number `begin` on that are in `batches`."""
    return join([piece.points for piece in pieces(batches, name, begin, epoch)], name.kind)
