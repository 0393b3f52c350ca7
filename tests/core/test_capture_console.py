"""The console of a run, mode "wrap"."""
# ruff: noqa: T201 (printing is what is tested)

from __future__ import annotations

import io
import logging
import signal
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from capture_support import console_lines, journals, make_writer, records, wait_for
from trailmark.capture.console import ConsoleCapture
from trailmark.errors import SettingsError
from trailmark.journal.records import Console, Exit

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trailmark.journal.writer import Writer

    Begin = Callable[[], ConsoleCapture]
    Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    """Return the writer of a run."""
    return make_writer(tmp_path / "run")


@pytest.fixture
def begin(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Return what gives stdout and stderr to the test and starts a capture.

    A fixture cannot do so itself, as pytest sets the streams for each phase of a test.
    """
    capture = ConsoleCapture(writer)

    def begin() -> ConsoleCapture:
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        capture.start()
        return capture

    yield begin
    capture.stop()


def printed(stream: Any) -> str:
    """Return what reached a stream of the test."""
    return str(stream.getvalue())


SCRIPT = """
import os, sys, time
from pathlib import Path
from trailmark.capture.console import ConsoleCapture
from trailmark.journal.records import Header
from trailmark.journal.writer import Writer
directory = Path(os.environ["TRAILMARK_DIR"])
writer = Writer(directory, Header(run="r", writer="w", time=time.time()))
capture = ConsoleCapture(writer)
capture.start()
"""


def test_complete_lines_are_recorded_at_once(writer: Writer, begin: Begin) -> None:
    """A line is in the journal when `print` returns, under its stream and its number."""
    begin()
    print("first")
    print("to stderr", file=sys.stderr)
    print("second\nthird\n", end="")
    found = [(record.stream, record.first, record.lines) for record in records(writer.path, Console)]
    assert found == [
        ("stdout", 0, ["first"]),
        ("stderr", 0, ["to stderr"]),
        ("stdout", 1, ["second", "third"]),
    ]


def test_output_reaches_the_streams_unchanged(begin: Begin) -> None:
    """The program's streams get what was written, escape sequences and all."""
    begin()
    print("\x1b[31mred\x1b[0m\rx", end="")
    sys.stderr.write("e\b\n")
    assert printed(sys.stdout) == "\x1b[31mred\x1b[0m\rx"
    assert printed(sys.stderr) == "e\b\n"


def test_unfinished_line_is_recorded_by_the_tick(writer: Writer, begin: Begin) -> None:
    """What has no end yet is recorded once a tick, and replaced by its final form."""
    capture = begin()
    print("loss: ", end="")
    assert console_lines(writer.path) == {}
    capture.tick()
    capture.tick()
    assert console_lines(writer.path) == {"stdout": ["loss: "]}
    print("0.5")
    assert console_lines(writer.path) == {"stdout": ["loss: 0.5"]}
    assert len(records(writer.path, Console)) == 2


def test_progress_bar_costs_one_record_a_tick(writer: Writer, begin: Begin) -> None:
    """A line that is redrawn thousands of times is recorded when a tick comes, and at its end."""
    capture = begin()
    for number in range(1000):
        print(f"\r{number}/1000", end="", file=sys.stderr)
        if number == 500:
            capture.tick()
    print("\rdone    ", file=sys.stderr)
    assert [record.lines for record in records(writer.path, Console)] == [["500/1000"], ["done"]]


def test_stop_records_the_rest_and_restores(writer: Writer, begin: Begin) -> None:
    """At the end the unfinished line is recorded, and the streams are as they were; a second stop does nothing."""
    capture = begin()
    print("no end", end="")
    capture.stop()
    capture.stop()
    print("later")
    assert console_lines(writer.path) == {"stdout": ["no end"]}
    assert "write" not in vars(sys.stdout)
    assert "write" not in vars(sys.stderr)


def test_logging_handlers_are_heard(writer: Writer, begin: Begin) -> None:
    """A handler that holds the stream writes into the journal."""
    begin()
    handler = logging.StreamHandler(sys.stderr)
    logger = logging.getLogger("test_capture_console")
    logger.addHandler(handler)
    logger.propagate = False
    logger.warning("a message")
    logger.removeHandler(handler)
    assert console_lines(writer.path) == {"stderr": ["a message"]}


def test_two_captures_get_the_lines(writer: Writer, begin: Begin, tmp_path: Path) -> None:
    """Of two runs at once each records what was printed while it was active, whichever stops first."""
    capture = begin()
    other_writer = make_writer(tmp_path / "other")
    print("one")
    other = ConsoleCapture(other_writer)
    other.start()
    print("both")
    capture.stop()
    print("two")
    other.stop()
    assert console_lines(writer.path) == {"stdout": ["one", "both"]}
    assert console_lines(other_writer.path) == {"stdout": ["both", "two"]}
    assert "write" not in vars(sys.stdout)


def test_one_object_for_both_streams_is_recorded_once(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that sends stderr to stdout has one stream."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    capture = ConsoleCapture(writer)
    capture.start()
    print("x", file=sys.stderr)
    capture.stop()
    assert console_lines(writer.path) == {"stdout": ["x"]}


def test_no_streams_are_fine(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without a console is not captured, and nothing fails."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    capture = ConsoleCapture(writer)
    capture.start()
    print("x")
    capture.tick()
    capture.stop()
    assert records(writer.path, Console) == []


def test_closed_stream_is_fine(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed stdout raises what it always raises, and can be captured and left."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    stream.close()
    capture = ConsoleCapture(writer)
    capture.start()
    with pytest.raises(ValueError, match="closed file"):
        print("x")
    capture.stop()
    assert "write" not in vars(stream)


def test_what_is_no_text_is_left_to_the_stream(writer: Writer, begin: Begin) -> None:
    """Bytes raise the stream's own error, and are not recorded."""
    capture = begin()
    with pytest.raises(TypeError):
        sys.stdout.write(b"bytes")  # type: ignore[arg-type]
    capture.stop()
    assert records(writer.path, Console) == []


def test_lone_surrogates_are_spelled_out(writer: Writer, begin: Begin) -> None:
    """The name of a file that is not UTF-8 can be printed and recorded."""
    begin()
    print("file \udcff, \u00e9, \U0001f600")
    assert console_lines(writer.path) == {"stdout": ["file \\udcff, \u00e9, \U0001f600"]}


def test_huge_output_is_recorded(writer: Writer, begin: Begin) -> None:
    """Ten million characters in lines, and twenty million in one line, are all in the journal."""
    begin()
    print("x" * 99 + "\n" + ("é" * 99 + "\n") * 100_000, end="")
    print("y" * 20_000_000)
    found = console_lines(writer.path)["stdout"]
    assert found[:100_001] == ["x" * 99] + ["é" * 99] * 100_000
    assert "".join(line or "" for line in found[100_001:]) == "y" * 20_000_000


def test_unknown_mode_is_an_error(writer: Writer) -> None:
    """A mode that there is none of raises, and says which there are."""
    with pytest.raises(SettingsError, match="wrap, redirect, got 'both'"):
        ConsoleCapture(writer, "both")


def test_threads_lose_no_line(writer: Writer, begin: Begin) -> None:
    """Lines that eight threads print at once are all recorded, whole."""
    capture = begin()

    def work(name: int) -> None:
        for number in range(500):
            sys.stdout.write(f"{name}:{number}\n")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    capture.stop()
    found = console_lines(writer.path)["stdout"]
    assert sorted(line or "" for line in found) == sorted(
        f"{name}:{number}" for name in range(8) for number in range(500)
    )


def test_print_from_inside_the_writer_waits_for_the_tick(writer: Writer, begin: Begin) -> None:
    """A warning that is printed while a record is written does not write into that record."""
    capture = begin()
    with writer.lock:
        print("a warning")
        assert console_lines(writer.path) == {}
    capture.tick()
    assert console_lines(writer.path) == {"stdout": ["a warning"]}


def test_print_while_another_thread_holds_the_writer(writer: Writer, begin: Begin) -> None:
    """Of two threads that print while the writer is busy, one waits, and records both."""
    capture = begin()
    writer.lock.acquire()
    first = threading.Thread(target=print, args=("first",))
    first.start()
    wait_for(capture._busy.locked)
    second = threading.Thread(target=print, args=("second",))
    second.start()
    second.join(20)
    assert not second.is_alive()
    writer.lock.release()
    first.join(20)
    assert console_lines(writer.path) == {"stdout": ["first", "second"]}


def test_signal_handler_may_print(writer: Writer, begin: Begin) -> None:
    """A handler that prints in the midst of a print, and of a record, neither waits forever nor loses its line."""
    capture = begin()
    before = signal.signal(signal.SIGALRM, lambda *_: sys.stderr.write("handler\n"))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for number in range(2000):
            print(number)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    capture.stop()
    found = console_lines(writer.path)
    assert found["stdout"] == [str(number) for number in range(2000)]
    assert set(found["stderr"]) == {"handler"}


def test_fault_of_the_capture_does_not_reach_print(writer: Writer, begin: Begin) -> None:
    """If recording fails, `print` works, the next tick says so, and recording goes on."""
    capture = begin()

    def fail(_: Any) -> bool:
        raise RuntimeError("out of order")

    append = writer.append
    writer.append = fail  # type: ignore[method-assign, assignment]
    print("lost")
    writer.append = append  # type: ignore[method-assign]
    capture.tick()
    print("kept")
    assert printed(sys.stdout) == "lost\nkept\n"
    assert "some console output was not recorded: RuntimeError: out of order" in printed(sys.stderr)
    assert console_lines(writer.path)["stdout"] == [None, "kept"]


def test_waiting_texts_are_bounded(writer: Writer, begin: Begin) -> None:
    """While the journal cannot be written, so many texts are kept, and the rest is counted."""
    capture = begin()
    with writer.lock:
        for number in range(10_100):
            print(f"{number}\n", end="")
    capture.tick()
    found = console_lines(writer.path)
    assert found["stdout"] == [str(number) for number in range(10_000)]
    assert found["stderr"][-1] == "[100 writes were not recorded]"


def test_finished_writer_is_left_alone(writer: Writer, begin: Begin) -> None:
    """What is printed after the journal's end is not recorded, and nothing fails."""
    capture = begin()
    print("before")
    writer.close(Exit(time=0.0))
    print("after")
    capture.tick()
    capture.stop()
    assert console_lines(writer.path) == {"stdout": ["before"]}


def test_cells_of_ipython_are_recorded(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """In IPython, which replaces the `write` of its streams while a cell runs, each cell is recorded, to the stop."""
    hooks: list[Callable[[], None]] = []
    events = SimpleNamespace(
        register=lambda event, hook: hooks.append(hook) if event == "pre_execute" else None,
        unregister=lambda _, hook: hooks.remove(hook),
    )
    shell = SimpleNamespace(events=events)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))

    def cell(*work: Callable[[], object]) -> None:
        stream: Any = sys.stdout
        found = stream.write
        stream.write = lambda text: outputs.append(found(text))
        for step in (*hooks, *work):
            step()
        stream.write = found

    outputs: list[object] = []
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    capture = ConsoleCapture(writer)
    cell(capture.start, lambda: print("one"))
    cell(lambda: print("two"))
    cell(lambda: print("three"), capture.stop, lambda: print("unrecorded"))
    cell(lambda: print("four"))
    assert console_lines(writer.path) == {"stdout": ["one", "two", "three"]}
    assert hooks == []
    assert getattr(sys.stdout.write, "tap", None) is None
    assert printed(sys.stdout) == "one\ntwo\nthree\nunrecorded\nfour\n"


def test_lines_survive_a_kill(script: Script, tmp_path: Path) -> None:
    """Complete lines are in the journal of a process that is killed."""
    result = script(SCRIPT + "for number in range(100): print(number)\nos.kill(os.getpid(), 9)\n")
    assert result.returncode == -signal.SIGKILL
    assert console_lines(tmp_path / "root" / "w.journal") == {"stdout": [str(number) for number in range(100)]}


def test_traceback_is_recorded(script: Script, tmp_path: Path) -> None:
    """What Python itself says at the end of a program that fails is captured too."""
    result = script(SCRIPT + "raise ValueError('so it ends')\n")
    assert result.returncode == 1
    found = console_lines(tmp_path / "root" / "w.journal")["stderr"]
    assert found == result.stderr.splitlines()
    assert found[-1] == "ValueError: so it ends"


def test_fork_has_its_own_lines(script: Script, tmp_path: Path) -> None:
    """A child's lines go to the child's journal from number 0, and the parent's unfinished line stays the parent's."""
    source = """
print("parent's first")
print("parent's ", end="", flush=True)
child = os.fork()
if child == 0:
    print("child's first")
    print("child's second")
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
print("second")
capture.stop()
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    found = [console_lines(path).get("stdout") for path in journals(tmp_path / "root")]
    assert sorted(map(str, found)) == sorted(
        map(str, [["parent's first", "parent's second"], ["child's first", "child's second"]])
    )


def test_fork_amid_a_printing_thread_does_not_hang(script: Script, tmp_path: Path) -> None:
    """A child that is forked while another thread prints can print."""
    source = """
import threading
done = False
def work():
    while not done:
        print("thread")
threads = [threading.Thread(target=work)]
for thread in threads: thread.start()
children = []
for number in range(30):
    child = os.fork()
    if child == 0:
        os.write(2, b"")
        sys.stderr.write(f"child {number}\\n")
        os._exit(0)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
done = True
for thread in threads: thread.join()
capture.stop()
sys.exit(max(codes))
"""
    result = script(SCRIPT + source, PYTHONWARNINGS="ignore::DeprecationWarning")
    assert result.returncode == 0, result.stderr
    found = [console_lines(path) for path in journals(tmp_path / "root")]
    children = sorted(line for lines in found for line in lines.get("stderr", []) if line)
    assert children == sorted(f"child {number}" for number in range(30))


def test_real_tqdm_in_a_real_program(script: Script, tmp_path: Path) -> None:
    """Nested bars of a program become one line each, and leave the streams when the run ends before them."""
    source = """
from tqdm import tqdm
for outer in tqdm(range(3), desc="outer"):
    for inner in tqdm(range(50), desc="inner", leave=False):
        pass
    tqdm.write(f"epoch {outer}")
bar = tqdm(total=2, desc="longer", mininterval=0)
bar.update()
capture.stop()
bar.update()
bar.close()
assert "write" not in vars(sys.stderr)
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    found = console_lines(tmp_path / "root" / "w.journal")
    assert found["stdout"] == ["epoch 0", "epoch 1", "epoch 2"]
    bars = [line for line in found["stderr"] if line]
    assert [(bar.split(":")[0], bar.split("|")[-1].split()[0]) for bar in bars] == [("outer", "3/3"), ("longer", "1/2")]
    assert "2/2" in result.stderr


def test_workers_of_a_pool_have_their_own_lines(script: Script, tmp_path: Path) -> None:
    """Workers of a multiprocessing pool that print have a journal each, and the pool ends as always."""
    source = """
import multiprocessing
def work(number):
    print("worker", number, flush=True)
    return number
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(work, range(8)) == list(range(8))
    capture.stop()
"""
    result = script(SCRIPT + source)
    assert result.returncode == 0, result.stderr
    found = [line for path in journals(tmp_path / "root") for line in console_lines(path).get("stdout", [])]
    assert sorted(map(str, found)) == [f"worker {number}" for number in range(8)]
