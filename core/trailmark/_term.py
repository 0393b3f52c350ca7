"""What Trailmark says to the person at the terminal: short lines on stderr, nothing on stdout."""

from __future__ import annotations

import os
import sys

_PREFIX = "trailmark: "
_LABELS = {"": "", "warn": "warning: ", "error": "error: "}
_COLOURS = {"": "", "warn": "\x1b[33m", "error": "\x1b[31m"}
_said: set[str] = set()
_silent = False


def silence(*, silent: bool) -> None:
    """Stop or resume all terminal output of Trailmark (the setting `silent`)."""
    global _silent  # noqa: PLW0603 (one terminal, one switch)
    _silent = silent


def termlog(string: str = "", newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write a line to stderr; with `repeat=False` only the first time that this text is given."""
    _say("", string, newline=newline, topic=None if repeat else string)


def termwarn(string: str, newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write a warning to stderr; with `repeat=False` only the first time that this text is given."""
    _say("warn", string, newline=newline, topic=None if repeat else string)


def termerror(string: str, newline: bool = True, repeat: bool = True) -> None:  # noqa: FBT001, FBT002 (W&B's signature)
    """Write an error to stderr; with `repeat=False` only the first time that this text is given."""
    _say("error", string, newline=newline, topic=None if repeat else string)


def say_once(topic: str, text: str, kind: str = "") -> None:
    """Write `text` to stderr, unless something of the same `topic` was said before."""
    _say(kind, text, topic=topic)


def _say(kind: str, text: str, *, newline: bool = True, topic: str | None = None) -> None:
    if _silent or topic in _said:
        return
    if topic is not None:
        _said.add(topic)
    lines = [_PREFIX + line for line in f"{_LABELS[kind]}{text}".split("\n")]
    try:
        # pythonw has no stderr. What else may stand there need not be a file, and may be closed.
        colour = _COLOURS[kind] if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else ""
        sys.stderr.write(colour + "\n".join(lines) + "\x1b[0m" * bool(colour) + "\n" * newline)
        sys.stderr.flush()
    except (AttributeError, OSError, RuntimeError, ValueError):  # there is nobody to tell, and training goes on
        return
