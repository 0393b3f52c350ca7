"""Tests of `trailmark.journal.writer`; kills are in `test_journal_kill`, signals in `test_journal_interrupt`."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from journal_support import SUPPORT, Packed, flat, header, new_writer, put_row, read_flat, rows_of, run_python
from trailmark.errors import TooLargeError
from trailmark.journal import frames
from trailmark.journal.layout import MAX_KEY_SETS
from trailmark.journal.reader import Reader, read_exit, read_header
from trailmark.journal.records import Exit, Row
from trailmark.journal.runstate import journal_paths, load
from trailmark.journal.writer import Writer, rank_and_time, worker_of, writer_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_row_is_there_when_the_call_returns(tmp_path: Path) -> None:
    """Each row can be read at once, without a flush or a close."""
    writer = new_writer(tmp_path)
    for step in range(5):
        put_row(writer, Packed(step, 1.0, {"x": step / 2}))
        assert [row["data"] for row in rows_of(writer.path)] == [{"x": at / 2} for at in range(step + 1)]
    assert writer.size_bytes == writer.path.stat().st_size
    writer.close(Exit(time=2.0))


def test_the_header_comes_first(tmp_path: Path) -> None:
    """A journal begins with its header, and is closed with the exit record and the end mark."""
    writer = new_writer(tmp_path, name="n", tags=["a"])
    writer.close(Exit(time=2.0, code=3))
    assert [fields["kind"] for _, fields in read_flat(writer.path)] == ["header", "exit"]
    assert read_header(writer.path) == header(name="n", tags=["a"])
    record = read_exit(writer.path)
    assert record is not None
    assert record.code == 3


def test_a_key_set_is_written_once(tmp_path: Path) -> None:
    """The same names, kinds and stream are one key set; any other is another."""
    writer = new_writer(tmp_path)
    with writer.lock:
        first = writer.layout(("a", "b"), "ff")
        size = writer.size_bytes
        assert writer.layout(["a", "b"], "ff") is first
        assert writer.size_bytes == size
        others = [
            writer.layout(("b", "a"), "ff"),
            writer.layout(("a", "b"), "fi"),
            writer.layout(("a", "b"), "ff", "system"),
        ]
    assert [layout.number for layout in (first, *others) if layout] == [1, 2, 3, 4]
    writer.close(Exit(time=2.0))


def test_values_come_back_as_they_went_in(tmp_path: Path) -> None:
    """Packed rows keep every bit, and tell integers, floats and bools apart."""
    values = [1e-320, -0.0, float("inf"), 2**63 - 1, -(2**63), True, False, 0.1]
    writer = new_writer(tmp_path)
    for step, value in enumerate(values):
        put_row(writer, Packed(step, 1.0, {"x": value}))
    assert [repr(row["data"]["x"]) for row in rows_of(writer.path)] == [*map(repr, values)]
    writer.close(Exit(time=2.0))


def test_an_integer_of_more_than_64_bits_writes_nothing(tmp_path: Path) -> None:
    """`append_row` refuses it before anything is written, and goes on."""
    writer = new_writer(tmp_path)
    put_row(writer, Packed(0, 1.0, {"x": 1}))
    with pytest.raises(struct.error):
        put_row(writer, Packed(1, 1.0, {"x": 1 << 63}))
    put_row(writer, Packed(2, 1.0, {"x": 3}))
    assert [row["step"] for row in rows_of(writer.path)] == [0, 2]
    assert writer.close(Exit(time=2.0)) == 0


def test_a_record_that_is_too_large_raises(tmp_path: Path) -> None:
    """A record beyond 16 MiB is a misuse; nothing of it is written."""
    writer = new_writer(tmp_path)
    with pytest.raises(TooLargeError, match="save large values as files"):
        writer.append(Row(step=0, time=1.0, data={"x": b"x" * frames.MAX_PAYLOAD}))
    assert writer.append(Row(step=1, time=1.0, data={"x": b"x" * (frames.MAX_PAYLOAD - 100)}))
    assert [row["step"] for row in rows_of(writer.path)] == [1]
    writer.close(Exit(time=2.0))


def test_a_state_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    """A journal whose state is beyond 16 MiB is finished all the same; its readers fold it."""
    writer = new_writer(tmp_path / "r1")
    for key in "ab":
        writer.append(Row(step=0, time=1.0, data={key: b"x" * (frames.MAX_PAYLOAD // 2)}))
    writer.close(Exit(time=2.0))
    record = read_exit(writer.path)
    assert record is not None
    assert record.state == b""
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows, sorted(state.summary)) == ("finished", 2, ["a", "b"])


def test_numbers_of_key_sets_may_run_out(tmp_path: Path) -> None:
    """After the last number there is no layout, and the caller writes another kind of record."""
    writer = new_writer(tmp_path)
    writer._numbers = MAX_KEY_SETS - 1
    put_row(writer, Packed(0, 1.0, {"last": 1.0}))
    with writer.lock:
        assert writer.layout(("x",), "f") is None
    assert [row["data"] for row in rows_of(writer.path)] == [{"last": 1.0}]
    writer.close(Exit(time=2.0))


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    """A second `close` writes nothing, and neither does a record after it."""
    writer = new_writer(tmp_path)
    put_row(writer, Packed(0, 1.0, {"x": 1}))
    writer.close(Exit(time=2.0))
    data = writer.path.read_bytes()
    assert writer.close(Exit(time=3.0, code=1)) == 0
    assert not writer.append(Row(step=1, time=1.0, data={}))
    put_row(writer, Packed(1, 1.0, {"x": 2}))
    writer.sync()
    assert writer.path.read_bytes() == data


def test_a_worker_that_logs_nothing_leaves_no_file(tmp_path: Path) -> None:
    """A writer that is never opened makes no file when it is closed."""
    Writer(tmp_path / "run", header()).close(Exit(time=2.0))
    assert not (tmp_path / "run").exists()


def test_threads_keep_their_order(tmp_path: Path) -> None:
    """Four threads log packed and other rows at once: all are there, those of each thread in its order."""
    writer = new_writer(tmp_path)

    def log(number: int) -> None:
        for count in range(500):
            if count % 7:
                put_row(writer, Packed(count, 1.0, {"thread": number, "count": count, f"own{number}": 1.0}))
            else:
                writer.append(Row(step=count, time=1.0, data={"thread": number, "count": count, "text": "x"}))

    threads = [threading.Thread(target=log, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [row["data"] for row in rows_of(writer.path)]
    for number in range(4):
        assert [data["count"] for data in found if data["thread"] == number] == list(range(500))
    assert writer.fold.settle().rows == 2000
    writer.close(Exit(time=2.0))


FORK = """
from pathlib import Path
import os
import time
writer = new_writer(Path(sys.argv[1]), writer=writer_name(0), machine="m", attempt=2, rewind=5)
put_row(writer, Packed(0, 1.0, {"who": 0}))
children = []
for child in (1, 2):
    pid = os.fork()
    if not pid:
        for step in range(3):
            put_row(writer, Packed(step, 2.0, {"who": child}))
        if child == 1:
            writer.close(Exit(time=3.0))
        os._exit(0)
    children.append(pid)
put_row(writer, Packed(1, 1.0, {"who": 0}))
for pid in children:
    os.waitpid(pid, 0)
if not os.fork():
    os._exit(0)  # logs nothing
os.wait()
put_row(writer, Packed(2, 1.0, {"who": 0}))
writer.close(Exit(time=4.0))
"""


def test_a_fork_writes_a_file_of_its_own(tmp_path: Path) -> None:
    """Forked children log as workers of their parent, whose journal they leave alone; one that is silent has none."""
    run_python(SUPPORT + "from trailmark.journal.writer import writer_name\n" + FORK, str(tmp_path / "r1"))
    paths = journal_paths(tmp_path / "r1")
    assert len(paths) == 3
    headers = {path: read_header(path) for path in paths}
    [parent] = [head for head in headers.values() if head and head.role == "primary"]
    for path, head in headers.items():
        assert head is not None
        who = {row["data"]["who"] for row in rows_of(path)}
        assert [row["step"] for row in rows_of(path)] == [0, 1, 2]
        if head is not parent:
            assert (head.role, head.parent, head.attempt, head.rewind) == ("worker", parent.writer, 2, None)
            assert who <= {1, 2}
        else:
            assert who == {0}
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows, state.attempts) == ("finished", 9, 2)


MULTIPROCESSING = """
import multiprocessing
from pathlib import Path
from trailmark.journal.writer import Writer, worker_of

def work(directory, head, number):
    writer = Writer(directory, worker_of(head)) if head else inherited
    for step in range(4):
        put_row(writer, Packed(step, 1.0, {"worker": number}))

inherited = None
if __name__ == "__main__":
    method, directory = sys.argv[1], Path(sys.argv[2])
    inherited = new_writer(directory, writer="20260101T000000-r0-aa")
    head = inherited.header if method == "spawn" else None
    context = multiprocessing.get_context(method)
    processes = [context.Process(target=work, args=(directory, head, number)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    inherited.close(Exit(time=9.0))
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes_log_to_the_run(tmp_path: Path, method: str) -> None:
    """Processes of multiprocessing, forked or spawned, each write a journal of the run."""
    script = tmp_path / "script.py"
    script.write_text(SUPPORT + MULTIPROCESSING, encoding="utf-8")
    subprocess.run(
        [sys.executable, str(script), method, str(tmp_path / "r1")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=True,
        timeout=60,
    )
    found = [[row["data"]["worker"] for row in rows_of(path)] for path in journal_paths(tmp_path / "r1")]
    assert sorted(found) == [[], [0] * 4, [1] * 4]


FULL = """
import resource
from pathlib import Path
writer = new_writer(Path(sys.argv[1]))
row = lambda step: Packed(step, 1.0, {"x": float(step)})
for step in range(10):
    put_row(writer, row(step))
limit = writer.size_bytes + 100  # two rows and a half
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for step in range(10, 20):
    put_row(writer, row(step))
put_row(writer, Packed(20, 1.0, {"new": 1}))  # not even its key set has room
assert not writer.append(Row(step=21, time=1.0, data={"x": "text" * 50}))
writer.lose_row()
writer.sync()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
put_row(writer, Packed(22, 1.0, {"new": 2}))
put_row(writer, row(23))
print("lost", writer.close(Exit(time=2.0)))
"""


def test_a_full_disk_costs_the_rows_without_room(tmp_path: Path) -> None:
    """Rows that do not fit are counted, with one warning; when there is room again, rows are written and read."""
    printed = run_python(SUPPORT + FULL, str(tmp_path / "r1"))
    assert printed.count("training goes on, and lost rows are counted") == 1
    assert "lost 10" in printed
    reader = Reader(tmp_path / "r1" / "w.journal")
    steps = [fields["step"] for _, fields in flat(reader) if fields["kind"] == "row"]
    assert steps == [*range(12), 22, 23]
    assert reader.faults == []
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows, state.lost_rows) == ("finished", 14, 10)


def test_a_full_disk_at_the_end_keeps_the_rows(tmp_path: Path) -> None:
    """When even the exit record has no room, there is no error, and all rows are there."""
    source = """
import resource
from pathlib import Path
writer = new_writer(Path(sys.argv[1]))
put_row(writer, Packed(0, 1.0, {"x": 1.0}))
resource.setrlimit(resource.RLIMIT_FSIZE, (writer.size_bytes, resource.RLIM_INFINITY))
print("lost", writer.close(Exit(time=2.0)))
"""
    assert "lost 0" in run_python(SUPPORT + source, str(tmp_path / "r1"))
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows, state.exit_code) == ("crashed", 1, None)


def test_an_exit_record_without_its_state_needs_less_room(tmp_path: Path) -> None:
    """When only the state has no room, the run is finished all the same."""
    source = """
import resource
from pathlib import Path
writer = new_writer(Path(sys.argv[1]))
put_row(writer, Packed(0, 1.0, {"x": 1.0}))
resource.setrlimit(resource.RLIMIT_FSIZE, (writer.size_bytes + 80, resource.RLIM_INFINITY))
print("lost", writer.close(Exit(time=2.0)))
"""
    assert "lost 0" in run_python(SUPPORT + source, str(tmp_path / "r1"))
    state = load(tmp_path / "r1")
    assert state is not None
    assert (state.state, state.rows, state.exit_code) == ("finished", 1, 0)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("mounting a tiny file system takes root")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine does not let root mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_up_and_gets_room(tiny_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a real full disk rows are lost and counted; after something is deleted, rows are written again."""
    filler = tiny_disk / "filler"
    writer = new_writer(tiny_disk / "r1")
    put_row(writer, Packed(0, 1.0, {"x": 1.0}))
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(512))
    while not writer.lost_rows:
        put_row(writer, Packed(1, 1.0, {"x": 1.0}))
    put_row(writer, Packed(2, 1.0, {"x": 1.0}))
    filler.unlink()
    put_row(writer, Packed(3, 1.0, {"x": 1.0}))
    assert writer.close(Exit(time=2.0)) == 2
    assert capsys.readouterr().err.count("warning") == 1
    steps = [row["step"] for row in rows_of(writer.path)]
    assert (steps[0], set(steps[1:-1]), steps[-1]) == (0, {1}, 3)
    state = load(tiny_disk / "r1")
    assert state is not None
    assert (state.rows, state.lost_rows) == (len(steps), 2)


def test_a_root_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Below a path that cannot be a folder nothing is written: one warning, no error, and all rows are counted."""
    (tmp_path / "file").write_text("")
    writer = Writer(tmp_path / "file" / "r1", header())
    assert not writer.open()
    for step in range(3):
        put_row(writer, Packed(step, 1.0, {"x": 1.0}))
    assert not writer.append(Row(step=3, time=1.0, data={"x": "y"}))
    writer.sync()
    assert writer.close(Exit(time=2.0)) == 3
    assert capsys.readouterr().err.count("warning") == 1


def test_a_root_that_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that can be written later gets the rows from then on; the exit record tells what is missing."""
    blocker = tmp_path / "file"
    blocker.write_text("")
    writer = Writer(blocker / "r1", header(run="r1"))
    put_row(writer, Packed(0, 1.0, {"x": 1.0}))
    blocker.unlink()
    writer._tried_at -= 10.0  # as if this were ten seconds later
    put_row(writer, Packed(1, 1.0, {"x": 2.0}))
    assert writer.close(Exit(time=2.0)) == 1
    assert capsys.readouterr().err.count("warning") == 1
    state = load(blocker / "r1")
    assert state is not None
    assert (state.rows, state.lost_rows, state.last_step) == (1, 1, 1)


def test_a_deleted_directory_costs_all_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run whose folder is deleted goes on: one warning, and every row is counted as lost."""
    writer = new_writer(tmp_path / "r1")
    put_row(writer, Packed(0, 1.0, {"x": 1.0}))
    shutil.rmtree(tmp_path / "r1")
    put_row(writer, Packed(1, 1.0, {"x": 1.0}))
    writer.append(Row(step=2, time=1.0, data={"x": "y"}))
    writer.sync()
    writer.sync()
    assert writer.close(Exit(time=2.0)) == 3
    assert capsys.readouterr().err.count("warning") == 1
    assert not (tmp_path / "r1").exists()


def test_a_lock_held_by_another_thread_is_not_held_here(tmp_path: Path) -> None:
    """`is_held_here` tells only of this thread."""
    writer = new_writer(tmp_path)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writer.lock:
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(30)
    assert not writer.is_held_here()
    done.set()
    thread.join()
    with writer.lock:
        assert writer.is_held_here()
    writer.close(Exit(time=2.0))


def test_a_leftover_file_is_not_written_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A journal of that name that is there already is left alone; the writer takes another name."""
    (tmp_path / "w.journal").write_bytes(b"other")
    writer = Writer(tmp_path, header())
    assert not writer.open()
    assert "cannot be written" in capsys.readouterr().err
    writer._tried_at -= 10.0
    assert writer.open()
    assert writer.path.name != "w.journal"
    assert (tmp_path / "w.journal").read_bytes() == b"other"
    writer.close(Exit(time=2.0))


def test_sync_reaches_the_disk_without_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is at work, other threads can log."""
    writer = new_writer(tmp_path)
    held: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: held.append(writer.is_held_here()))
    writer.sync()
    assert held == [False]
    writer.close(Exit(time=2.0))


def test_worker_headers_belong_to_the_first_writer() -> None:
    """A worker of a worker names the primary as its parent, and takes no rows back."""
    worker = worker_of(worker_of(header(writer="p", rank=3, attempt=2, rewind=7)))
    assert (worker.parent, worker.rank, worker.attempt, worker.role, worker.rewind) == ("p", 3, 2, "worker", None)
    assert worker.pid == os.getpid()


def test_names_tell_rank_and_time() -> None:
    """A writer's name is unique, sorts by time, and tells its rank and when it began."""
    before = int(time.time())
    name, other = writer_name(12), writer_name(12)
    rank, began = rank_and_time(name)
    assert name != other
    assert rank == 12
    assert before <= began <= time.time()


@pytest.mark.parametrize("name", ["", "w", "20260101T000000-r0", "20269999T000000-r0-ab", "20260101T000000-rx-ab"])
def test_other_names_tell_nothing(name: str) -> None:
    """A name that was given by hand has rank 0 and no time."""
    assert rank_and_time(name) == (0, 0.0)
