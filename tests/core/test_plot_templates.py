"""Specifications with places for columns and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trailmark.errors import MediaError
from trailmark.plot.templates import fill, places, read_template

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {"x": "it's.a"}
STRINGS = {"title": "A ${field:x} title"}


@pytest.mark.parametrize(
    ("key", "text", "filled"),
    [
        ("field", "${field:x}", r"it\'s\.a"),
        ("groupby", "${field:x}", r"it\'s\.a"),
        ("title", "${field:x}", "it's.a"),
        ("title", "By ${field:x}", "By it's.a"),
        ("calculate", "datum.${field:x} > 0", r"datum['it\'s.a'] > 0"),
        ("calculate", "datum['${field:x}'] > 0", r"datum['it\'s.a'] > 0"),
        ("text", "${string:title}", "A ${field:x} title"),
        ("mark", "bar", "bar"),
    ],
)
def test_places_are_filled(key: str, text: str, filled: str) -> None:
    """A name is written as its place asks for: as a field, in an expression or for people; a text as it is."""
    assert fill({"a": [{key: text}]}, COLUMNS, STRINGS) == {"a": [{key: filled}]}


def test_places_in_keys() -> None:
    """Inline values may have a column's name as their key."""
    assert fill({"${field:x}": 1}, COLUMNS, {}) == {"it's.a": 1}


def test_names_of_places() -> None:
    """Each name is told once, in the order in which they come."""
    template = {"${field:b}": ["${field:a} ${field:b}", {"c": "${string:t}"}], "d": 5}
    assert places(template, "field") == ["b", "a"]
    assert places(template, "string") == ["t"]


def test_template_is_not_changed() -> None:
    """A template can be used again."""
    template: dict[str, Any] = {"encoding": {"x": {"field": "${field:x}"}}}
    fill(template, COLUMNS, {})
    assert template == {"encoding": {"x": {"field": "${field:x}"}}}


def test_read(tmp_path: Path) -> None:
    """A template comes from a dict, from JSON or from a file; any other text is a name."""
    (tmp_path / "a.json").write_text('{"mark": "bar"}')
    for source in ({"mark": "bar"}, ' {"mark": "bar"}', tmp_path / "a.json", str(tmp_path / "a.json")):
        assert read_template(source) == {"mark": "bar"}
    assert read_template("line") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[1]", "a JSON object"), (b"{", "no JSON"), (b"\xff", "cannot be read"), (b" " * 2_000_000, "more")],
)
def test_files_that_are_none(content: bytes, words: str, tmp_path: Path) -> None:
    """A file that holds something else is named."""
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(MediaError, match=words):
        read_template(tmp_path / "a.json")
