"""Two coordinates of samples, to be drawn: the two features there are, or the two main directions of more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse.linalg import LinearOperator, svds

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

_FEW = 500  # features, whose covariance is decomposed as a whole


class Projection(NamedTuple):
    """Where samples are drawn.

    Attributes:
        points: (n, 2).
        centre: (features,), what is subtracted first.
        directions: (features, 2).
        axes: the titles of both axes.
    """

    points: Array
    centre: Array
    directions: Array
    axes: tuple[str, str]

    def place(self, others: Array) -> Array:
        """Return where other points of the same features are drawn, (m, 2)."""
        return np.asarray((others - self.centre) @ self.directions)


def project(values: Any, names: list[str] | None = None) -> Projection:
    """Return where samples are drawn: a single feature along a line, two as they are, of more the principal components.

    Args:
        values: (n, features), finite: an array or a sparse matrix by rows.
        names: of the features.
    """
    n, size = values.shape
    if size <= 2:  # noqa: PLR2004
        dense = values.toarray() if hasattr(values, "toarray") else values
        titles = [*(names or [f"feature {place}" for place in range(size)]), ""]
        return Projection(
            np.column_stack([dense, np.zeros((n, 2 - size))]), np.zeros(size), np.eye(size, 2), (titles[0], titles[1])
        )
    centre = np.asarray(values.mean(axis=0)).reshape(-1)
    directions = _covariance(values, centre) if size <= _FEW else _largest(values, centre)
    # Directions have no sign of their own: the largest part of each is positive.
    directions = directions * np.sign(directions[np.abs(directions).argmax(axis=0), range(directions.shape[1])])
    points = np.asarray(values @ directions) - centre @ directions
    return Projection(points, centre, directions, ("principal component 1", "principal component 2"))


def _covariance(values: Any, centre: Array) -> Array:
    if hasattr(values, "toarray"):
        square = (values.T @ values).toarray() - values.shape[0] * np.outer(centre, centre)
    else:
        moved = values - centre
        square = moved.T @ moved
    return np.asarray(np.linalg.eigh(square)[1][:, :-3:-1])


def _largest(values: Any, centre: Array) -> Array:
    """Return the two main directions of many features, which are not made dense; always the same ones."""
    n, size = values.shape
    if n <= 3:  # noqa: PLR2004 (too few for an iteration)
        dense = np.asarray(values.todense() if hasattr(values, "todense") else values)
        return np.asarray(np.linalg.svd(dense - centre)[2][:2].T)

    def forth(vector: Array) -> Array:
        flat = vector.reshape(-1)
        return np.asarray(values @ flat - centre @ flat)

    def back(vector: Array) -> Array:
        flat = vector.reshape(-1)
        return np.asarray(values.T @ flat - centre * flat.sum())

    moved = LinearOperator((n, size), matvec=forth, rmatvec=back, dtype=np.float64)
    start = np.ones(min(n, size)) + np.arange(min(n, size)) / min(n, size)
    return np.asarray(svds(moved, k=2, v0=start)[2][::-1].T)
