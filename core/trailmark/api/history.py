"""History: what a run logged, as tables of numpy, pandas and polars, as rows, and as series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.api import axis, downsample, table
from trailmark.api.table import BUILT_IN, Table
from trailmark.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from trailmark.api.contents import Contents
    from trailmark.api.lineage import Source
    from trailmark.journal.records import Metric

FORMATS = ("pandas", "polars", "numpy", "rows")
STREAMS = {"default": "history", "history": "history", "system": "system", "events": "system"}
_AXES = ("_step", "_runtime", "_timestamp")


class Series(NamedTuple):
    """The values of one key, in the order of their steps."""

    step: NDArray[np.int64]
    time: NDArray[np.float64]  # seconds since 1970-01-01 UTC
    value: NDArray[Any]  # float64, int64 or bool; objects if there are other values


class Query(NamedTuple):
    """What is asked of a history."""

    keys: Sequence[str] | None = None
    samples: int | None = None
    x_axis: str = "_step"
    stream: str = "history"
    attempts: bool = False
    all_ranks: bool = False
    format: str = "pandas"


def stream_named(name: str) -> str:
    """Return the journal's name of a stream: "history" (also "default") or "system" (also "events").

    Raises:
        UsageError: there is no such stream.
    """
    if name not in STREAMS:
        raise UsageError(f"stream is 'default' or 'system', got {name!r}")
    return STREAMS[name]


def series(read: Iterable[tuple[Source, Contents]], key: str, query: Query) -> Series:
    """Return the values of one key."""
    found = table.build(read, [key], stream=query.stream, attempts=query.attempts)
    return Series(found.heads.step, found.heads.time, found.columns[key].numpy())


def history(read: Iterable[tuple[Source, Contents]], definitions: Mapping[str, Metric], query: Query) -> Any:
    """Return what `query` asks for, in its format.

    Raises:
        UsageError: the query asks for what cannot be.
        MissingPackageError: pandas or polars is not there.
    """
    if query.format not in FORMATS:
        raise UsageError(f"format is one of {', '.join(FORMATS)}, got {query.format!r}")
    keys = _real_keys(query.keys)
    by_metric = query.x_axis not in _AXES
    asked = keys if keys is None or not by_metric else [*dict.fromkeys([query.x_axis, *keys])]
    found = _build(read, asked, query, exact=query.format == "rows")
    if query.stream == "history":
        found = axis.with_step_metrics(found, definitions)
    if by_metric and query.x_axis not in found.columns:  # never logged, so no row has it
        found = found.take(np.empty(0, dtype=np.int64))
    else:
        found = axis.ordered_by(found, query.x_axis, keys)
    if query.samples is not None:
        measured = [column for name, column in found.columns.items() if name != query.x_axis]
        found = found.take(downsample.sample(measured, found.size, query.samples))
    return _EXPORTS[query.format](found, _built_in(found, query), dense=keys is not None)


def scan(
    read: Iterable[tuple[Source, Contents]],
    query: Query,
    steps: tuple[int | None, int | None] = (None, None),
    page_size: int = 1000,
) -> Iterator[dict[str, Any]]:
    """Yield rows exactly as they were logged, from the first of `steps` up to but without the second."""
    keys = _real_keys(query.keys)
    found = _build(read, keys, query, exact=True)
    first, end = steps
    chosen = np.ones(found.size, dtype=np.bool_)
    if first is not None:
        chosen &= found.heads.step >= first
    if end is not None:
        chosen &= found.heads.step < end
    rows = np.flatnonzero(chosen)
    for begin in range(0, len(rows), page_size):
        page = found.take(rows[begin : begin + page_size])
        yield from _rows(page, _built_in(page, query), dense=keys is not None)


def _real_keys(keys: Sequence[str] | None) -> list[str] | None:
    """Return `keys` once each, without the columns that are always there."""
    return None if keys is None else [key for key in dict.fromkeys(keys) if key not in BUILT_IN]


def _build(read: Iterable[tuple[Source, Contents]], keys: list[str] | None, query: Query, *, exact: bool) -> Table:
    found = table.build(read, keys or None, stream=query.stream, attempts=query.attempts, exact=exact)
    return found if keys is None or keys else found._replace(columns={})


def _built_in(found: Table, query: Query) -> dict[str, NDArray[Any]]:
    """Return the columns that are no keys."""
    columns: dict[str, NDArray[Any]] = {
        "_step": found.heads.step,
        "_runtime": found.heads.runtime,
        "_timestamp": found.heads.time,
    }
    if query.all_ranks:
        columns["_rank"] = found.heads.rank
    if query.attempts:
        columns["_attempt"] = found.heads.attempt
    return columns


def _numpy(found: Table, built_in: dict[str, NDArray[Any]], *, dense: bool) -> dict[str, NDArray[Any]]:
    del dense
    return {**built_in, **{name: column.numpy() for name, column in found.columns.items()}}


def _pandas(found: Table, built_in: dict[str, NDArray[Any]], *, dense: bool) -> Any:
    del dense
    try:
        import pandas as pd
    except ImportError:
        raise MissingPackageError("pandas", "history(format='pandas')") from None
    columns = {name: column.pandas() for name, column in found.columns.items()}
    return pd.DataFrame({**built_in, **columns}, copy=False)


def _polars(found: Table, built_in: dict[str, NDArray[Any]], *, dense: bool) -> Any:
    del dense
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("polars", "history(format='polars')") from None
    built = [pl.Series(name, np.ascontiguousarray(values)) for name, values in built_in.items()]
    return pl.DataFrame([*built, *(column.polars(name) for name, column in found.columns.items())])


def _rows(found: Table, built_in: dict[str, NDArray[Any]], *, dense: bool) -> list[dict[str, Any]]:
    """Return a dict a row. What a row lacks is None if `dense`, else it is not there."""
    names = [*built_in, *found.columns]
    missing = None if dense else _ABSENT
    lists = [values.tolist() for values in built_in.values()]
    lists += [column.objects(missing) for column in found.columns.values()]
    rows = zip(*lists, strict=True)
    if dense or all(column.there is None for column in found.columns.values()):
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [{name: value for name, value in zip(names, row, strict=True) if value is not _ABSENT} for row in rows]


_ABSENT = object()
_EXPORTS = {"pandas": _pandas, "polars": _polars, "numpy": _numpy, "rows": _rows}
