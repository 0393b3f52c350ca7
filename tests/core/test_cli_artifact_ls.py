"""`trailmark artifact ls`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import store, version, write_root
from cli_support import call, rows_of, seen
from trailmark.artifacts.collection import Collection
from trailmark.cli.artifact_ls import seconds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root with artifacts."""
    return write_root(tmp_path / "root")


def test_artifacts_are_listed_for_programs(root: Path) -> None:
    """Each has a line: project, name, type, versions, latest, its bytes and time."""
    found = rows_of(root, "artifact", "ls")
    assert [row[:6] for row in found] == [
        ["p", "digits", "dataset", "3", "v2", "23"],
        ["q", "net", "model", "1", "v0", "7"],
    ]
    assert found[0][6] == version(root, 2).created_at


def test_a_project_or_a_type_is_picked(root: Path) -> None:
    """A project's name and --type leave out the others."""
    assert [row[1] for row in rows_of(root, "artifact", "ls", "q")] == ["net"]
    assert [row[1] for row in rows_of(root, "artifact", "ls", "-t", "dataset")] == ["digits"]
    assert rows_of(root, "artifact", "ls", "q", "--type", "dataset") == []


def test_versions_are_listed_for_programs(root: Path) -> None:
    """A name gives a line for each version, the newest first."""
    for name in ("digits", "p/digits"):
        found = rows_of(root, "artifact", "ls", name)
        assert [row[:7] for row in found] == [
            ["p", "digits", "v2", "best,latest", "dataset", "23", "3"],
            ["p", "digits", "v1", "", "dataset", "22", "3"],
            ["p", "digits", "v0", "raw", "dataset", "21", "3"],
        ]
        assert found[0][7] == version(root, 2).digest
        assert found[0][8] == "r1"


def test_a_terminal_gets_tables(root: Path) -> None:
    """People see names, versions, aliases and sizes."""
    head, digits, net = seen(root, "artifact", "ls")
    assert head.split() == ["artifact", "type", "latest", "versions", "size", "age", "aliases"]
    assert digits.split()[:6] == ["p/digits", "dataset", "v2", "3", "23", "B"]
    assert "best → v2, raw → v0" in digits
    assert "q/net" in net
    title, _, newest, *_ = seen(root, "artifact", "ls", "digits")
    assert title == "p/digits  dataset · 3 versions"
    assert newest.split()[:3] == ["v2", "best,", "latest"]
    assert "#small" in newest


def test_a_narrow_terminal_gets_what_matters_most(root: Path) -> None:
    """Columns that do not fit are left out; no line is wider than the terminal."""
    lines = seen(root, "artifact", "ls", "digits", width=40)
    assert max(map(len, lines)) <= 40
    assert "v2" in lines[2]


def test_a_link_tells_what_it_links_to(root: Path) -> None:
    """In place of a run stands the version."""
    Collection(root, "model-registry", "prod").link(version(root, 0, "net", "q"))
    assert "link to q/net:v0" in seen(root, "artifact", "ls", "prod")[2]
    [found] = json.loads(call(root, "artifact", "ls", "prod", "--json").stdout)
    assert found["link_to"] == "q/net:v0"


def test_json_has_all_versions(root: Path) -> None:
    """--json tells all that is known, but for the files."""
    found = json.loads(call(root, "artifact", "ls", "--json").stdout)
    assert [artifact["name"] + artifact["version"] for artifact in found] == [
        "digitsv2",
        "digitsv1",
        "digitsv0",
        "netv0",
    ]
    first = found[2]
    assert (first["description"], first["metadata"], first["aliases"]) == ("Letters.", {"rows": 2}, ["raw"])
    assert json.loads(call(root, "artifact", "ls", "-t", "nope", "--json").stdout) == []


def test_a_long_list_is_cut_for_people(root: Path) -> None:
    """A terminal gets the newest versions, and is told of the others; a pipe gets all."""
    for number in range(60):
        store(root, {"x": str(number)}, "many")
    assert len(rows_of(root, "artifact", "ls", "many")) == 60
    lines = seen(root, "artifact", "ls", "many")
    assert lines[-1].strip() == "… and 10 older versions"
    assert len(lines) == 53


def test_nothing_is_told_kindly(tmp_path: Path) -> None:
    """An empty root says what stores artifacts; a pipe gets nothing."""
    assert "artifact put" in " ".join(seen(tmp_path, "artifact", "ls"))
    assert rows_of(tmp_path, "artifact", "ls") == []


def test_an_alias_is_refused(root: Path) -> None:
    """A version is shown by another command."""
    result = call(root, "artifact", "ls", "digits:best")
    assert result.exit_code == 2
    assert "leave out the alias" in result.stderr


def test_times_are_read() -> None:
    """ISO 8601 with Z is understood by each version of Python."""
    assert seconds("1970-01-02T00:00:00.500000Z") == 86400.5
