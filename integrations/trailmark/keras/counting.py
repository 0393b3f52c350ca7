"""How far training is: epochs over several calls of `fit`, and batches, which Keras counts in several ways.

With ``steps_per_execution=4`` and 10 batches, Keras names the batches 0, 4, 8 (the first of each execution: JAX before
3.11), 3, 7, 11 (the last of each as if all were full: 3.11 on), or 3, 7, 9 (2.15).
"""

from __future__ import annotations


class Epochs:
    """Numbers epochs from 0 on. A second `fit` goes on after the first, unless its ``initial_epoch`` is beyond that."""

    def __init__(self) -> None:
        self._next = 0
        self._offset: int | None = None

    def begin_fit(self) -> None:
        """Note that the numbers of Keras may begin anew."""
        self._offset = None

    def number(self, epoch: int) -> int:
        """Return the number of what Keras calls `epoch`."""
        if self._offset is None:
            self._offset = max(0, self._next - epoch)
        self._next = max(self._next, epoch + self._offset + 1)
        return epoch + self._offset


class Batches:
    """Numbers batches over all epochs, and says which of them are logged.

    Args:
        first: the number of the first batch.
        every: that of each `every` batches of an epoch one is logged, beginning with the first.
    """

    def __init__(self, first: int, every: int) -> None:
        self._before = first
        self._every = every
        self._steps: int | None = None
        self._begin_counting()

    def _begin_counting(self) -> None:
        self._seen = 0
        self._stride = 0
        self._logged: set[int] = set()  # Keras may tell of batches out of order, from threads

    def begin_epoch(self, steps: int | None) -> None:
        """Begin an epoch, of `steps` batches if that is known."""
        self._before += self._seen
        self._steps = steps
        self._begin_counting()

    def end_epoch(self) -> None:
        """End it: the last execution may have gone on after the batch it was named by, or have been named too high."""
        if self._steps is not None and self._steps - self._seen < max(self._stride, 1):
            self._seen = self._steps

    def due(self, batch: int) -> int | None:
        """Return the number, over all epochs, of what Keras calls `batch`, if it is to be logged."""
        if batch >= self._seen:
            self._stride = max(self._stride, batch + 1 - self._seen)
            self._seen = batch + 1
        if batch // self._every in self._logged:
            return None
        self._logged.add(batch // self._every)
        return self._before + (batch if self._steps is None else min(batch, self._steps - 1))
