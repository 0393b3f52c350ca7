"""`plot_learning_curve`: scores on training and test folds over the number of training samples.

The one that fits most: a clone for each size and fold. The model itself is not fitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import check_cv, learning_curve
from sklearn.utils import check_random_state

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError
from trailmark.sklearn.estimator import kind, name_of, random_kept
from trailmark.sklearn.inputs import row_count, rows, same_length, target, without_missing
from trailmark.sklearn.looks import colours, drawn, frame
from trailmark.sklearn.progress import outcomes
from trailmark.sklearn.shown import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trailmark import Run
    from trailmark.plot import Chart

    Array = np.ndarray[Any, Any]
    Fold = tuple[Array, Array]  # places of training and test samples

_SEED = 0  # of the order of samples, where no `random_state` says
_CALL = "plot_learning_curve()"


def plot_learning_curve(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    cv: Any = None,
    shuffle: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    random_state: Any = None,
    train_sizes: Sequence[float] | None = None,
    n_jobs: int | None = 1,
    scoring: Any = None,
    *,
    groups: Any = None,
    run: Any = None,
) -> Chart:
    """Fit clones of a model to more and more samples, and draw their scores; logged as "learning_curve".

    Scores are those of `sklearn.model_selection.learning_curve` with the same arguments, averaged over the folds. Sizes
    whose samples are all of one class are left out, which is said: where y is sorted, pass ``shuffle=True``.

    The table has two rows a size, dataset "train" and "test": dataset, score, train_size, std (over the folds) and
    fit_time_s (the mean of a fit, in seconds).

    Args:
        model: a classifier, a regressor or a pipeline, fitted or not. It is cloned, never fitted.
        X: (n, features), of any kind that the model takes.
        y: (n,) or (n, outputs); samples without a value are left out.
        cv: how to split, as everywhere in scikit-learn; 5 folds by default.
        shuffle: take the samples of a size at random instead of the first ones.
        random_state: the seed of `shuffle`; 0 by default, as a global generator is never asked.
        train_sizes: shares of the largest size, in (0, 1], or numbers of samples; five even shares by default.
        n_jobs: how many clones are fitted at once; -1: one for each core.
        scoring: a metric's name or a scorer, as everywhere in scikit-learn; `model.score` by default.
        groups: (n,), for a `cv` that splits by groups.
        run: where to log; the current run by default.

    Raises:
        UsageError: X and y do not belong together, or no clone could be fitted.
        NoRunError: there is no run.
    """
    found = run_of(run, _CALL)
    chart = learning_chart(
        model, X, y, found, cv, random_state, train_sizes, n_jobs, scoring, groups=groups, shuffle=shuffle
    )
    return show("learning_curve", chart, found)


def learning_chart(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    run: Run,
    cv: Any = None,
    random_state: Any = None,
    train_sizes: Sequence[float] | None = None,
    n_jobs: int | None = 1,
    scoring: Any = None,
    *,
    groups: Any = None,
    shuffle: bool = False,
) -> Chart:
    """Return the chart of `plot_learning_curve`."""
    if isinstance(model, type) or not callable(getattr(model, "fit", None)):
        raise UsageError(f"{_CALL} takes a model that can be cloned and fitted, got {model!r:.80}")
    X, y, groups, values = _samples(X, y, groups)  # noqa: N806
    with random_kept(model):
        folds = [(train, test) for train, test in _splits(model, cv, X, y, groups)]
        if shuffle:
            order = check_random_state(_SEED if random_state is None else _own(random_state))
            folds = [(order.permutation(train), test) for train, test in folds]
        sizes = _sizes(train_sizes, len(folds[0][0]))
        usable = _usable(model, values, folds, sizes)
        jobs = [
            (model, X, y, train[:size], test, scoring)
            for at, size in enumerate(sizes)
            for fold, (train, test) in enumerate(folds)
            if usable[at, fold]
        ]
        answers = outcomes(_scored, jobs, n_jobs, "learning curve", run)
    scored = np.full((len(sizes), len(folds), 3), np.nan)
    scored[usable] = _without_failures(answers)
    return _chart(model, scoring, sizes, scored)


def _samples(X: Any, y: Any, groups: Any) -> tuple[Any, Any, Any, Array | None]:  # noqa: N803
    """Return X, y and groups of the samples that have a value, and y as an array."""
    same_length(_CALL, X=X, y=y, groups=groups)
    if not hasattr(X, "shape"):
        X = np.asarray(X, None if _is_numeric(X) else object)  # noqa: N806
    if y is None:
        return X, None, groups, None
    values = target(y, "y")
    present = without_missing(values)
    if present is None:
        return X, y, groups, values
    trailmark.termwarn(f"{_CALL} leaves out {len(values) - len(present):,} samples whose y has no value")
    groups = None if groups is None else np.asarray(groups)[present]
    kept = values[present]
    if kept.dtype.kind == "O":
        kept = np.array(kept.tolist())
    return rows(X, present), kept, groups, kept


def _is_numeric(X: Any) -> bool:  # noqa: N803
    return np.asarray(X).dtype.kind in "biuf"


def _own(random_state: Any) -> Any:
    """Return a copy of a generator, so that the caller's stays where it is; a seed as it is."""
    if not isinstance(random_state, np.random.RandomState):
        return random_state
    copy = np.random.RandomState()
    copy.set_state(random_state.get_state())
    return copy


def _splits(model: Any, cv: Any, X: Any, y: Any, groups: Any) -> list[Fold]:  # noqa: N803
    splits = check_cv(cv, y, classifier=kind(model) == "classifier").split(X, y, groups)
    try:
        return list(splits)
    except ValueError as error:
        raise UsageError(f"{_CALL} cannot split {row_count(X):,} samples: {error}; pass another cv=") from error


def _sizes(asked: Sequence[float] | None, largest: int) -> list[int]:
    """Return numbers of samples, in increasing order, each once."""
    given = np.linspace(0.1, 1.0, 5) if asked is None else np.asarray(list(asked))
    if not len(given) or given.dtype.kind not in "iuf":
        raise UsageError(f"train_sizes must hold shares in (0, 1] or numbers of samples, got {asked!r:.80}")
    if given.dtype.kind == "f":
        if given.min() <= 0 or given.max() > 1:
            raise UsageError(f"train_sizes must be shares in (0, 1], got {given.min():g} to {given.max():g}")
        given = np.clip((given * largest).astype(int), 1, largest)
    elif given.min() <= 0 or given.max() > largest:
        raise UsageError(f"train_sizes must be from 1 to {largest:,}, the samples of the first fold, got {asked!r:.80}")
    return [int(size) for size in np.unique(given)]


def _usable(model: Any, y: Array | None, folds: list[Fold], sizes: list[int]) -> Array:
    """Return for each size and fold whether its samples can teach anything, (sizes, folds); say where they cannot."""
    usable = np.ones((len(sizes), len(folds)), bool)
    if y is None or y.ndim != 1 or kind(model) != "classifier":
        return usable
    classes = len(np.unique(y))
    counts = np.array([[len(np.unique(y[train[:size]])) for train, _ in folds] for size in sizes])
    lacking = [size for size, lacks in zip(sizes, counts.min(axis=1) < classes, strict=True) if lacks]
    if lacking:
        trailmark.termwarn(
            f"{_CALL}: up to {max(lacking):,} training samples do not hold all {classes} classes, which says little of "
            "the model; sizes with one class are left out. Pass shuffle=True if y is sorted, or larger train_sizes"
        )
    return counts > min(1, classes - 1)


def _scored(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    train: Array,
    test: Array,
    scoring: Any,
) -> tuple[float, float, float] | Exception:
    """Return the scores of a clone on its training and test samples, and the seconds of its fit; or why not."""
    try:
        _, on_train, on_test, fit_s, _ = learning_curve(
            model,
            X,
            y,
            cv=[(train, test)],
            train_sizes=[1.0],
            scoring=scoring,
            error_score="raise",
            return_times=True,
        )
    except Exception as error:  # noqa: BLE001 (of a foreign model, anything; the curve is drawn without it)
        return error
    return on_train[0, 0], on_test[0, 0], fit_s[0, 0]


def _without_failures(answers: list[Any]) -> Array:
    """Return scores, (fits, 3), with NaN where a clone could not be fitted, which is said.

    Raises:
        UsageError: none could.
    """
    failures = [answer for answer in answers if isinstance(answer, Exception)]
    if failures and len(failures) == len(answers):
        raise UsageError(f"{_CALL} could fit none of {len(answers)} clones: {failures[0]}") from failures[0]
    if failures:
        trailmark.termwarn(f"{_CALL} leaves out {len(failures)} of {len(answers)} fits that failed: {failures[0]}")
    return np.array(
        [(np.nan,) * 3 if isinstance(answer, Exception) else answer for answer in answers], np.float64
    ).reshape(-1, 3)


def _chart(model: Any, scoring: Any, sizes: list[int], scored: Array) -> Chart:
    title = scoring if isinstance(scoring, str) else _score_of(model) if scoring is None else "score"
    kept = [at for at in range(len(sizes)) if np.isfinite(scored[at]).any()]
    table: dict[str, list[Any]] = {name: [] for name in ("dataset", "score", "train_size", "std", "fit_time_s")}
    for at in kept:
        fits = scored[at][~np.isnan(scored[at]).all(axis=1)]
        for place, dataset in enumerate(("train", "test")):
            row = (dataset, fits[:, place].mean(), sizes[at], fits[:, place].std(), fits[:, 2].mean())
            for name, value in zip(table, row, strict=True):
                table[name].append(value)
    folds = scored.shape[1]
    return drawn(
        _spec(f"Learning curve of {name_of(model)}", f"mean ± standard deviation of {folds} folds", title), **table
    )


def _score_of(model: Any) -> str:
    return {"classifier": "accuracy", "regressor": "R²"}.get(kind(model), "score")


def _spec(title: str, subtitle: str, score: str) -> dict[str, Any]:
    colour = {"field": "dataset", "type": "nominal", "title": None, "sort": None}
    colour["scale"] = {"domain": ["train", "test"], "range": colours()[:2]}  # type: ignore[assignment]
    size = {"field": "train_size", "type": "quantitative", "title": "Training samples", "scale": {"zero": False}}
    told = {"type": "quantitative", "format": ".4~g"}
    tooltip = [
        {"field": "dataset", "type": "nominal"},
        {"field": "train_size", "type": "quantitative", "title": "samples", "format": ",d"},
        {"field": "score", "title": score, **told},
        {"field": "std", "title": "± over the folds", **told},
        {"field": "fit_time_s", "title": "seconds of a fit", **told},
    ]
    y = {"field": "score", "type": "quantitative", "title": score, "scale": {"zero": False}}
    return {
        **frame(title, subtitle),
        "transform": [
            {"calculate": "datum.score - datum.std", "as": "_low"},
            {"calculate": "datum.score + datum.std", "as": "_high"},
        ],
        "encoding": {"x": size, "color": colour},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.18},
                "encoding": {"y": {**y, "field": "_low"}, "y2": {"field": "_high"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 1.8, "strokeJoin": "round", "point": {"size": 40}},
                "encoding": {"y": y, "tooltip": tooltip},
            },
        ],
    }
