"""`docs/capture.md` tells all that is recorded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trailmark.capture import code, git, gpu
from trailmark.capture.facts import VARIABLES, Command, facts
from trailmark.capture.sampler import Sampler
from trailmark.capture.terminal import MAX_LINE, SCREEN

PAGE = (Path(__file__).parents[2] / "docs" / "capture.md").read_text(encoding="utf-8")
NAMES = set(re.findall(r"`([^`\n]+)`", PAGE))


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_is_documented(variable: str) -> None:
    """Each environment variable that may be recorded is on the page."""
    assert variable in NAMES


def test_no_other_variable_is_documented() -> None:
    """The page promises no variable that is not recorded."""
    section = PAGE[PAGE.index("only the following are recorded:") : PAGE.index("These files are kept")]
    assert set(re.findall(r"`(\w+)`", section)) == set(VARIABLES)


def test_metrics_are_documented() -> None:
    """Each metric that this machine gives is on the page."""
    sampler = Sampler()
    names = {re.sub(r"^disk\..*\.usage", "disk.<path>.usage", name) for name in {**sampler.sample(), "cpu": 0.0}}
    assert names <= NAMES


def test_gpu_metrics_are_documented() -> None:
    """Each metric of a GPU is on the page, and no other."""
    source = Path(gpu.__file__).read_text(encoding="utf-8")
    probes = source[source.index("def _utilization") : source.index("_PROBES: ")]
    names = set(re.findall(r'"(\w+)": ', probes)) | {"process.memoryBytes"}
    assert {name.removeprefix("gpu.<i>.") for name in NAMES if name.startswith("gpu.<i>.")} == names


def test_environment_is_documented() -> None:
    """Each value of the environment is on the page."""
    found = facts(Command.current())
    assert {*found, "code_path", "git", "gpu_count", "gpus", "gpu_driver", "cuda_version", "notebook"} <= NAMES


def test_limits_are_documented() -> None:
    """Bounds are what the page says."""
    assert f"cut after {MAX_LINE:,} characters" in PAGE
    assert f"one terminal of {SCREEN} lines" in PAGE
    assert f"tried again after {gpu.RETRY_AFTER} samples" in PAGE
    assert f"at most {git.MAX_DIFF_BYTES >> 20} MiB" in PAGE
    assert f"at most {git.MAX_UNTRACKED_BYTES >> 20} MiB" in PAGE
    assert f"beyond {code.MAX_FILE_BYTES >> 20} MiB and more than {code.MAX_FILES:,} files" in PAGE
