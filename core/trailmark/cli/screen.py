"""Standard output: a person's terminal, or a pipe.

A terminal gets colours and lines cut to its width. A pipe gets every value whole, in columns parted by tabs, without
colour, in an order that does not depend on the terminal. Colours also go to a pipe where FORCE_COLOR is set, and to no
terminal where NO_COLOR is. All text is made harmless here (`trailmark.cli.text.clean`), and none of it is markup.
"""

from __future__ import annotations

import functools
import io
import os
import re
import sys
from typing import TYPE_CHECKING

from trailmark.cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.style import Style

Part = tuple[str, "str | Style"]  # text, and its style for rich ("" for none)
_SGR = re.compile(r"(\x1b\[[0-9;:]*m)")  # the escape sequences that colour text

# Sign, its substitute where the terminal cannot write it, and style.
STATES = {
    "running": ("●", "*", "cyan"),
    "finished": ("✓", "+", "green"),
    "failed": ("✗", "x", "red"),
    "crashed": ("✗", "!", "magenta"),
    "preempted": ("◌", "~", "yellow"),
}


class Screen:
    """Where a command writes.

    Attributes:
        terminal: whether a person reads it.
        width: characters in a line of the terminal.
        unicode: whether it can write more than ASCII.
    """

    def __init__(self) -> None:
        self.terminal = bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
        self.unicode = "utf" in (sys.stdout.encoding or "").lower()
        if not self.unicode and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """The terminal as rich sees it."""
        if self._console is None:
            from rich.console import Console

            no_color = bool(os.environ.get("NO_COLOR"))
            self._console = Console(
                force_terminal=self.terminal, no_color=no_color, markup=False, highlight=False, emoji=False
            )
        return self._console

    @property
    def width(self) -> int:
        """Characters in a line of the terminal."""
        return self.console.width

    def sign(self, state: str) -> Part:
        """Return the sign of a run's state."""
        sign, ascii_sign, style = STATES.get(state, ("?", "?", ""))
        return (sign if self.unicode else ascii_sign, style)

    def row(self, *values: str) -> None:
        """Write one line for programs: the values parted by tabs."""
        sys.stdout.write("\t".join(values) + "\n")

    def write(self, text: str) -> None:
        """Write `text` as it is; for output whose format forbids what a terminal would obey."""
        sys.stdout.write(text)

    def line(self, *parts: Part | str) -> None:
        """Write one line for people, cut at the width of the terminal."""
        self.lines([parts])

    def lines(self, lines: Iterable[Iterable[Part | str]]) -> None:
        """Write lines for people, each cut at the width of the terminal."""
        from rich.segment import Segment, Segments

        console, width = self.console, self.width
        segments: list[Segment] = []
        for line in lines:
            parts = [(part, "") if isinstance(part, str) else part for part in line]
            shown = [(self._writable(text), style) for text, style in parts]
            if sum(cells(text) for text, _ in shown) > width:
                shown = self._cut_line(shown, width)
            for text, style in shown:
                segments.append(Segment(text, console.get_style(style) if isinstance(style, str) else style))
            segments.append(Segment.line())
        console.print(Segments(segments), end="")

    def _cut_line(self, parts: list[Part], width: int) -> list[Part]:
        """Return as much of a line as there is room for, and a mark that says that something is missing."""
        room = width - 1
        shown: list[Part] = []
        for text, style in parts:
            fitting = cut(text, room, "")
            room -= cells(fitting)
            shown.append((fitting, style))
            if fitting != text:
                return [*shown, ("…" if self.unicode else "~", style)]
        return shown

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Write text for people on as many lines as it needs; line breaks in it stay."""
        room = max(self.width - indent, 20)
        for line in text.splitlines() or [""]:
            for piece in _folded(self._writable(line.expandtabs(4)), room):
                self.line(" " * indent, (piece, style))

    def printed(self, text: str) -> list[Part]:
        """Return a line that a program printed, with its colours."""
        from rich.text import Text

        pieces = _SGR.split(text.expandtabs(8))
        harmless = "".join(piece if index % 2 else clean(piece) for index, piece in enumerate(pieces))
        return [(part.text, part.style or "") for part in Text.from_ansi(harmless, end="").render(self.console)]

    @staticmethod
    def stripped(text: str) -> str:
        """Return a line that a program printed, without its colours."""
        return "\t".join(clean(piece) for piece in _SGR.sub("", text).split("\t"))

    def _writable(self, text: str) -> str:
        text = clean(text)
        if self.unicode or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()


_ASCII = str.maketrans({"…": "~", "·": "-", "—": "-", "─": "-", "→": ">", "│": "|", "┤": "+", "└": "+", "┬": "+"})


@functools.lru_cache(maxsize=4096)
def cells(text: str) -> int:
    """Return how many places of a terminal `text` takes; Chinese characters and emoji take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int, mark: str = "…") -> str:
    """Return `text` cut to `width` places, with `mark` at the end if something is missing."""
    if cells(text) <= width:
        return text
    room = width - cells(mark)
    if room < 0:
        return ""
    if text.isascii():
        return text[:room] + mark
    from rich.cells import set_cell_size

    return set_cell_size(text, room) + mark


def _folded(text: str, width: int) -> list[str]:
    pieces = []
    while cells(text) > width:
        at = width
        while cells(text[:at]) > width:
            at -= 1
        space = text.rfind(" ", width // 2, at + 1)
        at = space if space > 0 else at
        pieces.append(text[:at])
        text = text[at:].removeprefix(" ")
    return [*pieces, text]
