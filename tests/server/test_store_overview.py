"""Blocks, how they are merged, and overviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_support import curves, many_examples, small  # noqa: F401 (a fixture)
from trailmark.server.store import overview

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[Any]


def assert_blocks(blocks: overview.Blocks, step: Values, values: Values) -> None:
    """Compare blocks, whose only axis is the step, with what numpy says of their points."""
    numbers = values.astype(np.float64)
    begins = blocks.begins
    assert int(blocks.points.sum()) == len(values)
    for at, (begin, count) in enumerate(zip(begins.tolist(), blocks.points.tolist(), strict=True)):
        part, known = values[begin : begin + count], numbers[begin : begin + count]
        known = known[~np.isnan(known)]
        assert blocks.nan[at] == len(part) - len(known)
        assert (blocks.first[0][at], blocks.last[0][at]) == (step[begin], step[begin + count - 1])
        if not len(known):
            assert np.isnan([blocks.low[at], blocks.high[at], blocks.mean[at]]).all()
            continue
        assert (blocks.low[at], blocks.high[at]) == (np.nanmin(part), np.nanmax(part))
        with np.errstate(all="ignore"):
            scale = np.abs(known).max()
            np.testing.assert_allclose(blocks.mean[at], known.sum() / len(known), rtol=1e-9, atol=scale * 1e-9)


@many_examples
@given(curves(), st.data())
def test_blocks_tell_of_their_points(curve: tuple[Values, Values], data: st.DataObject) -> None:
    """Blocks of any stretches, and blocks merged from them, say exactly what numpy says of the points."""
    step, values = curve
    finite = np.abs(values.astype(np.float64))
    values = np.where(finite < 1e300, values, 0) if values.dtype.kind == "f" else values  # sums of more overflow
    cuts = data.draw(st.sets(st.integers(1, len(values)), max_size=20).map(lambda found: found - {len(values)}))
    blocks = overview.of_points((step,), values, np.array(sorted({0, *cuts})))
    assert_blocks(blocks, step, values)
    merged = overview.merge(blocks, np.arange(0, blocks.size, 3))
    assert merged.size == -(-blocks.size // 3)
    assert_blocks(merged, step, values)


def test_infinities_are_values() -> None:
    """Infinities are the smallest and the largest value; the mean of both is NaN, and not counted as one."""
    values = np.array([1.0, np.inf, -np.inf, np.nan])
    blocks = overview.of_points((np.arange(4),), values, np.array([0]))
    assert (blocks.low.tolist(), blocks.high.tolist(), blocks.nan.tolist()) == ([-np.inf], [np.inf], [1])
    assert np.isnan(blocks.mean[0])


def test_large_integers_stay_exact() -> None:
    """The smallest and the largest of integers that float64 does not have are exact, in overviews too."""
    values = np.array([2**62 + 1, 2**62 + 3, -(2**62) - 1])
    blocks = overview.of_points((np.arange(3), np.arange(3.0)), values, np.array([0]))
    found = overview.unpack(overview.pack(overview.extended(None, blocks)))
    assert (found.low.tolist(), found.high.tolist()) == ([-(2**62) - 1], [2**62 + 3])


def test_means_of_what_is_too_large_to_be_added_up() -> None:
    """The sum of a block may be beyond float64, and its mean is not; beside an infinity it is that infinity."""
    large = 1.5e308
    values = np.array([large, large, np.nan, -large, -large, -large, np.inf, 1.0, np.inf, -np.inf])
    blocks = overview.of_points((np.arange(10),), values, np.array([0, 3, 5, 7, 8]))
    np.testing.assert_array_equal(blocks.mean, [large, -large, np.inf, 1.0, np.nan])
    np.testing.assert_array_equal(overview.merge(blocks, np.array([0, 2])).mean[1:], [np.nan])
    np.testing.assert_allclose(overview.merge(blocks, np.array([0, 2])).mean[0], 0, atol=large / 1e9)


@pytest.mark.usefixtures("small")
@many_examples
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_an_overview_grows_within_bounds(sittings: list[int]) -> None:
    """However points come, an overview has few blocks, of all points, and its blocks are about equally large."""
    step = np.arange(sum(sittings))
    values = np.random.default_rng(0).normal(size=len(step))
    known = None
    begin = 0
    for count in sittings:
        end = begin + count
        more = overview.of_stretches((step[begin:end],), values[begin:end])
        known = overview.extended(known, more)
        begin = end
    assert known is not None
    assert known.size <= overview.MOST
    assert_blocks(known, step, values)


@pytest.mark.usefixtures("small")
def test_a_long_overview_stays_fine() -> None:
    """An overview that was merged has at least half of the blocks it may have, unless the points are few."""
    known = None
    for begin in range(0, 5000, 16):
        step = np.arange(begin, begin + 16)
        known = overview.extended(known, overview.of_stretches((step,), step / 1.0))
    assert known is not None
    assert known.size >= overview.MOST // 2


def test_buckets_are_few_and_even() -> None:
    """Buckets are at most as many as asked for, and of about equally many points."""
    step = np.arange(64_000)
    blocks = overview.of_stretches((step,), np.zeros(len(step)))
    buckets = overview.bucketed(blocks, 300)
    assert buckets.size == 300
    assert set(buckets.points.tolist()) == {3 * 64, 4 * 64}
    assert overview.bucketed(blocks, 5000).size == blocks.size
