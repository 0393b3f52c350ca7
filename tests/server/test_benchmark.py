"""The benchmark of the server measures what it says, here of very little; what it finds is no matter of tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "server.py"
SMALL = {
    "rounds": 1,
    "runs": 2,
    "points": 2000,
    "many-runs": 3,
    "many-points": 5000,
    "curve-points": 2000,
    "table-runs": 5,
    "live": 2,
    "seconds": 1,
    "least-hz": 0,
}


def test_every_bar_is_measured(tmp_path: Path) -> None:
    """A small run of the benchmark ends well and has a figure for each of its bars."""
    kept = tmp_path / "kept.json"
    options = [f"--{name}={value}" for name, value in SMALL.items()]
    command = [sys.executable, str(BENCHMARK), "--peers", "trailmark", "--json", str(kept), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert set(found["results"]) == {
        "few", "many", "curves", "long runs", "small runs", "table", "live 1", "live 2"
    }  # fmt: skip
    assert {bar["verdict"] for bar in found["bars"]} <= {"pass", "miss"}
    assert all(bar["value"] > 0 for bar in found["bars"])
