"""`trailmark artifact gc`, and what `trailmark gc` does with artifacts."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import blob_of, version, write_root
from cli_support import call, rows_of, seen
from trailmark.artifacts.collection import Collection
from trailmark.cli.artifact_gc import unnamed_versions

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 86400


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with artifacts."""
    return write_root(tmp_path / "root")


@pytest.fixture
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two days pass, as nobody can set back when an inode was changed."""
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 2 * DAY_S)


def test_nothing_goes_that_is_needed(root: Path) -> None:
    """Where all blobs are of versions there is nothing to delete."""
    assert rows_of(root, "artifact", "gc", "--force") == []
    assert "Nothing to delete" in seen(root, "artifact", "gc")[0]


@pytest.mark.usefixtures("_later")
def test_blobs_of_deleted_versions_go(root: Path) -> None:
    """What only a deleted version had is told, and goes with --force; what others have stays."""
    doomed = version(root, 2)
    own, shared = blob_of(doomed, "train/b.txt"), blob_of(doomed, "train/a.txt")
    doomed.delete(delete_aliases=True)
    [[kind, place, size]] = rows_of(root, "artifact", "gc")
    assert (kind, place, int(size) > 6) == ("blobs", ".blobs", True)
    assert own.exists()
    assert call(root, "artifact", "gc", "--force").exit_code == 0
    assert not own.exists()
    assert shared.read_text() == "alpha"
    assert call(root, "artifact", "verify").exit_code == 0


def test_young_blobs_stay(root: Path) -> None:
    """What changed within the last day may be about to be used."""
    doomed = version(root, 2)
    own = blob_of(doomed, "train/b.txt")
    doomed.delete(delete_aliases=True)
    assert rows_of(root, "artifact", "gc", "--force") == []
    assert own.exists()


def test_old_versions_without_an_alias_go_by_choice(root: Path) -> None:
    """Only what has no alias, and is old enough, goes; `latest` is an alias."""
    assert rows_of(root, "artifact", "gc", "--older-than", "1h") == []
    assert rows_of(root, "artifact", "gc", "--older-than", "0s") == [["version", "p/digits:v1", "22"]]
    assert version(root, 1).state == "COMMITTED"
    assert call(root, "artifact", "gc", "--older-than", "0s", "--force", "--yes").exit_code == 0
    assert Collection(root, "p", "digits").versions() == [0, 2]
    assert rows_of(root, "artifact", "gc", "--older-than", "0s") == []


def test_a_person_is_asked(root: Path) -> None:
    """Versions go only if the question is answered with yes."""
    line = ["artifact", "gc", "--older-than", "0s", "--force"]
    assert call(root, *line, input="n\n").exit_code == 1
    assert Collection(root, "p", "digits").versions() == [0, 1, 2]
    assert call(root, *line, input="y\n").exit_code == 0
    assert Collection(root, "p", "digits").versions() == [0, 2]


def test_a_name_says_where_versions_are_looked_for(root: Path) -> None:
    """A project or an artifact leaves the others alone."""
    assert rows_of(root, "artifact", "gc", "q", "--older-than", "0s") == []
    assert len(rows_of(root, "artifact", "gc", "p", "--older-than", "0s")) == 1
    assert len(rows_of(root, "artifact", "gc", "digits", "--older-than", "0s")) == 1


def test_people_see_what_would_go(root: Path) -> None:
    """A terminal gets names, ages and sizes, and that nothing was deleted."""
    lines = seen(root, "artifact", "gc", "--older-than", "0s")
    assert lines[0].split()[0] == "p/digits:v1"
    assert lines[1] == "1 version without an alias · at most 22 B"
    assert lines[-1] == "Nothing was deleted; --force does it."


def test_a_span_must_be_one(root: Path) -> None:
    """Another text is refused."""
    result = call(root, "artifact", "gc", "--older-than", "soon")
    assert result.exit_code == 2
    assert "'soon'" in result.stderr


def test_versions_are_found_by_age(root: Path) -> None:
    """The function gives what is older and has no alias."""
    [found] = unnamed_versions([Collection(root, "p", "digits")], 0)
    assert (str(found), found.size_bytes) == ("p/digits:v1", 22)


# -- trailmark gc ----------------------------------------------------------------------------------------------------


def test_the_other_gc_leaves_artifacts_alone(root: Path) -> None:
    """Neither blobs nor collections are leftovers or empty folders."""
    assert call(root, "gc", "--force").exit_code == 0
    assert call(root, "artifact", "verify").exit_code == 0
    assert len(rows_of(root, "artifact", "verify")) == 4


@pytest.mark.usefixtures("_later")
def test_the_other_gc_deletes_blobs_that_no_version_has(root: Path) -> None:
    """They are told with the rest, and go with --force; not if only one project is looked at."""
    doomed = version(root, 2)
    own = blob_of(doomed, "train/b.txt")
    doomed.delete(delete_aliases=True)
    assert [row[0] for row in rows_of(root, "gc")] == ["blobs"]
    assert rows_of(root, "gc", "p") == []
    assert any("blobs that no version has" in line for line in seen(root, "gc"))
    call(root, "gc", "--force")
    assert not own.exists()


@pytest.mark.usefixtures("_later")
def test_a_damaged_version_keeps_all_blobs(root: Path) -> None:
    """Where it cannot be told what is needed nothing goes, and that is said."""
    doomed = version(root, 2)
    own = blob_of(doomed, "train/b.txt")
    doomed.delete(delete_aliases=True)
    (root / "p" / ".artifacts" / "digits" / "v1.json").write_text("{")
    result = call(root, "gc", "--force")
    assert result.exit_code == 0
    assert "blobs are left alone" in result.stderr
    assert call(root, "artifact", "gc", "--force").exit_code == 1
    assert own.exists()


def test_the_other_gc_deletes_what_was_left_of_versions(root: Path) -> None:
    """Temporary files of versions and collections that were deleted by half go when they are old."""
    folder = root / "p" / ".artifacts"
    half, gone = folder / "digits" / ".v9.json-0123abcd", folder / ".net-0123abcd"
    half.write_text("{")
    gone.mkdir()
    (gone / "v0.json").write_text("{}")
    assert rows_of(root, "gc") == []
    for path in (half, gone):
        os.utime(path, (time.time() - DAY_S, time.time() - DAY_S))
    assert sorted(row[2] for row in rows_of(root, "gc")) == [str(gone), str(half)]
    call(root, "gc", "--force")
    assert not half.exists()
    assert not gone.exists()
    assert len(Collection(root, "p", "digits").versions()) == 3
