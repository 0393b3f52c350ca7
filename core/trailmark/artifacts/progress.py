"""A bar on the terminal, for work on files that takes more than a second. Writes nothing where nobody is looking."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from trailmark import _term

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID
    from typing_extensions import Self

_PATIENCE_S = 1.0


class Bar:
    """A progress bar, which appears after a second if stderr is a terminal and Trailmark may talk."""

    def __init__(self, what: str, total_bytes: int) -> None:
        self._what = what
        self._total = total_bytes
        self._began = time.monotonic()
        self._shown: tuple[Progress, TaskID] | None = None
        self._hidden = _term._silent or not _is_terminal()  # noqa: SLF001 (one switch for all that is said)

    def __enter__(self) -> Self:
        return self

    def show(self, done_bytes: int) -> None:
        """Show how far it is."""
        if self._hidden:
            return
        if self._shown is None and time.monotonic() - self._began > _PATIENCE_S:
            self._shown = self._appear()
        if self._shown is not None:
            progress, task = self._shown
            progress.update(task, completed=done_bytes)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown is not None:
            self._shown[0].stop()

    def _appear(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (TextColumn("trailmark: {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        progress = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
        progress.start()
        return progress, progress.add_task(self._what, total=self._total)


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False
