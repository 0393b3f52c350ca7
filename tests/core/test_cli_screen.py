"""Standard output as a terminal and as a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from cli_support import plain
from trailmark.cli.screen import Screen, cells, cut

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Return what gives what was written to standard output so far."""
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return lambda: capsys.readouterr().out


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, output: Callable[[], str]) -> Screen:
    """Return the screen of a terminal of 30 characters."""
    del output
    monkeypatch.setenv("FORCE_COLOR", "1")
    return Screen()


def test_a_pipe_gets_whole_values_parted_by_tabs(output: Callable[[], str]) -> None:
    """A row is not cut and has no colour."""
    screen = Screen()
    assert not screen.terminal
    screen.row("a" * 100, "b")
    assert output() == "a" * 100 + "\tb\n"


def test_a_line_is_cut_at_the_width(terminal: Screen, output: Callable[[], str]) -> None:
    """A line that is too long ends in an ellipsis and never wraps."""
    terminal.line(("x" * 20, "bold"), ("y" * 20, "red"), "never seen")
    assert plain(output()) == "x" * 20 + "y" * 9 + "…\n"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("x" * 30,), "x" * 30),
        (("x" * 30, "y"), "x" * 29 + "…"),
        (("x" * 29, "yz"), "x" * 29 + "…"),
        (("x" * 29, "模"), "x" * 29 + "…"),
        (("x" * 28, "模", ""), "x" * 28 + "模"),
        (("模" * 15, "x"), "模" * 14 + " …"),
    ],
)
def test_a_line_that_is_cut_says_so(
    terminal: Screen, output: Callable[[], str], parts: tuple[str, ...], expected: str
) -> None:
    """The mark is there whenever something is missing, and only then."""
    terminal.line(*parts)
    assert plain(output()) == expected + "\n"


def test_a_line_has_colours(terminal: Screen, output: Callable[[], str]) -> None:
    """Parts have the style that they name."""
    terminal.line(("x", "bold red"))
    assert output() == "\x1b[1;31mx\x1b[0m\n"


def test_no_color_is_honoured(terminal: Screen, output: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets no colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.line(("x", "red"))
    assert output() == "x\n"


def test_text_is_no_markup_and_no_command(terminal: Screen, output: Callable[[], str]) -> None:
    """What others typed is shown as it is: no markup of rich, no emoji, no escape sequence."""
    terminal.line("[red]a :smile: \x1b]0;t\x07")
    assert output() == "[red]a :smile: \\x1b]0;t\\x07\n"


def test_a_paragraph_is_folded_at_spaces(terminal: Screen, output: Callable[[], str]) -> None:
    """Long text takes more lines, each indented; a word that is too long is broken."""
    terminal.paragraph("one two three four five six seven\n" + "x" * 40, indent=2)
    assert output().splitlines() == ["  one two three four five six", "  seven", "  " + "x" * 28, "  " + "x" * 12]


def test_a_printed_line_keeps_its_colours(terminal: Screen, output: Callable[[], str]) -> None:
    """Colours of a program's output are shown, its other sequences are made visible."""
    terminal.line(*terminal.printed("\x1b[32mok\x1b[0m\x1b[2J"))
    assert output() == "\x1b[32mok\x1b[0m\\x1b[2J\n"


def test_a_printed_line_for_a_pipe_has_no_colours() -> None:
    """A pipe gets the text alone; tabs stay."""
    assert Screen.stripped("\x1b[1;32mok\x1b[0m\tgo\x07") == "ok\tgo\\x07"


def test_a_stream_that_takes_ascii_only_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs have substitutes, other characters are escaped, and nothing fails."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = Screen()
    screen.line(screen.sign("finished")[0], " größe …")
    screen.row("größe")
    stream.flush()
    assert written.getvalue() == b"+ gr\\xf6\\xdfe ~\ngr\\xf6\\xdfe\n"


@pytest.mark.parametrize(
    ("text", "width", "expected"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("模型模型", 5, "模型…"), ("abc", 0, "")]
)
def test_text_is_cut_to_places(text: str, width: int, expected: str) -> None:
    """A character of two places counts as two."""
    assert cut(text, width) == expected
    assert cells(cut(text, width)) <= width
