"""What Trailmark says to the person at the terminal: short lines on stderr, nothing on stdout."""

from __future__ import annotations

import sys

_PREFIX = "trailmark: "
_COLOURS = {"": "", "warn": "\x1b[33m", "error": "\x1b[31m"}
_said: set[str] = set()
_silent = False


def silence(*, silent: bool) -> None:
    """Stop or resume all terminal output of Trailmark (the setting `silent`)."""
    global _silent  # noqa: PLW0603 (one terminal, one switch)
    _silent = silent


def termlog(string: str = "", newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write a line to stderr; with `repeat=False` only the first time that this text is given."""
    _say("", string, newline=newline, repeat=repeat)


def termwarn(string: str, newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write a warning to stderr; with `repeat=False` only the first time that this text is given."""
    _say("warn", string, newline=newline, repeat=repeat)


def termerror(string: str, newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write an error to stderr; with `repeat=False` only the first time that this text is given."""
    _say("error", string, newline=newline, repeat=repeat)


def _say(kind: str, text: str, *, newline: bool, repeat: bool) -> None:
    if _silent or (not repeat and text in _said):
        return
    if not repeat:
        _said.add(text)
    stream = sys.stderr
    if stream is None:  # pythonw and some services have none
        return
    label = {"warn": "warning: ", "error": "error: "}.get(kind, "")
    try:
        colour = _COLOURS[kind] if stream.isatty() else ""
        stream.write(f"{colour}{_PREFIX}{label}{text}{chr(27) + '[0m' if colour else ''}" + "\n" * newline)
        stream.flush()
    except (OSError, ValueError):  # a closed terminal must not stop a training run
        return
