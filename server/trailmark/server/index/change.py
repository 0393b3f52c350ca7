"""`Change`: what one commit changed in the index, as the live feed tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Row

MOST_KEYS = 2000  # series of one run that a change lists; a browser asks for the run again when there are more
FIELDS = frozenset(("summary", "series", "console", "config", "media", "artifacts", "files", "identity"))


class RunChange(NamedTuple):
    """One run that changed."""

    project: str
    id: str
    revision: int
    state: str
    name: str
    last_step: int | None
    last_time: float  # seconds since 1970-01-01 UTC
    runtime_s: float
    rows: int
    created: bool  # it was not in the index before
    fields: frozenset[str]  # of `FIELDS`: what of it changed
    keys: dict[str, int] | None  # points of each series of rank 0 that changed; None: too many, or not known

    @classmethod
    def of_row(cls, row: Row[Any], *, created: bool) -> RunChange:
        """Return a run, a row of the table `runs`, as one of which all may have changed."""
        told = {name: getattr(row, name) for name in cls._fields if name not in ("created", "fields", "keys")}
        return cls(**told, created=created, fields=FIELDS, keys=None)


class Change(NamedTuple):
    """What one commit changed."""

    cursor: int  # the commit's number
    runs: list[RunChange]
    removed: list[tuple[str, str]]  # project and id of runs that are gone
    projects: bool  # the list of projects changed: one came, went, or has another number of runs
    status: bool = False  # nothing of runs: how far indexing is, or which problems there are
