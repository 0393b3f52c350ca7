"""Every example runs as it is, and what it logged can be read back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import trailmark
from trailmark.adapter import FRAMEWORKS

ROOT = Path(__file__).parents[2]
# Those that begin with the name of an adapter are tested where its framework is.
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.stem.split("_")[0] not in FRAMEWORKS)


def _run(example: Path, root: Path) -> str:
    """Run an example in an empty folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=root,
        env={**os.environ, "TRAILMARK_DIR": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_finishes(example: Path, tmp_path: Path) -> None:
    """The example ends well and leaves finished runs with rows and a summary in the root."""
    _run(example, tmp_path)
    api = trailmark.Api(tmp_path)
    runs = [run for project in api.projects() for run in api.runs(project.name)]
    assert runs
    for run in runs:
        assert run.state == "finished"
        assert run.summary
        assert run.history(pandas=False)


def test_a_model_is_logged_by_one_script_and_used_by_another(tmp_path: Path) -> None:
    """Scenes with masks and boxes, predictions, charts and the model are there; the second script's run came of it."""
    _run(ROOT / "examples/digits_model/train.py", tmp_path)
    printed = _run(ROOT / "examples/digits_model/evaluate.py", tmp_path)
    api = trailmark.Api(tmp_path)
    train, evaluate = api.runs("digits-model", order="+created_at")
    scenes = train.series("scenes").value
    assert len(scenes) == 4
    for scene in scenes:
        assert (scene.width, scene.height) == (256, 256)
        assert set(scene.masks["truth"].mask_data.ravel()) <= set(range(11))
        assert len(scene.boxes["prediction"].box_data) == 16
    (table,) = train.series("predictions").value
    rows = [row for _, row in table.iterrows()]
    wrong = sum(truth != guess for _, truth, guess, _ in rows)
    assert 1 - wrong / len(rows) == pytest.approx(train.summary["test/accuracy"])
    assert f"wrong about {wrong} test digits" in printed
    (matrix,) = train.series("confusion").value
    counts = {(actual, guess): count for _, (actual, guess, count) in matrix.table.iterrows()}
    assert sum(counts.values()) == len(rows)
    assert sum(count for (actual, guess), count in counts.items() if actual != guess) == wrong
    (made,) = train.logged_artifacts()
    assert [run.id for run in made.used_by()] == [evaluate.id]
    assert api.artifact("digits-model/digits-production:production").digest == made.digest
