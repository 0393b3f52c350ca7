"""What the tests of the command line share: run directories, and ways to call the command."""

from __future__ import annotations

import fcntl
import inspect
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from trailmark.cli.app import cli
from trailmark.journal.machine import machine_id, process_started
from trailmark.journal.records import ConfigChange, Edit, Exit, Header, Preempting, SummaryChange
from trailmark.journal.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
DEADLINE_S = 30.0


def begin_run(root: Path, run_id: str, *, started: float | None = None, **fields: Any) -> Writer:
    """Return the open writer of a new run; `fields` are those of its header. This process counts as its own."""
    began = time.time() - 60 if started is None else started
    rank = fields.get("rank", 0)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(began))
    values: dict[str, Any] = {
        "project": "digits",
        "name": run_id,
        "writer": f"{stamp}-r{rank}-{os.urandom(4).hex()}",
        "machine": machine_id(),
        "pid": os.getpid(),
        "pid_started": process_started(os.getpid()) or 0.0,
        **fields,
    }
    header = Header(run=run_id, time=began, **values)
    writer = Writer(root / header.project / run_id, header)
    assert writer.open()
    return writer


def log(writer: Writer, step: int, *, at: float | None = None, stream: str = "history", **values: Any) -> None:
    """Append one packed row."""
    kinds = "".join("b" if isinstance(v, bool) else "i" if isinstance(v, int) else "f" for v in values.values())
    with writer.lock:
        layout = writer.layout(tuple(values), kinds, stream)
        assert layout is not None
        moment = writer.header.time + 1 + step if at is None else at
        writer.append_row(layout, step, moment, tuple(values.values()))


def write_run(
    root: Path,
    run_id: str,
    *,
    state: str = "finished",
    rows: int = 10,
    config: dict[str, Any] | None = None,
    summary: dict[str, Any] | None = None,
    edit: dict[str, Any] | None = None,
    **header: Any,
) -> Path:
    """Write a run that is in `state`, with a falling loss and a rising accuracy; return its directory."""
    if state == "crashed":
        header = {"pid": 2**22 + 1, "pid_started": 1.0, **header}  # larger than any process id of Linux
    writer = begin_run(root, run_id, **header)
    now = writer.header.time
    if config:
        writer.append(ConfigChange(time=now, set=config))
    for step in range(rows):
        log(writer, step, loss=1 / (step + 1), acc=step / max(rows, 1))
    if summary:
        writer.append(SummaryChange(time=now + rows, set=summary))
    if edit:
        writer.append(Edit(time=now, set=edit))
    if state == "preempted":
        writer.append(Preempting(time=now))
    if state in ("finished", "failed", "preempted"):
        error = "Traceback (most recent call last):\nValueError: no luck" if state == "failed" else None
        writer.close(Exit(time=now + rows, code=int(state != "finished"), error=error))
    return writer.directory


def call(root: Path, *arguments: str, terminal: int = 0, **options: Any) -> Result:
    """Call the command in this process; `terminal` is the width of a terminal in characters, 0 is a pipe."""
    environment = {"FORCE_COLOR": "1" if terminal else None, "COLUMNS": str(terminal or 80), "NO_COLOR": None}
    return invoke("--root", str(root), *arguments, env=environment, **options)


def invoke(*arguments: str, **options: Any) -> Result:
    """Call the command in this process with these arguments alone."""
    # Before click 8.2 the streams come apart on request only, since then they always do.
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**apart).invoke(cli, arguments, prog_name="trailmark", **options)


def plain(text: str) -> str:
    """Return `text` without the escape sequences of colours."""
    return _ESCAPES.sub("", text)


def seen(root: Path, *arguments: str, width: int = 100) -> list[str]:
    """Return the lines that a terminal of `width` characters shows, without colours."""
    result = call(root, *arguments, terminal=width)
    assert result.exit_code == 0, result.output
    return plain(result.stdout).splitlines()


def rows_of(root: Path, *arguments: str) -> list[list[str]]:
    """Return the fields of the lines that a pipe gets."""
    result = call(root, *arguments)
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def start(root: Path, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
    """Start the command as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "trailmark", "--root", str(root), *arguments], **options)


def in_terminal(root: Path, *arguments: str, width: int = 80, **environment: str) -> tuple[int, str]:
    """Return the exit code and the output of the command in a terminal of `width` characters."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    given = {**kept, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
    process = start(root, *arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=given)
    os.close(theirs)
    output = b""
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # EIO: the other end is closed
            break
        if not piece:
            break
        output += piece
    os.close(ours)
    return process.wait(DEADLINE_S), output.decode().replace("\r\n", "\n")
