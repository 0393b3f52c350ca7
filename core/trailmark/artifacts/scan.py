"""What is in a folder that shall be added: plain files only, and none from outside of it.

Links are followed if they lead to a place inside the folder. Anything else that is no plain file is an error, so that
nothing is left out unnoticed; empty folders are left out, as in W&B.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from trailmark._term import say_once
from trailmark.artifacts.hashing import kind_of, stamp_of
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from trailmark.artifacts.entry import Stamp


_READABLE = 0o444  # by everybody: then by this process too
_PLAIN = stat.S_IFREG | _READABLE
_PLAIN_MASK = 0o170000 | _READABLE  # the kind, and who may read


class Found(NamedTuple):
    """The files of a folder, in three lists of equal length."""

    names: list[str]  # below the folder, with forward slashes
    paths: list[str]  # where they are, after links
    stamps: list[Stamp]


class _Place(NamedTuple):
    path: str  # as it is read
    prefix: str  # of the names
    chain: tuple[str, ...]  # the folders that links led into on the way here


def scan(folder: str, leave_out: str | None = None) -> Found:
    """Find all files below a folder; the folder `leave_out` (a root) is passed over.

    Raises:
        ArtifactError: the folder cannot be read, holds something other than files and folders, or a link that is
            broken or leads out of it.
    """
    base = os.path.realpath(folder)
    found = Found([], [], [])
    places = [_Place(base, "", ())]
    while places:
        place = places.pop()
        if place.path == leave_out and place.prefix:
            say_once(
                f"root in {base}", f"{place.path} is left out of the artifact, as it is where runs are kept", "warn"
            )
            continue
        try:
            _list(place, base, found, places)
        except OSError as error:
            raise ArtifactError(f"the folder {place.path} cannot be read: {error.strerror or error}") from error
    return found


def _list(place: _Place, base: str, found: Found, places: list[_Place]) -> None:
    """Look at all that lies in one folder."""
    prefix, (names, paths, stamps) = place.prefix, found
    with os.scandir(place.path) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if status.st_mode & _PLAIN_MASK == _PLAIN:  # nearly all are: they must not cost a call each
                names.append(prefix + entry.name)
                paths.append(entry.path)
                stamps.append((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
            else:
                _look(entry, status, place, base, found, places)


def _look(
    entry: os.DirEntry[str], status: os.stat_result, place: _Place, base: str, found: Found, places: list[_Place]
) -> None:
    name = place.prefix + entry.name
    if stat.S_ISLNK(status.st_mode):
        _follow(entry, name, place, base, found, places)
    elif stat.S_ISREG(status.st_mode):
        _take(name, entry.path, status, found)
    elif stat.S_ISDIR(status.st_mode):
        places.append(_Place(entry.path, name + "/", place.chain))
    else:
        raise ArtifactError(f"{entry.path} is {kind_of(status.st_mode)}, an artifact takes plain files: remove it")


def _follow(entry: os.DirEntry[str], name: str, place: _Place, base: str, found: Found, places: list[_Place]) -> None:
    link, target = entry.path, os.path.realpath(entry.path)
    try:
        status = os.stat(target)  # noqa: PTH116 (a str is at hand)
    except OSError as error:
        raise ArtifactError(f"the link {link} is broken: it leads to {os.readlink(link)} ({error.strerror})") from error  # noqa: PTH115
    if target != base and not target.startswith(base.rstrip("/") + "/"):
        raise ArtifactError(
            f"the link {link} leads out of {base}, to {target}: add that by itself with add_file() or add_reference(), "
            "or replace the link by the file"
        )
    if stat.S_ISREG(status.st_mode):
        _take(name, target, status, found)
    elif stat.S_ISDIR(status.st_mode):
        here = os.path.realpath(place.path)
        if target in place.chain or here == target or here.startswith(target.rstrip("/") + "/"):
            raise ArtifactError(f"the link {link} leads back to {target}, a folder that it lies in: remove it")
        places.append(_Place(target, name + "/", (*place.chain, target)))
    else:
        raise ArtifactError(f"the link {link} leads to {kind_of(status.st_mode)}, an artifact takes plain files")


def _take(name: str, path: str, status: os.stat_result, found: Found) -> None:
    check_readable(path, status)
    found.names.append(name)
    found.paths.append(path)
    found.stamps.append(stamp_of(status))


def check_readable(path: str, status: os.stat_result) -> None:
    """Check what can be told without opening the file.

    Raises:
        ArtifactError: this process may not read it.
    """
    if status.st_mode & _READABLE != _READABLE and not os.access(path, os.R_OK):
        raise ArtifactError(f"{path} cannot be read: permission denied ({stat.filemode(status.st_mode)})")
