"""`Collection`: the versions and aliases of one artifact name in a project, and finding them.

In ``<root>/<project>/.artifacts/<name>/`` lie the versions (see `versions`) and ``aliases.json``:
``{"count": n, "aliases": {alias: version}, "digests": {digest: version}}``, replaced whole under a lock. It speaks for
the versions below ``count``. One from there on was made by a process that was killed before it could update the index,
and lays its own aliases, and `latest`, on top: so nothing is lost, and no half of anything is seen.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark._term import say_once
from trailmark.artifacts import naming
from trailmark.artifacts.draft import close
from trailmark.artifacts.lock import locked
from trailmark.artifacts.versions import VersionFile, create, now_text, read_version, replace
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from trailmark.artifacts.artifact import Artifact

FOLDER = ".artifacts"
_INDEX = "aliases.json"
_FILE = re.compile(r"v(\d+)\.json")
_MIN_DIGEST = 8  # digits that may stand for a whole digest


class _Index(NamedTuple):
    next: int  # how many versions there ever were: the number of the next one
    aliases: dict[str, int]
    digests: dict[str, int]  # of versions that are no links


class Collection:
    """All versions of one artifact name in a project.

    Attributes:
        root: the root.
        project: the project's name.
        name: the artifact's name, without a version.
    """

    def __init__(self, root: str | os.PathLike[str], project: str, name: str) -> None:
        self.root = Path(root)
        self.project = naming.check_project(project)
        self.name = naming.check_name(name)
        self.folder = self.root / project / FOLDER / self.name

    def __repr__(self) -> str:
        return f"<Collection {self.project}/{self.name}>"

    @property
    def exists(self) -> bool:
        """Whether there is any version."""
        return bool(self.versions())

    @property
    def type(self) -> str:
        """The type that all versions have.

        Raises:
            ArtifactError: there is no version.
        """
        kind = self.known_type()
        if kind is None:
            what = "no version that can be read" if self.exists else "no artifact"
            raise ArtifactError(f"there is {what} {'of ' * self.exists}{self.project}/{self.name} in {self.root}")
        return kind

    def versions(self) -> list[int]:
        """Return the numbers of the versions that exist, ascending."""
        try:
            names = [entry.name for entry in os.scandir(self.folder)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(int(found.group(1)) for found in map(_FILE.fullmatch, names) if found)

    def aliases(self) -> dict[str, int]:
        """Return alias -> version, `latest` among them."""
        return dict(self._read_index().aliases)

    def resolve(self, reference: str) -> int:
        """Return the number of a version, by an alias such as "latest", by "v3", or by its digest or the begin of that.

        Raises:
            ArtifactError: there is none; the message names close ones.
        """
        index = self._read_index()
        number = naming.version_number(reference)
        if number is not None and self._path(number).exists():
            return number
        if reference in index.aliases:
            return index.aliases[reference]
        if len(reference) >= _MIN_DIGEST:
            found = {version for digest, version in index.digests.items() if digest.startswith(reference)}
            if len(found) == 1:
                return found.pop()
        versions = self.versions()
        if not versions:
            raise ArtifactError(f"there is no artifact {self.project}/{self.name} in {self.root}{self._hint()}")
        known = [*(f"v{each}" for each in versions), *index.aliases]
        raise ArtifactError(
            f"{self.project}/{self.name} has no version {reference!r}: "
            f"there {f'are v{versions[0]} to' if versions[1:] else 'is only'} v{versions[-1]}, "
            f"aliases {', '.join(sorted(index.aliases)) or 'none'}{close(reference, known)}"
        )

    def artifact(self, version: int) -> Artifact:
        """Return a version.

        Raises:
            ArtifactError: it is not there, or damaged.
        """
        from trailmark.artifacts.artifact import Artifact

        return Artifact._of(self, version, self.read(version))  # noqa: SLF001 (made here only)

    def artifacts(self) -> list[Artifact]:
        """Return all versions, newest first; those that are damaged are left out, with a warning."""
        return [self.artifact(version) for version in reversed(self.versions()) if self._readable(version)]

    def read(self, version: int) -> VersionFile:
        """Return the fields of a version.

        Raises:
            ArtifactError: it is not there, or damaged.
        """
        found = read_version(self._path(version))
        if found is None:
            raise ArtifactError(f"there is no version {self.project}/{self.name}:v{version} (any more) in {self.root}")
        return found

    def aliases_of(self, version: int) -> list[str]:
        """Return the aliases of a version, sorted."""
        return sorted(alias for alias, number in self._read_index().aliases.items() if number == version)

    # Changes ---------------------------------------------------------------------------------------------------------

    def check_type(self, kind: str) -> None:
        """Check that a version of this type may be added.

        Raises:
            ArtifactError: the others have another one.
        """
        known = self.known_type()
        if known is not None and known != kind:
            raise ArtifactError(
                f"the artifact {self.project}/{self.name} has the type {known!r}, got {kind!r}: "
                "give the same type, or another name"
            )

    def version_of(self, digest: str) -> int | None:
        """Return the newest version with these contents; None if there is none."""
        return self._read_index().digests.get(digest)

    def add(
        self, version: VersionFile, aliases: Iterable[str] = (), *, after: int | None = None
    ) -> tuple[int, bool] | None:
        """Make a version, or move the aliases to the one that has the same contents; `latest` becomes this one.

        Returns:
            Its number, and whether it is new. None, and nothing is done, if `after` is given and not the latest one.

        Raises:
            ArtifactError: the others have another type.
            OSError: the disk is full, or fails.
        """
        own = [*dict.fromkeys([*aliases, naming.LATEST])]
        version.aliases = [alias for alias in own if alias != naming.LATEST]
        with self.alone():
            self.folder.mkdir(exist_ok=True)
            index = self._read_index()
            if after is not None and index.aliases.get(naming.LATEST) != after:
                return None
            number = index.digests.get(version.digest) if version.source is None else None
            new = number is None
            if number is None:
                self.check_type(version.type)
                number = index.next
                while not create(self._path(number), version.encode()):
                    number += 1
                if version.source is None:
                    index.digests[version.digest] = number
            if not new and all(index.aliases.get(alias) == number for alias in own):
                return number, new  # nothing is to be written: the index, or the versions that it lacks, say so already
            index.aliases.update(dict.fromkeys(own, number))
            self._write_index(_Index(max(number + 1, index.next), index.aliases, index.digests))
        return number, new

    def edit(self, version: int, change: Callable[[VersionFile], None] | None, aliases: dict[str, bool]) -> VersionFile:
        """Change fields of a version, and give (True) and take (False) aliases.

        Raises:
            ArtifactError: it is not there.
            OSError: the disk is full, or fails.
        """
        with self.alone():
            index = self._read_index()
            found = self.read(version)
            if change is not None:
                change(found)
                found.updated_at = now_text()
            for alias, given in aliases.items():
                if given:
                    index.aliases[alias] = version
                elif index.aliases.get(alias) == version:
                    del index.aliases[alias]
            self._write_index(index)  # before the file, whose own aliases count only until there is an index
            if change is not None:
                replace(self._path(version), found.encode())
        return found

    def link(self, artifact: Artifact, aliases: Iterable[str] = ()) -> Artifact:
        """Make a version of this collection that is a link to a version of another, and has its files.

        One that links to the same version already is taken again.

        Raises:
            ArtifactError: `artifact` is a draft, or deleted, or of another type.
        """
        source = artifact.source_artifact
        self.check_type(source.type)
        place = {"project": source.project, "name": source.collection_name, "version": source.version_number}
        own = [naming.check_alias(alias) for alias in aliases]
        for number in reversed(self.versions()):
            found = self._readable(number)
            if found is not None and found.source == place:
                self.edit(number, None, dict.fromkeys([*own, naming.LATEST], True))
                return self.artifact(number)
        fields = source.collection.read(source.version_number)
        fields.source, fields.created_at = place, now_text()
        fields.updated_at = fields.created_at
        added = self.add(fields, own)
        return self.artifact(added[0] if added else self.aliases()[naming.LATEST])

    def delete(self, version: int | None = None, *, delete_aliases: bool = False) -> None:
        """Delete a version, or with None all of them. Blobs go with `collect_garbage`; numbers are not used again.

        Raises:
            ArtifactError: it is not there, or it has aliases and `delete_aliases` is not set.
        """
        if version is None:
            self._delete_all(delete_aliases=delete_aliases)
            return
        with self.alone():
            index = self._read_index()
            if not self._path(version).exists():
                self.read(version)  # tells
            mine = sorted(alias for alias, number in index.aliases.items() if number == version)
            named = [alias for alias in mine if alias != naming.LATEST]
            if named and not delete_aliases:
                raise ArtifactError(
                    f"{self.project}/{self.name}:v{version} has the aliases {', '.join(named)}: delete it with "
                    "delete_aliases=True, or move them to another version"
                )
            for alias in mine:
                del index.aliases[alias]
            left = [each for each in self.versions() if each != version]
            if naming.LATEST in mine and left:
                index.aliases[naming.LATEST] = left[-1]
            digests = {digest: number for digest, number in index.digests.items() if number != version}
            self._write_index(_Index(index.next, index.aliases, digests))
            self._path(version).unlink()

    def _delete_all(self, *, delete_aliases: bool) -> None:
        with self.alone():
            named = sorted(set(self._read_index().aliases) - {naming.LATEST})
            if named and not delete_aliases:
                raise ArtifactError(
                    f"{self.project}/{self.name} has the aliases {', '.join(named)}: set delete_aliases=True"
                )
            if not self.folder.exists():
                raise ArtifactError(f"there is no artifact {self.project}/{self.name} in {self.root}{self._hint()}")
            doomed = self.folder.with_name(f".{self.name}-{os.urandom(4).hex()}")
            self.folder.rename(doomed)  # at once, so that no half of it is seen
        shutil.rmtree(doomed)

    # Files -----------------------------------------------------------------------------------------------------------

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes from changing this collection."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        return locked(self.folder.parent / f".{self.name}.lock")

    def _path(self, version: int) -> Path:
        return self.folder / f"v{version}.json"

    def known_type(self) -> str | None:
        """Return the type that all versions have; None if none can be read."""
        for number in reversed(self.versions()):
            found = self._readable(number)
            if found is not None:
                return found.type
        return None

    def _readable(self, number: int) -> VersionFile | None:
        """Return a version, or None if it is not there or damaged: one that is must not keep others from being made."""
        try:
            return read_version(self._path(number))
        except ArtifactError as error:
            say_once(str(self._path(number)), f"a version of {self.project}/{self.name} is left out: {error}", "warn")
            return None

    def _read_index(self) -> _Index:
        """Return the index, with what versions say that it does not know of."""
        try:
            found = json.loads((self.folder / _INDEX).read_bytes())
            index = _checked(_Index(found["count"], dict(found["aliases"]), dict(found["digests"])))
            missing: Iterable[int] = self._from(index.next)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):  # not written yet, or damaged
            index, missing = _Index(0, {}, {}), self.versions()  # which tell
        count = index.next
        for number in missing:
            version = self._readable(number)
            if version is not None:
                index.aliases.update(dict.fromkeys([*version.aliases, naming.LATEST], number))
                if version.source is None:
                    index.digests[version.digest] = number
            count = number + 1
        return _Index(count, index.aliases, index.digests)

    def _from(self, number: int) -> Iterator[int]:
        while self._path(number).exists():
            yield number
            number += 1

    def _write_index(self, index: _Index) -> None:
        fields = {"count": index.next, "aliases": index.aliases, "digests": index.digests}
        replace(self.folder / _INDEX, json.dumps(fields, ensure_ascii=False).encode())

    def _hint(self) -> str:
        return close(self.name, [each.name for each in collections(self.root, self.project)])


def _checked(index: _Index) -> _Index:
    """Return an index of which all numbers can be those of versions.

    Raises:
        ValueError: one cannot.
    """
    numbers: list[Any] = [index.next, *index.aliases.values(), *index.digests.values()]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError(numbers)
    return index


def collections(
    root: str | os.PathLike[str],
    project: str | None = None,
    type: str | None = None,  # noqa: A002 (W&B's word)
) -> list[Collection]:
    """Return the collections of a project or of all, by name; with `type` only those of that type."""
    root = Path(root)
    projects = [project] if project is not None else _projects(root)
    found = []
    for each in projects:
        try:
            names = sorted(entry.name for entry in os.scandir(root / each / FOLDER))
        except (FileNotFoundError, NotADirectoryError):
            continue
        found += [Collection(root, each, name) for name in names if naming.is_name(name)]
    # One that is being made has no version yet.
    return [each for each in found if each.exists and type in (None, each.known_type())]


def _projects(root: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(root) if not entry.name.startswith(".") and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def find(
    root: str | os.PathLike[str],
    path: str,
    project: str | None = None,
    type: str | None = None,  # noqa: A002 (W&B's word)
) -> Artifact:
    """Find a version by ``name``, ``name:alias``, ``project/name:v3`` or ``entity/project/name:alias``.

    Without an alias it is the latest one; without a project that of `project`, or the only one with such a name.

    Raises:
        ArtifactError: there is none, or it has another type; the message names close ones.
    """
    address = naming.parse(path)
    place = address.project or project or _only_project(Path(root), address.name)
    collection = Collection(root, place, address.name)
    artifact = collection.artifact(collection.resolve(address.reference))
    if type is not None and artifact.type != type:
        raise ArtifactError(f"{artifact.qualified_name} has the type {artifact.type!r}, not {type!r}")
    return artifact


def _only_project(root: Path, name: str) -> str:
    every = collections(root)
    projects = [each.project for each in every if each.name == name]
    if not projects:
        raise ArtifactError(f"there is no artifact {name!r} in {root}{close(name, [each.name for each in every])}")
    if len(projects) > 1:
        raise ArtifactError(
            f"several projects have an artifact {name!r}: ask for one of "
            + ", ".join(f"{each}/{name}" for each in projects)
        )
    return projects[0]
