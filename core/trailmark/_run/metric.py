"""What `define_metric` takes and returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.errors import UsageError
from trailmark.journal.records import Metric
from trailmark.media.normalize import as_name

if TYPE_CHECKING:
    from collections.abc import Sequence

SUMMARIES = ("min", "max", "mean", "last", "first", "best", "none")
_GOALS = {"min": "minimize", "max": "maximize", "minimize": "minimize", "maximize": "maximize"}


def make_metric(
    name: str,
    step_metric: str | Metric | None = None,
    step_sync: bool | None = None,  # noqa: FBT001 (W&B's signature)
    hidden: bool | None = None,  # noqa: FBT001
    summary: str | Sequence[str] | None = None,
    goal: str | None = None,
    overwrite: bool | None = None,  # noqa: FBT001
) -> Metric:
    """Return the checked definition of a metric.

    W&B wants a backslash before a dot that is part of a key; here a dot is a dot, and such a backslash is left out.

    Raises:
        UsageError: an argument is not one of what it may be.
    """
    if not (isinstance(name, str) and name):
        raise UsageError(f"define_metric takes the name of a metric or a glob such as 'val/*', got {name!r}")
    step = step_metric.name if isinstance(step_metric, Metric) else step_metric
    if step is not None and not (isinstance(step, str) and step and "*" not in step):
        raise UsageError(f"step_metric is the name of one metric, got {step_metric!r}")
    if goal is not None and not (isinstance(goal, str) and goal in _GOALS):
        raise UsageError(f"goal is 'minimize' or 'maximize', got {goal!r}")
    return Metric(
        name=_key(name),
        step_metric=None if step is None else _key(step),
        step_sync=step is not None if step_sync is None else bool(step_sync),
        hidden=bool(hidden),
        summary=_summaries(summary),
        goal=_GOALS[goal] if goal else None,
        overwrite=bool(overwrite),
    )


def _key(name: str) -> str:
    return as_name(name).replace("\\.", ".")


def _summaries(given: str | Iterable[str] | None) -> list[str]:
    items = given.split(",") if isinstance(given, str) else given or ()
    words = [str(item).strip() for item in (items if isinstance(items, Iterable) else [items])]
    found = [word for word in words if word]
    if "copy" in found:
        termwarn("define_metric: summary='copy' is what happens anyway", repeat=False)
        found = [item for item in found if item != "copy"]
    unknown = [item for item in found if item not in SUMMARIES]
    if unknown:
        raise UsageError(f"summary may be {', '.join(SUMMARIES)} (several with commas), got {', '.join(unknown)!r}")
    return found
