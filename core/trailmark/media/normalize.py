"""Any Python value as a plain one: None, bool, int, float, str, bytes, list, dict.

`flat_row` serves `log`: nested mappings become dotted keys. `plain` serves config and summary, where nesting stays.
Arrays and tensors are recognised by what they can do; no framework is imported to find out.

What W&B makes of each type is kept, but for: integers of any size stay exact, and bytes stay bytes.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from trailmark._term import termlog, termwarn
from trailmark.errors import LogTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LIST = 32  # an array with more values becomes a histogram, as in W&B
MAX_DEPTH = 64
_ATOMS = frozenset((bool, int, float, type(None), bytes))


def flat_row(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row for the journal: dotted keys and plain values.

    Raises:
        LogTypeError: a key of `data` is not a str, or mappings are nested without end.
    """
    for key in data:
        if not isinstance(key, str):
            raise LogTypeError(
                f"log() takes a mapping with str keys, got the key {key!r} of type {type(key).__name__}: "
                f"write {str(key)!r}"
            )
    leaves = dict(_leaves(data, "", 0))
    fetched = _fetch_device_scalars(leaves)
    return {
        key: fetched[key] if key in fetched else value if type(value) in _ATOMS else plain(value, key)
        for key, value in leaves.items()
    }


def _leaves(data: Mapping[Any, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > MAX_DEPTH:
        raise LogTypeError(f"log() got mappings nested deeper than {MAX_DEPTH}: does one contain itself?")
    for key, value in data.items():
        name = prefix + _text(key if isinstance(key, str) else str(key))
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, name + ".", depth + 1)
        else:
            yield name, value


def plain(value: Any, key: str = "", depth: int = 0) -> Any:
    """Return `value` as plain data; `key` names it in messages.

    Raises:
        LogTypeError: containers are nested without end.
    """
    if depth > MAX_DEPTH:
        raise LogTypeError(f"{key or 'a value'} is nested deeper than {MAX_DEPTH}: does it contain itself?")
    kind = type(value)
    if kind in _ATOMS:
        return value
    if isinstance(value, (str, enum.Enum)):
        return value.name if isinstance(value, enum.Enum) else _text(value)
    if isinstance(value, Mapping):
        return {_text(str(name)): plain(item, key, depth + 1) for name, item in value.items()}
    if isinstance(value, (list, tuple, AbstractSet, range)):
        return _plain_list(value, key, depth)
    for convert in (_from_number, _from_protocol, _from_array, _from_object):
        found = convert(value, key)
        if found is not NotImplemented:
            return found
    termwarn(f"{key}: a value of type {_type_name(kind)} is kept as its text", repeat=False)
    return _text(str(value))


def _plain_list(values: Iterable[Any], key: str, depth: int) -> list[Any]:
    items = list(values)
    if all(type(item) in _ATOMS for item in items):
        return items
    return [plain(item, key, depth + 1) for item in items]


def _from_number(value: Any, _: str) -> Any:
    """Return subclasses of int and float, and numbers of other kinds."""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return str(complex(value))
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return NotImplemented


def _from_protocol(value: Any, _: str) -> Any:
    """Return dates as ISO 8601, and what values of Trailmark say of themselves."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    to_record = getattr(value, "to_record", None)
    if to_record is not None and not isinstance(value, type):
        return to_record()
    return NotImplemented


def _from_array(value: Any, key: str) -> Any:
    """Return arrays and tensors of any library: one value, a list, or from 33 values on a histogram."""
    array = as_numpy(value)
    if array is None:
        return NotImplemented
    if array.dtype.kind in "Mm":
        array = array.astype(str)
    if array.dtype.kind == "V":
        array = array.astype(object)
    if array.size == 1 and array.dtype != object:
        return plain(array.reshape(()).item(), key)
    if array.size <= MAX_LIST or array.dtype.kind not in "biuf":
        return _plain_list(array.tolist(), key, 0)
    from trailmark.media.histogram import Histogram

    termlog(f"{key}: arrays of more than {MAX_LIST} values are kept as histograms", repeat=False)
    return Histogram(array).to_record()


def as_numpy(value: Any) -> Any:
    """Return an array, tensor, series or scalar of numpy, torch, JAX, TensorFlow, … as a numpy array, else None."""
    if hasattr(value, "detach"):  # torch: off the graph, off the device, and to a type that numpy has
        tensor = value.detach()
        if getattr(tensor, "is_sparse", False) or getattr(tensor, "is_quantized", False):
            tensor = tensor.to_dense() if tensor.is_sparse else tensor.dequantize()
        tensor = tensor.cpu()
        if str(tensor.dtype) in ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2"):
            tensor = tensor.float()
        return tensor.resolve_conj().resolve_neg().numpy() if hasattr(tensor, "resolve_conj") else tensor.numpy()
    if isinstance(value, type) or not hasattr(value, "__array__"):
        return None
    import numpy as np

    get = getattr(value, "get", None)
    if get is not None and type(value).__module__.startswith("cupy"):
        return get()
    array = np.asarray(value)
    # bfloat16 and the float8 kinds of JAX and TensorFlow look like void to numpy but convert themselves.
    return array.astype(np.float32) if array.dtype.kind == "V" and array.dtype.names is None else array


def _from_object(value: Any, _: str) -> Any:
    """Return dataclasses as mappings, and functions and classes by their name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if callable(value) and hasattr(value, "__qualname__"):
        return _type_name(value)
    if hasattr(value, "__fspath__"):
        return _text(str(value))
    return NotImplemented


def _fetch_device_scalars(leaves: dict[str, Any]) -> dict[str, Any]:
    """Return the 0-d torch tensors that lie on a device, fetched together.

    Each single `.item()` waits for the device; one stacked copy waits once for all of them.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    groups: dict[tuple[str, bool], list[str]] = {}
    for key, value in leaves.items():
        if isinstance(value, torch.Tensor) and value.ndim == 0 and value.device.type != "cpu":
            exact = not value.dtype.is_floating_point
            if not value.dtype.is_complex:
                groups.setdefault((str(value.device), exact), []).append(key)
    fetched: dict[str, Any] = {}
    for (device, exact), keys in groups.items():
        wide = torch.int64 if exact else torch.float32 if device.startswith("mps") else torch.float64
        numbers = torch.stack([leaves[key].detach().to(wide) for key in keys]).tolist()
        for key, number in zip(keys, numbers, strict=True):
            fetched[key] = bool(number) if leaves[key].dtype is torch.bool else number
    return fetched


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


def _type_name(kind: Any) -> str:
    return f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', kind)}".lstrip(".")
