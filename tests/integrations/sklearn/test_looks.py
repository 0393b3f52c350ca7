"""How charts look: Vega-Lite finds nothing wrong with them, and each field is a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

from chart_support import check_fields, draw
from trailmark.sklearn import plot_classifier, plot_feature_importances
from trailmark.sklearn.confusion import confusion_chart
from trailmark.sklearn.looks import drawn, frame, subtitled
from trailmark.sklearn.proportions import proportions_chart
from trailmark.sklearn.summary import summary_chart

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from trailmark import Run


def test_charts_of_a_classifier(begin: Callable[..., Run], iris: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Each is drawn with its title, and names of classes with quotes are texts like others."""
    begin()
    model = LogisticRegression(C=0.01).fit(iris.X_train, iris.y_train)
    capfd.readouterr()
    X_train, X_test, y_train, y_test = iris  # noqa: N806
    names: dict[str, Any] = {"labels": ["it's", 'a "flower"', "<i>"]}
    for key, chart in plot_classifier(model, X_train, X_test, y_train, y_test, **names).items():
        check_fields(chart)
        svg = draw(chart, capfd)
        assert chart.title in svg
        if key in ("confusion_matrix", "class_proportions"):
            assert "it's" in svg


def test_other_charts(begin: Callable[..., Run], iris: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Shares, chosen cells, many classes, spreads and metrics below zero are drawn, too."""
    begin()
    naive = GaussianNB().fit(iris.X_train, iris.y_train)
    line = LinearRegression().fit(iris.X_train[:3], [0, 5, -9])
    many = np.arange(400) % 200
    for chart in (
        confusion_chart(iris.y_train, iris.y_train, normalize=True),
        confusion_chart(iris.y_train, iris.y_train, pred_labels=[1]),
        confusion_chart(many, many),
        proportions_chart(many, many[::2]),
        proportions_chart(iris.y_train),
        plot_feature_importances(naive, permutation=(iris.X_test, iris.y_test), n_repeats=2),
        summary_chart(line, iris.X_train, iris.y_train, iris.X_test, iris.y_test),
    ):
        capfd.readouterr()
        check_fields(chart)
        assert chart.title in draw(chart, capfd)


def test_subtitles_add_up() -> None:
    """What there is to say is joined, and nothing said is no subtitle."""
    spec = {**frame("T"), "mark": "point", "encoding": {"x": {"field": "x"}}}
    chart = drawn(spec, x=[1, 2])
    assert subtitled(chart, "", "").spec["title"] == {"text": "T"}
    assert subtitled(subtitled(chart, "a", ""), "b").spec["title"] == {"text": "T", "subtitle": "a; b"}
