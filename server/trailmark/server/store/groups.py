"""Groups: runs that agree in the fields by which a list is grouped."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.api.nested import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trailmark.api.fields import Field
    from trailmark.journal.runstate import RunState


class Spread(NamedTuple):
    """The finite numbers that the runs of a group have in a column."""

    mean: float
    min: float
    max: float


class Group(NamedTuple):
    """Runs that agree."""

    values: list[Any]  # one a field; None where the runs lack it
    runs: int
    running: int
    ids: list[str]  # of all of them, in order
    columns: dict[str, Spread]


def group_runs(states: Iterable[RunState], fields: Sequence[Field]) -> list[list[RunState]]:
    """Return the states by group, in the order of the first of each."""
    groups: dict[str, list[RunState]] = {}
    for state in states:
        groups.setdefault(group_key([field.get(state) for field in fields]), []).append(state)
    return list(groups.values())


def told(members: Sequence[RunState], fields: Sequence[Field], columns: Mapping[str, Field]) -> Group:
    """Return what is told of a group."""
    values = [field.get(members[0]) for field in fields]
    spreads = {name: _spread(map(field.get, members)) for name, field in columns.items()}
    return Group(
        [None if value is MISSING else value for value in values],
        len(members),
        sum(state.state == "running" for state in members),
        [state.id for state in members],
        {name: spread for name, spread in spreads.items() if spread is not None},
    )


def group_key(values: Iterable[Any]) -> str:
    """Return a text that values have in common exactly if they are equal; one that is missing equals None."""
    known = [None if value is MISSING else _comparable(value) for value in values]
    return json.dumps(known, sort_keys=True, default=repr)


def _comparable(value: Any) -> Any:
    is_whole = isinstance(value, float) and math.isfinite(value) and value.is_integer()
    return int(value) if is_whole else value  # 1.0 equals 1


def _spread(values: Iterable[Any]) -> Spread | None:
    numbers = [value for value in values if type(value) in (int, float) and math.isfinite(value)]
    if not numbers:
        return None
    return Spread(math.fsum(numbers) / len(numbers), min(numbers), max(numbers))
