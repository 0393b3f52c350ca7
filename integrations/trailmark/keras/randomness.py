"""The global random generators of a program, which a look at data or predictions must leave as they are."""

from __future__ import annotations

import contextlib
import random
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Put the generators of Python, numpy and torch, where they are loaded, back to where they stood."""
    numpy: Any = sys.modules.get("numpy")
    torch: Any = sys.modules.get("torch")
    python = random.getstate()
    legacy = numpy.random.get_state() if numpy else None
    cpu = torch.get_rng_state() if torch else None
    cuda = torch.cuda.get_rng_state_all() if torch and torch.cuda.is_initialized() else None
    try:
        yield
    finally:
        random.setstate(python)
        if numpy:
            numpy.random.set_state(legacy)
        if torch:
            torch.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
