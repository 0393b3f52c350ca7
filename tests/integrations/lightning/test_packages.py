"""Lightning's two packages, and importing none before it is needed."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.errors import MissingPackageError, UsageError
from trailmark.lightning import WandbLogger, logger_class

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def test_importing_the_adapter_imports_no_framework(script: Callable[..., Any]) -> None:
    """`import trailmark.lightning` loads neither Lightning nor torch nor numpy."""
    done = script(
        "import sys, trailmark.lightning\n"
        "found = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not found & {'lightning', 'pytorch_lightning', 'torch', 'numpy'}, found\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_class_is_of_the_package_at_hand(pl: ModuleType) -> None:
    """The class derives from the logger of the package, and is the same each time."""
    assert issubclass(WandbLogger, pl.loggers.Logger)
    assert logger_class() is logger_class(pl.__name__) is WandbLogger
    assert (WandbLogger.__module__, WandbLogger.__qualname__) == ("trailmark.lightning", "WandbLogger")


@pytest.mark.parametrize("package", ["lightning", "pytorch_lightning"])
def test_the_package_that_the_program_imported_is_taken(package: str, script: Callable[..., Any]) -> None:
    """Where both are installed, the class is made for the one that is imported, and survives pickling as such."""
    if not importlib.util.find_spec(package):
        with pytest.raises(MissingPackageError, match=f"pip install {package.replace('_', '-')}"):
            logger_class(package)
        return
    tree = {"lightning": "lightning.pytorch"}.get(package, package)
    done = script(
        f"import pickle, {tree} as pl\n"
        "from trailmark.lightning import WandbLogger, logger_class\n"
        "assert issubclass(WandbLogger, pl.loggers.Logger)\n"
        f"assert logger_class({package!r}) is WandbLogger\n"
        "assert type(pickle.loads(pickle.dumps(WandbLogger()))) is WandbLogger\n"
    )
    assert done.returncode == 0, done.stderr


def test_an_unknown_package_is_refused() -> None:
    """Only Lightning's two packages can be chosen."""
    with pytest.raises(UsageError, match="'lightning' or 'pytorch_lightning'"):
        logger_class("torch")
