"""Tests of drafts becoming versions: from several processes, and in ones that are killed.

`ARTIFACT_KILLS=200 pytest tests/core/test_artifacts_commit.py` kills more often than the few times of every day.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from artifacts_support import at_rest, contents, folder, leftovers, log, write
from trailmark.artifacts import commit as module
from trailmark.artifacts import hashing, settle
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.blobs import Blobs
from trailmark.artifacts.collection import Collection
from trailmark.artifacts.folder import Folder
from trailmark.artifacts.garbage import collect_garbage
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KILLS = int(os.environ.get("ARTIFACT_KILLS", "6"))
VICTIM = Path(__file__).with_name("artifact_victim.py")


def add_folder(path: Path, root: Path, name_of: str = "x", aliases: Sequence[str] = (), **options: Any) -> Artifact:
    """Log a folder."""
    draft = Artifact(name_of, "dataset")
    draft.add_dir(path, **options)
    return draft.commit(root, "p", aliases=aliases)


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start a process that logs."""
    return subprocess.Popen(
        [sys.executable, str(VICTIM), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> dict[str, str]:
    """Wait for a process; return the version of each alias that it told."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return {alias: version for version, alias in map(str.split, out.splitlines())}


def test_processes_get_a_version_each(tmp_path: Path) -> None:
    """Several processes that log other contents under one name at once get distinct versions without a gap."""
    folder(tmp_path / "files")
    processes = [start(tmp_path / "root", tmp_path / "files", word, 4) for word in ("one", "two", "three")]
    told: dict[str, str] = {}
    for process in processes:
        told |= finish(process)
    collection = Collection(tmp_path / "root", "p", "x")
    assert sorted(told.values()) == sorted(f"v{number}" for number in range(12))
    assert collection.versions() == list(range(12))
    aliases = collection.aliases()
    assert aliases.pop("latest") == 11
    assert {alias: f"v{number}" for alias, number in aliases.items()} == told
    for version in collection.artifacts():
        version.verify()
        [alias] = set(version.aliases) - {"latest"}
        assert Path(version.get_entry("new").local_path()).read_text() == f"{alias.replace('-', ' ')} new"
    assert leftovers(tmp_path / "root") == []


def test_processes_with_the_same_contents_share_a_version(tmp_path: Path) -> None:
    """Several processes that log the same contents at once make one version, with the aliases of all."""
    folder(tmp_path / "files")
    processes = [start(tmp_path / "root", tmp_path / "files", "same", 1) for _ in range(3)]
    assert [finish(process) for process in processes] == [{"same-0": "v0"}] * 3
    assert Collection(tmp_path / "root", "p", "x").aliases() == {"same-0": 0, "latest": 0}


def test_a_kill_leaves_whole_versions(tmp_path: Path) -> None:
    """After SIGKILL at any moment all that was told is there and every version is whole; the next one goes on."""
    chance = random.Random(7)
    root = tmp_path / "root"
    folder(tmp_path / "files", 20)
    collection = Collection(root, "p", "x")
    told: dict[str, str] = {}
    versions: list[int] = []
    for kill in range(KILLS):
        victim = start(root, tmp_path / "files", f"kill{kill}", 0)
        assert victim.stdout is not None
        lines = [victim.stdout.readline() for _ in range(chance.randrange(1, 6))]
        time.sleep(chance.random() * 0.03)  # the moment is what is tested
        os.kill(victim.pid, signal.SIGKILL)
        lines += victim.communicate(timeout=60)[0].splitlines()
        told |= {alias: version for version, alias in (line.split() for line in lines if len(line.split()) == 2)}
        versions = collection.versions()
        aliases = collection.aliases()
        assert versions == list(range(len(versions)))
        assert aliases["latest"] in versions
        for alias, version in told.items():
            assert aliases[alias] == int(version[1:])
        collection.artifact(versions[-1]).verify()
    for artifact in collection.artifacts():
        artifact.verify()
    collect_garbage(root, grace_s=0)
    assert [name for name in leftovers(root) if not name.startswith((".v", ".aliases"))] == []
    assert len(Collection(root, "p", "x").artifacts()) == len(versions)
    log(root, files={"a": "after"})
    assert collection.versions()[-1] == len(versions)


def test_equal_contents_reuse_the_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same files make no version; aliases move, tags add up, and metadata that differs is told, not lost."""
    first = log(tmp_path, files={"a": "0"}, aliases=["one"], tags=["t"], metadata={"acc": 1})
    log(tmp_path, files={"a": "1"})
    again = log(
        tmp_path, files={"a": "0"}, aliases=["two"], tags=["u"], metadata={"acc": 2}, description="d", logged_by="later"
    )
    assert (again.name, again.digest, again.aliases) == ("x:v0", first.digest, ["latest", "one", "two"])
    assert (again.tags, again.metadata, again.description, again.logged_by_id) == (["t", "u"], {"acc": 1}, "d", None)
    assert "keeps its metadata {'acc': 1}" in capsys.readouterr().err
    assert Collection(tmp_path, "p", "x").versions() == [0, 1]


def test_a_second_log_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unchanged folder is neither read nor looked up among the blobs again; a changed file is one read."""
    folder(tmp_path / "files", 10)

    def add() -> Artifact:
        draft = Artifact("x", "dataset")
        draft.add_dir(tmp_path / "files")
        return draft.commit(tmp_path / "root", "p")

    add()
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "_read_once", None)
        patch.setattr(module, "place", None)
        assert add().version == "v0"
    read: list[str] = []
    real = hashing._read_once

    def count(path: str, *rest: object) -> object:
        read.append(path)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(hashing, "_read_once", count)
    (tmp_path / "files/3.txt").unlink()
    at_rest(tmp_path / "files/3.txt", "new")
    assert add().version == "v1"
    assert read == [str(tmp_path / "files/3.txt")]


def test_an_unchanged_folder_is_known_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets its version without an entry for each file, with aliases and metadata as always."""
    add_folder(folder(tmp_path / "files"), tmp_path / "root")
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "entries", None)
        again = add_folder(tmp_path / "files", tmp_path / "root", aliases=["again"])
    first = Collection(tmp_path / "root", "p", "x").artifact(0)
    assert (again.name, again.aliases) == ("x:v0", ["again", "latest"])
    assert (again.digest, again.size, again.file_count) == (first.digest, 18, 3)
    assert sorted(again.manifest.entries) == ["0.txt", "1.txt", "2.txt"]
    again.verify()


def touch(path: Path) -> None:
    """Write other contents of the same size, with the same time."""
    at_rest(path / "1.txt", "FILE 1")


def swap(path: Path) -> None:
    """Exchange two files, which keeps all sizes and times of contents."""
    (path / "0.txt").rename(path / "x")
    (path / "1.txt").rename(path / "0.txt")
    (path / "x").rename(path / "1.txt")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (touch, ["file 0", "FILE 1", "file 2"]),
        (swap, ["file 1", "file 0", "file 2"]),
        (lambda path: at_rest(path / "3.txt", "more"), ["file 0", "file 1", "file 2", "more"]),
        (lambda path: (path / "2.txt").unlink(), ["file 0", "file 1"]),
    ],
)
def test_a_changed_folder_is_another_version(
    tmp_path: Path, change: Callable[[Path], object], expected: list[str]
) -> None:
    """Other contents, names, or files more or less are noticed, also when sizes and times are the same."""
    add_folder(folder(tmp_path / "files"), tmp_path / "root", policy="mutable")  # not linked, so that it may be changed
    add_folder(tmp_path / "files", tmp_path / "root")
    change(tmp_path / "files")
    again = add_folder(tmp_path / "files", tmp_path / "root")
    assert again.version == "v1"
    assert list(contents(Path(again.download(tmp_path / "out"))).values()) == expected


def test_a_renamed_file_is_another_version(tmp_path: Path) -> None:
    """The same files by another name, or in another folder of the artifact, are another version."""
    add_folder(folder(tmp_path / "files"), tmp_path / "root")
    (tmp_path / "files/1.txt").rename(tmp_path / "files/9.txt")
    assert sorted(add_folder(tmp_path / "files", tmp_path / "root").manifest.entries) == ["0.txt", "2.txt", "9.txt"]
    inside = add_folder(tmp_path / "files", tmp_path / "root", name="sub")
    assert sorted(inside.manifest.entries) == ["sub/0.txt", "sub/2.txt", "sub/9.txt"]
    assert inside.version == "v2"


def test_a_young_folder_is_not_known(tmp_path: Path) -> None:
    """A file that may have changed again without a trace is read, though all else is as it was."""
    path = folder(tmp_path / "files")
    write(path / "1.txt", "file 1")
    add_folder(path, tmp_path / "root", policy="immutable")
    draft = Artifact("x", "dataset")
    draft.add_dir(path, policy="immutable")
    assert draft._draft is not None
    assert draft._draft.folder is not None
    assert settle.Caches(Blobs(tmp_path / "root")).folder_digest(draft._draft.folder) is None


def test_a_known_folder_whose_version_is_gone(tmp_path: Path) -> None:
    """A version that was deleted with its blobs is made again, whole; so is one of another name."""
    root = tmp_path / "root"
    add_folder(folder(tmp_path / "files"), root, policy="mutable").delete(delete_aliases=True)
    collect_garbage(root, grace_s=0)
    again = add_folder(tmp_path / "files", root, policy="mutable")
    assert again.version == "v1"
    again.verify()
    other = add_folder(tmp_path / "files", root, "y")
    assert (other.name, other.digest) == ("y:v0", again.digest)


def test_a_known_folder_with_more(tmp_path: Path) -> None:
    """What is added to, or removed from, a draft beside the folder counts."""
    add_folder(folder(tmp_path / "files"), tmp_path / "root")
    draft = Artifact("x", "dataset")
    draft.add_dir(tmp_path / "files")
    draft.add_file(at_rest(tmp_path / "more"))
    assert sorted(draft.commit(tmp_path / "root", "p").manifest.entries) == ["0.txt", "1.txt", "2.txt", "more"]
    draft = Artifact("x", "dataset")
    draft.add_dir(tmp_path / "files")
    draft.remove("1.txt")
    assert sorted(draft.commit(tmp_path / "root", "p").manifest.entries) == ["0.txt", "2.txt"]
    draft = Artifact("x", "dataset", incremental=True)
    draft.add_dir(tmp_path / "files")
    draft.remove("0.txt")
    assert draft.commit(tmp_path / "root", "p").version == "v0"  # as the latest has the file that was removed here
    assert add_folder(tmp_path / "files", tmp_path / "root").version == "v0"


def test_incremental(tmp_path: Path) -> None:
    """An incremental draft adds to the files of the latest version, and replaces those of equal names."""
    log(tmp_path, files={"a": "0", "b": "0"})
    version = log(tmp_path, files={"b": "1", "c": "1"}, incremental=True)
    assert contents(Path(version.download(tmp_path / "out"))) == {"a": "0", "b": "1", "c": "1"}
    assert log(tmp_path, "first", incremental=True).file_count == 1


def test_incremental_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that another process made meanwhile is what an incremental draft is added to."""
    log(tmp_path, files={"a": "0"})
    real = settle.place
    others = iter(["1"])

    def place(*arguments: object) -> None:
        for other in others:
            log(tmp_path, files={"b": other}, incremental=True)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "place", place)
    assert sorted(log(tmp_path, files={"c": "2"}, incremental=True).manifest.entries) == ["a", "b", "c"]


def test_a_full_disk_makes_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the disk is an error with its cause; there is no version, and the draft can be logged later."""
    draft = Artifact("x", "dataset")
    draft.add_file(write(tmp_path / "a", "abc"))

    def full(_source: str, _target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", full)
        with pytest.raises(ArtifactError, match="No space left") as raised:
            draft.commit(tmp_path / "root", "p")
    assert isinstance(raised.value.__cause__, OSError)
    assert draft.is_draft
    assert not Collection(tmp_path / "root", "p", "x").exists
    assert draft.commit(tmp_path / "root", "p").version == "v0"


def test_a_file_that_vanished(tmp_path: Path) -> None:
    """A file at rest that is gone when the draft is logged is an error that names it, and there is no version."""
    draft = Artifact("x", "dataset")
    draft.add_dir(folder(tmp_path / "files"))
    (tmp_path / "files/1.txt").unlink()
    with pytest.raises(ArtifactError, match=r"files/1\.txt cannot be read: No such file"):
        draft.commit(tmp_path / "root", "p")
    assert not Collection(tmp_path / "root", "p", "x").exists


@pytest.mark.parametrize("where", ["other root", "other file system"])
def test_drafts_from_elsewhere(tmp_path: Path, where: str) -> None:
    """Files of another root's version, or of another file system, are copied."""
    path = tmp_path / "first"
    if where == "other root":
        draft = log(path, files={"a": "abc"}).new_draft()
    else:
        memory = Path("/dev/shm")
        if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is no other file system")
        path = at_rest(memory / f"trailmark-test-{os.getpid()}", "abc")
        draft = Artifact("x", "dataset")
        draft.add_file(path, name="a")
    version = draft.commit(tmp_path / "root", "p")
    if where != "other root":
        path.unlink()
    assert Path(version.get_entry("a").local_path()).read_text() == "abc"
    version.verify()
