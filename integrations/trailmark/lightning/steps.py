"""Where the metrics of a training go in a run: at the training's own steps, unless something is there already.

Lightning counts steps anew in each training, and several trainings may log to one run. Rows of one step are merged, and
of one key the last value counts: right for what a training logs in several calls at one step, and a loss where a second
value of a key would come to the place of a first. Then the rows go on behind all that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trailmark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trailmark import Run

AXIS = "trainer/global_step"
_IN_EVERY_ROW = ("epoch", AXIS)  # Lightning repeats the epoch in each call


class Steps:
    """The places of the rows of one run, as far as this process logged them through Lightning."""

    def __init__(self) -> None:
        self._offset = 0
        self._first = 0  # where rows may begin: what is before it was written by another process
        self._next = 0  # behind all rows
        self._last: dict[str, tuple[int, Any]] = {}  # of each key, where it was last, and its value
        self._is_new = True  # no row was logged yet
        self._is_over = False  # a training has ended since the last row

    def end_training(self) -> None:
        """Note that what comes next belongs to another training, test or validation."""
        self._is_over = True

    def follow(self, run: Run) -> None:
        """Let rows come behind those that other processes wrote in this attempt at the run."""
        self._is_new = False
        rows = _earlier(run)
        if rows:
            at, of_training = rows[-1]
            self._offset, self._first, self._next = at - int(of_training), at + 1, at + 1

    def place(self, run: Run, metrics: Mapping[str, Any], step: int | None) -> int:
        """Return the step of the run at which the metrics of a step of the training go, or those without a step."""
        if step is None:
            step = run.step - self._offset
        elif self._is_new:
            self._is_new = False
            self._offset = _offset_of_attempt(run, step) if run.resumed else 0
        at = step + self._offset
        if at < self._first or any(self._replaces(key, value, at) for key, value in metrics.items()):
            at = max(self._next, run.step)
            self._offset = at - step
        for key, value in metrics.items():
            self._last[key] = (at, value)
        self._next = max(self._next, at + 1)
        self._is_over = False
        return at

    def _replaces(self, key: str, value: Any, at: int) -> bool:
        """Whether a value would hide another one. The same value at the same place hides nothing."""
        last = self._last.get(key)
        if last is None or last[0] < at or key in _IN_EVERY_ROW:
            return False
        is_same = last[0] == at and isinstance(value, (int, float)) and repr(value) == repr(last[1])
        return self._is_over or not is_same


def _earlier(run: Run) -> list[tuple[int, float]]:
    """Return what the journals of a run have already: the steps of the run, and those of the training there."""
    if run.disabled:
        return []
    try:
        series = trailmark.Api(run.path_on_disk.parents[1]).run(run.path).series(AXIS)
    except trailmark.Error as error:
        trailmark.termwarn(f"the earlier steps of run {run.name} cannot be read: {error}", repeat=False)
        return []
    return list(zip(series.step.tolist(), series.value.tolist(), strict=True))


def _offset_of_attempt(run: Run, step: int) -> int:
    """Return how far a run that goes on is from its training's steps, so that repeated steps are repeated in place.

    It is that of the row of this step, or of the last one before it, in the last training of earlier attempts.
    """
    offset, previous, is_found = 0, -1.0, False
    for at, of_training in _earlier(run):
        if of_training < previous:
            is_found = False  # another training begins
        if not is_found:
            offset = at - int(of_training)
            is_found = of_training >= step
        previous = of_training
    return offset


_steps: dict[Path, Steps] = {}


def steps_of(run: Run) -> Steps:
    """Return the places of the rows of a run, which all loggers of this process share, and which outlive its end."""
    return _steps.setdefault(run.path_on_disk, Steps())
