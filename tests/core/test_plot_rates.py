"""The rates of a classifier at each threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trailmark.plot.rates import MAX_POINTS, at_recalls, precision_recall, rank, roc

RNG = np.random.default_rng(7)


def _scores(size: int, decimals: int | None) -> tuple[Any, Any]:
    """Return classes and scores, which are rounded to have ties."""
    is_class = RNG.random(size) < 0.3
    scores = RNG.normal(size=size) + is_class
    return is_class, scores if decimals is None else scores.round(decimals)


def test_roc_by_hand() -> None:
    """A tie of both sorts is one slanted step, and counts half."""
    curve = roc(rank(np.array([True, False, True, False]), np.array([0.9, 0.5, 0.5, 0.1])))
    assert curve.x.tolist() == [0, 0, 0.5, 1]
    assert curve.y.tolist() == [0, 0.5, 1, 1]
    assert curve.thresholds.tolist() == [np.inf, 0.9, 0.5, 0.1]
    assert curve.area == 0.875


def test_precision_recall_by_hand() -> None:
    """The precision falls and rises as it does: nothing is made monotone."""
    curve = precision_recall(rank(np.array([True, False, True]), np.array([0.9, 0.5, 0.1])))
    assert curve.x.tolist() == [0, 0.5, 0.5, 1]
    assert curve.y.tolist() == [1, 1, 0.5, 2 / 3]
    assert curve.area == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_infinite_scores() -> None:
    """Scores may be infinite, as those of masked logits are."""
    curve = roc(rank(np.array([True, True, False, False]), np.array([np.inf, np.inf, 0.0, -np.inf])))
    assert curve.area == 1
    assert np.isfinite(curve.x).all()


@pytest.mark.extra
@pytest.mark.parametrize(("size", "decimals"), [(2, None), (50, 0), (1000, 1), (1000, None), (20_000, 2)])
def test_as_scikit_learn(size: int, decimals: int | None) -> None:
    """All rates at all thresholds are scikit-learn's to the last bit, and so are the areas."""
    from sklearn import metrics

    is_class, scores = _scores(size, decimals)
    is_class[:2] = True, False
    ranking = rank(is_class, scores)
    curve = roc(ranking, thin=False)
    for ours, theirs in zip(curve[:3], metrics.roc_curve(is_class, scores, drop_intermediate=False), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert curve.area == pytest.approx(metrics.roc_auc_score(is_class, scores), rel=1e-14)
    curve = precision_recall(ranking, thin=False)
    precision, recall, thresholds = metrics.precision_recall_curve(is_class, scores)
    np.testing.assert_array_equal(curve.x, recall[::-1])
    np.testing.assert_array_equal(curve.y, precision[::-1])
    np.testing.assert_array_equal(curve.thresholds[1:], thresholds[::-1])
    assert curve.area == pytest.approx(metrics.average_precision_score(is_class, scores), rel=1e-14)


@pytest.mark.extra
def test_dropped_points_are_scikit_learns_and_more() -> None:
    """Every corner of the curve that scikit-learn keeps and that bends is kept."""
    from sklearn import metrics

    is_class, scores = _scores(500, 1)
    curve = roc(rank(is_class, scores))
    x, y, _ = metrics.roc_curve(is_class, scores, drop_intermediate=True)
    np.testing.assert_allclose(np.interp(x, curve.x, curve.y), np.interp(x, x, y), atol=1e-15)
    assert len(curve.x) <= len(x)


@pytest.mark.parametrize("decimals", [1, None])
def test_straight_lines_lose_nothing(decimals: int | None) -> None:
    """Without points on straight lines the curve is the same."""
    ranking = rank(*_scores(800, decimals))
    whole, thinned = roc(ranking, thin=False), roc(ranking)
    assert len(thinned.x) < len(whole.x)
    assert thinned.thinned_from is None
    kept = np.isin(whole.thresholds, thinned.thresholds)
    np.testing.assert_array_equal(thinned.y, whole.y[kept])
    area = float(np.sum(np.diff(thinned.x) * (thinned.y[1:] + thinned.y[:-1])) / 2)
    assert area == pytest.approx(whole.area, rel=1e-12)


def test_long_roc_keeps_its_shape() -> None:
    """A curve of 100,000 thresholds is drawn with 2,000 points, and nowhere off by a pixel."""
    ranking = rank(*_scores(100_000, None))
    whole, thinned = roc(ranking, thin=False), roc(ranking)
    assert len(thinned.x) <= MAX_POINTS
    assert thinned.thinned_from is not None
    assert thinned.thinned_from > MAX_POINTS
    assert thinned.area == whole.area
    assert (thinned.x[0], thinned.y[0], thinned.x[-1], thinned.y[-1]) == (0, 0, 1, 1)
    drawn = np.interp(whole.x + whole.y, thinned.x + thinned.y, thinned.y)
    assert np.abs(drawn - whole.y).max() < 1 / MAX_POINTS


def test_long_precision_recall_keeps_its_envelope() -> None:
    """Of each slice of the recall the lowest and the highest precision stay, exactly."""
    ranking = rank(*_scores(100_000, None))
    whole, thinned = precision_recall(ranking, thin=False), precision_recall(ranking)
    assert len(thinned.x) <= MAX_POINTS
    assert thinned.area == whole.area
    slices = MAX_POINTS // 4
    for curve_slice in range(slices):
        bounds = [np.minimum((curve.x * slices).astype(int), slices - 1) == curve_slice for curve in (whole, thinned)]
        assert whole.y[bounds[0]].min() == thinned.y[bounds[1]].min()
        assert whole.y[bounds[0]].max() == thinned.y[bounds[1]].max()


def test_thinned_points_are_of_the_curve() -> None:
    """No point is made up."""
    ranking = rank(*_scores(20_000, None))
    whole, thinned = precision_recall(ranking, thin=False), precision_recall(ranking)
    assert set(zip(*(column.tolist() for column in thinned[:3]), strict=True)) <= set(
        zip(*(column.tolist() for column in whole[:3]), strict=True)
    )


def test_precision_at_even_recalls() -> None:
    """It is the precision at the highest threshold that reaches each recall, found without rounding."""
    is_class, scores = _scores(300, None)
    ranking = rank(is_class, scores)
    curve, whole = at_recalls(ranking, 21), precision_recall(ranking, thin=False)
    positives = int(is_class.sum())
    assert curve.x.tolist() == np.linspace(0, 1, 21).tolist()
    for number, precision in enumerate(curve.y):
        needed = -(-positives * number // 20)  # samples found, rounded up
        first = np.flatnonzero(np.rint(whole.x * positives) >= needed)[0]
        assert precision == whole.y[first]
    assert curve.area == whole.area


def test_recalls_on_the_mark() -> None:
    """A recall of 0.15 of 20 samples is three of them, whatever floating point makes of it."""
    curve = at_recalls(rank(np.ones(20, bool), np.arange(20.0)), 21)
    assert curve.thresholds.tolist() == [np.inf, *range(19, -1, -1)]
