"""The rates of a classifier at each threshold of its score: ROC and precision-recall curves, exact in float64.

The definitions are those of scikit-learn's `roc_curve`, `precision_recall_curve`, `roc_auc_score` and
`average_precision_score`, with which the tests compare; nothing is rounded, smoothed or made monotone. Curves run from
the highest threshold to the lowest. Areas belong to all thresholds, whatever is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_POINTS = 2000  # of one drawn curve: more than a screen has pixels across
_MARGIN = 1e-9  # of a count: 0.15 * 20 in floating point is not to miss 3


class Ranking(NamedTuple):
    """How many samples lie at or above each threshold.

    All three have one value for each distinct score, in descending order of the score.
    """

    thresholds: Array  # float64
    hits: Array  # int64, samples of the class: true positives
    misses: Array  # int64, samples of other classes: false positives


class Curve(NamedTuple):
    """Points of a curve, from the highest threshold to the lowest, and the area under the whole of it."""

    x: Array  # float64, 0 to 1
    y: Array  # float64, 0 to 1
    thresholds: Array  # float64; infinity at the first point, where no sample is taken
    area: float
    thinned_from: int | None = None  # how many points there were, if some that told of its shape were left out


def rank(is_class: Array, scores: Array) -> Ranking:
    """Count samples by threshold.

    Args:
        is_class: (n,), bool: whether a sample is of the class.
        scores: (n,), float64 without NaN, higher for the class.
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    scores, is_class = scores[order], is_class[order]
    last = np.append(np.flatnonzero(scores[1:] != scores[:-1]), len(scores) - 1)  # of each run of equal scores
    hits = np.cumsum(is_class, dtype=np.int64)[last]
    return Ranking(scores[last], hits, last + 1 - hits)


def roc(ranking: Ranking, *, thin: bool = True) -> Curve:
    """Return the false positive rate (x) and the true positive rate (y); there must be samples of both sorts.

    The area is the trapezoids', which gives ties half a point. With `thin`, points on straight lines are left out, and
    of more than `MAX_POINTS` those nearest to even distances along the curve are kept.
    """
    import numpy as np

    hits, misses = np.append(0, ranking.hits), np.append(0, ranking.misses)
    thresholds = np.append(np.inf, ranking.thresholds)
    positives, negatives = int(hits[-1]), int(misses[-1])
    doubled = int((np.diff(misses) * (hits[1:] + hits[:-1])).sum())  # of the area, in counts: no rounding
    area = doubled / (2 * positives * negatives)
    thinned_from = None
    if thin:
        kept = _corners(misses, hits)
        along = hits[kept] / positives + misses[kept] / negatives  # 0 to 2, never falling
        corners, kept = len(kept), kept[_evenly(along, MAX_POINTS)]
        hits, misses, thresholds = hits[kept], misses[kept], thresholds[kept]
        thinned_from = corners if corners > len(kept) else None
    return Curve(misses / negatives, hits / positives, thresholds, area, thinned_from)


def precision_recall(ranking: Ranking, *, thin: bool = True) -> Curve:
    """Return recall (x) and precision (y); there must be samples of the class.

    It begins at recall 0 and precision 1, as scikit-learn has it. The area is the average precision: each rise of the
    recall times the precision there. With `thin`, of points of one recall the first and the last are kept, and of more
    than `MAX_POINTS` the first, last, lowest and highest of each slice of the recall.
    """
    import numpy as np

    positives = int(ranking.hits[-1])
    recall = np.append(0.0, ranking.hits / positives)
    precision = np.append(1.0, ranking.hits / (ranking.hits + ranking.misses))
    thresholds = np.append(np.inf, ranking.thresholds)
    area = float((np.diff(recall) * precision[1:]).sum())
    thinned_from = None
    if thin:
        same = recall[1:] == recall[:-1]
        kept = np.flatnonzero(~(np.append(False, same) & np.append(same, False)))
        corners, kept = len(kept), kept[_envelope(recall[kept], precision[kept], MAX_POINTS // 4)]
        recall, precision, thresholds = recall[kept], precision[kept], thresholds[kept]
        thinned_from = corners if corners > len(kept) else None
    return Curve(recall, precision, thresholds, area, thinned_from)


def at_recalls(ranking: Ranking, size: int) -> Curve:
    """Return the precision at `size` even recalls from 0 to 1.

    That is the precision at the highest threshold which reaches the recall, without interpolation; 1 at recall 0.
    """
    import numpy as np

    positives = int(ranking.hits[-1])
    recalls = np.linspace(0.0, 1.0, size)
    place = np.searchsorted(ranking.hits, np.ceil(recalls * positives - _MARGIN * positives), side="left")
    precision = (ranking.hits / (ranking.hits + ranking.misses))[place]
    thresholds = ranking.thresholds[place]
    precision[0], thresholds[0] = 1.0, np.inf
    return Curve(recalls, precision, thresholds, precision_recall(ranking, thin=False).area)


def _corners(x: Array, y: Array) -> Array:
    """Return the places of the points, given in counts, that do not lie on a line between their neighbours."""
    import numpy as np

    dx, dy = np.diff(x), np.diff(y)
    bends = dx[:-1] * dy[1:] != dx[1:] * dy[:-1]
    return np.flatnonzero(np.concatenate([[True], bends, [True]]))


def _evenly(along: Array, most: int) -> Array:
    """Return the places of at most `most` points, even along the curve, with its ends."""
    import numpy as np

    if len(along) <= most:
        return np.arange(len(along))
    places = np.searchsorted(along, np.linspace(along[0], along[-1], most), side="left")
    places[0], places[-1] = 0, len(along) - 1
    return np.unique(places)


def _envelope(x: Array, y: Array, slices: int) -> Array:
    """Return the places of the first, last, lowest and highest point of each slice of x, which is ascending."""
    import numpy as np

    if len(x) <= 4 * slices:
        return np.arange(len(x))
    number = np.minimum((x * slices).astype(np.int64), slices - 1)
    begins = np.append(0, np.flatnonzero(np.diff(number)) + 1)
    ends = np.append(begins[1:], len(x)) - 1
    by_height = np.lexsort((y, number))  # sorts within slices, whose bounds stay
    return np.unique(np.concatenate([begins, ends, by_height[begins], by_height[ends]]))
