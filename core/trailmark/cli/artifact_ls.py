"""`trailmark artifact ls`: which artifacts there are, and which versions of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from trailmark.api.listing import project_names
from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, clean, plural, size, to_json
from trailmark.errors import ArtifactError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.collection import Collection

_SHOWN = 50  # versions that a terminal gets
_DIGEST = 12  # characters of a digest that tell versions apart


def complete_artifact(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return names of artifacts, and of versions behind a colon, that begin with `incomplete`, for shells."""
    from trailmark.artifacts.collection import collections

    words = []
    for collection in collections(root_of(context)):
        for name in (collection.name, f"{collection.project}/{collection.name}"):
            if incomplete.startswith(f"{name}:"):
                words += [f"{name}:{alias}" for alias in collection.aliases()]
                words += [f"{name}:v{number}" for number in collection.versions()]
            words.append(name)
    return [word for word in words if word.startswith(incomplete)]


@click.command("ls")
@click.argument("name", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_artifact)
@click.option("--type", "-t", "kind", metavar="TYPE", help="Only artifacts of this type.")
@click.option("--json", "as_json", is_flag=True, help="All that is known of the versions, as a JSON array.")
@click.pass_context
def command(context: click.Context, name: str | None, *, kind: str | None, as_json: bool) -> None:
    """List artifacts, or with NAME the versions of one, the newest first.

    A pipe gets, of each artifact, project, name, type, number of versions, latest version, its size in bytes and its
    time; of each version project, name, version, aliases, type, size, number of files, digest, run and time.
    """
    root, screen = root_of(context), Screen()
    found, is_one = chosen_collections(root, name, kind)
    if as_json:
        _write_json(screen, found)
    elif is_one:
        _versions(screen, found[0])
    elif found and screen.terminal:
        screen.lines(table(_COLUMNS, [_cells(collection) for collection in found], screen.width))
    elif screen.terminal:
        what = f"artifacts of type {kind}" if kind else "artifacts"
        screen.line(f"No {what} yet in {f'the project {name} in ' if name else ''}{root}.")
        screen.line(("`trailmark artifact put` stores one; a run does by log_artifact().", "dim"))
    else:
        for collection in found:
            screen.row(*_fields(collection))


def chosen_collections(root: Path, name: str | None, kind: str | None) -> tuple[list[Collection], bool]:
    """Return the collections that are asked for, and whether it is one by its name."""
    from trailmark.api import Api
    from trailmark.artifacts.collection import collections

    if name is not None and ":" in name:
        raise UsageError(
            f"{name!r} is one version, and here a project or all of an artifact is meant: leave out the alias"
        )
    if name is None or name in project_names(root):
        return collections(root, name, kind), False
    return [Api(root).artifact_collection(kind, name)], True


_COLUMNS = (
    Column("artifact", widest=60),
    Column("type", optional=4, widest=24),
    Column("latest", optional=1),
    Column("versions", right=True, optional=3),
    Column("size", right=True, optional=2),
    Column("age", right=True, optional=1),
    Column("aliases", optional=5),
)


def _cells(collection: Collection) -> list[Part]:
    newest, numbers = latest(collection), collection.versions()
    return [
        (f"{collection.project}/{collection.name}", "bold"),
        (collection.known_type() or "damaged", ""),
        (newest.version if newest else "", "green"),
        (f"{len(numbers):,}", "dim"),
        (size(newest.size) if newest else "", ""),
        (age(time.time() - seconds(newest.created_at)) if newest else "", ""),
        (_names(collection.aliases()), "cyan"),
    ]


def _fields(collection: Collection) -> list[str]:
    newest = latest(collection)
    return [
        *map(clean, (collection.project, collection.name, collection.known_type() or "damaged")),
        str(len(collection.versions())),
        newest.version if newest else "",
        str(newest.size) if newest else "",
        newest.created_at if newest else "",
    ]


def latest(collection: Collection) -> Artifact | None:
    """Return the version that `latest` means; None if it was deleted, or is damaged."""
    number = collection.aliases().get("latest")
    if number is None:
        return None
    try:
        return collection.artifact(number)
    except ArtifactError:
        return None


def _names(aliases: dict[str, int]) -> str:
    """Return the aliases for people; that the latest is the latest need not be said."""
    return ", ".join(f"{alias} → v{number}" for alias, number in sorted(aliases.items()) if alias != "latest")


def _versions(screen: Screen, collection: Collection) -> None:
    artifacts = collection.artifacts()
    if not screen.terminal:
        for artifact in artifacts:
            screen.row(*version_fields(artifact))
        return
    head = f"  {collection.known_type() or 'damaged'} · {plural(len(artifacts), 'version')}"
    screen.line((f"{collection.project}/{collection.name}", "bold"), (head, "dim"))
    columns = (
        Column("version"),
        Column("aliases", widest=40, optional=1),
        Column("files", right=True, optional=3),
        Column("size", right=True, optional=2),
        Column("age", right=True, optional=1),
        Column("made by", optional=4, widest=60),
        Column("digest", optional=5),
        Column("tags", optional=6),
    )
    screen.lines(table(columns, [_version_cells(artifact) for artifact in artifacts[:_SHOWN]], screen.width, indent=2))
    if len(artifacts) > _SHOWN:
        screen.line((f"  … and {plural(len(artifacts) - _SHOWN, 'older version')}", "dim"))


def _version_cells(artifact: Artifact) -> list[Part]:
    return [
        (artifact.version, "bold"),
        (", ".join(artifact.aliases), "cyan"),
        (f"{artifact.file_count:,}", "dim"),
        (size(artifact.size), ""),
        (age(time.time() - seconds(artifact.created_at)), ""),
        (f"link to {link_target(artifact)}" if artifact.is_link else artifact.logged_by_id or "", ""),
        (artifact.digest[:_DIGEST], "dim"),
        (" ".join(f"#{tag}" for tag in artifact.tags), "cyan"),
    ]


def link_target(artifact: Artifact) -> str:
    """Return the version that a link leads to: "project/name:v3"."""
    return f"{artifact.source_project}/{artifact.source_name.partition(':')[0]}:{artifact.source_version}"


def version_fields(artifact: Artifact) -> list[str]:
    """Return what a pipe gets of a version."""
    return [
        *map(clean, (artifact.project, artifact.collection_name, artifact.version)),
        clean(",".join(artifact.aliases)),
        clean(artifact.type),
        str(artifact.size),
        str(artifact.file_count),
        artifact.digest,
        artifact.logged_by_id or "",
        artifact.created_at,
    ]


def _write_json(screen: Screen, found: Sequence[Collection]) -> None:
    artifacts: Iterable[Artifact] = (artifact for collection in found for artifact in collection.artifacts())
    screen.write("[" + ",\n ".join(to_json(as_object(artifact)) for artifact in artifacts) + "]\n")


def as_object(artifact: Artifact) -> dict[str, Any]:
    """Return what is known of a version without its files, as plain data."""
    return {
        "project": artifact.project,
        "name": artifact.collection_name,
        "version": artifact.version,
        "type": artifact.type,
        "aliases": list(artifact.aliases),
        "tags": list(artifact.tags),
        "description": artifact.description,
        "metadata": artifact.metadata,
        "size": artifact.size,
        "file_count": artifact.file_count,
        "digest": artifact.digest,
        "created_at": artifact.created_at,
        "logged_by": artifact.logged_by_id,
        "link_to": link_target(artifact) if artifact.is_link else None,
    }


def seconds(moment: str) -> float:
    """Return the seconds since 1970 that ISO 8601 text means."""
    import datetime

    # Before Python 3.11 fromisoformat takes no Z.
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
