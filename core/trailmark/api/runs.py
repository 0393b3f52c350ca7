"""`Runs`: the runs that a query found, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from trailmark.api.run import Run

if TYPE_CHECKING:
    from trailmark.api.contents import Shelf
    from trailmark.journal.runstate import RunState


class Runs(Sequence[Run]):
    """The runs that `Api.runs` found, filtered and ordered when it was called.

    The same index gives the same `Run`, so changes made to it stay until `Run.update` records them.
    """

    def __init__(self, states: Sequence[RunState], shelf: Shelf) -> None:
        self._runs = [Run(state.path, shelf, state) for state in states]
        self._shelf = shelf

    @overload
    def __getitem__(self, index: int) -> Run: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Run]: ...

    def __getitem__(self, index: int | slice) -> Run | Sequence[Run]:
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return f"<Runs {len(self)}>"
