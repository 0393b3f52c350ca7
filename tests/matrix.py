"""Write the environments of the adapters into tox.ini, and the versions that they test into the README.

    python tests/matrix.py

The environments are declared in `matrix.toml` beside this file, the oldest versions in `trailmark.adapter.FRAMEWORKS`;
one that no environment tests is refused. `tests/repo/test_matrix.py` fails when a file was not written again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from trailmark.adapter import FRAMEWORKS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
HERE = "tests/matrix.toml"
TITLES = {
    "fastai": "fastai",
    "keras": "Keras",
    "lightning": "Lightning",
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
}
PYTEST = "pytest -n logical --dist worksteal"


class Environment(NamedTuple):
    """One environment of tox: an adapter, with versions of its framework, on one Python."""

    adapter: str
    factor: str
    python: str
    requires: tuple[str, ...]
    backend: str | None = None

    @property
    def name(self) -> str:
        """What `tox -e` takes; that of the latest versions is the adapter's own name."""
        return self.adapter if self.factor == "latest" else f"{self.adapter}-{self.factor}"

    def version(self, package: str) -> str | None:
        """Return the version of a package that is tested, such as "2.6" of "lightning==2.6.*"."""
        for requirement in self.requires:
            name, _, version = requirement.partition("==")
            if re.sub(r"\[.*|-cpu$", "", name) == package:
                return version.removesuffix(".*") or None
        return None

    @property
    def tested(self) -> tuple[str, str]:
        """The package that is tested, and its version.

        Raises:
            ValueError: no framework of the adapter is required in a version.
        """
        for framework in FRAMEWORKS[self.adapter]:
            if version := self.version(framework.package):
                return framework.package, version
        raise ValueError(f"{HERE}: {self.name} requires no version of a framework of its adapter")

    def section(self) -> str:
        """Return the section of tox.ini."""
        tests = f"tests/integrations/{self.adapter}"
        backend = f" on {self.backend}" if self.backend else ""
        lines = [
            f"[testenv:{self.name}]",
            f"description = the adapter of {TITLES[self.adapter]}, with {' '.join(self.tested)}{backend}",
            f"base_python = py{self.python.replace('.', '')}",
            "deps =",
            *(f"    {requirement}" for requirement in self.requires),
            "set_env =",
            "    {[adapters]set_env}",
            *([f"    KERAS_BACKEND = {self.backend}"] if self.backend else []),
            "commands =",
            f"    {PYTEST} --adapter {self.adapter} {{posargs:{tests} tests/integrations/test_contract.py}}",
        ]
        return "\n".join(lines) + "\n"


def environments() -> list[Environment]:
    """Return all environments, those of an adapter together, the latest first.

    Raises:
        ValueError: an adapter has no environment, or none tests the oldest version that it supports.
    """
    with (ROOT / HERE).open("rb") as file:
        tables = tomllib.load(file)
    if set(tables) != set(FRAMEWORKS):
        raise ValueError(f"{HERE} has {sorted(tables)}, but FRAMEWORKS has {sorted(FRAMEWORKS)}")
    found = [
        Environment(adapter, factor, table["python"], tuple(table["requires"]), table.get("backend"))
        for adapter, factors in sorted(tables.items())
        for factor, table in factors.items()
    ]
    for adapter, frameworks in FRAMEWORKS.items():
        for framework in frameworks:
            tested = {one.version(framework.package) for one in found if one.adapter == adapter}
            if framework.oldest not in tested:
                raise ValueError(f"{HERE}: no environment tests {framework.package} {framework.oldest}")
    return found


def _tox() -> str:
    """Return tox.ini with the environments in it."""
    found = environments()
    text = (ROOT / "tox.ini").read_text(encoding="utf-8")
    names = "".join(f"    {one.name}\n" for one in found)
    text = _between(text, "    # adapters, of tests/matrix.toml\n", "    # end of adapters\n", names)
    sections = "\n".join(one.section() for one in found)
    return _between(text, "# Written by tests/matrix.py:\n", "# End of what it wrote.\n", sections)


def _readme() -> str:
    """Return the README with the table of versions in it."""
    rows = ["| | supported | tested with | Python |", "| --- | --- | --- | --- |"]
    found = environments()
    for adapter in sorted(FRAMEWORKS, key=lambda name: TITLES[name].lower()):
        of_it = [one for one in found if one.adapter == adapter]
        supported = ", ".join(f"{one.package} ≥ {one.oldest}" for one in FRAMEWORKS[adapter])
        tested = "; ".join(_tested(of_it, framework.package) for framework in FRAMEWORKS[adapter])
        pythons = sorted({one.python for one in of_it}, key=lambda python: int(python.split(".")[1]))
        rows.append(f"| [{TITLES[adapter]}](docs/{adapter}.md) | {supported} | {tested} | {', '.join(pythons)} |")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return _between(text, "<!-- written by tests/matrix.py -->\n", "<!-- end -->\n", "\n".join(rows) + "\n")


def _tested(found: list[Environment], package: str) -> str:
    """Return the versions of a package, with the backends it ran on: "keras 3.15 (jax, torch), 3.0 (jax)"."""
    backends: dict[str, list[str]] = {}
    for one in found:
        if one.tested[0] == package:
            backends.setdefault(one.tested[1], []).extend([one.backend] if one.backend else [])
    versions = (f"{version} ({', '.join(on)})" if on else version for version, on in backends.items())
    return f"{package} {', '.join(versions)}"


def _between(text: str, first: str, last: str, new: str) -> str:
    """Return `text` with all between two of its lines replaced."""
    before, found_first, rest = text.partition(first)
    _, found_last, after = rest.partition(last)
    if not found_first or not found_last:
        raise ValueError(f"the lines {first.strip()!r} and {last.strip()!r} are missing")
    return before + first + new + last + after


def texts() -> dict[Path, str]:
    """Return the files that are written, and what they must hold."""
    return {ROOT / "tox.ini": _tox(), ROOT / "README.md": _readme()}


if __name__ == "__main__":
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
