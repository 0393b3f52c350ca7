"""`confusion_matrix`: how often samples of each class were taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError
from trailmark.plot.columns import table_of
from trailmark.plot.custom import plot_table
from trailmark.plot.targets import checked_names, class_places, class_vector, column_classes, score_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from trailmark.media.chart import Chart

    Array = np.ndarray[Any, Any]

_MAX_FULL = 100  # classes; of more, only the diagonal and the cells with samples are kept


def confusion_matrix(
    probs: Any = None,
    y_true: Any = None,
    preds: Any = None,
    class_names: Sequence[Any] | None = None,
    title: str = "Confusion matrix",
    split_table: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
) -> Chart:
    """Draw a matrix of counts: actual classes are rows, predicted ones columns.

    The table has the columns Actual, Predicted and nPredictions, row by row of the matrix; with more than 100 classes
    only the diagonal and the cells that have samples. Colours are shares of the row: the diagonal's is the recall.

    Args:
        probs: (n, classes), scores of which the highest is the prediction, the first of equal ones.
        y_true: (n,), the classes: integers from 0, which are places in `class_names`, or other integers or strings,
            which stand in `class_names` themselves.
        preds: (n,), the predicted classes, instead of `probs`.
        class_names: the names in the order of the matrix, which are those of the columns of `probs`; by default the
            sorted classes that occur.
        title: what stands above.
        split_table: keep the table apart from the chart where both are listed.

    Raises:
        MediaError: neither or both of `probs` and `preds` are given, lengths do not agree, or a class has no name.
    """
    import numpy as np

    if y_true is None or (probs is None) == (preds is None):
        raise MediaError("confusion_matrix takes y_true and either probs (n, classes) or preds (n,)")
    truth = class_vector(y_true, "y_true")
    names = checked_names(class_names, "class_names")
    if probs is not None:
        actual, predicted, shown = _by_scores(truth, probs, names)
    else:
        actual, predicted, shown = _by_classes(truth, class_vector(preds, "preds"), names)
    size = len(shown)
    counts = np.bincount(actual * size + predicted, minlength=size * size)
    if size > _MAX_FULL:
        on_diagonal = np.arange(size) * (size + 1)
        cells = np.union1d(np.flatnonzero(counts), on_diagonal)
    else:
        cells = np.arange(size * size)
    table = table_of(
        Actual=[shown[cell // size] for cell in cells.tolist()],
        Predicted=[shown[cell % size] for cell in cells.tolist()],
        nPredictions=counts[cells],
    )
    return plot_table("confusion_matrix", table, {}, {"title": title}, split_table)


def _by_scores(truth: Array, probs: Any, names: list[Any] | None) -> tuple[Array, Array, list[str]]:
    """Return the places of actual and predicted classes, and the names."""
    scores = score_matrix(probs, "probs", len(truth))
    if scores.ndim == 1:
        raise MediaError(
            f"probs must have a column a class, shape ({len(truth)}, classes), got {scores.shape}; pass "
            "preds=(probs > 0.5) for two classes"
        )
    classes = column_classes(truth, scores.shape[1], names, ("probs", "class_names"))
    places = class_places(truth, [value for value, _ in classes], "y_true")
    return places, scores.argmax(axis=1), [name for _, name in classes]


def _by_classes(truth: Array, preds: Array, names: list[Any] | None) -> tuple[Array, Array, list[str]]:
    import numpy as np

    if len(truth) != len(preds):
        raise MediaError(f"y_true has {len(truth)} samples, preds has {len(preds)}: both must be as long")
    if names is None and truth.dtype.kind != preds.dtype.kind:
        raise MediaError(
            f"y_true has {_what(truth)}, preds has {_what(preds)}: pass both as one, or class_names with integers"
        )
    found: list[Any] = np.unique(np.concatenate([truth, preds])).tolist() if names is None else names
    # What classes are is decided for both at once: by name if all have one.
    are_places = not {*np.unique(truth).tolist(), *np.unique(preds).tolist()} <= set(found)
    actual = class_places(truth, found, "y_true", are_places=are_places)
    return actual, class_places(preds, found, "preds", are_places=are_places), [str(name) for name in found]


def _what(classes: Array) -> str:
    return f"{'strings' if classes.dtype.kind == 'U' else 'integers'} such as {classes[0].item()!r}"
