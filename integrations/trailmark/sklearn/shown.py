"""`show`: a chart is logged under its key, and handed back to whoever asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.adapter import run_of

if TYPE_CHECKING:
    from trailmark.plot import Chart


def show(key: str, chart: Chart, run: Any = None) -> Chart:
    """Log a chart to a run (the current one by default) and return it.

    Raises:
        NoRunError: there is no run.
    """
    run_of(run, f"plotting {key}").log({key: chart})
    return chart
