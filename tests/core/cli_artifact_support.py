"""What the tests of `trailmark artifact` share: a root with artifacts."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from cli_support import begin_run
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import Collection
from trailmark.journal.records import ArtifactLink, Exit

if TYPE_CHECKING:
    from pathlib import Path


def store(
    root: Path,
    files: dict[str, str],
    name: str = "digits",
    kind: str = "dataset",
    *,
    project: str = "p",
    **more: object,
) -> Artifact:
    """Store texts as a version; `more` are arguments of `commit`, or of the artifact."""
    own = {key: more.pop(key) for key in ("description", "metadata") if key in more}
    artifact = Artifact(name, kind, **own)  # type: ignore[arg-type]
    for path, text in files.items():
        with artifact.new_file(path) as file:
            file.write(text)
    return artifact.commit(root, project, **more)  # type: ignore[arg-type]


def link(artifact: Artifact, action: str) -> ArtifactLink:
    """Return the record of a run that did something with a version."""
    return ArtifactLink(
        time=time.time(),
        action=action,
        project=artifact.project,
        name=artifact.collection_name,
        version=artifact.version_number,
        digest=artifact.digest,
        type=artifact.type,
        size=artifact.size,
    )


def write_run(root: Path, run: str, *links: ArtifactLink, project: str = "p") -> None:
    """Write a finished run that did these things."""
    writer = begin_run(root, run, project=project)
    for record in links:
        writer.append(record)
    writer.close(Exit(time=time.time(), code=0))


def write_root(root: Path) -> Path:
    """Write p/digits with v0 (raw), v1 and v2 (best, latest), and q/net, a model that a run made of p/digits:v2."""
    files = {"train/a.txt": "alpha", "train/b.txt": "beta", "readme.md": "Two letters."}
    first = store(root, files, aliases=["raw"], logged_by="r1", description="Letters.", metadata={"rows": 2})
    store(root, {**files, "train/b.txt": "gamma"}, logged_by="r1")
    best = store(root, {**files, "train/b.txt": "delta!"}, aliases=["best"], tags=["small"], logged_by="r1")
    net = store(root, {"net.pt": "weights"}, "net", "model", project="q", logged_by="r2")
    write_run(root, "r1", link(first, "logged"), link(best, "logged"))
    write_run(root, "r2", link(best, "used"), link(net, "logged"), project="q")
    return root


def blob_of(artifact: Artifact, path: str) -> Path:
    """Return where a file of a version lies."""
    return Blobs(artifact.root).path(artifact.get_entry(path).digest or "")


def version(root: Path, number: int, name: str = "digits", project: str = "p") -> Artifact:
    """Return a version."""
    return Collection(root, project, name).artifact(number)


def spoil(path: Path) -> None:
    """Flip a bit of a file, as a disk might; its size and times stay."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
