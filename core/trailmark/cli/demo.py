"""`trailmark demo`: the whole of Trailmark in one word."""

from __future__ import annotations

import click


@click.command("demo")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    default=20,
    show_default=True,
    help="How long to train.",
)
@click.pass_context
def command(context: click.Context, *, epochs: int) -> None:
    """Train a few small real models, and record everything about them.

    They need scikit-learn and some seconds; nothing is downloaded.
    """
    from trailmark import demo

    demo.main(root=str(context.obj) if context.obj is not None else None, epochs=epochs)
