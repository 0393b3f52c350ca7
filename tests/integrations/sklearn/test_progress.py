"""The progress bar of slow charts."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from trailmark.sklearn.progress import outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from trailmark import Run

SCRIPT = """
import trailmark
from trailmark.sklearn.progress import outcomes
with trailmark.init(project="p", mode="disabled") as run:
    assert outcomes(pow, [(2, 3), (3, 2)], 1, "learning curve", run) == [8, 9]
"""


def test_order(begin: Callable[..., Run]) -> None:
    """Outcomes come in the order of the jobs."""
    run = begin()
    assert outcomes(pow, [(number, 2) for number in range(5)], 1, "jobs", run) == [0, 1, 4, 9, 16]
    assert outcomes(pow, [], 1, "jobs", run) == []


def test_nothing_in_a_pipe(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """Without a terminal there is no bar."""
    outcomes(pow, [(1, 1)], 1, "jobs", begin())
    assert capfd.readouterr() == ("", "")


def _on_a_terminal(**variables: str) -> tuple[bytes, bytes]:
    """Return what the script writes to stdout, a pipe, and to stderr, a terminal."""
    terminal, inside = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=inside, env=environment
    ) as process:
        os.close(inside)
        parts = []
        try:
            while part := os.read(terminal, 1 << 16):
                parts.append(part)
        except OSError:  # the program closed the terminal
            pass
        os.close(terminal)
        assert process.stdout is not None
        stdout = process.stdout.read()
    assert process.returncode == 0, b"".join(parts)
    return stdout, b"".join(parts)


def test_bar_on_a_terminal() -> None:
    """On a terminal there is a bar on stderr, and stdout stays free."""
    stdout, stderr = _on_a_terminal()
    assert stdout == b""
    assert b"learning curve" in stderr
    assert b"100%" in stderr


def test_silent_runs_have_no_bar() -> None:
    """The setting `silent` silences the bar, too."""
    assert _on_a_terminal(TRAILMARK_SILENT="true") == (b"", b"")
