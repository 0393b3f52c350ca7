"""What `import trailmark` costs: only what the first `log` needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    "PIL",
    "asyncio",
    "click",
    "email",
    "http",
    "jax",
    "multiprocessing",
    "numpy",
    "pandas",
    "polars",
    "psutil",
    "pyarrow",
    "pynvml",
    "requests",
    "rich",
    "sklearn",
    "tensorflow",
    "torch",
    "unittest",
    "yaml",
)


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """Return the modules that `import trailmark` loads in a fresh interpreter."""
    code = "import sys; before = set(sys.modules); import trailmark; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("package", HEAVY)
def test_is_not_loaded(loaded: frozenset[str], package: str) -> None:
    """A package that not every run needs is imported where it is needed."""
    assert not [name for name in loaded if name.split(".")[0] == package]


def test_says_nothing() -> None:
    """Importing the package prints nothing and writes no file."""
    done = subprocess.run([sys.executable, "-c", "import trailmark"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="only tox promises to test the wheel")
def test_comes_from_the_wheel() -> None:
    """In tox, the tests import the package that was installed, never the checkout."""
    import trailmark

    assert ROOT / "core" not in Path(trailmark.__file__).parents
