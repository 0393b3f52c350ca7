"""Objects by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from store_support import BEGAN, add_run, small  # noqa: F401 (a fixture)
from trailmark.server.store import objects
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from trailmark.server.store.database import Database


def put(database: Database, count: int, *, settle: bool) -> int:
    """Log an object at each tenth step, and return the run."""
    run = add_run(database)
    writer = SeriesWriter(run)
    step = np.arange(count) * 10
    assert writer.append_objects("history", 0, "sample", step, BEGAN + step, [{"at": at} for at in step.tolist()])
    with database.write() as connection:
        writer.flush(connection, settle=settle)
    return run


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("settle", [False, True])
def test_the_newest_that_is_not_above_a_step(database: Database, *, settle: bool) -> None:
    """What was logged at a step, or before it, is found; without a step the newest."""
    run = put(database, 11, settle=settle)
    with database.read() as connection:
        for step, expected in [(None, 100), (100, 100), (99, 90), (30, 30), (39, 30), (5, 0), (0, 0), (2**62, 100)]:
            found = objects.at_step(connection, run, "sample", step)
            assert found is not None
            assert (found.step, found.time, found.value, found.count) == (
                expected,
                BEGAN + expected,
                {"at": expected},
                11,
            )
        assert objects.at_step(connection, run, "sample", -1) is None
        assert objects.at_step(connection, run, "other") is None
        assert objects.at_step(connection, run, "sample", rank=1) is None


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("settle", [False, True])
def test_steps_are_listed(database: Database, *, settle: bool) -> None:
    """The steps that have an object are listed."""
    run = put(database, 11, settle=settle)
    with database.read() as connection:
        assert objects.steps(connection, run, "sample").tolist() == list(range(0, 110, 10))
        assert objects.steps(connection, run, "other").tolist() == []


def test_a_series_without_objects(database: Database) -> None:
    """A series that was rewritten to nothing has no object."""
    run = put(database, 3, settle=True)
    with database.write() as connection:
        writer = SeriesWriter.load(connection, run)
        writer.replace("history", 0, "sample", "object", np.empty(0), np.empty(0), [])
        writer.flush(connection)
        assert objects.at_step(connection, run, "sample") is None
        assert objects.steps(connection, run, "sample").tolist() == []
