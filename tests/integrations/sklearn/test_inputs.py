"""What samples and targets may be, and which of many are drawn."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from trailmark.errors import UsageError
from trailmark.sklearn.inputs import row_count, rows, same_length, sample, target, without_missing

NAMES = ["b", "a", "b"]


@pytest.mark.parametrize(
    "given",
    [
        NAMES,
        tuple(NAMES),
        np.array(NAMES),
        np.array(NAMES, object),
        np.array(NAMES, "S"),
        pandas.Series(NAMES),
        pandas.Series(NAMES, dtype="category"),
        pandas.DataFrame({"y": NAMES}),
        polars.Series(NAMES),
    ],
    ids=lambda given: f"{type(given).__module__}.{type(given).__name__}",
)
def test_strings(given: Any) -> None:
    """Strings are strings, whatever holds them."""
    found = target(given, "y")
    assert found.dtype.kind == "U"
    assert found.tolist() == NAMES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 2], [1, 2]),
        ([True, False], [True, False]),
        (np.array([[1], [2]]), [1, 2]),
        (np.array([1, 2], object), [1, 2]),
        (pandas.Series([1, None], dtype="Int64"), [1.0, None]),
        (sparse.csr_matrix([[0, 1], [1, 1]]), [[0, 1], [1, 1]]),
        (["a", None], ["a", None]),
    ],
)
def test_other_targets(given: Any, expected: list[Any]) -> None:
    """Numbers, booleans, columns, nullable integers and sparse labels are arrays of what they are."""
    found = target(given, "y")
    shown = [None if value != value else value for value in found.tolist()]  # noqa: PLR0124 (NaN)
    assert shown == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "one value a sample, got None"),
        ("abc", "one value a sample"),
        ([], "is empty"),
        (np.zeros((2, 2, 2)), r"\(2, 2, 2\)"),
        (["a", 1], "strings beside 1"),
        (np.array([1], "M8[s]"), "dtype datetime64"),
    ],
)
def test_no_targets(given: Any, message: str) -> None:
    """What is no target is named."""
    given = np.array(given, object) if isinstance(given, list) and given else given
    with pytest.raises(UsageError, match=message):
        target(given, "y")


@pytest.mark.parametrize(
    "X",
    [
        [[1], [2], [3]],
        np.array([[1], [2], [3]]),
        pandas.DataFrame({"a": [1, 2, 3]}),
        polars.DataFrame({"a": [1, 2, 3]}),
        sparse.coo_matrix([[1], [2], [3]]),
        sparse.csr_array([[1], [2], [3]]) if hasattr(sparse, "csr_array") else sparse.csr_matrix([[1], [2], [3]]),
    ],
    ids=lambda X: f"{type(X).__module__}.{type(X).__name__}",  # noqa: N803
)
def test_rows(X: Any) -> None:  # noqa: N803
    """Rows are chosen by their places of whatever holds them, and stay what they are."""
    found = rows(X, np.array([2, 0]))
    assert row_count(found) == 2
    assert row_count(X) == 3
    assert np.asarray(found.toarray() if hasattr(found, "toarray") else found).tolist() == [[3], [1]]
    assert ("Frame" in type(found).__name__) == ("Frame" in type(X).__name__)
    assert rows(X, None) is X


@given(st.integers(1, 300), st.integers(1, 300))
def test_sample(n: int, limit: int) -> None:
    """As many as allowed are drawn, each once, in their order, and the same ones each time."""
    found = sample(n, limit)
    if n <= limit:
        assert found is None
        return
    assert found is not None
    assert len(found) == limit
    assert (np.diff(found) > 0).all()
    assert found[0] >= 0
    assert found[-1] < n
    again = sample(n, limit)
    assert again is not None
    assert again.tolist() == found.tolist()


def test_sample_leaves_the_global_generator() -> None:
    """Drawing samples does not move numpy's generator."""
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    sample(1000, 10)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.integers(8, 50))
def test_sample_by_class(counts: list[int], limit: int) -> None:
    """Each class keeps its share, and one sample at least."""
    group = np.repeat(np.arange(len(counts)), counts)
    found = sample(len(group), limit, stratify=group)
    if found is None:
        assert len(group) <= limit
        return
    kept = np.bincount(group[found], minlength=len(counts))
    assert limit - len(counts) <= len(found) <= limit
    if sum(max(1, count * limit // len(group)) for count in counts) <= limit:
        assert kept.min() >= 1
        assert (np.abs(kept - np.array(counts) * limit / len(group)) <= 1).all()


def test_missing() -> None:
    """Samples without a value in one of the columns are found; infinities are values."""
    y, z = np.array([1.0, np.nan, np.inf, 1.0]), np.array(["a", "b", "c", None], object)
    found = without_missing(y, None, z)
    assert found is not None
    assert found.tolist() == [0, 2]
    assert without_missing(np.array([1, 2]), np.array(["a", "b"])) is None
    with pytest.raises(UsageError, match="none of the 2 samples"):
        without_missing(np.array([np.nan, np.nan]))


def test_same_length() -> None:
    """Other numbers of samples are told with the names of what has them."""
    assert same_length("plot_x()", X=np.zeros((3, 2)), y=[1, 2, 3], y_pred=None) == 3
    with pytest.raises(UsageError, match=r"X has 3, y has 2"):
        same_length("plot_x()", X=np.zeros((3, 2)), y=[1, 2])
