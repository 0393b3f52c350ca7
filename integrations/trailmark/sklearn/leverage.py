"""Leverage: how far the features of a sample are from those of the others, as a least-squares fit sees it.

It is computed of a QR decomposition, some rows at a time, so that a million samples fit into memory, and sparse
features are never made dense as a whole. What depends linearly on other features is left out, as least squares does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    Array = np.ndarray[Any, Any]

_CHUNK_VALUES = 1 << 22  # of features that are dense at once: 32 MB


def leverage(values: Any, *, intercept: bool) -> tuple[Array, int]:
    """Return the diagonal of the hat matrix, (n,) in [0, 1], and the number of coefficients that are determined.

    Args:
        values: (n, features), finite: an array or a sparse matrix by rows.
        intercept: whether the fit has one.
    """
    centre, scale = _moments(values, intercept=intercept)
    size = values.shape[1]
    triangle = np.zeros((0, size))
    for chunk in _chunks(values, centre, scale):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, chunk]), mode="r"))
    _, singular, directions = np.linalg.svd(triangle, full_matrices=False)
    largest = singular[0] if len(singular) else 0.0
    determined = singular > largest * max(values.shape) * np.finfo(np.float64).eps
    # The last of them all is 0 up to rounding where there is nothing but a constant.
    determined &= singular > 0
    whiten = directions[determined].T / singular[determined]
    found = [np.square(chunk @ whiten).sum(axis=1) for chunk in _chunks(values, centre, scale)]
    diagonal = np.concatenate(found) + (1 / values.shape[0] if intercept else 0)
    return np.clip(diagonal, 0, 1), int(determined.sum()) + intercept


def _moments(values: Any, *, intercept: bool) -> tuple[Array, Array]:
    """Return what to subtract and to divide by, so that features are alike in size: it changes no leverage."""
    n = values.shape[0]
    if hasattr(values, "tocsr"):
        mean = np.asarray(values.mean(axis=0)).reshape(-1)
        square = np.asarray(values.multiply(values).mean(axis=0)).reshape(-1)
    else:
        mean, square = values.mean(axis=0), np.square(values).sum(axis=0) / n
    centre = mean if intercept else np.zeros_like(mean)
    spread = np.sqrt(np.maximum(square - np.square(centre), 0))
    # A constant less its mean is rounding, which must not be blown up to the size of a feature.
    constant = spread <= np.sqrt(np.finfo(np.float64).eps) * np.sqrt(square)
    return centre, np.where(constant, np.inf, spread) if intercept else np.where(spread > 0, spread, 1.0)


def _chunks(values: Any, centre: Array, scale: Array) -> Iterator[Array]:
    n, size = values.shape
    step = max(size, _CHUNK_VALUES // max(size, 1), 1)
    for start in range(0, n, step):
        part = values[start : start + step]
        yield ((part.toarray() if hasattr(part, "toarray") else part) - centre) / scale
