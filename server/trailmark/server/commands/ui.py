"""`trailmark ui`: the dashboard of a root, in the browser."""

from __future__ import annotations

import click

from trailmark.errors import UsageError
from trailmark.server.commands.needs import server_packages


@click.command("ui")
@click.argument("page", metavar="[PROJECT|RUN]", required=False)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="Where to listen; only this machine otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="The port; otherwise 7007, or a free one.")
@click.option("--no-token", is_flag=True, help="Let everybody in who uses this machine.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option("--index", metavar="URL", help="A database for the index, otherwise a file in the root.")
@click.pass_context
def command(
    context: click.Context,
    page: str | None,
    *,
    host: str,
    port: int | None,
    no_token: bool,
    no_browser: bool,
    index: str | None,
) -> None:
    """Look at runs in the browser, live; at all of them, at a project or at one run.

    Prints the address to open, and serves until Ctrl-C. Nothing leaves this machine.
    """
    with server_packages("`trailmark ui`"):
        from trailmark.server.listen import is_loopback
        from trailmark.server.session import Session

        if no_token and not is_loopback(host):
            raise UsageError(f"--no-token is for this machine alone, not for --host {host}: leave one of them out")
        Session(context.obj, page, token=not no_token, browser=not no_browser).run(host, port, index)
