"""Order: the sequence in which runs come, as W&B's Api takes it (``"-summary_metrics.loss"``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.api import fields
from trailmark.api.nested import MISSING
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.journal.runstate import RunState

_NUMBER, _NAN, _TEXT, _OTHER, _MISSING = range(5)  # kinds of values, in the order in which they come


def parse(order: str | Sequence[str]) -> list[tuple[fields.Field, bool]]:
    """Return the fields of `order` and whether each goes down.

    Raises:
        UsageError: it is neither text nor a list of texts, or names an unknown field.
    """
    if isinstance(order, str):
        terms = [term.strip() for term in order.split(",") if term.strip()]
    else:  # a key that holds a comma can only be named in a list
        terms = [*order] if isinstance(order, (list, tuple)) and all(isinstance(term, str) for term in order) else []
    if not terms:
        raise UsageError(f"order is text such as '-created_at' or '+config.lr,-summary.acc', or a list, got {order!r}")
    return [(fields.find(term.lstrip("+-")), term.startswith("-")) for term in terms]


def ordered(runs: Sequence[RunState], order: str | Sequence[str]) -> list[RunState]:
    """Return `runs` in `order`.

    Runs that are equal in it keep their places. Both up and down, numbers come before NaN, NaN before text, and runs
    without the value last.
    """
    result = list(runs)
    for field, down in reversed(parse(order)):
        kinds: list[list[tuple[Any, RunState]]] = [[] for _ in range(_MISSING + 1)]
        for run in result:
            kind, value = _sortable(field.get(run))
            kinds[kind].append((value, run))
        for pairs in kinds[: _OTHER + 1]:
            pairs.sort(key=lambda pair: pair[0], reverse=down)
        result = [run for pairs in kinds for _, run in pairs]
    return result


def _sortable(value: Any) -> tuple[int, Any]:
    if value is MISSING or value is None:
        return _MISSING, None
    if isinstance(value, (int, float)):
        return (_NAN, 0) if value != value else (_NUMBER, value)  # noqa: PLR0124
    return (_TEXT, value) if isinstance(value, str) else (_OTHER, repr(value))
