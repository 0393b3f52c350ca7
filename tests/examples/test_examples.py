"""Every example runs as it is, and what it logged can be read back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import trailmark

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_finishes(example: Path, tmp_path: Path) -> None:
    """The example ends well and leaves finished runs with rows and a summary in the root."""
    environment = {**os.environ, "TRAILMARK_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    api = trailmark.Api(tmp_path)
    runs = [run for project in api.projects() for run in api.runs(project.name)]
    assert runs
    for run in runs:
        assert run.state == "finished"
        assert run.summary
        assert run.history(pandas=False)
