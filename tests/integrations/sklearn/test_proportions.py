"""How frequent classes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_class_proportions
from trailmark.sklearn.proportions import proportions_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart


def counts(chart: Chart) -> dict[tuple[str, str], int]:
    """Return the counts by class and dataset."""
    table = chart.table
    keys = zip(table.get_column("class"), table.get_column("dataset"), strict=True)
    return dict(zip(keys, table.get_column("count"), strict=True))


def test_is_logged(begin: Callable[..., Run], root: Path, iris: Any) -> None:
    """The chart is under its key, and its counts are those of numpy."""
    run = begin()
    chart = plot_class_proportions(iris.y_train, iris.y_test, ["setosa", "versicolor", "virginica"])
    run.finish()
    assert list(trailmark.Api(root).run(run.path).series("class_proportions").value) == [chart]
    expected = {"train": np.bincount(iris.y_train), "test": np.bincount(iris.y_test)}
    for place, name in enumerate(["setosa", "versicolor", "virginica"]):
        for dataset, found in expected.items():
            assert counts(chart)[name, dataset] == found[place]


def test_class_that_one_lacks() -> None:
    """A class without samples in one of them has a row with 0 there."""
    found = counts(proportions_chart(["a", "a"], ["b"]))
    assert found == {("a", "train"): 2, ("a", "test"): 0, ("b", "train"): 0, ("b", "test"): 1}


def test_shares() -> None:
    """Shares are of the samples of each dataset, without those that have no class."""
    chart = proportions_chart(["a", "b", "b", "b", None])
    assert list(chart.table.get_column("share")) == [0.25, 0.75]
    assert "train: 1 of 5 samples" in chart.spec["title"]["subtitle"]


def test_several_labels_a_sample() -> None:
    """Each column is a class of its own."""
    chart = proportions_chart([[1, 1], [0, 1]], labels=["red", "round"])
    assert counts(chart) == {("red", "train"): 1, ("round", "train"): 2}
    assert list(chart.table.get_column("share")) == [0.5, 1.0]


def test_many_classes() -> None:
    """The most frequent are drawn, and the table has all."""
    chart = proportions_chart(np.repeat(np.arange(80), np.arange(1, 81)), np.arange(80))
    assert len(chart.table) == 160
    assert chart.spec["transform"][-1] == {"filter": "datum._rank <= 100"}
    assert chart.spec["title"]["subtitle"] == "the 50 most frequent of 80 classes"


def test_labels_that_do_not_fit() -> None:
    """The error has both counts."""
    with pytest.raises(UsageError, match="labels has 1 names"):
        proportions_chart(["a", "b"], ["a"], labels=["x"])
