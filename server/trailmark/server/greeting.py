"""What `trailmark ui` says: where to click, whose runs these are, and how to stop."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from trailmark._version import __version__
from trailmark.server.listen import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trailmark.server.listen import Place

Line = tuple[str, str]  # a label, and what it labels


def greet(place: Place, address: str, held: tuple[int, int], *, opened: bool, running: bool = False) -> None:
    """Say on standard output where the dashboard is.

    Args:
        place: where it is served.
        address: what to open.
        held: how many runs and how many projects the root holds.
        opened: whether the browser is being opened.
        running: whether another process serves it already.
    """
    if not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        for name, value in (("url", address), ("root", str(place.root))):
            click.echo(f"{name}\t{value}")
        return
    click.echo(f"\n  {_style('trailmark', bold=True)} {_style(__version__, dim=True)}\n")
    click.echo(f"  {_style('Open', dim=True)}  {_style(address, fg='cyan', bold=True)}")
    for label, text in _lines(place, *held):
        click.echo(f"  {_style(f'{label:4}', dim=True)}  {text}")
    click.echo(f"\n  {_style(_last_line(opened=opened, running=running), dim=True)}")


def _lines(place: Place, runs: int, projects: int) -> Iterator[Line]:
    counts = (
        f"{_plural(runs, 'run')} in {_plural(projects, 'project')}"
        if runs
        else "no runs yet; they appear by themselves"
    )
    yield "Root", f"{_short(place.root)}  {_style(counts, dim=True)}"
    if "SSH_CONNECTION" in os.environ and is_loopback(place.host):
        port = urlsplit(place.url).port
        yield "Far?", "on your own machine, say this and open the same address there:"
        yield "", _style(f"ssh -N -L {port}:127.0.0.1:{port} {getpass.getuser()}@{socket.gethostname()}", fg="cyan")
    if place.token is None:
        yield "Note", "no token is asked for: every user of this machine can see and change these runs"
    elif not is_loopback(place.host):
        yield "Note", "nothing is encrypted on the way: whoever listens there gets the token"


def _last_line(*, opened: bool, running: bool) -> str:
    opening = "Opening your browser. " if opened else ""
    return opening + ("It was being served already, by another process." if running else "Ctrl-C stops.")


def _short(path: Path) -> str:
    """Return a path with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _style(text: str, **style: object) -> str:
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)  # type: ignore[arg-type]
