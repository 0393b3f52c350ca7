"""Tests of artifacts as a user has them: filled, logged, read, changed and deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from artifacts_support import at_rest, contents, folder, log, write
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.collection import find
from trailmark.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def draft() -> Artifact:
    """Return an empty draft."""
    return Artifact("x", "dataset")


def test_from_files_to_files(draft: Artifact, tmp_path: Path) -> None:
    """What was added is what another object finds and downloads."""
    draft.add_dir(folder(tmp_path / "d", 2))
    draft.add_file(write(tmp_path / "new.bin", bytes(range(256))))
    assert draft.commit(tmp_path / "root", "p", aliases=["best"]) is draft
    found = find(tmp_path / "root", "x:best")
    place = Path(found.download(tmp_path / "out"))
    assert (place / "new.bin").read_bytes() == bytes(range(256))
    assert (place / "1.txt").read_text() == "file 1"
    assert [entry.path for entry in found.files()] == ["0.txt", "1.txt", "new.bin"]
    assert [entry.size for entry in found.files(names=["new.bin"])] == [256]
    assert found.wait(timeout=1) is found


def test_a_new_file(draft: Artifact) -> None:
    """A file is written in place, as text or bytes; an existing one only with mode w."""
    with draft.new_file("sub/a.txt", encoding="utf-16") as file:
        file.write("ä")
    with draft.new_file("b", mode="wb") as file:
        file.write(b"\0")
    assert Path(draft.get_entry("sub/a.txt").local_path()).read_text(encoding="utf-16") == "ä"
    with pytest.raises(ArtifactError, match='mode="w"'), draft.new_file("b"):
        pass
    with draft.new_file("b", mode="w") as file:
        file.write("äö")
    assert draft.get_entry("b").size == 4
    with pytest.raises(ArtifactError, match="got 'r'"), draft.new_file("c", mode="r"):
        pass


def test_a_new_file_that_fails(draft: Artifact) -> None:
    """A block that raises leaves no file, and the error is the block's; nor does one that ends with a bad name."""
    with draft.new_file("before") as file:
        file.write("x")
    with pytest.raises(TypeError), draft.new_file("a") as file:
        file.writelines(["half", None])
    with pytest.raises(ArtifactError, match="has a file 'before'"), draft.new_file("before/a") as file:
        file.write("x")
    assert [entry.path for entry in draft.files()] == ["before"]
    staging = Path(draft.get_entry("before").local_path()).parent
    assert len(list(staging.iterdir())) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda artifact: artifact.add_file("a"),
        lambda artifact: artifact.add_dir("a"),
        lambda artifact: artifact.add_reference("s3://a/b"),
        lambda artifact: artifact.add(1, "a"),
        lambda artifact: artifact.new_file("a").__enter__(),
        lambda artifact: artifact.remove("a.txt"),
        lambda artifact: artifact.finalize(),
        lambda artifact: artifact.commit("root", "p"),
    ],
)
def test_versions_do_not_change(tmp_path: Path, call: Callable[[Artifact], object]) -> None:
    """What changes files is an error on a version, and says how to make a new one."""
    with pytest.raises(ArtifactError, match=r"x:v0 is logged.*new_draft\(\)"):
        call(log(tmp_path))


@pytest.mark.parametrize(
    "name", ["download", "checkout", "verify", "file", "wait", "save", "delete", "new_draft", "used_by", "unlink"]
)
def test_drafts_and_deleted_versions(tmp_path: Path, name: str) -> None:
    """What needs a version is an error on a draft, and on a version that was deleted."""
    with pytest.raises(ArtifactError, match="log it first"):
        getattr(Artifact("x", "dataset"), name)()
    version = log(tmp_path)
    version.delete()
    assert version.state == "DELETED"
    with pytest.raises(ArtifactError, match="x:v0 is deleted"):
        getattr(version, name)()
    with pytest.raises(ArtifactError, match="there is no artifact p/x"):
        find(tmp_path, "p/x")


def test_finalized_drafts(draft: Artifact, tmp_path: Path) -> None:
    """After finalize nothing is added; the draft can be logged."""
    draft.finalize()
    with pytest.raises(ArtifactError, match=r"after finalize\(\)"):
        draft.add_file(at_rest(tmp_path / "a"))
    assert draft.commit(tmp_path / "root", "p").file_count == 0


def test_one_file(tmp_path: Path) -> None:
    """file() is for versions of one file."""
    assert Path(log(tmp_path, files={"s/a": "abc"}).file(tmp_path / "out")).read_text() == "abc"
    with pytest.raises(ArtifactError, match="has 2 files"):
        log(tmp_path, files={"a": "1", "b": "2"}).file()


def test_entries_that_are_not_there(tmp_path: Path) -> None:
    """A file that is not there is an error with names that are close; a value is None."""
    version = log(tmp_path, files={"model.pth": "1"})
    for call in (version.get_entry, version.get_path):
        with pytest.raises(ArtifactError, match=r"has no file 'model\.pt'; did you mean 'model\.pth'"):
            call("model.pt")
    with pytest.raises(ArtifactError, match="has no file"):
        version.files(names=["nope"])
    with pytest.raises(ArtifactError, match=r"write \['model.pth'\]"):
        version.files(names="model.pth")
    assert version.get("model.pth") is None


def test_a_new_draft(tmp_path: Path) -> None:
    """A draft of a version has its files, takes more, and becomes the next version."""
    first = log(tmp_path, files={"a": "0", "b": "0"}, metadata={"m": 1}, description="d")
    draft = first.new_draft()
    assert (draft.name, draft.type, draft.metadata, draft.description) == ("x", "dataset", {"m": 1}, "d")
    assert draft.digest == first.digest
    draft.remove("a")
    with draft.new_file("c") as file:
        file.write("1")
    second = draft.commit(tmp_path, "p")
    assert contents(Path(second.download(tmp_path / "out"))) == {"b": "0", "c": "1"}
    assert (first.version, second.version) == ("v0", "v1")
    assert contents(Path(first.download(tmp_path / "out0"))) == {"a": "0", "b": "0"}


def test_a_blob_that_was_changed_in_place(draft: Artifact, tmp_path: Path) -> None:
    """Overwriting a file that was linked is noticed when it is got or downloaded, and verify says the same."""
    path = at_rest(tmp_path / "a", "abc")
    draft.add_file(path)
    version = draft.commit(tmp_path / "root", "p")
    version.get_path("a")
    with path.open("r+b") as file:
        file.write(b"X")
    for call in (lambda: version.get_path("a"), lambda: version.download(tmp_path / "out"), version.verify):
        with pytest.raises(ArtifactError, match=r"x:v0: a is damaged.*written to in place"):
            call()
    assert not (tmp_path / "out/a").exists()


def test_importing_is_light() -> None:
    """Artifacts load neither numpy nor anything else that takes long until it is needed."""
    source = (
        "import sys, trailmark.artifacts.artifact as _\n"
        "print([name for name in ('numpy', 'PIL', 'requests', 'rich', 'fsspec', 'psutil') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"


def test_a_file_of_another_artifact(tmp_path: Path) -> None:
    """An entry of a version is taken over by reference to its blob: one file on the disk, in both artifacts."""
    entry = log(tmp_path, files={"sub/a.txt": "a"}).get_entry("sub/a.txt")
    other = Artifact("y", "dataset")
    assert [each.path for each in other.add_reference(entry)] == ["a.txt"]
    other.add_reference(entry, name="b/c.txt")
    other.commit(tmp_path, "p")
    assert contents(Path(other.download(tmp_path / "out"))) == {"a.txt": "a", "b/c.txt": "a"}
    assert {each.digest for each in other.files()} == {entry.digest}


def test_a_deleted_version_tells_what_it_was(tmp_path: Path) -> None:
    """It has its names, for whoever prints it, and no files."""
    version = log(tmp_path)
    version.delete()
    assert (repr(version), version.version, version.project) == ("<Artifact p/x:v0 (dataset, deleted)>", "v0", "p")
    with pytest.raises(ArtifactError, match="x:v0 is deleted"):
        version.files()


def test_what_a_run_could_not_store(tmp_path: Path) -> None:
    """Scripts go on with it: it has no version, and no files to download, and says why."""
    artifact = Artifact("x", "dataset")
    artifact.given_up = True
    artifact.aliases.append("best")
    artifact.save()
    assert (artifact.wait().version, artifact.qualified_name, artifact.state) == ("unstored", "x", "PENDING")
    with pytest.raises(ArtifactError, match="disabled, or could not store it"):
        artifact.download(tmp_path)
    assert artifact.commit(tmp_path, "p").version == "v0"


def test_a_name_from_here(tmp_path: Path) -> None:
    """A dot and a slash in front of a name mean nothing, as in a shell."""
    artifact = Artifact("x", "dataset")
    artifact.add_file(write(tmp_path / "a"), name="./b")
    artifact.add_dir(folder(tmp_path / "d", 1), name="./c")
    assert sorted(entry.path for entry in artifact.files()) == ["b", "c/0.txt"]
