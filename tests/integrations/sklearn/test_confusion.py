"""The confusion matrix, beside scikit-learn's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_confusion_matrix
from trailmark.sklearn.confusion import confusion_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart

TRUE = np.array(["cat", "cat", "cat", "dog", "dog", "cow"])
PREDICTED = np.array(["cat", "dog", "dog", "dog", "cow", "cow"])


def cells(chart: Chart, column: str = "Count") -> dict[tuple[str, str], Any]:
    """Return a column by actual and predicted class."""
    table = chart.table
    keys = zip(table.get_column("Actual"), table.get_column("Predicted"), strict=True)
    return dict(zip(keys, table.get_column(column), strict=True))


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key, and comes back as it was returned."""
    run = begin()
    chart = plot_confusion_matrix(TRUE, PREDICTED)
    run.finish()
    assert list(trailmark.Api(root).run(run.path).series("confusion_matrix").value) == [chart]


def test_is_that_of_scikit_learn() -> None:
    """Counts and shares are ConfusionMatrixDisplay's, with actual classes as rows: not transposed."""
    chart = confusion_chart(TRUE, PREDICTED)
    names = ["cat", "cow", "dog"]
    for column, normalize in (("Count", None), ("Share", "true")):
        display = ConfusionMatrixDisplay(confusion_matrix(TRUE, PREDICTED, normalize=normalize), display_labels=names)
        found = cells(chart, column)
        for row, actual in enumerate(names):
            for place, predicted in enumerate(names):
                assert found[actual, predicted] == pytest.approx(display.confusion_matrix[row, place])
    assert cells(chart)["cat", "dog"] == 2
    assert chart.spec["encoding"]["y"]["title"] == "Actual"


def test_labels_are_an_order_or_names() -> None:
    """Labels that are the classes order the matrix; others are their names."""
    ordered = confusion_chart(TRUE, PREDICTED, labels=["dog", "cow", "cat"])
    assert list(dict.fromkeys(ordered.table.get_column("Actual"))) == ["dog", "cow", "cat"]
    assert ordered.spec["encoding"]["x"]["sort"][:3] == ["dog", "cow", "cat"]
    named = confusion_chart(TRUE == "cat", PREDICTED == "cat", labels=["other", "cat"])
    assert cells(named)["cat", "other"] == 2


def test_rows_and_columns_are_chosen() -> None:
    """Rows are left out as a whole; predictions of other classes are counted together."""
    chart = confusion_chart(TRUE, PREDICTED, true_labels=["cat"], pred_labels=["cat"])
    assert cells(chart) == {("cat", "cat"): 1, ("cat", "(others)"): 2}
    assert cells(chart, "Share")["cat", "(others)"] == pytest.approx(2 / 3)
    assert len(confusion_chart(TRUE, PREDICTED, pred_labels=["cat", "dog", "cow"]).table) == 9


def test_normalized() -> None:
    """Cells show shares, and the table has both."""
    chart = confusion_chart(TRUE, PREDICTED, normalize=True)
    text = next(layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "text")
    assert text["encoding"]["text"]["field"] == "Share"
    assert cells(chart)["cat", "dog"] == 2


def test_class_of_one_side_only() -> None:
    """A class that is never predicted, or never true, has its row and column."""
    chart = confusion_chart(["a", "a"], ["b", "b"])
    assert cells(chart) == {("a", "a"): 0, ("a", "b"): 2, ("b", "a"): 0, ("b", "b"): 0}
    assert cells(chart, "Share")["b", "b"] == 0


def test_many_classes() -> None:
    """Of many classes the diagonal and the cells with samples are kept."""
    y = np.arange(300)
    found = cells(confusion_chart(y, np.roll(y, 1)))
    assert len(found) == 600
    assert sum(found.values()) == 300


def test_one_hot_rows() -> None:
    """Rows of zeros with a single one are that class; samples of several have no place."""
    hot = np.eye(3, dtype=int)
    assert sum(cells(confusion_chart(hot, [0, 1, 2])).values()) == 3
    with pytest.raises(UsageError, match="samples of several classes"):
        confusion_chart([[1, 1, 0]], [0])


def test_missing_values() -> None:
    """Samples without a class are left out, and the chart says how many."""
    chart = confusion_chart(["a", None, "b"], ["a", "a", "b"])
    assert sum(cells(chart).values()) == 2
    assert "1 of 3 samples" in chart.spec["title"]["subtitle"]


@pytest.mark.parametrize(
    ("y_true", "y_pred", "options", "message"),
    [
        ([0, 1], [0], {}, "y_true has 2, y_pred has 1"),
        ([0, 1], ["a", "b"], {}, "strings in one place"),
        ([0, 1], [0, 1], {"true_labels": ["x"]}, "true_labels has 'x'"),
        ([0.5], [0.5], {}, "is this a regression"),
    ],
)
def test_what_cannot_be_drawn(y_true: Any, y_pred: Any, options: dict[str, Any], message: str) -> None:
    """The error says what was got."""
    with pytest.raises(UsageError, match=message):
        confusion_chart(y_true, y_pred, **options)
