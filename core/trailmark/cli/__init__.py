"""The command line. `docs/cli.md` is the guide; each command is a module of its own."""

from __future__ import annotations

from trailmark.cli.app import main

__all__ = ["main"]
