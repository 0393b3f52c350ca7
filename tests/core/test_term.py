"""What Trailmark says at the terminal."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

import trailmark
from trailmark._term import say_once, silence, termerror, termlog, termwarn


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_line_has_its_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    """All goes to stderr, so that what a script prints can be piped."""
    termlog("a")
    termwarn("b")
    termerror("c")
    termlog()
    assert capsys.readouterr() == ("", "trailmark: a\ntrailmark: warning: b\ntrailmark: error: c\ntrailmark: \n")


def test_each_line_of_a_text_has_the_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    """In a long log each line can be told from what the script prints."""
    termwarn("a\nb")
    assert capsys.readouterr().err == "trailmark: warning: a\ntrailmark: b\n"


def test_without_newline(capsys: pytest.CaptureFixture[str]) -> None:
    """As in W&B."""
    termlog("a", newline=False)
    assert capsys.readouterr().err == "trailmark: a"


def test_repeat(capsys: pytest.CaptureFixture[str]) -> None:
    """With `repeat=False` a text is written once, whatever the function; else each time."""
    for _ in range(2):
        termlog("a", repeat=False)
        termwarn("a", repeat=False)
        termwarn("b")
    assert capsys.readouterr().err.split("\n") == ["trailmark: a", *["trailmark: warning: b"] * 2, ""]


def test_once_for_a_topic(capsys: pytest.CaptureFixture[str]) -> None:
    """Texts of one topic that differ are written once in all."""
    say_once("topic", "a")
    say_once("topic", "b")
    say_once("other", "c", "warn")
    assert capsys.readouterr().err == "trailmark: a\ntrailmark: warning: c\n"


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written while it lasts, and what was not written may be later."""
    silence(silent=True)
    termlog("a", repeat=False)
    termerror("b")
    silence(silent=False)
    termlog("a", repeat=False)
    assert capsys.readouterr().err == "trailmark: a\n"


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal shows warnings in yellow and errors in red, unless NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    termlog("a")
    termwarn("b")
    termerror("c")
    assert terminal.getvalue() == (
        "trailmark: a\n\x1b[33mtrailmark: warning: b\x1b[0m\n\x1b[31mtrailmark: error: c\x1b[0m\n"
    )
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.truncate(terminal.seek(0))
    termerror("c")
    assert terminal.getvalue() == "trailmark: error: c\n"


def _closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


class Full(io.StringIO):
    """A stream whose disk is full."""

    def write(self, _: str) -> int:
        """Refuse."""
        raise OSError(28, "No space left on device")


class Half:
    """What some programs put in place of stderr: it can be written to, and no more."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        """Take text."""
        self.text += text


@pytest.mark.parametrize(
    "stream",
    [None, _closed(), Full(), Half(), object(), io.TextIOWrapper(io.BytesIO(), encoding="ascii")],
    ids=["none", "closed", "full", "half", "object", "ascii"],
)
def test_a_broken_terminal_stops_nothing(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in place of stderr, the caller goes on."""
    monkeypatch.setattr(sys, "stderr", stream)
    termwarn("schön … 🚀")
    assert sys.stderr is stream


def test_public_functions_are_these() -> None:
    """`trailmark.termlog` and the others are the same functions."""
    assert (trailmark.termlog, trailmark.termwarn, trailmark.termerror) == (termlog, termwarn, termerror)
