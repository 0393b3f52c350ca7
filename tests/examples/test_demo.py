"""`trailmark demo` as a new user runs it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import trailmark
from trailmark.demo import TRIALS

if TYPE_CHECKING:
    from pathlib import Path


def test_demo_trains_and_records_all_that_the_core_offers(tmp_path: Path) -> None:
    """Each trial is a finished run with config, metrics, histograms, console, environment; the models have learnt."""
    environment = {**os.environ, "TRAILMARK_DIR": str(tmp_path / "runs"), "TRAILMARK_CONFIG_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "trailmark", "demo", "--epochs", "4"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    runs = trailmark.Api(tmp_path / "runs").runs("demo", order="+created_at")
    assert [run.name for run in runs] == [trial["name"] for trial in TRIALS]
    for run, trial in zip(runs, TRIALS, strict=True):
        assert run.state == "finished"
        assert run.config["hidden_layer_sizes"] == trial["hidden_layer_sizes"]
        assert run.summary["val/accuracy"]["max"] > 0.6
        assert run.summary["val/loss"]["best"] < math.log(10)
        rows = run.history(keys=["epoch", "val/accuracy", "parameters/layer_0"], format="rows")
        assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
        assert all(isinstance(row["parameters/layer_0"], trailmark.Histogram) for row in rows)
        assert any("epoch  4" in line.text for line in run.console())
        assert run.environment["python"]
        with run.file("requirements.txt").open() as requirements:
            assert "numpy" in requirements.read()
    assert "trailmark ls demo" in done.stderr
