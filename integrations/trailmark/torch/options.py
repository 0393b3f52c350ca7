"""What may be asked of `watch`, checked; and the errors that say what was wrong."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

from trailmark.errors import UsageError
from trailmark.torch.names import chosen_by

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS = {"gradients": ("gradient",), "parameters": ("parameter",), "all": ("gradient", "parameter"), None: ()}


class WatchOptionError(UsageError, ValueError):
    """An option of `watch` is not one of what it may be."""


class WatchTypeError(UsageError, TypeError):
    """`watch` got something that is no model, or no filter."""


class Options(NamedTuple):
    """How a model is watched; `kinds` has "gradient", "parameter", both or none."""

    kinds: tuple[str, ...]
    log_freq: int
    chosen: Callable[[str], bool]


def options_of(log: Any, log_freq: Any, choice: Any) -> Options:
    """Return the options that were given to `watch`.

    Raises:
        WatchOptionError: `log` or `log_freq` is not one of what it may be.
        WatchTypeError: `choice` is no filter.
    """
    if not isinstance(log, str | None) or log not in _KINDS:
        raise WatchOptionError(f'watch(log=…) takes "gradients", "parameters", "all" or None, got {log!r}')
    try:
        freq = operator.index(log_freq)
    except TypeError:
        freq = 0
    if freq < 1:
        raise WatchOptionError(f"watch(log_freq=…) takes how many steps lie between two records, got {log_freq!r}")
    try:
        return Options(_KINDS[log], freq, chosen_by(choice))
    except TypeError as error:
        raise WatchTypeError(f"watch(filter=…) takes {error}") from None
