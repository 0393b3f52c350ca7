"""Taps on stream objects."""
# ruff: noqa: T201 (printing is what is tested)

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

from trailmark.capture import tap

if TYPE_CHECKING:
    from collections.abc import Callable

    Take = Callable[[], io.StringIO]


class Rigid:
    """A stream whose `write` cannot be replaced."""

    __slots__ = ("texts",)

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        """Keep the text."""
        self.texts.append(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing."""

    def __iter__(self) -> Any:
        return iter(self.texts)


class Wrapper:
    """A stream that hands attributes on to another, also when they are set."""

    def __init__(self, wrapped: Any) -> None:
        object.__setattr__(self, "wrapped", wrapped)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "wrapped"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "wrapped"), name, value)


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch) -> Take:
    """Return what gives `sys.stdout` to the test; a fixture cannot do it itself, as pytest sets it for each phase."""

    def take() -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return take


def listen(heard: list[str]) -> Any:
    """Begin to collect what is written to `sys.stdout`; return what ends it."""
    listening = tap.listen("stdout", heard.append)
    assert listening is not None
    return listening.end


def test_text_reaches_the_stream_and_the_listener(take: Take) -> None:
    """Both get what is printed, and `write` returns what the stream returned."""
    stream = take()
    heard: list[str] = []
    listen(heard)
    assert sys.stdout.write("four") == 4
    print(1, "x", end="!")
    sys.stdout.writelines(["a", "b"])
    assert stream.getvalue() == "".join(heard) == "four1 x!ab"


def test_object_that_was_held_before_is_heard(take: Take) -> None:
    """Handlers that took the stream before it was tapped write through the tap."""
    stream = take()
    heard: list[str] = []
    leave = listen(heard)
    stream.write("through the object")
    assert heard == ["through the object"]
    leave()
    stream.write("unheard")
    assert heard == ["through the object"]


def test_stream_is_left_as_it_was_found(take: Take) -> None:
    """After the last listener has gone, the object has no attribute that it did not have."""
    stream = take()
    before = dict(vars(stream))
    leave = listen([])
    assert vars(stream) != before
    leave()
    assert vars(stream) == before
    assert sys.stdout is stream


def test_write_that_was_set_before_comes_back(take: Take) -> None:
    """A `write` that the program itself had put on the object is there again."""
    stream = take()
    own = stream.write
    stream.write = own  # type: ignore[method-assign]
    leave = listen([])
    leave()
    assert vars(stream) == {"write": own}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_listeners_leave_in_any_order(take: Take, order: tuple[int, int]) -> None:
    """Each hears all from its start to its end, the stream gets it once, and is restored by the last."""
    stream = take()
    heard: list[list[str]] = [[], []]
    leaves = []
    for number in (0, 1):
        leaves.append(listen(heard[number]))
        stream.write(f"{number}")
    leaves[order[0]]()
    stream.write("2")
    leaves[order[1]]()
    stream.write("3")
    expected = [["0", "1"], ["1"]]
    expected[order[1]].append("2")
    assert heard == expected
    assert stream.getvalue() == "0123"
    assert "write" not in vars(stream)


def test_later_patch_stays(take: Take) -> None:
    """Whoever replaced `write` after us keeps theirs, and our part of the chain no longer listens."""
    stream = take()
    heard: list[str] = []
    leave = listen(heard)
    ours = stream.write

    def theirs(text: str) -> int:
        return ours(text.upper())

    stream.write = theirs  # type: ignore[method-assign]
    stream.write("a")
    leave()
    stream.write("b")
    assert stream.write is theirs
    assert heard == ["A"]
    assert stream.getvalue() == "AB"


def test_tap_left_below_a_patch_is_used_again(take: Take) -> None:
    """When the other patch goes and a listener comes, there is still one tap, and it goes with the listener."""
    stream = take()
    leave = listen([])
    ours = stream.write
    stream.write = ours.__call__  # type: ignore[method-assign, operator]
    leave()
    stream.write = ours  # type: ignore[method-assign]
    heard: list[str] = []
    again = listen(heard)
    assert stream.write is ours
    stream.write("x")
    again()
    assert heard == ["x"]
    assert "write" not in vars(stream)


def test_tap_is_renewed_when_the_stream_was_reset(take: Take) -> None:
    """A tap that somebody has dropped by putting an older `write` back is there again, and only once."""
    stream = take()
    found = stream.write
    heard: list[str] = []
    listening = tap.listen("stdout", heard.append)
    assert listening is not None
    stream.write("1")
    stream.write = found  # type: ignore[method-assign]
    stream.write("unheard")
    listening.renew()
    stream.write("2")
    listening.renew()
    stream.write("3")
    ours = stream.write
    stream.write = lambda text: ours(f"{text}!" if text else "")  # type: ignore[method-assign]
    listening.renew()
    stream.write("4")
    stream.write = ours  # type: ignore[method-assign]
    listening.end()
    assert [text for text in heard if text] == ["1", "2", "3", "4!"]
    assert stream.getvalue() == "1unheard234!"
    assert vars(stream) == {"write": found}


def test_rigid_object_gets_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that refuses attributes is replaced in `sys` while somebody listens."""
    rigid = Rigid()
    monkeypatch.setattr(sys, "stdout", rigid)
    heard: list[str] = []
    leave = listen(heard)
    second: list[str] = []
    leave_second = listen(second)
    print("text", flush=True)
    sys.stdout.writelines(["more"])
    assert list(sys.stdout) == heard == second == ["text", "\n", "more"]
    leave()
    leave_second()
    assert sys.stdout is rigid


def test_stand_in_of_another_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """If `sys.stdout` was replaced in the meantime, it is left alone."""
    monkeypatch.setattr(sys, "stdout", Rigid())
    heard: list[str] = []
    leave = listen(heard)
    other = io.StringIO()
    monkeypatch.setattr(sys, "stdout", other)
    leave()
    print("text")
    assert sys.stdout is other
    assert heard == []


def test_wrapper_that_hands_attributes_on(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream whose attributes are another object's is heard, and writes as before in the end."""
    stream = take()
    monkeypatch.setattr(sys, "stdout", Wrapper(stream))
    heard: list[str] = []
    leave = listen(heard)
    sys.stdout.write("x")
    leave()
    sys.stdout.write("y")
    assert heard == ["x"]
    assert stream.getvalue() == "xy"


def test_errors_of_the_stream_are_the_program_s(take: Take) -> None:
    """What `write` raises reaches the caller as it would have."""
    stream = take()
    listen([])
    stream.close()
    with pytest.raises(ValueError, match="closed file"):
        print("x")
    with pytest.raises(ValueError, match="closed file"):
        stream.write("x")


def test_no_stream_no_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without a console has nothing to listen to."""
    monkeypatch.setattr(sys, "stderr", None)
    assert tap.listen("stderr", print) is None
