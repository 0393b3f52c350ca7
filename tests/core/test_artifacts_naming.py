"""Tests of the names of artifacts, their files and versions."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from trailmark.artifacts import naming
from trailmark.errors import ArtifactError


@pytest.mark.parametrize("name", ["x", "run_1-model.v2", "A" * 128, "0", "consul", "_x"])
def test_good_names(name: str) -> None:
    """A name of letters, digits, -, _ and . is taken as it is."""
    assert naming.check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "a/b", "..", ".hidden", "a b", "a\0b", "a:b", "ü", "A" * 129, "con", "NUL.txt", "a\n", "a\\b", None, 3],
)
def test_bad_names_are_named(name: str) -> None:
    """A name that could not be a folder everywhere is refused, and shown."""
    with pytest.raises(ArtifactError) as raised:
        naming.check_name(name)
    assert repr(name)[:20] in str(raised.value)


@pytest.mark.parametrize("path", ["a", "a/b.txt", "a b/ü.txt", ".hidden", "aux.txt", "a" * 255, PurePosixPath("x/y")])
def test_good_paths(path: str) -> None:
    """A path inside of the artifact is taken, in any script."""
    assert naming.check_entry(path) == str(path)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../a", "'..'"),
        ("a/../../b", "'..'"),
        ("./a", "'.'"),
        ("/etc/passwd", "absolute"),
        ("C:/a", "absolute"),
        ("a//b", "empty part"),
        ("a/", "empty part"),
        ("", "empty"),
        ("a\0b", "x00"),
        ("a\\..\\b", "holds"),
        ("a\nb", "holds"),
        ("a\udcff", "holds"),
        ("x" * 300, "300 bytes"),
        ("/".join(["x" * 200] * 6), "bytes"),
        ("a/NUL", "device"),
        ("con/a", "device"),
        (b"a", "str"),
    ],
)
def test_bad_paths_are_refused(path: str, why: str) -> None:
    """A path that leads out, or could not be a file everywhere, is refused with the reason, one by one and in bulk."""
    with pytest.raises(ArtifactError, match="name of a file in an artifact") as raised:
        naming.check_entry(path)
    assert why in str(raised.value)
    if isinstance(path, str):
        with pytest.raises(ArtifactError):
            naming.check_entries(["fine", path, "fine/too"])


def test_many_good_paths() -> None:
    """Paths that look odd but are fine pass in bulk too."""
    naming.check_entries([])
    naming.check_entries(["a/b", "consul/x", "ü/nul.txt", "x" * 250])
    naming.check_entries([".a", "a./b", "..c", "con.txt", "x/lpt10", "12:30/a", "nul1", "A.B/C"])


@pytest.mark.parametrize("alias", ["best", "epoch_3", "v3.1", "a b", "production"])
def test_good_aliases(alias: str) -> None:
    """An alias is a word that no version can have as its name."""
    assert naming.check_alias(alias) == alias
    assert naming.check_tag(alias) == alias


@pytest.mark.parametrize("alias", ["", " ", "v3", "a/b", "a:b", "x" * 129, None, "a\0"])
def test_bad_aliases(alias: str) -> None:
    """An alias that could be taken for a version or a path is refused."""
    with pytest.raises(ArtifactError):
        naming.check_alias(alias)


@pytest.mark.parametrize("kind", ["", "a/b", "a:b", None, "x" * 200, "a\0"])
def test_bad_types(kind: str) -> None:
    """A type is a word."""
    with pytest.raises(ArtifactError, match="type"):
        naming.check_type(kind)


def test_addresses() -> None:
    """A version is named by [[entity/]project/]name[:alias]; without an alias the latest is meant."""
    assert naming.parse("x") == (None, "x", "latest")
    assert naming.parse("p/x:v3") == ("p", "x", "v3")
    assert naming.parse("me/p/x:best") == ("p", "x", "best")


@pytest.mark.parametrize("path", ["", "a/b/c/d", "x:", "/x", "p//x", ".blobs/x", None, "../x"])
def test_bad_addresses(path: str) -> None:
    """What names no version is refused."""
    with pytest.raises(ArtifactError):
        naming.parse(path)
