"""Which process of a distributed job this is, and how all of them come to write one run.

The rank is read from the variables that torchrun, SLURM, Open MPI and other launchers set. Rank 0 makes the run and
leaves its id under the job's name in the project's folder ``.jobs``; the other ranks wait for it there, and each
writes its own journal into that run.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from trailmark._term import termwarn
from trailmark.journal.runstate import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# (rank, world size), the launcher that sets them; the first pair that is there counts.
_RANKS = (
    ("RANK", "WORLD_SIZE"),  # torchrun, accelerate, DeepSpeed, Lightning
    ("SLURM_PROCID", "SLURM_NTASKS"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("PMI_RANK", "PMI_SIZE"),  # MPICH, Intel MPI
    ("JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE"),  # LSF
)
# What tells one job from another, as far as its processes share it.
_JOB = (
    "TORCHELASTIC_RUN_ID",
    "MASTER_ADDR",
    "MASTER_PORT",
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
    "PMIX_NAMESPACE",
)
_FOLDER = ".jobs"
_POLL_S = 0.05


class Place(NamedTuple):
    """The place of this process in its job."""

    rank: int = 0
    world_size: int = 1
    job: str = ""  # the same for all processes of the job


def find_place(environment: Mapping[str, str] = os.environ) -> Place:
    """Return the place of this process, from what its launcher says."""
    for rank_name, size_name in _RANKS:
        rank, size = environment.get(rank_name, ""), environment.get(size_name, "")
        if rank.isdigit() and size.isdigit() and int(size) > 1:
            import hashlib

            words = [f"{name}={environment[name]}" for name in _JOB if name in environment]
            job = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16] if words else ""
            return Place(int(rank), int(size), job)
    return Place()


def publish(project: Path, place: Place, number: int, run_id: str) -> None:
    """Tell the other ranks of the job that its `number`-th run is `run_id`."""
    target = _meeting_point(project, place, number)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f"{target.name}-{os.urandom(4).hex()}")
        temporary.write_text(run_id, encoding="utf-8")
        temporary.replace(target)
    except OSError as error:
        termwarn(f"the other ranks cannot be told of the run: {error}", repeat=False)


def join(project: Path, place: Place, number: int, timeout_s: float, began_at: float) -> str | None:
    """Return the id of the run that rank 0 made for the job's `number`-th; None if it makes none in time.

    What an earlier job of the same name left there does not count: the run must be running, or the note of it must be
    younger than `began_at`, when this process began (seconds since 1970-01-01 UTC).
    """
    target = _meeting_point(project, place, number)
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with target.open(encoding="utf-8") as note:  # of one file, as rank 0 may put another in its place meanwhile
                fresh = os.fstat(note.fileno()).st_mtime >= began_at
                run_id = note.read()
        except OSError:
            run_id, fresh = "", False
        if run_id and (fresh or _running(project / run_id)):
            return run_id
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_S)


def _running(directory: Path) -> bool:
    run = load(directory)
    return run is not None and run.state == "running"


def _meeting_point(project: Path, place: Place, number: int) -> Path:
    return project / _FOLDER / f"{place.job}-{number}"
