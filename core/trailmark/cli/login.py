"""`trailmark login`: which server, and the key for it. Without a server nothing needs it."""

from __future__ import annotations

import sys

import click


@click.command("login")
@click.argument("key", required=False)
@click.option("--host", metavar="URL", help="The server, such as https://runs.example.org.")
@click.option("--relogin", is_flag=True, help="Forget the key that is known, and take a new one.")
def command(key: str | None, *, host: str | None, relogin: bool) -> None:
    """Remember a server and the key for it.

    Runs on this machine need no login. Without KEY it is asked for, so that it does not stay in the shell's history;
    `-` reads it from standard input.
    """
    from trailmark import _login
    from trailmark._run.settings import resolve
    from trailmark._term import termlog

    server = host or resolve().base_url or _login.credentials().get("server")
    if key == "-":
        key = sys.stdin.readline().strip()
    known = server is not None and server in _login.credentials().get("keys", {})
    if key is None and server is not None and (relogin or not known) and sys.stdin.isatty():
        key = click.prompt(f"Key for {server}", hide_input=True, err=True)
    if _login.login(key=key, host=host, relogin=relogin):
        termlog(f"logged in to {server}")
    elif server is not None:
        termlog(f"{server} is remembered; its key is not known yet")
