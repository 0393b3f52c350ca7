"""Cutting: how points become chunks, their heads, and the overview of their series.

Chunks hold `CHUNK` numbers or `OBJECTS` objects; only the last chunk of a series may have fewer, until it is filled up.
Chunks of one flush whose steps and times are the same share one head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from trailmark.server.store import codec, overview, points, schema
from trailmark.server.store.database import insert, upsert
from trailmark.server.store.points import NUMBER, OBJECT, Batch, Name, Piece, Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CHUNK = 8192
OBJECTS = 64
SIZES = {NUMBER: CHUNK, OBJECT: OBJECTS}
_ROWS = 256  # of chunks that are written at a time, some megabytes


class Span(NamedTuple):
    """What of a series is to be cut."""

    epoch: int
    chunked: int  # points that are in chunks
    points: int  # points that there are


class Done(NamedTuple):
    """What came of it."""

    chunked: int
    overview: bytes | None


class _Group:
    """Series whose points that are to be cut came in the same rows, so that their chunks have the same heads.

    Attributes:
        step, time: where the points are.
        values: by series, what of them each batch has.
        heads: by the head of the chunk that is filled up (-1: none) and the number of a first point: numbers of heads.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.step = points.joined_values([piece.batch.step[piece.skip :] for piece in pieces], NUMBER)
        self.time = points.joined_values([piece.batch.time[piece.skip :] for piece in pieces], NUMBER)
        self.values: dict[Name, list[Any]] = {}
        self.heads: dict[tuple[int, int], int] = {}


class Cutting:
    """Cuts points of one run into chunks, in one flush."""

    def __init__(self, connection: sa.Connection, run: int, *, is_first: bool = False) -> None:
        """Begin; with `is_first` the run has no chunks yet."""
        self._connection = connection
        self._run = run
        self._next_head = 0
        if not is_first:
            heads = schema.heads
            newest = connection.scalar(sa.select(sa.func.max(heads.c.number)).where(heads.c.run == run))
            self._next_head = 0 if newest is None else newest + 1
        self._axes = codec.Repeats()
        self._heads: dict[bytes, int] = {}  # numbers of the heads that this flush wrote, by what is in them
        self._head_rows: list[dict[str, Any]] = []
        self._chunk_rows: list[dict[str, Any]] = []
        self._refilled: set[int] = set()  # heads of chunks that were filled up

    def cut(self, spans: Mapping[Name, Span], batches: Sequence[Batch], *, whole: bool) -> dict[Name, Done]:
        """Write chunks of the points that are in `batches`, full ones, or with `whole` all there are."""
        done = {}
        for group in _groups(spans, batches):
            for name in group.values:
                done[name] = self._cut(name, spans[name], group, whole=whole)
                if len(self._chunk_rows) >= _ROWS:
                    self._write()
        self._write()
        self._sweep()
        return done

    def _cut(self, name: Name, span: Span, group: _Group, *, whole: bool) -> Done:
        size = SIZES[name.kind]
        end = span.points if whole else span.points - span.points % size
        begin = span.chunked - span.chunked % size
        values = points.joined_values(group.values[name], name.kind)
        new = Points(group.step, group.time, values).part(0, end - span.chunked)
        both, head = new, -1
        if begin < span.chunked:
            old, head = self._load(name, begin)
            self._refilled.add(head)
            both = points.join([old, new], name.kind)
        for first in range(begin, end, size):
            self._chunk(name, first, both.part(first - begin, first - begin + size), group.heads, (head, first))
        blocks = None
        if name.kind == NUMBER and end > size:
            blocks = overview.pack(self._overview(name, span.chunked, both, new), self._axes.encode)
        return Done(end, blocks)

    def _overview(self, name: Name, chunked: int, both: Points, new: Points) -> overview.Blocks:
        """Return the overview of the `chunked` points that the series has and of `new` ones.

        `both` are the points of the chunk that was not full, and the new ones.
        """
        if not chunked:
            return overview.extended(None, _blocks(new))
        table = schema.overviews
        packed = self._connection.scalar(sa.select(table.c.data).where(*of_series(table, self._run, name)))
        if packed is not None:
            return overview.extended(overview.unpack(packed), _blocks(new))
        if chunked < SIZES[NUMBER]:
            return overview.extended(None, _blocks(both))
        return overview.extended(_blocks(self._load(name, 0)[0]), _blocks(new))

    def _chunk(
        self, name: Name, first: int, part: Points, heads: dict[tuple[int, int], int], head: tuple[int, int]
    ) -> None:
        blocks = _blocks(part) if name.kind == NUMBER and first >= overview.FIRST_POINT else None
        data = codec.encode_objects(part.values) if name.kind == OBJECT else codec.encode(part.values)
        if head not in heads:
            heads[head] = self._head(part, blocks)
        self._chunk_rows.append(
            {
                "run": self._run,
                **name._asdict(),
                "first": first,
                "count": len(part.step),
                "first_step": int(part.step[0]),
                "last_step": int(part.step[-1]),
                "first_time": float(part.time[0]),
                "last_time": float(part.time[-1]),
                "head": heads[head],
                "data": data,
                "blocks": overview.pack_values(blocks) if blocks else None,
            }
        )

    def _head(self, part: Points, blocks: overview.Blocks | None) -> int:
        """Return the number of the head that has these steps and times."""
        data = codec.pack_encoded([self._axes.encode(part.step), self._axes.encode(part.time)])
        place = data if blocks is None else data + b"edges"
        if place not in self._heads:
            number = self._heads[place] = self._next_head
            self._next_head += 1
            edges = None if blocks is None else overview.pack_edges(blocks)
            self._head_rows.append({"run": self._run, "number": number, "data": data, "edges": edges})
        return self._heads[place]

    def _write(self) -> None:
        insert(self._connection, schema.heads, self._head_rows)
        upsert(self._connection, schema.chunks, self._chunk_rows)
        self._head_rows, self._chunk_rows = [], []

    def _load(self, name: Name, first: int) -> tuple[Points, int]:
        """Return the points of a chunk, and the number of its head."""
        chunks, heads = schema.chunks, schema.heads
        values, number, head = self._connection.execute(
            sa.select(chunks.c.data, chunks.c.head, heads.c.data)
            .join(heads, sa.and_(heads.c.run == chunks.c.run, heads.c.number == chunks.c.head))
            .where(*of_series(chunks, self._run, name), chunks.c.first == first)
        ).one()
        step, time = codec.unpack(head)
        decoded = codec.decode_objects(values) if name.kind == OBJECT else codec.decode(values)
        return Points(step, time, decoded), number

    def _sweep(self) -> None:
        """Remove the heads of chunks that were filled up, if no other chunk has them."""
        if not self._refilled:
            return
        chunks, heads = schema.chunks, schema.heads
        has_old = chunks.c.head.in_(list(self._refilled))
        used = self._connection.scalars(sa.select(chunks.c.head).where(chunks.c.run == self._run, has_old).distinct())
        gone = list(self._refilled.difference(used))
        self._connection.execute(sa.delete(heads).where(heads.c.run == self._run, heads.c.number.in_(gone)))


def _groups(spans: Mapping[Name, Span], batches: Sequence[Batch]) -> Iterable[_Group]:
    by_key: dict[str, list[Batch]] = {}
    for batch in batches:
        for key in batch.columns:
            by_key.setdefault(key, []).append(batch)
    groups: dict[tuple[Any, ...], _Group] = {}
    for name, span in spans.items():
        pieces = points.pieces(by_key[name.key], name, span.chunked, span.epoch)
        rows = (name.kind, span.chunked, span.points, *((id(piece.batch), piece.skip) for piece in pieces))
        if rows not in groups:
            groups[rows] = _Group(pieces)
        groups[rows].values[name] = [piece.column.values[piece.skip :] for piece in pieces]
    return groups.values()


def _blocks(part: Points) -> overview.Blocks:
    return overview.of_stretches((part.step, part.time), part.values)


def of_series(table: sa.Table, run: int, name: Name) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for rows of one series, in `series` or `chunks`."""
    return [table.c.run == run, *(table.c[column] == value for column, value in name._asdict().items())]
