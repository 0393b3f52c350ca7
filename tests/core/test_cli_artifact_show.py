"""`trailmark artifact show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import link, store, version, write_root, write_run
from cli_support import call, rows_of, seen
from trailmark.artifacts.artifact import Artifact

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with artifacts."""
    return write_root(tmp_path / "root")


def test_a_program_gets_sections(root: Path) -> None:
    """Facts, metadata, files and lineage come one a line."""
    rows = rows_of(root, "artifact", "show", "digits:raw")
    facts = {row[1]: row[2] for row in rows if row[0] == "artifact"}
    assert (facts["version"], facts["aliases"], facts["size"], facts["link_to"]) == ("v0", "raw", "21", "")
    assert [row[1:] for row in rows if row[0] == "metadata"] == [["rows", "2"]]
    assert [row[1:3] for row in rows if row[0] == "file"] == [
        ["readme.md", "12"],
        ["train/a.txt", "5"],
        ["train/b.txt", "4"],
    ]
    assert [row[1:] for row in rows if row[0] == "upstream"] == [["p/r1", "logged", "p/digits:v0"]]


def test_the_latest_is_shown_without_an_alias(root: Path) -> None:
    """A name alone means the latest version, and its lineage leads through runs."""
    rows = rows_of(root, "artifact", "show", "digits")
    assert ["artifact", "version", "v2"] in rows
    assert [row[1:] for row in rows if row[0] == "downstream"] == [
        ["p/digits:v2", "used", "q/r2"],
        ["q/r2", "logged", "q/net:v0"],
    ]


def test_people_see_a_page(root: Path) -> None:
    """A terminal gets name, facts, description, metadata, files, and where it came from and went."""
    lines = seen(root, "artifact", "show", "digits:raw")
    assert lines[0] == "p/digits:v0  raw"
    assert lines[1].startswith("  dataset · 3 files · 21 B · ")
    assert lines[2].startswith("  sha256 ")
    text = "\n".join(lines)
    for part in ("Letters.", "rows  2", "train/a.txt   5 B", "Came of\n  p/digits:v0 made by p/r1"):
        assert part in text
    page = "\n".join(seen(root, "artifact", "show", "net"))
    assert "q/r2" in page
    assert "p/digits:v2 used by q/r2" in page


def test_json_is_one_object(root: Path) -> None:
    """--json has facts, files and lineage."""
    found = json.loads(call(root, "artifact", "show", "net", "--json").stdout)
    assert (found["name"], found["type"], found["logged_by"]) == ("net", "model", "r2")
    assert [file["path"] for file in found["files"]] == ["net.pt"]
    assert found["upstream"][0] == {"source": "q/r2", "target": "q/net:v0", "action": "logged"}


def test_long_lists_are_cut_for_people(root: Path) -> None:
    """Of many files and steps a terminal gets the first; --all shows the others."""
    artifact = store(root, {f"{number:03}.txt": str(number) for number in range(100)}, "many")
    for number in range(50):
        write_run(root, f"user{number:02}", link(artifact, "used"))
    text = "\n".join(seen(root, "artifact", "show", "many"))
    assert "… and 60 more files; --all shows them" in text
    assert "… and 10 more steps" in text
    everything = seen(root, "artifact", "show", "many", "--all")
    assert sum(".txt" in line for line in everything) == 100
    assert sum("used by" in line for line in everything) == 50


def test_references_and_links_tell_where_they_lead(root: Path, tmp_path: Path) -> None:
    """A reference has its URI, a link its version."""
    (tmp_path / "there.txt").write_text("x")
    artifact = Artifact("refs", "dataset")
    artifact.add_reference(f"file://{tmp_path}/there.txt")
    artifact.commit(root, "p")
    assert f"file://{tmp_path}/there.txt" in [row[-1] for row in rows_of(root, "artifact", "show", "refs")]
    version(root, 0, "net", "q").link("model-registry/prod")
    assert "a link to q/net:v0" in seen(root, "artifact", "show", "prod")[1]


def test_text_cannot_harm_the_terminal(root: Path) -> None:
    """Escape sequences in descriptions and metadata are made visible."""
    store(root, {"x": "x"}, "evil", description="bad \x1b[2J", metadata={"k\x1b[1A": "v\x1b[1A"})
    for width in (0, 100):
        output = call(root, "artifact", "show", "evil", terminal=width).stdout
        assert "\x1b[2J" not in output
        assert "\x1b[1A" not in output
