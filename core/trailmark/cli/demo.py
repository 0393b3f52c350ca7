"""`trailmark demo`: the whole of Trailmark in one word."""

from __future__ import annotations

import os
import sys

import click

from trailmark._term import termlog
from trailmark.errors import MissingPackageError


@click.command("demo")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    default=20,
    show_default=True,
    help="How long to train.",
)
@click.option("--no-ui", is_flag=True, help="End when the models are trained, without the dashboard.")
@click.pass_context
def command(context: click.Context, *, epochs: int, no_ui: bool) -> None:
    """Train a few small real models, record everything about them, and show it.

    They need scikit-learn and some seconds; nothing is downloaded. A terminal gets the dashboard, until Ctrl-C.
    """
    from trailmark import demo

    demo.main(root=str(context.obj) if context.obj is not None else None, epochs=epochs)
    if no_ui or os.environ.get("CI") or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    commands = context.find_root().command
    ui = commands.get_command(context, "ui") if isinstance(commands, click.Group) else None
    if ui is None:
        return
    try:
        context.invoke(ui, page=demo.PROJECT)
    except MissingPackageError as error:  # the runs are there all the same
        termlog(str(error))
