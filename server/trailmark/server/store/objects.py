"""Objects of one series: what was logged at a step that is no number, as the plain values that journals hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trailmark.server.store.points import OBJECT
from trailmark.server.store.stored import StoredSeries, find_series

if TYPE_CHECKING:
    import sqlalchemy as sa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ObjectAt:
    """One logged value."""

    step: int
    time: float  # seconds since 1970-01-01 UTC
    value: Any
    count: int  # how many values the series has


def at_step(
    connection: sa.Connection, run: int, key: str, step: int | None = None, *, rank: int = 0
) -> ObjectAt | None:
    """Return what a run logged under `key` at the newest step that is not above `step` (None: at the newest of all).

    `run` is the run's number in the index. None: there is nothing.
    """
    stored = _find(connection, run, key, rank)
    if stored is None:
        return None
    place = stored.count if step is None else stored.place("step", step, after=True)
    if place == 0:
        return None
    found = stored.points(place - 1, place)
    return ObjectAt(int(found.step[0]), float(found.time[0]), found.values[0], stored.count)


def steps(connection: sa.Connection, run: int, key: str, *, rank: int = 0) -> NDArray[np.int64]:
    """Return the steps at which a run logged an object under `key`, ascending."""
    stored = _find(connection, run, key, rank)
    return np.empty(0, np.int64) if stored is None else stored.places("step")


def _find(connection: sa.Connection, run: int, key: str, rank: int) -> StoredSeries | None:
    return find_series(connection, [(run, key)], rank=rank, kind=OBJECT).get((run, key))
