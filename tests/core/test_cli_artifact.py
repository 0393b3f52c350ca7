"""`trailmark artifact` as a group of commands."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli_artifact_support import write_root
from cli_support import call, invoke, rows_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("word", "meant"), [("lst", "ls"), ("download", "get"), ("push", "put"), ("fsck", "verify"), ("prune", "gc")]
)
def test_a_wrong_command_suggests(word: str, meant: str) -> None:
    """A misspelt command, and what other tools call it, lead to the right one."""
    result = invoke("artifact", word)
    assert result.exit_code == 2
    assert f"did you mean `trailmark artifact {meant}`?" in result.stderr


def test_the_root_stands_anywhere(tmp_path: Path) -> None:
    """--root may stand before or after either word of the command."""
    root = str(write_root(tmp_path / "root"))
    expected = invoke("--root", root, "artifact", "ls").stdout
    assert expected
    assert invoke("artifact", "--root", root, "ls").stdout == expected
    assert invoke("artifact", "ls", "--root", root).stdout == expected


def test_the_group_alone_tells_its_commands() -> None:
    """Without a command the help is shown."""
    result = invoke("artifact")
    assert "verify" in result.stdout + result.stderr


@pytest.mark.parametrize("command", [["show", "nope"], ["get", "nope"], ["ls", "nope"], ["verify", "p/nope:v1"]])
def test_what_is_not_there_ends_with_code_1(tmp_path: Path, command: list[str]) -> None:
    """A name that leads nowhere is one sentence on standard error, and nothing else."""
    result = call(write_root(tmp_path / "root"), "artifact", *command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "nope" in result.stderr
    assert result.stderr.count("\n") == 1


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """Neither numpy nor rich is needed to list, show, fetch or check artifacts in a pipe."""
    root = write_root(tmp_path / "root")
    for command in (["ls"], ["show", "digits"], ["get", "digits"], ["verify"], ["gc"]):
        source = (
            "import sys\nfrom trailmark.cli import main\n"
            "try: main()\nexcept SystemExit as end: assert not end.code\n"
            "heavy = {'numpy', 'pandas', 'pyarrow', 'rich', 'requests', 'PIL', 'fsspec', 'torch'}\n"
            "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
        )
        line = [sys.executable, "-c", source, "--root", str(root), "artifact", *command]
        done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert done.stderr == "[]\n", command


def test_names_are_completed(tmp_path: Path) -> None:
    """Shells complete names of artifacts, and versions and aliases behind a colon."""
    root = write_root(tmp_path / "root")
    for begun, completed in (("dig", "digits"), ("p/", "p/digits"), ("digits:b", "digits:best"), ("net:", "net:v0")):
        environment = {
            **os.environ,
            "_TRAILMARK_COMPLETE": "zsh_complete",
            "COMP_WORDS": f"trailmark --root {root} artifact show {begun}",
            "COMP_CWORD": "5",
        }
        line = [sys.executable, "-m", "trailmark"]
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert completed in done.stdout.splitlines(), done.stderr


def test_other_commands_know_artifacts(tmp_path: Path) -> None:
    """Runs, projects and journals are what they were; what a run did with artifacts is shown."""
    root = write_root(tmp_path / "root")
    assert sorted(row[2] for row in rows_of(root, "ls")) == ["r1", "r2"]
    assert dict(rows_of(root)) | {"projects": "2", "runs": "2"} == dict(rows_of(root))
    assert len([row for row in rows_of(root, "verify") if row[0] == "journal"]) == 2
    assert len([row for row in rows_of(root, "verify", str(root)) if row[0] == "journal"]) == 2
    shown = [row[1:] for row in rows_of(root, "show", "r2") if row[0] == "artifact"]
    assert shown == [["used", "p/digits:v2", "dataset"], ["logged", "q/net:v0", "model"]]
