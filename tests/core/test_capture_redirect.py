"""The console of a run, mode "redirect"."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from capture_support import console_lines, journals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Script = Callable[..., subprocess.CompletedProcess[str]]

SCRIPT = """
import ctypes, os, signal, subprocess, sys, time
from pathlib import Path
from trailmark.capture import redirect
from trailmark.capture.console import ConsoleCapture
from trailmark.journal.records import Header
from trailmark.journal.writer import Writer
directory = Path(os.environ["TRAILMARK_DIR"])
writer = Writer(directory, Header(run="r", writer="w", time=time.time()))
capture = ConsoleCapture(writer, "redirect")
"""
START = SCRIPT + "capture.start()\n"


def lines(tmp_path: Path) -> dict[str, list[str | None]]:
    """Return the lines that the script's run recorded."""
    return console_lines(tmp_path / "root" / "w.journal")


def test_python_native_code_and_processes_are_recorded(script: Script, tmp_path: Path) -> None:
    """All that reaches the descriptors is recorded, by stream, and reaches the real streams."""
    source = """
print("python")
os.write(1, b"descriptor\\n")
libc = ctypes.CDLL(None)
libc.puts(b"native")
libc.fflush(None)
subprocess.run(["sh", "-c", "echo process; echo error >&2"], check=True)
print("last", file=sys.stderr)
capture.stop()
print("unrecorded")
"""
    result = script(START + source, PYTHONUNBUFFERED="1")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "python\ndescriptor\nnative\nprocess\nunrecorded\n"
    assert result.stderr == "error\nlast\n"
    assert lines(tmp_path) == {"stdout": ["python", "descriptor", "native", "process"], "stderr": ["error", "last"]}


def test_bytes_pass_unchanged(tmp_path: Path) -> None:
    """Ten million bytes of any value reach the real stream as they are; those that are no text are spelled out."""
    source = """
data = bytes(range(256)) * 40_000
view = memoryview(data)
while view:
    view = view[os.write(1, view[:100_000]):]
os.write(2, b"ok \\xff \\xc3")
time.sleep(0.01)
os.write(2, b"\\xa9\\n")
capture.stop()
"""
    path = tmp_path / "script.py"
    path.write_text(START + source)
    environment = {**os.environ, "TRAILMARK_DIR": str(tmp_path / "root")}
    result = subprocess.run([sys.executable, str(path)], env=environment, capture_output=True, check=True, timeout=60)
    assert result.stdout == bytes(range(256)) * 40_000
    assert lines(tmp_path)["stderr"] == ["ok \\xff é"]


def test_descriptors_are_restored(script: Script) -> None:
    """After the stop descriptors 1 and 2 are the files that they were, and no descriptor is left open."""
    source = """
def files():
    return {number: os.readlink(f"/proc/self/fd/{number}") for number in map(int, os.listdir("/proc/self/fd"))
            if os.path.exists(f"/proc/self/fd/{number}")}
writer.open()
before = files()
import subprocess
for _ in range(3):
    capture = ConsoleCapture(writer, "redirect")
    capture.start()
    print("x")
    assert files()[1] != before[1] and files()[2] != before[2]
    capture.stop()
    assert files()[1] == before[1] and files()[2] == before[2]
deadline = time.monotonic() + 20
while files() != before:
    assert time.monotonic() < deadline, (files(), before)
    time.sleep(0.01)
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "x\nx\nx\n"


def test_later_redirection_stays(script: Script, tmp_path: Path) -> None:
    """If the program has redirected a descriptor itself in the meantime, that stays."""
    source = """
target = os.open("target.txt", os.O_WRONLY | os.O_CREAT)
os.dup2(target, 1)
capture.stop()
print("to the program's file", flush=True)
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "target.txt").read_text() == "to the program's file\n"


def test_two_redirections_leave_in_any_order(script: Script, tmp_path: Path) -> None:
    """Of two runs at once each records what was printed while it was active."""
    source = """
other_writer = Writer(directory, Header(run="r", writer="other", time=time.time()))
other = ConsoleCapture(other_writer, "redirect")
print("one", flush=True)
time.sleep(0.3)
other.start()
print("both", flush=True)
capture.stop()
print("two", flush=True)
other.stop()
print("none")
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "one\nboth\ntwo\nnone\n"
    assert lines(tmp_path) == {"stdout": ["one", "both"]}
    assert console_lines(tmp_path / "root" / "other.journal") == {"stdout": ["both", "two"]}


def test_last_words_of_a_crash_reach_the_terminal(script: Script) -> None:
    """What is written right before the process is killed still gets where it was going."""
    source = """
os.write(2, b"terminate called\\n" * 1000)
os.kill(os.getpid(), signal.SIGKILL)
"""
    result = script(START + source)
    assert result.returncode == -signal.SIGKILL
    assert result.stderr == "terminate called\n" * 1000


def test_process_that_outlives_the_run_keeps_its_output(script: Script, tmp_path: Path) -> None:
    """A child that goes on after the stop, and after its parent's end, writes without an error."""
    source = """
read, write = os.pipe()
child = subprocess.Popen([sys.executable, "-c", f'''
import os, sys
print("early", flush=True)
os.read({read}, 1)
print("late", flush=True)
open("done.txt", "w").write("done")
'''], pass_fds=[read])
time.sleep(0.5)
capture.stop()
print("restored", flush=True)
os.write(write, b".")
os._exit(0)
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr
    assert sorted(result.stdout.split()) == ["early", "late", "restored"]
    assert (tmp_path / "done.txt").read_text() == "done"


def test_native_code_that_holds_the_interpreter_does_not_hang(script: Script) -> None:
    """Ten megabytes that are written without letting any Python thread run get through."""
    source = """
data = b"x" * 99 + b"\\n"
libc = ctypes.PyDLL(None)  # calls keep the interpreter's lock
for _ in range(10):
    assert libc.write(1, data * 10_000, 1_000_000) > 0
capture.stop()
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("x" * 99 + "\n") >= 9 * 10_000


def test_killed_copying_process_is_replaced(script: Script, tmp_path: Path) -> None:
    """If somebody kills the process that copies, output goes where it went, and one warning says so."""
    source = """
print("before", flush=True)
time.sleep(0.5)
def holds(pid, pipe):
    try:
        return pid != os.getpid() and pipe in [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return False
pipe = os.readlink(f"/proc/self/fd/{redirect._current.lanes[0].source}")
pids = [int(entry) for entry in os.listdir("/proc") if entry.isdecimal()]
(helper,) = [pid for pid in pids if holds(pid, pipe)]
os.kill(helper, signal.SIGKILL)
deadline = time.monotonic() + 20
while redirect._current is not None and not redirect._current.drained.is_set():
    assert time.monotonic() < deadline
    time.sleep(0.01)
print("after", flush=True)
capture.stop()
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "before\nafter\n"
    assert result.stderr.count("output is no longer recorded") == 1
    assert lines(tmp_path)["stdout"] == ["before"]


def test_without_the_copying_process_streams_are_tapped(script: Script, tmp_path: Path) -> None:
    """If it cannot be started, one warning says so, and what Python prints is recorded as in mode "wrap"."""
    source = """
sys.executable = "/nowhere/python"
capture.start()
print("first", flush=True)
capture.stop()
print("second", flush=True)
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "first\nsecond\n"
    assert result.stderr.count("captured as in mode 'wrap'") == 1
    assert lines(tmp_path) == {"stdout": ["first"]}


def test_program_may_wait_for_all_its_children(script: Script) -> None:
    """The copying process is no child of the program."""
    source = """
subprocess.run(["true"], check=True)
deadline = time.monotonic() + 20
while True:
    try:
        pid, _ = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        break
    assert time.monotonic() < deadline
    time.sleep(0.001)
capture.stop()
"""
    result = script(START + source)
    assert result.returncode == 0, result.stderr


def test_embedded_python_is_not_run(script: Script, tmp_path: Path) -> None:
    """A program that is not Python is not started to copy."""
    source = """
sys.executable = "/usr/bin/blender"
capture.start()
print("first", flush=True)
capture.stop()
"""
    result = script(SCRIPT + source)
    assert "not Python" in result.stderr
    assert lines(tmp_path) == {"stdout": ["first"]}


def test_interrupt_does_not_end_the_copying_process(script: Script, tmp_path: Path) -> None:
    """Ctrl-C, which a terminal sends to every process of its foreground, lets the last words through."""
    source = """
print("before", flush=True)
try:
    os.killpg(os.getpgid(0), signal.SIGINT)
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted", flush=True)
capture.stop()
"""
    result = script("import os\nos.setsid()\n" + START + source)
    assert result.returncode == 0, result.stderr
    assert lines(tmp_path) == {"stdout": ["before", "interrupted"]}


def test_forked_child_s_output_is_the_parent_s(script: Script, tmp_path: Path) -> None:
    """Like any other process, a forked child writes into the console of the run that it was started by."""
    source = """
print("parent", flush=True)
child = os.fork()
if child == 0:
    print("child", flush=True)
    capture.tick()
    capture.stop()
    print("child after its own stop", flush=True)
    os._exit(0)
os.waitpid(child, 0)
capture.stop()
"""
    result = script(START + source, PYTHONWARNINGS="ignore::DeprecationWarning")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "parent\nchild\nchild after its own stop\n"
    assert lines(tmp_path) == {"stdout": ["parent", "child", "child after its own stop"]}
    assert len(journals(tmp_path / "root")) == 1


def test_closed_descriptors_are_fine(script: Script, tmp_path: Path) -> None:
    """A service without stdout and stderr is not captured, and nothing fails."""
    source = """
os.close(1)
os.close(2)
capture.start()
capture.tick()
capture.stop()
Path("done.txt").write_text("done")
os._exit(0)
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0
    assert (tmp_path / "done.txt").read_text() == "done"


def test_stream_that_is_no_descriptor_is_tapped(script: Script, tmp_path: Path) -> None:
    """A notebook's stdout, which reaches no descriptor, is recorded as well."""
    source = """
import io
sys.stdout = io.StringIO()
capture.start()
print("in the cell")
os.write(1, b"from native code\\n")
capture.stop()
assert sys.stdout.getvalue() == "in the cell\\n"
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    assert sorted(map(str, lines(tmp_path)["stdout"])) == ["from native code", "in the cell"]


def test_terminal_stays_a_terminal(tmp_path: Path) -> None:
    """On a terminal programs still find one, of the same size and also after it was resized, and bytes pass as is."""
    source = """
capture.start()
print(sys.stdout.isatty(), os.isatty(2), tuple(os.get_terminal_size(1)))
import fcntl, struct, termios
fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
capture.tick()
print(tuple(os.get_terminal_size(1)), end="\\x1b[0m\\n", flush=True)
subprocess.run(["sh", "-c", "test -t 1 && echo child has a terminal"], check=True)
from tqdm import tqdm
for _ in tqdm(range(1000), mininterval=0):
    pass
capture.stop()
print(sys.stdout.isatty())
"""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT + source)
    output = on_terminal([sys.executable, str(path)], {**os.environ, "TRAILMARK_DIR": str(tmp_path / "root")})
    first = b"True True (90, 30)\r\n(120, 40)\x1b[0m\r\nchild has a terminal\r\n"
    assert output.startswith(first), output
    assert output.endswith(b"\r\nTrue\r\n")
    assert b"1000/1000" in output
    found = lines(tmp_path)
    assert found["stdout"] == ["True True (90, 30)", "(120, 40)", "child has a terminal"]
    assert len(found["stderr"]) == 1
    assert "1000/1000" in (found["stderr"][0] or "")


def on_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    """Run a command on a terminal of 90 columns and 30 rows; return what the terminal got."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SIZED, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    output = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            data = os.read(ours, 65536)
        except OSError:  # the last process has closed its side
            break
        output += data
    os.close(ours)
    assert process.wait(60) == 0, output
    return output


SIZED = """
import fcntl, os, struct, sys, termios
fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
os.execv(sys.argv[1], sys.argv[1:])
"""
