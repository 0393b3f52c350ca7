"""`…/artifacts`: the artifacts of a project, their versions and files, and what they came of."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.collection import Collection, collections
from trailmark.artifacts.naming import check_entry, version_number
from trailmark.errors import ArtifactError
from trailmark.server.http.faults import not_found
from trailmark.server.http.file_answers import file_answer
from trailmark.server.http.places import checked_name
from trailmark.server.http.served import Served
from trailmark.server.http.service import Service
from trailmark.server.http.values import json_answer, plain
from trailmark.server.store.schema import artifact_links, runs

router = APIRouter(tags=["artifacts"])

_PREFIX = "/projects/{project}/artifacts"


@router.get(_PREFIX)
def list_artifacts(request: Request, service: Served, project: str) -> Response:
    """List the artifacts of a project, by name."""
    _check_project(service, project)
    found = [told for each in collections(service.root, project) if (told := _told(each, each.artifacts()))]
    return json_answer(request, {"artifacts": found})


@router.get(_PREFIX + "/{name}")
def get_artifact(request: Request, service: Served, project: str, name: str) -> Response:
    """Tell of an artifact and all its versions, newest first."""
    collection = _collection(service, project, name)
    versions = collection.artifacts()
    told = _told(collection, versions)
    if told is None:
        raise not_found(f"there is no artifact {name!r} in project {project!r}")
    users = _users(service, project, name)
    return json_answer(request, {**told, "all": [_version(each, users) for each in versions]})


@router.get(_PREFIX + "/{name}/{version}")
def get_version(request: Request, service: Served, project: str, name: str, version: str) -> Response:
    """Tell of a version, named by its number such as v3 or by an alias, and of its files."""
    artifact = _artifact(service, project, name, version)
    manifest = [
        {"path": entry.path, "size": entry.size or 0, "digest": entry.digest, "reference": entry.ref}
        for entry in artifact.files()
    ]
    told = _version(artifact, _users(service, project, name))
    return json_answer(request, {**told, "type": artifact.type, "manifest": manifest})


@router.get(_PREFIX + "/{name}/{version}/files/{path:path}")
def get_artifact_file(
    service: Served, project: str, name: str, version: str, path: str, *, download: bool = False
) -> Response:
    """Give a file of a version; what a browser would run comes in a sandbox."""
    artifact = _artifact(service, project, name, version)
    try:
        local = artifact.get_entry(check_entry(path)).local_path()
    except ArtifactError as error:
        raise not_found(str(error)) from error
    return file_answer(Path(local), path, attachment=download, for_ever=version_number(version) is not None)


@router.get(_PREFIX + "/{name}/{version}/lineage")
def get_lineage(request: Request, service: Served, project: str, name: str, version: str) -> Response:
    """Tell what a version came of, and what came of it."""
    graph = service.api.lineage(_artifact(service, project, name, version))
    edges = dict.fromkeys((edge.source, edge.target) for edge in [*graph.upstream, *graph.downstream])
    names = dict.fromkeys([graph.start, *(name for edge in edges for name in edge)])
    nodes = _nodes(service, names)
    answer = {
        "nodes": list(nodes.values()),
        "edges": [{"from": nodes[source]["id"], "to": nodes[target]["id"]} for source, target in edges],
    }
    return json_answer(request, answer)


def _nodes(service: Service, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the nodes of a graph, by the names that `trailmark.api.provenance` has for them."""
    chosen = sa.select(runs.c.project, runs.c.id, runs.c.name, runs.c.state)
    kinds = sa.select(
        artifact_links.c.project, artifact_links.c.name, artifact_links.c.version, artifact_links.c.type
    ).distinct()
    with service.read() as connection:
        known = {f"{row.project}/{row.id}": row for row in connection.execute(chosen)}
        types = {f"{row.project}/{row.name}:v{row.version}": row.type for row in connection.execute(kinds)}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        if ":v" in name.rpartition("/")[2] and name not in known:
            short = name.rpartition("/")[2]
            found[name] = {"id": f"artifact:{name}", "kind": "artifact", "name": short, "type": types.get(name, "")}
        else:
            row = known.get(name)
            title = row.name if row else name.rpartition("/")[2]
            found[name] = {"id": f"run:{name}", "kind": "run", "name": title, "state": row.state if row else ""}
    return found


def _check_project(service: Service, project: str) -> None:
    if not (service.root / checked_name(project, "project")).is_dir():
        raise not_found(f"there is no project {project!r}")


def _collection(service: Service, project: str, name: str) -> Collection:
    _check_project(service, project)
    try:
        return Collection(service.root, project, name)
    except ArtifactError as error:
        raise not_found(str(error)) from error


def _artifact(service: Service, project: str, name: str, version: str) -> Artifact:
    collection = _collection(service, project, name)
    try:
        return collection.artifact(collection.resolve(version))
    except ArtifactError as error:
        raise not_found(str(error)) from error


def _told(collection: Collection, versions: list[Artifact]) -> dict[str, Any] | None:
    """Return what lists tell of an artifact; None if it has no version that can be read."""
    if not versions:
        return None
    newest = versions[0]
    aliases = collection.aliases()
    latest = aliases.get("latest", newest.version_number)
    return {
        "name": collection.name,
        "type": newest.type,
        "description": newest.description,
        "versions": len(versions),
        "latest": f"v{latest}",
        "aliases": sorted(alias for alias in aliases if alias != "latest"),
        "size": newest.size,
        "time": _seconds(newest.created_at),
    }


def _version(artifact: Artifact, users: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "version": artifact.version,
        "digest": artifact.digest,
        "aliases": artifact.aliases,
        "size": artifact.size,
        "time": _seconds(artifact.created_at),
        "metadata": plain(artifact.metadata),
        "files": artifact.file_count,
        "run": artifact.logged_by_id,
        "used_by": users.get(artifact.version_number, []),
    }


def _users(service: Service, project: str, name: str) -> dict[int, list[str]]:
    """Return the ids of the runs that used each version, in the order in which they began to."""
    links = artifact_links.c
    chosen = (
        sa.select(links.version, runs.c.id)
        .join(runs, runs.c.number == links.run)
        .where(links.project == project, links.name == name, links.action == "used")
        .order_by(links.time)
    )
    found: dict[int, list[str]] = {}
    with service.read() as connection:
        for version, run in connection.execute(chosen):
            users = found.setdefault(version, [])
            if run not in users:
                users.append(run)
    return found


def _seconds(iso: str) -> float:
    """Return ISO 8601 text in UTC as seconds since 1970; 0 if it is none, as in a file written by hand."""
    try:
        return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
