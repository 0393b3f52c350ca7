"""`trailmark artifact gc`: blobs that no version has, and by choice versions that nobody names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import click

from trailmark.cli.artifact_ls import chosen_collections, complete_artifact, seconds
from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, clean, parse_span, plural, size
from trailmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trailmark.artifacts.collection import Collection

_SHOWN = 30  # versions that are listed for a person


class Doomed(NamedTuple):
    """A version that may go."""

    collection: Collection
    number: int
    size_bytes: int  # of all its files; other versions may have some of them, too
    age_s: float

    def __str__(self) -> str:
        return f"{self.collection.project}/{self.collection.name}:v{self.number}"


@click.command("gc")
@click.argument("name", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_artifact)
@click.option("--force", is_flag=True, help="Delete; without it, only tell what would be.")
@click.option("--older-than", metavar="SPAN", help="Also versions that are older and have no alias: 12h, 30d, 2w, 1y.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before versions are deleted.")
@click.pass_context
def command(context: click.Context, name: str | None, *, force: bool, older_than: str | None, yes: bool) -> None:
    """Delete files that no version has, and by choice old versions without an alias.

    Nothing is deleted without --force. PROJECT or NAME says where versions are looked for. A pipe gets `version`, name
    and bytes of each, and `blobs`, folder and bytes.
    """
    from trailmark.artifacts.garbage import collect_garbage

    older_than_s = parse_span(older_than) if older_than is not None else None
    if older_than is not None and older_than_s is None:
        raise UsageError(f"--older-than takes a span such as 12h, 30d or 1y, got {older_than!r}")
    root, screen = root_of(context), Screen()
    collections = chosen_collections(root, name, None)[0]
    doomed = list(unnamed_versions(collections, older_than_s)) if older_than_s is not None else []
    blob_bytes = collect_garbage(root, dry_run=True)
    _report(screen, doomed, blob_bytes)
    if not doomed and not blob_bytes:
        if screen.terminal:
            screen.line(("✓ " if screen.unicode else "+ ", "green"), f"Nothing to delete in {root}")
        return
    if not force:
        if screen.terminal:
            screen.line(("Nothing was deleted; --force does it.", "dim"))
        return
    if doomed and not yes:
        click.confirm(f"Delete {plural(len(doomed), 'version')} for good?", abort=True, err=True)
    for version in doomed:
        version.collection.delete(version.number)
    freed = collect_garbage(root)
    if screen.terminal:
        screen.line((f"Deleted; {size(freed)} are free.", "green"))


def unnamed_versions(collections: Iterable[Collection], older_than_s: float) -> Iterator[Doomed]:
    """Yield the versions that are older, and that no alias names; `latest` is one."""
    now = time.time()
    for collection in collections:
        named = set(collection.aliases().values())
        for number in collection.versions():
            if number in named:
                continue
            version = collection.read(number)
            age_s = now - seconds(version.created_at)
            if age_s > older_than_s:
                yield Doomed(collection, number, version.size, age_s)


def _report(screen: Screen, doomed: list[Doomed], blob_bytes: int) -> None:
    if not screen.terminal:
        for version in doomed:
            screen.row("version", clean(str(version)), str(version.size_bytes))
        if blob_bytes:
            screen.row("blobs", ".blobs", str(blob_bytes))
        return
    rows: list[list[Part]] = [
        [(str(version), "bold"), (f"{age(max(version.age_s, 1))} old", "dim"), (size(version.size_bytes), "")]
        for version in doomed[:_SHOWN]
    ]
    columns = (Column("", widest=60), Column("", optional=1), Column("", right=True))
    screen.lines(table(columns, rows, screen.width, header=False))
    if len(doomed) > _SHOWN:
        screen.line((f"… and {plural(len(doomed) - _SHOWN, 'more version')}", "dim"))
    if doomed:
        total = sum(version.size_bytes for version in doomed)
        noun = "version" if len(doomed) == 1 else "versions"
        screen.line((f"{len(doomed):,} ", "bold"), f"{noun} without an alias", (f" · at most {size(total)}", "dim"))
    if blob_bytes:
        screen.line("blobs that no version has", (f" · {size(blob_bytes)}", "dim"))
