"""The features that a model works on: those behind the transformers of its pipeline, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.errors import UsageError
from trailmark.sklearn.estimator import random_kept

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]


class Features(NamedTuple):
    """What the last step of a model gets.

    Attributes:
        values: (n, features), float64: an array, or a sparse matrix by rows.
        names: of the features, where they have any that are texts.
    """

    values: Any
    names: list[str] | None


def features(model: Any, X: Any, call: str) -> Features:  # noqa: N803
    """Return the features of samples as the estimator that does the work gets them.

    Raises:
        UsageError: they are no numbers.
    """
    with random_kept(model):
        seen = _transformed(model, X)
    names = [str(name) for name in getattr(seen, "columns", ())] or None
    if hasattr(seen, "tocsr"):
        return Features(seen.tocsr().astype(np.float64), names)
    try:
        values = np.asarray(seen, np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{call} needs features that are numbers: {error}; put what encodes them into a pipeline with the model"
        ) from error
    if values.ndim != 2 or not values.size:  # noqa: PLR2004
        raise UsageError(f"{call} needs X of the shape (n, features), got {values.shape}")
    return Features(values, names)


def _transformed(model: Any, X: Any) -> Any:  # noqa: N803
    while True:
        best = getattr(model, "best_estimator_", None)
        steps = getattr(model, "steps", None)
        if best is not None and hasattr(best, "get_params"):
            model = best
        elif isinstance(steps, list) and hasattr(model, "named_steps"):
            X = model[:-1].transform(X) if len(steps) > 1 else X  # noqa: N806
            model = steps[-1][1]
        else:
            return X


def take(values: Any, places: Array | None) -> Any:
    """Return some rows of an array or of a sparse matrix; all without places."""
    return values if places is None else values[places]


def complete(values: Any) -> Array | None:
    """Return the places of the rows without NaN and infinities; None if all are."""
    if hasattr(values, "tocsr"):
        bad = np.unique(values.nonzero()[0][~np.isfinite(values.data[values.data != 0])])
        return np.setdiff1d(np.arange(values.shape[0]), bad) if len(bad) else None
    fine = np.isfinite(values).all(axis=1)
    return None if fine.all() else np.flatnonzero(fine)
