"""Patterns: regular expressions that a stranger wrote, matched without letting one hold the server up.

Python's `re` keeps all threads waiting while it matches, for ever if the expression asks for that. The package `regex`
takes the same expressions, lets other threads go on, and can be told when to give up. All matches of one request share
one time.
"""

from __future__ import annotations

import time
from typing import Any

import regex

from trailmark.errors import UsageError

MAX_LENGTH = 1_000  # characters of an expression
LIMIT_S = 1.0  # that all matches of one request may take
_LETTERS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL, "x": regex.VERBOSE}


class Clock:
    """What is left of the time that the matches of one request may take."""

    def __init__(self, limit_s: float | None = None) -> None:
        self.left_s = LIMIT_S if limit_s is None else limit_s


class Pattern:
    """A regular expression whose matching takes no longer than a clock says.

    Args:
        text: the expression, as Python's `re` takes it.
        options: letters of "imsx", as in `re`'s flags.
        clock: shared by all patterns of one request.

    Raises:
        UsageError: it is no expression, or too long.
    """

    def __init__(self, text: Any, options: str = "", clock: Clock | None = None) -> None:
        if not isinstance(text, str) or not isinstance(options, str):
            raise UsageError(f"a regular expression is text, got {text!r:.100}")
        if len(text) > MAX_LENGTH:
            raise UsageError(f"a regular expression has at most {MAX_LENGTH} characters, got {len(text)}")
        if unknown := set(options) - set(_LETTERS):
            raise UsageError(f"$options knows the letters {', '.join(_LETTERS)}, got {min(unknown)!r}")
        flags = regex.VERSION0
        for letter in options:
            flags |= _LETTERS[letter]
        try:
            self._compiled = regex.compile(text, flags)
        except (regex.error, RecursionError, OverflowError) as error:
            raise UsageError(f"{text[:100]!r} is no regular expression: {error}") from None
        self._text = text
        self._clock = clock or Clock()

    def search(self, text: str) -> Any:
        """Return a match anywhere in `text`; None if there is none.

        Raises:
            UsageError: the time is up.
        """
        begun = time.monotonic()
        try:
            return self._compiled.search(text, timeout=max(self._clock.left_s, 0.0), concurrent=True)
        except TimeoutError:
            raise UsageError(f"the regular expression {self._text[:100]!r} takes too long to match") from None
        finally:
            self._clock.left_s -= time.monotonic() - begun


def with_patterns(query: Any, clock: Clock) -> Any:
    """Return a filter in which each ``$regex`` holds a `Pattern`, which `trailmark.api.filters` takes as it is."""
    if isinstance(query, list):
        return [with_patterns(part, clock) for part in query]
    if not isinstance(query, dict):
        return query
    found = {name: with_patterns(part, clock) for name, part in query.items()}
    if "$regex" in found:
        found["$regex"] = Pattern(query["$regex"], query.get("$options", ""), clock)
        found.pop("$options", None)
    return found
