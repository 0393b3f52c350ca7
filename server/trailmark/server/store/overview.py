"""Blocks: statistics of stretches of consecutive points, from which zoomed-out charts are drawn.

A block tells where its first and its last point are (on axes: as stored, step and time), how many points it has and
how many of their values are NaN, and the smallest, the largest and the mean of the others (NaN if there are none).
Blocks that follow one another may be merged into one, which is then exactly the block of all their points, but for the
rounding of means.

A series of more than one chunk has an overview: at most `MOST` blocks of all its points in chunks. When it grows
beyond, pairs are merged, so its blocks have `BLOCK` points, or twice as many, or four times and so on. Chunks from the
point `FIRST_POINT` on have blocks of `BLOCK` points of their own, for what lies between the overview and the points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.server.store import codec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Values = NDArray[Any]

BLOCK = 64
MOST = 4096
FIRST_POINT = MOST * BLOCK  # an overview of so many points has blocks of `BLOCK`: chunks need none

_STATISTICS = 5  # arrays of a block before those of its axes


class Blocks(NamedTuple):
    """Blocks in order, an array for each thing that they tell."""

    points: Values  # int64, how many
    nan: Values  # int64, how many of them are NaN
    low: Values  # int64 or float64
    high: Values  # int64 or float64
    mean: Values  # float64
    first: tuple[Values, ...]  # an array for each axis: where the first point is
    last: tuple[Values, ...]  # and the last

    @property
    def size(self) -> int:
        """The number of blocks."""
        return len(self.points)

    @property
    def begins(self) -> Values:
        """The numbers of the blocks' first points, counted from the first block's."""
        begins: Values = np.cumsum(self.points) - self.points
        return begins

    @property
    def arrays(self) -> list[Values]:
        """All arrays, those of axes last: the first points on each axis, then the last points."""
        return [self.points, self.nan, self.low, self.high, self.mean, *self.first, *self.last]

    def part(self, begin: int, end: int) -> Blocks:
        """Return the blocks from number `begin` up to, but without, `end`."""
        return _made([array[begin:end] for array in self.arrays])


def _made(arrays: Sequence[Values]) -> Blocks:
    """Return the blocks that have these `arrays`."""
    points, nan, low, high, mean, *edges = arrays
    axes = len(edges) // 2
    return Blocks(points, nan, low, high, mean, tuple(edges[:axes]), tuple(edges[axes:]))


def join(parts: Sequence[Blocks]) -> Blocks:
    """Return the blocks of all parts, of which there is at least one, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return _made([np.concatenate(arrays) for arrays in zip(*(part.arrays for part in parts), strict=True)])


def of_points(axes: Sequence[Values], values: Values, starts: Values) -> Blocks:
    """Return the blocks of points that begin at the numbers `starts`, the first of which is 0."""
    ends = np.append(starts[1:], len(values)) - 1
    count = ends - starts + 1
    if values.dtype.kind == "b":
        values = values.astype(np.int64)
    numbers = values.astype(np.float64, copy=False)
    unknown = np.isnan(numbers)
    with np.errstate(all="ignore"):  # sums of infinities, and means of nothing
        if unknown.any():
            nan = np.add.reduceat(unknown, starts, dtype=np.int64)
            numbers = np.where(unknown, 0.0, numbers)
            low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        else:
            nan = np.zeros(len(starts), np.int64)
            low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        total = np.add.reduceat(numbers, starts)
        mean = total / (count - nan)
        if not np.isfinite(total).all():  # of infinities, or too large to be added up
            shares = np.add.reduceat(numbers / np.repeat(count - nan, count), starts)
            mean = np.where(np.isfinite(total), mean, shares)
    return Blocks(count, nan, low, high, mean, tuple(axis[starts] for axis in axes), tuple(axis[ends] for axis in axes))


def of_stretches(axes: Sequence[Values], values: Values) -> Blocks:
    """Return the blocks of `BLOCK` points each; the last may have fewer. There is at least one point."""
    return of_points(axes, values, np.arange(0, len(values), BLOCK))


def merge(blocks: Blocks, starts: Values) -> Blocks:
    """Return blocks that are each made of those from one of `starts` up to the next; the first of these is 0."""
    ends = np.append(starts[1:], blocks.size) - 1
    count, nan = np.add.reduceat(blocks.points, starts), np.add.reduceat(blocks.nan, starts)
    known = blocks.points - blocks.nan
    with np.errstate(all="ignore"):  # as above
        share = known / np.repeat(count - nan, ends - starts + 1)
        mean = np.add.reduceat(np.where(known > 0, blocks.mean * share, 0.0), starts)
        mean = np.where(count > nan, mean, np.nan)
        low, high = np.fmin.reduceat(blocks.low, starts), np.fmax.reduceat(blocks.high, starts)
    first, last = tuple(axis[starts] for axis in blocks.first), tuple(axis[ends] for axis in blocks.last)
    return Blocks(count, nan, low, high, mean, first, last)


def bucketed(blocks: Blocks, most: int) -> Blocks:
    """Return at most `most` blocks of about equally many points, made of `blocks`."""
    begins = blocks.begins
    bucket = begins * most // int(blocks.points.sum())
    return merge(blocks, np.flatnonzero(np.diff(bucket, prepend=-1)))


def extended(known: Blocks | None, more: Blocks) -> Blocks:
    """Return an overview with `more` blocks at its end."""
    if known is not None:
        size = int(known.points.max())  # else a long overview would end in many short blocks
        more = merge(more, np.flatnonzero(np.diff(more.begins // size, prepend=-1)))
    found = more if known is None else join([known, more])
    while found.size > MOST:
        found = merge(found, np.arange(0, found.size, 2))
    return found


def pack(blocks: Blocks, encode_axis: Callable[[Values], bytes] = codec.encode) -> bytes:
    """Return an overview, whose axes are step and time, as bytes.

    `encode_axis` encodes where blocks are, which other series may share.
    """
    points, nan, low, high, mean, *edges = blocks.arrays
    values = map(codec.encode, (nan, low, high, mean))
    return codec.pack_encoded([encode_axis(points), *values, *map(encode_axis, edges)])


def unpack(data: bytes, axes: Sequence[int] = (0, 1)) -> Blocks:
    """Return the overview that `pack` made `data` of, with the axes 0 (step), 1 (time) or both."""
    edges = [_STATISTICS + 2 * side + axis for side in (0, 1) for axis in axes]
    return _made(codec.unpack(data, [*range(_STATISTICS), *edges]))


def pack_values(blocks: Blocks) -> bytes:
    """Return what blocks of one chunk tell of its values; the rest is that of the chunk's head."""
    return codec.pack(blocks.arrays[:_STATISTICS])


def pack_edges(blocks: Blocks) -> bytes:
    """Return where blocks of one chunk are, on the axes step and time."""
    return codec.pack(blocks.arrays[_STATISTICS:])


def unpack_both(values: bytes, edges: bytes, axis: int) -> Blocks:
    """Return the blocks that `pack_values` and `pack_edges` made bytes of, with the axis 0 (step) or 1 (time)."""
    return _made([*codec.unpack(values), *codec.unpack(edges, [axis, 2 + axis])])
