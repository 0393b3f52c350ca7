"""Learning curves, against scikit-learn's own."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.model_selection import GroupKFold, ShuffleSplit, learning_curve
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_learning_curve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

X, Y = load_iris(return_X_y=True)
ORDER = np.random.RandomState(0).permutation(150)
MIXED = X[ORDER], Y[ORDER]
SIZES = np.linspace(0.1, 1, 5)


def columns(chart: Any) -> dict[str, Any]:
    """Return the columns of a chart's table."""
    return {name: np.asarray(chart.table.get_column(name)) for name in chart.table.columns}


def assert_same(chart: Any, sizes: Any, on_train: Any, on_test: Any) -> None:
    """The table has what scikit-learn's curve has."""
    found = columns(chart)
    assert found["dataset"].tolist() == ["train", "test"] * len(sizes)
    np.testing.assert_array_equal(found["train_size"], np.repeat(sizes, 2))
    expected = np.column_stack([on_train.mean(axis=1), on_test.mean(axis=1)]).reshape(-1)
    np.testing.assert_allclose(found["score"], expected, rtol=1e-12)
    spread = np.column_stack([on_train.std(axis=1), on_test.std(axis=1)]).reshape(-1)
    np.testing.assert_allclose(found["std"], spread, atol=1e-12)
    assert (found["fit_time_s"] > 0).all()


@pytest.mark.parametrize(
    ("model", "data", "options"),
    [
        (GaussianNB(), MIXED, {}),
        (GaussianNB(), (X, Y), {"shuffle": True, "random_state": 3}),
        (GaussianNB(), (X, np.array(["a", "b", "c"])[Y]), {"shuffle": True, "random_state": 3, "cv": 3}),
        (make_pipeline(StandardScaler(), LogisticRegression()), MIXED, {"train_sizes": [20, 60, 100]}),
        (LinearRegression(), load_diabetes(return_X_y=True), {"scoring": "neg_mean_absolute_error"}),
        (SVC(kernel="precomputed"), (MIXED[0] @ MIXED[0].T, MIXED[1]), {}),
        (GaussianNB(), MIXED, {"cv": ShuffleSplit(3, random_state=0)}),
        (GaussianNB(), MIXED, {"cv": GroupKFold(3), "groups": np.arange(150) % 7}),
        (MultinomialNB(), (scipy.sparse.csr_matrix(MIXED[0]), MIXED[1]), {"train_sizes": [0.5, 1.0]}),
        (GaussianNB(), (pd.DataFrame(MIXED[0]), pd.Series(MIXED[1])), {}),
    ],
    ids=[
        "plain",
        "shuffled",
        "words",
        "pipeline",
        "regressor",
        "kernel",
        "splitter",
        "groups",
        "sparse",
        "frame",
    ],
)
def test_as_scikit_learn_has_it(begin: Callable[..., Run], model: Any, data: Any, options: dict[str, Any]) -> None:
    """Sizes, means and standard deviations are those of `learning_curve` with the same arguments."""
    begin()
    chart = plot_learning_curve(model, *data, **options)
    assert_same(chart, *learning_curve(model, *data, **{"train_sizes": SIZES, **options}))


def test_several_jobs(begin: Callable[..., Run]) -> None:
    """Scores are the same if two clones are fitted at once (here by threads, which begin faster than processes)."""
    begin()
    with pytest.importorskip("joblib").parallel_backend("threading"):
        chart = plot_learning_curve(GaussianNB(), *MIXED, n_jobs=2)
    assert_same(chart, *learning_curve(GaussianNB(), *MIXED, train_sizes=SIZES))


def test_is_logged(begin: Callable[..., Run], root: Path) -> None:
    """The chart is under its key."""
    run = begin()
    chart = plot_learning_curve(GaussianNB(), *MIXED, cv=2, train_sizes=[1.0])
    run.finish()
    assert trailmark.Api(root).run(run.path).series("learning_curve").value == [chart]
    assert chart.spec["title"]["text"] == "Learning curve of GaussianNB"


def test_nothing_moves(begin: Callable[..., Run], digest: Callable[[Any], str]) -> None:
    """A model that draws from the global generators leaves them, itself and a given generator where they are."""
    begin()
    model = SGDClassifier(max_iter=5, tol=None).fit(*MIXED)
    given = np.random.RandomState(5)

    def state() -> tuple[Any, ...]:
        return random.getstate(), digest(np.random.get_state()), digest(given), digest(model)  # noqa: NPY002

    before = state()
    plot_learning_curve(model, *MIXED, cv=2, shuffle=True, random_state=given)
    plot_learning_curve(model, *MIXED, cv=ShuffleSplit(2), shuffle=True)
    assert state() == before


def test_sizes_of_one_class(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Where y is sorted, sizes with one class are left out, and it is said what to do."""
    begin()
    chart = plot_learning_curve(GaussianNB(), X, Y)
    sizes, on_train, on_test = learning_curve(GaussianNB(), X, Y, train_sizes=SIZES)
    first = np.flatnonzero(sizes > 40)[0]  # each class has 40 samples in a training fold
    assert_same(chart, sizes[first:], on_train[first:], on_test[first:])
    told = capsys.readouterr().err
    assert "up to 66 training samples do not hold all 3 classes" in told
    assert "shuffle=True" in told


def test_missing_targets(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Samples without a target are left out, which is said."""
    begin()
    samples, y = load_diabetes(return_X_y=True)
    y[::10] = np.nan
    chart = plot_learning_curve(LinearRegression(), samples, y, cv=2)
    kept = ~np.isnan(y)
    assert_same(chart, *learning_curve(LinearRegression(), samples[kept], y[kept], cv=2, train_sizes=SIZES))
    assert "leaves out 45 samples" in capsys.readouterr().err


def test_fits_that_fail(begin: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """A size that cannot be fitted is left out, and the curve is drawn of the others."""
    begin()
    chart = plot_learning_curve(SVC(gamma=1e-3), *MIXED, train_sizes=[1, 120])
    assert columns(chart)["train_size"].tolist() == [120, 120]
    assert "sizes with one class are left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train_sizes": [0.0, 1.0]}, r"shares in \(0, 1\]"),
        ({"train_sizes": [1000]}, "from 1 to 120"),
        ({"train_sizes": []}, "train_sizes must hold"),
        ({"cv": 100}, "cannot split 150 samples"),
        ({"scoring": lambda *_data: 1 / 0}, "could fit none of 25 clones"),
    ],
)
def test_misuse(begin: Callable[..., Run], options: dict[str, Any], message: str) -> None:
    """What cannot be right raises an error that says what was got."""
    begin()
    with pytest.raises(UsageError, match=message):
        plot_learning_curve(GaussianNB(), *MIXED, **options)
