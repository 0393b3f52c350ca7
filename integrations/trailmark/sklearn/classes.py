"""The classes of a classifier: which there are, in which order, and what a chart calls them.

Nothing is guessed: where classes, columns of scores and labels do not agree, an error says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trailmark.errors import UsageError
from trailmark.sklearn.inputs import target

if TYPE_CHECKING:
    from collections.abc import Iterable

    Array = np.ndarray[Any, Any]

_SHOWN = 6  # classes in an error


class Classes(NamedTuple):
    """Classes in their order, and their names."""

    values: list[Any]
    names: list[str]

    def __len__(self) -> int:
        return len(self.values)

    def places(self, y: Array, name: str) -> Array:
        """Return the place of each class of y, int64, of the same shape.

        Raises:
            UsageError: one is not among the classes.
        """
        at = {value: place for place, value in enumerate(self.values)}
        strange = [value for value in _found(y) if value not in at]
        if strange:
            raise UsageError(f"{name} has the class {strange[0]!r}, which is none of {listed(self.values)}")
        if y.dtype.kind == "U":
            return np.fromiter(map(at.__getitem__, y.tolist()), np.int64, len(y))
        found, inverse = np.unique(y, return_inverse=True)
        places: Array = np.asarray([at[value] for value in found.tolist()], np.int64)[inverse.reshape(y.shape)]
        return places

    def chosen(self, wanted: Iterable[Any] | None, what: str = "classes_to_plot") -> list[int]:
        """Return the places of the classes that are asked for by value or by name, in their order; all if None.

        Raises:
            UsageError: one of them is no class, or none is asked for.
        """
        if wanted is None:
            return list(range(len(self.values)))
        if isinstance(wanted, (str, bytes)):
            raise UsageError(f"{what} must be a list of classes, got {wanted!r}")
        places = set()
        for choice in wanted:
            if choice in self.values:
                places.add(self.values.index(choice))
            elif str(choice) in self.names:
                places.add(self.names.index(str(choice)))
            else:
                raise UsageError(f"{what} has {choice!r}, which is none of the classes {listed(self.names)}")
        if not places:
            raise UsageError(f"{what} is empty: there is nothing to draw")
        return sorted(places)


def class_target(y: Any, name: str) -> Array:
    """Return classes as an array, (n,) of integers, booleans or strings, or (n, labels) of zeros and ones.

    Missing values stay, as in `inputs.target`.

    Raises:
        UsageError: they are numbers with fractions, which are no classes.
    """
    array = target(y, name)
    if array.dtype.kind == "f":
        present = array[~np.isnan(array)]
        if len(fractions := present[present != np.floor(present)]):
            raise UsageError(f"{name} must hold classes, got the number {fractions[0]}: is this a regression?")
        if len(present) == array.size:
            array = array.astype(np.int64)
    if array.ndim > 1 and not set(np.unique(array[~_gaps(array)]).tolist()) <= {0, 1}:
        raise UsageError(
            f"{name} has {array.shape[1]} columns, which must hold zeros and ones (a column a class): plot the outputs "
            "of a model of several outputs one by one"
        )
    return array


def _gaps(array: Array) -> Array:
    if array.dtype.kind == "f":
        return np.isnan(array)
    return np.equal(array, np.array(None)).astype(bool) if array.dtype.kind == "O" else np.zeros(array.shape, bool)


def classes_of(*targets: Array, labels: Any = None, known: Any = None, count: int | None = None) -> Classes:
    """Return the classes of targets without missing values, and their names.

    Args:
        targets: (n,) each.
        labels: names by class (a dict), or a list: the classes themselves in their order, or the names of the sorted
            classes, where integers from 0 are places in it.
        known: the classes of a model, in the order of its scores; others that occur come after them.
        count: how many there must be: the columns of scores.

    Raises:
        UsageError: they do not agree.
    """
    found = _distinct(targets)
    names = None if labels is None or isinstance(labels, dict) else _names(labels)
    values = _values(found, names, known, count)
    if names is None:
        return Classes(values, _unique([_called(value, labels or {}) for value in values]))
    if set(values) <= set(names):
        return Classes(values, [str(value) for value in values])
    if len(names) == len(values):
        return Classes(values, [str(name) for name in names])
    if all(_is_place(value, len(names)) for value in values):
        return Classes(values, [str(names[int(value)]) for value in values])
    raise UsageError(
        f"labels has {len(names)} names ({listed(names)}), and there are {len(values)} classes ({listed(values)}): "
        "pass a name for each class, in the order of the sorted classes, or a dict of names by class"
    )


def _distinct(targets: tuple[Array, ...]) -> list[Any]:
    kinds = {"U" if one.dtype.kind in "UO" else "number" for one in targets}
    if len(kinds) > 1:
        shown = " and ".join(listed(_found(one)) for one in targets)
        raise UsageError(f"classes are strings in one place and numbers in another: {shown}; pass the same in both")
    return sorted({value for one in targets for value in _found(one)})


def _found(y: Array) -> list[Any]:
    """Return the sorted classes that occur. numpy sorts a million strings in seconds; a set is quick."""
    return sorted(set(y.tolist())) if y.dtype.kind == "U" else list(np.unique(y).tolist())


def _values(found: list[Any], names: list[Any] | None, known: Any, count: int | None) -> list[Any]:
    if known is not None:
        values = [_plain(value) for value in list(known)]
        return [*values, *(value for value in found if value not in values)]
    if names is not None and set(found) <= set(names) and count in (None, len(names)):
        return names
    size = count if count is not None else len(names) if names is not None else None
    if size is None or len(found) == size:
        return found
    if all(_is_place(value, size) for value in found):
        return list(range(size))
    if count is None:
        return found
    raise UsageError(
        f"there are {count} columns of scores, and {len(found)} classes ({listed(found)}): which column belongs to "
        "which class is not known; pass the classes in the order of the columns as labels"
    )


def _plain(value: Any) -> Any:
    """Return a class of a model as `class_target` has it: an integer, a boolean or a string."""
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_place(value: Any, size: int) -> bool:
    return isinstance(value, int) and 0 <= value < size


def _called(value: Any, names: dict[Any, Any]) -> str:
    return str(names.get(value, names.get(str(value), value)))


def _names(labels: Any) -> list[Any]:
    if isinstance(labels, (str, bytes)) or not hasattr(labels, "__iter__"):
        raise UsageError(f"labels must be a list of names, or a dict of names by class, got {labels!r:.80}")
    names = [name.item() if hasattr(name, "item") else name for name in labels]
    _unique([str(name) for name in names])
    return names


def _unique(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise UsageError(
            f"two classes have the name {twice!r}, and could not be told apart: give each its own in labels"
        )
    return names


def listed(values: Iterable[Any]) -> str:
    """Return some of the values as an error shows them."""
    shown = list(values)
    more = f", … ({len(shown)})" if len(shown) > _SHOWN else ""
    return ", ".join(repr(value) for value in shown[:_SHOWN]) + more
