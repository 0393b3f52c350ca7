"""`Html`: pages that come back as they went in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from media_support import store
from trailmark.errors import MediaError
from trailmark.media.html import INJECTED, Html

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "<!DOCTYPE html>\r\n<html><head><title>é</title></head><body>x</body></html>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>x</p>", "@<p>x</p>"),
        ("", "@"),
        ("<html><head><title>x</title>", "<html><head>@<title>x</title>"),
        ("<HEAD class='a'>x", "<HEAD class='a'>@x"),
        ("<html lang=en><body>x", "<html lang=en><head>@</head><body>x"),
        ("\n<!doctype html><p>x", "\n<!doctype html><head>@</head><p>x"),
        ("<header>x</header>", "@<header>x</header>"),
        ("<!-- <head> --><p>x", "@<!-- <head> --><p>x"),
    ],
)
def test_styles_go_into_the_head(tmp_path: Path, text: str, expected: str) -> None:
    """What is put in stands where a browser looks for it, and comes back with the text."""
    html = Html(text, data_is_not_path=True)
    assert html.html == expected.replace("@", INJECTED)
    assert store(html, tmp_path)[1].html == html.html


def test_text_is_exact_without_styles(tmp_path: Path) -> None:
    """Without `inject` the file has the text's bytes, line ends and all."""
    record, found = store(Html(PAGE, inject=False, caption="a"), tmp_path)
    assert found.path.read_bytes() == PAGE.encode()
    assert found.html == PAGE
    assert found.caption == "a"
    assert record["path"].endswith(".html")
    assert found == Html(PAGE, inject=False, caption="a")
    assert found != Html(PAGE, caption="a")
    assert found != PAGE


def test_files_are_read(tmp_path: Path) -> None:
    """A path as text or as an object, and open files, give their content."""
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.encode())
    with path.open("rb") as opened:
        for given in (path, str(path), opened, io.StringIO(PAGE)):
            assert Html(given, inject=False).html == PAGE


def test_text_may_look_like_a_path(tmp_path: Path) -> None:
    """Text with the name of a file is text, if that is said."""
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    assert Html(str(path), False, True).html == str(path)
    assert Html("plain words", inject=False).html == "plain words"
    assert Html("a\0b", inject=False).html == "a\0b"
    assert Html("x" * 5000, inject=False).html == "x" * 5000


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("missing.html", "not there"),
        (3, "got int"),
        (io.BytesIO(b"\xff"), "is not: .*convert it"),
        ("\ud800", "UTF-8 can hold"),
    ],
)
def test_bad_input_is_an_error(given: Any, message: str) -> None:
    """What is no text is named where the object is made."""
    with pytest.raises(MediaError, match=message):
        Html(given)


def test_folder_is_an_error(tmp_path: Path) -> None:
    """A folder is no page."""
    with pytest.raises(MediaError, match="folder"):
        Html(tmp_path)


def test_read_page_is_logged_again(tmp_path: Path) -> None:
    """What was read back can be stored elsewhere."""
    first = store(Html(PAGE), tmp_path)[1]
    assert repr(first) == f"Html({first.path})"
    assert store(first, tmp_path / "other")[1] == first
    assert repr(first) == f"Html({len(first.html)} characters)"


def test_notebooks_show_it_in_a_sandbox() -> None:
    """A page in a notebook cannot reach the notebook."""
    shown = Html('<p title="x">', inject=False)._repr_html_()
    assert "allow-same-origin" not in shown
    assert 'sandbox="allow-scripts"' in shown
    assert "&lt;p title=&quot;x&quot;&gt;" in shown
