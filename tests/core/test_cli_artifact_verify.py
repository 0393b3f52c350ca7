"""`trailmark artifact verify`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import blob_of, spoil, version, write_root
from cli_support import call, plain, rows_of, seen
from trailmark.artifacts.artifact import Artifact
from trailmark.artifacts.blobs import Blobs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with artifacts."""
    return write_root(tmp_path / "root")


def checked(root: Path, *arguments: str) -> list[list[str]]:
    """Return what a pipe gets where something is wrong."""
    result = call(root, "artifact", "verify", *arguments)
    assert result.exit_code == 1
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_all_is_well(root: Path) -> None:
    """Each version has a line with files, bytes and no faults; the exit code is 0."""
    assert rows_of(root, "artifact", "verify") == [
        ["version", "p/digits:v0", "3", "21", "0"],
        ["version", "p/digits:v1", "3", "22", "0"],
        ["version", "p/digits:v2", "3", "23", "0"],
        ["version", "q/net:v0", "1", "7", "0"],
    ]
    assert "4 versions · no faults" in seen(root, "artifact", "verify")[-1]


def test_a_part_is_checked(root: Path) -> None:
    """A project, an artifact or a version may be named."""
    assert [row[1] for row in rows_of(root, "artifact", "verify", "q")] == ["q/net:v0"]
    assert len(rows_of(root, "artifact", "verify", "digits")) == 3
    assert [row[1] for row in rows_of(root, "artifact", "verify", "digits:raw")] == ["p/digits:v0"]


def test_a_flipped_bit_is_found(root: Path) -> None:
    """Every version that has the file has the fault; the others have none."""
    spoil(blob_of(version(root, 2), "train/a.txt"))
    rows = checked(root)
    assert [row[4] for row in rows if row[0] == "version"] == ["1", "1", "1", "0"]
    faults = [row for row in rows if row[0] == "fault"]
    assert [row[1:3] for row in faults] == [[f"p/digits:v{number}", "train/a.txt"] for number in range(3)]
    assert "SHA-256" in faults[0][3]


def test_a_short_and_a_missing_file_are_found(root: Path) -> None:
    """A file that was cut, and one that is gone, are told apart."""
    short, gone = blob_of(version(root, 2), "train/b.txt"), blob_of(version(root, 2), "readme.md")
    short.chmod(0o644)
    short.write_text("del")
    gone.unlink()
    reasons = {row[2]: row[3] for row in checked(root, "digits:v2") if row[0] == "fault"}
    assert reasons["train/b.txt"] == "3 bytes instead of 6"
    assert "not there" in reasons["readme.md"]


def test_a_damaged_manifest_is_found(root: Path) -> None:
    """A version whose list of files is damaged is a fault of its own, and the others are checked."""
    spoil(Blobs(root).path(version(root, 1).digest))
    rows = checked(root, "digits")
    [fault] = [row for row in rows if row[0] == "fault"]
    assert fault[1:3] == ["p/digits:v1", ""]
    assert "manifest" in fault[3]
    assert len([row for row in rows if row[0] == "version"]) == 3


def test_a_damaged_version_is_found(root: Path) -> None:
    """A version's own file that cannot be read is a fault."""
    (root / "p" / ".artifacts" / "digits" / "v1.json").write_text("{")
    faults = [row for row in checked(root, "p") if row[0] == "fault"]
    assert [row[1] for row in faults] == ["p/digits:v1"]


def test_people_see_where_the_fault_is(root: Path) -> None:
    """A terminal gets the file, the reason and the blob."""
    blob = blob_of(version(root, 0, "net", "q"), "net.pt")
    spoil(blob)
    result = call(root, "artifact", "verify", terminal=200)
    assert result.exit_code == 1
    text = plain(result.stdout)
    assert "✗ q/net:v0  1 file · 7 B · 1 fault" in text
    assert "net.pt: other bytes than were stored" in text
    assert str(blob) in text


def test_json_has_each_version(root: Path) -> None:
    """--json has the faults of each version."""
    spoil(blob_of(version(root, 0, "net", "q"), "net.pt"))
    result = call(root, "artifact", "verify", "q", "--json")
    assert result.exit_code == 1
    [found] = json.loads(result.stdout)
    assert (found["name"], found["files"], found["faults"][0]["path"]) == ("q/net:v0", 1, "net.pt")


def test_references_are_not_read(root: Path, tmp_path: Path) -> None:
    """What references point to may be gone: it is not of this root."""
    (tmp_path / "there.txt").write_text("x")
    artifact = Artifact("refs", "dataset")
    artifact.add_reference(f"file://{tmp_path}/there.txt")
    artifact.commit(root, "p")
    (tmp_path / "there.txt").unlink()
    assert "1 reference not read" in seen(root, "artifact", "verify", "refs:v0")[0]


def test_an_empty_root_is_well(tmp_path: Path) -> None:
    """Where there is nothing there is no fault."""
    assert rows_of(tmp_path, "artifact", "verify") == []
    assert seen(tmp_path, "artifact", "verify") == [f"No artifacts in {tmp_path}."]
