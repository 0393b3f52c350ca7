"""`trailmark` without a command: what there is, and what to type next."""

from __future__ import annotations

import itertools
import shlex
from typing import TYPE_CHECKING

from trailmark._version import __version__
from trailmark.api.listing import project_names
from trailmark.cli.lookup import folders, newest_first
from trailmark.cli.ls import listing
from trailmark.cli.screen import Part, Screen
from trailmark.cli.table import Column, table
from trailmark.cli.text import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trailmark.journal.runstate import RunState

_NEWEST = 5

_FIRST_RUN = """\
import trailmark

run = trailmark.init(project="digits", config={"lr": 0.1})
for step in range(100):
    run.log({"loss": 1 / (step + 1)})
run.finish()
"""


def overview(root: Path, *, given: bool) -> None:
    """Write an overview of `root`, which was `given` on the command line or is the usual one."""
    screen = Screen()
    found = folders(root)
    if not screen.terminal:
        screen.row("version", __version__)
        screen.row("root", clean(str(root)))
        screen.row("projects", str(len(project_names(root))))
        screen.row("runs", str(len(found)))
        return
    newest = list(itertools.islice((run for run in newest_first(found) if not (run.archived or run.deleted)), _NEWEST))
    screen.line(("trailmark", "bold"), (f" {__version__}", "dim"), "  Your experiments, in files that are yours.")
    screen.line()
    counts = f"{plural(len(found), 'run')} in {plural(len(project_names(root)), 'project')}" if found else "no runs yet"
    screen.line(("Root  ", "dim"), str(root), (f"  {counts}", "dim"))
    screen.line()
    if newest:
        screen.lines(listing(screen, newest, with_project=True))
    else:
        screen.line(("Log your first run", "bold"))
        screen.paragraph(_FIRST_RUN, "cyan", indent=2)
    screen.line()
    screen.line(("Next", "bold"))
    command = f"trailmark --root {shlex.quote(str(root))}" if given else "trailmark"
    columns = (Column("", widest=10_000), Column("", optional=1, widest=60))
    screen.lines(table(columns, list(_next(command, newest)), screen.width, indent=2, header=False))


def _next(command: str, newest: list[RunState]) -> Iterator[list[Part]]:
    """Yield what to type next, and what comes of it."""
    if newest:
        run = newest[0]
        yield [(f"{command} show {shlex.quote(run.id)}", "cyan"), ("its config, results and curves", "dim")]
        if run.state == "running":
            yield [(f"{command} tail {shlex.quote(run.id)}", "cyan"), ("follow it live", "dim")]
        else:
            yield [(f"{command} ls {shlex.quote(run.project)}", "cyan"), ("all runs of a project", "dim")]
        yield [(f"{command} export @ -o run.csv", "cyan"), ("the newest run as a table", "dim")]
    else:
        yield [(f"{command} demo", "cyan"), ("trains a few small models, to have something to look at", "dim")]
    yield [("trailmark --help", "cyan"), ("all commands", "dim")]
