"""`plot_confusion_matrix`: which classes are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.classes import Classes, class_target, classes_of
from trailmark.sklearn.inputs import rows, same_length, say_dropped, without_missing
from trailmark.sklearn.looks import subtitled
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]

_OTHERS = "(others)"
_MANY_CLASSES = 2000  # whose order is that of the rows; it would make the specification large


def plot_confusion_matrix(
    y_true: Any,
    y_pred: Any,
    labels: Any = None,
    true_labels: Sequence[Any] | None = None,
    pred_labels: Sequence[Any] | None = None,
    normalize: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    run: Any = None,
) -> Chart:
    """Log how often samples of each class were taken for which, under `confusion_matrix`.

    Actual classes are rows, predicted ones columns. The table has the columns Actual, Predicted, Count and Share (of
    the samples of the actual class); of more than 100 classes the diagonal and the cells that have samples.

    Args:
        y_true: (n,) classes.
        y_pred: (n,) classes.
        labels: the classes or their names in the order of the matrix, or a dict of names by class.
        true_labels: show the rows of these classes only, by value or name.
        pred_labels: show the columns of these classes only; the others are counted together.
        normalize: write shares into the cells, not counts.
        run: the run to log to; by default the current one.

    Raises:
        UsageError: classes and names do not agree, or samples may be of several classes.
        NoRunError: there is no run.
    """
    run = run_of(run, "plot_confusion_matrix()")
    chart = confusion_chart(y_true, y_pred, labels, true_labels, pred_labels, normalize=normalize)
    return show("confusion_matrix", chart, run)


def confusion_chart(
    y_true: Any,
    y_pred: Any,
    labels: Any = None,
    true_labels: Sequence[Any] | None = None,
    pred_labels: Sequence[Any] | None = None,
    *,
    normalize: bool = False,
    known: Any = None,
) -> Chart:
    """Return the chart of `plot_confusion_matrix`; `known` are the classes of the model."""
    call = "plot_confusion_matrix()"
    actual, predicted = _single(y_true, "y_true"), _single(y_pred, "y_pred")
    n = same_length(call, y_true=actual, y_pred=predicted)
    kept = without_missing(actual, predicted)
    note = "" if kept is None else say_dropped(call, n, len(kept))
    if kept is not None:
        actual, predicted = _single(rows(actual, kept), "y_true"), _single(rows(predicted, kept), "y_pred")
    classes = classes_of(actual, predicted, labels=labels, known=known)
    rows_, columns, counts = _cells(classes, actual, predicted, true_labels, pred_labels)
    of_actual = np.bincount(classes.places(actual, "y_true"), minlength=len(classes))[rows_]
    table = trailmark.Table(columns=[])
    table.add_column("Actual", [classes.names[place] for place in rows_.tolist()])
    table.add_column("Predicted", [[*classes.names, _OTHERS][place] for place in columns.tolist()])
    table.add_column("Count", counts)
    table.add_column("Share", counts / np.maximum(of_actual, 1))
    title = "Confusion matrix"
    chart = trailmark.plot_table("confusion_matrix", table, {"nPredictions": "Count"}, {"title": title})
    order = [*classes.names, _OTHERS]
    for axis in ("x", "y") if len(classes) < _MANY_CLASSES else ():
        chart.spec["encoding"][axis]["sort"] = order
    if normalize:
        _write_shares(chart)
        note = "; ".join(filter(None, ["shares of the actual class", note]))
    return subtitled(chart, note)


def _single(y: Any, name: str) -> Array:
    """Return classes, (n,); of (n, classes) with a single one in each row, which that is."""
    array = class_target(y, name)
    if array.ndim == 1:
        return array
    present = array[without_missing(array)] if without_missing(array) is not None else array
    if (present.sum(axis=1) != 1).any():
        raise UsageError(
            f"{name} has samples of several classes or of none, which have no one place in a confusion matrix: plot "
            "each column by itself"
        )
    places = np.asarray(array.argmax(axis=1), np.float64)
    kept = without_missing(array)
    if kept is None:
        return places.astype(np.int64)
    places[np.setdiff1d(np.arange(len(places)), kept)] = np.nan
    return places


def _cells(
    classes: Classes,
    actual: Array,
    predicted: Array,
    true_labels: Sequence[Any] | None,
    pred_labels: Sequence[Any] | None,
) -> tuple[Array, Array, Array]:
    """Return row, column and count of each cell; the column after the last is that of the classes left out."""
    shown_rows = np.asarray(classes.chosen(true_labels, "true_labels"))
    shown_columns = np.asarray(classes.chosen(pred_labels, "pred_labels"))
    size = len(classes)
    row, column = classes.places(actual, "y_true"), classes.places(predicted, "y_pred")
    to_column = np.full(size, size)
    to_column[shown_columns] = shown_columns
    counts = np.bincount(row * (size + 1) + to_column[column], minlength=size * (size + 1)).reshape(size, size + 1)
    if len(shown_columns) < size:
        shown_columns = np.append(shown_columns, size)
    rows_, columns = (cells.reshape(-1) for cells in np.meshgrid(shown_rows, shown_columns, indexing="ij"))
    if size > 100:  # noqa: PLR2004 (as `trailmark.plot.confusion_matrix`)
        few = (counts[rows_, columns] > 0) | (rows_ == columns)
        rows_, columns = rows_[few], columns[few]
    return rows_, columns, counts[rows_, columns]


def _write_shares(chart: Chart) -> None:
    """Have the cells show shares where they show counts."""
    for layer in chart.spec["layer"]:
        if layer["mark"]["type"] == "text":
            layer["encoding"]["text"] = {"field": "Share", "type": "quantitative", "format": ".0%"}
