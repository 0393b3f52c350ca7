"""Lightning: `WandbLogger`, a logger for `Trainer` and `Fabric` with the signature of Lightning's own.

    from lightning.pytorch import Trainer
    from trailmark.lightning import WandbLogger

    trainer = Trainer(logger=WandbLogger(project="digits", log_model=True))

Lightning comes as two packages with separate classes, `lightning` and `pytorch_lightning`. `WandbLogger` derives from
the logger of the one that the program has imported, else of the one that is installed; `logger_class` chooses. The
class is made when it is asked for: this module loads neither package.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

from trailmark.adapter import framework
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from trailmark.lightning.logger import RunLogger as WandbLogger

__all__ = ["WandbLogger", "logger_class"]

# Where each package has its loggers.
_TREES = {"lightning": "lightning.pytorch", "pytorch_lightning": "pytorch_lightning"}


def logger_class(package: str | None = None) -> type[WandbLogger]:
    """Return the class `WandbLogger` for one of Lightning's packages.

    Args:
        package: "lightning" or "pytorch_lightning"; by default the one that the program has imported, else the one that
            is installed.

    Raises:
        MissingPackageError: it is not installed.
        UsageError: there is no such package, or a file of the user's hides it.
    """
    if package is not None and package.partition(".")[0] not in _TREES:
        raise UsageError(f"logger_class() takes 'lightning' or 'pytorch_lightning', got {package!r}")
    module = framework("lightning", None if package is None else package.partition(".")[0])
    return _made(module.__name__)


@functools.cache
def _made(package: str) -> type[WandbLogger]:
    from trailmark.lightning.logger import RunLogger

    tree = _TREES[package]
    loggers = importlib.import_module(f"{tree}.loggers.logger")
    ranks = importlib.import_module(f"{tree}.utilities.rank_zero")
    attributes = {
        "__module__": __name__,
        "__qualname__": "WandbLogger",
        "__doc__": RunLogger.__doc__,
        "_package": package,
        "_rank_zero_only": staticmethod(ranks.rank_zero_only),
    }
    return type("WandbLogger", (RunLogger, loggers.Logger), attributes)


def revived(kind: str | type[WandbLogger], state: dict[str, Any]) -> WandbLogger:
    """Return a logger that was pickled: of a package, or of a class that a user derived."""
    made = logger_class(kind) if isinstance(kind, str) else kind
    logger = made.__new__(made)
    logger.__setstate__(state)
    return logger


def __getattr__(name: str) -> Any:
    if name == "WandbLogger":
        return logger_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
