"""True classes, scores and names, brought into one form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.plot.targets import checked_names, class_places, class_vector, column_classes, one_versus_rest


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([0, 2, 1], [0, 2, 1]),
        ([True, False], [1, 0]),
        ([1.0, 0.0], [1, 0]),
        (np.array([[1], [0]], np.uint8), [1, 0]),
        (np.array([3, 1], object), [3, 1]),
        (["b", "a"], ["b", "a"]),
        (np.array([b"b", b"a"]), ["b", "a"]),
        (np.array(["b", "ccc"], object), ["b", "ccc"]),
        ((number for number in (1, 2)), [1, 2]),
        ([np.int8(1), np.array(2)], [1, 2]),
    ],
)
def test_classes(values: Any, found: list[Any]) -> None:
    """Classes of any form become integers or strings."""
    assert class_vector(values, "y_true").tolist() == found


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "empty"),
        ([0.5], r"got 0\.5 at row 0"),
        ([1.0, float("nan")], "got nan at row 1"),
        ([1, None], "got None at row 1"),
        ([1, "1"], "got '1' at row 1 beside others"),
        (["1", 1], "got '1' at row 0"),
        ([[0, 1], [1, 0]], r"shape \(2, 2\); for one-hot"),
        (3, "sequence"),
        ("abc", "sequence"),
        (None, "sequence"),
        ([1 + 2j], "complex"),
        (np.ma.masked_array([1, 2], [False, True]), "masked"),
    ],
)
def test_what_are_no_classes(values: Any, words: str) -> None:
    """What cannot be classes is named, with its row."""
    with pytest.raises(MediaError, match=words):
        class_vector(values, "y_true")


@pytest.mark.parametrize(
    ("truth", "count", "names", "found"),
    [
        ([0, 2], 3, None, [(0, "0"), (1, "1"), (2, "2")]),
        ([0, 2], 3, ["a", "b", "c"], [(0, "a"), (1, "b"), (2, "c")]),
        ([3, 5], 2, None, [(3, "3"), (5, "5")]),
        ([3, 5], 2, ["a", "b"], [(3, "a"), (5, "b")]),
        ([1, 2], 3, [1, 2, 3], [(1, "1"), (2, "2"), (3, "3")]),
        ([-1, 1], 2, None, [(-1, "-1"), (1, "1")]),
        (["x", "y"], 2, None, [("x", "x"), ("y", "y")]),
        (["x", "y"], 3, ["y", "z", "x"], [("y", "y"), ("z", "z"), ("x", "x")]),
    ],
)
def test_classes_of_columns(truth: list[Any], count: int, names: Any, found: Any) -> None:
    """Each column belongs to one class, also where a class does not occur."""
    assert column_classes(np.array(truth), count, names, ("y_probas", "labels")) == found


@pytest.mark.parametrize(
    ("truth", "count", "names", "words"),
    [
        ([0, 1, 2], 3, ["a", "b"], "3 columns, and labels has 2 names"),
        ([1, 7], 3, None, "which column belongs to which class is not known"),
        (["x", "y"], 3, None, "which column belongs to which class is not known"),
        (["cat", "dgo"], 2, ["cat", "dog"], "'dgo', which is none of the names; did you mean 'dog'"),
    ],
)
def test_columns_that_cannot_be_told(truth: list[Any], count: int, names: Any, words: str) -> None:
    """Nothing is guessed when classes, columns and names do not agree."""
    with pytest.raises(MediaError, match=words):
        column_classes(np.array(truth), count, names, ("y_probas", "labels"))


def test_absent_class_moves_no_column() -> None:
    """The column of a class is its own, though another class does not occur in the data."""
    found = one_versus_rest([0, 2], [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], None, None)
    assert [one.name for one in found] == ["0", "1", "2"]
    assert found[2].scores.tolist() == [0.1, 0.6]
    assert found[2].is_class.tolist() == [False, True]
    assert not found[1].is_class.any()


@pytest.mark.parametrize("scores", [[0.2, 0.8], [[0.2], [0.8]], np.array([0.2, 0.8], np.float32)])
def test_one_score_is_that_of_the_second_class(scores: Any) -> None:
    """A score a sample is that of the larger of two classes."""
    (found,) = one_versus_rest(["no", "yes"], scores, None, None)
    assert found.name == "yes"
    assert found.is_class.tolist() == [False, True]
    assert found.scores.tolist() == pytest.approx([0.2, 0.8])


@pytest.mark.parametrize("chosen", [[2, 0], ["c", "a"], np.array([0, 2])])
def test_some_classes(chosen: Any) -> None:
    """Classes are chosen by value or by name, and keep the order of the columns."""
    found = one_versus_rest([0, 1, 2], np.eye(3), ["a", "b", "c"], chosen)
    assert [one.name for one in found] == ["a", "c"]


@pytest.mark.parametrize(
    ("truth", "scores", "chosen", "words"),
    [
        ([0, 1], [[0.1, float("nan")], [0, 1]], None, r"NaN, first at \(0, 1\)"),
        ([0, 1], [["a", "b"], ["c", "d"]], None, "numbers"),
        ([0, 1], [0.1, 0.2, 0.3], None, r"got \(3,\); y_true has 2 samples"),
        ([0, 1], np.zeros((2, 2, 2)), None, r"got \(2, 2, 2\)"),
        ([0, 1, 2], [0.1, 0.2, 0.3], None, "one score a sample, .* y_true has 3"),
        ([0, 1], [0.1, 0.2], [0], "leaves it out"),
        ([0, 1], np.eye(2), [5], "5, which is no class"),
        ([0, 1], np.eye(2), [], "empty"),
        ([0, 1], [[1, 2], [3]], None, "cannot be read as an array"),
    ],
)
def test_scores_that_do_not_fit(truth: Any, scores: Any, chosen: Any, words: str) -> None:
    """Scores of another length or form, and unknown classes, are named."""
    with pytest.raises(MediaError, match=words):
        one_versus_rest(truth, scores, None, chosen)


def test_places() -> None:
    """Classes are found among the names, or are their places."""
    names = ["a", "b", "c"]
    assert class_places(np.array(["c", "a"]), names, "preds").tolist() == [2, 0]
    assert class_places(np.array([2, 0]), names, "preds", are_places=True).tolist() == [2, 0]
    with pytest.raises(MediaError, match=r"preds has the class 3 .first at row 1., but there are 3 classes"):
        class_places(np.array([0, 3]), names, "preds", are_places=True)
    with pytest.raises(MediaError, match=r"'cc'.* did you mean 'c'"):
        class_places(np.array(["cc"]), names, "preds")


@pytest.mark.parametrize(("names", "words"), [(["a", "a"], "'a' twice"), ("abc", "a sequence"), (5, "a sequence")])
def test_names_that_are_none(names: Any, words: str) -> None:
    """Names must be several, each once."""
    with pytest.raises(MediaError, match=words):
        checked_names(names, "labels")


@pytest.mark.extra
def test_values_of_other_libraries() -> None:
    """Tensors and series are read where they are."""
    import jax.numpy as jnp
    import pandas as pd
    import torch

    scores = torch.tensor([[0.9, 0.1], [0.2, 0.8]], dtype=torch.bfloat16, requires_grad=True)
    found = one_versus_rest(pd.Series(["no", "yes"], dtype="category"), scores, None, None)
    assert [one.name for one in found] == ["no", "yes"]
    assert found[1].scores.tolist() == pytest.approx([0.1, 0.8], abs=0.01)
    assert class_vector(jnp.array([1, 0]), "y_true").tolist() == [1, 0]
    assert class_vector(torch.tensor([True, False]), "y_true").tolist() == [1, 0]
