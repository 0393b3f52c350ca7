"""`trailmark demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli_support import call, rows_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.extra
def test_the_demo_makes_runs(tmp_path: Path) -> None:
    """The demo trains a few models, whose runs are in the root that was given."""
    result = call(tmp_path, "demo", "--epochs", "1")
    assert result.exit_code == 0, result.output
    states = [row[0] for row in rows_of(tmp_path, "ls")]
    assert len(states) > 1
    assert set(states) == {"finished"}


def test_the_length_of_the_demo_is_checked(tmp_path: Path) -> None:
    """No epochs are no demo."""
    assert call(tmp_path, "demo", "--epochs", "0").exit_code == 2
