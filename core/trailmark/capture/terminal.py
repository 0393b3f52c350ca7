"""What a terminal would show of a program's output, as numbered lines.

Progress bars redraw their lines with carriage returns and cursor movements; `Terminal` folds them, so that each line
has one text at a time. It keeps the lowest lines, which may still be redrawn; what has scrolled up further is final.
Colours stay, other escape sequences go. All other characters, tabs and bells included, stay as they were printed.

It has no width (a line ends where the program ends it, or after `MAX_LINE` characters), counts each character as one
column, and records nothing of the alternate screen, which full-screen programs draw on.
"""

from __future__ import annotations

import re

from trailmark.capture.style import PLAIN, change, restyle

SCREEN = 128  # lines that can still be redrawn: more than the tallest display of progress bars has
MAX_LINE = 1 << 20  # characters; at four bytes each a line fits a journal's record
_LONG = 4096  # a line longer than this is no progress bar: it is final at once, so that memory stays small
_MAX_MOVE = 4096  # programs ask for row or column 9999 to learn the size of the screen
_MAX_REST = 4200  # the longest unfinished escape sequence that is kept for the next call

Block = tuple[int, list[str]]  # the number of the first line, and consecutive lines

_ESCAPE = r"\x1b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])"
_token = re.compile(rf"([^\x1b\r\n\b]+)|([\r\n\b])|{_ESCAPE}").match
_unfinished = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)").fullmatch
_ALTERNATE = {"?47", "?1047", "?1049"}


class Terminal:
    """The lines of one output stream, numbered from 0."""

    def __init__(self) -> None:
        self._rows = [_Row()]
        self._top = 0  # the number of the first of `_rows`
        self._row = 0  # the cursor, as an index of `_rows`
        self._column = 0
        self._home: int | None = None  # the number of the line where a screen begins that is drawn by absolute rows
        self._style = PLAIN
        self._rest = ""  # an escape sequence that goes on in the next text
        self._alternate = False
        self._given = 0  # lines before this number have been given out at least once
        self._changed: set[int] = set()
        self._blocks: list[Block] = []

    def feed(self, text: str) -> list[Block]:
        """Take some output; return the lines that it completed, and those that can no longer change.

        A line that is redrawn later, and one without its end, come by `changed`.
        """
        if self._rest:
            text, self._rest = self._rest + text, ""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if self._alternate or "\x1b" in text or "\r" in text or "\b" in text:
            self._interpret(text)
        else:
            self._print(text)
        bottom = self._top + len(self._rows) - 1
        if self._given < bottom:
            for number in range(self._given, bottom):
                self._give(number, self._rows[number - self._top])
            self._given = bottom
        blocks, self._blocks = self._blocks, []
        return blocks

    def changed(self, *, final: bool = False) -> list[Block]:
        """Return the lines that were redrawn, and the unfinished one, as far as they differ from what was given.

        A long unfinished line comes only when it has doubled, or when this is the `final` call.
        """
        if final and self._rest:
            text, self._rest = self._rest[1:], ""
            self._print(text)
        for number in sorted(self._changed):
            row = self._rows[number - self._top]
            if final or row.length <= _LONG or row.length >= 2 * len(row.shown or ""):
                self._give(number, row)
        blocks, self._blocks = self._blocks, []
        return blocks

    def _give(self, number: int, row: _Row) -> None:
        self._changed.discard(number)
        text = row.text()
        if text == row.shown or (row.shown is None and not text and number == self._top + len(self._rows) - 1):
            return
        row.shown = text
        if self._blocks and number == self._blocks[-1][0] + len(self._blocks[-1][1]):
            self._blocks[-1][1].append(text)
        else:
            self._blocks.append((number, [text]))

    def _print(self, text: str) -> None:
        """Take text whose only special character is the newline."""
        lines = text.split("\n")
        for line in lines[:-1]:
            self._put(line)
            self._newline()
        self._put(lines[-1])

    def _put(self, text: str) -> None:
        while text:
            piece = text[: MAX_LINE - self._column]
            self._rows[self._row].write(self._column, piece, self._style)
            self._column += len(piece)
            self._changed.add(self._top + self._row)
            text = text[len(piece) :]
            if text:
                self._newline()

    def _newline(self) -> None:
        left = self._rows[self._row]
        self._column = 0
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append(_Row())
            if left.length > _LONG:
                self._finish(len(self._rows) - 1)
            elif len(self._rows) > 2 * SCREEN:
                self._finish(len(self._rows) - SCREEN)

    def _finish(self, count: int) -> None:
        """Give out the topmost rows for the last time, and forget them."""
        for number, row in enumerate(self._rows[:count], self._top):
            if number >= self._given or number in self._changed:
                self._give(number, row)
        del self._rows[:count]
        self._top += count
        self._row -= count
        self._given = max(self._given, self._top)

    def _interpret(self, text: str) -> None:
        """Take text with escape sequences."""
        position = 0
        while position < len(text):
            token = _token(text, position)
            if token is None:
                rest = text[position : position + _MAX_REST]
                if len(rest) < _MAX_REST and _unfinished(rest):
                    self._rest = rest
                    return
                position += 1  # an escape character that begins nothing
                continue
            position = token.end()
            printed, control, parameters, final = token.groups()
            if self._alternate and not (final == "l" and parameters in _ALTERNATE):
                continue
            if printed:
                self._put(printed)
            elif control:
                self._control(control)
            elif final == "m":
                self._style = restyle(self._style, parameters)
            elif final in ("h", "l"):
                self._alternate = final == "h" and (self._alternate or parameters in _ALTERNATE)
            elif final:
                self._move(final, parameters)

    def _control(self, control: str) -> None:
        if control == "\n":
            self._newline()
        elif control == "\r":
            self._column = 0
        else:
            self._column = max(self._column - 1, 0)

    def _move(self, final: str, parameters: str) -> None:
        numbers = [int(part[:6]) if part.isdecimal() else 0 for part in parameters.split(";")]
        count = min(max(numbers[0], 1), _MAX_MOVE)
        if final in "AF":
            self._row = max(self._row - count, 0)
        elif final in "BE":
            self._row = min(self._row + count, len(self._rows) - 1)
        elif final == "C":
            self._column = max(self._column, min(self._column + count, _MAX_MOVE))
        elif final == "D":
            self._column = max(self._column - count, 0)
        elif final == "G":
            self._column = count - 1
        elif final in "Hf":
            self._jump(count, numbers[1] if len(numbers) > 1 else 1)
        elif final == "K":
            self._erase_line(self._row, numbers[0])
        elif final == "J":
            self._erase_screen(numbers[0])
        if final in "EF":
            self._column = 0

    def _jump(self, row: int, column: int) -> None:
        home = self._page()
        if row <= SCREEN:
            while len(self._rows) < home + row:
                self._row = len(self._rows) - 1
                self._newline()
                home = self._page()
            self._row = home + row - 1
        self._column = min(max(column, 1), _MAX_MOVE) - 1

    def _page(self) -> int:
        """Return where the screen, of which a program knows the absolute rows, begins: below what came before it."""
        if self._home is None or self._home < self._top:
            self._row = len(self._rows) - 1
            if self._rows[-1].length:
                self._newline()
            self._home = self._top + self._row
        return self._home - self._top

    def _erase_screen(self, mode: int) -> None:
        if mode == 0:
            self._erase_line(self._row, 0)
            self._erase_lines(self._row + 1, len(self._rows))
        elif mode == 1:
            self._erase_line(self._row, 1)
            self._erase_lines(min(self._page(), self._row), self._row)
        else:
            self._erase_lines(self._page(), len(self._rows))

    def _erase_line(self, index: int, mode: int) -> None:
        row = self._rows[index]
        if mode == 0:
            row.erase(self._column, row.length)
        elif mode == 1:
            row.erase(0, self._column + 1)
        else:
            row.erase(0, row.length)
        self._changed.add(self._top + index)

    def _erase_lines(self, first: int, end: int) -> None:
        for index in range(first, end):
            self._erase_line(index, 2)


class _Row:
    """One line: pieces of one style each, or cells of one character each once it is redrawn in part."""

    __slots__ = ("cells", "length", "pieces", "redrawn", "shown", "styles")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.cells: list[str] | None = None
        self.styles: list[str] = []  # of the pieces, or of the cells
        self.length = 0
        self.redrawn = False
        self.shown: str | None = None  # the text that was given out last

    def write(self, column: int, text: str, style: str) -> None:
        end = column + len(text)
        if column < self.length:
            self.redrawn = True
            if column == 0 and end >= self.length:
                self._clear()
        if self.cells is None and column == self.length:
            self.pieces.append(text)
            self.styles.append(style)
            self.length = end
            return
        cells = self._to_cells()
        if column > self.length:
            cells += " " * (column - self.length)
            self.styles += [PLAIN] * (column - self.length)
        cells[column:end] = text
        self.styles[column:end] = [style] * len(text)
        self.length = len(cells)

    def erase(self, start: int, end: int) -> None:
        if start >= self.length:
            return
        self.redrawn = True
        if start == 0 and end >= self.length:
            self._clear()
            return
        cells = self._to_cells()
        if end >= self.length:
            del cells[start:]
            del self.styles[start:]
            self.length = start
        else:
            cells[start:end] = " " * (end - start)
            self.styles[start:end] = [PLAIN] * (end - start)

    def text(self) -> str:
        parts = []
        current = PLAIN
        for piece, style in zip(self.pieces if self.cells is None else self.cells, self.styles, strict=True):
            if style != current:
                parts.append(change(current, style))
                current = style
            parts.append(piece)
        parts.append(change(current, PLAIN))
        text = "".join(parts)
        # A bar that becomes shorter blanks out what it was.
        return text.rstrip(" ") if self.redrawn else text

    def _clear(self) -> None:
        self.cells = None
        self.pieces.clear()
        self.styles.clear()
        self.length = 0

    def _to_cells(self) -> list[str]:
        if self.cells is None:
            self.cells = list("".join(self.pieces))
            self.styles = [style for piece, style in zip(self.pieces, self.styles, strict=True) for _ in piece]
            self.pieces.clear()
        return self.cells
