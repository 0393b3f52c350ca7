"""What classifiers are judged by: true classes, scores and names, checked and brought into one form.

Classes are integers or strings. Integers from 0 are places in `labels`; strings, and other integers, are found in
`labels` if they stand there, else in the sorted classes of the data. Nothing is guessed when counts do not agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.errors import MediaError
from trailmark.media.array import as_numpy
from trailmark.plot.columns import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Array = np.ndarray[Any, Any]


class OneClass(NamedTuple):
    """One class against the rest."""

    name: str
    is_class: Array  # (n,), bool
    scores: Array  # (n,), float64, higher for the class


def class_vector(values: Any, what: str) -> Array:
    """Return classes as int64 or str, (n,).

    Raises:
        MediaError: they are neither integers nor strings, or not of one dimension, or there are none.
    """
    array = _array(values, what)
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004
        array = array[:, 0]
    if array.ndim != 1:
        hint = "; for one-hot rows or probabilities pass their argmax(axis=1)" if array.ndim > 1 else ""
        raise MediaError(f"{what} must hold one class a sample, got the shape {array.shape}{hint}")
    if not len(array):
        raise MediaError(f"{what} is empty: there is nothing to draw")
    return _as_classes(array, what)


def score_matrix(values: Any, what: str, rows: int) -> Array:
    """Return scores as float64, (rows, classes), or (rows,) of the positive class if one score a sample was given.

    Raises:
        MediaError: they are no numbers, or have NaN, or another number of rows.
    """
    import numpy as np

    array = _array(values, what)
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise MediaError(f"{what} must hold numbers: {error}") from error
    if array.dtype.kind not in "biuf":
        raise MediaError(f"{what} must hold numbers, got the dtype {array.dtype}")
    if array.ndim not in (1, 2) or len(array) != rows:
        raise MediaError(
            f"{what} must have the shape ({rows}, classes), or ({rows},) for two classes, got {array.shape}; "
            f"y_true has {rows} samples"
        )
    scores = array.astype(np.float64)
    if np.isnan(scores).any():
        place = np.argwhere(np.isnan(scores))[0]
        raise MediaError(f"{what} has NaN, first at {tuple(place.tolist())}: drop these samples, or mend the model")
    return scores[:, 0] if scores.ndim == 2 and scores.shape[1] == 1 else scores  # noqa: PLR2004


def one_versus_rest(
    y_true: Any, y_probas: Any, labels: Sequence[Any] | None, classes_to_plot: Sequence[Any] | None
) -> list[OneClass]:
    """Return the classes to draw, in the order of the columns of `y_probas`.

    Raises:
        MediaError: classes, columns and names do not fit together.
    """
    import numpy as np

    truth = class_vector(y_true, "y_true")
    scores = score_matrix(y_probas, "y_probas", len(truth))
    single = scores.ndim == 1
    names = checked_names(labels, "labels")
    if single and names is None and len(found := np.unique(truth).tolist()) > 2:  # noqa: PLR2004
        raise MediaError(
            f"y_probas has one score a sample, which is enough for two classes, but y_true has {len(found)}: "
            f"{_some(found)}; pass a column for each"
        )
    classes = column_classes(truth, 2 if single else scores.shape[1], names, ("y_probas", "labels"))
    wanted = _wanted(classes, classes_to_plot)
    if single:
        wanted = [place for place in wanted if place == 1]
        if not wanted:
            raise MediaError(
                f"y_probas has one score a sample, that of the class {classes[1][1]!r}, and classes_to_plot="
                f"{list(classes_to_plot or [])!r} leaves it out: pass scores of both classes, shape ({len(truth)}, 2)"
            )
    return [
        OneClass(classes[place][1], truth == classes[place][0], scores if single else scores[:, place])
        for place in wanted
    ]


def column_classes(truth: Array, count: int, names: list[Any] | None, what: tuple[str, str]) -> list[tuple[Any, str]]:
    """Return the class and the name that belong to each column of scores.

    Args:
        truth: the true classes.
        count: how many columns there are.
        names: what the columns are called; they may be the classes themselves.
        what: the names of the scores and of `names` in errors.

    Raises:
        MediaError: there is no one way to assign them.
    """
    import numpy as np

    if names is not None and len(names) != count:
        raise MediaError(f"{what[0]} has {count} columns, and {what[1]} has {len(names)} names: {_some(names)}")
    found = np.unique(truth).tolist()
    if names is not None and set(found) <= set(names):
        return [(name, str(name)) for name in names]
    if truth.dtype.kind == "i" and found[0] >= 0 and found[-1] < count:
        return [(number, str(number if names is None else names[number])) for number in range(count)]
    if names is not None and truth.dtype.kind != "i":
        strange = next(value for value in found if value not in names)
        raise MediaError(f"y_true has the class {strange!r}, which is none of the names{nearest(strange, names)}")
    if len(found) == count:
        return [(value, str(value if names is None else names[place])) for place, value in enumerate(found)]
    raise MediaError(
        f"{what[0]} has {count} columns, but y_true has {len(found)} classes ({_some(found)}): which column belongs to "
        f"which class is not known; pass the classes in the order of the columns as {what[1]}"
    )


def class_places(values: Array, names: list[Any], what: str, *, are_places: bool = False) -> Array:
    """Return the place of each class in `names`, int64, (n,).

    Args:
        values: the classes.
        names: all classes.
        what: the name of `values` in errors.
        are_places: classes that are integers are places in `names`.

    Raises:
        MediaError: one is not among them.
    """
    import numpy as np

    found, inverse = np.unique(values, return_inverse=True)
    by_name = {name: place for place, name in reversed(list(enumerate(names)))}
    places = []
    for value in found.tolist():
        if are_places and isinstance(value, int):
            place = value if 0 <= value < len(names) else None
        else:
            place = by_name.get(value)
        if place is None:
            row = int(np.flatnonzero(values == value)[0])
            raise MediaError(
                f"{what} has the class {value!r} (first at row {row}), but there are {len(names)} classes: "
                f"{_some(names)}{nearest(value, names)}"
            )
        places.append(place)
    return np.asarray(places, np.int64)[inverse.reshape(-1)]


def checked_names(names: Any, what: str) -> list[Any] | None:
    """Return names as a list of int or str, each once; None if there are none.

    Raises:
        MediaError: one stands there twice, or it is no sequence.
    """
    if names is None:
        return None
    array = as_numpy(names)
    if isinstance(names, (str, bytes)):
        raise MediaError(f"{what} must be a sequence of names, got {names!r}")
    try:
        found = list(names) if array is None else array.tolist()
    except TypeError:
        raise MediaError(f"{what} must be a sequence of names, got a {type(names).__name__}") from None
    shown = [str(name) for name in found]
    if len(set(shown)) < len(shown):
        twice = next(name for place, name in enumerate(shown) if name in shown[:place])
        raise MediaError(f"{what} has {twice!r} twice: two classes of one name cannot be told apart")
    return [name.item() if hasattr(name, "item") else name for name in found]


def _wanted(classes: list[tuple[Any, str]], asked: Sequence[Any] | None) -> list[int]:
    """Return the places of the classes that are asked for, by value or by name."""
    chosen = checked_names(asked, "classes_to_plot")
    if chosen is None:
        return list(range(len(classes)))
    places = set()
    for choice in chosen:
        hits = [n for n, (value, _) in enumerate(classes) if value == choice] or [
            n for n, (_, name) in enumerate(classes) if name == str(choice)
        ]
        if not hits:
            names = [name for _, name in classes]
            raise MediaError(f"classes_to_plot has {choice!r}, which is no class; there are {_some(names)}")
        places.update(hits)
    if not places:
        raise MediaError("classes_to_plot is empty: there is nothing to draw")
    return sorted(places)


def _array(values: Any, what: str) -> Array:
    import numpy as np

    if values is None or isinstance(values, (str, bytes, int, float)):
        raise MediaError(f"{what} must be a sequence of one entry a sample, got {values!r:.80}")
    try:
        array = as_numpy(values)
        if array is None:
            array = _from_sequence(values)
    except Exception as error:
        raise MediaError(f"{what} cannot be read as an array, got a {type(values).__name__}: {error}") from error
    if array.ndim == 0:
        raise MediaError(f"{what} must be a sequence of one entry a sample, got {values!r:.80}")
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise MediaError(f"{what} has masked values: drop these samples")
    return np.asarray(array)


def _from_sequence(values: Any) -> Array:
    """Return a list of numbers, strings or arrays as an array; mixed ones as objects, so that 1 is not "1"."""
    import numpy as np

    items = [array if (array := as_numpy(item)) is not None else item for item in values]
    array = np.asarray(items)
    mixed = array.dtype.kind in "US" and array.ndim == 1 and not all(isinstance(item, (str, bytes)) for item in items)
    return np.asarray(items, object) if mixed else array


def _as_classes(array: Array, what: str) -> Array:
    import numpy as np

    kind = array.dtype.kind
    if kind == "O":
        array = _from_objects(array, what)
    elif kind == "S":
        array = np.char.decode(array, "utf-8")
    elif kind == "T":  # numpy 2's strings of any length
        array = array.astype(np.str_)
    elif kind == "f":
        bad = np.flatnonzero(~np.isfinite(array) | (array != np.floor(array)))
        if len(bad):
            raise MediaError(
                f"{what} must hold classes (integers or strings), got {array[bad[0]].item()!r} at row {bad[0]}"
            )
    elif kind not in "biuU":
        raise MediaError(f"{what} must hold classes (integers or strings), got the dtype {array.dtype}")
    return array if array.dtype.kind == "U" else array.astype(np.int64)


def _from_objects(array: Array, what: str) -> Array:
    import numpy as np

    items = array.tolist()
    if all(isinstance(item, str) for item in items):
        return array.astype(np.str_)
    for row, item in enumerate(items):
        if not isinstance(item, (bool, int, np.integer, np.bool_)):
            others = " beside others that are not" if isinstance(item, str) else ""
            raise MediaError(
                f"{what} must hold classes that are all integers or all strings, got {item!r:.60} at row {row}{others}"
            )
    return array.astype(np.int64)


def _some(names: Sequence[Any]) -> str:
    shown = ", ".join(repr(name) for name in names[:6])
    return shown + (f", … ({len(names)})" if len(names) > 6 else "")  # noqa: PLR2004
