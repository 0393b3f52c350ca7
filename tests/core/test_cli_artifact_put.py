"""`trailmark artifact put`."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cli_support import call, rows_of, seen
from trailmark.api import Api


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a root that is not there yet; the current folder has a folder and a file."""
    (tmp_path / "here" / "letters").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    Path("letters/a.txt").write_text("alpha")
    Path("letters/b.txt").write_text("beta")
    Path("one (1).txt").write_text("1")
    return tmp_path / "root"


def test_a_folder_is_stored(root: Path) -> None:
    """All that is said of it is kept; a pipe gets name and version."""
    line = ["artifact", "put", "letters", "--name", "p/greek", "--type", "dataset", "--description", "Two."]
    more = ["--alias", "first", "-a", "raw", "--tag", "small", "--metadata", '{"rows": 2}']
    assert rows_of(root, *line, *more) == [["p/greek:v0"]]
    artifact = Api(root).artifact("p/greek:first")
    assert (artifact.type, artifact.description, artifact.metadata, artifact.tags) == (
        "dataset",
        "Two.",
        {"rows": 2},
        ["small"],
    )
    assert sorted(artifact.aliases) == ["first", "latest", "raw"]
    assert [entry.path for entry in artifact.files()] == ["a.txt", "b.txt"]
    assert artifact.logged_by_id is None


def test_names_have_a_default(root: Path) -> None:
    """The name is that of the file, the project that of the settings, the type none in particular."""
    assert rows_of(root, "artifact", "put", "one (1).txt") == [["uncategorized/one__1_.txt:v0"]]
    assert rows_of(root, "artifact", "put", "letters/") == [["uncategorized/letters:v0"]]
    assert Api(root).artifact("letters").type == "unspecified"


def test_the_project_of_the_settings_is_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TRAILMARK_PROJECT says which project a name without one is in."""
    monkeypatch.setenv("TRAILMARK_PROJECT", "mine")
    assert rows_of(root, "artifact", "put", "letters", "-n", "x") == [["mine/x:v0"]]


def test_the_type_of_earlier_versions_holds(root: Path) -> None:
    """A later version need not repeat the type; another one is refused."""
    call(root, "artifact", "put", "letters", "-n", "p/x", "-t", "dataset")
    Path("letters/a.txt").write_text("changed")
    assert rows_of(root, "artifact", "put", "letters", "-n", "p/x") == [["p/x:v1"]]
    Path("letters/a.txt").write_text("again")
    result = call(root, "artifact", "put", "letters", "-n", "p/x", "-t", "model")
    assert result.exit_code == 1
    assert "'dataset'" in result.stderr


def test_people_are_told(root: Path) -> None:
    """A terminal gets files, size and aliases, and is told when nothing was new."""
    [line] = seen(root, "artifact", "put", "letters", "-n", "p/x", "-a", "best")
    assert line == "✓ p/x:v0  2 files · 9 B · best, latest"
    [line] = seen(root, "artifact", "put", "letters", "-n", "p/x")
    assert line.endswith("the same content was there already")


def test_a_reference_is_stored(root: Path) -> None:
    """A URI becomes a reference."""
    where = Path("letters/a.txt").absolute().as_uri()
    assert rows_of(root, "artifact", "put", where, "-n", "p/ref") == [["p/ref:v0"]]
    assert [entry.ref for entry in Api(root).artifact("p/ref").files()] == [where]


def test_the_policy_says_what_is_linked(root: Path) -> None:
    """What lay there before is linked, unless a copy is asked for."""
    an_hour_ago = time.time() - 3600
    for policy, linked in (("mutable", False), ("immutable", True), ("auto", True)):
        path = Path(f"{policy}.txt")
        path.write_text(policy)
        os.utime(path, (an_hour_ago, an_hour_ago))
        call(root, "artifact", "put", str(path), "-n", f"p/{policy}", "--policy", policy)
        blob = Path(Api(root).artifact(f"p/{policy}").files()[0].local_path())
        assert blob.read_text() == policy
        assert linked or not blob.samefile(path)
        assert blob.samefile(path) or not linked or blob.stat().st_nlink == 1  # a file system that clones links nothing


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "nothing at 'nowhere'"),
        (["letters", "--name", "a/b/c/d"], "PROJECT/NAME"),
        (["letters", "--name", "x:v1"], "--alias gives aliases"),
        (["letters", "--name", "p/größe"], "ö"),
        (["letters", "--metadata", "{"], "--metadata is no JSON"),
        (["letters", "--metadata", "[1]"], "JSON object"),
        (["letters", "--alias", "v1"], "v1"),
        (["letters", "--policy", "nope"], "nope"),
    ],
)
def test_what_cannot_be_is_refused(root: Path, arguments: list[str], reason: str) -> None:
    """A wrong call is an error that names what was wrong, and stores nothing."""
    result = call(root, "artifact", "put", *arguments)
    assert result.exit_code in (1, 2)
    assert reason in result.stderr
    assert Api(root).artifacts() == []


def test_the_root_itself_is_left_out(root: Path) -> None:
    """Of a folder that has the root in it, the root is no part: it would hold itself."""
    inside = root.parent / "here" / "trailmark-runs"
    for _ in range(2):
        assert rows_of(inside, "artifact", "put", ".", "--name", "p/x") == [["p/x:v0"]]
    found = [entry.path for entry in Api(inside).artifact("p/x").files()]
    assert found == ["letters/a.txt", "letters/b.txt", "one (1).txt"]
