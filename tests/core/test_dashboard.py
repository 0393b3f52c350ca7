"""Which dashboard serves a root, and what a run makes of that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import trailmark
from trailmark._dashboard import announced, find_dashboard, page_of

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:7007"
QUIET = {"system": False, "console": "off", "git": False, "requirements": False}


def test_a_root_is_served_as_long_as_the_server_runs(tmp_path: Path) -> None:
    """The note of a server is there while it serves, and gone afterwards."""
    with announced(tmp_path, URL):
        found = find_dashboard(tmp_path)
        assert found is not None
        assert (found.url, found.pid, found.open) == (URL, os.getpid(), False)
    assert find_dashboard(tmp_path) is None
    assert not (tmp_path / ".index/server.json").exists()


def test_the_note_of_a_killed_server_counts_for_nothing(tmp_path: Path) -> None:
    """A server that could not take its note away is known by its process, which is gone."""
    code = f"from pathlib import Path; from trailmark._dashboard import announced\nwith announced(Path({str(tmp_path)!r}), {URL!r}): import os; os._exit(1)"  # noqa: E501
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (tmp_path / ".index/server.json").exists()
    assert find_dashboard(tmp_path) is None


@pytest.mark.parametrize("change", [{"started": 1.5}, {"machine": "another"}, {"url": "javascript:alert(1)"}])
def test_a_note_of_another_process_counts_for_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    """A process id that is somebody else's by now, another machine's, or no address of a server, is not believed."""
    with announced(tmp_path, URL):
        note = tmp_path / ".index/server.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | change))
        assert find_dashboard(tmp_path) is None
        note.unlink()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"url": 7}', "\x00\xff"])
def test_a_damaged_note_counts_for_nothing(tmp_path: Path, text: str) -> None:
    """Whatever else stands in the file harms nobody."""
    (tmp_path / ".index").mkdir()
    (tmp_path / ".index/server.json").write_text(text)
    assert find_dashboard(tmp_path) is None


def test_the_note_of_a_later_server_stays(tmp_path: Path) -> None:
    """A server that ends takes away its own note only."""
    with announced(tmp_path, URL):
        note = tmp_path / ".index/server.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | {"pid": 1}))
    assert note.exists()


def test_names_are_quoted_in_addresses() -> None:
    """A project or run of any name has an address of its own."""
    assert page_of("a/b c?") == "p/a%2Fb%20c%3F"
    assert page_of("ü", "#1") == "p/%C3%BC/runs/%231"


def test_init_prints_the_address_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While a dashboard serves the root, `init` names the page of the run, and so do the run and its reader."""
    with announced(tmp_path, URL), trailmark.init(project="p", id="a", dir=tmp_path, settings=QUIET) as run:
        assert f"{URL}/p/p/runs/a\n" in capsys.readouterr().err
        assert run.url == f"{URL}/p/p/runs/a"
        assert run.project_url == f"{URL}/p/p"
        assert trailmark.Api(tmp_path).run("p/a").url == run.url


def test_init_says_how_to_see_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a dashboard, `init` names the command that opens one for this root."""
    with trailmark.init(project="p", id="a", dir=tmp_path, settings=QUIET) as run:
        assert f"trailmark ui --root {tmp_path}\n" in capsys.readouterr().err
        assert run.url is None
