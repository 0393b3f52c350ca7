"""A progress bar over jobs that take long, such as fitting clones: on a terminal and in a notebook, never in a pipe.

Jobs run one after the other, or several at once by joblib; their results come in the order of the jobs.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import joblib
from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trailmark import Run


def outcomes(
    function: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], n_jobs: int | None, text: str, run: Run
) -> list[Any]:
    """Return what `function` answers to the arguments of each job.

    Args:
        function: one that other processes can import, where there are several.
        jobs: the arguments of each call.
        n_jobs: how many run at once, as everywhere in scikit-learn: -1 is one for each core.
        text: what stands before the bar.
        run: the run that the jobs are for; its setting `silent` also silences the bar.
    """
    console = Console(stderr=True)
    shown = (console.is_terminal or console.is_jupyter) and not run.settings.silent
    with Progress(console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task(text, total=len(jobs))
        found = []
        for outcome in _each(function, jobs, n_jobs):
            found.append(outcome)
            bar.advance(task)
    return found


def _each(function: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], n_jobs: int | None) -> Iterator[Any]:
    if joblib.effective_n_jobs(n_jobs) == 1:
        for job in jobs:
            yield function(*job)
        return
    as_they_come = "return_as" in inspect.signature(joblib.Parallel).parameters  # from joblib 1.3 on
    parallel = joblib.Parallel(n_jobs=n_jobs, **({"return_as": "generator"} if as_they_come else {}))
    yield from parallel(joblib.delayed(function)(*job) for job in jobs)
