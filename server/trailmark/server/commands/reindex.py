"""`trailmark reindex`: the index is made again from the journals."""

from __future__ import annotations

import click

from trailmark.server.commands.needs import server_packages


@click.command("reindex")
@click.option("--index", metavar="URL", help="The database of the index, otherwise the file in the root.")
@click.pass_context
def command(context: click.Context, *, index: str | None) -> None:
    """Make the index of the dashboard again.

    All that is in it comes of the journals, so nothing is lost. `trailmark ui` does this by itself when it has to.
    """
    with server_packages("`trailmark reindex`"):
        from trailmark.server.rebuild import rebuild

        rebuild(context.obj, index)
