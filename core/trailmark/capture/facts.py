"""What is known of the program and its machine without asking anybody: names, versions, sizes, the scheduler's job.

Of the environment only the variables listed here are recorded, as others may be secrets.
"""

from __future__ import annotations

import getpass
import os
import platform
import sys
from pathlib import Path
from typing import Any, NamedTuple

VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "GROUP_RANK",
    "HIP_VISIBLE_DEVICES",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "LSB_JOBID",
    "MASTER_ADDR",
    "MASTER_PORT",
    "NODE_RANK",
    "NVIDIA_VISIBLE_DEVICES",
    "OMPI_COMM_WORLD_LOCAL_RANK",
    "OMPI_COMM_WORLD_RANK",
    "OMPI_COMM_WORLD_SIZE",
    "OMP_NUM_THREADS",
    "PBS_JOBID",
    "PMI_RANK",
    "PMI_SIZE",
    "PYTHONHASHSEED",
    "RANK",
    "ROCR_VISIBLE_DEVICES",
    "SLURM_ARRAY_JOB_ID",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_CLUSTER_NAME",
    "SLURM_CPUS_PER_TASK",
    "SLURM_GPUS_ON_NODE",
    "SLURM_JOB_GPUS",
    "SLURM_JOB_ID",
    "SLURM_JOB_NAME",
    "SLURM_JOB_NODELIST",
    "SLURM_JOB_PARTITION",
    "SLURM_LOCALID",
    "SLURM_MEM_PER_NODE",
    "SLURM_NNODES",
    "SLURM_NODEID",
    "SLURM_NTASKS",
    "SLURM_PROCID",
    "SLURM_RESTART_COUNT",
    "SLURM_STEP_ID",
    "SLURM_SUBMIT_DIR",
    "SLURM_SUBMIT_HOST",
    "TORCHELASTIC_MAX_RESTARTS",
    "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_RUN_ID",
    "WORLD_SIZE",
)


class Command(NamedTuple):
    """How this process was started."""

    program: str  # the script, or "-m" and the module; empty in an interactive session
    path: Path | None  # the file of the program
    args: list[str]
    cwd: str

    @classmethod
    def current(cls) -> Command:
        """Return how this process was started."""
        main = sys.modules.get("__main__")
        file = getattr(main, "__file__", None)
        path = Path(file).absolute() if file else _notebook_path()
        spec = getattr(main, "__spec__", None)
        if spec is not None and getattr(spec, "name", None):
            program = f"-m {spec.name.removesuffix('.__main__')}"
        else:
            program = str(path) if path else ""
        try:
            cwd = os.getcwd()  # noqa: PTH109 (a str)
        except OSError:  # it was deleted
            cwd = ""
        return cls(program, path, list(sys.argv[1:]), cwd)


def facts(command: Command) -> dict[str, Any]:
    """Return what is known of the machine and the program; `docs/capture.md` says what each name means."""
    found: dict[str, Any] = {
        "host": platform.node(),
        "user": _user(),
        "os": platform.platform(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "program": command.program,
        "args": command.args,
        "cwd": command.cwd,
        "cpu_count": os.cpu_count(),
        "cpus_usable": _usable_cpus(),
        "memory_bytes": _memory_bytes(),
        "container": _container(),
        "notebook": _notebook(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }
    return {name: value for name, value in found.items() if value not in (None, "", {})}


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as containers have
        return None


def _usable_cpus() -> int | None:
    """Return on how many processors this process may run, which a job's limits make fewer than there are."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return None


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # not on this system
        return None


def _container() -> str | None:
    """Return which kind of container this seems to be."""
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "kubernetes"
    if "APPTAINER_CONTAINER" in os.environ or "SINGULARITY_CONTAINER" in os.environ:
        return "apptainer"
    if Path("/run/.containerenv").exists():
        return "podman"
    return "docker" if Path("/.dockerenv").exists() else None


def _notebook() -> str | None:
    """Return which kind of notebook this seems to be."""
    if "google.colab" in sys.modules:
        return "colab"
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
        return "kaggle"
    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        return "databricks"
    return "jupyter" if "ipykernel" in sys.modules else None


def _notebook_path() -> Path | None:
    """Return the notebook's file, where its server tells it."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    return Path(name) if name.endswith(".ipynb") and Path(name).is_file() else None
