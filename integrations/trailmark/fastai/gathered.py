"""What a learner was made with, as the config of a run.

fastai keeps the arguments of learners, callbacks and losses as attributes; how it tells which ones these are has
changed between its versions. They are found here by the signatures of the classes alone.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = (bool, int, float, str, type(None))
_SKIPPED = {"self", "dls", "model", "cbs"}  # told apart from the arguments: by `facts`, the graph, and a key for each
_MAX_TEXT = 2000  # characters of a value that is no plain data
_MAX_NUMBERS = 32  # of an array, as in rows
_MAX_DEPTH = 3  # of arguments within arguments
_UNKNOWN = object()


def gathered(learn: Any) -> dict[str, Any]:
    """Return the config of a learner: its arguments, those of each callback, and what is told of its data and model."""
    config: dict[str, Any] = {"Learner": _described(learn, 0)}
    for callback in learn.cbs:
        config[type(callback).__name__] = _described(callback, 0) if _arguments(callback) else True
    return {**config, **_facts(learn)}


def input_dimensions(inputs: Any) -> dict[str, int]:
    """Return the shapes of the inputs of a batch, ``{"input 1 dim 1": 64, …}``; the first dimension is the batch's."""
    return {
        f"input {n} dim {axis}": int(size)
        for n, part in enumerate(inputs, 1)
        for axis, size in enumerate(getattr(part, "shape", ()), 1)
    }


def _facts(learn: Any) -> dict[str, Any]:
    dls, opt = learn.dls, learn.opt
    known = {
        "n_inp": lambda: int(dls.train.n_inp),
        "batch size": lambda: int(dls.bs),
        "batch per epoch": lambda: len(dls.train),
        "model parameters": lambda: sum(parameter.numel() for parameter in learn.model.parameters()),
        "device": lambda: str(getattr(dls.device, "type", dls.device)),
        "frozen": lambda: bool(opt.frozen_idx),
        "frozen idx": lambda: int(opt.frozen_idx),
        "dataset.tfms": lambda: _text(dls.dataset.tfms),
        "dls.after_item": lambda: _text(dls.after_item),
        "dls.before_batch": lambda: _text(dls.before_batch),
        "dls.after_batch": lambda: _text(dls.after_batch),
    }
    facts = {name: _read(read) for name, read in known.items()}
    return {name: value for name, value in facts.items() if value is not _UNKNOWN}


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (AttributeError, TypeError, ValueError):  # loaders and data sets may be anything, and lack what others have
        return _UNKNOWN


def _described(value: Any, depth: int) -> dict[str, Any]:
    """Return the arguments of an object under their names, and the name of its class as `_name`."""
    told = {name: _plain(argument, depth + 1) for name, argument in _arguments(value).items()}
    return {**told, "_name": type(value).__name__}


def _arguments(value: Any) -> dict[str, Any]:
    """Return what an object keeps of the arguments of its class, and of the classes that this one derives from."""
    kept = getattr(value, "__dict__", {})
    found: dict[str, Any] = {}
    for kind in type(value).__mro__:
        if kind is object or "__init__" not in vars(kind):
            continue
        try:
            names = inspect.signature(kind.__init__).parameters  # type: ignore[misc]  # of just this class
        except (TypeError, ValueError):  # made in C
            continue
        for name in names:
            for attribute in (name, f"_{name}"):  # `metrics` is a property over `_metrics`
                if name not in _SKIPPED and attribute in kept:
                    found.setdefault(name, kept[attribute])
                    break
    return found


def _plain(value: Any, depth: int) -> Any:
    """Return plain data as it is, an object's arguments, or the text of anything else."""
    if isinstance(value, _PLAIN):
        return value if type(value) in _PLAIN else _text(value)
    if hasattr(value, "shape") and hasattr(value, "tolist"):
        size = math.prod(value.shape)
        return value.tolist() if size <= _MAX_NUMBERS else f"{type(value).__name__} {tuple(value.shape)}"
    if depth >= _MAX_DEPTH or isinstance(value, (type, functools.partial)) or inspect.isroutine(value):
        return _text(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if _is_list(value):
        return [_plain(item, depth + 1) for item in value]
    return _described(value, depth) if _arguments(value) else _text(value)


def _is_list(value: Any) -> bool:
    """Whether this is a list, a tuple, or fastcore's `L`."""
    return isinstance(value, (list, tuple, set)) or type(value).__name__ == "L"


def _name(value: Any) -> str:
    return str(getattr(value, "__qualname__", None) or getattr(value, "__name__", type(value).__qualname__))


def _text(value: Any) -> str:
    if isinstance(value, functools.partial):
        given = [*map(_text, value.args), *(f"{key}={_text(item)}" for key, item in value.keywords.items())]
        return f"{_name(value.func)}({', '.join(given)})"[:_MAX_TEXT]
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    shown_by: object = type(value).__repr__
    if isinstance(value, type) or shown_by is object.__repr__ or hasattr(value, "__name__"):
        return _name(value)  # the text would hold an address, and differ from run to run
    try:
        return str(value)[:_MAX_TEXT]
    except Exception as error:  # noqa: BLE001 (any class may fail to describe itself)
        return f"<{_name(type(value))}: {type(error).__name__}>"
