"""`Artifact`, as scripts get it: what its drafts must copy lies in the root of the current run from the beginning.

So logging an artifact moves files there instead of copying them once more from where the system has temporary ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailmark._run.current import current
from trailmark.artifacts import staging
from trailmark.artifacts.artifact import Artifact

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Artifact"]


def _root_of_current_run() -> Path | None:
    run = current.run
    return None if run is None or run.disabled else run.path_on_disk.parents[1]


staging.home = _root_of_current_run
