"""What `trailmark reindex` does: the index is dropped, and made again from the journals."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING

import click

from trailmark._dashboard import find_dashboard
from trailmark.api import Api
from trailmark.errors import UsageError
from trailmark.server.index.open import open_index
from trailmark.server.index.place import make_anew

if TYPE_CHECKING:
    from pathlib import Path


def rebuild(root: Path | None, index: str | None = None) -> None:
    """Make the index of `root` again, and say on standard output how many runs are in it and how long it took.

    Raises:
        UsageError: a dashboard is using the index.
        Error: the index cannot be made.
    """
    api = Api(root)
    served = find_dashboard(api.root)
    if served is not None:
        raise UsageError(f"the dashboard at {served.url} (process {served.pid}) uses the index: stop it first")
    with contextlib.closing(open_index(api.root, index)) as indexer:
        if not indexer.is_writer:
            raise UsageError(f"another process keeps the index of {api.root}: stop it first")
        indexer.database = make_anew(indexer.database)
        began = time.perf_counter()
        told = sys.stderr.isatty()

        def tell(_change: object) -> None:
            if told:
                done = indexer.progress()
                click.echo(f"\r{done.done:,} of {done.total:,} runs", nl=False, err=True)

        indexer.catch_up(tell)
        took_s = time.perf_counter() - began
        runs, problems = sum(project.runs for project in api.projects()), indexer.problems()
    if told:
        click.echo("\r\x1b[K", nl=False, err=True)
    for where, message in problems:
        click.echo(f"trailmark: {where}: {message}", err=True)
    if sys.stdout.isatty():
        click.echo(f"{runs:,} run{'' if runs == 1 else 's'} in {took_s:.1f} s")
    else:
        click.echo(f"runs\t{runs}\nseconds\t{took_s:.3f}")
