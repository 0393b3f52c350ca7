r"""`Blobs`: the contents of files, each once, by SHA-256: ``<root>/.blobs/<2 hex>/<sha256>``.

A blob is complete when it has its name, and is never written again. One that Trailmark made (a copy, a clone) is
read-only. One that is a hard link of a user's file is that file: who writes to it in place, by its other name, damages
the blob. So what the link was like is kept in ``<2 hex>/.links``, records of 64 bytes that are only appended: SHA-256,
inode, size, time of change in ns, CRC-32 of these, four zero bytes. With them such a change is noticed without
reading; where a record is missing or damaged the blob is read.

Who adds blobs and the version that refers to them holds ``.lock`` shared, who removes blobs holds it alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from trailmark.artifacts.hash_cache import FOLDER as CACHES
from trailmark.artifacts.hashing import Job, hash_files, stamp_of
from trailmark.artifacts.lock import locked
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from trailmark.artifacts.entry import Source, Stamp

FOLDER = ".blobs"
_LINKS = ".links"
_RECORD = struct.Struct("<32sQQqI4x")
# No hard link can be made: another file system, a file of somebody else, too many links, or no links at all.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_Like = tuple[int, int, int]  # inode, size, time of change
_UNLIKE: _Like = (0, 0, 0)  # no file is like this: the blob is read before it is trusted again


class Blobs:
    """The blobs of a root."""

    def __init__(self, root: Path) -> None:
        self.folder = Path(root) / FOLDER
        self._prefix = f"{self.folder}/"
        self._links: dict[str, dict[str, _Like]] = {}  # by the first two digits
        self._new_links: dict[str, list[bytes]] = {}

    def path(self, sha256: str) -> Path:
        """Return where the blob is, or would be."""
        return Path(self.name(sha256))

    def name(self, sha256: str) -> str:
        """Return the path of a blob as a str, which is much faster."""
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    def shared(self) -> AbstractContextManager[None]:
        """Keep blobs from being removed until a version refers to them."""
        return locked(self.folder / ".lock", shared=True)

    def alone(self) -> AbstractContextManager[None]:
        """Keep others from adding versions, while blobs are removed."""
        return locked(self.folder / ".lock")

    def put(self, data: bytes, sha256: str) -> None:
        """Keep `data`."""
        target = self.name(sha256)
        if os.path.exists(target):  # noqa: PTH110 (fast)
            return
        temporary = self._temporary(sha256)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)  # noqa: PTH105 (fast)
        except BaseException:
            os.unlink(temporary)  # noqa: PTH108
            raise

    def place(self, sha256: str, size: int, source: Source) -> Stamp | None:
        """Make the file of a draft a blob: linked, cloned or copied; return its stamp after that if it is linked.

        Raises:
            ArtifactError: the file is not what it was when it was hashed.
            OSError: the disk is full, or fails.
        """
        try:
            status = os.stat(self.name(sha256))  # noqa: PTH116 (fast)
        except FileNotFoundError:
            status = None
        if status is not None:
            same = source.stamp is not None and stamp_of(status)[:4] == source.stamp[:4]
            # Who asked for a copy does not want to share a file that somebody else may write to.
            shared = source.kind in ("copy", "own") and bool(status.st_mode & 0o222)
            if not shared and (same or self.is_intact(sha256, size, status)):
                return stamp_of(status) if same else None
        return self._add(sha256, size, source, replace=status is not None)

    def _add(self, sha256: str, size: int, source: Source, *, replace: bool) -> Stamp | None:
        if source.kind in ("link", "own") and not replace:
            target = self.name(sha256)
            try:
                self._link(source.path, target)
            except FileExistsError:  # another process was faster, or the folder holds it twice
                return None
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
            else:
                return self._linked(sha256, source) if source.kind == "link" else None
        self._copy(sha256, size, source)
        return None

    def _link(self, path: str, target: str) -> None:
        try:
            os.link(path, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            os.link(path, target)

    def _linked(self, sha256: str, source: Source) -> Stamp:
        """Check what was linked and take note of what it is like."""
        target = self.name(sha256)
        stamp = stamp_of(os.stat(target))  # noqa: PTH116
        if source.stamp is not None and stamp[:4] != source.stamp[:4]:
            os.unlink(target)  # noqa: PTH108
            raise ArtifactError(f"{source.path} changed after it was hashed: log it when nothing writes to it")
        self._note(sha256, stamp[1:4])
        return stamp

    def _copy(self, sha256: str, size: int, source: Source) -> None:
        """Copy a file, checked as it is read; one that is there is replaced."""
        temporary_folder = self.path(sha256).parent
        temporary_folder.mkdir(parents=True, exist_ok=True)
        [found] = hash_files([Job(source.path, size, copy=True)], folder=temporary_folder)
        copy = found.copy or ""  # which is there, as it was asked for
        if found.sha256 != sha256:
            os.unlink(copy)  # noqa: PTH108
            raise ArtifactError(
                f"{source.path} changed after it was hashed: SHA-256 was {sha256}, is {found.sha256}. "
                "Log it when nothing writes to it"
            )
        os.replace(copy, self.name(sha256))  # noqa: PTH105
        self._links.pop(sha256[:2], None)

    def _temporary(self, sha256: str) -> str:
        folder = f"{self._prefix}{sha256[:2]}"
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        return f"{folder}/.{sha256[:16]}-{os.urandom(4).hex()}"

    def read(self, sha256: str) -> bytes:
        """Return the contents of a blob.

        Raises:
            ArtifactError: it is not there.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise ArtifactError(f"the blob {self.path(sha256)} is not there: was it deleted by hand?") from error

    def check(self, sha256: str, size: int, what: str) -> str:
        """Return the path of a blob that is as it was, as far as can be told without reading it.

        Raises:
            ArtifactError: it is missing, or was changed; the message calls it `what`.
        """
        name = self.name(sha256)
        try:
            status = os.stat(name)  # noqa: PTH116
        except FileNotFoundError as error:
            self.distrust([sha256])
            raise ArtifactError(f"{what} is lost: its blob {name} is not there. Log the file again") from error
        if not self.is_intact(sha256, size, status):
            self.distrust([sha256])
            [found] = hash_files([Job(name, size)])
            raise ArtifactError(damage(what, name, (sha256, size), (found.sha256, status.st_size)))
        return name

    def is_intact(self, sha256: str, size: int, status: os.stat_result) -> bool:
        """Whether a blob is as it was; it is read only if nothing else tells."""
        if status.st_size != size:
            return False
        like = self._like(sha256)
        if like is None and not status.st_mode & 0o222:
            return True  # made by Trailmark, and nobody may write to it
        now = (status.st_ino, status.st_size, status.st_mtime_ns)
        if like == now:
            return True
        [found] = hash_files([Job(self.name(sha256), size)])  # touched, or the root was copied, or it is damaged
        if found.sha256 != sha256:
            return False
        self._note(sha256, now)
        self.save_links()
        return True

    def distrust(self, damaged: Iterable[str]) -> None:
        """Have blobs that were found damaged or lost replaced when their files are logged again."""
        for sha256 in damaged:
            self._note(sha256, _UNLIKE)
        self.save_links()
        shutil.rmtree(self.folder / CACHES, ignore_errors=True)

    def watch(self, sha256: str) -> None:
        """Take note of what a blob is like before somebody gets a hard link to it."""
        if self._like(sha256) is None:
            status = os.stat(self.name(sha256))  # noqa: PTH116
            self._note(sha256, (status.st_ino, status.st_size, status.st_mtime_ns))

    def _note(self, sha256: str, like: _Like) -> None:
        key = sha256[:2]
        body = _RECORD.pack(bytes.fromhex(sha256), *like, 0)[:56]
        self._new_links.setdefault(key, []).append(body + zlib.crc32(body).to_bytes(4, "little") + bytes(4))
        if key in self._links:
            self._links[key][sha256] = like

    def save_links(self) -> None:
        """Append what was noted. Where that cannot be, in a root of somebody else's say, it costs a read later."""
        for key, records in self._new_links.items():
            path = f"{self._prefix}{key}/{_LINKS}"
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
                try:
                    os.write(descriptor, b"".join(records))
                finally:
                    os.close(descriptor)
        self._new_links.clear()

    def _like(self, sha256: str) -> _Like | None:
        key = sha256[:2]
        if key not in self._links:
            self._links[key] = _read_links(self.folder / key / _LINKS)
        return self._links[key].get(sha256)


def damage(what: str, place: str, expected: tuple[str, int], got: tuple[str, int]) -> str:
    """Return the message for a file that is not what it was; (SHA-256, size in bytes) of both."""
    return (
        f"{what} is damaged: {place} was changed after it was logged. Expected SHA-256 {expected[0]} "
        f"({expected[1]} bytes), got {got[0]} ({got[1]} bytes). If it was hard-linked from a file that was then "
        'written to in place, log the files again with policy="mutable", which copies them'
    )


def _read_links(path: Path) -> dict[str, _Like]:
    """Return the newest record of each blob, passing over what is damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    found: dict[str, _Like] = {}
    start = 0
    while start + _RECORD.size <= len(data):
        sha256, inode, size, changed, crc = _RECORD.unpack_from(data, start)
        if crc == zlib.crc32(data[start : start + 56]):
            found[sha256.hex()] = (inode, size, changed)
            start += _RECORD.size
        else:
            start += 1
    return found
