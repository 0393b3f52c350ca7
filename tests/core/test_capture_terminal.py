"""The terminal: progress bars become lines."""

from __future__ import annotations

import importlib
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress

from capture_support import folded
from trailmark.capture.terminal import MAX_LINE, SCREEN, Terminal

tqdm: Any = importlib.import_module("tqdm")  # it has no types


class Screen(io.StringIO):
    """A terminal that keeps what each `write` wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        """Keep the text."""
        self.texts.append(text)
        return len(text)

    def isatty(self) -> bool:
        """Say yes, as a terminal does."""
        return True


def lines(*texts: str) -> list[str | None]:
    """Return what `texts` become."""
    return folded(Terminal(), list(texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("no end", ["no end"]),
        ("\n\na\n", ["", "", "a"]),
        ("10%\r100%\n", ["100%"]),
        ("100%\r50%\n", ["50%%"]),
        ("100%\r50% \n", ["50%"]),
        ("ab\b\bc\n", ["cb"]),
        ("\b\bx\n", ["x"]),
        ("tab\tbell\a kept \n", ["tab\tbell\a kept "]),
        ("one\ntwo\x1b[A\rONE\n\ntail", ["ONE", "two", "tail"]),
        ("one\ntwo\n\x1b[2F\x1b[KONE\x1b[E\x1b[2KTWO\n", ["ONE", "TWO"]),
        ("one\ntwo\x1b[99A\x1b[99D1\x1b[99Bx", ["1ne", "txo"]),
        ("abcdef\x1b[3D\x1b[K\n", ["abc"]),
        ("abcdef\x1b[3D\x1b[1K\n", ["    ef"]),
        ("abcdef\x1b[2K\n", [""]),
        ("abcdef\x1b[3G_\n", ["ab_def"]),
        ("a\x1b[2Cb\n", ["a  b"]),
        ("keep\na\nb\nc\x1b[2A\r\x1b[J", ["keep", "", ""]),
        ("\x1b[?25lhidden\x1b[?25h\n", ["hidden"]),
        ("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", ["textlink"]),
        ("\x1b7\x1b(B\x1b=\x1b>\x1b8text\n", ["text"]),
        ("\x1b[>0;1ca\x1b[6nb\x1b[1 qc\n", ["abc"]),
        ("before\n\x1b[?1049hfull screen\nprogram\x1b[?1049lafter\n", ["before", "after"]),
        ("\x1b[31mred\x1b[0m plain\n", ["\x1b[31mred\x1b[0m plain"]),
        ("\x1b[1;31mred\nstill\x1b[m\n", ["\x1b[1;31mred\x1b[0m", "\x1b[1;31mstill\x1b[0m"]),
        ("\x1b[32mgreen\x1b[0m\rG\n", ["G\x1b[32mreen\x1b[0m"]),
        ("\x1b[32m\x1b[0m\x1b[1m\x1b[0mx\n", ["x"]),
        ("\x1b\n", [""]),
        ("\x1b[31\nx\n", ["[31", "x"]),
        ("\x1b[99999999999999999999Cx\n", [" " * 4096 + "x"]),
        ("log\n\x1b[2J\x1b[Hpage 1\n\x1b[2J\x1b[Hpage 2\n", ["log", "page 2"]),
        ("log\n\x1b[H\x1b[Jone\ntwo\n\x1b[HONE\n", ["log", "ONE", "two"]),
        ("log\n\x1b[3;2Hx\n\x1b[1;1Hy", ["log", "y", "", " x"]),
        ("\x1b[999;999H\x1b[6nx\n", [" " * 998 + "x"]),
        ("日本語\r日\n", ["日本語"]),
    ],
)
def test_text_becomes_lines(text: str, expected: list[str | None]) -> None:
    """Each control sequence does to the lines what a terminal would do."""
    assert lines(text) == expected


def test_sequences_may_be_split_anywhere() -> None:
    """Text that comes character by character gives the same lines as in one piece."""
    text = "one\n\x1b[1;31mred\x1b[0m\r\x1b[38;5;9mR\x1b]0;title\x1b\\\x1b[?25l\ntwo\x1b[A\x1b[2Kx\r\n\n日本\r\n"
    assert folded(Terminal(), list(text), tick_every=1000) == lines(text)


def test_unfinished_sequence_does_not_hide_text() -> None:
    """What looks like the beginning of an endless title is text after some thousand characters."""
    assert lines("\x1b]0;" + "x" * 5000 + "\n") == ["]0;" + "x" * 5000]


def test_unfinished_sequence_at_the_end_is_dropped() -> None:
    """The last escape character goes, its text stays."""
    assert lines("end\x1b[3") == ["end[3"]


def test_complete_line_is_given_at_once() -> None:
    """A line comes with the text that ends it, and only once."""
    terminal = Terminal()
    assert terminal.feed("one\ntw") == [(0, ["one"])]
    assert terminal.feed("o\nthree\nfour") == [(1, ["two", "three"])]
    assert terminal.changed() == [(3, ["four"])]
    assert terminal.changed() == []
    assert terminal.feed("\n") == []
    assert terminal.changed(final=True) == []


def test_redrawn_line_waits_for_the_tick() -> None:
    """However often a bar is redrawn, a tick gives its newest form only."""
    terminal = Terminal()
    for percent in range(100):
        assert terminal.feed(f"\r{percent}%") == []
    assert terminal.changed() == [(0, ["99%"])]
    assert terminal.feed("\r100%\n") == [(0, ["100%"])]


def test_finished_line_that_is_redrawn_comes_again() -> None:
    """A bar above the lowest one is given again when it was redrawn."""
    terminal = Terminal()
    assert terminal.feed("outer 0%\ninner 0%") == [(0, ["outer 0%"])]
    assert terminal.changed() == [(1, ["inner 0%"])]
    assert terminal.feed("\x1b[A\router 50%\n\rinner 9%") == []
    assert terminal.changed() == [(0, ["outer 50%", "inner 9%"])]


def test_lines_that_scrolled_far_are_final() -> None:
    """A cursor that goes up further than the screen is high stays on the screen."""
    terminal = Terminal()
    found = folded(terminal, ["".join(f"{number}\n" for number in range(1000)), "\x1b[5000A", "\rredrawn"])
    assert found.count("redrawn") == 1
    assert found[: 1000 - 2 * SCREEN] == [str(number) for number in range(1000 - 2 * SCREEN)]


def test_redrawn_line_is_given_before_it_scrolls_away() -> None:
    """The final form of a line comes even if no tick came between."""
    terminal = Terminal()
    blocks = terminal.feed("bar 0%\nnext")
    blocks += terminal.feed("\x1b[A\rbar 100%\n" + "x\n" * 1000)
    assert (0, ["bar 0%"]) in blocks
    assert any(first == 0 and given[0] == "bar 100%" for first, given in blocks)


def test_memory_does_not_grow_with_the_output() -> None:
    """Only the lowest lines are kept, and of long ones only the last."""
    terminal = Terminal()
    for number in range(5000):
        terminal.feed(f"line {number}\n\x1b[A\x1b[B")
    assert len(terminal._rows) <= 2 * SCREEN
    assert len(terminal._changed) <= 2 * SCREEN
    for _ in range(10):
        terminal.feed("x" * 100_000 + "\n")
    assert len(terminal._rows) == 1


def test_endless_line_is_cut() -> None:
    """A line that never ends becomes several, and loses nothing."""
    found = lines(*["." * 100_000] * 25)
    assert [len(line or "") for line in found] == [MAX_LINE, MAX_LINE, 2_500_000 - 2 * MAX_LINE]


def test_long_unfinished_line_comes_when_it_doubled() -> None:
    """Ticks do not write a growing line again and again."""
    terminal = Terminal()
    given = 0
    for _ in range(1000):
        terminal.feed("." * 100)
        given += len(terminal.changed())
    assert given <= 41 + 5  # 41 up to 4096 characters, then 8192, 16384, …
    assert terminal.changed(final=True) == [(0, ["." * 100_000])]


def test_nested_tqdm_leaves_one_line_a_bar() -> None:
    """Of real nested bars the final form of each that is left stays, among what was printed."""
    screen = Screen()
    for outer in tqdm.trange(3, desc="outer", file=screen, ncols=60, mininterval=0):
        for inner in tqdm.trange(5, desc="inner", file=screen, ncols=60, mininterval=0, leave=False):
            if (outer, inner) == (1, 2):
                tqdm.tqdm.write("a message", file=screen)
    assert len(screen.texts) > 20
    for tick_every in (1, 7, 10_000):
        found = [line for line in folded(Terminal(), screen.texts, tick_every=tick_every) if line]
        assert found[0] == "a message"
        assert re.fullmatch(r"outer: 100%\|#+\| 3/3 \[.*\]", found[1] or "")
        assert len(found) == 2


def test_rich_progress_leaves_one_line_a_bar() -> None:
    """Of a real display of rich with messages above it, messages and the final bars stay, in colour."""
    screen = Screen()
    console = Console(file=screen, force_terminal=True, width=70, color_system="standard", legacy_windows=False)
    with Progress(console=console, auto_refresh=False) as progress:
        tasks = [progress.add_task("one", total=10), progress.add_task("two", total=20)]
        for number in range(20):
            progress.update(tasks[0], advance=0.5)
            progress.update(tasks[1], advance=1)
            progress.refresh()
            if number % 10 == 5:
                console.print(f"message {number}", style="red", highlight=False)
    console.print("after", highlight=False)
    for tick_every in (1, 5, 10_000):
        found = folded(Terminal(), screen.texts, tick_every=tick_every)
        assert found[:2] == ["\x1b[31mmessage 5\x1b[0m", "\x1b[31mmessage 15\x1b[0m"]
        assert [line[:4] if line else line for line in found[2:]] == ["one ", "two ", "afte"]
        assert all("100%" in (line or "") for line in found[2:4])


@given(st.text(st.sampled_from("ab\n\r\b\x1b[;0123456789ABCDEFGHJKmhl?]\x07\\ "), max_size=200), st.integers(1, 40))
def test_any_text_gives_lines(text: str, size: int) -> None:
    """No sequence of characters makes the terminal fail, and lines have no holes."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert None not in folded(Terminal(), pieces, tick_every=3)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\b\x1b", exclude_categories=["Cs"])), max_size=20))
def test_plain_lines_are_kept_as_they_are(texts: list[str]) -> None:
    """Text without control sequences is not changed in any way."""
    assert lines(*[f"{text}\n" for text in texts]) == texts
