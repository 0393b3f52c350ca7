"""`VersionFile`: what is kept of a version beside its files, as JSON: ``<project>/.artifacts/<name>/v<N>.json``.

The file is written whole under another name and then linked to its own, which fails if that is taken: this is the one
moment when a version comes to be, for any number of processes, on NFS too. Fields: ``format`` (1), ``digest``,
``type``, ``description``, ``metadata``, ``aliases`` (as it was logged), ``tags``, ``logged_by`` (the id of a run),
``created_at`` and ``updated_at`` (ISO 8601, UTC), ``size`` (bytes), ``file_count``, ``history_step``, ``use_as``,
``source`` (of a link: ``{"project", "name", "version"}``). A reader ignores fields that it does not know.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import time
from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, Any

from trailmark.artifacts import naming
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass
class VersionFile:
    """The fields of a version."""

    digest: str
    type: str
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    logged_by: str | None = None
    created_at: str = ""
    updated_at: str = ""
    size: int = 0
    file_count: int = 0
    history_step: int | None = None
    use_as: str | None = None
    source: dict[str, Any] | None = None

    def encode(self) -> bytes:
        """Return the file's bytes."""
        return json.dumps({"format": _FORMAT, **dataclasses.asdict(self)}, ensure_ascii=False, indent=1).encode()


_FIELDS = {each.name for each in dataclasses.fields(VersionFile)}
_KINDS: dict[str, type | tuple[type, ...]] = {
    "digest": str,
    "description": (str, NoneType),
    "metadata": dict,
    "aliases": list,
    "tags": list,
    "logged_by": (str, NoneType),
    "created_at": str,
    "updated_at": str,
    "size": int,
    "file_count": int,
    "source": (dict, NoneType),
}


def read_version(path: Path) -> VersionFile | None:
    """Return what is in a version's file; None if there is none.

    Raises:
        ArtifactError: it is damaged, or of a newer format.
    """
    try:
        found = json.loads(path.read_bytes())
        return _decoded(found)
    except FileNotFoundError:
        return None
    except ArtifactError as error:
        raise ArtifactError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} is damaged, and is no version of an artifact: {error!r:.200}") from error


def _decoded(found: dict[str, Any]) -> VersionFile:
    """Return a version whose fields are what they must be: others rely on it, and paths are made of some.

    Raises:
        ArtifactError: it is of a newer format.
        KeyError: a field is missing.
        TypeError: one is not.
        ValueError: the digest is none, or a name leads out of the root.
    """
    if found["format"] > _FORMAT:
        raise ArtifactError(f"it was written by a newer version of Trailmark (format {found['format']})")
    version = VersionFile(**{key: value for key, value in found.items() if key in _FIELDS})
    for key, kinds in _KINDS.items():
        if not isinstance(getattr(version, key), kinds):
            raise TypeError(f"{key} is {getattr(version, key)!r:.80}")
    if not all(isinstance(word, str) for word in [*version.aliases, *version.tags]):
        raise TypeError("aliases and tags are texts")
    if not _SHA256.fullmatch(version.digest):
        raise ValueError(f"digest is {version.digest!r:.80}")
    naming.check_type(version.type)
    if version.source is not None:
        naming.check_project(version.source["project"])
        naming.check_name(version.source["name"])
        if type(version.source["version"]) is not int:
            raise TypeError(f"source is {version.source!r:.80}")
    return version


def create(path: Path, data: bytes) -> bool:
    """Make a file, complete from its first moment, unless there is one; whether this made it.

    Raises:
        OSError: the disk is full, or fails.
    """
    temporary = _write(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        # FAT and some network file systems have no hard links. The caller holds a lock, where there are locks.
        if error.errno not in _NO_LINKS or path.exists():
            raise
        temporary.rename(path)
        return True
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def replace(path: Path, data: bytes) -> None:
    """Replace a file: a reader gets the old or the new one.

    Raises:
        OSError: the disk is full, or fails.
    """
    temporary = _write(path, data)
    try:
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    """Have the folder's own entries on the disk, so that a version outlasts a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def now_text() -> str:
    """Return the time as ISO 8601 in UTC, to the microsecond."""
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06}Z"
