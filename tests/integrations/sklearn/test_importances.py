"""Which features a model goes by, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import trailmark
from trailmark.errors import UsageError
from trailmark.sklearn import plot_feature_importances
from trailmark.sklearn.importances import importances_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run
    from trailmark.plot import Chart

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = (X[:, 1] + 0.2 * X[:, 0] > 0).astype(int) + (X[:, 3] > 1)
FRAME = pandas.DataFrame(X, columns=["age", "income", "height", "weight"])
MIXED = FRAME.assign(colour=np.where(X[:, 0] > 0, "red", "blue"))


def values(chart: Chart) -> dict[str, float]:
    """Return the importance of each feature, in the order of the table."""
    return dict(zip(chart.table.get_column("feature_names"), chart.table.get_column("importances"), strict=True))


def test_of_a_forest(begin: Callable[..., Run], root: Path, digest: Callable[[Any], str]) -> None:
    """They are the forest's, the largest first, with the names of its data frame; the forest stays as it is."""
    model = RandomForestClassifier(5, random_state=0).fit(FRAME, Y)
    before, run = digest(model), begin()
    chart = plot_feature_importances(model)
    run.finish()
    expected = dict(zip(FRAME.columns, model.feature_importances_, strict=True))
    assert values(chart) == dict(sorted(expected.items(), key=lambda item: -item[1]))
    assert list(trailmark.Api(root).run(run.path).series("feature_importances").value) == [chart]
    assert digest(model) == before


def test_of_coefficients() -> None:
    """Coefficients of one output keep their signs, and are ordered without them."""
    model = LinearRegression().fit(X, X @ [1.0, -3.0, 0.5, 2.0])
    found = values(importances_chart(model))
    assert list(found) == ["x1", "x3", "x0", "x2"]
    np.testing.assert_allclose(list(found.values()), [-3, 2, 1, 0.5])


def test_of_several_classes() -> None:
    """Of several classes it is the mean of absolute values, and those of each class are beside it."""
    model = LogisticRegression().fit(FRAME, np.array(["a", "b", "c"])[Y])
    chart = importances_chart(model)
    found = values(chart)
    for place, name in enumerate(FRAME.columns):
        assert found[name] == pytest.approx(np.abs(model.coef_[:, place]).mean())
    row = list(found).index("income")
    assert chart.table.get_column("coef b")[row] == pytest.approx(model.coef_[1, 1])


def test_of_several_outputs() -> None:
    """Rows of a matrix that belong to no classes are averaged."""
    model = Ridge().fit(X, np.column_stack([Y, -Y, 2 * Y]))
    chart = importances_chart(model)
    assert chart.table.columns == ["feature_names", "importances"]
    assert max(values(chart)) == max(f"x{place}" for place in range(4))


def test_of_a_pipeline() -> None:
    """Names are what the steps make of those of the data frame."""
    encode = ColumnTransformer([("number", StandardScaler(), ["age", "income"]), ("word", OneHotEncoder(), ["colour"])])
    model = make_pipeline(encode, LogisticRegression()).fit(MIXED, Y > 0)
    names = ["number__age", "number__income", "word__colour_blue", "word__colour_red"]
    assert sorted(values(importances_chart(model))) == names
    found = values(importances_chart(model))
    assert found["number__income"] == model[-1].coef_[0, 1]


def test_of_a_search() -> None:
    """A search over a pipeline is as good as the pipeline."""
    model = GridSearchCV(make_pipeline(StandardScaler(), SelectKBest(k=2), LogisticRegression()), {}, cv=2)
    model.fit(FRAME, Y > 0)
    names = model.best_estimator_[:-1].get_feature_names_out(list(FRAME.columns))
    assert set(values(importances_chart(model))) == set(names)


def test_names_are_passed_through_a_pipeline() -> None:
    """Names of the columns of X become those that reach the last step."""
    model = make_pipeline(StandardScaler(), SelectKBest(k=2), LogisticRegression()).fit(X, Y > 0)
    kept = np.array(["a", "b", "c", "d"])[model[1].get_support()]
    assert set(values(importances_chart(model, ["a", "b", "c", "d"]))) == set(kept)
    assert set(values(importances_chart(model, ["one", "two"]))) == {"one", "two"}


def test_names_that_transformers_make() -> None:
    """Words and components have the names that their transformers give them."""
    text = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(["good film", "bad film"], [1, 0])
    assert set(values(importances_chart(text))) == {"good", "bad", "film"}
    parts = make_pipeline(PCA(2), LogisticRegression()).fit(X, Y > 0)
    assert set(values(importances_chart(parts))) == {"pca0", "pca1"}


def test_names_that_nobody_knows() -> None:
    """A step that cannot name its output leaves numbers, and no wrong names."""
    model = make_pipeline(FunctionTransformer(lambda X: np.asarray(X)[:, :2]), LogisticRegression())  # noqa: N803
    assert set(values(importances_chart(model.fit(FRAME, Y > 0)))) == {"x0", "x1"}


@pytest.mark.parametrize("names", [["a", "b"], list("abcde")])
def test_wrong_number_of_names(names: list[str]) -> None:
    """Too few or too many names are an error, not a wrong pairing."""
    with pytest.raises(UsageError, match=rf"feature_names has {len(names)} names .* has 4 importances"):
        importances_chart(LogisticRegression().fit(X, Y > 0), names)


def test_of_guests() -> None:
    """Models of xgboost and lightgbm have importances and names of their own."""
    xgboost, lightgbm = pytest.importorskip("xgboost"), pytest.importorskip("lightgbm")
    for model in (xgboost.XGBClassifier(n_estimators=2), lightgbm.LGBMClassifier(n_estimators=2, verbose=-1)):
        found = values(importances_chart(model.fit(FRAME, Y > 0)))
        np.testing.assert_allclose([found[name] for name in FRAME.columns], model.feature_importances_)


@pytest.mark.parametrize("model", [GaussianNB(), SVC()])
def test_model_without_importances(model: Any) -> None:
    """The error names what can be done instead."""
    with pytest.raises(UsageError, match=r"neither feature_importances_ nor coef_: pass permutation"):
        importances_chart(model.fit(X, Y))


def test_sparse_coefficients() -> None:
    """Coefficients that were made sparse are read."""
    model = LogisticRegression().fit(X, Y > 0)
    expected = values(importances_chart(model))
    assert values(importances_chart(model.sparsify())) == expected


def test_number_of_features() -> None:
    """As many as are asked for are kept, and the chart says of how many."""
    chart = importances_chart(LinearRegression().fit(X, X[:, 2]), max_num_features=1)
    assert list(values(chart)) == ["x2"]
    assert "1 of 4 features" in chart.spec["title"]["subtitle"]


def test_permutation(begin: Callable[..., Run], digest: Callable[[Any], str]) -> None:
    """Shuffling gives scikit-learn's means and deviations, of a model without importances, which stays as it is."""
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(FRAME, Y)
    before, run = digest(model), begin()
    chart = plot_feature_importances(model, permutation=(FRAME, Y), n_repeats=3)
    run.finish()
    falls = np.column_stack(
        [permutation_importance(model, FRAME, Y, n_repeats=1, random_state=n)["importances"] for n in range(3)]
    )
    found = values(chart)
    np.testing.assert_allclose([found[name] for name in FRAME.columns], falls.mean(axis=1))
    assert sorted(chart.table.get_column("std")) == pytest.approx(sorted(falls.std(axis=1)))
    assert digest(model) == before


def test_permutation_of_many_samples(begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many samples a part is taken, as the chart says."""
    monkeypatch.setattr("trailmark.sklearn.importances._MOST_PERMUTED", 30)
    begin()
    chart = plot_feature_importances(GaussianNB().fit(X, Y), list("abcd"), permutation=(X, Y), n_repeats=2)
    assert "30 of 60 samples, drawn at random" in chart.spec["title"]["subtitle"]
    assert set(values(chart)) == set("abcd")


def test_arguments_out_of_range(begin: Callable[..., Run]) -> None:
    """Counts below one are refused."""
    begin()
    model = GaussianNB().fit(X, Y)
    with pytest.raises(UsageError, match="max_num_features must be 1"):
        plot_feature_importances(model, max_num_features=0)
    with pytest.raises(UsageError, match="n_repeats must be 1"):
        plot_feature_importances(model, permutation=(X, Y), n_repeats=0)
    with pytest.raises(UsageError, match=r"feature_names has 1 names .* X has 4 columns"):
        plot_feature_importances(model, ["a"], permutation=(X, Y))
