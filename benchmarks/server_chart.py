"""What charts cost the server: numbers into the index, their bytes there, and the envelopes that charts are drawn of.

The server's time for a chart is that of the query and of its answer's bytes, without the network.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from trailmark.server.http.arrays import Arrays
from trailmark.server.store import schema
from trailmark.server.store.database import Database, default_url
from trailmark.server.store.series import Envelope, SeriesRequest, Wanted, query
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Values = NDArray[Any]

PROJECT = "chart"
RESOLUTION = 1000  # about the pixels of a wide chart
BATCH = 65_536  # rows that the indexer hands over at a time, about
KEYS = 8  # metrics in a row
REPEATS = 5  # of each chart, the fastest of which counts
BEGAN = 1_700_000_000.0
STEP_S = 0.05


def _loss(random: np.random.Generator, count: int) -> Values:
    curve = 2.0 * np.exp(-np.arange(count) / count * 4) + random.normal(0, 0.1, count)
    return curve.astype(np.float32).astype(np.float64)


def _accuracy(random: np.random.Generator, count: int) -> Values:
    rising = 0.95 - 0.8 * np.exp(-np.arange(count) / count * 4)
    return random.binomial(256, rising) / 256


def _learning_rate(random: np.random.Generator, count: int) -> Values:
    highest = float(random.uniform(1e-4, 1e-2))
    return highest * 0.5 * (1 + np.cos(np.pi * np.arange(count) / count))


def _noise(random: np.random.Generator, count: int) -> Values:
    return random.normal(size=count)


CURVES: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "float32 loss": _loss,
    "accuracy, of 256": _accuracy,
    "learning rate": _learning_rate,
    "float64 noise": _noise,
}


def _add_run(database: Database, name: str) -> int:
    row = {"project": PROJECT, "id": name, "state": "finished", "tags": b"", "details": b""}
    with database.write() as connection:
        found = connection.execute(sa.insert(schema.runs).values(**row, start_time=BEGAN, last_time=BEGAN))
    [number] = found.inserted_primary_key or [0]
    return int(number)


def _times(random: np.random.Generator, count: int) -> Values:
    return BEGAN + np.cumsum(random.normal(STEP_S, STEP_S / 50, count))


def _write(database: Database, run: int, time_: Values, columns: dict[str, Values]) -> float:
    """Write rows as the indexer does, and return the seconds."""
    started = time.perf_counter()
    writer = SeriesWriter(run)
    step = np.arange(len(time_))
    for begin in range(0, len(step), BATCH):
        part = slice(begin, begin + BATCH)
        refused = writer.append(
            "history", 0, step[part], time_[part], {key: all_[part] for key, all_ in columns.items()}
        )
        if refused:
            raise AssertionError(f"refused: {refused}")
        with database.write() as connection:
            writer.flush(connection)
    with database.write() as connection:
        writer.flush(connection, settle=True)
    return time.perf_counter() - started


def _size_bytes(database: Database) -> int:
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return database.path.stat().st_size if database.path else 0


def write_curves(folder: Path, points: int) -> dict[str, Any]:
    """Write `points` rows of each kind of curve into an index of its own; return bytes and seconds a scalar."""
    found: dict[str, Any] = {}
    for name, make in CURVES.items():
        random = np.random.default_rng(0)
        place = folder / name.replace(" ", "-").replace(",", "")
        with closing(Database.open(default_url(place))) as database:
            empty = _size_bytes(database)
            columns = {f"metric{number}": make(random, points) for number in range(KEYS)}
            seconds = _write(database, _add_run(database, "run"), _times(random, points), columns)
            size = _size_bytes(database) - empty
        scalars = points * KEYS
        found[name] = {"bytes_per_scalar": size / scalars, "seconds_per_million": seconds / scalars * 1e6}
    return found


def write_runs(folder: Path, first: int, end: int, points: int, prefix: str) -> dict[str, Any]:
    """Write the runs from `first` to before `end`: a curve of `points` points, one of which is far above all others."""
    with closing(Database.open(default_url(folder))) as database:
        for number in range(first, end):
            random = np.random.default_rng(number)
            values = _loss(random, points)
            values[_spike(number, points)] = _SPIKE
            _write(database, _add_run(database, f"{prefix}{number}"), _times(random, points), {"loss": values})
    return {}


_SPIKE = 1e6


def _spike(number: int, points: int) -> int:
    return (number * 7919 + points // 3) % points


def read_charts(folder: Path, runs: int, points: int, prefix: str) -> dict[str, Any]:
    """Draw charts of all runs on either axis, and zoom into the first one's spike; return seconds."""
    seconds: dict[str, Any] = {}
    with closing(Database.open(default_url(folder))) as database:
        asked = SeriesRequest(PROJECT, [Wanted(f"{prefix}{number}", "loss") for number in range(runs)])
        _chart(database, asked)  # the first connection, and the file's pages
        for axis in ("step", "relative"):
            seconds[axis], found = _chart(database, SeriesRequest(PROJECT, asked.series, x=axis))
            if any(_highest(each) != _SPIKE or each.count != points for each in found):
                raise AssertionError("a spike is not on the chart")
        seconds["zoom"] = {}
        width = points // 10
        while width >= RESOLUTION // 10:
            begin = max(0, _spike(0, points) - width // 3)
            zoomed = SeriesRequest(PROJECT, asked.series, range=(begin, begin + width - 1), resolution=RESOLUTION)
            seconds["zoom"][width], found = _chart(database, zoomed)
            if _highest(found[0]) != _SPIKE:
                raise AssertionError(f"the spike is not on the chart of {width} points")
            width //= 10
    return seconds


def _chart(database: Database, request: SeriesRequest) -> tuple[float, list[Envelope]]:
    """Answer a chart, and return the seconds that it took at best."""
    return min((_answered(database, request) for _ in range(REPEATS)), key=lambda answered: answered[0])


def _answered(database: Database, request: SeriesRequest) -> tuple[float, list[Envelope]]:
    started = time.perf_counter()
    with database.read() as connection:
        found = query(connection, request)
    arrays = Arrays()
    parts = [
        [arrays.add(part) for part in (each.x, each.y, each.x_end, each.low, each.high, each.nan)] for each in found
    ]
    arrays.encode({"series": parts})
    return time.perf_counter() - started, found


def _highest(envelope: Envelope) -> float:
    return float(np.max(envelope.y if envelope.high is None else envelope.high))
