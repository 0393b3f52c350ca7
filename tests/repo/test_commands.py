"""The commands that people and CI type are the same, and the tools that they run are pinned in one place."""

from __future__ import annotations

import configparser
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEST_COMMAND = re.compile(r"^\s*(python3 -m venv .*\btox)$", re.MULTILINE)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _pyproject() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(_read("pyproject.toml"))


def _tox() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(_read("tox.ini"))
    return parser


def test_ci_runs_the_readme_s_command() -> None:
    """CI runs, word for word, the command that README gives for the tests."""
    [written] = TEST_COMMAND.findall(_read("README.md"))
    [run] = TEST_COMMAND.findall(_read(".ci/run"))
    assert run == written


def test_ci_can_be_run() -> None:
    """`.ci/run` is an executable file."""
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("tool", ["ruff", "mypy", "pyright"])
def test_tool_is_pinned_once(tool: str) -> None:
    """A checker has one exact version, in pyproject.toml, and tox takes it from there."""
    groups = [item for group in _pyproject()["dependency-groups"].values() for item in group]
    [pin] = [item for item in groups if re.match(rf"{tool}\b", item)]
    assert re.search(r"==\d", pin)
    assert not re.search(rf"\b{tool}\s*[=<>~]", _read("tox.ini"))


@pytest.mark.parametrize(("environment", "group"), [("lint", "lint"), ("types", "types"), ("testenv", "test")])
def test_tox_uses_the_group(environment: str, group: str) -> None:
    """Each environment of tox takes its tools from the dependency group of pyproject.toml."""
    section = environment if environment == "testenv" else f"testenv:{environment}"
    assert group in _tox()[section]["dependency_groups"].split()


def test_readme_names_each_environment() -> None:
    """README lists each environment of tox under its own name."""
    readme = _read("README.md")
    sections = [name.removeprefix("testenv:") for name in _tox().sections() if name.startswith("testenv:")]
    names = {name.split("-")[0] for name in sections if not name.startswith(".")}
    assert not [name for name in sorted(names) if f"`{name}" not in readme]


def test_every_supported_python_is_tested() -> None:
    """The Pythons of the package's classifiers are those of tox's core environments."""
    stated = re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', _read("pyproject.toml"))
    [tested] = re.findall(r"core-py\{([\d,]+)\}", _tox()["tox"]["env_list"])
    assert [f"3{minor}" for minor in stated] == tested.split(",")


def test_missing_python_fails() -> None:
    """A Python that is not there fails its environment: a skip would look like a success."""
    assert _tox()["tox"]["skip_missing_interpreters"] == "false"


def test_changelog_fragments_have_an_area() -> None:
    """A change's fragment is named ``<area>-<what>.md``, begins with its area, and is one short paragraph."""
    fragments = [path for path in (ROOT / "changelog.d").glob("*") if path.name != "README.md"]
    assert fragments
    for path in fragments:
        assert re.fullmatch(r"[a-z]+-[a-z0-9-]+\.md", path.name), path.name
        assert path.read_text(encoding="utf-8").startswith(f"{path.name.split('-')[0]}: "), path.name
