"""`roc_curve` and `pr_curve`: what a classifier's scores are worth at each threshold, one curve a class."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once, termwarn
from trailmark.errors import MediaError
from trailmark.plot.columns import table_of
from trailmark.plot.custom import plot_table
from trailmark.plot.rates import Curve, at_recalls, precision_recall, rank, roc
from trailmark.plot.targets import one_versus_rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.media.chart import Chart
    from trailmark.plot.rates import Ranking
    from trailmark.plot.targets import OneClass


def roc_curve(
    y_true: Any,
    y_probas: Any,
    labels: Sequence[Any] | None = None,
    classes_to_plot: Sequence[Any] | None = None,
    title: str = "ROC curve",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw the true positive rate over the false positive rate, each class against the rest, with its area.

    The table has the columns class, fpr, tpr, threshold and auc. Rates and areas are exact; points on straight lines
    are left out, and of more than 2,000 a class those nearest to even distances along the curve are kept.

    Args:
        y_true: (n,), the classes: integers or strings, of a list, array or tensor.
        y_probas: (n, classes), scores of any scale, higher for the class; or (n,), those of the second of two classes.
        labels: the names of the columns of `y_probas`, or, where `y_true` has strings, which class each column is.
        classes_to_plot: some of the classes, by value or by name.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: shapes, classes and names do not agree, there is NaN, or all samples are of one class.
    """
    classes = one_versus_rest(y_true, y_probas, labels, classes_to_plot)
    usable = _usable(classes, [one for one in classes if 0 < one.is_class.sum() < len(one.is_class)], "ROC curve")
    drawn = [(one, roc(rank(one.is_class, one.scores))) for one in usable]
    names, curves = _columns("roc_curve", drawn)
    table = table_of(**{"class": names}, fpr=curves.x, tpr=curves.y, threshold=curves.thresholds, auc=_areas(drawn))
    return plot_table("roc_curve", table, {}, {"title": title}, split_table)


def pr_curve(
    y_true: Any,
    y_probas: Any,
    labels: Sequence[Any] | None = None,
    classes_to_plot: Sequence[Any] | None = None,
    interp_size: int | None = None,
    title: str = "Precision-recall curve",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw the precision over the recall, each class against the rest, with its average precision.

    The table has the columns class, recall, precision, threshold, average_precision and frequency (the share of the
    class in `y_true`, which is the precision of taking every sample). Values are exact, not smoothed: precision may
    rise and fall. Of more than 2,000 points a class, the first, last, lowest and highest of each 500th of the recall
    are kept.

    Args:
        y_true: (n,), the classes: integers or strings, of a list, array or tensor.
        y_probas: (n, classes), scores of any scale, higher for the class; or (n,), those of the second of two classes.
        labels: the names of the columns of `y_probas`, or, where `y_true` has strings, which class each column is.
        classes_to_plot: some of the classes, by value or by name.
        interp_size: the precision at this many even recalls, 2 or more, instead of all (W&B's default is 21).
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: shapes, classes and names do not agree, there is NaN, or no sample is of the classes.
    """
    size = _size(interp_size)
    classes = one_versus_rest(y_true, y_probas, labels, classes_to_plot)
    usable = _usable(classes, [one for one in classes if one.is_class.any()], "precision-recall curve")
    drawn = [(one, _precision_recall(rank(one.is_class, one.scores), size)) for one in usable]
    names, curves = _columns("pr_curve", drawn)
    table = table_of(
        **{"class": names},
        recall=curves.x,
        precision=curves.y,
        threshold=curves.thresholds,
        average_precision=_areas(drawn),
        frequency=[share for one, curve in drawn for share in [float(one.is_class.mean())] * len(curve.x)],
    )
    strings = {"title": title, "interpolate": "" if size is None else "linear"}
    return plot_table("pr_curve", table, {}, strings, split_table)


def _precision_recall(ranking: Ranking, size: int | None) -> Curve:
    return precision_recall(ranking) if size is None else at_recalls(ranking, size)


def _size(interp_size: Any) -> int | None:
    if interp_size is None:
        return None
    try:
        size = operator.index(interp_size)
    except TypeError:
        size = 0
    if size < 2:  # noqa: PLR2004
        raise MediaError(f"interp_size is how many recalls to take, 2 or more, or None for all, got {interp_size!r}")
    return size


def _usable(classes: list[OneClass], usable: list[OneClass], curve: str) -> list[OneClass]:
    """Return the classes that have a curve, and warn of those that have none.

    Raises:
        MediaError: none has.
    """
    for one in classes:
        share = one.is_class.mean()
        which = "none" if share == 0 else "all"
        lack = f"{which} of the {len(one.is_class):,} samples of y_true are of the class {one.name!r}"
        if not usable:
            raise MediaError(f"there is nothing to draw: {lack}, which makes no {curve}")
        if all(one is not other for other in usable):
            termwarn(f"{lack}: it has no {curve} and is left out", repeat=False)
    return usable


def _columns(what: str, drawn: list[tuple[OneClass, Curve]]) -> tuple[list[str], Curve]:
    """Return the class of each row, and all curves as one; say which of them were thinned."""
    import numpy as np

    for one, curve in drawn:
        if curve.thinned_from is not None:
            say_once(
                f"{what}: thinned",  # whatever the numbers, as a chart may be logged each epoch
                f"{what}: of the {curve.thinned_from:,} points of class {one.name!r}, the {len(curve.x):,} that keep "
                "its shape are drawn; the area is of all",
            )
    curves = [curve for _, curve in drawn]
    joined = Curve(
        x=np.concatenate([curve.x for curve in curves]),
        y=np.concatenate([curve.y for curve in curves]),
        thresholds=np.concatenate([curve.thresholds for curve in curves]),
        area=0.0,
    )
    return [one.name for one, curve in drawn for _ in curve.x], joined


def _areas(drawn: list[tuple[OneClass, Curve]]) -> list[float]:
    return [curve.area for _, curve in drawn for _ in curve.x]
