"""Ids and names: made up, and checked."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_support import PROPERTY
from trailmark import UsageError
from trailmark._run.names import check_name, new_id, new_name


def test_new_ids_are_names() -> None:
    """An id is eight letters and digits, and another one each time."""
    ids = {new_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch("[a-z0-9]{8}", found) and check_name("id", found) == found for found in ids)


def test_new_names_are_two_words_and_the_number() -> None:
    """The words come from lists without doubles."""
    names = {new_name(7) for _ in range(50)}
    assert len(names) > 10
    assert all(re.fullmatch("[a-z]+-[a-z]+-7", name) for name in names)


def test_the_random_state_is_left_alone() -> None:
    """A seed makes no two runs of one name, and naming draws no number from it."""
    random.seed(3)
    state = random.getstate()
    first = (new_id(), new_name(1))
    assert random.getstate() == state
    assert (new_id(), new_name(1)) != first


@pytest.mark.parametrize(
    "name", ["a", "run-1", "learning rate 0.1", "a.b", "naïve", "实验", "🚀", "~x", "-a", "a" * 128, "می\u200cرود"]
)
def test_good_names(name: str) -> None:
    """Letters of all scripts, spaces and dots inside, and up to 128 bytes are fine."""
    assert check_name("project", name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        (" a", "space"),
        ("a\n", "space"),
        (".", "dot"),
        ("..", "dot"),
        (".hidden", "dot"),
        ("a.", "dot"),
        ("a/b", "holds '/'"),
        ("a\\b", "holds"),
        ("a?b", r"holds '\?'"),
        ("a#b", "holds '#'"),
        ("a%b", "holds '%'"),
        ("a:b", "holds ':'"),
        ("a*b", r"holds '\*'"),
        ("a\x00b", "holds"),
        ("a\x85b", "holds"),
        ("a\u2028b", "holds"),
        ("a\udc80", "holds"),
        ("a" * 129, "takes 129 bytes, a project at most 128"),
        ("实" * 43, "takes 129 bytes"),
    ],
)
def test_bad_names(name: str, reason: str) -> None:
    """The error names the argument, the name, and what is wrong with it."""
    with pytest.raises(UsageError, match=f"^project=.*{reason}"):
        check_name("project", name)


@PROPERTY
@given(st.text(st.characters(exclude_categories=[])))
def test_a_name_that_passes_is_one_folder(name: str) -> None:
    """Whatever passes can be encoded, leads nowhere else, and fits a file system."""
    try:
        check_name("id", name)
    except UsageError:
        return
    assert "/" not in name
    assert "\x00" not in name
    assert name not in (".", "..")
    assert 0 < len(name.encode()) <= 255
