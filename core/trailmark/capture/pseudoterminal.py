"""Pseudo-terminals that stand in for a real one as a program's output."""

from __future__ import annotations

import contextlib
import fcntl
import os
import termios


def open_like(terminal: int) -> tuple[int, int]:
    """Return the controlling side and the program's side of a pseudo-terminal of the same size as `terminal`.

    Raises:
        OSError: the system has no more of them.
    """
    ours, theirs = os.openpty()
    try:
        modes = termios.tcgetattr(theirs)
        modes[1] &= ~termios.OPOST  # bytes pass unchanged; the real terminal makes its newlines itself
        modes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        termios.tcsetattr(theirs, termios.TCSANOW, modes)
    except termios.error as error:
        os.close(ours)
        os.close(theirs)
        raise OSError(*error.args) from error
    copy_size(terminal, ours)
    return ours, theirs


def copy_size(terminal: int, other: int) -> None:
    """Give `other` the rows and columns of `terminal`, if both have any."""
    with contextlib.suppress(OSError):  # one of them has just gone
        size = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8))
        if size != fcntl.ioctl(other, termios.TIOCGWINSZ, bytes(8)):
            fcntl.ioctl(other, termios.TIOCSWINSZ, size)
