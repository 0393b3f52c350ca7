"""What the tests of several adapters need: runs in a root of their own, processes, examples and pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import trailmark
from trailmark import _term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run

ROOT = Path(__file__).parents[2]
BARE = {"quiet": True, "console": "off", "system": False, "git": False, "requirements": False}
RANKS = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the root of this test, which is the current folder too; finish what a test leaves open."""
    for name in list(os.environ):
        if name.startswith(("TRAILMARK_", "WANDB_", "SLURM_", "TORCHELASTIC_")) or name in RANKS:
            monkeypatch.delenv(name)
    monkeypatch.setattr(_term, "_said", set())
    monkeypatch.setattr(_term, "_silent", False)
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TRAILMARK_DIR", str(tmp_path / "root"))
    for name, value in BARE.items():
        monkeypatch.setenv(f"TRAILMARK_{name.upper()}", str(value).lower())
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "root"
    while trailmark.run is not None:
        trailmark.finish()


@pytest.fixture
def begin(root: Path) -> Callable[..., Run]:
    """Begin a run in the root of this test; arguments are those of `init`."""

    def begin(**arguments: Any) -> Run:
        return trailmark.init(**{"project": "p", "dir": root, **arguments})

    return begin


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python source in a process of its own; return what it printed and its code.

    `command` goes before the file (``[sys.executable]`` by default), `variables` into the environment.
    """

    def run(
        source: str, *, command: tuple[str, ...] = (sys.executable,), timeout_s: float = 120, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        return subprocess.run(
            [*command, str(path)],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )

    return run


@pytest.fixture
def run_example(tmp_path: Path) -> Callable[..., trailmark.Api]:
    """Run a file of `examples/` as a user does, in an empty folder; return a reader of what it logged."""

    def run(name: str, *arguments: str) -> trailmark.Api:
        done = subprocess.run(
            [sys.executable, str(ROOT / "examples" / name), *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return trailmark.Api(tmp_path / "root")

    return run


@pytest.fixture
def run_page() -> Callable[[str], dict[str, Any]]:
    """Run the examples of a page of `docs/` one after the other, in an empty folder; return their names."""

    def run(page: str) -> dict[str, Any]:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        names: dict[str, Any] = {"__name__": "__main__"}
        for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            exec(compile(block, f"docs/{page}", "exec"), names)
        return names

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--adapter`, as an environment may hold the framework of another adapter, too."""
    parser.addoption("--adapter", default=None, help="test the contract of this adapter only")
