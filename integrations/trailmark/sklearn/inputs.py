"""What samples and targets may be: lists, arrays, sparse matrices, frames of pandas and polars.

Owns the rules by which a chart shows a part of the samples, and says so. X goes to models as it was given: a frame
stays a frame, sparse stays sparse, and nothing is copied but the rows that were chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import trailmark
from trailmark.errors import UsageError

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

_SEED = 0  # of the generator that draws samples, which is its own


def target(y: Any, name: str) -> Array:
    """Return a target as an array: (n,) of numbers, booleans or strings, or (n, outputs) of several outputs.

    A column (n, 1) becomes (n,). Missing values stay: NaN, or None in an array of objects.

    Raises:
        UsageError: it is none.
    """
    if y is None or isinstance(y, (str, bytes, dict)):
        raise UsageError(f"{name} must be a sequence of one value a sample, got {y!r:.80}")
    try:
        array: Array = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    except Exception as error:
        raise UsageError(f"{name} cannot be read as an array, got a {type(y).__name__}: {error}") from error
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004
        array = array[:, 0]
    if array.ndim not in (1, 2):
        raise UsageError(f"{name} must have the shape (n,) or (n, outputs), got {array.shape}")
    if not len(array):
        raise UsageError(f"{name} is empty: there is nothing to draw")
    array = _from_objects(array, name) if array.dtype.kind == "O" else array
    if array.dtype.kind in "ST":
        return array.astype(np.str_)
    if array.dtype.kind not in "biufUO":
        raise UsageError(f"{name} must hold numbers, booleans or strings, got the dtype {array.dtype}")
    return array


def _from_objects(array: Array, name: str) -> Array:
    """Return objects as what they are: strings, booleans or numbers; those with gaps as objects with None."""
    flat = array.reshape(-1).tolist()
    gaps = [value is None or value != value or type(value).__name__ in ("NAType", "NaTType") for value in flat]  # noqa: PLR0124
    present = [value for value, gap in zip(flat, gaps, strict=True) if not gap]
    text = sum(isinstance(value, str) for value in present)
    if 0 < text < len(present):
        raise UsageError(f"{name} has strings beside {_first_other(present)!r}: pass all as strings or all as numbers")
    if not any(gaps):
        found: Array = np.array(present)
    elif text or not present:
        found = np.array([None if gap else value for value, gap in zip(flat, gaps, strict=True)], object)
    else:
        found = np.array([np.nan if gap else value for value, gap in zip(flat, gaps, strict=True)], np.float64)
    shaped: Array = found.reshape(array.shape)
    return shaped


def _first_other(values: list[Any]) -> Any:
    return next(value for value in values if not isinstance(value, str))


def row_count(X: Any) -> int:  # noqa: N803
    """Return the number of samples."""
    shape = getattr(X, "shape", None)
    return int(shape[0]) if shape else len(X)


def rows(X: Any, indices: Array | None) -> Any:  # noqa: N803
    """Return some samples, in the order of `indices`, as the kind of thing that X is; X itself without indices."""
    if indices is None or X is None:
        return X
    if hasattr(X, "iloc"):
        return X.iloc[indices]
    if hasattr(X, "tocsr"):
        return X.tocsr()[indices]
    if isinstance(X, (list, tuple)):
        return [X[index] for index in indices.tolist()]
    return X[indices]


def sample(n: int, limit: int, *, stratify: Array | None = None) -> Array | None:
    """Return the sorted places of at most `limit` of `n` samples; None if all are to be shown.

    They are drawn at random without replacement, always the same ones of the same n, by a generator of its own. With
    `stratify`, (n,), each class keeps its share, and at least one sample as long as there is room for one each.
    """
    if n <= limit:
        return None
    generator = np.random.default_rng(_SEED)
    if stratify is None:
        return np.sort(generator.choice(n, limit, replace=False, shuffle=False))
    _, group, counts = np.unique(stratify, return_inverse=True, return_counts=True)
    if len(counts) > limit:
        return np.sort(generator.choice(n, limit, replace=False, shuffle=False))
    wanted = np.maximum(counts * limit // n, 1)
    order = np.lexsort((generator.random(n), group.reshape(-1)))
    within = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = order[within < np.repeat(wanted, counts)]
    if len(chosen) > limit:  # classes of less than one place took them from others
        chosen = generator.choice(chosen, limit, replace=False)
    return np.sort(chosen)


def without_missing(*columns: Array | None) -> Array | None:
    """Return the places of the samples that have a value in each column, (n,) or (n, …); None if all have.

    Missing are NaN and None; infinities are values.

    Raises:
        UsageError: no sample has all values.
    """
    missing: Array | None = None
    for column in columns:
        if column is None or column.dtype.kind not in "fO":
            continue
        gaps = np.isnan(column) if column.dtype.kind == "f" else np.equal(column, np.array(None)).astype(bool)
        gaps = np.any(gaps.reshape(len(gaps), -1), axis=1)
        missing = gaps if missing is None else missing | gaps
    if missing is None or not missing.any():
        return None
    if missing.all():
        raise UsageError(f"none of the {len(missing):,} samples has all values: there is nothing to draw")
    return np.flatnonzero(~missing)


def same_length(call: str, **columns: Any) -> int:
    """Return the number of samples, which is that of all columns that are not None.

    Raises:
        UsageError: it is not.
    """
    counts = {name: row_count(column) for name, column in columns.items() if column is not None}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} has {count:,}" for name, count in counts.items())
        raise UsageError(f"{call} needs as many samples in each: {told}")
    return next(iter(counts.values()))


def say_sampled(call: str, total: int, shown: int) -> str:
    """Say once that a chart shows a part of the samples, and return what its subtitle tells of it."""
    trailmark.termlog(
        f"{call} draws a random part of many samples, always the same one; the chart's subtitle says how many",
        repeat=False,
    )
    return f"{shown:,} of {total:,} samples, drawn at random"


def say_dropped(call: str, total: int, kept: int) -> str:
    """Warn once that samples without a value are left out, and return what the subtitle tells of it."""
    trailmark.termwarn(
        f"{call} leaves out samples that have no value (NaN or None); the chart's subtitle says how many", repeat=False
    )
    return f"{total - kept:,} of {total:,} samples have no value and are left out"
