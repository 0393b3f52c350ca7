"""Watch a PyTorch model as it trains: how its gradients and parameters are distributed, and what it is made of.

    trailmark.watch(model, log="all", log_freq=100)

Gradients are those that the optimizer gets: accumulated, unscaled and clipped, once for each of its steps. See
``docs/torch.md``. This module imports torch when one of its functions is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.adapter import framework

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from torch import nn

    from trailmark import Graph, Run

__all__ = ["unwatch", "watch"]


def watch(
    models: nn.Module | Sequence[nn.Module],
    criterion: Any = None,
    log: str | None = "gradients",
    log_freq: int = 1000,
    idx: int | None = None,
    log_graph: bool = False,  # noqa: FBT001, FBT002 (W&B's signature)
    *,
    filter: str | re.Pattern[str] | Callable[[str], bool] | None = None,  # noqa: A002 (its plain name)
    run: Run | None = None,
) -> list[Graph]:
    """Record gradients and parameters of a model as it trains, at the first and every `log_freq`-th optimizer step.

    Each gets a `Histogram` of 64 bins, exact, with its NaN, infinities, zeros and norm: ``gradients/<name>`` and
    ``parameters/<name>``. The norms are scalars too: ``gradient_norm/<name>``, ``gradient_norm/total``. All of them
    join the row of the step, which the next `log` completes. On other steps nothing happens but a count.

    A model that is watched already goes on under its name, with these options.

    Args:
        models: a `torch.nn.Module`, or several; wrapped and compiled ones too.
        criterion: taken for W&B's sake; it changes nothing.
        log: "gradients", "parameters", "all" or None.
        log_freq: how many steps of one optimizer lie between two records.
        idx: the number of the (first) model in its names: those of number 2 are ``gradients/graph_2/<name>``, those of
            number 0 have no such part. By default the models of a run are numbered from 0, in the order of the calls.
        log_graph: also record the model's layers and what flows between them as ``graph_<idx>``, after its next forward
            pass, and a table of its parameters as ``parameter_table_<idx>``.
        filter: which parameters: a glob for their names, a compiled regular expression that is searched in them, or a
            function of the name.
        run: the run to record in; by default the current one.

    Returns:
        The graphs, with `log_graph`; they get their edges and shapes in the next forward pass. Else nothing.

    Raises:
        WatchOptionError: an option is not one of what it may be (also a ValueError).
        WatchTypeError: a model is no `torch.nn.Module`, or `filter` no filter (also a TypeError).
        NoRunError: there is no run.
        MissingPackageError: torch is not installed.
    """
    framework("torch")
    from trailmark.torch.watching import watch

    del criterion
    return watch(models, log, log_freq, idx, log_graph=log_graph, choice=filter, run=run)


def unwatch(models: nn.Module | Sequence[nn.Module] | None = None, *, run: Run | None = None) -> None:
    """Stop recording models: those that are given, or all; of all runs, or of one.

    A model that is not watched is no error.

    Raises:
        MissingPackageError: torch is not installed.
    """
    framework("torch")
    from trailmark.torch.watching import unwatch

    unwatch(models, run)
