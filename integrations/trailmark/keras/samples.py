"""`Samples`: the inputs and targets of data in any of the forms that Keras takes, as numpy arrays."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Samples(NamedTuple):
    """Samples of a data set.

    Attributes:
        inputs: an array whose first axis is the samples; or a list, tuple or dict of such, as the model takes it.
        targets: likewise; None if there are none.
    """

    inputs: Any
    targets: Any = None

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(parts(self.inputs)[0][1])

    def some(self, count: int) -> Samples:
        """Return at most `count` samples, from all over the data."""
        import numpy as np

        chosen = np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int)
        return Samples(*(None if part is None else mapped(lambda array: array[chosen], part) for part in self))


def samples_of(data: Any, batches: int | None = None) -> Samples:
    """Return all samples of `(x, y)`, or those of the first batches (1 if it is not said) of an iterable of such.

    Raises:
        UsageError: the data is neither.
    """
    if isinstance(data, (tuple, list)):
        return _pair(data)
    if hasattr(data, "__getitem__") and hasattr(data, "__len__") and not hasattr(data, "shape"):
        found = [_pair(data[number]) for number in range(min(batches or 1, len(data)))]
    elif hasattr(data, "__iter__") and not hasattr(data, "shape"):
        found = [_pair(pair) for pair in itertools.islice(_batches(data), batches or 1)]
    else:
        raise UsageError(f"data is (x, y), or batches of such, got {type(data).__name__}")
    if not found:
        raise UsageError("the data has no batches")
    return (
        found[0]
        if len(found) == 1
        else Samples(_joined([one.inputs for one in found]), _joined([one[1] for one in found]))
    )


def parts(values: Any) -> list[tuple[str, Any]]:
    """Return the arrays that `values` consists of, with what follows "input" or "output" in their names."""
    if isinstance(values, dict):
        return [(f":{name}", array) for name, array in values.items()]
    if isinstance(values, (list, tuple)):
        several = len(values) > 1
        return [(f":{number}" if several else "", array) for number, array in enumerate(values)]
    return [("", values)]


def mapped(function: Callable[[Any], Any], values: Any) -> Any:
    """Return `values` with each array of it replaced by what `function` makes of it."""
    if isinstance(values, dict):
        return {name: function(array) for name, array in values.items()}
    if isinstance(values, (list, tuple)):
        return type(values)(function(array) for array in values)
    return function(values)


def _batches(data: Any) -> Iterator[Any]:
    return iter(data)


def _pair(pair: Any) -> Samples:
    """Return the samples of ``(x, y)``, ``(x, y, weights)`` or x alone."""
    if not isinstance(pair, (tuple, list)):
        return Samples(_arrays(pair))
    if not pair:
        raise UsageError("data is (x, y), got nothing")
    return Samples(_arrays(pair[0]), _arrays(pair[1]) if len(pair) > 1 and pair[1] is not None else None)


def _arrays(values: Any) -> Any:
    """Return arrays of numpy for those of any framework; a list of arrays is several inputs, one of numbers is one."""
    import numpy as np

    if isinstance(values, dict) or (isinstance(values, (list, tuple)) and values and hasattr(values[0], "shape")):
        return mapped(_array, values)
    return _array(np.asarray(values) if isinstance(values, (list, tuple)) else values)


def _array(values: Any) -> Any:
    import numpy as np

    if hasattr(values, "detach"):  # a tensor of torch, maybe on a GPU
        values = values.detach().cpu()
    return np.asarray(values)


def _joined(found: list[Any]) -> Any:
    """Return the batches of arrays, dicts or lists of arrays as one."""
    import numpy as np

    first = found[0]
    if first is None:
        return None
    if isinstance(first, dict):
        return {name: np.concatenate([one[name] for one in found]) for name in first}
    if isinstance(first, (list, tuple)):
        return type(first)(np.concatenate([one[number] for one in found]) for number in range(len(first)))
    return np.concatenate(found)
