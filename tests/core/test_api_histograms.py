"""Histograms over time, and text over time, as they are read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import trailmark
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run
    from trailmark.api.run import Run as StoredRun


def _read(run: Run) -> StoredRun:
    run.finish()
    return trailmark.Api(run.path_on_disk.parents[1]).run(run.path)


def test_histograms_come_as_arrays(begin: Callable[..., Run]) -> None:
    """Steps, counts and edges of all histograms of a key are one array each, and so are the numbers of NaN."""
    run = begin()
    given = [trailmark.Histogram([step, step + 1.0, float("nan")], num_bins=4) for step in range(3)]
    for step, histogram in enumerate(given):
        run.log({"h": histogram, "loss": 1.0}, step=10 * step)
    found = _read(run).histograms("h")
    assert found.step.tolist() == [0, 10, 20]
    assert (np.diff(found.time) >= 0).all()
    assert found.counts.tolist() == [histogram.histogram for histogram in given]
    assert found.edges.tolist() == [histogram.bins for histogram in given]
    assert found.nan.tolist() == [1, 1, 1]


def test_common_bins_keep_the_counts(begin: Callable[..., Run]) -> None:
    """With `num_bins` all histograms have the same edges, and each keeps its number of values."""
    run = begin()
    run.log({"h": trailmark.Histogram(np_histogram=([4, 2], [0.0, 1.0, 2.0]))})
    run.log({"h": trailmark.Histogram(np_histogram=([8], [1.0, 3.0]))})
    found = _read(run).histograms("h", num_bins=3)
    assert found.edges.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert found.counts.tolist() == [[4.0, 2.0, 0.0], [0.0, 4.0, 4.0]]


def test_what_has_no_histograms_says_so(begin: Callable[..., Run]) -> None:
    """A key without histograms, histograms of several sizes and a wrong number of bins are refused."""
    run = begin()
    for num_bins in (2, 3):
        run.log({"loss": 1.0, "h": trailmark.Histogram([1.0, 2.0], num_bins=num_bins)})
    stored = _read(run)
    with pytest.raises(UsageError, match="'loss' holds no histograms"):
        stored.histograms("loss")
    with pytest.raises(UsageError, match="'h' have 2 to 3 bins: give num_bins"):
        stored.histograms("h")
    with pytest.raises(UsageError, match="num_bins is at least 1, got 0"):
        stored.histograms("h", num_bins=0)


def test_text_over_time(begin: Callable[..., Run]) -> None:
    """Text comes back as it was logged, step by step, with whatever Unicode is in it."""
    run, texts = begin(), ["", "a\nb", "日本語 \U0001f600", "x" * 100_000]
    for text in texts:
        run.log({"sample": text})
    series = _read(run).series("sample")
    assert series.step.tolist() == [0, 1, 2, 3]
    assert series.value.tolist() == texts
