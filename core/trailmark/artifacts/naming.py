"""Names: of artifacts, types, aliases, and of the files in an artifact; and the ways to write which version is meant.

A name that is refused here could not be a file on every system, or would lead out of the folder it belongs in.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Sequence

LATEST = "latest"
MAX_NAME = 128  # characters, as in W&B
MAX_PART_BYTES = 255  # the longest file name of ext4, XFS, APFS and NTFS
MAX_PATH_BYTES = 1024  # the longest key of S3

_MAX_SHOWN = 100  # characters of a bad name in a message

_NAME = re.compile(r"[A-Za-z0-9_.-]+")  # as in W&B
_VERSION = re.compile(r"v(0|[1-9][0-9]*)")
_BAD_IN_PATH = re.compile("[\x00-\x1f\x7f\\\\\ud800-\udfff]")
_DEVICES = re.compile(
    r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE
)  # files of these names are devices on Windows
# In paths joined, and enclosed, by slashes; parts in small letters. Two simple searches are much faster than one.
_SUSPECT_LETTER = re.compile(r"[\x00-\x1f\x7f\\]")
_SUSPECT_PART = re.compile(rf"/(?=/|\.\.?/|[a-z]:|(?:{_DEVICES.pattern})/)")


class Address(NamedTuple):
    """What names a version: ``[[entity/]project/]name[:alias]``."""

    project: str | None
    name: str
    reference: str  # an alias, a version such as "v3", or a digest


def check_name(name: str, what: str = "an artifact's name") -> str:
    """Return `name` if it can name an artifact.

    Raises:
        ArtifactError: it cannot; the message says why.
    """
    if not isinstance(name, str):
        raise ArtifactError(f"{what} is a str, got {name!r} of type {type(name).__name__}")
    if len(name) > MAX_NAME:
        raise ArtifactError(f"{what} has at most {MAX_NAME} characters, got {len(name)}: {name[:40]!r}…")
    if not _NAME.fullmatch(name):
        bad = next((letter for letter in name if not _NAME.fullmatch(letter)), "")
        fault = f"holds {bad!r}" if bad else "is empty"
        raise ArtifactError(f"{what} has letters of ASCII, digits, '-', '_' and '.' only: {name!r} {fault}")
    if name.startswith("."):
        raise ArtifactError(f"{what} must not begin with a dot, got {name!r}")
    if _DEVICES.fullmatch(name.partition(".")[0]):
        raise ArtifactError(f"{what} must not be the name of a device on Windows, got {name!r}")
    return name


def is_name(name: str) -> bool:
    """Whether `name` can name an artifact."""
    try:
        return bool(check_name(name))
    except ArtifactError:
        return False


def check_project(project: str) -> str:
    """Return `project` if it names a folder in the root, and not one of the root's own, which begin with a dot.

    Raises:
        ArtifactError: it does not.
    """
    if not isinstance(project, str) or not project or project.startswith(".") or re.search(r"[/\\\x00]", project):
        raise ArtifactError(
            f"a project is the name of a folder, not empty, without '/' and no dot in front, got {_shown(project)}"
        )
    return project


def check_type(kind: str) -> str:
    """Return `kind` if it can be the type of an artifact.

    Raises:
        ArtifactError: it cannot; the message says why.
    """
    if not isinstance(kind, str) or not kind.strip() or len(kind) > MAX_NAME or _BAD_IN_PATH.search(kind):
        raise ArtifactError(
            f"an artifact's type is a word such as 'model' or 'dataset', of at most {MAX_NAME} characters, "
            f"got {_shown(kind)}"
        )
    if "/" in kind or ":" in kind:
        raise ArtifactError(f"an artifact's type must not hold '/' or ':', got {kind!r}")
    return kind


def check_alias(alias: str, what: str = "alias") -> str:
    """Return `alias` if it can be an alias or a tag.

    Raises:
        ArtifactError: it cannot; the message says why.
    """
    if not isinstance(alias, str) or not alias.strip() or len(alias) > MAX_NAME:
        raise ArtifactError(f"an {what} is a str of 1 to {MAX_NAME} characters, got {_shown(alias)}")
    if re.search("[/:\x00-\x1f\x7f\ud800-\udfff]", alias):
        raise ArtifactError(f"an {what} must not hold '/', ':' or control characters, got {alias!r}")
    if _VERSION.fullmatch(alias):
        raise ArtifactError(f"{alias!r} is the name of a version, which an {what} must not look like")
    return alias


def check_tag(tag: str) -> str:
    """Return `tag` if it can be a tag.

    Raises:
        ArtifactError: it cannot; the message says why.
    """
    return check_alias(tag, "tag")


def check_entry(name: str | os.PathLike[str]) -> str:
    """Return the path of a file in an artifact, with forward slashes, if it can be one.

    Raises:
        ArtifactError: it leads out of the artifact, or could not be a file everywhere; the message says why.
    """
    path = os.fspath(name)
    if not isinstance(path, str):
        raise ArtifactError(f"the name of a file in an artifact is a str, got {path!r} of type {type(path).__name__}")
    fault = _fault(path)
    if fault:
        raise ArtifactError(f"{_shown(path)} cannot be the name of a file in an artifact: {fault}")
    return path


def from_here(name: str | os.PathLike[str]) -> str:
    """Return a path without the ``./`` in front, which scripts that glob give and which means nothing."""
    path = os.fspath(name)
    while isinstance(path, str) and path.startswith("./"):
        path = path[2:]
    return path


def check_entries(paths: Sequence[str]) -> None:
    """Check many paths as `check_entry` does, but at once.

    Raises:
        ArtifactError: one of them cannot be in an artifact.
    """
    joined = f"/{'/'.join(paths)}/"
    if (
        not joined.isascii()
        or max(map(len, paths), default=0) > MAX_PART_BYTES
        or _SUSPECT_LETTER.search(joined)
        or _SUSPECT_PART.search(joined.lower())
    ):
        for path in paths:
            check_entry(path)


def _fault(path: str) -> str:  # noqa: PLR0911 (one fault, one line)
    """Return what is wrong with a path; "" if nothing is."""
    if not path:
        return "it is empty"
    bad = _BAD_IN_PATH.search(path)
    if bad:
        return f"it holds {bad.group()!r}"
    if path.startswith("/") or re.search("(?:^|/)[A-Za-z]:", path):  # on Windows, "c:" leads to a drive
        return "it is absolute, give it relative to the artifact"
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"it takes {len(path.encode())} bytes, at most {MAX_PATH_BYTES} are allowed"
    for part in path.split("/"):
        if part == "":
            return "it has an empty part"
        if part in (".", ".."):
            return f"it has the part {part!r}, and must not lead out of the artifact"
        if len(part.encode()) > MAX_PART_BYTES:
            return f"a part of it takes {len(part.encode())} bytes, at most {MAX_PART_BYTES} are allowed"
        if _DEVICES.fullmatch(part):
            return f"{part!r} is a device on Windows"
    return ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:60]}… ({len(text)} characters)"


def version_number(text: str) -> int | None:
    """Return the number of a version's name such as "v3"; None if it is none."""
    found = _VERSION.fullmatch(text)
    return int(found.group(1)) if found else None


def parse(path: str) -> Address:
    """Read ``[[entity/]project/]name[:alias]``; without an alias `latest` is meant, and the entity means nothing here.

    Raises:
        ArtifactError: it is not of this form.
    """
    if not isinstance(path, str):
        raise ArtifactError(f"an artifact is named by a str such as 'name:alias', got {path!r}")
    front, colon, reference = path.removeprefix("trailmark-artifact://").partition(":")
    parts = front.split("/")
    if len(parts) > 3 or not all(parts) or (colon and not reference):  # noqa: PLR2004 (entity, project, name)
        raise ArtifactError(f"an artifact is named by 'name:alias' or 'project/name:alias', got {_shown(path)}")
    project = check_project(parts[-2]) if len(parts) > 1 else None
    return Address(project, check_name(parts[-1]), reference or LATEST)
