"""`trailmark` without a command."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from cli_support import call, rows_of, seen, write_run

if TYPE_CHECKING:
    from pathlib import Path


def test_an_empty_root_shows_how_to_begin(tmp_path: Path) -> None:
    """Where there are no runs yet, a few lines of Python and the demo are shown; it is no error."""
    lines = seen(tmp_path, width=200)
    assert lines[0].startswith("trailmark ")
    assert f"Root  {tmp_path}  no runs yet" in lines
    assert "  import trailmark" in lines
    assert any(" demo " in line for line in lines)


def test_the_lines_that_are_shown_work(tmp_path: Path) -> None:
    """The Python that an empty root shows makes a run when it is pasted into a file."""
    lines = seen(tmp_path, width=200)
    start = lines.index("  import trailmark")
    end = lines.index("  run.finish()") + 1
    script = tmp_path / "first.py"
    script.write_text("\n".join(line[2:] for line in lines[start:end]))
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert rows_of(tmp_path / "trailmark-runs", "ls", "-c", "project,last_step") == [["digits", "99"]]


def test_the_newest_runs_are_shown(tmp_path: Path) -> None:
    """A root with runs shows the newest five, and what to type to see more."""
    for number in range(8):
        write_run(tmp_path, f"r{number}", started=time.time() - number)
    lines = seen(tmp_path, width=200)
    assert f"Root  {tmp_path}  8 runs in 1 project" in lines
    assert [line.split()[1] for line in lines if line.startswith("✓")] == ["r0", "r1", "r2", "r3", "r4"]
    assert any(line.startswith(f"  trailmark --root {tmp_path} show r0 ") for line in lines)


def test_a_running_run_can_be_followed(tmp_path: Path) -> None:
    """If the newest run is running, `tail` is proposed."""
    write_run(tmp_path, "r1", state="running")
    assert any("tail r1" in line for line in seen(tmp_path))


def test_a_pipe_gets_facts(tmp_path: Path) -> None:
    """A pipe gets version, root and counts, parted by tabs."""
    write_run(tmp_path, "r1")
    rows = dict(rows_of(tmp_path))
    assert (rows["root"], rows["projects"], rows["runs"]) == (str(tmp_path), "1", "1")


def test_the_overview_fits_a_narrow_terminal(tmp_path: Path) -> None:
    """Long lines are cut, not wrapped."""
    write_run(tmp_path, "r1")
    lines = call(tmp_path, terminal=40).stdout.splitlines()
    assert len(lines) == len(call(tmp_path, terminal=120).stdout.splitlines())
