"""Trailmark: a local-first experiment tracker with the programming interface of Weights & Biases.

    import trailmark

    run = trailmark.init(project="digits", config={"lr": 0.1})
    run.log({"loss": 0.5})
    run.finish()

This module imports nothing until it is used: a name is loaded from its home when it is first asked for. `run`,
`config` and `summary` follow the current run.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from typing import TYPE_CHECKING, Any

from trailmark._version import __version__

if TYPE_CHECKING:
    from trailmark import fastai, keras, lightning, plot, sklearn, torch  # noqa: F401 (found by `_MODULES`)
    from trailmark._init import init
    from trailmark._login import login
    from trailmark._run.alert_level import AlertLevel
    from trailmark._run.config import Config
    from trailmark._run.current import (
        alert,
        define_metric,
        finish,
        link_artifact,
        link_model,
        log,
        log_artifact,
        log_code,
        log_model,
        mark_preempting,
        require,
        save,
        use_artifact,
        use_model,
    )
    from trailmark._run.restore import restore
    from trailmark._run.run import Run
    from trailmark._run.settings import Settings
    from trailmark._run.summary import Summary
    from trailmark._term import termerror, termlog, termwarn
    from trailmark.api import Api
    from trailmark.artifacts.artifact import Artifact
    from trailmark.errors import CommError, ConfigError, Error, UsageError
    from trailmark.media.box3d import box3d
    from trailmark.media.graph import Graph
    from trailmark.media.histogram import Histogram
    from trailmark.media.html import Html
    from trailmark.media.images.classes import Classes
    from trailmark.media.images.image import Image
    from trailmark.media.molecule import Molecule
    from trailmark.media.object3d import Object3D
    from trailmark.media.plotly import Plotly
    from trailmark.media.sounds.audio import Audio
    from trailmark.media.tables.joined_table import JoinedTable
    from trailmark.media.tables.partitioned_table import PartitionedTable
    from trailmark.media.tables.table import Table
    from trailmark.media.videos.video import Video
    from trailmark.plot import plot_table, visualize
    from trailmark.torch import unwatch, watch

    run: Run | None
    config: Any  # a Config; what is assigned may be any mapping
    summary: Summary

_HOMES = {
    "AlertLevel": "trailmark._run.alert_level",
    "Api": "trailmark.api",
    "Artifact": "trailmark._run.artifact",
    "Audio": "trailmark.media.sounds.audio",
    "Classes": "trailmark.media.images.classes",
    "CommError": "trailmark.errors",
    "Config": "trailmark._run.config",
    "ConfigError": "trailmark.errors",
    "Error": "trailmark.errors",
    "Graph": "trailmark.media.graph",
    "Histogram": "trailmark.media.histogram",
    "Html": "trailmark.media.html",
    "Image": "trailmark.media.images.image",
    "JoinedTable": "trailmark.media.tables.joined_table",
    "Molecule": "trailmark.media.molecule",
    "Object3D": "trailmark.media.object3d",
    "PartitionedTable": "trailmark.media.tables.partitioned_table",
    "Plotly": "trailmark.media.plotly",
    "Run": "trailmark._run.run",
    "Settings": "trailmark._run.settings",
    "Summary": "trailmark._run.summary",
    "Table": "trailmark.media.tables.table",
    "UsageError": "trailmark.errors",
    "Video": "trailmark.media.videos.video",
    "alert": "trailmark._run.current",
    "box3d": "trailmark.media.box3d",
    "define_metric": "trailmark._run.current",
    "finish": "trailmark._run.current",
    "init": "trailmark._init",
    "link_artifact": "trailmark._run.current",
    "link_model": "trailmark._run.current",
    "log": "trailmark._run.current",
    "log_artifact": "trailmark._run.current",
    "log_code": "trailmark._run.current",
    "log_model": "trailmark._run.current",
    "login": "trailmark._login",
    "mark_preempting": "trailmark._run.current",
    "plot_table": "trailmark.plot",
    "require": "trailmark._run.current",
    "restore": "trailmark._run.restore",
    "save": "trailmark._run.current",
    "termerror": "trailmark._term",
    "termlog": "trailmark._term",
    "termwarn": "trailmark._term",
    "unwatch": "trailmark.torch",
    "use_artifact": "trailmark._run.current",
    "use_model": "trailmark._run.current",
    "visualize": "trailmark.plot",
    "watch": "trailmark.torch",
}

# The adapters among them import their framework when one of their names is used, not before.
_MODULES = ("errors", "fastai", "keras", "lightning", "plot", "sklearn", "torch")

__all__ = [
    "AlertLevel",
    "Api",
    "Artifact",
    "Audio",
    "Classes",
    "CommError",
    "Config",
    "ConfigError",
    "Error",
    "Graph",
    "Histogram",
    "Html",
    "Image",
    "JoinedTable",
    "Molecule",
    "Object3D",
    "PartitionedTable",
    "Plotly",
    "Run",
    "Settings",
    "Summary",
    "Table",
    "UsageError",
    "Video",
    "__version__",
    "alert",
    "box3d",
    "config",
    "define_metric",
    "finish",
    "init",
    "link_artifact",
    "link_model",
    "log",
    "log_artifact",
    "log_code",
    "log_model",
    "login",
    "mark_preempting",
    "plot",
    "plot_table",
    "require",
    "restore",
    "run",
    "save",
    "summary",
    "termerror",
    "termlog",
    "termwarn",
    "unwatch",
    "use_artifact",
    "use_model",
    "visualize",
    "watch",
]


class _Module(types.ModuleType):
    """This module, whose `run`, `config` and `summary` are those of the current run."""

    @property
    def run(self) -> Run | None:
        """The current run; None if there is none."""
        current = sys.modules.get("trailmark._run.current")
        return None if current is None else current.current.run

    @property
    def config(self) -> Config:
        """The config of the current run. May be assigned before `init`, too: it is taken over then."""
        from trailmark._run.current import current

        found = current.early_config if current.run is None else current.run.config
        return _follow("config") if found is None else found

    @config.setter
    def config(self, values: Any) -> None:
        from trailmark._run.config import detached
        from trailmark._run.current import current

        if current.run is not None:
            current.run.config.update(values)
        else:
            current.early_config = detached(values)

    @property
    def summary(self) -> Summary:
        """The summary of the current run."""
        from trailmark._run.current import current

        return _follow("summary") if current.run is None else current.run.summary

    def __getattr__(self, name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"trailmark.{name}")
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'trailmark' has no attribute {name!r}")
        value = getattr(importlib.import_module(home), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        parts = (name for name, value in vars(self).items() if getattr(value, "__name__", "") == f"trailmark.{name}")
        return sorted({*__all__, *_MODULES, *parts, *(name for name in vars(self) if name.startswith("__"))})


def _follow(name: str) -> Any:
    """Return what stands for the config or the summary of the run to come."""
    from trailmark._run.following import Following

    return Following(name)


sys.modules[__name__].__class__ = _Module

# A checkout keeps the adapters and the server in source roots of their own; they are parts of this package.
__path__ = pkgutil.extend_path(__path__, __name__)
