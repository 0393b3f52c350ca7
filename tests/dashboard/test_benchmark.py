"""The benchmark of the dashboard measures what it says, here of very little; what it finds is no matter of tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "dashboard.py"
SMALL = {"rounds": 1, "runs": 3, "metrics": 8, "steps": 6000, "frames": 20, "live": 2, "seconds": 2, "least-hz": 0}


def test_every_bar_is_measured_in_a_root_that_stays(tmp_path: Path) -> None:
    """A small run ends well and has a figure for each bar; its live runs are gone after it, the project is not."""
    kept, root = tmp_path / "kept.json", tmp_path / "root"
    options = [f"--{name}={value}" for name, value in SMALL.items()]
    command = [sys.executable, str(BENCHMARK), "--json", str(kept), "--root", str(root), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert "3 runs x 8 metrics x 6,000 steps" in done.stdout
    assert {bar["verdict"] for bar in found["bars"]} <= {"pass", "miss"}
    assert all(bar["value"] > 0 for bar in found["bars"])
    [measured] = found["results"]["rounds"]
    assert measured["zoom_held_ms"] >= 300
    assert [path.name for path in root.iterdir() if not path.name.startswith(".")] == ["bench"]
