"""Taps: listening to what is written to a Python stream object.

Handlers, progress bars and notebooks hold the object that `sys.stdout` was once, so the object's own `write` is
replaced and `sys.stdout` stays. There is one tap on a stream, however many listen; when the last one leaves, the
stream is as it was found. If somebody else has replaced `write` in the meantime, theirs stays, and the tap below it
only passes on.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_ABSENT: Any = object()
_lock = threading.Lock()


class Tap:
    """A stream's replaced `write`, and who listens to it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.listeners: tuple[Callable[[str], None], ...] = ()
        self.reached = False  # set by each write
        self.own: Any
        self.original: Callable[..., Any]
        self.write = self._make_write()

    def _make_write(self) -> Callable[..., Any]:
        tap = self

        def write(text: Any, /, *args: Any, **kwargs: Any) -> Any:
            tap.reached = True
            try:
                return tap.original(text, *args, **kwargs)
            finally:
                for listener in tap.listeners:
                    listener(text)

        vars(write)["tap"] = tap  # by which another run finds it
        return write

    def replace(self) -> bool:
        """Replace the stream's `write`; False if the object does not allow it."""
        self.own = getattr(self.stream, "__dict__", {}).get("write", _ABSENT)
        self.original = self.stream.write
        try:
            self.stream.write = self.write
        except (AttributeError, TypeError):
            return False
        return getattr(self.stream, "write", None) is self.write

    def remove(self) -> None:
        """Undo `replace`, unless somebody else has replaced `write` since."""
        if getattr(self.stream, "write", None) is not self.write:
            return
        if self.own is _ABSENT:
            try:
                del self.stream.write
            except (AttributeError, TypeError):  # a wrapper that hands attributes on to what it wraps
                self.stream.write = self.original
        else:
            self.stream.write = self.own


class Stand:
    """Stands in `sys` for a stream object whose `write` cannot be replaced."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.write = tap.write

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tap.stream, name)

    def __iter__(self) -> Any:
        return iter(self.tap.stream)

    def writelines(self, lines: Any) -> None:
        """Write each of `lines`, past nobody who listens."""
        for line in lines:
            self.write(line)


class Listening:
    """One listener of the stream `sys.<name>`, and the tap by which it hears."""

    def __init__(self, name: str, listener: Callable[[str], None]) -> None:
        self._name = name
        self._listener = listener
        with _lock:
            self._tap = _find_tap(name)
            self._tap.listeners = (*self._tap.listeners, listener)

    def renew(self) -> None:
        """Tap the stream again if what is written to it no longer comes by, since somebody has reset its `write`."""
        with _lock:
            tap = self._tap
            tap.reached = False
            tap.stream.write("")
            if not tap.reached:
                tap.replace()

    def end(self) -> None:
        """Listen no more."""
        with _lock:
            self._tap.listeners = tuple(other for other in self._tap.listeners if other is not self._listener)
            if self._tap.listeners:
                return
            stream = getattr(sys, self._name)
            if isinstance(stream, Stand) and stream.tap is self._tap:
                setattr(sys, self._name, self._tap.stream)
            else:
                self._tap.remove()


def listen(name: str, listener: Callable[[str], None]) -> Listening | None:
    """Call `listener` with all that is written to the stream `sys.<name>` from now on.

    None is returned if there is no such stream, as in programs without a console.
    """
    return Listening(name, listener) if hasattr(getattr(sys, name), "write") else None


def _find_tap(name: str) -> Tap:
    """Return the tap of a stream, which is made if there is none."""
    stream = getattr(sys, name)
    tap = getattr(stream.write, "tap", None)
    if not isinstance(tap, Tap):
        tap = Tap(stream)
        if not tap.replace():
            setattr(sys, name, Stand(tap))
    return tap


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 (another thread of the parent may have held it)
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
