"""What the tests of the adapter of fastai need: tiny learners, and torchvision beside any torch."""

from __future__ import annotations

import importlib
import importlib.util
import os
import random
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

STARTUP = Path(__file__).parent / "startup"

# What fastai does in its own time, in ways that are going out. What it says when it is imported is not heard at all.
THEIRS = (
    "ignore::DeprecationWarning:fast(ai|core|progress|transform)",
    "ignore::FutureWarning:fast(ai|core|progress)",
    "ignore:.?load_learner:UserWarning",  # that a pickle may do anything
    "ignore:The given NumPy array is not writable:UserWarning",  # of columns of pandas 3
)
PARTS = ("vision.all", "text.all", "tabular.all", "collab", "callback.all")

collect_ignore_glob = [] if importlib.util.find_spec("fastai") else ["*.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Exempt warnings of fastai, and let torchvision be imported."""
    for line in THEIRS:
        config.addinivalue_line("filterwarnings", line)
    startup = sys.modules.get("sitecustomize")
    if startup is None or Path(startup.__file__ or "").parent != STARTUP:
        spec = importlib.util.spec_from_file_location("torchvision_operators", STARTUP / "sitecustomize.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # the operators last as long as their module
        spec.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in PARTS if importlib.util.find_spec("fastai") else ():
            importlib.import_module(f"fastai.{part}")


@pytest.fixture(autouse=True)
def processes_import_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes that a test starts import torchvision, too."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])]))


class Numbers:
    """A data set of fastai: pairs of seeded numbers and their sum."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        return self.x[number], self.x[number].sum(0, keepdim=True)

    def new_empty(self) -> Numbers:
        """Return the same without data, as an exported learner has it."""
        return Numbers(self.x[:0])


@pytest.fixture
def learner() -> Callable[..., Any]:
    """Make a learner of a linear model on seeded numbers: 6 batches of 4 to train, 2 to validate."""
    import numpy as np
    import torch
    from fastai.basics import Learner, MSELossFlat, TfmdDL
    from fastai.data.core import DataLoaders

    def learner(*, train: int = 24, valid: int = 8, seed: int = 0, folder: str = ".", **arguments: Any) -> Any:
        for generator in (random.seed, np.random.seed, torch.manual_seed):
            generator(seed)
        x: Any = torch.randn(train + valid, 3)
        parts = [Numbers(part) for part in x.split([train, valid])]
        loaders = [TfmdDL(part, bs=4, shuffle=n == 0, num_workers=0) for n, part in enumerate(parts)]
        dls = DataLoaders(*loaders[: 2 if valid else 1], path=Path(folder), device="cpu")
        model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
        return Learner(dls, model, **{"loss_func": MSELossFlat(), "lr": 0.1, **arguments})

    return learner
