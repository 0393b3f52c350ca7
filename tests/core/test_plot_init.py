"""`trailmark.plot` itself."""

from __future__ import annotations

import pkgutil

from trailmark import plot


def test_modules_hide_no_function() -> None:
    """No module is named as a function, which its import would replace."""
    assert not {module.name for module in pkgutil.iter_modules(plot.__path__)} & set(plot.__all__)


def test_all_functions_are_there() -> None:
    """Each name is a function."""
    assert all(callable(getattr(plot, name)) for name in plot.__all__)
