"""`trailmark artifact get`: the files of a version, in a folder."""

from __future__ import annotations

import os
from pathlib import Path

import click

from trailmark.cli.artifact_ls import complete_artifact
from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Screen
from trailmark.cli.text import clean, plural, size
from trailmark.errors import UsageError


@click.command("get")
@click.argument("name", metavar="NAME[:ALIAS]", shell_complete=complete_artifact)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; otherwise ./artifacts/<name>:v<N>.",
)
@click.option("--prefix", metavar="PATH", help="Only the files whose path begins so, such as 'train/'.")
@click.option("--type", "-t", "kind", metavar="TYPE", help="The type that it must have.")
@click.pass_context
def command(context: click.Context, name: str, *, output: Path | None, prefix: str | None, kind: str | None) -> None:
    """Fetch the files of an artifact. Without an alias or version, those of the latest.

    Files that are there already and are the same are left alone. A pipe gets the path of the folder.
    """
    from trailmark.api import Api

    screen = Screen()
    artifact = Api(root_of(context)).artifact(name, kind)
    entries = [entry for entry in artifact.files() if entry.path.startswith(prefix or "")]
    if prefix and not entries:
        raise UsageError(f"no file of {artifact.name} begins with {prefix!r}; `trailmark artifact show` lists them")
    folder = artifact.download(root=output, path_prefix=prefix)
    if not screen.terminal:
        screen.row(clean(os.fspath(folder)))
        return
    total = sum(entry.size or 0 for entry in entries)
    what = f"{artifact.project}/{artifact.name}"
    screen.line(
        screen.sign("finished"), " ", (what, "bold"), f"  {plural(len(entries), 'file')} · {size(total)} in ", folder
    )
