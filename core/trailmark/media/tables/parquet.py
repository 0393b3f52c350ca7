"""The files of tables: Parquet, one file a table, or one for each time rows were added to an incremental one.

A file is an ordinary Parquet file, compressed with zstd, in groups of 65,536 rows, or fewer where these would have more
than 64 MiB; what reads Parquet reads it. The schema's metadata hold, under ``trailmark``, JSON:
``{"format": 1, "columns": [{"name", "type", "encoding"}, …]}`` with the kind of the cells of each column
(`trailmark.media.tables.cell`) and how they are held (`trailmark.media.tables.arrow`).

Of a file, only the columns, and of those only the groups of rows, that are asked for are read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.media.tables.arrow import Encoded, combine
from trailmark.media.tables.column import PART_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from trailmark.media.media import Stored, StoredFile
    from trailmark.media.tables.column import Column

FORMAT = 1
_GROUP_BYTES = 64 << 20  # before compression; a reader has a few groups in memory at a time


def to_arrow(columns: Sequence[Column], encoded: Sequence[Encoded]) -> Any:
    """Return a pyarrow.Table of columns, with what the files say of them in its metadata."""
    import pyarrow as pa

    about = {
        "format": FORMAT,
        "columns": [
            {"name": column.name, "type": column.kind, "encoding": one.encoding}
            for column, one in zip(columns, encoded, strict=True)
        ],
    }
    fields = [pa.field(column.name, one.array.type) for column, one in zip(columns, encoded, strict=True)]
    schema = pa.schema(fields, metadata={"trailmark": json.dumps(about, ensure_ascii=False)})
    return pa.Table.from_arrays([one.array for one in encoded], schema=schema)


def write(columns: Sequence[Column], file: BinaryIO) -> None:
    """Write columns, all of one length, of which nobody changes any meanwhile."""
    import pyarrow.parquet as pq

    table = to_arrow(columns, [column.encoded() for column in columns])
    group_rows = min(PART_ROWS, _GROUP_BYTES * table.num_rows // (table.nbytes + 1))
    pq.write_table(table, file, compression="zstd", row_group_size=max(1, group_rows))


class Source:
    """The files of a table that was stored.

    Args:
        parts: each file, and how many rows it has, in order; called when it is first needed.
        stored: where media in cells are found.
    """

    def __init__(self, parts: Callable[[], list[tuple[StoredFile, int]]], stored: Stored) -> None:
        self._find = parts
        self._files: list[_File] | None = None
        self._stored = stored

    def files(self) -> list[StoredFile]:
        """Return the files."""
        return [file.stored for file in self._opened()]

    def columns(self, kinds: dict[str, str | None]) -> dict[str, Encoded]:
        """Return all of some columns, given with their kinds."""
        found: dict[str, list[Encoded]] = {name: [] for name in kinds}
        for batch in self.batches(list(kinds)):
            for name, encoded in batch.items():
                found[name].append(encoded)
        return {name: combine(kind, found[name]) for name, kind in kinds.items()}

    def batches(
        self, names: Sequence[str], where: Callable[[dict[str, str]], Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Encoded]]:
        """Yield some columns, at most a group of rows at a time.

        Args:
            names: the columns; without any nothing is yielded.
            where: called with the encoding of each column of a file ("nothing": all its cells are None), it returns the
                pyarrow.dataset.Expression of the rows that are wanted.
            limit: how many rows are wanted at least; None: all.

        Raises:
            MediaError: a file is not there, or damaged.
        """
        found = 0
        for file in self._opened():
            expression = where(file.searchable()) if where else None
            for batch in file.scan(names, expression, self._stored):
                yield batch
                found += len(next(iter(batch.values())))
                if limit is not None and found >= limit:
                    return

    def _opened(self) -> list[_File]:
        if self._files is None:
            self._files = [_File(stored, rows) for stored, rows in self._find()]
        return self._files

    def __getstate__(self) -> dict[str, Any]:
        files = [_File(file.stored, file.rows) for file in self._opened()]
        return {"_files": files, "_stored": self._stored, "_find": None}


class _File:
    """One file, which is opened when it is needed, and its description kept."""

    def __init__(self, stored: StoredFile, rows: int) -> None:
        self.stored, self.rows = stored, rows
        self._dataset: Any = None
        self._encodings: dict[str, str] = {}

    def encodings(self) -> dict[str, str]:
        """Return how each column is held.

        Raises:
            MediaError: the file is not there, or no table.
        """
        if self._dataset is None:
            self._open()
        return self._encodings

    def searchable(self) -> dict[str, str]:
        """Return how each column is held; "nothing" for one in which all cells are None."""
        from pyarrow import types

        encodings = self.encodings()
        schema = self._dataset.schema
        return {name: "nothing" if types.is_null(schema.field(name).type) else how for name, how in encodings.items()}

    def _open(self) -> None:
        import pyarrow as pa
        import pyarrow.dataset as ds

        path = self.stored.check()
        try:
            dataset = ds.dataset(path, format="parquet")
            about = json.loads((dataset.schema.metadata or {})[b"trailmark"])
            found, rows = _encodings_of(about), dataset.count_rows()
        except (OSError, LookupError, TypeError, ValueError, pa.ArrowException) as error:  # also MediaError
            raise MediaError(f"{path} cannot be read as a table: {error}") from error
        if list(found) != dataset.schema.names or (found and rows != self.rows):
            raise MediaError(f"{path} is damaged: it has {rows} rows of {list(found)}, expected {self.rows}")
        self._dataset, self._encodings = dataset, found

    def scan(self, names: Sequence[str], where: Any, stored: Stored) -> Iterator[dict[str, Encoded]]:
        """Yield columns of the rows that are wanted.

        Raises:
            MediaError: the file is not there or damaged, or the filter does not fit its columns.
        """
        import pyarrow as pa
        import pyarrow.dataset as ds

        encodings = self.encodings()
        path = self.stored.check()
        if not names:
            return
        lacking = [name for name in names if name not in encodings]
        if lacking:
            raise MediaError(f"{path} has no column {lacking[0]!r}: the record of the table, or the file, is damaged")
        try:
            wanted: Any = {str(number): ds.field(name) for number, name in enumerate(names)}
            # Read ahead little: a table may be larger than the memory.
            scanner = self._dataset.scanner(
                columns=wanted, filter=where, batch_size=PART_ROWS, batch_readahead=1, fragment_readahead=1
            )
            for batch in scanner.to_batches():
                if batch.num_rows:
                    yield {
                        name: Encoded(pa.chunked_array([batch.column(number)]), encodings[name], stored)
                        for number, name in enumerate(names)
                    }
        except (OSError, KeyError, pa.ArrowException) as error:
            raise MediaError(f"{path} cannot be read as a table, or not with this filter: {error}") from error


def _encodings_of(about: dict[str, Any]) -> dict[str, str]:
    """Return how each column is held, of what a file says of itself."""
    if about["format"] != FORMAT:
        raise MediaError(f"it is of format {about['format']}, and this version reads {FORMAT}: update")
    return {column["name"]: column["encoding"] for column in about["columns"]}
