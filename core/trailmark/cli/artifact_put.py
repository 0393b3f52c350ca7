"""`trailmark artifact put`: a file, folder or reference becomes a version of an artifact."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import click

from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Screen
from trailmark.cli.text import clean, plural, size
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from trailmark.artifacts.artifact import Artifact

_UNSPECIFIED = "unspecified"  # as `Run.log_artifact` calls it


@click.command("put", short_help="Store a file, a folder or a reference as a version of an artifact.")
@click.argument("path", metavar="PATH|URI")
@click.option("--name", "-n", metavar="[PROJECT/]NAME", help="Its name; otherwise the last part of the path.")
@click.option("--type", "-t", "kind", metavar="TYPE", help="What it is, such as dataset or model.")
@click.option("--description", "-d", metavar="TEXT", help="A remark of any length.")
@click.option("--alias", "-a", "aliases", multiple=True, metavar="ALIAS", help="Besides `latest`; repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find the version by; repeatable.")
@click.option("--metadata", metavar="JSON", help="Whatever else is to be known of it: '{\"rows\": 1000}'.")
@click.option(
    "--policy",
    type=click.Choice(["auto", "mutable", "immutable"]),
    default="auto",
    show_default=True,
    help="Whether files are copied (mutable), linked (immutable), or what is safe.",
)
@click.pass_context
def command(
    context: click.Context,
    path: str,
    *,
    name: str | None,
    kind: str | None,
    description: str | None,
    aliases: tuple[str, ...],
    tags: tuple[str, ...],
    metadata: str | None,
    policy: str,
) -> None:
    """Store a file, a folder, or a reference such as s3://bucket/key, as a version of an artifact.

    Content that the artifact has as a version already makes no new one. A pipe gets project/name:version.
    """
    from trailmark.artifacts import staging
    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.collection import Collection

    root, screen = root_of(context), Screen()
    project, name = _place(path, name)
    collection = Collection(root, project, name)
    known = collection.versions() if collection.exists else []
    artifact = Artifact(name, kind or (collection.type if known else _UNSPECIFIED), description, _parsed(metadata))
    with staging.lying_in(root):
        _fill(artifact, path, None if policy == "auto" else policy)
        artifact.commit(root, project, aliases=aliases, tags=tags)
    _tell(screen, artifact, is_new=artifact.version_number not in known)


def _place(path: str, name: str | None) -> tuple[str, str]:
    """Return the project and the name that an artifact gets."""
    from trailmark._run.names import check_name
    from trailmark._run.settings import resolve

    last = os.path.basename(os.path.normpath(path)) if "://" not in path else path.rstrip("/").rsplit("/", 1)[-1]  # noqa: PTH119
    given = name or re.sub(r"[^A-Za-z0-9_.-]", "_", last).lstrip(".")
    parts = given.strip("/").split("/")
    if len(parts) > 3 or ":" in given:  # noqa: PLR2004 (W&B's entity, project and name)
        raise UsageError(f"--name is NAME or PROJECT/NAME, without alias, got {given!r}; --alias gives aliases")
    return check_name("project", parts[-2] if len(parts) > 1 else resolve().project), parts[-1]


def _parsed(metadata: str | None) -> dict[str, Any] | None:
    if metadata is None:
        return None
    try:
        values = json.loads(metadata)
    except ValueError as error:
        raise UsageError(f"--metadata is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"--metadata is a JSON object, got {metadata[:60]!r}")
    return values


def _fill(artifact: Artifact, path: str, policy: str | None) -> None:
    if os.path.isdir(path):  # noqa: PTH112
        artifact.add_dir(path, policy=policy)
    elif os.path.exists(path):  # noqa: PTH110
        artifact.add_file(path, policy=policy)
    elif "://" in path:
        artifact.add_reference(path)
    else:
        raise UsageError(f"there is nothing at {path!r}: give a file, a folder, or a URI such as s3://bucket/key")


def _tell(screen: Screen, artifact: Artifact, *, is_new: bool) -> None:
    what = f"{artifact.project}/{artifact.name}"
    if not screen.terminal:
        screen.row(clean(what))
        return
    counts = f"  {plural(artifact.file_count, 'file')} · {size(artifact.size)}"
    same = "" if is_new else " · the same content was there already"
    aliases = f" · {', '.join(artifact.aliases)}" if artifact.aliases else ""
    screen.line(screen.sign("finished"), " ", (what, "bold"), counts, (aliases, "cyan"), (same, "dim"))
