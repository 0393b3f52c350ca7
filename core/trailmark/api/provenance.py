"""Provenance: which run made a version of an artifact, and which runs used it.

It is told by the journals of the runs alone, so it cannot disagree with them. A version that is a link counts as the
version that it links to: who used the one used the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trailmark.api import listing
from trailmark.api.contents import Shelf
from trailmark.api.run import Run
from trailmark.artifacts.collection import Collection
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark.artifacts.artifact import Artifact
    from trailmark.journal.records import ArtifactLink
    from trailmark.journal.runstate import RunState


class Version(NamedTuple):
    """Names a version of an artifact."""

    project: str
    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.project}/{self.name}:v{self.number}"


class Edge(NamedTuple):
    """Something came of something else."""

    source: str  # "project/id" of a run, or "project/name:v3" of a version
    target: str  # likewise
    action: str  # logged: a run made a version; used: a version went into a run; linked: a version is a link to another


class Graph(NamedTuple):
    """What a version came of, and what came of it, step by step; nearer edges first."""

    start: str
    upstream: list[Edge]
    downstream: list[Edge]


class Provenance:
    """What the journals of a root tell about its artifacts, as they were when it was made."""

    def __init__(self, root: Path, shelf: Shelf | None = None) -> None:
        self._root = root
        self._shelf = shelf or Shelf()
        with listing.many_objects():
            self._runs = {f"{state.project}/{state.id}": state for state in _states(root) if state.artifacts}
        self._sources: dict[Version, Version] = {}

    def logged_by(self, artifact: Artifact) -> Run | None:
        """Return the run that made the version: the first that logged it; None if none did that is still there."""
        version = self._origin(version_of(artifact), artifact.digest)
        found = [(link.time, path) for path, link in self._links("logged") if self._means(link, version, artifact)]
        return self._run(min(found)[1]) if found else None

    def used_by(self, artifact: Artifact) -> list[Run]:
        """Return the runs that used the version, or a link to it, in the order in which they began to."""
        version = self._origin(version_of(artifact), artifact.digest)
        found: dict[str, float] = {}
        for path, link in self._links("used"):
            if self._means(link, version, artifact):
                found[path] = min(link.time, found.get(path, link.time))
        return [self._run(path) for path in sorted(found, key=lambda path: (found[path], path))]

    def others_that_logged(self, artifact: Artifact, path: str) -> list[str]:
        """Return the paths of the runs but `path` that logged the same version."""
        version = version_of(artifact)
        return sorted({other for other, link in self._links("logged") if _named(link) == version and other != path})

    def graph(self, artifact: Artifact) -> Graph:
        """Return what the version came of, and what came of it, through all runs and versions."""
        forward: dict[str, list[Edge]] = {}
        backward: dict[str, list[Edge]] = {}
        for edge in dict.fromkeys(self._edges(artifact)):
            forward.setdefault(edge.source, []).append(edge)
            backward.setdefault(edge.target, []).append(edge)
        start = str(version_of(artifact))
        return Graph(start, _walk(start, backward, 0), _walk(start, forward, 1))

    def run_states(self) -> dict[str, RunState]:
        """Return the runs that have to do with any artifact, by "project/id"."""
        return self._runs

    def _edges(self, artifact: Artifact) -> Iterator[Edge]:
        for path, state in self._runs.items():
            for link in state.artifacts:
                version = _named(link)
                if link.action == "logged":
                    yield Edge(path, str(version), "logged")
                elif link.action == "used":
                    yield Edge(str(version), path, "used")
                else:
                    yield from self._link_edge(version, link.digest)
        yield from self._link_edge(version_of(artifact), artifact.digest)

    def _link_edge(self, version: Version, digest: str) -> Iterator[Edge]:
        source = self._origin(version, digest)
        if source != version:
            yield Edge(str(source), str(version), "linked")

    def _links(self, action: str) -> Iterator[tuple[str, ArtifactLink]]:
        for path, state in self._runs.items():
            for link in state.artifacts:
                if link.action == action:
                    yield path, link

    def _means(self, link: ArtifactLink, version: Version, artifact: Artifact) -> bool:
        """Whether a record is about a version, or about a link to it."""
        if link.digest != artifact.digest:
            return False
        named = _named(link)
        return named == version or self._origin(named, link.digest) == version

    def _origin(self, version: Version, digest: str) -> Version:
        """Return the version that `version` is a link to; itself if it is none, or is not there any more."""
        if version not in self._sources:
            self._sources[version] = version
            found = find_version(self._root, version, digest)
            if found is not None and found.is_link:
                number = int(found.source_version.removeprefix("v"))
                self._sources[version] = Version(found.source_project, _bare(found.source_name), number)
        return self._sources[version]

    def _run(self, path: str) -> Run:
        state = self._runs[path]
        return Run(state.path, self._shelf, state)


def version_of(artifact: Artifact) -> Version:
    """Return what names the version that `artifact` is."""
    return Version(artifact.project, artifact.collection_name, artifact.version_number)


def find_version(root: Path, version: Version, digest: str = "") -> Artifact | None:
    """Return a version; None if it is not there, or (with `digest`) is not the one that it was."""
    try:
        artifact = Collection(root, version.project, version.name).artifact(version.number)
    except ArtifactError:  # deleted since
        return None
    return artifact if not digest or artifact.digest == digest else None


def artifacts_of(root: Path, state: RunState, action: str) -> list[Artifact]:
    """Return the versions that a run logged or used, as far as they are still there, in the order of its doing so."""
    links = {_named(link): link for link in state.artifacts if link.action == action}
    found = (find_version(root, version, link.digest) for version, link in links.items())
    return [artifact for artifact in found if artifact is not None]


def _named(link: ArtifactLink) -> Version:
    return Version(link.project, link.name, link.version)


def _bare(name: str) -> str:
    return name.partition(":")[0]


def _states(root: Path) -> Iterator[RunState]:
    for project in listing.project_names(root):
        yield from listing.load_states(listing.run_directories(root / project))


def _walk(start: str, edges: dict[str, list[Edge]], end: int) -> list[Edge]:
    """Return the edges that are reached from `start`, breadth first, each once; `end` is the far one's field."""
    found: dict[Edge, None] = {}
    seen, waiting = {start}, [start]
    for node in waiting:  # which grows
        for edge in edges.get(node, ()):
            found[edge] = None
            if edge[end] not in seen:
                seen.add(edge[end])
                waiting.append(edge[end])
    return list(found)
