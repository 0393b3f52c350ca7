"""Going on with a run in another process that got it pickled: a spawned worker, a data loader, a DDP rank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trailmark._run.begin import Beginning
from trailmark._run.endings import endings
from trailmark._run.muted import MutedWriter
from trailmark._run.run import Run
from trailmark._run.settings import Settings
from trailmark.journal.records import Header
from trailmark.journal.writer import Writer, worker_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def attach(state: Mapping[str, Any]) -> Run:
    """Return the run that `state` (of `Run.__getstate__`) names: the open one of this process, else as its worker."""
    header = msgspec.msgpack.decode(state["header"], type=Header)
    directory = Path(state["directory"])
    for run in endings.runs:
        if run.path_on_disk == directory and run.owned:
            return run
    settings = Settings(**state["settings"])
    kind = MutedWriter if settings.mode == "disabled" else Writer
    run = Run(settings, kind(directory, worker_of(header)), Beginning(directory, step=state["step"]))
    vars(run.config)["_values"].update(state["config"])
    endings.add(run)
    return run
