"""Data sets and models that lie in files, as artifacts. Needs no fastai."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trailmark
from trailmark.adapter import run_of
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MODELS = "models"  # where fastai saves models, inside the folder of the data unless it is told otherwise
_MAX_NAME = 128  # characters of an artifact's name


def log_dataset(
    path: str | os.PathLike[str],
    name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    description: str = "raw dataset",
    *,
    run: trailmark.Run | None = None,
) -> trailmark.Artifact:
    """Log a folder as an artifact of type "dataset" that the run uses; return the version.

    All files below the folder are in it, but those of its subfolder `models` and those of the root of the runs.

    Args:
        path: the folder.
        name: the artifact's name, by default the folder's.
        metadata: what to know of it.
        description: what it is, for people.
        run: the run, by default the current one.

    Raises:
        UsageError: there is no folder at `path`.
        NoRunError: there is no run.
    """
    run = run_of(run, "log_dataset()")
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(f"log_dataset() takes the path of a folder, got {os.fspath(path)!r}, which is none")
    artifact = trailmark.Artifact(
        name or artifact_name(folder.resolve().name), "dataset", description=description, metadata=dict(metadata or {})
    )
    for entry in sorted(folder.resolve().iterdir()):
        if entry.is_dir() and entry.name != _MODELS:
            artifact.add_dir(entry, name=entry.name)
        elif entry.is_file():
            artifact.add_file(entry)
    logged = run.log_artifact(artifact)
    return logged if logged.is_draft else run.use_artifact(logged)


def log_model(
    path: str | os.PathLike[str],
    name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    description: str = "trained model",
    *,
    aliases: Iterable[str] = (),
    run: trailmark.Run | None = None,
) -> trailmark.Artifact:
    """Log the file of a model as an artifact of type "model" with one file, ``<name>.pth``; return the version.

    Args:
        path: the file.
        name: the artifact's name, by default ``run-<id>-model``.
        metadata: what to know of it.
        description: what it is, for people.
        aliases: names for this version besides `latest`.
        run: the run, by default the current one.

    Raises:
        UsageError: there is no file at `path`.
        NoRunError: there is no run.
    """
    run = run_of(run, "log_model()")
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"log_model() takes the path of a file, got {os.fspath(path)!r}, which is none")
    name = name or f"run-{run.id}-model"
    artifact = trailmark.Artifact(name, "model", description=description, metadata=dict(metadata or {}))
    # A copy, as the next better model is written over the file.
    artifact.add_file(file, name=name if name.endswith(".pth") else f"{name}.pth", policy="mutable")
    return run.log_artifact(artifact, aliases=list(aliases))


def artifact_name(text: str) -> str:
    """Return `text` with "-" for what the name of an artifact cannot hold."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip(".-")[:_MAX_NAME] or "unnamed"
