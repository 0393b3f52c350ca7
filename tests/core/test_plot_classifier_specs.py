"""How confusion matrices and curves are drawn."""

from __future__ import annotations

import pytest

from trailmark.media.tables.table import Table
from trailmark.plot.asked import Asked
from trailmark.plot.classifier_specs import area_under_curve, confusion_matrix, pr_curve


def _matrix(classes: int, name: str = "c") -> Asked:
    names = [f"{name}{number}" for number in range(classes)]
    rows = [[actual, predicted, 1] for actual in names for predicted in names]
    return Asked(Table(columns=["a", "p", "n"], data=rows), {"Actual": "a", "Predicted": "p", "nPredictions": "n"}, {})


@pytest.mark.parametrize(("classes", "layers"), [(3, 2), (20, 2), (21, 1)])
def test_numbers_where_they_fit(classes: int, layers: int) -> None:
    """Cells have numbers as long as these can be read."""
    assert len(confusion_matrix(_matrix(classes))["layer"]) == layers


def test_matrix_has_a_bounded_size() -> None:
    """Cells are square, and small when there are many."""
    for classes, step in ((2, 64), (20, 24), (60, 8)):
        spec = confusion_matrix(_matrix(classes))
        assert spec["width"] == spec["height"] == {"step": step}


def test_long_names_are_turned() -> None:
    """Names that are wider than their column are drawn aslant."""
    angles = [
        confusion_matrix(_matrix(3, name))["encoding"]["x"]["axis"]["labelAngle"] for name in ("c", "a long name")
    ]
    assert angles == [0, -45]


def test_order_of_numbers_is_that_of_the_rows() -> None:
    """Classes that are numbers have the order in which they come."""
    table = Table(columns=["a", "p", "n"], data=[[2, 1, 5]])
    spec = confusion_matrix(Asked(table, {"Actual": "a", "Predicted": "p", "nPredictions": "n"}, {}))
    assert spec["encoding"]["x"]["sort"] is None


def test_titles_of_axes() -> None:
    """W&B's texts of a curve are the titles of its axes."""
    asked = Asked(
        Table(columns=["x", "y", "class"], data=[[0.0, 1.0, "a"]]),
        {"x": "x", "y": "y", "class": "class"},
        {"title": "T", "x-axis-title": "Recall", "y-axis-title": ""},
    )
    encoding = area_under_curve(asked)["layer"][0]["encoding"]
    assert (encoding["x"]["title"], encoding["y"]["title"]) == ("Recall", "y")
    assert encoding["y"]["scale"]["domain"] == [0, 1]


def test_curve_without_areas() -> None:
    """A table of rates alone is drawn without areas and shares."""
    asked = Asked(
        Table(columns=["recall", "precision", "class"], data=[[0.0, 1.0, 5]]),
        {"recall": "recall", "precision": "precision", "class": "class"},
        {"title": "", "interpolate": ""},
    )
    spec = pr_curve(asked)
    assert spec["transform"] == [{"calculate": "toString(datum['class'])", "as": "_series"}]
    assert len(spec["layer"]) == 2
