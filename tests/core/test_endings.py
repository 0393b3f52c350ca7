"""How runs end: by themselves, by exceptions, by signals, by the disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import trailmark
from trailmark.journal.runstate import RunState, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trailmark import Run

BEGIN = """
import os, signal, sys, time
import trailmark
run = trailmark.init(project="p", id="x", resume=os.environ.get("HOW") or None,
                     settings={"console": "off", "quiet": True, "git": False, "requirements": False})
for step in range(5):
    run.log({"loss": 1.0 / (step + 1)})
"""


def state(tmp_path: Path) -> RunState:
    """Return the state of the run that a script made."""
    found = load(tmp_path / "root" / "p" / "x")
    assert found is not None
    return found


def wait_for(path: Path, timeout_s: float = 30.0) -> None:
    """Return when `path` is there."""
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("ending", "name", "code", "exit_code"),
    [
        ("", "finished", 0, 0),
        ("run.finish()\nrun.finish()", "finished", 0, 0),
        ("trailmark.finish(exit_code=3)", "failed", 0, 3),
        ("sys.exit(0)", "finished", 0, 0),
        ("sys.exit(4)", "failed", 4, 4),
        ("sys.exit('no data')", "failed", 1, 1),
        ("raise ValueError('broken model')", "failed", 1, 1),
        ("raise KeyboardInterrupt", "failed", 130, 255),
        ("with run: raise ValueError('broken model')", "failed", 1, 1),
        ("with run: pass", "finished", 0, 0),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(10)", "failed", 130, 255),
    ],
)
def test_state_and_exit_code(
    script: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    ending: str,
    name: str,
    code: int,
    exit_code: int,
) -> None:
    """Each way to end a script gives the state that docs/logging.md says, and keeps the process's own exit code."""
    done = script(BEGIN + ending)
    assert done.returncode in (code, -signal.SIGINT if code == 130 else code), done.stderr
    found = state(tmp_path)
    assert (found.state, found.exit_code, found.rows) == (name, exit_code, 5)
    assert ("broken model" in (found.error or "")) == ("broken model" in ending)
    if "broken model" in ending:
        assert "Traceback" in (found.error or "")
        assert "ValueError: broken model" in done.stderr


def test_sigterm_is_recorded_and_passed_on(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """The process dies of the signal as it would have, and the run says of which."""
    done = script(BEGIN + "os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(30)")
    assert done.returncode == -signal.SIGTERM
    found = state(tmp_path)
    assert (found.state, found.exit_code, found.exit_signal, found.rows) == ("failed", 143, "SIGTERM", 5)


def test_sigterm_in_the_middle_of_logging(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A signal that comes while rows are being written neither hangs nor harms the journal."""
    source = BEGIN + (
        "import threading\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()\n"
        "while True: run.log({'loss': 0.0})\n"
    )
    done = script(source)
    assert done.returncode == -signal.SIGTERM, done.stderr
    assert "Error" not in done.stderr
    found = state(tmp_path)
    assert (found.state, found.exit_signal) == ("failed", "SIGTERM")
    assert found.rows > 5


def test_a_handler_of_the_users_own_stays(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A program that handles SIGTERM itself goes on doing so."""
    source = (
        "import signal\nsignal.signal(signal.SIGTERM, lambda *_: print('mine', flush=True))\n"
        + BEGIN
        + "os.kill(os.getpid(), signal.SIGTERM)\nrun.log({'loss': 9.0})\n"
    )
    done = script(source)
    assert (done.returncode, done.stdout.strip()) == (0, "mine")
    assert (state(tmp_path).state, state(tmp_path).rows) == ("finished", 6)


def test_preempted(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """A run that was marked and then killed is preempted."""
    script(BEGIN + "trailmark.mark_preempting()\nos.kill(os.getpid(), signal.SIGKILL)")
    assert state(tmp_path).state == "preempted"


def test_killed_then_resumed(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """A killed run is crashed with all its rows; resumed, it continues its steps and finishes."""
    done = script(BEGIN + "os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    crashed = state(tmp_path)
    assert (crashed.state, crashed.rows, crashed.last_step) == ("crashed", 5, 4)
    assert crashed.summary == {"loss": 0.2}
    done = script(BEGIN + "print(run.starting_step, run.step)", HOW="must")
    assert done.stdout.split() == ["5", "10"], done.stderr
    finished = state(tmp_path)
    assert (finished.state, finished.rows, finished.last_step, finished.attempts) == ("finished", 10, 9, 2)


def test_a_running_run_is_running(tmp_path: Path) -> None:
    """While its process lives, a run is running, also when it is stopped; then it is crashed."""
    source = BEGIN + f"open({str(tmp_path / 'ready')!r}, 'w').close()\ntime.sleep(60)"
    environment = {**os.environ, "TRAILMARK_DIR": str(tmp_path / "root")}
    with subprocess.Popen([sys.executable, "-c", source], env=environment) as process:
        wait_for(tmp_path / "ready")
        assert state(tmp_path).state == "running"
        process.kill()
        process.wait()
    assert state(tmp_path).state == "crashed"


def test_hooks_are_taken_back(begin: Callable[..., Run]) -> None:
    """After the last run, the interpreter's hooks are what they were."""
    before = (sys.excepthook, sys.exit, signal.getsignal(signal.SIGTERM))
    first, second = begin(), begin(reinit="create_new")
    assert sys.excepthook is not before[0]
    first.finish()
    second.finish()
    assert (sys.excepthook, sys.exit, signal.getsignal(signal.SIGTERM)) == before


def test_a_hook_on_top_stays(begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """If somebody hooked in after us, theirs is left in place."""
    run = begin()
    theirs = lambda *_: None  # noqa: E731 (its identity is the point)
    monkeypatch.setattr(sys, "excepthook", theirs)
    run.finish()
    assert sys.excepthook is theirs


def test_a_full_disk_stops_no_training(script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """With a file size limit, logging goes on with one warning and says at the end how many rows were lost."""
    source = BEGIN + (
        "import resource\n"
        "size = run.writer.size_bytes\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 400, size + 400))\n"
        "for step in range(1000): run.log({'loss': 0.5, 'step': step})\n"
        "print('done')\n"
    )
    done = script(source)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    found = state(tmp_path)
    warnings = [line for line in done.stderr.splitlines() if "warning" in line]
    assert len(warnings) == 2, done.stderr
    assert "cannot be written" in warnings[0]
    lost = 1005 - found.rows
    assert 980 < lost < 1000
    assert f"{lost} rows" in warnings[1]


def test_a_root_that_cannot_be_written_stops_no_training(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A root below a file cannot be made: warnings, the count of lost rows, and a summary in memory."""
    (tmp_path / "root").write_text("a file")
    done = script(BEGIN + "print(run.summary['loss'])")
    assert (done.returncode, done.stdout) == (0, "0.2\n"), done.stderr
    assert "5 rows" in done.stderr


def test_a_deleted_folder_stops_no_training(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """When the run's folder is removed under it, training goes on, and all rows are counted as lost."""
    source = BEGIN + "import shutil\nshutil.rmtree(run.path_on_disk)\nrun.log({'loss': 1.0})\nprint('done')"
    done = script(source)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert "was deleted" in done.stderr
    assert "6 rows" in done.stderr
    assert not (tmp_path / "root" / "p" / "x").exists()


def test_alerts_are_recorded_and_not_repeated(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """An alert is in the state and on the terminal once; an unknown level is refused with those there are."""
    from trailmark.errors import UsageError

    run = begin()
    run.alert("loss is high", "it is 7", level="WARN")
    run.alert("loss is high", "it is 8")
    run.alert("loss is high", "it is 9", wait_duration=0)
    with pytest.raises(UsageError, match="INFO, WARN, ERROR"):
        run.alert("t", level="LOUD")
    found = load(run.path_on_disk)
    assert found is not None
    alerts = [alert for journal in found.journals.values() for alert in journal.alerts]
    assert [(alert.title, alert.text, alert.level) for alert in alerts] == [
        ("loss is high", "it is 7", "WARN"),
        ("loss is high", "it is 9", "INFO"),
    ]
    assert "loss is high: it is 7" in capfd.readouterr().err


def test_finish_reports_rows_and_metrics(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """What a person reads at the end names the run, its rows and each metric with a sparkline and its last value."""
    run = begin(name="calm-sea-1", settings={"quiet": False})
    for step in range(30):
        run.log({"loss": 1.0 / (step + 1), "epoch": step})
    run.finish()
    printed = capfd.readouterr().err
    assert "run calm-sea-1 finished: 30 rows" in printed
    assert "█" in next(line for line in printed.splitlines() if " loss " in line)
    assert "0.033333" in printed
    assert f"trailmark show {run.path_on_disk}" in printed


def test_silent_says_nothing(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """With `silent` neither beginning, warnings nor end are printed."""
    run = begin(settings={"quiet": False, "silent": True}, force=True)
    run.alert("t")
    shutil.rmtree(run.path_on_disk)
    run.finish()
    assert capfd.readouterr() == ("", "")


def test_a_silent_run_is_not_read_back(tmp_path: Path) -> None:
    """With `silent`, no report is made up that nobody would see: its rows are not read, nor numpy loaded for that."""
    code = (
        "import sys, trailmark\n"
        f"run = trailmark.init(project='p', dir={str(tmp_path)!r}, settings={{'silent': True, 'system': False}})\n"
        "for step in range(9): run.log({'loss': 1 / (step + 1)})\n"
        "run.finish()\n"
        "print('numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_a_large_section_does_not_fill_the_report(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """What the user logged is told before a section of many keys, as a watched model has."""
    run = begin(settings={"quiet": False})
    run.log({**{f"gradient_norm/{i}": float(i) for i in range(40)}, "loss": 0.25})
    run.finish()
    lines = capfd.readouterr().err.splitlines()
    assert [line.split()[-2:] for line in lines if "loss" in line] == [["loss", "0.25"]]
    assert sum("gradient_norm" in line for line in lines) == 11


def test_calls_at_the_end_may_still_log(begin: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """`on_finish` calls while the run takes rows, once; what one raises is a warning and hinders no other."""
    run = begin()
    run.on_finish(lambda: run.log({"last": 1}))
    run.on_finish(lambda: 1 / 0)
    run.on_finish(lambda: run.log({"very last": 2}))
    run.finish()
    run.finish()
    stored = trailmark.Api(run.path_on_disk.parents[1]).run(run.path)
    assert [stored.summary["last"], stored.summary["very last"]] == [1, 2]
    assert stored.state == "finished"
    assert capfd.readouterr().err.count("ZeroDivisionError: division by zero") == 1
