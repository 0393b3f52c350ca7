"""Which classes there are, and what they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trailmark.errors import UsageError
from trailmark.sklearn.classes import class_target, classes_of

AB = np.array(["b", "a", "b"])
NUMBERS = np.array([0, 2, 0])


@pytest.mark.parametrize(
    ("y", "options", "values", "names"),
    [
        (AB, {}, ["a", "b"], ["a", "b"]),
        (AB, {"labels": ["b", "a"]}, ["b", "a"], ["b", "a"]),
        (AB, {"labels": ["no", "yes"]}, ["a", "b"], ["no", "yes"]),
        (AB, {"labels": {"a": "A"}}, ["a", "b"], ["A", "b"]),
        (AB, {"known": ["b", "a"]}, ["b", "a"], ["b", "a"]),
        (AB, {"known": ["b"]}, ["b", "a"], ["b", "a"]),
        (NUMBERS, {}, [0, 2], ["0", "2"]),
        (NUMBERS, {"count": 3}, [0, 1, 2], ["0", "1", "2"]),
        (NUMBERS, {"labels": ["x", "y", "z"]}, [0, 1, 2], ["x", "y", "z"]),
        (NUMBERS, {"labels": ["x", "z"]}, [0, 2], ["x", "z"]),
        (NUMBERS, {"labels": {0: "x", "2": "z"}}, [0, 2], ["x", "z"]),
        (NUMBERS, {"known": np.array([0.0, 2.0])}, [0, 2], ["0", "2"]),
        (NUMBERS, {"known": [0, 2], "labels": ["x", "y", "z"]}, [0, 2], ["x", "z"]),
        (NUMBERS == 0, {"labels": ["no", "yes"]}, [False, True], ["no", "yes"]),
    ],
)
def test_classes(y: Any, options: dict[str, Any], values: list[Any], names: list[str]) -> None:
    """Classes come from the model, the labels or the data, and labels name them as lists and as dicts."""
    found = classes_of(y, **options)
    assert (found.values, found.names) == (values, names)


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        ((AB,), {"labels": ["x"]}, "labels has 1 names"),
        ((NUMBERS + 5,), {"labels": ["x", "y", "z"]}, "labels has 3 names"),
        ((AB,), {"labels": "ab"}, "must be a list of names"),
        ((AB,), {"labels": ["x", "x"]}, "the name 'x'"),
        ((AB,), {"labels": {"a": "b"}}, "the name 'b'"),
        ((AB,), {"count": 3}, "3 columns of scores, and 2 classes"),
        ((AB, NUMBERS), {}, "strings in one place and numbers in another"),
    ],
)
def test_labels_that_do_not_fit(targets: Any, options: dict[str, Any], message: str) -> None:
    """Nothing is guessed: the error has both counts."""
    with pytest.raises(UsageError, match=message):
        classes_of(*targets, **options)


def test_places() -> None:
    """Each class has its place; one that is unknown is named."""
    classes = classes_of(AB)
    assert classes.places(AB, "y").tolist() == [1, 0, 1]
    with pytest.raises(UsageError, match="y has the class 'c'"):
        classes.places(np.array(["c"]), "y")


def test_chosen() -> None:
    """Classes are chosen by value and by name."""
    classes = classes_of(NUMBERS, labels=["x", "y", "z"])
    assert classes.chosen(None) == [0, 1, 2]
    assert classes.chosen(["z", 0]) == [0, 2]
    for wanted, message in (([7], "has 7"), ([], "is empty"), ("x", "must be a list")):
        with pytest.raises(UsageError, match=message):
            classes.chosen(wanted)


def test_numbers_with_fractions_are_no_classes() -> None:
    """A regression's target is refused; whole numbers are classes."""
    assert class_target([1.0, 2.0], "y").dtype.kind == "i"
    with pytest.raises(UsageError, match=r"got the number 0\.5"):
        class_target([0.5, 1.0], "y")
    with pytest.raises(UsageError, match="zeros and ones"):
        class_target([[1, 2], [3, 4]], "y")
