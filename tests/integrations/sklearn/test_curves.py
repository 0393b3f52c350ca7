"""ROC and precision-recall curves, beside scikit-learn's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import label_binarize

import trailmark
from trailmark.errors import NoRunError, UsageError
from trailmark.sklearn import plot_precision_recall, plot_roc
from trailmark.sklearn.curves import MACRO, MICRO, precision_recall_chart, roc_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart

Array = np.ndarray[Any, Any]


@pytest.fixture
def scored(flowers: Any, iris: Any) -> tuple[Array, Array]:
    """Return true classes and probabilities, some of which are equal."""
    return iris.y_test, flowers.predict_proba(iris.X_test[:, :2]).round(2)


def curve(chart: Chart, name: str, *columns: str) -> Array:
    """Return the points of a class, (points, columns)."""
    classes = np.asarray(chart.table.get_column("class"))
    return np.column_stack([np.asarray(chart.table.get_column(column))[classes == name] for column in columns])


def of_each(chart: Chart, column: str) -> dict[str, float]:
    """Return the one value of each class, in the order of the classes."""
    return dict(zip(chart.table.get_column("class"), chart.table.get_column(column), strict=True))


def test_roc_is_logged(begin: Callable[..., Run], root: Path, scored: tuple[Array, Array]) -> None:
    """The chart is under its key, and comes back as it was returned."""
    run = begin()
    chart = plot_roc(*scored)
    run.finish()
    assert list(trailmark.Api(root).run(run.path).series("roc").value) == [chart]
    assert chart.table.columns == ["class", "fpr", "tpr", "threshold", "auc"]


def test_roc_is_that_of_scikit_learn(scored: tuple[Array, Array]) -> None:
    """Each class has the points and the area of RocCurveDisplay's."""
    y, scores = scored
    chart = roc_chart(y, scores)
    for place in range(3):
        found = curve(chart, str(place), "fpr", "tpr", "threshold")
        display = metrics.RocCurveDisplay.from_predictions(y == place, scores[:, place], drop_intermediate=True)
        corners = _corners(display.fpr, display.tpr)
        np.testing.assert_allclose(found[:, :2], corners, rtol=1e-12)
        assert of_each(chart, "auc")[str(place)] == pytest.approx(display.roc_auc, rel=1e-12)
        assert found[0, 2] == np.inf


def _corners(x: Array, y: Array) -> Array:
    """Return the points at which a curve turns."""
    dx, dy = np.diff(x), np.diff(y)
    turns = np.abs(dx[:-1] * dy[1:] - dx[1:] * dy[:-1]) > 1e-12
    kept = np.concatenate([[True], turns, [True]])
    return np.column_stack([x[kept], y[kept]])


def test_averages_are_those_of_scikit_learn(scored: tuple[Array, Array]) -> None:
    """Micro and macro averages have scikit-learn's areas, and their curves enclose them."""
    y, scores = scored
    chart = roc_chart(y, scores)
    hot = label_binarize(y, classes=[0, 1, 2])
    for name, average in ((MICRO, "micro"), (MACRO, "macro")):
        expected = metrics.roc_auc_score(hot, scores, average=average)
        points = curve(chart, name, "fpr", "tpr")
        assert of_each(chart, "auc")[name] == pytest.approx(expected, rel=1e-12)
        assert metrics.auc(points[:, 0], points[:, 1]) == pytest.approx(expected, rel=1e-9)
    pr = precision_recall_chart(y, scores)
    expected = metrics.average_precision_score(hot, scores, average="micro")
    assert of_each(pr, "average_precision")[MICRO] == pytest.approx(expected, rel=1e-12)


def test_averages_are_left_out_if_asked(scored: tuple[Array, Array]) -> None:
    """plot_micro and plot_macro mean what they say."""
    classes = ["0", "1", "2"]
    assert list(of_each(roc_chart(*scored, plot_micro=False), "auc")) == [*classes, MACRO]
    assert list(of_each(roc_chart(*scored, plot_macro=False), "auc")) == [*classes, MICRO]
    assert list(of_each(precision_recall_chart(*scored, plot_micro=False), "frequency")) == classes


def test_precision_recall_is_that_of_scikit_learn(scored: tuple[Array, Array]) -> None:
    """Each class has points and average precision of PrecisionRecallDisplay's."""
    y, scores = scored
    chart = precision_recall_chart(y, scores)
    for place in range(3):
        display = metrics.PrecisionRecallDisplay.from_predictions(y == place, scores[:, place])
        theirs = {(round(r, 12), round(p, 12)) for r, p in zip(display.recall, display.precision, strict=True)}
        ours = {(round(r, 12), round(p, 12)) for r, p in curve(chart, str(place), "recall", "precision")}
        assert ours <= theirs
        assert {r for r, _ in ours} == {r for r, _ in theirs}
        assert of_each(chart, "average_precision")[str(place)] == pytest.approx(display.average_precision, rel=1e-12)
        assert of_each(chart, "frequency")[str(place)] == pytest.approx((y == place).mean())


@pytest.mark.parametrize("shape", ["(n,)", "(n, 1)", "(n, 2)"])
def test_two_classes(shape: str) -> None:
    """One score a sample is of the second class; with one each, both have a curve; averages would repeat them."""
    y, score = np.array(["no", "yes", "no", "yes"]), np.array([0.1, 0.4, 0.35, 0.3])
    given = {"(n,)": score, "(n, 1)": score[:, None], "(n, 2)": np.column_stack([1 - score, score])}[shape]
    chart = roc_chart(y, given)
    assert list(of_each(chart, "auc")) == (["no", "yes"] if shape == "(n, 2)" else ["yes"])
    assert of_each(chart, "auc")["yes"] == metrics.roc_auc_score(y == "yes", score) == 0.75


def test_decision_function(iris: Any) -> None:
    """Scores of any scale are as good as probabilities."""
    model = RidgeClassifier().fit(iris.X_train[:, :2], iris.y_train)
    scores = model.decision_function(iris.X_test[:, :2])
    areas = of_each(roc_chart(iris.y_test, scores), "auc")
    assert areas["1"] == pytest.approx(metrics.roc_auc_score(iris.y_test == 1, scores[:, 1]))


@pytest.mark.parametrize("as_list", [False, True])
def test_several_labels_a_sample(*, as_list: bool) -> None:
    """Each column of zeros and ones is a class; scores may be scikit-learn's list of (n, 2)."""
    y = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    scores = np.array([[0.9, 0.1], [0.3, 0.8], [0.4, 0.2], [0.1, 0.3]])
    given = [np.column_stack([1 - column, column]) for column in scores.T] if as_list else scores
    chart = roc_chart(y, given, labels=["red", "round"])
    areas = of_each(chart, "auc")
    assert list(areas) == ["red", "round", MICRO, MACRO]
    assert areas["red"] == metrics.roc_auc_score(y[:, 0], scores[:, 0])
    assert areas[MICRO] == pytest.approx(metrics.roc_auc_score(y, scores, average="micro"))


def test_chosen_classes(scored: tuple[Array, Array]) -> None:
    """Some classes are drawn, by value or name; averages stay those of all."""
    every, some = (roc_chart(*scored, labels=["a", "b", "c"], classes_to_plot=which) for which in (None, ["b", "c"]))
    assert list(of_each(some, "auc")) == ["b", "c", MICRO, MACRO]
    assert of_each(some, "auc")[MACRO] == of_each(every, "auc")[MACRO]


def test_class_that_does_not_occur(capsys: pytest.CaptureFixture[str]) -> None:
    """It has no curve, which is said once, and moves no other's column."""
    y, scores = [0, 2, 0, 2], [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4], [0.2, 0.3, 0.5]]
    chart = roc_chart(y, scores)
    assert list(of_each(chart, "auc"))[:2] == ["0", "2"]
    assert of_each(chart, "auc")["2"] == 1
    assert "no curve of 1" in chart.spec["title"]["subtitle"]
    roc_chart(y, scores)
    assert capsys.readouterr().err.count("class 1") == 1


def test_class_unknown_to_the_model() -> None:
    """Samples of a class that the model never saw count as the rest of each class."""
    chart = roc_chart(["a", "b", "c"], [[0.8, 0.2], [0.3, 0.7], [0.5, 0.5]], known=["a", "b"])
    assert list(of_each(chart, "auc")) == ["a", "b"]


def test_missing_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Samples without a class or a score are left out with a warning, and the chart says how many."""
    chart = roc_chart([0, 1, None, 1, 0], [0.1, 0.8, 0.3, np.nan, 0.9])
    assert of_each(chart, "auc") == {"1": 0.5}
    assert chart.spec["title"]["subtitle"] == "2 of 5 samples have no value and are left out"
    assert "leaves out samples" in capsys.readouterr().err


@pytest.mark.parametrize("draw", [roc_chart, precision_recall_chart])
@pytest.mark.parametrize(
    ("y", "scores", "message"),
    [
        ([1, 1, 1], [0.1, 0.2, 0.3], None),
        ([0, 0, 0], [0.1, 0.2, 0.3], "nothing to draw"),
        ([0, 1, 2], [0.1, 0.2, 0.3], "2 columns of scores, and 3 classes"),
        ([0, 1], [0.1, 0.2, 0.3], "y_true has 2, y_probas has 3"),
        ([0, 1], ["a", "b"], "scores of samples"),
        ([0, 1], np.zeros((2, 2, 2, 1)), r"got \(2, 2, 2, 1\)"),
        ([[0, 1], [1, 0]], [0.1, 0.2], "a score for each column"),
        ([0.5, 1], [0.1, 0.2], "is this a regression"),
    ],
)
def test_what_cannot_be_drawn(draw: Any, y: Any, scores: Any, message: str | None) -> None:
    """The error says what was got; samples of one class have a precision, but no ROC curve."""
    if message is None and draw is precision_recall_chart:
        assert of_each(draw(y, scores), "average_precision") == {"1": 1.0}
        return
    with pytest.raises(UsageError, match=message or "nothing to draw"):
        draw(y, scores)


def test_many_classes() -> None:
    """Of more than 20 classes the worst are drawn, and the averages are of all."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(60), 10)
    scores = rng.random((600, 60))
    scores[np.arange(600), y] += np.linspace(0, 1, 60)[y]
    areas = of_each(roc_chart(y, scores), "auc")
    every = metrics.roc_auc_score(label_binarize(y, classes=range(60)), scores, average=None)
    worst = sorted(np.argsort(every, kind="stable")[:20].tolist())
    assert list(areas) == [*map(str, worst), MICRO, MACRO]
    assert areas[MACRO] == pytest.approx(every.mean())


def test_macro_average_of_long_curves() -> None:
    """The mean of curves with more points than are kept encloses the area that it claims, to a thousandth."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 30_000)
    scores = rng.random((30_000, 3))
    scores[np.arange(30_000), y] += 0.3
    chart = roc_chart(y, scores)
    points = curve(chart, MACRO, "fpr", "tpr")
    assert len(points) <= 2 * 2001
    assert metrics.auc(points[:, 0], points[:, 1]) == pytest.approx(of_each(chart, "auc")[MACRO], abs=1e-3)


def test_averages_of_too_many_scores(monkeypatch: pytest.MonkeyPatch, scored: tuple[Array, Array]) -> None:
    """The micro average of very many scores is of a part of the samples, as the chart says."""
    monkeypatch.setattr("trailmark.sklearn.curves._MOST_ENTRIES", 60)
    chart = roc_chart(*scored)
    assert "micro average of 20 of 38 samples, drawn at random" in chart.spec["title"]["subtitle"]


def test_averages_are_grey(scored: tuple[Array, Array]) -> None:
    """Averages have no colour of a class, whatever the class is called."""
    spec = roc_chart(*scored, labels=["it's", 'a "class"', "c"]).spec
    layer = next(layer for layer in spec["layer"] if layer["encoding"].get("color", {}).get("field") == "_series")
    palette = layer["encoding"]["color"]["scale"]["range"]
    assert palette[3] == palette[4] == spec["config"]["axis"]["labelColor"]
    assert len(set(palette[:3])) == 3


def test_without_a_run(scored: tuple[Array, Array]) -> None:
    """Both say what is missing before they compute."""
    for plot in (plot_roc, plot_precision_recall):
        with pytest.raises(NoRunError, match=r"trailmark\.init"):
            plot(*scored)
