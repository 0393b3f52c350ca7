"""The versions that adapters support are declared once; what is made of them is current."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from trailmark.adapter import FRAMEWORKS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("matrix", ROOT / "tests/matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MATRIX = _generator()


@pytest.mark.parametrize("path", MATRIX.texts(), ids=lambda path: path.name)
def test_is_current(path: Path) -> None:
    """A file holds what the generator would write."""
    assert path.read_text(encoding="utf-8") == MATRIX.texts()[path], "run `python tests/matrix.py`"


@pytest.mark.parametrize("adapter", sorted(FRAMEWORKS))
def test_extra_asks_for_the_oldest_supported_version(adapter: str) -> None:
    """`pip install trailmark[adapter]` installs the framework, from the oldest version on that is supported."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    framework = FRAMEWORKS[adapter][0]
    assert extras[adapter] == [f"{framework.package}>={framework.oldest}"]


@pytest.mark.parametrize("adapter", sorted(FRAMEWORKS))
def test_adapter_is_complete(adapter: str) -> None:
    """Each adapter has a page, an example, tests, a contract, and a line in the changelog."""
    assert (ROOT / f"docs/{adapter}.md").is_file()
    assert list((ROOT / "examples").glob(f"{adapter}_*.py"))
    assert (ROOT / f"tests/integrations/{adapter}/contract.py").is_file()
    assert list((ROOT / f"tests/integrations/{adapter}").glob("test_*.py"))
    assert list((ROOT / "changelog.d").glob(f"{adapter}-*.md")) or (ROOT / "CHANGELOG.md").is_file()
    assert f"`{adapter}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", [*(ROOT / "examples").glob("*_*.py")], ids=lambda path: path.stem)
def test_example_is_short(example: Path) -> None:
    """An example of an adapter is read at a glance: 60 lines at most."""
    assert len(example.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("missing", ["torch", "lightning"])
def test_an_untested_oldest_version_is_refused(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A supported version that no environment tests is an error of the generator."""
    framework = FRAMEWORKS[missing][0]
    monkeypatch.setitem(FRAMEWORKS, missing, (framework._replace(oldest="0.1"),))
    with pytest.raises(ValueError, match=rf"{framework.package} 0\.1"):
        MATRIX.environments()
