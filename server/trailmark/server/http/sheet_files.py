"""Sheet files: tables as csv and parquet, for other programs, made piece by piece while they are sent."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from math import isfinite, isnan
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from trailmark.server.http.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

_ROWS = 1_000  # that are made to text at a time


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return rows as csv; a value that is no text, number or truth is JSON."""
    kind = "text/csv; charset=utf-8"
    return StreamingResponse(_csv(columns, rows), media_type=kind, headers=_headers(f"{name}.csv"))


def parquet_answer(name: str, tables: Iterator[pa.Table]) -> Response:
    """Return tables of one schema, of which there is at least one, as one parquet file."""
    with tempfile.NamedTemporaryFile(prefix="trailmark-export-", suffix=".parquet", delete=False) as file:
        path = Path(file.name)
        try:
            _write(tables, file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    gone = BackgroundTask(path.unlink, missing_ok=True)
    headers = _headers(f"{name}.parquet")
    return FileResponse(path, media_type="application/vnd.apache.parquet", headers=headers, background=gone)


def as_arrow(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return rows as a table of Arrow; a column of numbers, truths or texts stays such, any other becomes JSON."""
    import pyarrow as pa

    arrays = [_array([row[number] for row in rows]) for number in range(len(columns))]
    return pa.Table.from_arrays(arrays, names=list(columns))


def _array(values: list[Any]) -> Any:
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds == {int} and all(-(1 << 63) <= value < 1 << 63 for value in values if value is not None):
        return pa.array(values, pa.int64())
    if kinds <= {bool} or kinds <= {str}:
        return pa.array(values, pa.bool_() if bool in kinds else pa.string())
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _write(tables: Iterator[pa.Table], file: IO[bytes]) -> None:
    import pyarrow.parquet as pq  # which takes long, and 40 MB: not before it is needed

    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if number % _ROWS == 0:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    kind = type(value)
    if kind is float:
        if isfinite(value):
            return repr(value)
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if kind is int or kind is str else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
