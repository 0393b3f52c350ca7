"""The files of media that a run logs: written and hashed in threads of their own, so that `log` need not wait.

A row refers to its files before they are there; a `media` record follows each one that is complete, with its size and
digest. A file appears whole or not at all. What waits to be written is bounded in bytes: beyond that, the caller of
`log` writes its file itself. Faults of the disk are warned of and recorded, and stop nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from trailmark._run.muted import MutedWriter
from trailmark._term import termwarn
from trailmark.errors import MediaError
from trailmark.journal.records import MediaFile
from trailmark.media.normalize import is_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark.journal.writer import Writer
    from trailmark.media.media import Media

LIMIT_BYTES = 256 << 20  # of what waits to be written: some 80 images of 1024 x 1024
_THREADS = 2  # compression takes a core; more would take them from training
_NICENESS = 10  # a ninth of the time of a thread of usual niceness, if both want the same core
_MAX_SLUG_BYTES = 100  # names of files may have 255
_CHUNK_BYTES = 1 << 20
_JOB_BYTES = 4096  # of the objects that even the smallest file keeps alive


class _Job(NamedTuple):
    """A file to be completed."""

    name: str  # below the folder of the run's files
    encode: Callable[[BinaryIO], None] | None  # None: the file is there, and lacks its digest
    held_bytes: int

    @property
    def cost_bytes(self) -> int:
        """The memory that it takes while it waits."""
        return self.held_bytes + _JOB_BYTES


class MediaFiles:
    """Writes the files of media below the folder of the run's files. A part of the run."""

    def __init__(self, writer: Writer, folder: Path) -> None:
        self._folder = folder
        self._writer = writer
        self._pid = 0  # of the process whose threads write
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._working = 0
        self._held_bytes = 0
        self._threads: list[threading.Thread] = []
        self._shared: set[str] = set()
        self._reasons: set[str] = set()  # for which files were not written
        self._failed = 0
        self._closed = False
        self._held = threading.local()  # `jobs` of a row that this thread is about to write, or None

    @contextlib.contextmanager
    def of_row(self, row: dict[str, Any], step: int) -> Iterator[dict[str, Any]]:
        """Give a row with records in place of media; their files are written when the caller has written the row."""
        jobs: list[_Job] = []
        self._held.jobs = jobs
        try:
            yield {key: self.records(key, step, value) if is_media(value) else value for key, value in row.items()}
        finally:
            self._held.jobs = None
            for job in jobs:
                self._put(job)

    def records(self, key: str, step: int, value: Media | list[Media]) -> Any:
        """Return the record of a media object, or those of a list, whose files are on their way."""
        folder = MediaFolder(self, key, step)
        if isinstance(value, list):
            return [item.record_in(folder, self) for item in value]
        return value.record_in(folder, self)

    # -- as a part of the run --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take note of who writes; threads begin with the first file."""
        self._pid = os.getpid()

    def tick(self) -> None:
        """Do nothing: the threads wait for files."""

    def stop(self, timeout_s: float) -> None:
        """Wait until all files are written; when none has been for `timeout_s`, give the others up."""
        if self._pid != os.getpid():
            return
        with self._changed:
            left = -1
            while (waiting := len(self._waiting) + self._working) and waiting != left:
                left = waiting
                self._changed.wait_for(lambda: len(self._waiting) + self._working < left, timeout_s)  # noqa: B023
            self._closed = True
            late = list(self._waiting)
            self._waiting.clear()
            unfinished = len(late) + self._working
            self._changed.notify_all()
        for job in late:
            self._record(job.name, error=f"the run finished before it was written: no file was for {timeout_s:g} s")
        if unfinished:
            termwarn(f"{unfinished} media files are lost: finish() waited {timeout_s:g} s, and none was completed")
        if self._failed > len(self._reasons):
            termwarn(f"{self._failed} media files could not be written in all; the journal has which, and why")

    # -- files -----------------------------------------------------------------------------------------------------

    def encode(self, name: str, encode: Callable[[BinaryIO], None], held_bytes: int) -> None:
        """Have `encode` write the file `name`."""
        self._put(_Job(name, encode, held_bytes))

    def copy(self, name: str, source: Path) -> None:
        """Copy `source` to the file `name` at once.

        Raises:
            MediaError: it cannot be read.
        """
        if isinstance(self._writer, MutedWriter):
            return
        try:
            file = source.open("rb")
        except OSError as error:
            raise MediaError(f"{source} cannot be read: {error}") from error
        with file:
            if self._write(name, lambda target: shutil.copyfileobj(file, target, _CHUNK_BYTES)):
                self._put(_Job(name, None, 0))

    def share(self, name: str, data: bytes) -> None:
        """Have `data` written to the file `name`, unless that was done."""
        if name not in self._shared:
            self._shared.add(name)
            self._put(_Job(name, lambda file: _write_all(file, data), len(data)))

    def _put(self, job: _Job) -> None:
        if isinstance(self._writer, MutedWriter):
            return
        held: list[_Job] | None = getattr(self._held, "jobs", None)
        if held is not None:
            held.append(job)
            return
        if self._pid != os.getpid():  # nobody waits for a worker's threads, and those of its parent are not here
            self._complete(job)
            return
        with self._changed:
            here = self._closed or (self._held_bytes and self._held_bytes + job.cost_bytes > LIMIT_BYTES)
            if not here:
                self._waiting.append(job)
                self._held_bytes += job.cost_bytes
                if len(self._threads) < min(_THREADS, len(self._waiting) + self._working):
                    self._begin_thread()
                self._changed.notify()
        if here:
            self._complete(job)

    def _begin_thread(self) -> None:
        name = f"trailmark-media-{len(self._threads)}"
        thread = threading.Thread(target=self._serve, args=(self._changed,), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending, or no threads are left: `stop` tells of what remains
            return
        self._threads.append(thread)

    def _serve(self, changed: threading.Condition) -> None:
        _give_way()
        while True:
            with changed:
                changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
                self._working += 1
            try:
                self._complete(job)
            finally:
                with changed:
                    self._working -= 1
                    self._held_bytes -= job.cost_bytes
                    changed.notify_all()
                del job  # its pixels need not wait for the next one

    def _complete(self, job: _Job) -> None:
        """Write a file, if that is not done yet, and record its digest."""
        if job.encode is not None and not self._write(job.name, job.encode):
            return
        try:
            digest, size = _digest(self._folder / job.name)
        except OSError as error:
            self._fail(job.name, error)
            return
        self._record(job.name, size=size, sha256=digest)

    def _write(self, name: str, write: Callable[[BinaryIO], None]) -> bool:
        """Write the file `name` whole, or tell why not; whether it is there."""
        target = self._folder / name
        temporary = target.with_name(f".{target.name}-{os.urandom(4).hex()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("xb") as file:
                    write(file)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except Exception as error:  # noqa: BLE001 (of an encoder, or the disk: neither may stop training)
            self._fail(name, error)
            return False
        return True

    def _fail(self, name: str, error: Exception) -> None:
        """Record that a file is not there; a full disk fails for each file, and is told once."""
        text = error.strerror if isinstance(error, OSError) and error.strerror else error
        reason = f"{type(error).__name__}: {text}"
        self._failed += 1
        if reason not in self._reasons:
            self._reasons.add(reason)
            termwarn(f"{name} is not written: {reason}; the run goes on, and what else fails so is counted")
        self._record(name, error=f"{type(error).__name__}: {error}")

    def _record(self, name: str, *, size: int = 0, sha256: str = "", error: str | None = None) -> None:
        self._writer.append(MediaFile(time=time.time(), path=name, size=size, sha256=sha256, error=error))


class MediaFolder:
    """Where the media of one key and step go; names tell both."""

    def __init__(self, files: MediaFiles, key: str, step: int) -> None:
        self._files = files
        self._stem = f"{slug(key)}_{step}"

    def encode(self, kind: str, extension: str, encode: Callable[[BinaryIO], None], *, held_bytes: int) -> str:
        """Have `encode` write a file, soon and in another thread."""
        name = self._name(kind, extension)
        self._files.encode(name, encode, held_bytes)
        return name

    def copy(self, kind: str, source: Path) -> str:
        """Copy a file at once, as it may change.

        Raises:
            MediaError: it cannot be read.
        """
        name = self._name(kind, source.suffix.lstrip("."))
        self._files.copy(name, source)
        return name

    def share(self, kind: str, extension: str, data: bytes) -> str:
        """Keep a few bytes once, under their digest."""
        name = f"media/{kind}/{hashlib.sha256(data).hexdigest()[:20]}.{extension}"
        self._files.share(name, data)
        return name

    def _name(self, kind: str, extension: str) -> str:
        ending = f".{extension}" if extension else ""
        return f"media/{kind}/{self._stem}_{os.urandom(4).hex()}{ending}"


def slug(key: str) -> str:
    """Return the name of a key as the name of a file can hold it."""
    text = re.sub(r"[^\w.-]+", "_", key).strip("._") or "media"
    return text.encode("utf-8", "ignore")[:_MAX_SLUG_BYTES].decode("utf-8", "ignore")


def _give_way() -> None:
    """Let training have the processor first; Linux has a niceness for each thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _digest(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.write(data)
