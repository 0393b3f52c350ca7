"""The floors of the source: an import goes down only, and no module is too long to read."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core/trailmark"
PACKAGE = "the package's own names"
MAX_LINES = 600

# From the ground up. Parts on one floor do not import one another. Captures stand below the run that starts them,
# as all they need is a journal's writer.
FLOORS = (
    {"_sparkline", "_term", "_version", "errors"},
    {"journal"},
    {"_dashboard", "media"},
    {"_display", "artifacts", "capture", "plot"},
    {"_run"},
    {"api", "sync"},
    {"_init", "_login"},
    {PACKAGE},
    {"demo"},
    {"cli"},
    {"__main__"},
)
LEVELS = {part: level for level, parts in enumerate(FLOORS) for part in parts}

# Frameworks that only adapters import. (Values of theirs are recognised through `sys.modules`.)
FRAMEWORKS = {
    "fastai",
    "jax",
    "keras",
    "lightning",
    "pytorch_lightning",
    "tensorflow",
    "torch",
    "transformers",
}
CORE_FILES = sorted(CORE.rglob("*.py"))
SERVER_FILES = sorted((ROOT / "server/trailmark/server").rglob("*.py"))
ADAPTERS = ROOT / "integrations/trailmark"
ADAPTER_FILES = sorted(set(ADAPTERS.rglob("*.py")) - {ADAPTERS / "__init__.py"})
FILES = [*CORE_FILES, *ADAPTER_FILES, *SERVER_FILES]


class Import(NamedTuple):
    """An import statement's module, and where it stands."""

    module: str
    name: str | None
    place: str


def _imports(path: Path) -> Iterator[Import]:
    """Yield what a file imports, also inside functions and for type checking only."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, None, place)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: write the module's whole name"
            for alias in node.names:
                yield Import(node.module or "", alias.name, place)


def _part(found: Import) -> str | None:
    """Return the part of core that an import reaches; None if it is not of core."""
    names = found.module.split(".")
    if names[0] != "trailmark":
        return None
    if len(names) > 1:
        return names[1] if names[1] in LEVELS else None
    # `from trailmark import journal` reaches the part, `from trailmark import log` the package's names.
    return found.name if found.name in LEVELS else PACKAGE


def _adapter(path: Path) -> str:
    return path.relative_to(ADAPTERS).parts[0].removesuffix(".py")


def _home(path: Path) -> str:
    name = path.relative_to(CORE).parts[0].removesuffix(".py")
    return PACKAGE if name == "__init__" else name


@pytest.mark.parametrize("path", CORE_FILES, ids=lambda path: str(path.relative_to(CORE)))
def test_imports_go_down(path: Path) -> None:
    """A module of core imports only its own part and the floors below."""
    home = _home(path)
    assert home in LEVELS, f"{path.relative_to(ROOT)} stands on no floor: add {home!r} to FLOORS"
    up = [
        f"{found.place}: {home} (floor {LEVELS[home]}) imports {part} (floor {LEVELS[part]})"
        for found in _imports(path)
        if (part := _part(found)) is not None and part != home and LEVELS[part] >= LEVELS[home]
    ]
    assert not up, "\n" + "\n".join(up)


@pytest.mark.parametrize("path", CORE_FILES, ids=lambda path: str(path.relative_to(CORE)))
def test_core_imports_no_framework(path: Path) -> None:
    """Core imports no framework, no adapter and no server; only the list of public names knows of `watch`."""
    ours = {_adapter(adapter) for adapter in ADAPTER_FILES} | {"server"}
    bad = [
        f"{found.place}: {found.module}"
        for found in _imports(path)
        if found.module.split(".")[0] in FRAMEWORKS
        or (found.module.startswith("trailmark.") and found.module.split(".")[1] in ours and _home(path) != PACKAGE)
    ]
    assert not bad, "\n" + "\n".join(bad)


def test_adapters_use_public_names() -> None:
    """An adapter uses the names that every user has, so that it can be copied into a project of one's own."""
    bad = [
        f"{found.place}: {found.module}"
        for path in ADAPTER_FILES
        for found in _imports(path)
        if found.module.startswith("trailmark.")
        and found.module.split(".")[1] not in {"adapter", "errors", "plot", _adapter(path)}
    ]
    assert not bad, "\n" + "\n".join(bad)


def test_server_knows_no_run() -> None:
    """The server knows core's readers, and never a run."""
    known = {"_dashboard", "_term", "_version", "api", "artifacts", "errors", "journal", "media", "server"}
    bad = [
        f"{found.place}: {found.module}"
        for path in SERVER_FILES
        for found in _imports(path)
        if found.module.split(".")[0] == "trailmark" and (found.module + ".").split(".")[1] not in known
    ]
    assert not bad, "\n" + "\n".join(bad)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_short_enough(path: Path) -> None:
    """A module that needs more than 600 lines holds two ideas."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_module_names_say_what_is_inside() -> None:
    """No module is a drawer for leftovers."""
    assert not [path for path in FILES if path.stem in {"utils", "util", "helpers", "misc", "common", "base"}]


def test_tests_are_named_as_modules_are() -> None:
    """Each module has ``tests/core/test_<part>_<module>.py``; runs are tested by what a user does with them."""
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests/core").glob("test_*.py")}
    missing = []
    for path in CORE_FILES:
        noun, part = path.stem, _home(path)
        if part in {"api", "artifacts", "capture", "cli", "journal", "media", "plot"} and noun != "__init__":
            missing += [] if {noun, f"{part}_{noun}"} & tests else [str(path.relative_to(ROOT))]
    assert not missing, f"no test file for {', '.join(missing)}"
