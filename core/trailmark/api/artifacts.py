"""The part of `Api` that finds artifacts: versions, the collections that they are versions of, and types."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Collection as Words
    from pathlib import Path

    from trailmark.api.contents import Shelf
    from trailmark.api.provenance import Graph
    from trailmark.api.run import Run
    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.collection import Collection


class ArtifactType(NamedTuple):
    """A type of artifacts, in one project or in all."""

    root: Path
    name: str
    project: str | None = None  # None: in all

    def collections(self) -> list[Collection]:
        """Return the collections of this type, by project and name."""
        from trailmark.artifacts.collection import collections

        return collections(self.root, self.project, self.name)

    def collection(self, name: str) -> Collection:
        """Return one of them.

        Raises:
            ArtifactError: there is no such collection, or more than one.
        """
        return _find_collection(self.root, name, self.name, self.project)


class Readers:
    """Tells artifacts who made and used them, for `trailmark.artifacts`, which knows no runs.

    Each question reads the runs' states anew; `Api.lineage` answers several by one reading.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf

    def __reduce__(self) -> tuple[type[Readers], tuple[()]]:
        """Go to another process without what was read already."""
        return Readers, ()

    def logged_by(self, artifact: Artifact) -> Run | None:
        """Return the run that made a version; None if none did that is still there."""
        from trailmark.api.provenance import Provenance

        return Provenance(artifact.root, self._shelf).logged_by(artifact)

    def used_by(self, artifact: Artifact) -> list[Run]:
        """Return the runs that used a version, or a link to it."""
        from trailmark.api.provenance import Provenance

        return Provenance(artifact.root, self._shelf).used_by(artifact)


class Artifacts:
    """The part of `Api` that is about artifacts."""

    root: Path
    _shelf: Shelf

    def artifact(self, name: str, type: str | None = None) -> Artifact:  # noqa: A002 (W&B's name)
        """Return a version of an artifact.

        Args:
            name: "project/name:alias" or "project/name:v3"; without ":…" the latest. The project may be left out if
                only one has an artifact of this name; W&B's "entity/project/name:v3" is understood, the entity ignored.
            type: the type that it must have.

        Raises:
            ArtifactError: there is no such version; the message names close ones.
        """
        from trailmark.artifacts.collection import find

        return self._told(find(self.root, _checked("artifact", name), None, type))

    def artifacts(
        self,
        type_name: str | None = None,
        name: str | None = None,
        per_page: int = 50,
        tags: Words[str] | str | None = None,
        *,
        project: str | None = None,
    ) -> list[Artifact]:
        """Return the versions of one artifact ("name" or "project/name"), or of all, newest first within each.

        Args:
            type_name: only of this type.
            name: only of this artifact.
            per_page: has no effect, for W&B's sake.
            tags: only those that have all of these.
            project: only in this project.

        Raises:
            ArtifactError: there is no such artifact.
        """
        from trailmark.artifacts.collection import collections

        del per_page
        if name is None:
            chosen = collections(self.root, project, type_name)
        else:
            chosen = [_find_collection(self.root, _checked("artifacts", name), type_name, project)]
        wanted = {tags} if isinstance(tags, str) else set(tags or ())
        found = [artifact for collection in chosen for artifact in collection.artifacts()]
        return [self._told(artifact) for artifact in found if wanted <= set(artifact.tags)]

    def artifact_exists(self, name: str, type: str | None = None) -> bool:  # noqa: A002 (W&B's name)
        """Tell whether there is such a version; `name` and `type` are those of `artifact`."""
        try:
            self.artifact(name, type)
        except ArtifactError:
            return False
        return True

    def artifact_collections(
        self, project_name: str | None = None, type_name: str | None = None, per_page: int = 50
    ) -> list[Collection]:
        """Return the collections of a project, or of all, by project and name; with `type_name` only those of a type.

        A collection is what the versions of one artifact name are in. `per_page` has no effect, for W&B's sake.
        """
        from trailmark.artifacts.collection import collections

        del per_page
        return collections(self.root, _last(project_name), type_name)

    def artifact_collection(self, type_name: str | None, name: str) -> Collection:
        """Return the collection "name" or "project/name", which must be of `type_name` unless that is None.

        Raises:
            ArtifactError: there is no such collection; the message names close ones.
        """
        return _find_collection(self.root, _checked("artifact_collection", name), type_name)

    def artifact_collection_exists(self, name: str, type: str | None = None) -> bool:  # noqa: A002 (W&B's name)
        """Tell whether there is such a collection."""
        try:
            self.artifact_collection(type, name)
        except ArtifactError:
            return False
        return True

    def artifact_types(self, project: str | None = None) -> list[ArtifactType]:
        """Return the types of the artifacts of a project, or of all, by name."""
        from trailmark.artifacts.collection import collections

        project = _last(project)
        names = {kind for collection in collections(self.root, project) if (kind := collection.known_type())}
        return [ArtifactType(self.root, name, project) for name in sorted(names)]

    def artifact_type(self, type_name: str, project: str | None = None) -> ArtifactType:
        """Return a type of artifacts.

        Raises:
            ArtifactError: no artifact has it; the message names close ones.
        """
        known = {kind.name: kind for kind in self.artifact_types(project)}
        if type_name not in known:
            raise ArtifactError(f"no artifact is of type {type_name!r}{_close(type_name, list(known))}")
        return known[type_name]

    def lineage(self, artifact: Artifact | str) -> Graph:
        """Return what a version came of, and what came of it: edges between runs and versions, nearer ones first.

        Raises:
            ArtifactError: there is no such version.
        """
        from trailmark.api.provenance import Provenance

        found = self.artifact(artifact) if isinstance(artifact, str) else artifact
        return Provenance(self.root, self._shelf).graph(found)

    def _told(self, artifact: Artifact) -> Artifact:
        artifact.lineage = Readers(self._shelf)
        return artifact


def _checked(call: str, name: object) -> str:
    if not isinstance(name, str) or not name.strip("/"):
        raise ArtifactError(f"{call}() takes the name of an artifact, such as 'project/name:latest', got {name!r}")
    return name.strip("/")


def _last(project: str | None) -> str | None:
    """Return the project in W&B's "entity/project"."""
    return project and project.strip("/").rpartition("/")[2]


def _only_project(root: Path, name: str) -> str:
    """Return the one project that has an artifact of this name."""
    from trailmark.artifacts.collection import collections

    known = collections(root)
    found = [collection.project for collection in known if collection.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        meant = ", ".join(f"{project}/{name}" for project in found)
        raise ArtifactError(f"{name!r} may mean {meant}: give one of these")
    names = [text for collection in known for text in (collection.name, f"{collection.project}/{collection.name}")]
    raise ArtifactError(f"there is no artifact {name!r} in {root}{_close(name, names)}")


def _find_collection(root: Path, path: str, kind: str | None, project: str | None = None) -> Collection:
    from trailmark.artifacts.collection import Collection

    path = path.partition(":")[0]
    parents, _, name = path.rpartition("/")
    project = _last(parents) or project or _only_project(root, name)
    collection = Collection(root, project, name)
    if not collection.exists:
        from trailmark.artifacts.collection import collections

        close = _close(f"{project}/{name}", [f"{known.project}/{known.name}" for known in collections(root)])
        raise ArtifactError(f"there is no artifact {project}/{name} in {root}{close}")
    if kind is not None and collection.type != kind:
        raise ArtifactError(f"the artifact {project}/{name} is of type {collection.type!r}, not {kind!r}")
    return collection


def _close(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 3, 0.5)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
