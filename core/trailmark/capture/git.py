"""What git says of a program's repository: commit, branch, remote, and what has changed since.

Git is asked as a program, with a bound on time and on output; it takes no lock, runs none of the user's diff tools,
and asks for no password. Where it fails (it is not installed, there is no repository, the folder belongs to somebody
else), what it would have said is left out.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import threading

MAX_DIFF_BYTES = 10 << 20
MAX_UNTRACKED_BYTES = 1 << 20
_TIMEOUT_S = 20.0  # for all commands together
_TOO_LONG = "git took too long"
_CHUNK = 1 << 16
_POLL_S = 0.05
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "LC_ALL": "C"}
_OPTIONS = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false")
_PATCH = ("--submodule=diff", "--no-ext-diff", "--no-textconv", "--no-color")


class Answer(NamedTuple):
    """What a git command wrote."""

    output: bytes
    error: str  # what it said when it failed; empty if it did not
    complete: bool  # whether `output` is all of it; of more than is wanted, the beginning is there

    @property
    def line(self) -> str:
        """The first line of the output; empty if git failed."""
        return "" if self.error else self.output.decode(errors="replace").split("\n")[0]


def may_hold_repository(folder: Path) -> bool:
    """Whether git could find a repository from `folder`: told by the environment, or by a `.git` there or above."""
    place = folder.resolve()
    return "GIT_DIR" in os.environ or any((parent / ".git").exists() for parent in (place, *place.parents))


class Repository:
    """The git repository that holds `folder`, if there is one.

    Attributes:
        root: its working folder; None if there is no repository, or git does not work.
        error: why `root` is None.
    """

    def __init__(self, folder: Path, cancelled: threading.Event) -> None:
        self._cancelled = cancelled
        self._deadline = time.monotonic() + _TIMEOUT_S
        self._folder = folder
        answer = self._git("rev-parse", "--show-toplevel")
        self.root = Path(answer.line) if answer.line else None
        self.error = answer.error
        self._folder = self.root or folder

    def describe(self) -> dict[str, Any]:
        """Return `root`, and as far as they exist `commit`, `branch`, and `remote` (a URL without credentials)."""
        found = {
            "root": str(self.root),
            "commit": self._commit(),
            "branch": self._git("symbolic-ref", "--short", "--quiet", "HEAD").line,
            "remote": without_credentials(self._remote()),
        }
        return {key: value for key, value in found.items() if value}

    def diff(self) -> Answer:
        """Return the difference between the last commit and the working folder; binary files are only named.

        An incomplete one ends with a complete file.
        """
        answer = self._git("diff", self._commit() or self._empty_tree(), *_PATCH, limit=MAX_DIFF_BYTES)
        if answer.complete:
            return answer
        return answer._replace(output=answer.output[: answer.output.rfind(b"\ndiff --git ") + 1])

    def untracked(self) -> Answer:
        """Return the paths of files that git neither tracks nor ignores, one a line, relative to the root."""
        answer = self._git("ls-files", "--others", "--exclude-standard", limit=MAX_UNTRACKED_BYTES)
        if answer.complete:
            return answer
        return answer._replace(output=answer.output[: answer.output.rfind(b"\n") + 1])

    def _commit(self) -> str:
        """Return the last commit; empty before the first."""
        return self._git("rev-parse", "--verify", "--quiet", "HEAD").line

    def _remote(self) -> str:
        origin = self._git("config", "--get", "remote.origin.url").line
        return origin or self._git("config", "--get-regexp", r"^remote\..*\.url$").line.partition(" ")[2]

    def _empty_tree(self) -> str:
        return self._git("hash-object", "-t", "tree", os.devnull).line

    def _git(self, *arguments: str, limit: int = 1 << 16) -> Answer:
        if self._is_late():
            return Answer(b"", _TOO_LONG, complete=False)
        command = ["git", *_OPTIONS, "-C", str(self._folder), *arguments]
        with tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(  # noqa: S603 (git of the user's own path)
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env={**os.environ, **_ENVIRONMENT},
                    start_new_session=True,  # so that what git itself starts is ended with it
                )
            except OSError as error:
                return Answer(b"", str(error), complete=False)
            with process:
                output, complete = self._read(process, limit)
            if complete and process.returncode == 0:
                return Answer(output, "", complete=True)
            if complete:
                said.seek(0)
                words = said.read(2000).decode(errors="replace").strip()
                return Answer(output, words or f"git ended with {process.returncode}", complete=False)
        return Answer(output, "" if len(output) == limit else _TOO_LONG, complete=False)

    def _is_late(self) -> bool:
        return self._cancelled.is_set() or time.monotonic() >= self._deadline

    def _read(self, process: subprocess.Popen[bytes], limit: int) -> tuple[bytes, bool]:
        """Read up to `limit` bytes until the deadline; end the process if there is more."""
        stream: IO[bytes] = process.stdout  # type: ignore[assignment] # it is a pipe
        parts: list[bytes] = []
        size = 0
        with selectors.DefaultSelector() as ready:
            ready.register(stream, selectors.EVENT_READ)
            while size <= limit and not self._is_late():
                if not ready.select(_POLL_S):
                    continue
                data = os.read(stream.fileno(), _CHUNK)
                if not data:
                    process.wait()
                    return b"".join(parts), True
                parts.append(data)
                size += len(data)
        _end(process)
        return b"".join(parts)[:limit], False


def without_credentials(remote: str) -> str:
    """Return the URL of a remote without what may be a secret: user, password and query of HTTP, else the password."""
    found = re.match(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^@/]*)@)?(?P<rest>.*)", remote, re.DOTALL)
    if found is None:  # a path, or git@host:path
        return remote
    scheme, user, rest = found["scheme"], found["user"] or "", found["rest"]
    if scheme.lower() in ("http", "https"):
        return f"{scheme}://{rest.split('?')[0].split('#')[0]}"
    user = user.partition(":")[0]
    return f"{scheme}://{user}@{rest}" if user else f"{scheme}://{rest}"


def _end(process: subprocess.Popen[bytes]) -> None:
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:  # it has just ended by itself
        process.kill()
