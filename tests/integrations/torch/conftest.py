"""What torch itself warns of in these tests, and fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

import trailmark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def pytest_configure(config: pytest.Config) -> None:
    """Exempt warnings that are torch's own."""
    for line in (
        "ignore:.*torch.jit.script.* is deprecated:DeprecationWarning",  # and of tracing: from torch 2.9 on
        "ignore:.*torch.jit.* is (not supported|deprecated):Warning",
        "ignore:Sparse (CSR|invariant).*:UserWarning",  # beta state of the format
        "ignore:.*pkg_resources.*:Warning",  # torch 2.0's cpp_extension, which its compiler imports
        "ignore:.*torch.quantiz.*:UserWarning",
        "ignore:.*quantized.*:UserWarning",
        "ignore:.*does not have a CUDA.*:UserWarning",  # GradScaler in a torch without CUDA
        "ignore:.*distutils Version classes.*:DeprecationWarning",
        "ignore:Guards may run slower on Python 3.13.0:RuntimeWarning",
        "ignore:Lazy modules are a new feature:UserWarning",
    ):
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(autouse=True)
def nothing_watched() -> Iterator[None]:
    """Leave no model watched, and torch's hooks as they were."""
    from torch.optim.optimizer import _global_optimizer_pre_hooks

    yield
    trailmark.unwatch()
    assert not _global_optimizer_pre_hooks


@pytest.fixture
def stored(root: Path) -> Callable[[Any], Any]:
    """Finish a run and return it as it is read back."""

    def stored(run: Any) -> Any:
        run.finish()
        return trailmark.Api(root).run(run.path)

    return stored


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Have all tests begin with the same random numbers."""
    torch.manual_seed(0)
