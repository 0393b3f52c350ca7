"""Heat maps of histograms over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from store_support import BEGAN, add_run
from trailmark import Histogram
from trailmark.errors import UsageError
from trailmark.server.store.histograms import HeatMap, heat_map
from trailmark.server.store.writer import SeriesWriter

if TYPE_CHECKING:
    from trailmark.server.store.database import Database


def ask(database: Database, records: list[Any], **how: int) -> HeatMap:
    """Store objects of one key, a step each, and return their heat map."""
    run = add_run(database)
    writer = SeriesWriter(run)
    step = np.arange(len(records)) * 2
    writer.append_objects("history", 0, "weights", step, BEGAN + step, records)
    with database.write() as connection:
        writer.flush(connection)
        return heat_map(connection, run, "weights", **how)


def drawn(count: int, bins: int = 16) -> list[Histogram]:
    """Return histograms of numbers that wander off."""
    random = np.random.default_rng(0)
    return [Histogram(random.normal(number, 1 + number, 1000), num_bins=bins) for number in range(count)]


def test_a_column_for_each_step(database: Database) -> None:
    """Where there is space each histogram has its column, in the bins of `Run.histograms`."""
    made = drawn(5)
    found = ask(database, [each.to_record() for each in made], bins=20)
    assert (found.count, found.step.tolist(), found.time.tolist()) == (
        5,
        [0, 2, 4, 6, 8],
        [BEGAN + 2 * n for n in range(5)],
    )
    edges = np.linspace(min(each.bins[0] for each in made), max(each.bins[-1] for each in made), 21)
    assert found.edges.tolist() == edges.tolist()
    assert found.counts.shape == (5, 20)
    for row, each in zip(found.counts, made, strict=True):
        below = np.concatenate([[0.0], np.cumsum(each.histogram)])
        np.testing.assert_allclose(row, np.diff(np.interp(edges, each.bins, below)))
        assert row.sum() == pytest.approx(1000)


def test_neighbours_are_added_up(database: Database) -> None:
    """Where there are more histograms than columns, nothing of them is lost."""
    records = [each.to_record() for each in drawn(11)]
    records[3]["nan"] = 7
    found = ask(database, records, bins=8, columns=4)
    assert (found.count, found.counts.shape) == (11, (4, 8))
    assert found.counts.sum() == pytest.approx(11_000)
    assert found.nan.tolist() == [0, 7, 0, 0]
    assert found.step.tolist() == [0, 6, 12, 18]


def test_uneven_bins(database: Database) -> None:
    """Histograms with edges of their own, and those with a range, share their counts out by width."""
    records = [
        {"_type": "histogram", "counts": [4, 8], "edges": [0.0, 1.0, 3.0]},
        {"_type": "histogram", "counts": [6], "range": [1.0, 4.0]},
    ]
    found = ask(database, records, bins=4)
    assert found.edges.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert found.counts.tolist() == [[4, 4, 4, 0], [0, 2, 2, 2]]


def test_other_objects_are_left_out(database: Database) -> None:
    """What is no histogram, or a damaged one, has no column."""
    broken = [
        {"_type": "histogram"},
        {"_type": "histogram", "counts": [1], "edges": [0.0]},
        {"_type": "histogram", "counts": [1], "range": [1.0, 1.0]},
        {"_type": "histogram", "counts": ["a"], "range": [0.0, 1.0]},
        {"_type": "histogram", "counts": [1], "range": 5},
        "text",
        [1],
    ]
    found = ask(database, [*broken, {"_type": "histogram", "counts": [3], "range": [0.0, 1.0]}], bins=1)
    assert (found.count, found.step.tolist(), found.counts.tolist()) == (1, [14], [[3.0]])


def test_no_histograms(database: Database) -> None:
    """A key without histograms, or one that was never logged, is an empty map."""
    for found in (ask(database, ["text"]), ask(database, [])):
        assert (found.count, found.counts.shape, found.edges.tolist()) == (0, (0, 64), [])


@pytest.mark.parametrize("how", [{"bins": 0}, {"columns": 0}])
def test_no_bins_are_refused(database: Database, how: dict[str, int]) -> None:
    """A map has at least a bin and a column."""
    with pytest.raises(UsageError, match="at least 1"):
        ask(database, [], **how)
