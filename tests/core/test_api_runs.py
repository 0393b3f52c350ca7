"""`trailmark.api.runs`: the runs that a query found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api_support import START, finished_run
from trailmark.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trailmark.api.run import Run


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Give a root with three runs."""
    for number in range(3):
        finished_run(tmp_path, "digits", f"run{number}", time=START + number)
    return Api(tmp_path)


def ids(runs: Iterable[Run]) -> list[str]:
    """Return the ids of runs."""
    return [run.id for run in runs]


def test_runs_is_a_sequence(api: Api) -> None:
    """Runs have a length, indices, slices and iteration, and an index always gives the same run."""
    runs = api.runs("digits")
    assert len(runs) == 3
    assert runs[0] is runs[0]
    assert runs[-1].id == "run2"
    assert ids(runs[1:]) == ["run1", "run2"]
    assert ids(reversed(runs)) == ["run2", "run1", "run0"]
    assert runs[1] in runs
    assert repr(runs) == "<Runs 3>"
    with pytest.raises(IndexError):
        runs[3]


def test_changes_stay_with_the_index(api: Api) -> None:
    """A run got by its index a second time still has what was changed of it."""
    runs = api.runs("digits")
    runs[1].name = "new"
    assert runs[1].name == "new"
    runs[1].update()
    assert api.run("digits/run1").name == "new"
