"""What tests of artifacts share: files at rest, as those from before this process are, and logging in one line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from trailmark.artifacts.artifact import Artifact

if TYPE_CHECKING:
    from pathlib import Path

OLD_NS = 1_600_000_000 * 10**9  # a day in 2020, before any process began that runs tests
PROJECT = "p"


def write(path: Path, data: bytes | str = b"data") -> Path:
    """Write a file as this process does, which may well write it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def at_rest(path: Path, data: bytes | str = b"data") -> Path:
    """Write a file that looks as if it had been there for long."""
    write(path, data)
    os.utime(path, ns=(OLD_NS, OLD_NS))
    return path


def folder(path: Path, count: int = 3) -> Path:
    """Make a folder of files at rest: ``0.txt`` with the text "file 0", and so on."""
    for number in range(count):
        at_rest(path / f"{number}.txt", f"file {number}")
    return path


def log(root: Path, name: str = "x", files: dict[str, bytes | str] | None = None, **options: Any) -> Artifact:
    """Log an artifact of small files below `root`, and return the version."""
    kind = options.pop("type", "dataset")
    commit = {key: options.pop(key) for key in ("aliases", "tags", "logged_by", "history_step") if key in options}
    project = options.pop("project", PROJECT)
    artifact = Artifact(name, kind, **options)
    for path, data in ({"a.txt": "a"} if files is None else files).items():
        with artifact.new_file(path, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
    return artifact.commit(root, project, **commit)


def contents(path: Path) -> dict[str, str]:
    """Return the texts of all files below a folder by their paths."""
    return {
        found.relative_to(path).as_posix(): found.read_text(encoding="utf-8")
        for found in sorted(path.rglob("*"))
        if found.is_file()
    }


def leftovers(root: Path) -> list[str]:
    """Return what is below a root that no finished work leaves there."""
    return [path.name for path in root.rglob(".*-*") if not path.name.endswith(".lock")]
