"""Tests of filling a draft: nothing half added, and what becomes of the user's files."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, contents, folder, write
from trailmark.artifacts import draft as module
from trailmark.artifacts import staging
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.collection import Collection
from trailmark.artifacts.entry import Entry
from trailmark.artifacts.scan import Found, scan
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable


def names(artifact: Artifact) -> list[str]:
    """Return the paths of the files."""
    return [entry.path for entry in artifact.files()]


@pytest.fixture
def draft() -> Artifact:
    """Return an empty draft."""
    return Artifact("x", "dataset")


def test_files_and_folders(draft: Artifact, tmp_path: Path) -> None:
    """Files are added by their own or another name, folders at the top or in a folder."""
    draft.add_file(at_rest(tmp_path / "a.txt"))
    draft.add_file(str(tmp_path / "a.txt"), name="sub/b.txt")
    draft.add_dir(folder(tmp_path / "d", 2))
    draft.add_dir(str(tmp_path / "d"), name="data/")
    assert names(draft) == ["0.txt", "1.txt", "a.txt", "data/0.txt", "data/1.txt", "sub/b.txt"]
    assert (draft.file_count, draft.size) == (6, 4 * 6 + 2 * 4)


def test_a_file_that_is_written_again_keeps_what_was_added(draft: Artifact, tmp_path: Path) -> None:
    """A file of this process is copied when it is added, so that it may be overwritten or deleted at once."""
    for number in range(3):
        draft.add_file(write(tmp_path / "tmp.txt", f"{number}"), name=f"{number}.txt")
    draft.add_dir(write(tmp_path / "d/x", "x").parent)
    (tmp_path / "tmp.txt").unlink()
    (tmp_path / "d/x").unlink()
    version = draft.commit(tmp_path / "root", "p")
    assert contents(Path(version.download(tmp_path / "out"))) == {"0.txt": "0", "1.txt": "1", "2.txt": "2", "x": "x"}


@pytest.mark.parametrize(
    ("policy", "make", "linked"),
    [
        (None, at_rest, True),
        (None, write, False),
        ("immutable", write, True),
        ("mutable", at_rest, False),
    ],
)
def test_policies(
    draft: Artifact, tmp_path: Path, policy: str | None, make: Callable[[Path], Path], *, linked: bool
) -> None:
    """Old files are linked and new ones copied, unless the policy says otherwise; so are those of folders."""
    path = make(tmp_path / "d/a")
    draft.add_file(path, policy=policy)
    draft.add_dir(tmp_path / "d", name="d", policy=policy)
    version = draft.commit(tmp_path / "root", "p")
    for name in ("a", "d/a"):
        assert path.samefile(version.get_entry(name).local_path()) == linked


def test_an_unknown_policy(draft: Artifact, tmp_path: Path) -> None:
    """A policy that there is not is an error that names those that there are."""
    for add in (draft.add_file, draft.add_dir):
        with pytest.raises(ArtifactError, match=r"'mutable'.* got 'often'"):
            add(tmp_path, policy="often")


def test_an_unchanged_file_is_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of this process that is a blob already is not read or copied again."""
    monkeypatch.setattr(staging, "home", lambda: tmp_path / "root")
    monkeypatch.setattr(module, "began_ns", lambda: 0)  # so that this file is one of this process, and yet at rest
    path = at_rest(tmp_path / "a", "abc")
    for _ in range(2):
        draft = Artifact("x", "dataset")
        draft.add_file(path)
        draft.commit(tmp_path / "root", "p")
        monkeypatch.setattr(module, "read", None)
    version = Collection(tmp_path / "root", "p", "x").artifact(0)
    assert version.name == "x:v0"
    assert not path.samefile(version.get_entry("a").local_path())


def test_a_folder_with_two_files_of_one_name(draft: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that changes while it is listed may show a name twice: an error each time, and never an empty draft."""
    found = scan(str(folder(tmp_path / "d", 2)))
    twice = Found(["0.txt"] * 2, found.paths, found.stamps)
    monkeypatch.setattr(module, "scan", lambda *_: twice)
    draft.add_dir(tmp_path / "d")
    for _ in range(2):
        with pytest.raises(ArtifactError, match=r"'0\.txt' with other contents"):
            draft.commit(tmp_path / "root", "p")


def test_tmp_names(draft: Artifact, tmp_path: Path) -> None:
    """With is_tmp the stem of the name is the beginning of the digest, as in W&B."""
    entry = draft.add_file(at_rest(tmp_path / "tmp123.tar.gz"), name="sub/tmp123.tar.gz", is_tmp=True)
    assert entry.path == f"sub/{(entry.digest or '')[:20]}.tar.gz"
    assert names(draft) == [entry.path]


def test_a_name_that_is_taken(draft: Artifact, tmp_path: Path) -> None:
    """Other contents under a name that is taken are refused unless asked for; the same ones are fine."""
    draft.add_file(at_rest(tmp_path / "a", "1"), name="a")
    draft.add_file(at_rest(tmp_path / "b", "1"), name="a")
    with pytest.raises(ArtifactError, match=r"'a' with other contents.*overwrite=True"):
        draft.add_file(at_rest(tmp_path / "c", "2"), name="a")
    draft.add_file(tmp_path / "c", name="a", overwrite=True)
    with pytest.raises(ArtifactError, match="merge=True"):
        draft.add_dir(at_rest(tmp_path / "d/a", "3").parent)
    draft.add_dir(tmp_path / "d", merge=True)
    assert draft.get_entry("a").local_path() == str(tmp_path / "d/a")


def test_a_name_is_a_file_or_a_folder(draft: Artifact, tmp_path: Path) -> None:
    """What could not be downloaded cannot be added, in either order, also after something was removed."""
    path = at_rest(tmp_path / "f")
    draft.add_file(path, name="a/b")
    with pytest.raises(ArtifactError, match="has a folder 'a'"):
        draft.add_file(path, name="a")
    with pytest.raises(ArtifactError, match="has a file 'a/b'"):
        draft.add_file(path, name="a/b/c")
    draft.remove("a")
    draft.add_file(path, name="a")
    assert names(draft) == ["a"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: (path / "zz").symlink_to("/etc/passwd"),
        lambda path: (path / "zz").symlink_to("nowhere"),
        lambda path: os.mkfifo(path / "zz"),
        lambda path: write(path / "back\\slash"),
        lambda path: write(path / "nul"),
        lambda path: write(Path(os.fsdecode(bytes(path) + b"/\xff"))),
        lambda path: write(path / "taken", "other"),
    ],
    ids=["link", "broken", "pipe", "backslash", "reserved", "bytes", "taken"],
)
def test_a_folder_is_added_whole_or_not(draft: Artifact, tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    """One bad file in a folder is an error, and none of the others is in the draft."""
    draft.add_file(at_rest(tmp_path / "taken"))
    spoil(folder(tmp_path / "d"))
    with pytest.raises(ArtifactError):
        draft.add_dir(tmp_path / "d")
    assert names(draft) == ["taken"]
    draft.commit(tmp_path / "root", "p")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("gone", "No such file"),
        ("d", r"add_dir\(\) adds folders"),
        ("pipe", "named pipe"),
        ("broken", "is broken"),
        ("a\0b", "null (byte|character)"),
    ],
)
def test_what_is_no_file(draft: Artifact, tmp_path: Path, path: str, why: str) -> None:
    """What is not there, or is no plain file, is an error that names it."""
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    with pytest.raises(ArtifactError, match=why) as raised:
        draft.add_file(f"{tmp_path}/{path}")
    assert repr(path)[1:-1] in str(raised.value)
    assert names(draft) == []


def test_a_folder_must_be_one(draft: Artifact, tmp_path: Path) -> None:
    """add_dir of a file says what adds files."""
    with pytest.raises(ArtifactError, match=r"use add_file\(\)"):
        draft.add_dir(at_rest(tmp_path / "a"))


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "x" * 300, "a\0b", "NUL"])
def test_bad_names(draft: Artifact, tmp_path: Path, name: str) -> None:
    """No call takes a name that leads out, and the draft is as it was."""
    path = at_rest(tmp_path / "f")
    with pytest.raises(ArtifactError):
        draft.add_file(path, name=name)
    with pytest.raises(ArtifactError):
        draft.add_dir(folder(tmp_path / "d"), name=name)
    with pytest.raises(ArtifactError):
        draft.add_reference(f"file://{path}", name=name)
    with pytest.raises(ArtifactError), draft.new_file(name) as file:
        file.write("x")
    assert names(draft) == []


def test_a_link_given_by_name_is_followed(draft: Artifact, tmp_path: Path) -> None:
    """A link that is added by itself stands for its file, wherever that is."""
    at_rest(tmp_path / "elsewhere/real", "abc")
    (tmp_path / "link").symlink_to("elsewhere/real")
    entry = draft.add_file(tmp_path / "link")
    assert (entry.path, entry.size) == ("link", 3)


def test_removing(draft: Artifact, tmp_path: Path) -> None:
    """A file, a folder or an entry can be removed; what is not there is an error with names that are close."""
    draft.add_dir(folder(tmp_path / "d", 3), name="data")
    entry = draft.add_file(at_rest(tmp_path / "a"))
    assert isinstance(entry, Entry)
    draft.remove(entry)
    draft.remove("data/0.txt")
    assert names(draft) == ["data/1.txt", "data/2.txt"]
    with pytest.raises(ArtifactError, match=r"did you mean 'data/1\.txt'"):
        draft.remove("data/1.txx")
    draft.remove("data/")
    assert names(draft) == []
    assert (tmp_path / "a").exists()


def test_the_process_began() -> None:
    """When this process began is known, and past."""
    assert time.time_ns() - 10**9 * 86400 < module.began_ns() < time.time_ns()
