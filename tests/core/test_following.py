"""`trailmark._run.following`; what is seen of it by users is in test_trailmark.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trailmark._run.following import Following
from trailmark.errors import NoRunError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trailmark import Run


def test_it_holds_nothing_of_its_own(begin: Callable[..., Run]) -> None:
    """Whatever is set goes to the run of the moment, and is gone with it."""
    config = Following("config")
    for number in (1, 2):
        run = begin()
        assert len(config) == 0
        config.a = number
        assert dict(run.config) == dict(config) == {"a": number}
        run.finish()
    with pytest.raises(NoRunError, match=r"trailmark\.config needs a run"):
        dict(config)
