"""How the processes that Lightning starts come to write one run.

Torchrun, SLURM and MPI tell each process its rank, and `trailmark.init` joins ranks by that. Lightning's own launchers
do not: strategy "ddp" starts the script again in child processes, with `LOCAL_RANK` alone. So a logger leaves the name
of its run in the environment, where the children of this process find it, and `init` is told the rank that Lightning
has worked out.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE = "TRAILMARK_LIGHTNING_RUNS"


class Target(NamedTuple):
    """Which run a logger writes: the root (None: what the settings say), the project, and the id."""

    root: str | None
    project: str
    id: str


def announce(number: int, target: Target) -> None:
    """Tell the processes that this one starts from now on which run its logger of that number writes."""
    known = _read()
    runs = known["runs"] if known and known["pid"] == os.getpid() else {}
    os.environ[_VARIABLE] = json.dumps({"pid": os.getpid(), "runs": {**runs, str(number): target}})


def announced(number: int) -> Target | None:
    """Return what the parent of this process said of its logger of that number."""
    known = _read()
    found = known["runs"].get(str(number)) if known and known["pid"] == os.getppid() else None
    return None if found is None else Target(*found)


def _read() -> dict[str, Any] | None:
    text = os.environ.get(_VARIABLE)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


@contextlib.contextmanager
def told(rank: int) -> Iterator[None]:
    """Have the environment say which rank this process is, as torchrun does, as long as a run is begun."""
    size = max(_world_size(), rank + 1)
    if "RANK" in os.environ or size == 1:
        yield
        return
    before = os.environ.get("WORLD_SIZE")
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(size))
    try:
        yield
    finally:
        del os.environ["RANK"]
        if before is None:
            del os.environ["WORLD_SIZE"]
        else:
            os.environ["WORLD_SIZE"] = before


def _world_size() -> int:
    """Return the number of processes of the job, as far as it is known by now."""
    given = os.environ.get("WORLD_SIZE", "")
    if given.isdigit():
        return int(given)
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_world_size())
    return 1
