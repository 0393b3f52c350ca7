"""`trailmark artifact verify`: whether the files of artifacts are what was stored.

Every blob is read once, however many versions have it. Nothing is repaired, and nothing written. What references
point to is not read: it lies elsewhere, and may be large.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from trailmark.cli.artifact_ls import chosen_collections, complete_artifact
from trailmark.cli.lookup import root_of
from trailmark.cli.screen import Screen
from trailmark.cli.text import clean, plural, size, to_json
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from trailmark.artifacts.artifact import Artifact
    from trailmark.artifacts.hashing import Crew, Hashed, Job

_SHOWN = 20  # faults of one version that a terminal gets


class Fault(NamedTuple):
    """A file of a version that is not what was stored."""

    path: str  # in the artifact; "" for the version itself
    blob: str  # where it lies; "" if that is not known
    reason: str


class Check(NamedTuple):
    """What was found in one version."""

    name: str  # "project/name:v3"
    files: int
    references: int
    size_bytes: int  # of the files
    faults: list[Fault]


@click.command("verify", short_help="Read the files of artifacts, and compare them with what was stored.")
@click.argument("name", metavar="[PROJECT|NAME[:ALIAS]]", required=False, shell_complete=complete_artifact)
@click.option("--json", "as_json", is_flag=True, help="What was found in each version, as a JSON array.")
@click.pass_context
def command(context: click.Context, name: str | None, *, as_json: bool) -> None:
    """Read the files of one version, of all versions of an artifact or a project, or of all, and compare digests.

    The exit code is 1 if there are faults. A pipe gets `version`, name, files, bytes and number of faults; then, for
    each fault, `fault`, name, path and reason.
    """
    root, screen = root_of(context), Screen()
    checks = check(root, _chosen(root, name))
    if as_json:
        screen.write(to_json([_as_object(found) for found in checks]) + "\n")
    elif screen.terminal:
        for found in checks:
            _report(screen, found)
        _sum_up(screen, root, checks)
    else:
        _report_to_program(screen, checks)
    if any(found.faults for found in checks):
        context.exit(1)


def _chosen(root: Path, name: str | None) -> list[tuple[str, Artifact | str]]:
    """Return the versions that `name` means, by name; in place of one that cannot be opened, why not."""
    from trailmark.api import Api

    if name is not None and ":" in name:
        artifact = Api(root).artifact(name)
        return [(artifact.qualified_name, artifact)]
    found: list[tuple[str, Artifact | str]] = []
    for collection in chosen_collections(root, name, None)[0]:
        for number in collection.versions():
            title = f"{collection.project}/{collection.name}:v{number}"
            try:
                found.append((title, collection.artifact(number)))
            except (ArtifactError, OSError) as error:
                found.append((title, str(error)))
    return found


def check(root: Path, versions: Iterable[tuple[str, Artifact | str]]) -> list[Check]:
    """Read the blobs of versions, each once, and return what was found."""
    from trailmark.artifacts.blobs import Blobs

    blobs, opened = Blobs(root), list(versions)
    contents: dict[str, list[tuple[str, str, int]] | str] = {}  # by version: path, digest and size of files, or a fault
    references: dict[str, int] = {}
    for title, artifact in opened:
        contents[title] = artifact if isinstance(artifact, str) else _files(artifact)
        if not isinstance(artifact, str):
            references[title] = sum(entry.ref is not None for entry in _entries(artifact))
    wanted = {sha256: size_ for files in contents.values() if not isinstance(files, str) for _, sha256, size_ in files}
    bad = damaged({sha256: (blobs.name(sha256), size_) for sha256, size_ in wanted.items()})
    if bad:
        blobs.distrust(bad)
    checks = []
    for title, files in contents.items():
        if isinstance(files, str):
            checks.append(Check(title, 0, 0, 0, [Fault("", "", files)]))
            continue
        faults = [Fault(path, blobs.name(sha256), bad[sha256]) for path, sha256, _ in files if sha256 in bad]
        checks.append(Check(title, len(files), references[title], sum(size_ for *_, size_ in files), faults))
    return checks


def _entries(artifact: Artifact) -> list[Any]:
    try:
        return list(artifact.manifest.entries.values())
    except (ArtifactError, OSError):  # `_files` tells
        return []


def _files(artifact: Artifact) -> list[tuple[str, str, int]] | str:
    """Return path, digest and size of the files of a version, or why its manifest cannot be read."""
    try:
        entries = artifact.manifest.entries.values()
    except (ArtifactError, OSError) as error:
        return str(error)
    return [(entry.path, entry.digest or "", entry.size or 0) for entry in entries if entry.ref is None]


def damaged(blobs: Mapping[str, tuple[str, int]]) -> dict[str, str]:
    """Read blobs (by SHA-256: path, and size in bytes) in threads; return what is wrong with those that are damaged."""
    from trailmark.artifacts.hashing import Crew, Hashed, Job, read_file

    bad: dict[str, str] = {}
    jobs: dict[str, Job] = {}
    for sha256, (path, size_) in blobs.items():
        try:
            found = os.stat(path).st_size  # noqa: PTH116 (there may be a million)
        except OSError as error:
            bad[sha256] = f"the blob is not there: {error.strerror}"
            continue
        if found != size_:
            bad[sha256] = f"{found:,} bytes instead of {size_:,}"
        else:
            jobs[sha256] = Job(path, size_)

    def read(job: Job, buffer: memoryview, crew: Crew) -> Hashed:
        try:
            return read_file(job, buffer, crew, None)
        except ArtifactError as error:
            return Hashed("", (0, 0, 0, 0, 0), str(error))

    if jobs:
        for sha256, result in zip(jobs, Crew(list(jobs.values()), read).run("verifying"), strict=True):
            if result.sha256 != sha256:
                bad[sha256] = result.copy or f"other bytes than were stored: SHA-256 is {result.sha256}"
    return bad


def _report(screen: Screen, found: Check) -> None:
    sign = screen.sign("failed" if found.faults else "finished")
    faults = (plural(len(found.faults), "fault"), "red") if found.faults else ("no faults", "green")
    counts = f"  {plural(found.files, 'file')} · {size(found.size_bytes)} · "
    unread = f" · {plural(found.references, 'reference')} not read" if found.references else ""
    screen.line(sign, " ", (found.name, "bold"), counts, faults, (unread, "dim"))
    for fault in found.faults[:_SHOWN]:
        screen.paragraph(f"{fault.path}: {fault.reason}" if fault.path else fault.reason, "red", indent=4)
        if fault.blob:
            screen.line(f"      {fault.blob}")
    if len(found.faults) > _SHOWN:
        screen.line((f"    … and {plural(len(found.faults) - _SHOWN, 'more fault')}", "red"))


def _sum_up(screen: Screen, root: Path, checks: list[Check]) -> None:
    if not checks:
        screen.line(f"No artifacts in {root}.")
    elif len(checks) > 1:
        count = sum(len(found.faults) for found in checks)
        faults = (plural(count, "fault"), "red") if count else ("no faults", "green")
        screen.line(("In all: ", "dim"), f"{plural(len(checks), 'version')} · ", faults)


def _report_to_program(screen: Screen, checks: Iterable[Check]) -> None:
    for found in checks:
        name = clean(found.name)
        screen.row("version", name, str(found.files), str(found.size_bytes), str(len(found.faults)))
        for fault in found.faults:
            screen.row("fault", name, clean(fault.path), clean(fault.reason))


def _as_object(found: Check) -> dict[str, Any]:
    return {**found._asdict(), "faults": [fault._asdict() for fault in found.faults]}
