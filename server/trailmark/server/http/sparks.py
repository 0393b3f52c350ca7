"""Sparks: the small curve that lists show of a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trailmark.server.store.schema import series
from trailmark.server.store.series import SeriesRequest, Wanted, query

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_POINTS = 60
_TELLING = ("val/loss", "val_loss", "valid_loss", "loss", "train/loss", "train_loss", "accuracy", "acc", "reward")


def spark_of(connection: Connection, run: Row[Any]) -> dict[str, Any] | None:
    """Return the metric that tells most of a run, in at most 60 values; None if it has none of two points."""
    chosen = sa.select(series.c.key).where(
        series.c.run == run.number,
        series.c.stream == "history",
        series.c.rank == 0,
        series.c.kind == "number",
        series.c.count > 1,
    )
    keys = list(connection.scalars(chosen))
    if not keys:
        return None
    key = min(keys, key=_rank)
    (found,) = query(connection, SeriesRequest(run.project, [Wanted(run.id, key)], resolution=_POINTS))
    values = [float(value) if math.isfinite(value) else None for value in found.y]
    return {"key": key, "values": values}


def _rank(key: str) -> tuple[int, int, str]:
    low = key.lower()
    if low in _TELLING:
        return _TELLING.index(low), len(key), key
    return (len(_TELLING) + ("loss" not in low) + (key.startswith("_")), len(key), key)
