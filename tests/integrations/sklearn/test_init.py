"""What `trailmark.sklearn` offers, and what importing it costs."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import TYPE_CHECKING

import pytest

import trailmark.sklearn

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable


def test_importing_loads_neither_numpy_nor_scikit_learn(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """They are loaded when a function is asked for."""
    done = script(
        "import sys, trailmark\n"
        "assert 'plot_roc' in dir(trailmark.sklearn)\n"
        "assert not {'numpy', 'sklearn'} & set(sys.modules)\n"
        "trailmark.sklearn.plot_roc\n"
        "assert {'numpy', 'sklearn'} < set(sys.modules)\n"
    )
    assert done.returncode == 0, done.stderr


def test_name_that_is_not_there() -> None:
    """Another name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="plot_nothing"):
        trailmark.sklearn.plot_nothing  # noqa: B018


@pytest.mark.parametrize("name", trailmark.sklearn.__all__)
def test_functions(name: str) -> None:
    """Each takes a run by keyword, says what it raises, and can be pickled and copied."""
    function = getattr(trailmark.sklearn, name)
    run = inspect.signature(function).parameters["run"]
    assert (run.default, run.kind) == (None, inspect.Parameter.KEYWORD_ONLY)
    assert "NoRunError" in (inspect.getdoc(function) or "")
    assert pickle.loads(pickle.dumps(function)) is copy.deepcopy(function) is function
