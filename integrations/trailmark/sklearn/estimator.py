"""What an estimator is, whether it is fitted, and what it scores: in every version of scikit-learn, and of its guests.

Estimators of xgboost, lightgbm and others declare themselves in different ways, or not at all. Nothing here fits,
changes or copies a model, or moves a random generator on.
"""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Array = np.ndarray[Any, Any]
    Kind = Literal["classifier", "regressor", "clusterer", "outlier_detector", "other"]

_KINDS = ("classifier", "regressor", "clusterer", "outlier_detector")


def kind(model: Any) -> Kind:
    """Return what sort of estimator this is; of a pipeline or a search, what it ends in.

    scikit-learn's tags say it from 1.6 on, and `_estimator_type` before; what declares neither goes by its attributes.
    """
    declared = _declared(model)
    if declared is None and (hasattr(model, "classes_") or hasattr(model, "predict_proba")):
        return "classifier"
    if declared is None and (hasattr(model, "labels_") or hasattr(model, "cluster_centers_")):
        return "clusterer"
    return cast("Kind", declared) if declared in _KINDS else "other"


def _declared(model: Any) -> str | None:
    try:
        from sklearn.utils import get_tags
    except ImportError:  # before 1.6
        tags = None
    else:
        try:
            tags = get_tags(model)
        except Exception:  # noqa: BLE001 (of a foreign class, anything: it declares nothing)
            tags = None
    found = getattr(tags, "estimator_type", None) or getattr(model, "_estimator_type", None)
    return None if found is None else str(found)


def unwrapped(model: Any) -> Any:
    """Return the estimator that does the work: the best one of a fitted search, the last step of a pipeline."""
    while True:
        best = getattr(model, "best_estimator_", None)
        steps = getattr(model, "steps", None)
        if best is not None and hasattr(best, "get_params"):  # xgboost has an attribute of a similar name
            model = best
        elif isinstance(steps, list) and hasattr(model, "named_steps") and hasattr(steps[-1][1], "get_params"):
            model = steps[-1][1]
        else:
            return model


def name_of(model: Any) -> str:
    """Return what a chart calls a model: the class of what does the work."""
    return type(unwrapped(model)).__name__


def require_fitted(model: Any, call: str) -> None:
    """Refuse a model that was not fitted, without asking it to predict.

    What is no estimator of scikit-learn's is believed to be fitted, as there is no way to know.

    Raises:
        UsageError: it is not fitted, or is no fitted thing at all.
    """
    if isinstance(model, type):
        raise UsageError(f"{call} takes a fitted model, got the class {model.__name__}: make one and fit it first")
    if model is None or not callable(getattr(model, "predict", getattr(model, "fit", None))):
        raise UsageError(f"{call} takes a fitted model of scikit-learn, got a {type(model).__name__}")
    if not isinstance(model, BaseEstimator):
        return
    try:
        check_is_fitted(model)
    except NotFittedError:
        raise UsageError(f"{call} takes a fitted model, and this {name_of(model)} is not: call its fit first") from None


def scores(model: Any, X: Any) -> tuple[Array, Literal["probability", "decision"]] | None:  # noqa: N803
    """Return how much each sample is of each class, and on which scale; None if the model does not tell.

    Probabilities have the shape (n, classes), also where each sample may be of several classes. Decisions are taken
    where there are no probabilities: (n,) of the second of two classes, else (n, classes).
    """
    for method, scale in (("predict_proba", "probability"), ("decision_function", "decision")):
        ask = getattr(model, method, None)
        if ask is None:
            continue
        try:
            with random_kept(model):
                answer = ask(X)
        except (AttributeError, NotImplementedError):  # what a wrapped model lacks shows here only
            continue
        found = _of_outputs(model, answer) if isinstance(answer, list) else np.asarray(answer)
        if found is not None and _fits(found, model):
            return found, cast('Literal["probability", "decision"]', scale)
    return None


def predictions(model: Any, X: Any) -> Array:  # noqa: N803
    """Return what the model predicts, (n,) or (n, outputs); random generators stay where they are."""
    with random_kept(model):
        answer = model.predict(X)
    return np.asarray(answer.toarray() if hasattr(answer, "toarray") else answer)


def _of_outputs(model: Any, answer: list[Any]) -> Array | None:
    """Return the probability of 1 in each output, (n, outputs), of a classifier that answers with one array each."""
    columns = []
    classes = getattr(model, "classes_", None)
    for output, values in enumerate(answer):
        table = np.asarray(values)
        known = list(classes[output]) if isinstance(classes, list) else list(range(table.shape[1]))
        if not set(known) <= {0, 1}:
            return None  # several outputs of several classes each have no one curve
        columns.append(table[:, known.index(1)] if 1 in known else np.zeros(len(table)))
    return np.column_stack(columns)


def _fits(found: Array, model: Any) -> bool:
    """Whether there is a column for each class: one-against-one decisions have a column for each pair."""
    classes = getattr(model, "classes_", None)
    if found.ndim == 1 or classes is None or isinstance(classes, list):
        return found.ndim in (1, 2)
    return found.ndim == 2 and found.shape[1] in (1, len(classes))  # noqa: PLR2004


@contextlib.contextmanager
def random_kept(model: Any = None) -> Iterator[None]:
    """Leave random generators as they were: Python's, numpy's, and those that the model holds.

    Some models draw when they predict, such as `DummyClassifier(strategy="stratified")`.
    """
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 (the one that models draw from)
    held = [(generator, _state(generator)) for generator in _generators(model)]
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
        for generator, own in held:
            if isinstance(generator, np.random.RandomState):
                generator.set_state(own)
            else:
                generator.bit_generator.state = own


def _state(generator: Any) -> Any:
    return generator.get_state() if isinstance(generator, np.random.RandomState) else generator.bit_generator.state


def _generators(model: Any) -> list[Any]:
    if not isinstance(model, BaseEstimator):
        return []
    try:
        values = model.get_params().values()
    except Exception:  # noqa: BLE001 (a foreign class may be unable to tell; it is asked to predict all the same)
        return []
    return [value for value in values if isinstance(value, (np.random.RandomState, np.random.Generator))]
