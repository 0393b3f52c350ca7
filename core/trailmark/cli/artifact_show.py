"""`trailmark artifact show`: one version, its files, what it came of and what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from trailmark.cli.artifact_ls import as_object, complete_artifact, link_target, seconds
from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import age, clean, exact, moment, plural, short, size, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trailmark.api.provenance import Edge, Graph
    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.entry import Entry

_SHOWN = 40  # files and lines of lineage that a terminal gets unasked
_SAID = {"logged": "made by", "used": "used by", "linked": "link to"}


@click.command("show")
@click.argument("name", metavar="NAME[:ALIAS]", shell_complete=complete_artifact)
@click.option("--all", "-a", "everything", is_flag=True, help="All files and the whole lineage, however long.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.pass_context
def command(context: click.Context, name: str, *, everything: bool, as_json: bool) -> None:
    """Show a version of an artifact: what it is, its files, the runs that made and used it.

    Without an alias or version, the latest. A pipe gets one value a line: section, name and value, parted by tabs.
    """
    from trailmark.api import Api

    api, screen = Api(root_of(context)), Screen()
    artifact = api.artifact(name)
    graph = api.lineage(artifact)
    if as_json:
        screen.write(to_json(_everything(artifact, graph)) + "\n")
    elif screen.terminal:
        most = None if everything else _SHOWN
        _head(screen, artifact)
        _metadata(screen, artifact)
        _files(screen, artifact, most)
        _lineage(screen, "Came of", graph.upstream, graph.start, most)
        _lineage(screen, "Went into", graph.downstream, graph.start, most)
    else:
        for row in _rows(artifact, graph):
            screen.row(*row)


def _everything(artifact: Artifact, graph: Graph) -> dict[str, Any]:
    return {
        **as_object(artifact),
        "files": [_file(entry) for entry in artifact.files()],
        "upstream": [edge._asdict() for edge in graph.upstream],
        "downstream": [edge._asdict() for edge in graph.downstream],
    }


def _file(entry: Entry) -> dict[str, Any]:
    return {"path": entry.path, "size": entry.size, "digest": entry.digest, "reference": entry.ref}


def _rows(artifact: Artifact, graph: Graph) -> Iterator[tuple[str, ...]]:
    about = as_object(artifact)
    metadata = about.pop("metadata")
    for name, value in about.items():
        yield "artifact", name, ",".join(map(clean, value)) if isinstance(value, list) else exact(value)
    for name, value in metadata.items():
        yield "metadata", clean(name), exact(value)
    for entry in artifact.files():
        yield "file", clean(entry.path), exact(entry.size), exact(entry.ref if entry.ref is not None else entry.digest)
    for section, edges in (("upstream", graph.upstream), ("downstream", graph.downstream)):
        for edge in edges:
            yield section, clean(edge.source), edge.action, clean(edge.target)


def _head(screen: Screen, artifact: Artifact) -> None:
    screen.line(
        (f"{artifact.project}/{artifact.collection_name}:{artifact.version}", "bold"),
        (f"  {', '.join(artifact.aliases)}" if artifact.aliases else "", "cyan"),
    )
    when = seconds(artifact.created_at)
    ago = age(time.time() - when)
    facts = [
        artifact.type,
        plural(artifact.file_count, "file"),
        size(artifact.size),
        f"{moment(when)}, {ago} ago" if ago != "now" else "just now",
        f"a link to {link_target(artifact)}" if artifact.is_link else "",
    ]
    screen.line("  ", " · ".join(fact for fact in facts if fact))
    screen.line("  ", (f"sha256 {artifact.digest}", "dim"))
    if artifact.tags:
        screen.line("  ", (" ".join(f"#{tag}" for tag in artifact.tags), "cyan"))
    if artifact.description:
        screen.paragraph(artifact.description, "italic", indent=2)


def _metadata(screen: Screen, artifact: Artifact) -> None:
    from trailmark.cli.show import flat

    rows: list[list[Part]] = [
        [(key, "dim"), (short(value, rounded=False), "")] for key, value in flat(artifact.metadata)
    ]
    if rows:
        _title(screen, "Metadata")
        columns = (Column("", widest=48), Column("", widest=10_000))
        screen.lines(table(columns, rows, screen.width, indent=2, header=False))


def _files(screen: Screen, artifact: Artifact, most: int | None) -> None:
    entries = sorted(artifact.files(), key=lambda entry: entry.path.startswith("media/"))  # those of values come last
    if not entries:
        return
    _title(screen, "Files", "trailmark artifact get fetches them")
    rows: list[list[Part]] = [
        [
            (entry.path, ""),
            (size(entry.size) if entry.size is not None else "", "dim"),
            (entry.ref if entry.ref is not None else "", "cyan"),
        ]
        for entry in entries[:most]
    ]
    columns = (Column("", widest=80), Column("", right=True), Column("", widest=80, optional=1))
    screen.lines(table(columns, rows, screen.width, indent=2, header=False))
    _more(screen, len(entries), most, "file")


def _lineage(screen: Screen, title: str, edges: Sequence[Edge], start: str, most: int | None) -> None:
    if not edges:
        return
    _title(screen, title)
    for edge in edges[:most]:
        made, by = (edge.source, edge.target) if edge.action == "used" else (edge.target, edge.source)
        screen.line("  ", (made, "bold" if made == start else ""), (f" {_SAID[edge.action]} ", "dim"), by)
    _more(screen, len(edges), most, "step")


def _more(screen: Screen, count: int, most: int | None, noun: str) -> None:
    if most is not None and count > most:
        screen.line((f"  … and {plural(count - most, f'more {noun}')}; --all shows them", "dim"))


def _title(screen: Screen, title: str, remark: str = "") -> None:
    screen.line()
    screen.line((title, "bold"), (f"  {remark}" if remark else "", "dim"))
