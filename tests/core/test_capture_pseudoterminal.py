"""Pseudo-terminals: of the same size as the real one, and passing bytes on as they are."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from typing import TYPE_CHECKING

import pytest

from trailmark.capture.pseudoterminal import copy_size, open_like

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def terminal() -> Iterator[int]:
    """Give a terminal of 40 rows and 123 columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 123, 0, 0))
    yield theirs
    os.close(ours)
    os.close(theirs)


def test_it_has_the_size_of_the_terminal_that_it_stands_in_for(terminal: int) -> None:
    """A program sees as many rows and columns as before, also after the window has changed."""
    ours, theirs = open_like(terminal)
    try:
        assert os.get_terminal_size(theirs) == (123, 40)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 80, 0, 0))
        copy_size(terminal, ours)
        assert os.get_terminal_size(theirs) == (80, 20)
    finally:
        os.close(ours)
        os.close(theirs)


def test_bytes_pass_unchanged(terminal: int) -> None:
    """Neither newlines nor control characters are translated: the real terminal does that."""
    ours, theirs = open_like(terminal)
    try:
        os.write(theirs, b"one\ntwo\r\x03\x1b[1m")
        assert os.read(ours, 100) == b"one\ntwo\r\x03\x1b[1m"
        assert os.isatty(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


def test_what_is_no_terminal_has_no_size() -> None:
    """A size that cannot be read or set is left alone."""
    ours, theirs = os.openpty()
    try:
        before = os.get_terminal_size(theirs)
        with open(os.devnull, "rb") as file:  # noqa: PTH123 (a descriptor that is no terminal)
            copy_size(file.fileno(), ours)
            copy_size(ours, file.fileno())
        assert os.get_terminal_size(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)
