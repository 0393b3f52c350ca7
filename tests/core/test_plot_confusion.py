"""The confusion matrix: actual classes are rows, predicted ones columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chart_support import check_fields, draw
from media_support import store
from trailmark.errors import MediaError
from trailmark.plot import confusion_matrix

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.media.chart import Chart

RNG = np.random.default_rng(3)


def _matrix(chart: Chart) -> tuple[list[str], Any]:
    """Return the classes and the counts, (actual, predicted)."""
    names = list(dict.fromkeys(chart.table.get_column("Actual")))
    counts = np.zeros((len(names), len(names)), int)
    for actual, predicted, count in chart.table.data:
        counts[names.index(actual), names.index(predicted)] += count
    return names, counts


def test_orientation() -> None:
    """Two cats taken for a dog stand in the row of cats, under dog."""
    chart = confusion_matrix(y_true=[0, 0, 0, 1], preds=[1, 1, 0, 1], class_names=["cat", "dog"])
    assert chart.table.columns == ["Actual", "Predicted", "nPredictions"]
    assert chart.table.data == [["cat", "cat", 1], ["cat", "dog", 2], ["dog", "cat", 0], ["dog", "dog", 1]]


def test_axes() -> None:
    """Actual classes go down, predicted ones to the right, both in the order of the names."""
    chart = confusion_matrix(y_true=[0, 1], preds=[1, 0], class_names=["z", "a"])
    encoding = chart.spec["encoding"]
    assert (encoding["y"]["field"], encoding["y"]["title"]) == ("Actual", "Actual")
    assert (encoding["x"]["field"], encoding["x"]["title"]) == ("Predicted", "Predicted")
    assert encoding["y"]["sort"] == encoding["x"]["sort"] == ["z", "a"]
    assert check_fields(chart) == {"Actual", "Predicted", "nPredictions"}


def test_shares_are_of_the_row() -> None:
    """What colours a cell is its share of the actual class."""
    first, second, _ = confusion_matrix(y_true=[0, 1], preds=[1, 0]).spec["transform"]
    assert first["groupby"] == ["Actual"]
    assert second["calculate"].startswith("datum._of_actual ? datum['nPredictions'] / datum._of_actual")


@pytest.mark.extra
@pytest.mark.parametrize("kind", [int, str])
def test_counts_as_scikit_learn(kind: type) -> None:
    """Counts are scikit-learn's, in the same places."""
    from sklearn import metrics

    truth, preds = RNG.integers(0, 12, (2, 5000)).astype(kind)
    names, counts = _matrix(confusion_matrix(y_true=truth, preds=preds))
    theirs = metrics.confusion_matrix(truth, preds, labels=[kind(name) for name in names])
    np.testing.assert_array_equal(counts, theirs)


def test_scores() -> None:
    """The highest score is the prediction, the first of equal ones, and absent classes have their place."""
    chart = confusion_matrix([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]], [2, 2], class_names=["a", "b", "c"])
    names, counts = _matrix(chart)
    assert names == ["a", "b", "c"]
    assert counts.tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]


def test_scores_of_strings() -> None:
    """With names the columns of scores are found by them, not by the alphabet."""
    names, counts = _matrix(confusion_matrix([[0.9, 0.1]], ["z"], class_names=["z", "a"]))
    assert names == ["z", "a"]
    assert counts.tolist() == [[1, 0], [0, 0]]


def test_names_may_be_numbers() -> None:
    """Integers that all stand in the names are names; else they are places."""
    assert _matrix(confusion_matrix(y_true=[1, 2], preds=[3, 2], class_names=[1, 2, 3]))[1][0, 2] == 1
    assert _matrix(confusion_matrix(y_true=[0, 2], preds=[2, 1], class_names=[1, 2, 3]))[1][0, 2] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"y_true": [0]}, "either probs .* or preds"),
        ({"y_true": [0], "preds": [0], "probs": [[1, 0]]}, "either probs .* or preds"),
        ({"preds": [0]}, "takes y_true"),
        ({"y_true": [0, 1], "preds": [0]}, "y_true has 2 samples, preds has 1"),
        ({"y_true": [0, 5], "preds": [0, 1], "class_names": ["a", "b"]}, r"y_true has the class 5 \(first at row 1\)"),
        ({"y_true": [0, 1], "preds": [0, -1], "class_names": ["a", "b"]}, "preds has the class -1"),
        ({"y_true": ["a"], "preds": [0]}, "y_true has strings such as 'a', preds has integers"),
        ({"y_true": [0, 1], "probs": [0.1, 0.9]}, "a column a class"),
        ({"y_true": [5], "probs": [[0.1, 0.9]]}, "as class_names"),
        ({"y_true": [0], "preds": [0], "class_names": ["a", "a"]}, "'a' twice"),
    ],
)
def test_bad_input(arguments: Any, words: str) -> None:
    """What does not fit together is named."""
    with pytest.raises(MediaError, match=words):
        confusion_matrix(**arguments)


def test_many_classes() -> None:
    """Of many classes only cells with samples are kept, and all classes, in their order, without numbers."""
    truth = np.arange(150)
    chart = confusion_matrix(y_true=truth, preds=np.where(truth == 7, 3, truth))
    assert len(chart.table) == 151
    assert chart.spec["encoding"]["x"]["sort"] == [str(name) for name in range(150)]
    assert [layer["mark"]["type"] for layer in chart.spec["layer"]] == ["rect"]


def test_read_back(tmp_path: Path) -> None:
    """The counts are those that were logged."""
    chart = confusion_matrix(y_true=[0, 1, 1], preds=[1, 1, 0])
    _, found = store(chart, tmp_path)
    assert found.table == chart.table
    assert found.spec == chart.spec


@pytest.mark.extra
@pytest.mark.parametrize("classes", [2, 20, 150])
def test_drawn(classes: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite draws it without a warning."""
    truth, preds = RNG.integers(0, classes, (2, 5000))
    names = [f'it\'s a "long" name <b> [{number}].x \\' for number in range(classes)]
    assert "<path" in draw(confusion_matrix(y_true=truth, preds=preds, class_names=names), capfd)
