"""Tests of putting the files of a version into a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from artifacts_support import at_rest, contents, folder, log, write
from trailmark.artifacts.artifact import Artifact
from trailmark.errors import ArtifactError

FILES: dict[str, bytes | str] = {"a.txt": "a", "sub/b.txt": "b", "sub/same.txt": "a"}


@pytest.fixture
def version(tmp_path: Path) -> Artifact:
    """Return a version of three files, two of them equal."""
    return log(tmp_path / "root", files=FILES)


def test_download(version: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files are put below the folder, by default ./artifacts/<name>:v<N>; what is there besides stays."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "artifacts/x:v0/mine", "mine")
    place = version.download()
    assert Path(place).resolve() == tmp_path / "artifacts/x:v0"
    assert contents(Path(place)) == {**FILES, "mine": "mine"}
    assert not list(Path(place).rglob(".*"))
    assert contents(Path(version.download("part", path_prefix="sub/"))) == {"sub/b.txt": "b", "sub/same.txt": "a"}


def test_unchanged_files_stay(version: Artifact, tmp_path: Path) -> None:
    """A file that is there is not written again; one that was changed or deleted is; skip_cache writes all."""
    place = Path(version.download(tmp_path / "out"))
    before = {path: path.stat().st_ino for path in place.rglob("*.txt")}
    (place / "sub/b.txt").unlink()
    (place / "a.txt").unlink()
    write(place / "a.txt", "X")
    version.download(place)
    assert contents(place) == FILES
    assert (place / "sub/same.txt").stat().st_ino == before[place / "sub/same.txt"]
    os.utime(place / "a.txt", ns=(1, 1))
    version.download(place, skip_cache=True)
    assert (place / "a.txt").stat().st_mtime_ns > 1


@pytest.mark.parametrize("superuser", [True, False])
def test_a_download_cannot_damage_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, superuser: bool
) -> None:
    """What a user may write to is never the blob: files that are links may not be written to, others are copies."""
    monkeypatch.setattr(os, "geteuid", lambda: 0 if superuser else 1000)
    draft = Artifact("x", "dataset")
    draft.add_file(at_rest(tmp_path / "linked", "linked"))
    draft.add_file(write(tmp_path / "copied", "copied"))
    version = draft.commit(tmp_path / "root", "p")
    place = Path(version.download(tmp_path / "out"))
    for name in ("linked", "copied"):
        status = (place / name).stat()
        assert status.st_nlink == 1 or not status.st_mode & 0o222
        (place / name).unlink()
        write(place / name, "changed")
    version.verify()
    assert (tmp_path / "linked").read_text() == "linked"


def test_a_write_through_a_link_is_noticed(version: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forces a change of a read-only download that is linked learns of it at the next use, without a read."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    path = Path(version.download(tmp_path / "out")) / "sub/b.txt"
    if path.stat().st_nlink == 1:
        pytest.skip("this file system shares blocks")
    path.chmod(0o644)
    write(path, "X")
    with pytest.raises(ArtifactError, match=r"x:v0: sub/b.txt is damaged"):
        version.get_entry("sub/b.txt")
    with pytest.raises(ArtifactError, match="is damaged"):
        version.download(tmp_path / "again")


def test_links_below_the_root_are_not_followed(version: Artifact, tmp_path: Path) -> None:
    """A folder that is a link elsewhere is an error; a file that is one is replaced, not written through."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtifactError, match="remove the link"):
        version.download(tmp_path / "out")
    assert not list((tmp_path / "elsewhere").iterdir())
    (tmp_path / "out/sub").unlink()
    (tmp_path / "out/a.txt").symlink_to(write(tmp_path / "precious", "precious"))
    version.download(tmp_path / "out")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "out/a.txt").is_symlink()


def test_a_folder_in_the_way(version: Artifact, tmp_path: Path) -> None:
    """A folder where a file has to be, and the other way round, is an error that names it."""
    (tmp_path / "out/a.txt/x").mkdir(parents=True)
    with pytest.raises(ArtifactError, match=r"out/a\.txt has to be a file"):
        version.download(tmp_path / "out")
    write(tmp_path / "other/sub", "file")
    with pytest.raises(ArtifactError, match="other/sub has to be a folder"):
        version.download(tmp_path / "other")


def test_checkout_deletes_what_is_not_in_it(version: Artifact, tmp_path: Path) -> None:
    """A folder is made equal to the version; links are deleted, not what they lead to."""
    place = folder(tmp_path / "out", 2)
    write(place / "old/deep/x")
    write(place / "a.txt/x")
    (place / "link").symlink_to(folder(tmp_path / "elsewhere"))
    assert version.checkout(place) == str(place)
    assert contents(place) == FILES
    assert sorted(path.name for path in place.iterdir()) == ["a.txt", "sub"]
    assert len(list((tmp_path / "elsewhere").iterdir())) == 3


def test_checkout_refuses_dangerous_places(version: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that nobody wants emptied are refused; a git repository only without force."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "home/work")
    for place in ("/", "~", tmp_path, ".", "..", tmp_path / "root", tmp_path / "home/work/../../home"):
        path = Path(place).expanduser()
        with pytest.raises(ArtifactError, match="deletes what is not in the artifact"):
            version.checkout(path, force=True)
    write(tmp_path / "repo/.git/config")
    with pytest.raises(ArtifactError, match=r"git repository.*force=True"):
        version.checkout(tmp_path / "repo")
    version.checkout(tmp_path / "repo", force=True)
    assert contents(tmp_path / "repo") == FILES


def test_checkout_leaves_the_root_alone(version: Artifact, tmp_path: Path) -> None:
    """A folder of the root is refused, as runs and blobs are in it; the files of a run are its own affair."""
    root = tmp_path / "root"
    journal = write(root / "p/run/0.journal")
    for place in (root / "p", root / "p/run", root / "p/run/files", root / "p/run/files/media/x", root / ".blobs/00"):
        with pytest.raises(ArtifactError, match="lies where runs are"):
            version.checkout(place, force=True)
    assert journal.exists()
    version.checkout(root / "p/run/files/data")
    assert contents(root / "p/run/files/data") == FILES


def test_a_file_in_place_of_the_folder(version: Artifact, tmp_path: Path) -> None:
    """A root that is a file is an error that says so."""
    write(tmp_path / "file")
    for place in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(ArtifactError, match="has to be a folder, and there is a file"):
            version.download(place)


def test_verify_finds_a_flipped_byte(version: Artifact, tmp_path: Path) -> None:
    """Every byte of every file counts; the error names the file, what was expected and what was got."""
    version.verify()
    entry = version.get_entry("sub/b.txt")
    blob = Path(entry.local_path())
    status = blob.stat()
    blob.chmod(0o644)
    write(blob, "c")
    blob.chmod(0o444)
    os.utime(blob, ns=(status.st_atime_ns, status.st_mtime_ns))
    version.get_entry("sub/b.txt")  # that nobody could see without reading
    with pytest.raises(ArtifactError, match=r"p/x:v0: sub/b\.txt is damaged") as raised:
        version.verify()
    assert str(entry.digest) in str(raised.value)
    assert str(blob) in str(raised.value)
    blob.unlink()
    with pytest.raises(ArtifactError, match=r"sub/b\.txt is lost"):
        version.verify()
    with pytest.raises(ArtifactError, match=r"sub/b\.txt is lost"):
        version.download(tmp_path / "out")


def test_verify_a_folder(version: Artifact, tmp_path: Path) -> None:
    """A folder is equal, or the error names what is changed, missing or too many."""
    place = Path(version.download(tmp_path / "out"))
    version.verify(place)
    write(place / "more")
    with pytest.raises(ArtifactError, match="out/more is not in p/x:v0"):
        version.verify(place)
    (place / "more").unlink()
    (place / "a.txt").unlink()
    with pytest.raises(ArtifactError, match=r"a\.txt is missing"):
        version.verify(place)
    write(place / "a.txt", "X")
    with pytest.raises(ArtifactError, match=r"a\.txt is damaged"):
        version.verify(place)
    with pytest.raises(ArtifactError, match="is no folder"):
        version.verify(tmp_path / "nowhere")
