"""`trailmark artifact`: the commands about artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trailmark.cli.app import Group

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which `--help` shows them.
_COMMANDS = ("ls", "show", "get", "put", "verify", "gc")


class Artifacts(Group):
    """The commands of `trailmark artifact`."""

    homes: Mapping[str, str] = {name: f"trailmark.cli.artifact_{name}" for name in _COMMANDS}
    other_words: Mapping[str, str] = {
        "list": "ls",
        "info": "show",
        "files": "show",
        "download": "get",
        "pull": "get",
        "upload": "put",
        "push": "put",
        "add": "put",
        "log": "put",
        "check": "verify",
        "fsck": "verify",
        "clean": "gc",
        "prune": "gc",
        "cache": "gc",
    }


@click.command("artifact", cls=Artifacts)
def command() -> None:
    """Look at, fetch, store and check artifacts: named, versioned sets of files."""
