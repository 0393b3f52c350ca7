"""`trailmark tail`."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cli_support import DEADLINE_S, begin_run, call, in_terminal, log, plain, rows_of, seen, start, write_run
from trailmark.cli.follow import Line
from trailmark.cli.screen import Screen
from trailmark.cli.tail import Wire
from trailmark.journal.records import Alert, Console, Exit

if TYPE_CHECKING:
    from pathlib import Path

    from trailmark.journal.writer import Writer

NOW = time.time()


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Return the writer of a new run "r1" that has printed two lines and logged two rows."""
    writer = begin_run(tmp_path, "r1", name="brisk", started=NOW)
    writer.append(Console(time=NOW + 1, stream="stdout", first=0, lines=["\x1b[32mone\x1b[0m"]))
    log(writer, 0, at=NOW + 2, loss=0.123456, acc=0.5)
    writer.append(Console(time=NOW + 3, stream="stderr", first=0, lines=["two"]))
    log(writer, 1, at=NOW + 4, loss=0.1, acc=0.625)
    return writer


def finish(writer: Writer) -> Writer:
    """End the run of a writer."""
    writer.close(Exit(time=NOW + 5))
    return writer


def test_a_pipe_gets_time_kind_and_values(tmp_path: Path, writer: Writer) -> None:
    """Values are exact, lines without colour, and the end is told."""
    finish(writer)
    rows = rows_of(tmp_path, "tail", "r1")
    assert [row[1:] for row in rows] == [
        ["stdout", "one"],
        ["metrics", "step=0", "loss=0.123456", "acc=0.5"],
        ["stderr", "two"],
        ["metrics", "step=1", "loss=0.1", "acc=0.625"],
        ["finished", "brisk", "5.0"],
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row[0]) for row in rows)


def test_a_person_gets_short_lines(tmp_path: Path, writer: Writer) -> None:
    """A terminal shows the time of day, rounded values below each other, and lines behind a bar."""
    finish(writer)
    lines = [line[10:] for line in seen(tmp_path, "tail")]
    assert lines == [
        "│ one",
        "step 0  loss 0.1235  acc 0.5",
        "│ two",
        "step 1  loss 0.1     acc 0.625",
        "✓ brisk finished after 5.0s",
    ]


def test_the_last_lines_are_chosen(tmp_path: Path, writer: Writer) -> None:
    """-n says how many lines of the past are shown."""
    finish(writer)
    assert [row[1] for row in rows_of(tmp_path, "tail", "-n", "1")] == ["metrics", "finished"]
    assert [row[1] for row in rows_of(tmp_path, "tail", "-n", "0")] == ["finished"]


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--metrics"], ["metrics", "metrics"]),
        (["--console"], ["stdout", "stderr"]),
        (["--metrics", "--console"], ["stdout", "metrics", "stderr", "metrics"]),
        (["--keys", "nope*"], ["stdout", "stderr"]),
    ],
)
def test_kinds_are_chosen(tmp_path: Path, writer: Writer, options: list[str], kinds: list[str]) -> None:
    """Metrics and console can be had alone."""
    finish(writer)
    assert [row[1] for row in rows_of(tmp_path, "tail", *options)] == [*kinds, "finished"]


def test_keys_are_chosen(tmp_path: Path, writer: Writer) -> None:
    """--keys shows the metrics that match and no others."""
    finish(writer)
    assert rows_of(tmp_path, "tail", "-m", "-k", "a*")[0][2:] == ["step=0", "acc=0.5"]


def test_a_new_attempt_is_told(tmp_path: Path) -> None:
    """Where a run was resumed, the lines say so."""
    write_run(tmp_path, "r1", state="failed", rows=1, started=NOW - 100)
    finish(begin_run(tmp_path, "r1", started=NOW, attempt=2))
    assert [row[1:3] for row in rows_of(tmp_path, "tail")] == [
        ["metrics", "step=0"],
        ["attempt", "2"],
        ["finished", "r1"],
    ]


def test_an_alert_is_told(tmp_path: Path, writer: Writer) -> None:
    """Alerts appear between the lines, whatever was chosen."""
    writer.append(Alert(time=NOW + 4.5, title="Loss is NaN", text="since step 1", level="WARN"))
    finish(writer)
    assert rows_of(tmp_path, "tail", "-m")[-2][1:] == ["alert", "WARN", "Loss is NaN", "since step 1"]
    assert "! WARN Loss is NaN  since step 1" in "\n".join(seen(tmp_path, "tail"))


def test_a_progress_bar_has_two_lines_in_a_pipe(tmp_path: Path) -> None:
    """Of a line that is redrawn a pipe gets the first and the last state."""
    writer = begin_run(tmp_path, "r1", started=NOW)
    for percent in range(0, 101, 10):
        line = Console(time=NOW + percent / 100, stream="stderr", first=0, lines=[f"{percent}%"])
        writer.append(line)
    writer.append(Console(time=NOW + 2, stream="stderr", first=1, lines=["done"]))
    writer.close(Exit(time=NOW + 5))
    lines = [row[2] for row in rows_of(tmp_path, "tail", "-n", "99") if row[1] == "stderr"]
    assert lines == ["0%", "100%", "done"]


def test_a_progress_bar_is_redrawn_in_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is still the last is replaced in its place."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    wire = Wire(Screen(), (), metrics=True, console=True)
    wire.write([Line(NOW, 0, "stderr", 0, "10%", "j"), Line(NOW, 0, "stderr", 0, "20%", "j")])
    first, second, rest = capsys.readouterr().out.split("\n")
    assert first.endswith("10%")
    assert second.startswith("\x1b[1A\x1b[2K")
    assert second.endswith("20%")
    assert rest == ""


def test_a_run_is_followed_as_it_goes_on(tmp_path: Path, writer: Writer) -> None:
    """What is logged while `tail` waits appears at once, and the end of the run ends it."""
    process = start(tmp_path, "tail", "r1", "-n", "0", stdout=subprocess.PIPE)
    timer = threading.Timer(DEADLINE_S, process.kill)
    timer.start()
    assert process.stdout is not None
    lines = iter(process.stdout.readline, b"")
    # A line is logged again and again until `tail` is up; after that every line is waited for.
    ready = threading.Event()
    thread = threading.Thread(target=_log_until, args=(writer, ready))
    thread.start()
    first = next(lines)
    ready.set()
    thread.join()
    assert first.split(b"\t")[1:] == [b"metrics", b"step=2", b"loss=0.5\n"]
    for step in (3, 4):
        log(writer, step, at=time.time(), loss=0.25)
        wanted = b"metrics\tstep=%d\tloss=0.25" % step
        assert any(wanted in line for line in lines)
    finish(writer)
    assert b"\tfinished\tbrisk\t" in list(lines)[-1]
    assert process.wait(DEADLINE_S) == 0
    process.stdout.close()
    timer.cancel()


def _log_until(writer: Writer, ready: threading.Event) -> None:
    while not ready.wait(0.05):
        log(writer, 2, at=time.time(), loss=0.5)


def test_a_crash_ends_it(tmp_path: Path) -> None:
    """A run whose process is gone is not waited for."""
    write_run(tmp_path, "r1", state="crashed")
    assert rows_of(tmp_path, "tail")[-1][1] == "crashed"


def test_ctrl_c_is_clean(tmp_path: Path, writer: Writer) -> None:
    """An interrupt ends it without a traceback, with the exit code that shells expect."""
    process = start(tmp_path, "tail", "r1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert errors == b""
    finish(writer)


def test_a_closed_pipe_is_silent(tmp_path: Path, writer: Writer) -> None:
    """`trailmark tail | head -1` ends without a word when there is more to write."""
    process = start(tmp_path, "tail", "r1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    deadline = time.monotonic() + DEADLINE_S
    step = 10
    while process.poll() is None and time.monotonic() < deadline:
        log(writer, step, at=time.time(), loss=0.5)
        step += 1
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    assert process.returncode is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    finish(writer)


def test_lines_fit_a_narrow_terminal(tmp_path: Path, writer: Writer) -> None:
    """No line is wider than the terminal, in a terminal of its own."""
    finish(writer)
    code, output = in_terminal(tmp_path, "tail", width=30, NO_COLOR="1")
    assert code == 0
    assert max(map(len, plain(output).splitlines())) <= 30


def test_lines_cannot_harm_the_terminal(tmp_path: Path) -> None:
    """Printed lines keep colours; whatever else a terminal would obey is made visible."""
    writer = begin_run(tmp_path, "r1", started=NOW)
    writer.append(Console(time=NOW, stream="stdout", first=0, lines=["\x1b[31mred\x1b[2J\x07\r[b]x"]))
    writer.close(Exit(time=NOW))
    output = call(tmp_path, "tail", terminal=80).stdout
    assert "\x1b[31mred\\x1b[2J\\x07\\r[b]x" in output
