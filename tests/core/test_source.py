"""What callers make media of: files, arrays, captions; and what readers take out of records."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from trailmark.errors import MediaError
from trailmark.media.source import (
    Source,
    array_of,
    caption_text,
    data_uri,
    from_file,
    from_path,
    optional,
    plain_array,
    read_json,
    stored_file,
    with_caption,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("txt", "pts.json")


def test_format_is_the_ending(tmp_path: Path) -> None:
    """The ending tells the format, in capitals too and with a dot in it."""
    for name, format_ in (("A.TXT", "txt"), ("b.pts.json", "pts.json")):
        (tmp_path / name).write_bytes(b"x")
        assert from_path(tmp_path / name, "Thing", FORMATS) == Source(format_, tmp_path / name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "it is not there"),
        ("folder", "it is a folder"),
        ("empty.txt", "the file is empty"),
        ("pipe.txt", "it is no regular file"),
        ("other.doc", "give one of txt, pts.json"),
        ("a\0.txt", "cannot be made of"),
        ("a" * 300 + ".txt", "cannot be made of"),
    ],
)
def test_bad_path_is_named(tmp_path: Path, name: str, message: str) -> None:
    """A path that no file can be read from is an error that names it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.txt").touch()
    (tmp_path / "other.doc").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(MediaError, match=message) as raised:
        from_path(tmp_path / name, "Thing", FORMATS)
    assert repr(name)[1:-1] in str(raised.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """A file without permission to read it is refused."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(MediaError, match="Permission"):
        from_path(path, "Thing", FORMATS)


def test_open_file_is_read_from_its_start(tmp_path: Path) -> None:
    """What was just written to a file is all of it, bytes or text."""
    file = io.BytesIO()
    file.write(b"abc")
    assert from_file(file, "Thing", FORMATS, "txt").read() == b"abc"
    assert from_file(io.StringIO("é"), "Thing", FORMATS, "txt").read() == "é".encode()
    (tmp_path / "a.txt").write_text("text")
    with (tmp_path / "a.txt").open() as opened:
        assert from_file(opened, "Thing", FORMATS) == Source("txt", data=b"text")


def test_pipe_is_read_as_it_is() -> None:
    """A file that cannot be rewound gives what is left of it."""
    reading, writing = os.pipe()
    os.write(writing, b"abc")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert from_file(pipe, "Thing", FORMATS, "txt").read() == b"abc"


class Numbers:
    """A file that holds no text."""

    name = "a.txt"

    def read(self) -> int:
        """Return a number."""
        return 3


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (io.BytesIO(b"x"), "pass file_type="),
        (Numbers(), "read int"),
    ],
)
def test_bad_open_file_is_an_error(file: Any, message: str) -> None:
    """An open file must tell its format and hold bytes or text."""
    with pytest.raises(MediaError, match=message):
        from_file(file, "Thing", FORMATS)


def test_closed_and_empty_files_are_errors() -> None:
    """Nothing can be made of nothing."""
    closed = io.BytesIO(b"x")
    closed.close()
    with pytest.raises(MediaError, match="closed"):
        from_file(closed, "Thing", FORMATS, "txt")
    with pytest.raises(MediaError, match="empty"):
        from_file(io.BytesIO(), "Thing", FORMATS, "txt")


def test_vanished_file_is_an_error(tmp_path: Path) -> None:
    """A file that was deleted since it was given is no surprise of another type."""
    (tmp_path / "a.txt").write_bytes(b"x")
    source = from_path(tmp_path / "a.txt", "Thing", FORMATS)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(MediaError, match=r"a\.txt cannot be read"):
        source.read()
    with pytest.raises(MediaError, match=r"a\.txt cannot be read"):
        source.starts_with(b"x")


@pytest.mark.parametrize("given", [[1, 2], (1.5, 2), np.ma.MaskedArray([1, 2])])
def test_numbers_are_an_array(given: Any) -> None:
    """Lists, and masked arrays of which nothing is masked, are arrays."""
    array = plain_array(given, "Thing")
    assert type(array) is np.ndarray
    assert array.tolist() == list(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "NoneType"),
        ([[1], [1, 2]], "equal length"),
        (["a"], "real numbers"),
        ([1j], "real numbers"),
        (np.ma.MaskedArray([1, 2], mask=[True, False]), "masked"),
        (np.array([object()]), "real numbers"),
    ],
)
def test_other_values_are_no_arrays(given: Any, message: str) -> None:
    """What holds no real numbers is an error that says what it is."""
    with pytest.raises(MediaError, match=message):
        plain_array(given, "Thing")


def test_caption_is_text() -> None:
    """Labels are often numbers."""
    assert [caption_text(3), caption_text("a"), caption_text(None)] == ["3", "a", None]


def test_caption_is_escaped() -> None:
    """A caption is text, not HTML."""
    assert with_caption("<b>", "<i>") == "<b><div>&lt;i&gt;</div>"
    assert data_uri(b"abc", "a/b") == "data:a/b;base64,YWJj"


def test_damaged_record_is_an_error() -> None:
    """A record whose fields have other types is told apart from one without them."""
    assert optional({}, "width", int) is None
    assert optional({"width": 3}, "width", int) == 3
    for wrong in ("3", True, [3]):
        with pytest.raises(MediaError, match="damaged"):
            optional({"width": wrong}, "width", int)
    with pytest.raises(MediaError, match="must be a path"):
        stored_file({"_type": "thing", "path": 3}, None)  # type: ignore[arg-type]


def test_arrays_that_their_library_cannot_give_are_told_of() -> None:
    """An error of another library, as of a tensor without data, becomes a MediaError."""

    class Meta:
        def __array__(self, dtype: object = None, copy: object = None) -> object:
            raise NotImplementedError("no data!")

    with pytest.raises(MediaError, match="Image: the Meta cannot be read as an array: no data!"):
        array_of(Meta(), "Image")


def test_json_that_is_none_is_told_of(tmp_path: Path) -> None:
    """Half a file, one nested without end, and one that is not there are MediaErrors."""
    path = tmp_path / "a.json"
    path.write_text("[1, 2]")
    assert read_json(path, "numbers") == [1, 2]
    for text in ("[1, ", "[" * 100_000, ""):
        path.write_text(text)
        with pytest.raises(MediaError, match="cannot be read as numbers"):
            read_json(path, "numbers")
    path.unlink()
    with pytest.raises(MediaError, match="cannot be read"):
        read_json(path, "numbers")


def test_captions_can_be_written() -> None:
    """Half of a surrogate pair, which UTF-8 cannot hold, is written out; numbers become text."""
    assert [caption_text(caption) for caption in (None, 5, "\ud800é")] == [None, "5", "\\ud800é"]
