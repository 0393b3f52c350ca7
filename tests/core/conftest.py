"""What several tests of the core need."""

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
from trailmark._run.current import current
from trailmark._run.endings import endings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trailmark import Run

BARE = {"quiet": True, "console": "off", "system": False, "git": False, "requirements": False}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the machine's own settings out, and finish what a test leaves open."""
    for name in list(os.environ):
        if name.startswith(("TRAILMARK_", "SLURM_", "TORCHELASTIC_")) or name in ("RANK", "WORLD_SIZE"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRAILMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(_term, "_said", set())
    monkeypatch.setattr(_term, "_silent", False)
    current.early_config = current.root = None
    yield
    for run in list(endings.runs):
        run.finish()
    current.run = None


@pytest.fixture
def begin(tmp_path: Path) -> Callable[..., Run]:
    """Begin a run in a root of its own, with nothing captured beside it; arguments are those of `init`."""

    def begin(**arguments: Any) -> Run:
        settings = {**BARE, **arguments.pop("settings", {})}
        return trailmark.init(**{"project": "p", "dir": tmp_path / "root", "settings": settings, **arguments})

    return begin


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python source in a process of its own, with `root` as the root; return what it printed and its code."""

    def run(source: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        environment = {**os.environ, "TRAILMARK_DIR": str(tmp_path / "root"), **variables}
        return subprocess.run(
            [sys.executable, str(path)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def run_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Run the examples of a page of the documents one after the other, in an empty folder; return their names."""

    def run(page: str) -> dict[str, Any]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("TRAILMARK_DIR", str(tmp_path / "runs"))
        monkeypatch.setenv("TRAILMARK_CONSOLE", "off")
        text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
        names: dict[str, Any] = {}
        for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            exec(compile(block, f"docs/{page}", "exec"), names)
        return names

    return run
