"""`trailmark export`: what a run logged, as a table for other programs. `docs/cli.md` says what each format keeps."""

from __future__ import annotations

import csv
import secrets
import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import click

from trailmark.cli.lookup import complete_run
from trailmark.cli.show import chosen_keys, open_run
from trailmark.cli.text import plural, size, to_json
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trailmark.api.run import Run

_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_BUILT_IN = ("_step", "_runtime", "_timestamp")
_CONSOLE: tuple[str, ...] = ("_timestamp", "stream", "number", "text")
_EXACT = 1 << 53  # integers up to this are exact as float64


class Sheet(NamedTuple):
    """A table that is written row by row."""

    columns: list[str]
    rows: Iterator[dict[str, Any]]
    about: dict[str, Any]  # the run


Writer = Callable[[Sheet, IO[bytes]], int]  # returns the number of rows


@click.command("export")
@click.argument("run", metavar="RUN", shell_complete=complete_run)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="By default as the name of the file ends, else csv.",
)
@click.option("--output", "-o", metavar="FILE", help="Where to; by default standard output.")
@click.option("--keys", "-k", multiple=True, metavar="GLOB", help="Only metrics whose name matches; repeatable.")
@click.option("--samples", type=click.IntRange(min=1), metavar="N", help="About so many rows, extremes included.")
@click.option("--system", is_flag=True, help="What was measured of the machine instead.")
@click.option("--console", is_flag=True, help="What the run printed instead.")
@click.option("--rank", default="0", show_default=True, metavar="N|all", help="Whose rows.")
@click.pass_context
def command(
    context: click.Context,
    run: str,
    *,
    form: str | None,
    output: str | None,
    keys: tuple[str, ...],
    samples: int | None,
    system: bool,
    console: bool,
    rank: str,
) -> None:
    """Write what a run logged as csv, jsonl or parquet: one row a step, exactly as it was logged."""
    if console and (system or keys or samples):
        raise UsageError("--console goes with none of --system, --keys and --samples")
    form = form or _SUFFIXES.get(Path(output or "").suffix.lower(), "csv")
    whose: int | str = int(rank) if rank.isdigit() else rank
    if not rank.isdigit() and rank != "all":
        raise UsageError(f"--rank is a number or all, got {rank!r}")
    found = open_run(context, run)
    stream = "system" if system else "default"
    sheet = console_sheet(found, whose) if console else metric_sheet(found, keys, samples, whose, stream)
    write: Writer = WRITERS[form]
    if output in (None, "-"):
        if form == "parquet" and sys.stdout.isatty():
            raise UsageError("parquet is not for terminals: give --output FILE, or --format csv")
        write(sheet, sys.stdout.buffer)
        return
    count = write_file(Path(str(output)), sheet, write)
    click.echo(f"{plural(count, 'row')} in {output}, {size(Path(str(output)).stat().st_size)}", err=True)


def metric_sheet(run: Run, globs: Sequence[str], samples: int | None, rank: int | str, stream: str) -> Sheet:
    """Return the rows of a run's metrics, or of what was measured of the machine."""
    keys = chosen_keys(run, globs, rank, stream)
    if not keys:
        rows: Iterable[dict[str, Any]] = ()
    elif samples is None and stream == "default":
        rows = run.scan_history(keys if globs else None, rank=rank)
    else:
        rows = run.history(keys if globs else None, samples, stream=stream, rank=rank, format="rows")
    columns = [*_BUILT_IN, *(["_rank"] if rank == "all" else []), *keys]
    return Sheet(columns, iter(rows), run.to_dict())


def console_sheet(run: Run, rank: int | str) -> Sheet:
    """Return the lines that a run printed, as rows."""
    lines = run.console(rank=rank)
    rows = (dict(zip(_CONSOLE, (line.time, line.stream, line.number, line.text), strict=True)) for line in lines)
    return Sheet(list(_CONSOLE), rows, run.to_dict())


def write_file(path: Path, sheet: Sheet, write: Writer) -> int:
    """Write a sheet to a file that appears when it is complete; return the number of rows."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            count = write(sheet, file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def write_csv(sheet: Sheet, file: IO[bytes]) -> int:
    """Write CSV with a header; return the number of rows."""
    text = _Text(file)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.columns)
    count = 0
    for row in sheet.rows:
        writer.writerow([_cell(row.get(column)) for column in sheet.columns])
        count += 1
    file.flush()
    return count


def write_jsonl(sheet: Sheet, file: IO[bytes]) -> int:
    """Write one JSON object a line; return the number of rows."""
    count = 0
    for row in sheet.rows:
        file.write(to_json(row).encode("utf-8", "surrogatepass") + b"\n")
        count += 1
    file.flush()
    return count


def write_parquet(sheet: Sheet, file: IO[bytes]) -> int:
    """Write Parquet, with the run's description as metadata of the schema; return the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = list(sheet.rows)
    arrays, fields = [], []
    for column in sheet.columns:
        values = [row.get(column) for row in rows]
        kind, encode = _arrow_type(pa, values)
        arrays.append(pa.array(values if encode is None else map(encode, values), type=kind))
        fields.append(pa.field(column, kind, metadata={"encoding": "json"} if encode else None))
    schema = pa.schema(fields, metadata={"trailmark": to_json(sheet.about)})
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    file.write(sink.getvalue())
    file.flush()
    return len(rows)


class _Text:
    """A binary file as `csv` wants it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode("utf-8", "surrogatepass"))


def _cell(value: Any) -> Any:
    kind = type(value)
    if kind is int or (kind is float and isfinite(value)):
        return value  # `csv` writes a float's repr, which is exact
    return "" if value is None else value if kind is str else to_json(value)


def _arrow_type(pa: Any, values: list[Any]) -> tuple[Any, Callable[[Any], Any] | None]:
    """Return the type of a column that loses nothing, and what encodes its values, if anything has to."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        if all(abs(value) <= _EXACT for value in values if type(value) is int):
            return pa.float64(), None
    elif kinds == {int} and all(-(1 << 63) <= value < 1 << 63 for value in values if value is not None):
        return pa.int64(), None
    elif len(kinds) == 1 and kinds <= {bool, str, bytes}:
        return {bool: pa.bool_(), str: pa.string(), bytes: pa.binary()}[kinds.pop()], None
    elif not kinds:
        return pa.null(), None
    return pa.string(), _json_or_none


def _json_or_none(value: Any) -> str | None:
    return None if value is None else to_json(value)


WRITERS: dict[str, Writer] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}
