"""What `define_metric` takes and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark._term import termwarn
from trailmark.errors import UsageError
from trailmark.journal.records import Metric

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

    Raises:
        UsageError: an argument is not one of what it may be.
    """
    if not (isinstance(name, str) and name):
        raise UsageError(f"define_metric takes the name of a metric or a glob such as 'val/*', got {name!r}")
    step = step_metric.name if isinstance(step_metric, Metric) else step_metric
    if step is not None and (not isinstance(step, str) or "*" in step):
        raise UsageError(f"step_metric is the name of one metric, got {step_metric!r}")
    if goal is not None and goal not in _GOALS:
        raise UsageError(f"goal is 'minimize' or 'maximize', got {goal!r}")
    return Metric(
        name=name,
        step_metric=step,
        step_sync=step is not None if step_sync is None else bool(step_sync),
        hidden=bool(hidden),
        summary=_summaries(summary),
        goal=_GOALS[goal] if goal else None,
        overwrite=bool(overwrite),
    )


def _summaries(given: str | Sequence[str] | None) -> list[str]:
    if given is None:
        return []
    items = given.split(",") if isinstance(given, str) else list(given)
    found = [item.strip() for item in items]
    if "copy" in found:
        termwarn("define_metric: summary='copy' is what happens anyway", repeat=False)
        found = [item for item in found if item != "copy"]
    unknown = [item for item in found if item not in SUMMARIES]
    if unknown:
        raise UsageError(f"summary may be {', '.join(SUMMARIES)} (several with commas), got {', '.join(unknown)!r}")
    return found
