"""Any Python value as a plain one: None, bool, int, float, str, bytes, list, dict.

`flat_row` serves `log`: what is nested becomes dotted keys, and media stay what they are, for the run to store. `plain`
serves config and summary, where nesting stays.

What W&B makes of each type is kept, but for: integers of any size stay exact, bytes stay bytes, and what is missing is
None. No value stops a training run: one whose own methods fail becomes a text that says so.
"""

from __future__ import annotations

import collections
import datetime
import enum
import math
import numbers
import os
import sys
import types
from collections.abc import Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from trailmark._term import say_once
from trailmark.errors import LogTypeError
from trailmark.media.array import as_number, as_numpy, fetch_scalars
from trailmark.media.kinds import as_media
from trailmark.media.media import Media

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LIST = 32  # an array with more values becomes a histogram, as in W&B
MAX_DEPTH = 64
_ATOMS = frozenset((bool, int, float, type(None), bytes))
_MISSING = frozenset(("NAType", "NaTType"))  # pandas.NA, and pandas.NaT, which is a datetime


def flat_row(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row for the journal: dotted keys, and plain values, media, or lists of media of one kind.

    Raises:
        LogTypeError: a key of `data` is not a str, it is nested without end, or a list mixes media with other things.
    """
    for key in data:
        if not isinstance(key, str):
            raise LogTypeError(
                f"log() takes a mapping with str keys, got the key {key!r} of type {type(key).__name__}: "
                f"write {str(key)!r}"
            )
    leaves: dict[str, Any] = {}
    _flatten(data, "", 0, leaves)
    leaves.update(fetch_scalars(leaves))
    return {
        key: value if type(value) in _ATOMS or is_media(value) else plain(value, key) for key, value in leaves.items()
    }


def _flatten(data: Mapping[Any, Any], prefix: str, depth: int, leaves: dict[str, Any]) -> None:
    if depth > MAX_DEPTH:
        raise LogTypeError(f"{prefix[:80]}… is nested deeper than {MAX_DEPTH}: does it contain itself?")
    for key, value in data.items():
        name = prefix + as_name(key)
        if type(value) in _ATOMS or type(value) is str:
            leaves[name] = value
            continue
        value = with_media(value, name)  # noqa: PLW2901
        inside = None if is_media(value) else _entries(value)
        if inside:
            _flatten(inside, name + ".", depth + 1, leaves)
        else:
            leaves[name] = value


def is_media(value: Any) -> bool:
    """Whether `value`, of `with_media`, is a media object or a list of them."""
    return isinstance(value, Media) or (type(value) is list and bool(value) and isinstance(value[0], Media))


def with_media(value: Any, key: str) -> Any:
    """Return a figure, picture or data frame, or a list of some, as media; anything else as it is.

    Raises:
        LogTypeError: a list holds media of several kinds, or media and other things.
    """
    if not isinstance(value, (list, tuple)) or not value:
        return as_media(value)
    first = as_media(value[0])
    if not isinstance(first, Media):
        return value
    items = [first, *map(as_media, value[1:])]
    odd = {type(item).__name__ for item in items if type(item) is not type(first)}
    if odd:
        raise LogTypeError(
            f"{key!r} is a list of {type(first).__name__} that also holds {', '.join(sorted(odd))}: "
            "log one list for each kind of media"
        )
    return items


def _entries(value: Any) -> dict[Any, Any] | None:
    """Return what is in a mapping or a set of fields; None for anything else, and for one that cannot be read."""
    try:
        return dict(value.items()) if isinstance(value, Mapping) else fields_of(value)
    except Exception:  # noqa: BLE001 (`plain` meets it again, and tells)
        return None


def plain(value: Any, key: str = "", depth: int = 0) -> Any:
    """Return `value` as plain data, none of which is part of `value`; `key` names it in messages.

    Raises:
        LogTypeError: it is nested without end.
    """
    if type(value) in _ATOMS:
        return value
    if depth > MAX_DEPTH:
        raise LogTypeError(f"{key or 'a value'} is nested deeper than {MAX_DEPTH}: does it contain itself?")
    try:
        return _converted(value, key, depth)
    except LogTypeError:
        raise
    except Exception as error:  # noqa: BLE001 (foreign code, in the middle of a training run)
        return _failure(value, key, error)


def _converted(value: Any, key: str, depth: int) -> Any:
    for convert in (
        _from_builtin,
        _from_scalar,
        _from_protocol,
        _from_number,
        _from_fields,
        _from_array,
        _from_sequence,
    ):
        found = convert(value, key, depth)
        if found is not NotImplemented:
            return found
    return _text(_described(value, key))


def _from_builtin(value: Any, key: str, depth: int) -> Any:
    """Return what records consist of, before anything else is asked of the value."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is list:
        return _list(value, key, depth)
    if kind is dict or isinstance(value, Mapping):
        return {as_name(name): plain(item, key, depth + 1) for name, item in value.items()}
    return NotImplemented


def _from_scalar(value: Any, _key: str, _depth: int) -> Any:
    """Return one number of any array library, an enum's member by its name, and texts of other classes."""
    number = as_number(value)
    if number is not None:
        return number if type(number) in _ATOMS else str(number)
    if isinstance(value, enum.Enum):
        return _text(value._name_ or str(value))  # a combination of flags may have no name
    return _text(value) if isinstance(value, str) else NotImplemented


def _from_protocol(value: Any, key: str, depth: int) -> Any:
    """Return dates as ISO 8601, durations as seconds, and what values of Trailmark say of themselves."""
    kind = type(value)
    if isinstance(value, Media):
        raise LogTypeError(
            f"{key or 'a value'} holds {type(value).__name__} where only plain values can be kept: "
            "log it under a key of its own, alone or in a list of its kind"
        )
    if kind.__name__ in _MISSING and kind.__module__.startswith("pandas."):
        return None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if callable(getattr(kind, "to_record", None)):
        record = value.to_record()
        if isinstance(record, dict) and "_type" in record:
            return plain(record, key, depth + 1)
    return NotImplemented


def _from_number(value: Any, _key: str, _depth: int) -> Any:
    """Return numbers of any kind, and what is as good as bytes."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(memoryview(value))
    if not isinstance(value, numbers.Number) or type(value).__name__ == "timedelta64":  # an integer, says numpy
        return NotImplemented
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        return str(complex(value))
    return _as_float(value)


def _as_float(value: Any) -> float | str:
    """Return a real number as a float; one beyond the range of floats as its text."""
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return str(value)
    return str(value) if math.isinf(number) and value != number else number


def _from_array(value: Any, key: str, depth: int) -> Any:
    """Return arrays and tensors of any library: one value, a list, or from 33 numbers on a histogram."""
    array = as_numpy(value)
    if array is None:
        return NotImplemented
    if array.dtype.kind in "Mm":
        array = _from_times(array)
    if array.size == 1:
        return plain(array.reshape(()).tolist(), key, depth + 1)
    if array.size <= MAX_LIST or array.dtype.kind not in "biuf":
        return _list(array.tolist(), key, depth)
    from trailmark.media.histogram import Histogram

    say_once("histogram", f"arrays of more than {MAX_LIST} numbers are kept as histograms, here that of {key!r}")
    return Histogram(array).to_record()


def _from_times(array: Any) -> Any:
    """Return dates as ISO 8601 text or None, durations as seconds or NaN; those of no fixed length as text."""
    import numpy as np

    if array.dtype.kind == "m" and np.datetime_data(array.dtype)[0] not in ("Y", "M", "generic"):
        return array / np.timedelta64(1, "s")
    texts = [None if np.isnat(time) else str(time) for time in array.ravel()]
    return np.array(texts, dtype=object).reshape(array.shape)


def _from_sequence(value: Any, key: str, depth: int) -> Any:
    """Return lists, tuples, sets and the like; a range says more as text."""
    if not isinstance(value, (Sequence, AbstractSet, ValuesView)) or isinstance(value, (range, collections.UserString)):
        return NotImplemented
    items = _list(value, key, depth)
    return _in_order(items) if isinstance(value, (set, frozenset)) else items


def _list(values: Iterable[Any], key: str, depth: int) -> list[Any]:
    return [item if type(item) in _ATOMS else _element(item, key, depth + 1) for item in values]


def _element(item: Any, key: str, depth: int) -> Any:
    """Return an element of a list: unlike a value of its own, an array of one number stays a list there."""
    found = plain(item, key, depth)
    if hasattr(type(item), "ndim") and not isinstance(found, (list, dict)):
        for _ in range(item.ndim):
            found = [found]
    return found


def _in_order(items: list[Any]) -> list[Any]:
    """Return what was a set, whose order is chance, in an order that is the same in the next process."""
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=repr)


def _from_fields(value: Any, key: str, depth: int) -> Any:
    fields = fields_of(value)
    return NotImplemented if fields is None else plain(fields, key, depth + 1)


def fields_of(value: Any) -> dict[Any, Any] | None:
    """Return what an object that is no more than its fields has in them; None for anything else.

    Such are dataclasses, namespaces, pydantic models, attrs objects, data frames (by column) and structured arrays.
    """
    kind = type(value)
    if hasattr(kind, "to_record"):
        return None
    if hasattr(kind, "__array__"):
        names = value.columns if kind.__name__ == "DataFrame" else getattr(getattr(value, "dtype", None), "names", None)
        return None if names is None else {name: value[name] for name in names}
    if hasattr(kind, "__dataclass_fields__"):
        import dataclasses

        names = [field.name for field in dataclasses.fields(value)]
    elif hasattr(kind, "__attrs_attrs__"):
        names = [attribute.name for attribute in kind.__attrs_attrs__]
    elif callable(getattr(kind, "model_dump", None)):
        return dict(value.model_dump())
    elif isinstance(value, (types.SimpleNamespace, getattr(sys.modules.get("argparse"), "Namespace", ()))):
        return dict(vars(value))
    else:
        return None
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _described(value: Any, key: str) -> str:
    """Return the text of what has no other form: functions and classes by their name, paths, and the rest."""
    if callable(value) and isinstance(getattr(value, "__qualname__", None), str):
        return type_name(value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    text, kind = str(value), type_name(type(value))
    if not isinstance(value, (range, collections.UserString)):
        say_once(f"text {kind}", f"values of type {kind} are kept as their text, here that of {key!r}")
    return text


def _failure(value: Any, key: str, error: Exception) -> str:
    """Return what is kept of a value whose own methods fail."""
    import traceback

    kind = type_name(type(value))
    reason = traceback.format_exception_only(type(error), error)[-1].partition("\n")[0][:200]
    say_once(f"failed {kind}", f"{key!r} cannot be read, a text that says so is kept instead: {kind}: {reason}", "warn")
    return _text(f"<{kind}: {reason}>")


def as_name(key: Any) -> str:
    """Return the key of a mapping as text.

    Raises:
        LogTypeError: it has none.
    """
    if isinstance(key, str):
        return _text(key)
    try:
        return _text(key._name_ or str(key) if isinstance(key, enum.Enum) else str(key))
    except Exception as error:
        raise LogTypeError(f"a key of type {type_name(type(key))} has no text: write keys as str") from error


def _text(text: str) -> str:
    """Return `text` as UTF-8 can hold it."""
    if type(text) is not str:
        text = str.__str__(text)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, as file names can hold
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def type_name(kind: Any) -> str:
    """Return the full name of a class or a function; that of a builtin without its module."""
    module = getattr(kind, "__module__", None)
    name = str(getattr(kind, "__qualname__", kind))
    return name if module in (None, "builtins") else f"{module}.{name}"
