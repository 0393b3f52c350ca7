"""ROC and precision-recall curves as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chart_support import check_fields, draw
from media_support import store
from trailmark.errors import MediaError
from trailmark.plot import pr_curve, roc_curve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark.media.chart import Chart

RNG = np.random.default_rng(5)
NAMES = ["cat", "dog", "horse"]


def _predictions(size: int = 400, decimals: int | None = None) -> tuple[Any, Any]:
    """Return true classes and scores of three classes."""
    truth = RNG.integers(0, 3, size)
    scores = RNG.random((size, 3))
    scores[np.arange(size), truth] += 0.5
    return truth, scores if decimals is None else scores.round(decimals)


def _class(chart: Chart, name: str, *columns: str) -> list[Any]:
    """Return columns of the rows of a class."""
    rows = [number for number, found in enumerate(chart.table.get_column("class")) if found == name]
    return [chart.table.get_column(column, convert_to="numpy")[rows] for column in columns]


@pytest.mark.extra
@pytest.mark.parametrize("decimals", [None, 1])
def test_roc_is_scikit_learns(decimals: int | None) -> None:
    """Each class has scikit-learn's rates at the thresholds that are kept, and its area."""
    from sklearn import metrics

    truth, scores = _predictions(decimals=decimals)
    chart = roc_curve(truth, scores, labels=NAMES)
    for place, name in enumerate(NAMES):
        fpr, tpr, thresholds, auc = _class(chart, name, "fpr", "tpr", "threshold", "auc")
        theirs = metrics.roc_curve(truth == place, scores[:, place], drop_intermediate=False)
        kept = np.isin(theirs[2], thresholds)
        assert kept.sum() == len(fpr)
        np.testing.assert_array_equal(fpr, theirs[0][kept])
        np.testing.assert_array_equal(tpr, theirs[1][kept])
        np.testing.assert_allclose(auc, metrics.roc_auc_score(truth == place, scores[:, place]), rtol=1e-14)


@pytest.mark.extra
@pytest.mark.parametrize("decimals", [None, 1])
def test_pr_is_scikit_learns(decimals: int | None) -> None:
    """Each class has scikit-learn's precision at the thresholds that are kept, its average precision and share."""
    from sklearn import metrics

    truth, scores = _predictions(decimals=decimals)
    chart = pr_curve(truth, scores, labels=NAMES)
    for place, name in enumerate(NAMES):
        recall, precision, thresholds, area, frequency = _class(
            chart, name, "recall", "precision", "threshold", "average_precision", "frequency"
        )
        theirs = metrics.precision_recall_curve(truth == place, scores[:, place])
        kept = np.isin(theirs[2], thresholds)
        np.testing.assert_array_equal(precision[:0:-1], theirs[0][:-1][kept])
        np.testing.assert_array_equal(recall[:0:-1], theirs[1][:-1][kept])
        assert (recall[0], precision[0]) == (0, 1)
        np.testing.assert_allclose(area, metrics.average_precision_score(truth == place, scores[:, place]), rtol=1e-14)
        assert set(frequency) == {(truth == place).mean()}


@pytest.mark.parametrize("plot", [roc_curve, pr_curve])
def test_labels_and_choice(plot: Callable[..., Chart]) -> None:
    """Names go with the columns, and chosen classes keep their order."""
    truth, scores = _predictions()
    assert list(dict.fromkeys(plot(truth, scores, NAMES, ["horse", 0]).table.get_column("class"))) == ["cat", "horse"]
    words = np.array(NAMES)[truth]
    assert plot(words, scores, NAMES).table == plot(truth, scores, NAMES).table


@pytest.mark.parametrize("plot", [roc_curve, pr_curve])
def test_scores_of_any_scale(plot: Callable[..., Chart]) -> None:
    """Logits give the curve that their probabilities do."""
    truth, scores = _predictions()
    first = plot(truth == 1, scores[:, 1]).table
    second = plot(truth == 1, np.log(scores[:, 1])).table
    for name in first.columns:
        if name != "threshold":
            assert first.get_column(name) == second.get_column(name)


def test_no_rounding() -> None:
    """Rates keep all their digits."""
    chart = roc_curve([0, 0, 0, 1, 1, 1], [0.1, 0.5, 0.2, 0.4, 0.6, 0.3])
    assert 1 / 3 in chart.table.get_column("tpr")


def test_absent_class_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A class without samples has no curve, which is said, and the others have theirs."""
    chart = roc_curve([0, 1, 0, 1], np.eye(3)[[0, 1, 1, 1]], labels=["a", "b", "lacking-roc"])
    assert set(chart.table.get_column("class")) == {"a", "b"}
    assert "none of the 4 samples of y_true are of the class 'lacking-roc'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("plot", "truth", "words"),
    [
        (roc_curve, [0, 0], "none of the 2 samples .* of the class '1', which makes no ROC curve"),
        (roc_curve, [1, 1], "all of the 2 samples .* of the class '1', which makes no ROC curve"),
        (pr_curve, [0, 0], "none of the 2 samples .* of the class '1', which makes no precision-recall curve"),
    ],
)
def test_one_class_only(plot: Callable[..., Chart], truth: list[int], words: str) -> None:
    """Data of one class have no curve, and the error says why."""
    with pytest.raises(MediaError, match=words):
        plot(truth, [0.2, 0.8])


def test_precision_without_negatives() -> None:
    """Where all samples are of the class, every prediction is right."""
    assert set(pr_curve([1, 1, 1], [0.2, 0.5, 0.8]).table.get_column("precision")) == {1.0}


def test_even_recalls() -> None:
    """`interp_size` gives that many rows a class, joined by straight lines; the areas stay those of all thresholds."""
    truth, scores = _predictions()
    chart, whole = pr_curve(truth, scores, interp_size=21), pr_curve(truth, scores)
    assert len(chart.table) == 3 * 21
    assert chart.table.get_column("recall")[:21] == np.linspace(0, 1, 21).tolist()
    assert set(chart.table.get_column("average_precision")) == set(whole.table.get_column("average_precision"))
    marks = [layer["mark"].get("interpolate") for layer in chart.spec["layer"]]
    assert "linear" in marks
    assert "step-before" in [layer["mark"].get("interpolate") for layer in whole.spec["layer"]]


@pytest.mark.parametrize("size", [1, 0, 2.5, "all"])
def test_sizes_that_are_none(size: Any) -> None:
    """One recall is no curve."""
    with pytest.raises(MediaError, match="2 or more"):
        pr_curve([0, 1], [0.2, 0.8], interp_size=size)


@pytest.mark.parametrize("plot", [roc_curve, pr_curve])
def test_long_input(
    plot: Callable[..., Chart], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many thresholds no more points are kept than can be seen, and that is said."""
    monkeypatch.setattr("trailmark._term._said", set())
    truth, scores = _predictions(60_000)
    chart = plot(truth, scores)
    assert len(chart.table) <= 6000
    assert f"{plot.__name__}: of the " in capsys.readouterr().err


def test_roc_specification() -> None:
    """The curve stands beside the line of chance, in the order of its points, with the area in the legend."""
    chart = roc_curve([0, 1], [0.2, 0.8])
    chance, curve, points = chart.spec["layer"]
    assert chance["data"]["values"] == [{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 1}]
    assert curve["encoding"]["order"] == {"value": None}
    assert "format(datum['auc'], '.3f')" in chart.spec["transform"][0]["calculate"]
    assert points["params"][0]["select"]["nearest"]
    assert check_fields(chart) == {"fpr", "tpr", "class", "auc", "threshold"}


def test_pr_specification() -> None:
    """Each class has the line of its share beside its curve."""
    chart = pr_curve([0, 1], [0.2, 0.8])
    assert chart.spec["layer"][0]["transform"][0]["aggregate"][0]["field"] == "frequency"
    assert check_fields(chart) == {"recall", "precision", "class", "average_precision", "frequency", "threshold"}


def test_read_back(tmp_path: Path) -> None:
    """Every rate comes back as it was, to the last bit."""
    truth, scores = _predictions()
    chart = roc_curve(truth, scores, labels=NAMES)
    _, found = store(chart, tmp_path)
    assert found.table == chart.table


@pytest.mark.extra
@pytest.mark.parametrize("plot", [roc_curve, pr_curve])
@pytest.mark.parametrize("size", [2, 21, None])
def test_drawn(plot: Callable[..., Chart], size: int | None, capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite draws them without a warning."""
    truth, scores = _predictions()
    names = ["it's", '"quoted" \\', "<b> a.b [0]"]
    more = {} if plot is roc_curve else {"interp_size": size}
    assert "<path" in draw(plot(truth, scores, names, **more), capfd)
