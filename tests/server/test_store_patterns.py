"""Regular expressions of strangers: the same answers as `re`, and an end in any case."""

from __future__ import annotations

import threading
import time

import pytest

from trailmark.api.filters import compile_query
from trailmark.errors import UsageError
from trailmark.journal.runstate import RunState
from trailmark.server.store.needs import NOWHERE
from trailmark.server.store.patterns import Clock, Pattern, with_patterns

HOSTILE = [
    (r"(a|aa)+$", "a" * 80 + "b"),
    (r"(?:(?:a{1,100}){1,100}){1,100}b", "a" * 3000),
    (r"(\w+\s?)+$", "word " * 400 + "!"),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE)
def test_a_hostile_expression_comes_to_an_end(pattern: str, text: str) -> None:
    """One that would match for years is given up, in words."""
    with pytest.raises(UsageError, match="takes too long"):
        Pattern(pattern, "i", Clock(0.1)).search(text)


def test_other_threads_go_on_meanwhile() -> None:
    """The server answers others while an expression is tried."""

    def match() -> None:
        with pytest.raises(UsageError):
            Pattern(*HOSTILE[0][:1], "", Clock(1.0)).search(HOSTILE[0][1])

    thread = threading.Thread(target=match)
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0.001)
        turns += 1
    assert turns > 10


def test_all_matches_of_a_request_share_one_time() -> None:
    """A thousand texts do not get a thousand times the limit."""
    clock = Clock(0.05)
    pattern = Pattern(HOSTILE[0][0], "", clock)
    with pytest.raises(UsageError):
        pattern.search(HOSTILE[0][1])
    with pytest.raises(UsageError):
        Pattern("b", "", clock).search("abc")


@pytest.mark.parametrize("text", ["(", "[z-a]", "*a", "a" * 1001, "(" * 900 + ")" * 900, 5, None])
def test_what_is_no_expression_is_refused(text: object) -> None:
    """Wrong, too long, too deep, or no text."""
    with pytest.raises(UsageError):
        Pattern(text)


def test_expressions_of_python_are_understood() -> None:
    """Looking ahead, and letters of either case, work as in `re`."""
    assert Pattern("^(?!debug)", "i").search("train")
    assert not Pattern("^(?!debug)", "i").search("DEBUG-1")


def test_filters_are_given_patterns_wherever_they_ask_for_them() -> None:
    """Deep inside a filter too, so that none is matched by `re`."""
    query = {"$or": [{"name": {"$not": {"$regex": "^A", "$options": "i"}}}, {"tags": {"$elemMatch": {"$regex": "x"}}}]}
    matches = compile_query(with_patterns(query, Clock(0.0)))
    with pytest.raises(UsageError, match="takes too long"):
        matches(RunState(id="r", project="p", path=NOWHERE, state="finished", name="abc", tags=["x"]))
