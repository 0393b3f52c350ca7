"""Several charts by one call: each is logged as soon as it is drawn, all in one row; one that fails stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trailmark import Run
    from trailmark.plot import Chart


def log_charts(call: str, parts: Mapping[str, Callable[[], Chart]], run: Run) -> dict[str, Chart]:
    """Draw and log charts in one row; return those that could be drawn, by their keys.

    Args:
        call: whom a warning about a chart that cannot be drawn is from.
        parts: what draws each.
        run: where to log.
    """
    found: dict[str, Chart] = {}
    for key, draw in parts.items():
        try:
            chart = draw()
        except Exception as error:  # noqa: BLE001 (a chart that cannot be drawn is not to end the program)
            trailmark.termwarn(f"{call} leaves out {key}: {error}", repeat=False)
            continue
        found[key] = chart
        run.log({key: chart}, commit=False)
    if found:
        run.log({}, commit=True)
    return found
