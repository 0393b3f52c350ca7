"""Which packages this Python has, told by the names of folders: milliseconds, where reading metadata takes seconds."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_ENDINGS = (".dist-info", ".egg-info")
_separators = re.compile(r"[-_.]+")


def requirements() -> list[str]:
    """Return ``name==version`` of each installed package, sorted; of those found twice, the one that imports take."""
    found: dict[str, str] = {}
    for folder in sys.path:
        for name, version in _installed(folder or "."):
            found.setdefault(name, version)
    return [f"{name}=={version}" if version else name for name, version in sorted(found.items())]


def conda_environment(prefix: str) -> str | None:
    """Return the conda environment at `prefix` in the form of environment.yaml; None if there is none."""
    try:
        records = sorted(entry for entry in os.listdir(Path(prefix, "conda-meta")) if entry.endswith(".json"))  # noqa: PTH208 (names only)
    except OSError:
        return None
    packages = [record.removesuffix(".json").rsplit("-", 2) for record in records]  # name-version-build.json
    lines = [f"  - {'='.join(package)}" for package in packages if len(package) == 3]  # noqa: PLR2004
    return "\n".join([f"name: {Path(prefix).name}", "dependencies:", *lines, f"prefix: {prefix}", ""])


def _installed(folder: str) -> list[tuple[str, str]]:
    try:
        entries = [entry for entry in os.listdir(folder) if entry.endswith(_ENDINGS)]  # noqa: PTH208 (names only)
    except OSError:  # a zip archive, or a folder that is not there
        return []
    return [_parse(folder, entry) for entry in entries]


def _parse(folder: str, entry: str) -> tuple[str, str]:
    stem = entry.rpartition(".")[0]
    if entry.endswith(".egg-info"):  # name-version-py3.10, or the name alone
        stem = re.sub(r"-py\d[\d.]*$", "", stem)
    name, _, version = stem.rpartition("-")
    if not name:
        name, version = stem, _metadata_version(Path(folder, entry, "PKG-INFO"))
    return _separators.sub("-", name).lower(), version


def _metadata_version(path: Path) -> str:
    """Return the version that the head of a metadata file gives, or the empty string."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(2048)
    except OSError:
        return ""
    found = re.search(r"^Version: *(\S+)", head, re.MULTILINE)
    return found.group(1) if found else ""
