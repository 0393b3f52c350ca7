"""The writer of a disabled run: it folds what it is given, so that summaries work, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.journal.writer import Writer

if TYPE_CHECKING:
    from trailmark.journal.layout import Layout
    from trailmark.journal.records import Exit


class MutedWriter(Writer):
    """A writer without a file."""

    def append_row(self, layout: Layout, step: int, now: float, values: tuple[Any, ...]) -> None:
        """Fold one packed row."""
        self._offset += 1
        self.fold.note(layout, self._offset, step, now, values)

    def sync(self) -> None:
        """Do nothing: there is no file."""

    def close(self, record: Exit) -> int:
        """Take no more; nothing can have been lost."""
        with self.lock:
            self.fold.record(record)
            self.closed = True
            self.layouts.clear()
        return 0

    def _open(self) -> bool:
        return True

    def _write(self, *payloads: bytes) -> bool:
        self._offset += len(payloads)
        return True
