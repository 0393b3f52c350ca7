"""How the ranks of a job find the run that rank 0 makes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from trailmark._run.distributed import Place, join, publish

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PLACE = Place(1, 2, "job")


def test_a_note_that_is_replaced_while_it_is_read_is_no_mixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text of an earlier job's note is never taken with the time of the one that takes its place."""
    publish(tmp_path, PLACE, 1, "earlier")
    began_at = time.time() + 1
    [note] = (tmp_path / ".jobs").iterdir()
    real = os.fstat

    def replaced(descriptor: int) -> Any:
        publish(tmp_path, PLACE, 1, "this one")
        os.utime(note, (began_at + 1, began_at + 1))
        return real(descriptor)

    monkeypatch.setattr("trailmark._run.distributed.os.fstat", replaced)
    assert join(tmp_path, PLACE, 1, 10, began_at) == "this one"


def test_an_old_note_does_not_count(tmp_path: Path) -> None:
    """A note from before this process began, of a run that is not running, is passed over until the time is up."""
    publish(tmp_path, PLACE, 1, "earlier")
    assert join(tmp_path, PLACE, 1, 0, time.time() + 60) is None
    assert join(tmp_path, PLACE, 1, 0, 0.0) == "earlier"
