"""How the parameters of a model are called, and which of them are watched.

A name is that of `named_parameters`, without what wrappers put into it, so that a model has the same names alone,
compiled and in parallel. This module owns names; it never reads a parameter's numbers.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    Chosen = Callable[[str], bool]

# What DataParallel and DistributedDataParallel, torch.compile, FSDP and activation checkpointing put into names.
_WRAPPERS = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.", "_flat_param_wrapper.")
_PARALLEL = ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel")


class Named(NamedTuple):
    """A parameter: its first name, its other names, and itself."""

    name: str
    aliases: list[str]
    parameter: Any


def parameters_of(model: nn.Module) -> list[Named]:
    """Return each parameter of a model once, in the model's order; its names in other places are its aliases."""
    found: dict[int, Named] = {}
    prefixes = wrapper_prefixes(model)
    for full, parameter in model.named_parameters(remove_duplicate=False):
        name = plain_name(full, prefixes)
        known = found.setdefault(id(parameter), Named(name, [], parameter))
        if known.name != name and name not in known.aliases:
            known.aliases.append(name)
    return list(found.values())


def plain_name(name: str, prefixes: tuple[str, ...] = ()) -> str:
    """Return `name` without what wrappers put into it; `prefixes` are those of modules wrapped in parallel."""
    for prefix in prefixes:  # outer ones first
        if name.startswith(prefix):
            name = name[: len(prefix) - len("module.")] + name[len(prefix) :]
    for part in _WRAPPERS:
        name = name.replace(part, "")
    return name


def wrapper_prefixes(model: nn.Module) -> tuple[str, ...]:
    """Return the prefixes that end in the `module.` of a parallel wrapper, the innermost first.

    A module of the user's that is called `module` keeps its name.
    """
    wrapped = [
        f"{name}.module." if name else "module."
        for name, module in model.named_modules()
        if type(module).__name__ in _PARALLEL
    ]
    return tuple(sorted(wrapped, key=len, reverse=True))


def chosen_by(choice: Any) -> Chosen:
    """Return what says whether a name is watched: by a glob, a compiled regular expression, a function, or all.

    Raises:
        TypeError: `choice` is none of them.
    """
    if choice is None:
        return lambda _name: True
    if isinstance(choice, str):
        return lambda name: fnmatch.fnmatchcase(name, choice)
    if isinstance(choice, re.Pattern):
        return lambda name: choice.search(name) is not None
    if callable(choice):
        return lambda name: bool(choice(name))
    raise TypeError(f"a glob, a compiled regular expression or a function, got {choice!r}")
