"""Tests of finding the files of a folder: all of them, and none from outside."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from artifacts_support import write
from trailmark.artifacts.scan import scan
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from pathlib import Path


def test_all_files_are_found(tmp_path: Path) -> None:
    """Hidden files and files of folders in folders are found; empty folders are not."""
    for name in ("a", "b/c", "b/d/.e", ".f/g"):
        write(tmp_path / name)
    (tmp_path / "empty").mkdir()
    found = scan(str(tmp_path))
    assert sorted(found.names) == [".f/g", "a", "b/c", "b/d/.e"]
    assert [os.path.relpath(path, tmp_path) for path in found.paths] == found.names
    assert {stamp[2] for stamp in found.stamps} == {4}


def test_links_inside_are_followed(tmp_path: Path) -> None:
    """Links to files and folders that lie in the folder are those files."""
    write(tmp_path / "base/real/a")
    (tmp_path / "base/file").symlink_to("real/a")
    (tmp_path / "base/folder").symlink_to(tmp_path / "base/real")
    (tmp_path / "link").symlink_to("base")
    for place in ("base", "link"):
        assert sorted(scan(str(tmp_path / place)).names) == ["file", "folder/a", "real/a"]


def test_links_leading_out_are_refused(tmp_path: Path) -> None:
    """A link out of the folder is an error that names it and where it leads, also next to a folder of similar name."""
    write(tmp_path / "base2/secret")
    (tmp_path / "base").mkdir()
    link = tmp_path / "base/link"
    for target in ("../base2/secret", tmp_path / "base2", "/etc"):
        link.symlink_to(target)
        with pytest.raises(ArtifactError, match="leads out") as raised:
            scan(str(tmp_path / "base"))
        assert str(link) in str(raised.value)
        assert os.path.realpath(link) in str(raised.value)
        link.unlink()


@pytest.mark.parametrize("target", ["nowhere", "link"])
def test_broken_links_are_refused(tmp_path: Path, target: str) -> None:
    """A link to nothing, or to itself, is an error that names it."""
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(ArtifactError, match=f"link .*link is broken: it leads to {target}"):
        scan(str(tmp_path))


def test_circles_are_refused(tmp_path: Path) -> None:
    """Links that lead in a circle are an error, not an endless search."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/up").symlink_to("..")
    with pytest.raises(ArtifactError, match="leads back"):
        scan(str(tmp_path))
    (tmp_path / "a/up").unlink()
    (tmp_path / "a/b").symlink_to("../b")
    (tmp_path / "b/a").symlink_to("../a")
    with pytest.raises(ArtifactError, match="leads back"):
        scan(str(tmp_path))


def test_other_kinds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe or a socket is an error that says what it is."""
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    os.mkfifo("pipe")
    with pytest.raises(ArtifactError, match=r"pipe is a named pipe"):
        scan(str(tmp_path))
    (tmp_path / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind("plug")
        with pytest.raises(ArtifactError, match="plug is a socket"):
            scan(str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A file or folder without permission is an error that names it, before anything is read."""
    write(tmp_path / "sub/a").chmod(0)
    with pytest.raises(ArtifactError, match=r"sub/a cannot be read: permission denied"):
        scan(str(tmp_path))
    (tmp_path / "sub").chmod(0)
    with pytest.raises(ArtifactError, match="sub cannot be read"):
        scan(str(tmp_path))
    (tmp_path / "sub").chmod(0o700)


def test_the_root_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where runs are kept is no part of a folder that holds it, which is told."""
    write(tmp_path / "a")
    write(tmp_path / "runs/p/journal")
    assert scan(str(tmp_path), str(tmp_path / "runs")).names == ["a"]
    assert "is left out" in capsys.readouterr().err
    assert scan(str(tmp_path / "runs"), str(tmp_path / "runs")).names == ["p/journal"]
