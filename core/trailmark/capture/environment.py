"""The environment of a run: host, Python, command, packages, git, GPUs. Recorded once, in a thread.

What is known at once is recorded at once; what must be asked for follows as it comes.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailmark.capture.background import start_thread
from trailmark.capture.files import write_file
from trailmark.journal.records import Environment

if TYPE_CHECKING:
    from trailmark.capture.facts import Command
    from trailmark.capture.git import Answer, Repository
    from trailmark.journal.writer import Writer

_SETTLE_S = 0.05  # after `start`, which shall not compete with this thread's imports
_KILL_S = 1.0  # what a cancelled git command has to end


class EnvironmentCapture:
    """Records where and how the run runs, and saves the files that reproduce it below `files_dir`.

    Files: ``requirements.txt``, ``conda-environment.yaml``, ``diff.patch``, ``untracked.txt``, and the program's own
    with `code`. `docs/capture.md` lists the values.
    """

    def __init__(
        self,
        writer: Writer,
        files_dir: Path,
        *,
        git: bool = True,
        requirements: bool = True,
        gpu: bool = True,
        code: bool = False,
        command: Command | None = None,
    ) -> None:
        self._writer = writer
        self._files_dir = files_dir
        self._git = git
        self._requirements = requirements
        self._gpu = gpu
        self._code = code
        self._command = command
        self._hurry = threading.Event()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        from trailmark.capture.facts import Command

        self._command = self._command or Command.current()
        self._thread = start_thread("trailmark-environment", self._work)

    def tick(self) -> None:
        """Do nothing: the thread goes its own way."""

    def stop(self, timeout_s: float = 5.0) -> None:
        """Wait until all is recorded, but no longer than `timeout_s` and what it takes to end a command."""
        self._hurry.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
            self._cancelled.set()
            self._thread.join(_KILL_S)

    def _work(self) -> None:
        from trailmark.capture.facts import Command, facts

        self._hurry.wait(_SETTLE_S)
        command = self._command or Command.current()
        self._record(facts(command))
        if self._requirements:
            self._save_packages()
        root = self._save_git(command) if self._git else None
        if self._code and command.path is not None and not self._cancelled.is_set():
            from trailmark.capture.code import save_program

            save_program(self._writer, self._files_dir, command.path, root)
        if self._gpu and not self._cancelled.is_set():
            self._record_gpus()

    def _record(self, values: dict[str, Any]) -> None:
        if values:
            self._writer.append(Environment(time=time.time(), values=values))

    def _save(self, name: str, data: bytes) -> None:
        write_file(self._writer, self._files_dir, name, data)

    def _save_packages(self) -> None:
        from trailmark.capture.packages import conda_environment, requirements

        self._save("requirements.txt", "".join(f"{line}\n" for line in requirements()).encode())
        conda = conda_environment(os.environ["CONDA_PREFIX"]) if "CONDA_PREFIX" in os.environ else None
        if conda is not None:
            self._save("conda-environment.yaml", conda.encode())

    def _save_git(self, command: Command) -> Path | None:
        """Record what git knows of the program, or if it is in no repository, of the folder it was started in."""
        repository = self._repository(command)
        if repository is None or repository.root is None:
            if repository is not None and "not a git repository" not in repository.error:
                self._record({"git": {"error": repository.error}})
            return None
        values = repository.describe()
        self._record({"git": values} | self._code_path(command, repository.root))
        diff, untracked = repository.diff(), repository.untracked()
        if not diff.error:
            values |= {"dirty": bool(diff.output) or not diff.complete}
        for name, answer in (("diff.patch", diff), ("untracked.txt", untracked)):
            values |= self._save_answer(name, answer)
        self._record({"git": values})
        return repository.root

    def _repository(self, command: Command) -> Repository | None:
        from trailmark.capture.git import Repository, may_hold_repository

        folders = [command.path.parent] if command.path is not None else []
        folders += [Path(command.cwd)] if command.cwd else []
        repository = None
        # Starting git takes longer than all else that a short run does: it is asked only where it may know something.
        for folder in filter(may_hold_repository, folders):
            repository = Repository(folder, self._cancelled)
            if repository.root is not None:
                break
        return repository

    def _save_answer(self, name: str, answer: Answer) -> dict[str, Any]:
        """Save what git wrote, if it wrote anything; return what went wrong."""
        stem = name.partition(".")[0]
        if answer.error:
            return {f"{stem}_error": answer.error}
        if answer.output:
            self._save(name, answer.output)
        return {} if answer.complete else {f"{stem}_complete": False}

    @staticmethod
    def _code_path(command: Command, root: Path) -> dict[str, Any]:
        path = command.path.resolve() if command.path is not None else None
        if path is None or root.resolve() not in path.parents:
            return {}
        return {"code_path": path.relative_to(root.resolve()).as_posix()}

    def _record_gpus(self) -> None:
        from trailmark.capture.gpu import Gpus

        gpus = Gpus()
        self._record(gpus.describe())
        gpus.close()
