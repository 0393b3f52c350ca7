"""Reading files for their SHA-256, in threads, and copying them in the same read where that is asked for.

Memory is bounded by one buffer a thread. A file that changes while it is read is read once more, and then refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import stat
import threading
from typing import TYPE_CHECKING, NamedTuple

from trailmark.artifacts.progress import Bar
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from trailmark.artifacts.entry import Stamp

_BUFFER_BYTES = 1 << 20  # larger ones leave the processor's cache, and are slower
_BATCH_FILES = 64  # what a thread takes at a time: few enough to share work, many enough to share its cost
_BATCH_BYTES = 8 << 20
_INLINE_BYTES = 16 << 20  # less is read in the caller's thread: it takes 0.05 s at most
_TICK_S = 0.1
# What a disk that is full, read-only or broken says.
DISK_FAULTS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.ESTALE))
_JOIN_S = 5  # how long an interrupted read is waited for
_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file


class Job(NamedTuple):
    """A file to read."""

    path: str
    size: int  # bytes, as far as known: it shares out the work
    copy: bool = False


class Hashed(NamedTuple):
    """A file that was read."""

    sha256: str
    stamp: Stamp
    copy: str | None  # the path of the copy


class _StoppedError(Exception):
    """Somebody else has failed."""


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what tells whether a file has changed."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def thread_count() -> int:
    """Return how many threads read at once: one for each processor that this process may use, at most 16."""
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        processors = os.cpu_count() or 1
    return max(1, min(processors, 16))


def hash_files(
    jobs: Sequence[Job], *, folder: Path | None = None, what: str = "hashing", threads: int | None = None
) -> list[Hashed]:
    """Read files; return the results in the order of `jobs`. Copies go into `folder`, read-only.

    Raises:
        ArtifactError: a file cannot be read, is not a plain file, or changes while it is read.
        KeyboardInterrupt: as soon as each thread has read what it is at, at most a buffer.
    """
    return Crew(jobs, lambda job, buffer, crew: read_file(job, buffer, crew, folder)).run(what, threads)


class Crew:
    """Threads that share a list of jobs."""

    def __init__(self, jobs: Sequence[Job], do: Callable[[Job, memoryview, Crew], Hashed]) -> None:
        self.done_bytes = 0
        self._jobs = jobs
        self._do = do
        self._next = 0
        self._lock = threading.Lock()
        self._stop = False
        self._results: list[Hashed | None] = [None] * len(jobs)
        self._ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def run(self, what: str, threads: int | None = None) -> list[Hashed]:
        """Do all jobs; the first error of any stops the others and is raised."""
        total = sum(job.size for job in self._jobs)
        count = min(threads or thread_count(), len(self._jobs))
        if total <= _INLINE_BYTES and len(self._jobs) <= _BATCH_FILES:
            self._work()
            errors = [self._ended.get()]
        else:
            crew = [threading.Thread(target=self._work, name="trailmark-hash", daemon=True) for _ in range(count)]
            errors = self._watch(crew, what, total)
        for error in errors:
            if error is not None and not isinstance(error, _StoppedError):
                raise error
        return self._results  # type: ignore[return-value]  # all are there, as nothing failed

    def _watch(self, crew: list[threading.Thread], what: str, total: int) -> list[BaseException | None]:
        errors: list[BaseException | None] = []
        try:
            for thread in crew:
                thread.start()
            with Bar(what, total) as bar:
                while len(errors) < len(crew):
                    try:
                        errors.append(self._ended.get(timeout=_TICK_S))
                    except queue.Empty:  # noqa: PERF203 (ten times a second)
                        bar.show(self.done_bytes)
        except BaseException:
            self._stop = True
            for thread in crew:
                if thread.ident is not None:
                    thread.join(_JOIN_S)
            raise
        return errors

    def _work(self) -> None:
        """Do jobs until there are none left."""
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        try:
            while not self._stop:
                first, end = self._take()
                if first == end:
                    break
                for index in range(first, end):
                    self._results[index] = self._do(self._jobs[index], buffer, self)
        except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
            self._stop = True
            self._ended.put(error)
        else:
            self._ended.put(None)

    def _take(self) -> tuple[int, int]:
        with self._lock:
            first = end = self._next
            size = 0
            while end < len(self._jobs) and end - first < _BATCH_FILES and size < _BATCH_BYTES:
                size += self._jobs[end].size
                end += 1
            self._next = end
            return first, end

    def progress(self, size: int) -> None:
        """Count bytes that were read.

        Raises:
            _StoppedError: another thread failed, or the user interrupts.
        """
        self.done_bytes += size  # a lost update makes the bar inexact for a moment, no more
        if self._stop:
            raise _StoppedError


def read_file(job: Job, buffer: memoryview, crew: Crew, folder: Path | None = None) -> Hashed:
    """Read one file, a second time if it changes meanwhile.

    Raises:
        ArtifactError: it cannot be read, is not a plain file, or changes again.
    """
    for _ in range(2):
        copy = os.path.join(folder, f".copy-{os.urandom(4).hex()}") if job.copy and folder else None  # noqa: PTH118 (fast)
        try:
            found = _read_once(job.path, buffer, crew, copy)
        except OSError as error:
            _drop(copy)
            full = copy is not None and error.errno in DISK_FAULTS
            how = f"cannot be copied to {folder}" if full else "cannot be read"
            place = error.filename or job.path
            raise ArtifactError(f"{job.path} {how}: {error.strerror or error} ({place})") from error
        except BaseException:
            _drop(copy)
            raise
        if found is not None:
            return found
        _drop(copy)
    raise ArtifactError(f"{job.path} changes while it is read: log it when nothing writes to it, or log a copy of it")


def _drop(copy: str | None) -> None:
    if copy is not None and os.path.lexists(copy):
        os.unlink(copy)  # noqa: PTH108 (a str)


def _read_once(path: str, buffer: memoryview, crew: Crew, copy: str | None) -> Hashed | None:
    """Read a file; None if it changed meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not be waited for
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise ArtifactError(f"{path} is {kind_of(before.st_mode)}, an artifact takes plain files")
        if copy is None:
            sha256 = _digest(descriptor, before.st_size, buffer, crew, None)
        else:
            sha256 = _copied(descriptor, before.st_size, buffer, crew, copy)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if sha256 is None or stamp_of(before)[:4] != stamp_of(after)[:4]:
        return None
    return Hashed(sha256, stamp_of(after), copy)


def _copied(descriptor: int, size: int, buffer: memoryview, crew: Crew, copy: str) -> str | None:
    """Clone or copy an open file into `copy`, and return its digest; None if it has not `size` bytes."""
    target = os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if clone(descriptor, target):
            sha256 = _digest(target, size, buffer, crew, None)
        else:
            sha256 = _digest(descriptor, size, buffer, crew, target)
        os.fchmod(target, 0o444)
    finally:
        os.close(target)
    return sha256


def _digest(descriptor: int, size: int, buffer: memoryview, crew: Crew, target: int | None) -> str | None:
    """Read `size` bytes, writing them to `target` too; None if there are fewer, or more though the size says 0."""
    sha256 = hashlib.sha256()
    left = size
    while True:
        count = os.readv(descriptor, [buffer])
        part = buffer[:count]
        sha256.update(part)
        if target is not None:
            write_all(target, part)
        crew.progress(count)
        left -= count
        if left <= 0 or count == 0:
            return sha256.hexdigest() if left == 0 else None


def write_all(descriptor: int, data: memoryview) -> None:
    """Write all of `data`.

    Raises:
        OSError: the disk is full, or fails.
    """
    while data:
        data = data[os.write(descriptor, data) :]


_cannot_clone: set[tuple[int, int]] = set()  # pairs of devices


def clone(source: int, target: int) -> bool:
    """Make the open file `target` share the blocks of `source`, where the file system can (Btrfs, XFS, bcachefs).

    Raises:
        OSError: the disk is full, or fails.
    """
    devices = (os.fstat(source).st_dev, os.fstat(target).st_dev)
    if devices in _cannot_clone:
        return False
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _cannot_clone.add(devices)
        return False
    return True


def kind_of(mode: int) -> str:
    """Return what a mode of `stat` says that something is, in words."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISLNK, "a link"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISCHR, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "a file")
