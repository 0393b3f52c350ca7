"""The current run of this process, and the functions that follow it.

The current run is one for the whole process: threads and callbacks log to it without being told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from trailmark.errors import NoRunError

if TYPE_CHECKING:
    import datetime
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from trailmark._run.run import Run
    from trailmark.artifacts.artifact import Artifact
    from trailmark.journal.records import Metric


class Current:
    """Holds the current run, the config that was assigned before there was one, and where runs were begun last.

    Attributes:
        root: the root that `init` was given; None if it was given none, so that settings tell.
    """

    def __init__(self) -> None:
        self.run: Run | None = None
        self.early_config: Any = None
        self.root: Path | None = None

    def forget(self, run: Run) -> None:
        """Have no current run any more, if `run` is it."""
        if self.run is run:
            self.run = None

    def need(self, call: str) -> Run:
        """Return the current run.

        Raises:
            NoRunError: there is none.
        """
        if self.run is None:
            _refuse(call)
        return self.run


current = Current()


def _refuse(call: str) -> NoReturn:
    raise NoRunError(f"{call} needs a run: call trailmark.init() first")


def log(data: Mapping[str, Any], step: int | None = None, commit: bool | None = None) -> None:  # noqa: FBT001 (W&B's signature)
    """Record a row in the current run; see `Run.log`."""
    run = current.run
    if run is None:
        _refuse("trailmark.log()")
    run.log(data, step, commit)


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:  # noqa: FBT001 (W&B's signature)
    """Finish the current run, if there is one; see `Run.finish`."""
    if current.run is not None:
        current.run.finish(exit_code, quiet)


def define_metric(
    name: str,
    step_metric: str | Metric | None = None,
    step_sync: bool | None = None,  # noqa: FBT001 (W&B's signature)
    hidden: bool | None = None,  # noqa: FBT001
    summary: str | Sequence[str] | None = None,
    goal: str | None = None,
    overwrite: bool | None = None,  # noqa: FBT001
) -> Metric:
    """Say what a metric of the current run is drawn over and what its summary is; see `Run.define_metric`."""
    run = current.need("trailmark.define_metric()")
    return run.define_metric(name, step_metric, step_sync, hidden, summary, goal, overwrite)


def alert(
    title: str,
    text: str = "",
    level: Any = None,
    wait_duration: float | datetime.timedelta | None = None,
) -> None:
    """Record that a person should look at the current run; see `Run.alert`."""
    current.need("trailmark.alert()").alert(title, text, level, wait_duration)


def mark_preempting() -> None:
    """Record that the scheduler is about to stop the current run; see `Run.mark_preempting`."""
    current.need("trailmark.mark_preempting()").mark_preempting()


def save(
    glob_str: str | os.PathLike[str],
    base_path: str | os.PathLike[str] | None = None,
    policy: str = "live",
    glob: bool = True,  # noqa: FBT001, FBT002 (W&B's signature)
) -> list[str]:
    """Keep files with the current run; see `Run.save`."""
    return current.need("trailmark.save()").save(glob_str, base_path, policy, glob)


def log_code(root: str = ".", name: str | None = None, include_fn: Any = None, exclude_fn: Any = None) -> None:
    """Keep source files with the current run; see `Run.log_code`."""
    current.need("trailmark.log_code()").log_code(root, name, include_fn, exclude_fn)


def log_artifact(
    artifact_or_path: Artifact | str | os.PathLike[str],
    name: str | None = None,
    type: str | None = None,  # noqa: A002 (W&B's name)
    aliases: Iterable[str] | None = None,
    tags: Iterable[str] | None = None,
) -> Artifact:
    """Store an artifact as an output of the current run; see `Run.log_artifact`."""
    return current.need("trailmark.log_artifact()").log_artifact(artifact_or_path, name, type, aliases, tags)


def use_artifact(
    artifact_or_name: Artifact | str,
    type: str | None = None,  # noqa: A002 (W&B's name)
    aliases: Iterable[str] | None = None,
    use_as: str | None = None,
) -> Artifact:
    """Record a version as an input of the current run, and return it; see `Run.use_artifact`."""
    return current.need("trailmark.use_artifact()").use_artifact(artifact_or_name, type, aliases, use_as)


def link_artifact(artifact: Artifact, target_path: str, aliases: Iterable[str] | None = None) -> Artifact | None:
    """Put a version into another collection too; see `Run.link_artifact`."""
    return current.need("trailmark.link_artifact()").link_artifact(artifact, target_path, aliases)


def log_model(path: str | os.PathLike[str], name: str | None = None, aliases: Iterable[str] | None = None) -> Artifact:
    """Store the file or folder of a model; see `Run.log_model`."""
    return current.need("trailmark.log_model()").log_model(path, name, aliases)


def use_model(name: str) -> str:
    """Record a logged model as an input of the current run, and return its path; see `Run.use_model`."""
    return current.need("trailmark.use_model()").use_model(name)


def link_model(
    path: str | os.PathLike[str],
    registered_model_name: str,
    name: str | None = None,
    aliases: Iterable[str] | None = None,
) -> Artifact | None:
    """Store a model, and link it to a registered one; see `Run.link_model`."""
    return current.need("trailmark.link_model()").link_model(path, registered_model_name, name, aliases)


def require(*requirements: Any, **options: Any) -> None:
    """Do nothing. W&B's scripts call this to switch features on; here there is nothing to switch."""
    del requirements, options
