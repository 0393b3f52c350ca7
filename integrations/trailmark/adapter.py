"""What every adapter stands on: the frameworks it is for, and the run it logs to.

`FRAMEWORKS` is the one place that says which versions an adapter supports: `tests/matrix.py` makes the environments of
tox and the table of the README from it, and tests compare the extras of the package with it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import trailmark
from trailmark.errors import MissingPackageError, NoRunError, UsageError

if TYPE_CHECKING:
    from types import ModuleType


class Framework(NamedTuple):
    """A package that an adapter is for.

    Attributes:
        package: its name for pip.
        module: its name for Python.
        oldest: the first version that is supported.
    """

    package: str
    module: str
    oldest: str


FRAMEWORKS = {
    "fastai": (Framework("fastai", "fastai", "2.7.14"),),
    "keras": (
        Framework("keras", "keras", "3.0"),
        Framework("tf-keras", "tf_keras", "2.16"),
        Framework("tensorflow", "keras", "2.15"),  # whose tf.keras is the package keras of the same number
    ),
    "lightning": (
        Framework("lightning", "lightning", "2.0"),
        Framework("pytorch-lightning", "pytorch_lightning", "1.9"),
    ),
    "sklearn": (Framework("scikit-learn", "sklearn", "1.1"),),
    "torch": (Framework("torch", "torch", "2.0"),),
}


def framework(adapter: str, module: str | None = None) -> ModuleType:
    """Import the framework of an adapter: of several, the one that the program has imported already, else the first.

    Args:
        adapter: a key of `FRAMEWORKS`.
        module: the one that must be taken.

    Raises:
        MissingPackageError: none is installed.
        UsageError: a file of the user's has the framework's name and hides it.
    """
    choices = [one for one in FRAMEWORKS[adapter] if module in (None, one.module)]
    choices.sort(key=lambda one: one.module not in sys.modules)
    for choice in choices:
        found = _imported(choice.module)
        if found is not None:
            _refuse_namesake(choice, found)
            _warn_if_old([one for one in choices if one.module == choice.module], found)
            return found
    raise MissingPackageError(choices[0].package, f"trailmark.{adapter}")


def run_of(run: Any, call: str) -> trailmark.Run:
    """Return the run that was given, else the current one.

    Raises:
        NoRunError: there is neither.
    """
    found: trailmark.Run | None = trailmark.run if run is None else run
    if found is None:
        raise NoRunError(f"{call} needs a run: call trailmark.init() first, or give it run=")
    return found


def _imported(module: str) -> ModuleType | None:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # the framework is there, and lacks something itself
        return None


def _refuse_namesake(choice: Framework, found: ModuleType) -> None:
    if not hasattr(found, "__path__"):
        raise UsageError(
            f"`import {choice.module}` found {found.__file__}, not the package {choice.package}: rename that file"
        )


def _warn_if_old(choices: list[Framework], found: ModuleType) -> None:
    """Warn if a module is older than all the packages that bring it may be."""
    versions = [_version(one, found) for one in choices]
    if all(_numbers(version) < _numbers(one.oldest) for one, version in zip(choices, versions, strict=True)):
        trailmark.termwarn(
            f"{choices[0].package} {versions[0]} is older than {choices[0].oldest}, the first that Trailmark is tested "
            "with",
            repeat=False,
        )


def _version(choice: Framework, found: ModuleType) -> str:
    try:
        return importlib.metadata.version(choice.package)
    except importlib.metadata.PackageNotFoundError:  # such as tensorflow-cpu for tensorflow
        return str(getattr(found, "__version__", choice.oldest))


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: (2, 7, 14) of "2.7.14rc1"."""
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
